// SPDX-License-Identifier: Apache-2.0
/**
 * A chunk of rows to texts, a cell for a cell: what a list is written with that has a line for each row. As `parse-rows`, in a
 * worker or in the caller's thread alike.
 */

import { readRows } from './hash-rows.js';
import { type ParseOptions, readRow } from './parse-rows.js';
import type { PlatformToken, ProfileName } from './profiles.js';
import type { Field, Row, RowColumns } from './row.js';
import type { RowJob } from './row-chunks.js';
import { type PackedNotes, RowNotes } from './row-notes.js';

/** Rows are counted from the start of the chunk. */
export interface RowTexts extends PackedNotes, Readonly<Record<Field, string[]>> {}

/** What stands between the texts of a cell that holds several, as contact books write them; in no text of either kind. */
export const BETWEEN_TEXTS = ';';

/** What a platform makes of rows. */
export interface PlatformWay {
  readonly profile: ProfileName;
  /** The text that it hashes, or its token. */
  readonly pick: keyof PlatformToken;
  /** As `hashRows` takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** By the library's own rules, or by a platform's. */
export type TextWay = ParseOptions | PlatformWay;

/** @throws {VeilmatchError} `argument` for an option that the platform does not know */
export function rowTexts(columns: RowColumns, way: TextWay): RowTexts {
  const count = columns.phone.length;
  const texts = { phone: new Array<string>(count).fill(''), email: new Array<string>(count).fill('') };
  const notes = new RowNotes();
  if ('profile' in way) {
    const { profile, pick, options } = way;
    const take = (row: number, field: Field, text: string): void => addText(texts[field], row, text);
    const { rejected, ambiguous } = readRows(rowsOf(columns), { ...options, profile }, take, pick);
    for (const { row, field, code, value } of rejected) notes.reject(row, field, code, value);
    for (const { row, field, code } of ambiguous) notes.doubt(row, field, code);
  } else {
    let row = 0;
    const take = (field: Field, text: string): void => addText(texts[field], row, text);
    for (; row < count; row++) readRow(columns, row, way, notes, take);
  }
  return { ...texts, ...notes.packed() };
}

export const TEXTS: RowJob<TextWay, RowTexts> = { name: 'texts', run: rowTexts };

function* rowsOf({ phone, email, country }: RowColumns): Generator<Row, void, undefined> {
  for (let i = 0; i < phone.length; i++) yield { phone: phone[i]!, email: email[i]!, country: country[i]! };
}

/** A row with several of a kind has them in one cell, each once. */
function addText(texts: string[], row: number, text: string): void {
  const before = texts[row]!;
  if (before === '') texts[row] = text;
  else if (!before.split(BETWEEN_TEXTS).includes(text)) texts[row] = before + BETWEEN_TEXTS + text;
}

/** Finishes the texts of a column, each of those that a cell holds by itself. */
export function finishTexts(cells: string[], finish: (text: string) => string): void {
  for (const [row, cell] of cells.entries()) {
    if (cell === '') continue;
    cells[row] = cell.includes(BETWEEN_TEXTS)
      ? cell.split(BETWEEN_TEXTS).map(finish).join(BETWEEN_TEXTS)
      : finish(cell);
  }
}
