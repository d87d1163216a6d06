// SPDX-License-Identifier: Apache-2.0
/** The options that say how a result is written, the same for every command that writes one. */

import { Option } from 'commander';

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
