// SPDX-License-Identifier: Apache-2.0
/**
 * A chunk of rows to canonical bytes. It runs in a worker or in the caller's thread alike, so both give the same; the
 * result is packed, because it is moved between threads.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { ByteList, ByteListBuilder } from '../bytes.js';
import type { IdentifierErrorCode } from '../errors.js';
import { readEmail } from './email.js';
import { canonicalText, compositeBytes, type Identifier, type IdentifierKind } from './identifier.js';
import { readPhone } from './phone.js';
import { type Field, type RejectedRow, type RowColumns, rowCountry } from './row.js';
import type { SetBuilder } from './set.js';

export interface ParseOptions {
  readonly country: CountryCode | undefined;
  readonly assigned: boolean;
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
  'not-an-email',
  'bad-domain',
];

export function parseRows(columns: RowColumns, options: ParseOptions): ParsedRows {
  const rowCount = columns.phone.length;
  const elements = new ByteListBuilder();
  const rows: number[] = [];
  const kinds: number[] = [];
  const rejected: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    const good: Identifier[] = [];
    let bad = 0;
    const phone = columns.phone[row]!;
    if (phone !== '') {
      const country = rowCountry(columns.country[row]!, options.country);
      const reading = readPhone(phone, country, options.assigned);
      if (typeof reading === 'string') good.push({ kind: 'phone', text: reading });
      else if (reading.code !== 'empty') bad += rejected.push(row, 1, CODES.indexOf(reading.code));
    }
    const email = columns.email[row]!;
    if (email !== '') {
      const reading = readEmail(email);
      if (typeof reading === 'string') good.push({ kind: 'email', text: reading });
      else if (reading.code !== 'empty') bad += rejected.push(row, 2, CODES.indexOf(reading.code));
    }
    if (good.length === 0 && bad === 0) rejected.push(row, 0, 0);
    if (options.match === 'any') {
      for (const part of good) {
        elements.addText(canonicalText(part));
        rows.push(row);
        kinds.push(KINDS.indexOf(part.kind));
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
  };
}

/** Adds a chunk behind those that `builder` holds. */
export function mergeRows(chunk: ParsedRows, builder: SetBuilder, rejected: RejectedRow[]): void {
  const first = builder.rowCount;
  const elements = new ByteList(chunk.bytes, chunk.offsets);
  for (let i = 0; i < elements.length; i++) {
    builder.add(first + chunk.rows[i]!, KINDS[chunk.kinds[i]!]!, elements.at(i));
  }
  for (let i = 0; i < chunk.rejected.length; i += 3) {
    const row = first + chunk.rejected[i]!;
    const field = FIELDS[chunk.rejected[i + 1]!];
    const code = CODES[chunk.rejected[i + 2]!]!;
    rejected.push(field === undefined ? { row, code } : { row, field, code });
  }
  builder.rowCount += chunk.rowCount;
}
