// SPDX-License-Identifier: Apache-2.0
/** The options that say how a customer list is read, the same for every command that reads one. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { HASH_ALGORITHMS, type HashRule } from '../../identifiers/opaque.js';
import { knownCountry } from '../../identifiers/tables/named-countries.js';
import type { ColumnOption } from '../../lists/columns.js';
import type { ListOptions } from '../../lists/table.js';
import type { ExitStatus } from '../command.js';
import { parseCount, wholeNumber } from './values.js';

interface GivenColumn extends ColumnOption {
  /** How its cells were made, where they are hashes. */
  readonly hashed?: HashRule;
}

export interface ListFlags {
  readonly country?: string;
  readonly countryColumn?: string;
  readonly international?: true;
  readonly column?: readonly GivenColumn[];
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly comment?: string;
  readonly skip?: number;
  readonly charset?: string;
  readonly maxRecord?: number;
  readonly query?: string;
}

export const LIST_ARGUMENT: { readonly name: string; readonly description: string } = {
  name: '<file>',
  description:
    'a customer list: CSV, JSON Lines or vCard, also compressed with gzip or zstd; or Parquet; - is standard input; several as ' +
    "one: 'part-*.csv'; or where it lives: sqlite:FILE?table=NAME, postgres://USER@HOST/DATABASE?table=NAME, s3://, gs://, https://",
};

export function listOptions(): Option[] {
  return [
    new Option(
      '--country <CC>',
      'country of telephone numbers written without one, such as US or DE',
    ).argParser(parseCountry),
    new Option(
      '--country-column <NAME>',
      'column that holds the country of each row; --country is for rows in which it is empty; "" for none (default: one that is called so)',
    ),
    new Option('--international', "telephone numbers without a plus begin with their country's code"),
    new Option(
      '--column <NAME=KIND>',
      'use this column, by its name or its number from 1, as phone or email; repeatable; nothing is guessed then; ' +
        '"phone" and "email" alone are short for phone=phone and email=email; of connect, serve and psi as opaque: customer numbers and the ' +
        'like, as they are; as opaque:ALGORITHM:RULE hashes, such as opaque:sha256:meta',
    ).argParser(parseColumn),
    new Option('--header', 'the first line is a header (guessed otherwise)'),
    new Option('--no-header', 'the first line is data'),
    new Option(
      '--delimiter <CHARACTER>',
      'what separates the fields: one character, or "tab" (found out otherwise)',
    ).argParser(parseSign),
    new Option('--quote <CHARACTER>', 'what stands around fields, or "none" (default: ")').argParser(
      parseQuote,
    ),
    new Option(
      '--escape <CHARACTER>',
      'what stands before a quote inside of a field (default: a second quote)',
    ).argParser(parseSign),
    new Option('--comment <CHARACTER>', 'lines that begin with it are left out').argParser(parseSign),
    new Option('--skip <N>', 'lines above the table to leave out').argParser(
      wholeNumber(0, 1000, 'Give a number of lines, from 0 to 1000.'),
    ),
    new Option(
      '--charset <NAME>',
      'of a text without a byte order mark, such as windows-1252 or utf-16le (default: utf-8)',
    ).argParser(parseEncoding),
    new Option(
      '--max-record <N>',
      'characters of the longest record that is read (default: 1000000)',
    ).argParser(parseCount),
    new Option(
      '--query <SQL>',
      'of a database that is named without a table: what is read, one statement of its own SQL',
    ),
  ];
}

export function assignedOption(): Option {
  return new Option(
    '--assigned',
    'take only numbers in ranges that are assigned (a possible length is enough otherwise)',
  );
}

/** The same words wherever a list is read. */
export function strictOption(): Option {
  return new Option(
    '--strict',
    'refuse what can be read in two ways, and end with status 1 when anything was rejected; the output is written all the same',
  );
}

/** Cells that may be rejected: so many, or this share of those with anything in them. */
export type MostRejected = { readonly cells: number } | { readonly share: number };

/** For lists that are read every day: a bad cell is nothing new, a column that has moved is. */
export function maxRejectedOption(): Option {
  return new Option(
    '--max-rejected <N>',
    'end with status 1 when more cells are rejected: a number, or a share of those with anything in them, such as 2% (default: when all are); the output is written all the same',
  ).argParser(parseMostRejected);
}

function parseMostRejected(text: string): MostRejected {
  const share = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text)?.[1];
  if (share !== undefined && Number(share) <= 100) return { share: Number(share) / 100 };
  if (/^\d{1,12}$/.test(text)) return { cells: Number(text) };
  throw new InvalidArgumentError('Give a number of cells, such as 100, or a share of them, such as 2%.');
}

