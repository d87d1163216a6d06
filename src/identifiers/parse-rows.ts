// SPDX-License-Identifier: Apache-2.0
/**
 * A chunk of rows to canonical bytes. It runs in a worker or in the caller's thread alike, so both give the same; the
 * result is packed, because it is moved between threads.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { ByteListBuilder } from '../bytes.js';
import { readEmail, readEmailCell } from './email.js';
import { compositeBytes, type Identifier, type IdentifierKind, LABELS } from './identifier.js';
import { type HowToRead, interpretPhone, numberOf, readPhoneCell } from './phone.js';
import { isRefusal, type Refusal } from './refusal.js';
import { type Field, type RowColumns, rowCountry } from './row.js';
import type { RowJob } from './row-chunks.js';
import { type PackedNotes, RowNotes, type UnpackedNotes, unpackNotes } from './row-notes.js';
import type { SetBuilder } from './set.js';

export interface ParseOptions extends HowToRead {
  readonly country: CountryCode | undefined;
  readonly match: 'any' | 'all';
}

/** Rows are counted from the start of the chunk. */
interface ParsedRows extends PackedNotes {
  readonly rowCount: number;
  /** Canonical bytes, element i is `bytes[offsets[i] .. offsets[i + 1]]`; in row order, not yet distinct, with room behind them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Of each element. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Of each element, index into `KINDS`. */
  readonly kinds: Uint8Array<ArrayBuffer>;
}

const KINDS: readonly IdentifierKind[] = ['phone', 'email', 'composite'];
const PHONE = KINDS.indexOf('phone');
const EMAIL = KINDS.indexOf('email');
const COMPOSITE = KINDS.indexOf('composite');

/** More than those of most rows, so that nothing has to grow. */
const BYTES_A_ROW = 48;

/** Called for each identifier of a row, a telephone number before an e-mail address. */
type Take = (kind: Field, text: string) => void;

export function parseRows(columns: RowColumns, options: ParseOptions): ParsedRows {
  const rowCount = columns.phone.length;
  const elements = new ByteListBuilder(2 * rowCount, BYTES_A_ROW * rowCount);
  const rows: number[] = [];
  const kinds: number[] = [];
  const notes = new RowNotes();
  let row = 0;
  if (options.match === 'any') {
    const take: Take = (kind, text) => {
      elements.addText(text, LABELS[kind]);
      rows.push(row);
      kinds.push(kind === 'phone' ? PHONE : EMAIL);
    };
    for (; row < rowCount; row++) readRow(columns, row, options, notes, take);
  } else {
    let good: Identifier[] = [];
    const take: Take = (kind, text) => void good.push({ kind, text });
    for (; row < rowCount; row++) {
      const bad = readRow(columns, row, options, notes, take);
      if (good.length === 0) continue;
      if (!bad) {
        elements.add(compositeBytes(good));
        rows.push(row);
        kinds.push(COMPOSITE);
      }
      good = [];
    }
  }
  return {
    rowCount,
    ...elements.parts(),
    rows: new Uint32Array(rows),
    kinds: new Uint8Array(kinds),
    ...notes.packed(),
  };
}

export const PARSE: RowJob<ParseOptions, ParsedRows> = { name: 'parse', run: parseRows };

/**
 * Reads one row of a chunk.
 * @returns whether a cell of it was refused
 */
export function readRow(
  columns: RowColumns,
  row: number,
  options: ParseOptions,
  notes: RowNotes,
  take: Take,
): boolean {
  let [found, bad] = [false, false];
  const phone = columns.phone[row]!;
  if (phone !== '') {
    const country = rowCountry(columns.country[row]!, options.country);
    // As one element, a row may have one of a kind.
    const reading = (options.match === 'any' ? readPhoneCell : interpretPhone)(phone, country, options);
    if (typeof reading === 'string') {
      found = true;
      take('phone', reading);
    } else {
      const several = Array.isArray(reading);
      for (const [i, each] of (several ? reading : [reading]).entries()) {
        if (isRefusal(each)) bad = refuse(each, row, 'phone', notes, several ? i + 1 : 0) || bad;
        else {
          found = true;
          take('phone', numberOf(each) as string);
          if (typeof each === 'object') notes.doubt(row, 'phone', each.ambiguous);
        }
      }
    }
  }
  const email = columns.email[row]!;
  if (email !== '') {
    const reading = options.match === 'any' ? readEmailCell(email) : readEmail(email);
    if (typeof reading === 'string') {
      found = true;
      take('email', reading);
    } else {
      const several = Array.isArray(reading);
      for (const [i, each] of (several ? reading : [reading]).entries()) {
        if (isRefusal(each)) bad = refuse(each, row, 'email', notes, several ? i + 1 : 0) || bad;
        else {
          found = true;
          take('email', each);
        }
      }
    }
  }
  if (!found && !bad) notes.reject(row, undefined, 'empty');
  return bad;
}

/** @returns whether the cell held something */
function refuse({ code }: Refusal, row: number, field: Field, notes: RowNotes, value: number): boolean {
  if (code === 'empty') return false;
  notes.reject(row, field, code, value);
  return true;
}

/** Adds a chunk behind those that `builder` holds. */
export function mergeRows(chunk: ParsedRows, builder: SetBuilder, notes: UnpackedNotes): void {
  const first = builder.rowCount;
  const { bytes, offsets, rows, kinds } = chunk;
  for (let i = 0; i < rows.length; i++) {
    builder.add(first + rows[i]!, KINDS[kinds[i]!]!, bytes, offsets[i], offsets[i + 1]);
  }
  unpackNotes(chunk, first, notes);
  builder.rowCount += chunk.rowCount;
}
