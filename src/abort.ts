// SPDX-License-Identifier: Apache-2.0
/** What an `AbortSignal` that has fired comes to. */

import { VeilmatchError } from './errors.js';

export function abortedError(signal: AbortSignal | undefined): VeilmatchError {
  return new VeilmatchError('aborted', 'Stopped: the AbortSignal that was passed in has fired.', {
    cause: signal?.reason,
  });
}

/** @throws {VeilmatchError} `aborted` once the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}
