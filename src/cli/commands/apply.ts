// SPDX-License-Identifier: Apache-2.0
/** Rows of a list through the library's normaliser, or through one platform's rules. */

import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../abort.js';
import { VeilmatchError } from '../../errors.js';
import { kindOf, textOf } from '../../identifiers/identifier.js';
import {
  type Field,
  identifiersFromRows,
  type PlatformToken,
  type ProfileName,
  profiles,
  type RejectedRow,
} from '../../identifiers/index.js';
import { requireCountry } from '../../identifiers/phone.js';
import { rowCountry } from '../../identifiers/row.js';
import type { Io } from '../../lists/io.js';
import type { CustomerRow } from '../../lists/table.js';
import type { ProcessedRows } from './list-report.js';

export interface ReadingOptions {
  readonly country?: string | undefined;
  /** Only telephone numbers in assigned ranges. */
  readonly valid?: boolean | undefined;
}

/** Rows after which a signal gets its chance. */
const BATCH = 2048;

async function breathe(io: Io): Promise<void> {
  await setImmediate();
  throwIfAborted(io.signal);
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
  const { set, rejected } = await identifiersFromRows(rows, {
    country: options.country,
    strict: options.valid,
    signal: io.signal,
  });
  const texts: Record<Field, (string | undefined)[]> = {
    phone: Array(rows.length).fill(undefined),
    email: Array(rows.length).fill(undefined),
  };
  for (let element = 0; element < set.size; element++) {
    const bytes = set.elements.at(element);
    const text = finish(textOf(bytes));
    for (const row of set.rowsOf([element])) texts[kindOf(bytes) as Field][row] = text;
    if (element % BATCH === 0) await breathe(io);
  }
  return { ...texts, rejected };
}

/** What a platform makes of rows. @param pick the platform's text, or its token */
export async function applyProfile(
  rows: readonly CustomerRow[],
  name: ProfileName,
  options: ReadingOptions & Readonly<Record<string, unknown>>,
  pick: keyof PlatformToken,
  io: Io,
): Promise<ProcessedRows> {
  const profile = profiles[name];
  const { country, valid, ...own } = options;
  const fallback = requireCountry(country);
  const phone: (string | undefined)[] = [];
  const email: (string | undefined)[] = [];
  const rejected: RejectedRow[] = [];
  const read = (row: number, field: Field, cells: CustomerRow): string | undefined => {
    const cell = cells[field];
    if (cell === undefined) return undefined;
    try {
      if (field === 'email') return profile.email(cell, own)[pick];
      if (profile.phone === undefined) {
        rejected.push({ row, field, code: 'not-supported' });
        return undefined;
      }
      return profile.phone(cell, {
        ...own,
        strict: valid,
        country: rowCountry(cells.country ?? '', fallback),
      })[pick];
    } catch (error) {
      if (!(error instanceof VeilmatchError) || error.code === 'argument') throw error;
      if (error.code !== 'empty') rejected.push({ row, field, code: error.code as RejectedRow['code'] });
      return undefined;
    }
  };
  for (const [row, cells] of rows.entries()) {
    const before = rejected.length;
    phone.push(read(row, 'phone', cells));
    email.push(read(row, 'email', cells));
    const found = phone[row] !== undefined || email[row] !== undefined || rejected.length > before;
    if (!found) rejected.push({ row, code: 'empty' });
    if (row % BATCH === 0) await breathe(io);
  }
  return { phone, email, rejected };
}
