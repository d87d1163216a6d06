// SPDX-License-Identifier: Apache-2.0
/**
 * Which columns of a file hold what, from the options or from a look at its first rows, and the sentence that says how
 * it was decided. Only header names appear in messages, and a header that looks like data is not one.
 */

import { VeilmatchError } from '../errors.js';
import { countryNamed } from '../identifiers/countries.js';
import { standsForNothing } from '../identifiers/placeholders.js';
import type { Field } from '../identifiers/row.js';
import { withoutInvisibles } from '../identifiers/text.js';
import { type ColumnContent, contentOf, looksLikeIdentifier } from './column-content.js';
import {
  type ColumnKind,
  rankOf,
  speaksAgainst,
  speaksFor,
  speaksOfDialling,
  wordsOf,
} from './column-names.js';
import { describe, findColumn, isHeaderName, listed, NUMBER, nameOf, type Table } from './named-columns.js';
import { MIN_SHARE, nothingFound } from './unrecognised.js';

/** A column that somebody names, and what is in it. */
export interface ColumnOption {
  /** A header name, or a column's number from 1. */
  readonly name: string;
  /** With `opaque` its cells are taken as they are: customer numbers, tokens. A list holds these or the others. */
  readonly field: Field | 'opaque';
}

/** What is said of columns; the rest is found out. */
export interface ColumnOptions {
  /** Nothing is guessed when there is one. */
  readonly columns?: readonly ColumnOption[] | undefined;
  /** Guessed when it is not given. */
  readonly header?: boolean | undefined;
  readonly country?: string | undefined;
  /** '' for none, even if one is called so. */
  readonly countryColumn?: string | undefined;
  /** Columns that are read besides, by a header name or a number from 1. */
  readonly beside?: readonly string[] | undefined;
  /** Columns that each row keeps as they are, by a header name or a number from 1; with `all` every one but those that `phone` or `email` alone is read from. */
  readonly keep?: Keep | undefined;
}

/** Which columns of a list stand in a result again. */
export type Keep = 'all' | readonly string[];

/** Positions from 0. */
export interface Columns {
  /** The names in the first record, if it is a header. */
  readonly header: readonly string[] | undefined;
  readonly phone: readonly number[];
  readonly email: readonly number[];
  /** In place of the two. */
  readonly opaque?: readonly number[] | undefined;
  readonly country: number | undefined;
  /** In the order in which they were named. */
  readonly beside?: readonly number[] | undefined;
  /** In the order in which they were named. */
  readonly keep?: readonly number[] | undefined;
}

/** A column that is used, and why. */
export interface ChosenColumn {
  /** From 1. */
  readonly number: number;
  /** Its name, where it has one that could not be a value. */
  readonly name?: string | undefined;
  readonly kind: ColumnKind | 'opaque';
  readonly why: string;
}

/** What the columns of a table are taken for. */
export interface ColumnReading {
  readonly columns: Columns;
  readonly chosen: readonly ChosenColumn[];
  /** Of every column its name, where it has one that could not be a value. */
  readonly names: readonly (string | undefined)[];
}

export interface ColumnChoice extends ColumnReading {
  /** What was taken and why, a line each, for people. */
  readonly notes: readonly string[];
}

const TITLES: Readonly<Record<ChosenColumn['kind'], string>> = {
  phone: 'telephone numbers',
  email: 'e-mail addresses',
  country: 'countries',
  opaque: 'what is taken as it is',
};

const FIELDS: readonly Field[] = ['phone', 'email'];

/** Records that are looked at before the columns are chosen. */
export const SAMPLE_RECORDS = 500;

/** A column of bare digits must hold nearly nothing else than assigned numbers. */
const MIN_PLANNED = 0.95;
/** Nearly all cells of a column of countries name one. */
const MIN_COUNTRIES = 0.9;
/** A better name does not make up for a column that is as good as empty. */
const MIN_OF_BEST = 0.25;

/** @throws {VeilmatchError} `argument` when an option names no column, or nothing can be found without one */
export function chooseColumns(
  sample: readonly (readonly string[])[],
  options: ColumnOptions,
  source: string,
): ColumnChoice {
  const { table, ...choice } = findColumns(sample, options, source);
  if (foundNothing(choice)) throw nothingFound(table, options, sample);
  return choice;
}

export function foundNothing({ columns: { phone, email, opaque = [] } }: ColumnReading): boolean {
  return phone.length + email.length + opaque.length === 0;
}

