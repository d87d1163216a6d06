// SPDX-License-Identifier: Apache-2.0
import { expect } from 'vitest';
import { type ErrorCode, VeilmatchError } from '../../src/errors.js';

/** That this fails with a typed error of this code. Returns the error, for more to be said of it. */
export async function expectCode(code: ErrorCode, action: () => unknown): Promise<VeilmatchError> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(VeilmatchError);
  expect((error as VeilmatchError).code).toBe(code);
  return error as VeilmatchError;
}
