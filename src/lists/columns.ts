// SPDX-License-Identifier: Apache-2.0
/**
 * Which columns of a file hold what, from the options or from a look at its first rows, and the sentence that says how
 * it was decided. Only header names appear in messages, and a header that looks like data is not one.
 */

import { VeilmatchError } from '../errors.js';
import type { Field } from '../identifiers/row.js';
import { withoutInvisibles } from '../identifiers/text.js';
import { contentOf, looksLikeIdentifier } from './column-content.js';

export interface ColumnOption {
  /** A header name, or a column's number from 1. */
  readonly name: string;
  readonly field: Field;
}

export interface ColumnOptions {
  /** Nothing is guessed when there is one. */
  readonly columns?: readonly ColumnOption[] | undefined;
  /** Guessed when it is not given. */
  readonly header?: boolean | undefined;
  readonly country?: string | undefined;
  readonly countryColumn?: string | undefined;
  /** Columns that are read besides, by a header name or a number from 1. */
  readonly beside?: readonly string[] | undefined;
}

/** Positions from 0. */
export interface Columns {
  /** The names in the first record, if it is a header. */
  readonly header: readonly string[] | undefined;
  readonly phone: readonly number[];
  readonly email: readonly number[];
  readonly country: number | undefined;
  /** Those that are read besides, in the order in which they were named; left out where there are none. */
  readonly beside?: readonly number[];
}

export interface ColumnChoice {
  readonly columns: Columns;
  /** What was guessed and why, for people. */
  readonly notes: readonly string[];
}

const FIELDS: readonly Field[] = ['phone', 'email'];
const TITLES: Readonly<Record<Field, string>> = { phone: 'telephone numbers', email: 'e-mail addresses' };

const NAMES: Readonly<Record<Field, RegExp>> = {
  phone:
    /phone|telefon|telefono|\btele?\b|\btel\d|mobil|movil|\bcell|celular|cellulare|handy|portable|rufnummer|msisdn|whatsapp|\bsms\b|\bgsm\b/,
  email: /\be ?mail|\bmail\b|correo|courriel/,
};

/** A column's number, and not a telephone number that stands where a header is expected. */
const NUMBER = /^\d{1,6}$/;

/** A longer name says nothing of its column: to compose or take apart marks takes the square of their number. */
const MAX_NAME = 200;

/** A column that no name announces must be this full of what it is taken for. */
const MIN_SHARE = 0.6;

/**
 * @param sample the first records of the file, at least one
 * @param source how messages name the file
 * @throws {VeilmatchError} `argument` when an option names no column, or nothing can be found without one
 */
export function chooseColumns(
  sample: readonly (readonly string[])[],
  options: ColumnOptions,
  source: string,
): ColumnChoice {
  const first = sample[0]!;
  const { columns: declared = [], countryColumn = '', beside: besides = [] } = options;
  const named = [...declared.map(({ name }) => name), countryColumn, ...besides]
    // A cell may well be "1" in a file without a header.
    .filter((name) => name !== '' && !NUMBER.test(name));
  const hasHeader =
    options.header ?? (named.some((name) => isHeaderName(first, name)) || !first.some(looksLikeIdentifier));
  const header = hasHeader ? first : undefined;
  const table: Table = { source, header, width: Math.max(...sample.map((record) => record.length)) };
  const country = options.countryColumn === undefined ? undefined : findColumn(table, options.countryColumn);
  const beside = besides.length > 0 && { beside: besides.map((name) => findColumn(table, name)) };
  const guessed: string[] = [];
  if (options.header === undefined) guessed.push(hasHeader ? 'line 1 is a header' : 'there is no header');
  if (options.columns !== undefined && options.columns.length > 0) {
    const columns = { header, country, ...beside, ...declaredColumns(table, options.columns) };
    return { columns, notes: guessNote(guessed, hasHeader, options) };
  }
  const found = guess(table, hasHeader ? sample.slice(1) : sample, options.country, country);
  if (found.phone === undefined && found.email === undefined) throw nothingFound(table, options);
  const alsoPossible: string[] = [];
  for (const field of FIELDS) {
    const candidate = found[field];
    if (candidate === undefined) continue;
    guessed.push(`${describe(table, candidate.column)} holds ${TITLES[field]} (${candidate.why})`);
    for (const other of candidate.others) {
      alsoPossible.push(`${describe(table, other)} may hold ${TITLES[field]} too and is not used`);
    }
  }
  const notes = [...guessNote(guessed, hasHeader, options), ...alsoPossible];
  const only = (candidate: Candidate | undefined): number[] => (candidate ? [candidate.column] : []);
  return {
    columns: { header, country, ...beside, phone: only(found.phone), email: only(found.email) },
    notes,
  };
}

function guessNote(guessed: readonly string[], hasHeader: boolean, { header }: ColumnOptions): string[] {
  if (guessed.length === 0) return [];
  const column = '--column NAME=phone|email';
  const overruling =
    header === undefined
      ? `${hasHeader ? '--no-header' : '--header'} and ${column} overrule`
      : `${column} overrules`;
  return [`guessed that ${guessed.join(', ')}; ${overruling} this`];
}