/**
 * @param sample the first records of the file, at least one
 * @param source how messages name the file
 * @returns what was found, which may be nothing
 * @throws {VeilmatchError} `argument` when an option names no column
 */
export function findColumns(
  sample: readonly (readonly string[])[],
  options: ColumnOptions,
  source: string,
): ColumnChoice & { readonly table: Table } {
  const first = sample[0]!;
  checkOpaque(first, options, source);
  const hasHeader = options.header ?? isHeader(first, options);
  const rows = hasHeader ? sample.slice(1) : sample;
  const width = Math.max(...sample.map((record) => record.length));
  const table: Table = { source, header: hasHeader ? aligned(first, rows) : undefined, width };
  const notes: string[] = [];
  if (options.header === undefined) {
    notes.push(
      hasHeader
        ? 'its first line is a header (guessed; --no-header overrules)'
        : 'there is no header (guessed; --header overrules)',
    );
  }
  if (table.header !== undefined && table.header !== first) {
    notes.push('the header is one name short: its names are taken to begin with column 2');
  }
  const beside = options.beside?.map((name) => findColumn(table, name)) ?? [];
  const { countryColumn } = options;
  const given = countryColumn ? findColumn(table, countryColumn) : undefined;
  const country = countryColumn === undefined ? guessCountry(table, rows) : given;
  const chosen: ChosenColumn[] = [];
  const choose = (kind: ChosenColumn['kind'], column: number, why: string): void => {
    chosen.push({ number: column + 1, name: nameOf(table, column), kind, why });
    const overruling = kind === 'country' ? '--country-column' : `--column NAME=${kind}`;
    const overrules = why.startsWith('--') ? '' : `; ${overruling} overrules`;
    notes.push(`${describe(table, column)} holds ${TITLES[kind]} (${why}${overrules})`);
  };
  const found: Record<Field, number[]> = { phone: [], email: [] };
  let opaque: readonly number[] = [];
  const others: string[] = [];
  if (options.columns !== undefined && options.columns.length > 0) {
    const { opaque: taken, ...declared } = declaredColumns(table, options.columns);
    Object.assign(found, declared);
    opaque = taken;
    for (const field of FIELDS) for (const column of found[field]) choose(field, column, '--column');
    for (const column of opaque) choose('opaque', column, '--column');
  } else {
    const judged = Array.from({ length: width }, (_, column) =>
      contentOf(rows, column, options.country, country),
    );
    for (const field of FIELDS) {
      const candidate = guess(field, table, judged);
      if (candidate === undefined) {
        for (const column of field === 'phone' ? bareDigits(table, judged) : []) {
          others.push(
            `${describe(table, column)} may hold ${TITLES.phone} and is not used: its digits alone do not say so (--column NAME=phone takes it)`,
          );
        }
        continue;
      }
      found[field].push(candidate.column);
      choose(field, candidate.column, candidate.why);
      for (const other of candidate.others) {
        const alone = rowsOf(rows, candidate.column, other);
        others.push(
          `${describe(table, other)} may hold ${TITLES[field]} too and is not used${alone === 0 ? '' : `: ${alone} of the first ${rows.length} rows have one there and none in ${describe(table, candidate.column)} (--column NAME=${field} for each reads both)`}`,
        );
      }
    }
  }
  if (country !== undefined && opaque.length === 0)
    choose('country', country, given === undefined ? 'by its name' : '--country-column');
  // Numbers are read without it, and whoever has it in the list expects otherwise.
  if (country === undefined && countryColumn === undefined && found.phone.length > 0) {
    for (const column of calledCountry(table)) {
      // As the cards of a telephone have it.
      if (!rows.some((row) => !isBlank(row[column]))) continue;
      others.push(
        `${describe(table, column)} is not used: too many of its cells name no country (--country-column overrules)`,
      );
    }
  }
  const keep = options.keep === undefined ? undefined : keptColumns(table, first, options.keep, found);
  if (keep !== undefined && keep.length > 0) notes.push(`every row keeps ${listed(table, keep)} (--keep)`);
  const names = Array.from({ length: width }, (_, column) => nameOf(table, column));
  return {
    table,
    columns: {
      ...{ header: table.header, country, ...found },
      ...(beside.length > 0 && { beside }),
      ...(opaque.length > 0 && { opaque }),
      // There is no other column for them in a result.
      ...((keep !== undefined || opaque.length > 0) && { keep: [...new Set([...opaque, ...(keep ?? [])])] }),
    },
    chosen,
    names,
    notes: [...notes, ...others],
  };
}

