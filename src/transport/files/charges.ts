// SPDX-License-Identifier: Apache-2.0
/** What is read of a charge that was kept, whatever kept it. */

import { VeilmatchError } from '../../errors.js';
import type { Charge } from '../../policy/ledger.js';

/** @throws {TypeError} for anything else than a charge */
export function parseCharge([at, elements, work, run]: readonly unknown[]): Charge {
  if (run !== undefined && typeof run !== 'string') throw new TypeError('no name');
  const counts = { at: count(at), elements: count(elements), work: count(work) };
  return { ...counts, ...(run !== undefined && { run }) };
}

function count(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError('no count');
}

/** @throws {VeilmatchError} `argument` for a charge that would not be read again: nothing would be admitted any more */
export function checkedCharge({ at, elements, work, run }: Charge): Charge {
  try {
    return parseCharge([at, elements, work, run]);
  } catch (error) {
    throw new VeilmatchError(
      'argument',
      'A charge has at, elements and work, whole numbers from 0, and may have run, a text. Nothing was written.',
      { cause: error },
    );
  }
}
