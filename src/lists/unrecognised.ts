// SPDX-License-Identifier: Apache-2.0
/** Lists in which no column is recognised: what their columns may hold, and what is said. */

import { VeilmatchError } from '../errors.js';
import type { Field } from '../identifiers/row.js';
import { contentOf, isHash } from './column-content.js';
import { speaksAgainst, wordsOf } from './column-names.js';
import { listColumns, listed, type Table } from './named-columns.js';

/** A column must be this full of what it is taken for, or may be. */
export const MIN_SHARE = 0.6;

/** Where numbers without a country are read. */
interface GivenCountry {
  readonly country?: string | undefined;
  readonly countryColumn?: string | undefined;
}

/** A column of a list in which none was recognised, and what it may hold by what its cells look like. */
export interface LikelyColumn {
  /** From 1. */
  readonly number: number;
  readonly kind: Field | 'opaque';
  /** Whether its numbers are read where a country is given alone. */
  readonly needsCountry?: true | undefined;
}

/**
 * What the columns of a list may hold in which none was recognised, by what most of their cells look like; the likeliest first.
 * @param sample as for `findColumns`, which gave the table
 */
export function likelyColumns(
  table: Table,
  sample: readonly (readonly string[])[],
  { country }: GivenCountry,
): readonly LikelyColumn[] {
  const rows = table.header === undefined ? sample : sample.slice(1);
  const words = (table.header ?? []).map(wordsOf);
  const likely = Array.from({ length: table.width }, (_, column) => {
    const number = column + 1;
    const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => cell !== '');
    const most = (count: number): boolean => count > 0 && count >= MIN_SHARE * cells.length;
    if (most(cells.filter(isHash).length)) return { number, kind: 'opaque' as const, weight: cells.length };
    const { phone, email } = contentOf(rows, column, country, undefined);
    if (most(email.possible)) return { number, kind: 'email' as const, weight: email.possible };
    if (!most(phone.possible) || speaksAgainst('phone', words[column] ?? '')) return undefined;
    const { sure, possible } = phone;
    return {
      ...{ number, kind: 'phone' as const, weight: Math.max(sure, possible / table.width) },
      ...(sure === 0 && country === undefined && { needsCountry: true as const }),
    };
  });
  return likely
    .filter((column) => column !== undefined)
    .sort((a, b) => b.weight - a.weight)
    .map(({ weight: _, ...column }) => column);
}

export function nothingFound(
  table: Table,
  options: GivenCountry,
  sample: readonly (readonly string[])[],
): VeilmatchError {
  const { what, advice, hashed } = whyNothing(table, options, sample);
  return new VeilmatchError(
    'argument',
    `No column of ${table.source} ${what}. ${hashed ? '' : `${listColumns(table)} `}${advice}`,
  );
}

/** The same in a report. */
export function nothingNote(
  table: Table,
  options: GivenCountry,
  sample: readonly (readonly string[])[],
): string {
  const { what, advice } = whyNothing(table, options, sample);
  return `no column ${what}. ${advice}`;
}

function whyNothing(
  table: Table,
  { country, countryColumn }: GivenCountry,
  sample: readonly (readonly string[])[],
): { readonly what: string; readonly advice: string; readonly hashed: boolean } {
  const what = 'could be recognised as telephone numbers or e-mail addresses';
  const all = Array.from({ length: table.width }, (_, column) => column);
  const hashed = all.filter((column) => sample.some((record) => isHash(record[column]?.trim() ?? '')));
  if (hashed.length > 0) {
    const advice =
      `There are hashes in ${listed(table, hashed)}: hashes match the same hashes alone, as --column NAME=opaque takes them. To match ` +
      'otherwise take the list from which they were made. veilmatch reverse says how many of them anybody can read.';
    return { what, advice, hashed: true };
  }
  const hint =
    country === undefined && countryColumn === undefined
      ? ' National telephone numbers are recognised when --country is given.'
      : '';
  const advice = `Say which to use: --column NAME=phone or --column NAME=email, by name or by number from 1.${hint}`;
  return { what, advice, hashed: false };
}