/** How many rows have something like an identifier in the second column, and nothing in the first. */
function rowsOf(rows: readonly (readonly string[])[], empty: number, other: number): number {
  return rows.filter((row) => isBlank(row[empty]) && looksLikeIdentifier(row[other] ?? '')).length;
}

const isBlank = (cell = ''): boolean => cell.trim() === '' || standsForNothing(cell.trim());

interface Candidate {
  readonly column: number;
  readonly why: string;
  readonly others: readonly number[];
}

function isHeader(
  first: readonly string[],
  { columns = [], countryColumn = '', beside = [], keep = [] }: ColumnOptions,
): boolean {
  const kept = keep === 'all' ? [] : keep;
  const named = [...columns.map(({ name }) => name), countryColumn, ...beside, ...kept]
    // A cell may well be "1" in a file without a header.
    .filter((name) => name !== '' && !NUMBER.test(name));
  if (named.some((name) => isHeaderName(first, name))) return true;
  return !first.some(looksLikeIdentifier);
}

/** R writes the names of rows, and none for their column. */
function aligned(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const isShort = rows.length > 0 && rows.every(({ length }) => length === header.length + 1);
  return isShort && rows.every(([name = '']) => name !== '') ? ['', ...header] : header;
}

/**
 * Nothing in a cell of these tells whether it is a name, and a row that is taken for names is lost without a word.
 * @throws {VeilmatchError} `argument`, also where such columns stand beside others
 */
function checkOpaque(
  first: readonly string[],
  { columns = [], header }: ColumnOptions,
  source: string,
): void {
  const opaque = columns.filter(({ field }) => field === 'opaque');
  if (opaque.length === 0) return;
  if (opaque.length < columns.length) {
    throw new VeilmatchError(
      'argument',
      'A list holds telephone numbers and e-mail addresses, which are read, or what is taken as it is: give every --column as ' +
        'opaque, or none.',
    );
  }
  if (header !== undefined || opaque.some(({ name }) => isHeaderName(first, name))) return;
  throw new VeilmatchError(
    'argument',
    `The first line of ${source} is a header or not, and no cell tells: say --header or --no-header, or name the column.`,
  );
}

function declaredColumns(
  table: Table,
  options: readonly ColumnOption[],
): Record<ColumnOption['field'], number[]> {
  const declared: Record<ColumnOption['field'], number[]> = { phone: [], email: [], opaque: [] };
  for (const { name, field } of options) {
    const column = findColumn(table, name);
    if (Object.values(declared).some((columns) => columns.includes(column))) {
      throw new VeilmatchError(
        'argument',
        `${describe(table, column)} of ${table.source} is named by two --column options.`,
      );
    }
    declared[field].push(column);
  }
  return declared;
}

/** @throws {VeilmatchError} `argument` for a name that is none, is that of several columns, or was given before */
function keptColumns(
  table: Table,
  first: readonly string[],
  keep: Keep,
  found: Readonly<Record<Field, readonly number[]>>,
): readonly number[] {
  if (keep === 'all') return allKept(Math.max(table.header?.length ?? 0, first.length), found);
  const kept = new Set<number>();
  for (const name of keep) {
    const column = findColumn(table, name);
    if (kept.has(column)) {
      throw new VeilmatchError(
        'argument',
        `${describe(table, column)} of ${table.source} is to be kept twice: name it once in --keep.`,
      );
    }
    kept.add(column);
  }
  return [...kept];
}

/** All but those that stand in the result anyway: the one column of telephone numbers, and the one of addresses. */
function allKept(width: number, found: Readonly<Record<Field, readonly number[]>>): readonly number[] {
  const written = new Set(FIELDS.flatMap((field) => (found[field].length === 1 ? found[field] : [])));
  return Array.from({ length: width }, (_, column) => column).filter((column) => !written.has(column));
}

/**
 * What kept columns are called in a result: as in the list, `column_3` where there is no name, and with a number behind it where
 * another one is called so, in any case, as databases have it.
 * @param taken names that stand in the result anyway
 */
