// SPDX-License-Identifier: Apache-2.0
/** The options that say how a result is written, the same for every command that writes one. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { Keep } from '../../lists/columns.js';
import { checkFileNames } from '../../lists/output.js';
import { refuseTable } from '../../lists/sinks.js';

export function spreadsheetOption(): Option {
  return new Option(
    '--spreadsheet',
    'write CSV for a spreadsheet: an apostrophe before cells that it would take for formulas, such as +14155550123',
  );
}

export function spillOption(): Option {
  return new Option(
    '--spill <WHEN>',
    'with -o: let the rows wait on disk, beside that file, in place of memory (auto: when they are many)',
  )
    .choices(['auto', 'always', 'never'])
    .default('auto');
}

export function reportOption(): Option {
  return new Option(
    '--report <FILE>',
    'also write a page to this file, with plots, to look at and to print: counts, shapes and times alone',
  );
}

/** @returns the file of `--report`, where there is one @throws {VeilmatchError} `argument` for what is no file */
export function reportFile(flags: { readonly report?: string | undefined }): string[] {
  refuseTable(flags.report, 'A page');
  return checkFileNames({ '--report': flags.report });
}

export function keepOption(): Option {
  return new Option(
    '--keep <NAME,...>',
    'with -o: columns of the own list, by name or by number from 1, that stand in each row again, behind all others; or "all"; repeatable',
  ).argParser(parseKeep);
}

/** @throws {VeilmatchError} `argument` for columns that are kept in no file */
export function checkKeep(flags: {
  readonly keep?: Keep | undefined;
  readonly output?: string | undefined;
}): void {
  if (flags.keep === undefined || flags.output !== undefined) return;
  throw new VeilmatchError(
    'argument',
    '--keep is for the rows that go to a file: name it with --output, or leave --keep away.',
  );
}

function parseKeep(text: string, before: Keep = []): Keep {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new InvalidArgumentError('Give names or numbers of columns with a comma between them, or "all".');
  return text === 'all' || before === 'all' ? 'all' : [...before, ...names];
}
