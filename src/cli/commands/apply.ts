// SPDX-License-Identifier: Apache-2.0
/** Rows of a list through the library's normaliser, or through one platform's rules. */

import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../abort.js';
import { readRows } from '../../identifiers/hash-rows.js';
import { kindOf, textOf } from '../../identifiers/identifier.js';
import {
  type AmbiguousRow,
  type Field,
  identifiersFromRows,
  type PlatformToken,
  type ProfileName,
  type RejectedRow,
} from '../../identifiers/index.js';
import type { Io } from '../../lists/io.js';
import type { CustomerRow } from '../../lists/record-rows.js';
import type { ProcessedRows } from './list-report.js';

interface ReadingOptions {
  readonly country?: string | undefined;
  /** Only telephone numbers in assigned ranges. */
  readonly assigned?: boolean | undefined;
  /** Whether numbers without a plus have their country's code. */
  readonly international?: boolean | undefined;
  /** Whether what can be read in two ways is refused. */
  readonly strict?: boolean | undefined;
}

/** Rows after which a signal gets its chance. */
const BATCH = 2048;

async function breathe(io: Io): Promise<void> {
  await setImmediate();
  throwIfAborted(io.signal);
}

/** A row with several of a kind has them in one cell, as contact books write them. */
function addText(texts: (string | undefined)[], row: number, text: string): void {
  const before = texts[row];
  texts[row] = before === undefined ? text : `${before};${text}`;
}

function noTexts(rows: number): Record<Field, (string | undefined)[]> {
  return { phone: Array(rows).fill(undefined), email: Array(rows).fill(undefined) };
}

/**
 * Normalises rows, on worker threads where they are many.
 * @param finish is called once for each distinct identifier
 */
export async function normalizeList(
  rows: readonly CustomerRow[],
  options: ReadingOptions,
  finish: (text: string) => string,
  io: Io,
): Promise<ProcessedRows> {
  const { set, rejected, ambiguous } = await identifiersFromRows(rows, {
    ...options,
    signal: io.signal,
  });
  const texts = noTexts(rows.length);
  for (let element = 0; element < set.size; element++) {
    const bytes = set.elements.at(element);
    const text = finish(textOf(bytes));
    for (const row of set.rowsOf([element])) addText(texts[kindOf(bytes) as Field], row, text);
    if (element % BATCH === 0) await breathe(io);
  }
  return { ...texts, rejected, ambiguous };
}

/** What a platform makes of rows. @param pick the platform's text, or its token */
export async function applyProfile(
  rows: readonly CustomerRow[],
  profile: ProfileName,
  options: ReadingOptions & Readonly<Record<string, unknown>>,
  pick: keyof PlatformToken,
  io: Io,
): Promise<ProcessedRows> {
  const texts = noTexts(rows.length);
  const rejected: RejectedRow[] = [];
  const ambiguous: AmbiguousRow[] = [];
  for (let first = 0; first < rows.length; first += BATCH) {
    const batch = readRows(rows.slice(first, first + BATCH), { ...options, profile }, (row, field, token) => {
      addText(texts[field], first + row, token[pick]);
    });
    for (const rejection of batch.rejected) rejected.push({ ...rejection, row: first + rejection.row });
    for (const reading of batch.ambiguous) ambiguous.push({ ...reading, row: first + reading.row });
    await breathe(io);
  }
  return { ...texts, rejected, ambiguous };
}