export function keptNames({ header = [], keep = [] }: Columns, taken: readonly string[]): readonly string[] {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  /** The next number to try behind a name: a list may have thousands of columns with one. */
  const next = new Map<string, number>();
  return keep.map((column) => {
    const given = withoutInvisibles(header[column] ?? '');
    // Control characters could write anything on a terminal, and no database takes all of them.
    const plain = given === '' || /\p{C}/u.test(given) ? `column_${column + 1}` : given;
    const folded = plain.toLowerCase();
    let number = next.get(folded) ?? 1;
    const numbered = (name: string): string => (number === 1 ? name : `${name}_${number}`);
    while (used.has(numbered(folded))) number++;
    next.set(folded, number + 1);
    used.add(numbered(folded));
    return numbered(plain);
  });
}

function guess(kind: Field, table: Table, contents: readonly ColumnContent[]): Candidate | undefined {
  const words = (table.header ?? []).map(wordsOf);
  const sure = (column: number): number => contents[column]![kind].sure;
  const byName = words.flatMap((name, column) => {
    if (!speaksFor(kind, name)) return [];
    const { filled, [kind]: content } = contents[column]!;
    return filled === 0 || content.possible > 0 ? [column] : [];
  });
  if (byName.length > 0) {
    const best = byName.reduce((most, column) => Math.max(most, sure(column)), 0);
    const rank = (column: number): number =>
      sure(column) < MIN_OF_BEST * best ? Number.POSITIVE_INFINITY : rankOf(kind, words[column]!);
    // Of two that are as good the first one; by content where names do not tell.
    const order = (a: number, b: number): number => {
      const [one, other] = [rank(a), rank(b)];
      return one === other ? sure(b) - sure(a) : one - other;
    };
    const [column, ...others] = byName.sort(order);
    return { column: column!, why: 'by its name', others };
  }
  const byContent = contents
    .flatMap((content, column) => {
      if (speaksAgainst(kind, words[column] ?? '')) return [];
      const convincing = kind === 'email' ? content.email.sure : phonesIn(content, table);
      return convincing > 0 && convincing >= MIN_SHARE * content.filled ? [column] : [];
    })
    .sort((a, b) => sure(b) - sure(a));
  const [column, ...others] = byContent;
  if (column === undefined) return undefined;
  return { column, why: `${sure(column)} of its first ${contents[column]!.filled} cells are some`, others };
}

/**
 * Cells that are telephone numbers by how they are written. Bare digits are customer numbers, accounts and dates as well: they
 * count where there is no name that keeps silent about them, and hardly one among them could be something else.
 */
function phonesIn({ filled, phone }: ColumnContent, { header, width }: Table): number {
  // Some are written as numbers are, so that the others, without a sign of it, are, too.
  if (phone.written >= phone.sure / 2) return phone.sure;
  if (header !== undefined) return phone.written;
  const plain = width === 1 ? phone.sure : phone.planned + phone.written;
  return plain >= MIN_PLANNED * filled ? plain : phone.written;
}

/** Columns that could hold numbers, where neither a name nor a way of writing them says that they do. */
function bareDigits({ header = [] }: Table, contents: readonly ColumnContent[]): number[] {
  return contents.flatMap(({ filled, phone, email }, column) => {
    if (phone.sure === 0 || phone.sure < MIN_SHARE * filled || email.sure > 0) return [];
    return speaksAgainst('phone', wordsOf(header[column] ?? '')) ? [] : [column];
  });
}

/** A column that is called so and holds nothing else; else one of the codes that are dialled. */
function guessCountry(table: Table, rows: readonly (readonly string[])[]): number | undefined {
  const best = calledCountry(table).find((column) => {
    const { filled, country } = contentOf(rows, column, undefined, undefined);
    return country > 0 && country >= MIN_COUNTRIES * filled;
  });
  const words = (table.header ?? []).map(wordsOf);
  const dialled = words.findIndex((name, column) => speaksOfDialling(name) && holdsCodes(rows, column));
  return best ?? (dialled < 0 ? undefined : dialled);
}

/** Columns that are called so, the best name first. */
function calledCountry({ header = [] }: Table): number[] {
  const words = header.map(wordsOf);
  return words
    .flatMap((name, column) => (speaksFor('country', name) ? [column] : []))
    .sort((a, b) => rankOf('country', words[a]!) - rankOf('country', words[b]!));
}

/** Nearly all cells are codes that some country is dialled by. */
function holdsCodes(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => cell !== '');
  const codes = cells.filter((cell) => /^(?:\+|00)?\d{1,3}$/.test(cell) && countryNamed(cell) !== undefined);
  return codes.length > 0 && codes.length >= MIN_COUNTRIES * cells.length;
}
