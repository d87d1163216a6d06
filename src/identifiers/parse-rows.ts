// SPDX-License-Identifier: Apache-2.0
/**
 * A chunk of rows to canonical bytes. It runs in a worker or in the caller's thread alike, so both give the same; the
 * result is packed, because it is moved between threads.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { ByteListBuilder } from '../bytes.js';
import type { IdentifierErrorCode } from '../errors.js';
import { readEmail, readEmails } from './email.js';
import { canonicalText, compositeBytes, type Identifier, type IdentifierKind } from './identifier.js';
import { type HowToRead, interpretPhone, numberOf, type PhoneReading, readSeveral } from './phone.js';
import type { AmbiguityCode } from './phone-readings.js';
import { isRefusal, type Refusal } from './refusal.js';
import { type AmbiguousRow, type Field, type RejectedRow, type RowColumns, rowCountry } from './row.js';
import type { SetBuilder } from './set.js';

export interface ParseOptions extends HowToRead {
  readonly country: CountryCode | undefined;
  readonly match: 'any' | 'all';
}

/** Rows are counted from the start of the chunk. */
export interface ParsedRows {
  readonly rowCount: number;
  /** Canonical bytes, element i is `bytes[offsets[i] .. offsets[i + 1]]`; in row order, not yet distinct. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Of each element. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Of each element, index into `KINDS`. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Row, index into `FIELDS`, index into `CODES`, for each refusal. */
  readonly rejected: Uint32Array<ArrayBuffer>;
  /** Row, index into `FIELDS`, index into `AMBIGUITIES`, for each reading that is one of two. */
  readonly ambiguous: Uint32Array<ArrayBuffer>;
}

const KINDS: readonly IdentifierKind[] = ['phone', 'email', 'composite'];
const FIELDS: readonly (Field | undefined)[] = [undefined, 'phone', 'email'];
const CODES: readonly IdentifierErrorCode[] = [
  'empty',
  'not-a-number',
  'no-country',
  'too-short',
  'too-long',
  'not-valid',
  'spreadsheet-damage',
  'placeholder',
  'several',
  'ambiguous',
  'not-an-email',
  'bad-domain',
];
const AMBIGUITIES: readonly AmbiguityCode[] = ['country-code', 'double-zero', 'zero-in-brackets'];

export function parseRows(columns: RowColumns, options: ParseOptions): ParsedRows {
  const rowCount = columns.phone.length;
  const elements = new ByteListBuilder();
  const rows: number[] = [];
  const kinds: number[] = [];
  const rejected: number[] = [];
  const ambiguous: number[] = [];
  const good: Identifier[] = [];
  for (let row = 0; row < rowCount; row++) {
    good.length = 0;
    let bad = 0;
    const phone = columns.phone[row]!;
    if (phone !== '') {
      const country = rowCountry(columns.country[row]!, options.country);
      const reading = interpretPhone(phone, country, options);
      const readings = typeof reading === 'string' ? reading : allOf(reading, phone, country, options);
      if (typeof readings === 'string') good.push({ kind: 'phone', text: readings });
      else if (!Array.isArray(readings)) {
        if (readings.code !== 'empty') bad += rejected.push(row, 1, CODES.indexOf(readings.code));
      } else {
        for (const reading of readings) {
          good.push({ kind: 'phone', text: numberOf(reading) as string });
          if (typeof reading === 'object') ambiguous.push(row, 1, AMBIGUITIES.indexOf(reading.ambiguous));
        }
      }
    }
    const email = columns.email[row]!;
    if (email !== '') {
      const readings = emailsIn(email, options.match);
      if (typeof readings === 'string') good.push({ kind: 'email', text: readings });
      else if (!Array.isArray(readings)) {
        if (readings.code !== 'empty') bad += rejected.push(row, 2, CODES.indexOf(readings.code));
      } else for (const text of readings) good.push({ kind: 'email', text });
    }
    if (good.length === 0 && bad === 0) rejected.push(row, 0, 0);
    if (options.match === 'any') {
      for (const part of good) {
        elements.addText(canonicalText(part));
        rows.push(row);
        kinds.push(part.kind === 'phone' ? 0 : 1);
      }
    } else if (good.length > 0 && bad === 0) {
      elements.add(compositeBytes(good));
      rows.push(row);
      kinds.push(KINDS.indexOf('composite'));
    }
  }
  const { bytes, offsets } = elements.toList();
  return {
    rowCount,
    bytes: bytes as Uint8Array<ArrayBuffer>,
    offsets: offsets as Uint32Array<ArrayBuffer>,
    rows: Uint32Array.from(rows),
    kinds: Uint8Array.from(kinds),
    rejected: Uint32Array.from(rejected),
    ambiguous: Uint32Array.from(ambiguous),
  };
}

/** All numbers of a cell, where a row may have several; as one element, it may have one of a kind. */
function allOf(
  reading: Exclude<PhoneReading, string>,
  cell: string,
  country: CountryCode | undefined,
  options: ParseOptions,
): Exclude<PhoneReading, Refusal>[] | Refusal {
  if (!isRefusal(reading)) return [reading];
  const several = reading.code === 'several' && options.match === 'any';
  return (several ? readSeveral(cell, country, options) : undefined) ?? reading;
}

function emailsIn(cell: string, match: ParseOptions['match']): string | string[] | Refusal {
  const reading = readEmail(cell);
  if (typeof reading === 'string') return reading;
  return (reading.code === 'several' && match === 'any' ? readEmails(cell) : undefined) ?? reading;
}

/** Adds a chunk behind those that `builder` holds. */
export function mergeRows(
  chunk: ParsedRows,
  builder: SetBuilder,
  rejected: RejectedRow[],
  ambiguous: AmbiguousRow[],
): void {
  const first = builder.rowCount;
  const { bytes, offsets, rows, kinds } = chunk;
  for (let i = 0; i < rows.length; i++) {
    builder.add(first + rows[i]!, KINDS[kinds[i]!]!, bytes, offsets[i], offsets[i + 1]);
  }
  for (let i = 0; i < chunk.rejected.length; i += 3) {
    const row = first + chunk.rejected[i]!;
    const field = FIELDS[chunk.rejected[i + 1]!];
    const code = CODES[chunk.rejected[i + 2]!]!;
    rejected.push(field === undefined ? { row, code } : { row, field, code });
  }
  for (let i = 0; i < chunk.ambiguous.length; i += 3) {
    const [row, field, code] = chunk.ambiguous.subarray(i, i + 3);
    ambiguous.push({ row: first + row!, field: FIELDS[field!]!, code: AMBIGUITIES[code!]! });
  }
  builder.rowCount += chunk.rowCount;
}
