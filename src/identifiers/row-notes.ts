// SPDX-License-Identifier: Apache-2.0
/** What is said of the rows of a chunk besides their identifiers, as numbers: it is moved between threads. */

import type { IdentifierErrorCode } from '../errors.js';
import type { AmbiguityCode } from './phone-readings.js';
import type { AmbiguousRow, Field, RejectedRow } from './row.js';

/** Rows are counted from the start of the chunk. */
export interface PackedNotes {
  /** Row, index into `FIELDS`, index into `CODES`, the value of the cell or 0, for each refusal. */
  readonly rejected: Uint32Array<ArrayBuffer>;
  /** Row, index into `FIELDS`, index into `AMBIGUITIES`, for each reading that is one of two. */
  readonly ambiguous: Uint32Array<ArrayBuffer>;
}

/** By the numbers of the notes. */
export const FIELDS: readonly (Field | undefined)[] = [undefined, 'phone', 'email'];
/** By the numbers of the notes; made as keys, so that none can be forgotten. */
export const CODES = Object.keys({
  empty: true,
  'not-a-number': true,
  'no-country': true,
  'too-short': true,
  'too-long': true,
  'not-valid': true,
  'spreadsheet-damage': true,
  placeholder: true,
  several: true,
  ambiguous: true,
  'not-an-email': true,
  'bad-domain': true,
  'not-supported': true,
  'bad-record': true,
} satisfies Record<IdentifierErrorCode, true>) as readonly IdentifierErrorCode[];
/** As the codes. */
export const AMBIGUITIES = Object.keys({
  'country-code': true,
  'double-zero': true,
  'zero-in-brackets': true,
  'other-kind': true,
} satisfies Record<AmbiguityCode, true>) as readonly AmbiguityCode[];

export class RowNotes {
  readonly #rejected: number[] = [];
  readonly #ambiguous: number[] = [];

  /** @param value - which one of the cell, from 1; 0 for all of it */
  reject(row: number, field: Field | undefined, code: IdentifierErrorCode, value = 0): void {
    this.#rejected.push(row, FIELDS.indexOf(field), CODES.indexOf(code), value);
  }

  doubt(row: number, field: Field, code: AmbiguityCode): void {
    this.#ambiguous.push(row, FIELDS.indexOf(field), AMBIGUITIES.indexOf(code));
  }

  packed(): PackedNotes {
    return { rejected: new Uint32Array(this.#rejected), ambiguous: new Uint32Array(this.#ambiguous) };
  }
}

/** The notes in words. */
export interface UnpackedNotes {
  readonly rejected: RejectedRow[];
  readonly ambiguous: AmbiguousRow[];
}

/** Adds the notes of a chunk whose first row is row `first`. */
export function unpackNotes({ rejected, ambiguous }: PackedNotes, first: number, notes: UnpackedNotes): void {
  for (let i = 0; i < rejected.length; i += 4) {
    const row = first + rejected[i]!;
    const field = FIELDS[rejected[i + 1]!];
    const code = CODES[rejected[i + 2]!]!;
    const value = rejected[i + 3]!;
    notes.rejected.push({ row, ...(field && { field }), code, ...(value > 0 && { value }) });
  }
  for (let i = 0; i < ambiguous.length; i += 3) {
    const field = FIELDS[ambiguous[i + 1]!]!;
    notes.ambiguous.push({ row: first + ambiguous[i]!, field, code: AMBIGUITIES[ambiguous[i + 2]!]! });
  }
}