interface Table {
  readonly source: string;
  readonly header: readonly string[] | undefined;
  readonly width: number;
}

interface Candidate {
  readonly column: number;
  readonly why: string;
  readonly others: readonly number[];
}

function declaredColumns(table: Table, options: readonly ColumnOption[]): Record<Field, number[]> {
  const declared: Record<Field, number[]> = { phone: [], email: [] };
  for (const { name, field } of options) {
    const column = findColumn(table, name);
    if (FIELDS.some((other) => declared[other].includes(column))) {
      throw new VeilmatchError(
        'argument',
        `${describe(table, column)} of ${table.source} is named by two --column options.`,
      );
    }
    declared[field].push(column);
  }
  return declared;
}

function findColumn(table: Table, name: string): number {
  const { source, header = [], width } = table;
  const plain = folded(name);
  for (const matches of [(n: string) => n === name, (n: string) => folded(n) === plain]) {
    const found = header.flatMap((n, i) => (matches(n) ? [i] : []));
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      throw new VeilmatchError(
        'argument',
        `${source} has ${found.length} columns named "${name}". Give the number of the one to use: ${found.map((i) => i + 1).join(' or ')}.`,
      );
    }
  }
  const number = NUMBER.test(name) ? Number(name) : 0;
  if (number >= 1 && number <= width) return number - 1;
  throw new VeilmatchError(
    'argument',
    `${source} has no column "${name}". ${listColumns(table)} Give one of them, or its number from 1.`,
  );
}

function isHeaderName(first: readonly string[], name: string): boolean {
  const plain = folded(name);
  return first.some((cell) => folded(cell) === plain);
}

function folded(name: string): string {
  return withoutInvisibles(name).toLowerCase();
}

function guess(
  table: Table,
  rows: readonly (readonly string[])[],
  country: string | undefined,
  countryColumn: number | undefined,
): Record<Field, Candidate | undefined> {
  const contents = Array.from({ length: table.width }, (_, column) =>
    contentOf(rows, column, country, countryColumn),
  );
  const best = (field: Field): Candidate | undefined => {
    const byScore = (a: number, b: number): number => contents[b]![field].sure - contents[a]![field].sure;
    const byName = (table.header ?? [])
      .flatMap((name, column) => (NAMES[field].test(words(name)) ? [column] : []))
      .filter((column) => contents[column]!.filled === 0 || contents[column]![field].possible > 0)
      .sort(byScore);
    if (byName.length > 0) return { column: byName[0]!, why: 'by its name', others: byName.slice(1) };
    const byContent = contents
      .flatMap(({ filled, [field]: { sure } }, column) =>
        sure > 0 && sure >= MIN_SHARE * filled ? [column] : [],
      )
      .sort(byScore);
    if (byContent.length === 0) return undefined;
    const { filled, [field]: content } = contents[byContent[0]!]!;
    const why = `${content.sure} of its first ${filled} cells are some`;
    return { column: byContent[0]!, why, others: byContent.slice(1) };
  };
  return { phone: best('phone'), email: best('email') };
}

/** `mobilePhone`, `Mobile_Phone` and `Téléphone (mobile)` as words in lower case; none for what is too long for a name. */
export function words(cell: string): string {
  const name = withoutInvisibles(cell);
  if (name.length > MAX_NAME) return '';
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** A header's name unless it could be a value that somebody declared to be a header. */
function describe({ header }: Table, column: number): string {
  const name = withoutInvisibles(header?.[column] ?? '');
  // Control characters could write anything on a terminal.
  const fit = name !== '' && name.length <= 60 && !/\p{C}/u.test(name) && !mayHoldIdentifier(name);
  return `column ${column + 1}${fit ? ` "${name}"` : ''}`;
}

/** Also one among other text: an address, or enough digits for a number. */
function mayHoldIdentifier(cell: string): boolean {
  return looksLikeIdentifier(cell) || cell.includes('@') || cell.replace(/\P{Nd}/gu, '').length >= 7;
}

function listColumns(table: Table): string {
  const shown = Math.min(table.width, 40);
  const names = Array.from({ length: shown }, (_, column) => describe(table, column)).join(', ');
  const more = table.width > shown ? ` and ${table.width - shown} more` : '';
  return `It has ${names}${more}${table.header ? '' : ' and no header'}.`;
}

function nothingFound(table: Table, { country, countryColumn }: ColumnOptions): VeilmatchError {
  const hint =
    country === undefined && countryColumn === undefined
      ? ' National telephone numbers are recognised when --country is given.'
      : '';
  return new VeilmatchError(
    'argument',
    `No column of ${table.source} could be recognised as telephone numbers or e-mail addresses. ${listColumns(table)} ` +
      `Say which to use: --column NAME=phone or --column NAME=email, by name or by number from 1.${hint}`,
  );
}
