// SPDX-License-Identifier: Apache-2.0
/** The options that say how a customer list is read, the same for every command that reads one. */

import { InvalidArgumentError, Option } from 'commander';
import { knownCountry } from '../../identifiers/countries.js';
import type { ColumnOption } from '../../lists/columns.js';
import type { Delimiter } from '../../lists/csv.js';
import type { ListOptions } from '../../lists/table.js';
import type { ExitStatus } from '../command.js';

export interface ListFlags {
  readonly country?: string;
  readonly countryColumn?: string;
  readonly column?: readonly ColumnOption[];
  readonly header?: boolean;
  readonly delimiter?: Delimiter;
}

export const LIST_ARGUMENT: { readonly name: string; readonly description: string } = {
  name: '<file>',
  description:
    'a customer list: CSV in UTF-8, or UTF-16 with a byte order mark, also compressed with gzip or zstd; or Parquet; - is standard input',
};

export function listOptions(): Option[] {
  return [
    new Option('--country <CC>', 'country of telephone numbers written without one, such as US or DE')
      .argParser(parseCountry)
      .conflicts('countryColumn'),
    new Option('--country-column <NAME>', 'column that holds the country of each row, in two letters'),
    new Option(
      '--column <NAME=KIND>',
      'use this column, by its name or its number from 1, as phone or email; repeatable; nothing is guessed then; ' +
        '"phone" and "email" alone are short for phone=phone and email=email',
    ).argParser(parseColumn),
    new Option('--header', 'the first line is a header (guessed otherwise)'),
    new Option('--no-header', 'the first line is data'),
    new Option(
      '--delimiter <CHARACTER>',
      'what separates the fields: "," ";" or tab (detected otherwise)',
    ).argParser(parseDelimiter),
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
    'end with status 1 when anything was rejected; the output is written all the same',
  );
}

/** What a command ends with that has rejected so many rows or cells, and has done all else. */
export function statusFor(flags: { readonly strict?: true }, rejected: number): ExitStatus {
  return flags.strict && rejected > 0 ? 1 : 0;
}

export function toListOptions(flags: ListFlags): ListOptions {
  const { column: columns, header, country, countryColumn, delimiter } = flags;
  return { columns, header, country, countryColumn, delimiter };
}

export function parseCountry(text: string): string {
  const country = knownCountry(text);
  if (country !== undefined) return country;
  throw new InvalidArgumentError('Give two letters of ISO 3166-1, such as US, GB (not UK) or DE.');
}

function parseColumn(text: string, before: readonly ColumnOption[] = []): ColumnOption[] {
  const parts = /^(.+)=(phone|email)$/is.exec(text) ?? /^((phone|email))$/i.exec(text);
  if (!parts) throw new InvalidArgumentError('Give NAME=phone or NAME=email; NAME may be a number from 1.');
  return [...before, { name: parts[1]!, field: parts[2]!.toLowerCase() as ColumnOption['field'] }];
}

const DELIMITER_NAMES: Readonly<Record<string, Delimiter>> = {
  ',': ',',
  ';': ';',
  tab: '\t',
  '\t': '\t',
  '\\t': '\t',
};

function parseDelimiter(text: string): Delimiter {
  const delimiter = DELIMITER_NAMES[text];
  if (delimiter !== undefined) return delimiter;
  throw new InvalidArgumentError('Give "," or ";" or tab.');
}
