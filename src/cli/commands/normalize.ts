// SPDX-License-Identifier: Apache-2.0
/** `veilmatch normalize`: a list in the one spelling that a match needs. */

import { Option } from 'commander';
import { PROFILE_NAMES, type ProfileName } from '../../identifiers/profiles.js';
import type { Command } from '../command.js';
import { assignedOption, LIST_ARGUMENT } from '../flags/list-options.js';
import { asNormalized, asPlatform } from './apply.js';
import { type ReportFlags, reportOn, reportOptions } from './list-report.js';

interface NormalizeFlags extends ReportFlags {
  readonly profile?: ProfileName;
  readonly assigned?: true;
}

export const normalize: Command = {
  name: 'normalize',
  summary: 'write telephone numbers as E.164 and e-mail addresses in one spelling',
  arguments: [LIST_ARGUMENT],
  options: [
    new Option('--profile <NAME>', 'write what this advertising platform hashes instead').choices(
      PROFILE_NAMES,
    ),
    assignedOption(),
    ...reportOptions(),
  ],
  help: `
The output has the columns line, phone and email, and a row for each row of the list with anything in it that
could be read. Standard error says which columns were taken, and how many cells were rejected, why and where.

Parquet, in and out, needs the package @duckdb/node-api; without -o, rows are written while the list is read.
What comes out is personal data in the clear.

Examples:
  veilmatch normalize patients.csv --country US
  veilmatch normalize patients.csv --country US --rejected rejected.csv -o normalized.csv
  veilmatch normalize export.csv --column "Mobile phone"=phone --column 7=email --country-column Country
  veilmatch normalize list.csv.gz --profile meta --country DE -o list.parquet
`,
  run(args, options, io) {
    const flags = options as NormalizeFlags;
    const { country, assigned, international, strict, profile } = flags;
    const reading = { country, assigned, international, strict };
    return reportOn(
      args[0]!,
      {
        flags,
        title: 'normalized',
        treatment: profile === undefined ? asNormalized(reading) : asPlatform(profile, 'normalized', reading),
      },
      io,
    );
  },
};