/**
 * What a command ends with that has rejected so many rows or cells, and has done all else.
 * @param taken cells that were not, of commands that turn a list into another one: where there is none, the result is nothing
 */
export function statusFor(
  { strict, maxRejected }: { readonly strict?: true; readonly maxRejected?: MostRejected },
  rejected: number,
  taken?: number,
): ExitStatus {
  if (rejected === 0) return 0;
  if (strict || taken === 0) return 1;
  if (maxRejected === undefined || taken === undefined) return 0;
  const most = 'cells' in maxRejected ? maxRejected.cells : maxRejected.share * (taken + rejected);
  return rejected > most ? 1 : 0;
}

/** @throws {VeilmatchError} `argument` for columns that are taken as they are */
export function refuseOpaque({ column = [] }: ListFlags): void {
  if (!column.some(({ field }) => field === 'opaque')) return;
  throw new VeilmatchError(
    'argument',
    'This command reads telephone numbers and e-mail addresses. --column NAME=opaque is for those that match with a partner: connect, ' +
      'serve and psi.',
  );
}

/** @throws {VeilmatchError} `argument` for columns that are taken as they are, unless `taking` is `any` */
export function toListOptions(flags: ListFlags, taking: 'read' | 'any' = 'read'): ListOptions {
  if (taking === 'read') refuseOpaque(flags);
  const { column: columns, header, country, countryColumn, charset: encoding, maxRecord, query } = flags;
  const { delimiter, quote, comment, skip } = flags;
  const dialect = { delimiter, quote, escape: flags.escape, comment, skip };
  return { columns, header, country, countryColumn, dialect, encoding, maxRecord, query };
}

export function parseCountry(text: string): string {
  const country = knownCountry(text);
  if (country !== undefined) return country;
  throw new InvalidArgumentError('Give two letters of ISO 3166-1, such as US, GB (not UK) or DE.');
}

function parseColumn(text: string, before: readonly GivenColumn[] = []): GivenColumn[] {
  const parts = /^(.+)=(phone|email)$/is.exec(text) ?? /^((phone|email))$/i.exec(text);
  if (parts) return [...before, { name: parts[1]!, field: parts[2]!.toLowerCase() as ColumnOption['field'] }];
  const at = text.lastIndexOf('=');
  const [kind, ...made] = text.slice(at + 1).split(':');
  if (at < 1 || kind?.toLowerCase() !== 'opaque') {
    throw new InvalidArgumentError(
      'Give NAME=phone, NAME=email or NAME=opaque; NAME may be a number from 1.',
    );
  }
  const hashed = made.length === 0 ? undefined : parseHashRule(made);
  const rules = new Set([...before, { hashed }].map((column) => JSON.stringify(column.hashed)));
  if (rules.size > 1)
    throw new InvalidArgumentError('All hashes of a list are made in one way: say the same of each column.');
  return [...before, { name: text.slice(0, at), field: 'opaque', ...(hashed && { hashed }) }];
}

/** Of `sha256:meta`, in lower case. */
function parseHashRule([algorithm = '', rule = '', ...more]: readonly string[]): HashRule {
  const known = HASH_ALGORITHMS.find((name) => name === algorithm.toLowerCase());
  if (known !== undefined && /^[a-z\d-]{1,40}$/i.test(rule) && more.length === 0)
    return { algorithm: known, rule: rule.toLowerCase() };
  throw new InvalidArgumentError(
    `Of hashes give NAME=opaque:ALGORITHM:RULE, as token=opaque:sha256:meta: one of ${HASH_ALGORITHMS.join(', ')}, and the platform ` +
      'whose rule they follow, or a name that both parties have agreed on, of letters, digits and hyphens.',
  );
}

const SIGN_NAMES: Readonly<Record<string, string>> = {
  tab: '\t',
  '\\t': '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  space: ' ',
};

function parseSign(text: string): string {
  const sign = SIGN_NAMES[text] ?? text;
  if (sign.length === 1 && !/[\r\n]/.test(sign)) return sign;
  throw new InvalidArgumentError('Give one character, or tab, comma, semicolon, pipe, space.');
}

function parseQuote(text: string): string {
  return text === 'none' ? '' : parseSign(text);
}

function parseEncoding(text: string): string {
  try {
    return new TextDecoder(text, { fatal: true }).encoding;
  } catch {
    throw new InvalidArgumentError('Give a name such as utf-8, utf-16le, windows-1252 or shift_jis.');
  }
}
