// SPDX-License-Identifier: Apache-2.0
/**
 * Why a text is not taken as an identifier. The readers return this instead of throwing: in a messy list one row in
 * twenty is bad, and an exception for each costs more than the reading.
 */

import { type IdentifierErrorCode, VeilmatchError } from '../errors.js';

export interface Refusal {
  readonly code: IdentifierErrorCode;
  /** Says what to do about it; the same for every text, so it cannot hold one. */
  readonly message: string;
}

export function isRefusal(reading: object | string): reading is Refusal {
  return typeof reading === 'object' && 'code' in reading;
}

/** Of a cell that holds nothing, whatever it would have held. */
export const EMPTY_CELL: Refusal = { code: 'empty', message: 'There is no identifier: the text is empty.' };

/** @throws {VeilmatchError} the refusal, if that is what the reader returned */
export function orThrow(reading: string | Refusal, field: string): string {
  if (typeof reading === 'string') return reading;
  throw new VeilmatchError(reading.code, reading.message, { field });
}

/** @throws {VeilmatchError} `argument` */
const LOST: Readonly<Record<string, string>> = {
  number: ' A number has lost its leading zeros: keep it as text.',
};

export function requireString(text: unknown, field: string): void {
  if (typeof text === 'string') return;
  throw new VeilmatchError(
    'argument',
    `A ${field} must be a string, not ${text === null ? 'null' : typeof text}.${LOST[typeof text] ?? ''}`,
    { field },
  );
}
