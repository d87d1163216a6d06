// SPDX-License-Identifier: Apache-2.0
/** `veilmatch inspect`: says how a list would be read and what is in it, and does nothing else. No value is shown. */

import { Option } from 'commander';
import { isLocal, placeName } from '../../lists/address.js';
import { type InspectedColumn, inspectList, type ListInspection } from '../../lists/inspect.js';
import { withOutputs } from '../../lists/output.js';
import { refuseTable } from '../../lists/sinks.js';
import { signName } from '../../lists/table.js';
import type { Command } from '../command.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  type ListFlags,
  listOptions,
  statusFor,
  strictOption,
  toListOptions,
} from '../flags/list-options.js';
import { reportFile, reportOption } from '../flags/output-options.js';
import { inspectionPage } from '../report/inspection-page.js';
import { countryLines, placesOf, rejectedLine } from '../report/rejected.js';

interface InspectFlags extends ListFlags {
  readonly assigned?: true;
  readonly strict?: true;
  readonly json?: true;
  readonly output?: string;
  readonly report?: string;
}

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'say what a list holds and how it would be read, without a value of it',
  arguments: [LIST_ARGUMENT],
  options: [
    assignedOption(),
    strictOption(),
    ...listOptions(),
    new Option('--json', 'print the report as JSON'),
    new Option('-o, --output <FILE>', 'write to this file, which appears when it is complete'),
    reportOption(),
  ],
  help: `
The report names the format, every column with what its cells look like (a digit is a 9, a word an a), what was rejected,
rows that repeat earlier ones, identifiers that stand in many rows, the countries of the numbers, and the command line to go on
with; of a list in which no column is recognised, what its columns may hold. It can be handed on: no cell is in it, only names of
columns.

Examples:
  veilmatch inspect customers.csv --country US
  veilmatch inspect export.csv.gz --country-column Country --json
  veilmatch inspect customers.csv --country US --report customers.html
`,
  async run(args, options, io) {
    const flags = options as InspectFlags;
    const path = args[0]!;
    refuseTable(flags.output, 'A report');
    const outputs = [flags.output, ...reportFile(flags)];
    return withOutputs(outputs, [path], io, async (output, page) => {
      const report = await inspectList(path, { ...toListOptions(flags), assigned: flags.assigned }, io);
      const { notes: _, ...data } = report;
      await output!.write(
        flags.json ? `${JSON.stringify(data, null, 2)}\n` : reportText(report, path, flags),
      );
      await page?.write(inspectionPage(report));
      const recognised = report.reading.columns.some(({ kind }) => kind !== 'country');
      const rejections = report.rejected.reduce((sum, { count }) => sum + count, 0);
      return statusFor(flags, recognised ? rejections : Math.max(1, rejections));
    });
  },
};

function reportText(report: ListInspection, path: string, flags: InspectFlags): string {
  const { identifiers, countries, records, repeatedRows, frequent, rejected } = report;
  const kinds = report.reading.columns.filter(({ kind }) => kind !== 'country');
  const several = frequent.map(
    ({ kind, rows, lines }) =>
      `  ${kind === 'phone' ? 'a number' : 'an address'} in ${rows} rows (${placesOf(lines, report)}, ...): hardly one person`,
  );
  const ofCountries = Object.entries(countries).map(
    ([country, count]) => `${country === 'other' ? 'not known' : country} ${count}`,
  );
  return [
    ...report.notes.map((note) => `${placeName(path)}: ${note}`),
    '',
    ...columnLines(report.columns, report),
    '',
    `rows ${records}; different telephone numbers ${identifiers.phone}, e-mail addresses ${identifiers.email}; ` +
      `rows that only repeat earlier ones ${repeatedRows}`,
    ...several,
    ...(ofCountries.length > 0 ? [`countries of the numbers: ${ofCountries.join(', ')}`] : []),
    ...countryLines(report.unknownCountries, report),
    rejected.length > 0 ? 'rejected:' : kinds.length > 0 ? 'nothing was rejected' : 'nothing was read',
    ...rejected.map((entry) => rejectedLine(entry, report)),
    '',
    ...nextLines(path, report, flags),
    '',
  ].join('\n');
}

function columnLines(columns: readonly InspectedColumn[], { reading }: ListInspection): string[] {
  return columns.map(({ number, kind, filled, shapes, hashes }) => {
    const name = reading.names[number - 1];
    const use = kind === undefined ? '' : `  ${kind}`;
    const hashed = hashes > 0 ? `; hashes ${hashes}` : '';
    const looks = shapes.map(({ shape, count }) => `${shape} (${count})`).join(', ');
    const title = `column ${number}${name === undefined ? '' : ` "${name}"`}`;
    return `${title}${use}: ${filled} filled${looks === '' ? '' : `, such as ${looks}`}${hashed}`;
  });
}

const quoted = (text: string): string =>
  /^[\w./:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** What to go on with: what does the same without a guess; where nothing was recognised, what the likeliest column is read with. */
function nextLines(path: string, report: ListInspection, flags: InspectFlags): string[] {
  const { reading, likely, otherDelimiter } = report;
  const list = quoted(isLocal(path) ? path : placeName(path));
  if (otherDelimiter !== undefined) {
    return [`go on with: veilmatch inspect ${list} --delimiter ${quoted(signName(otherDelimiter))}`];
  }
  if (reading.columns.some(({ kind }) => kind !== 'country')) {
    return [`go on with: ${commandLine(list, report, flags)}`];
  }
  const lines = likely.map(({ number, kind, needsCountry }) => {
    const name = reading.names[number - 1] ?? String(number);
    const holds = `if column ${number} holds ${LIKELY[kind]}`;
    if (kind === 'opaque') return `${holds}: veilmatch reverse ${list} --column ${quoted(name)} --country CC`;
    const columns = [{ number, name, kind, why: '' }, ...reading.columns];
    const line = commandLine(list, { ...report, reading: { ...reading, columns } }, flags);
    return `${holds}: ${line}${needsCountry ? ' --country CC' : ''}`;
  });
  if (lines.length > 0) return ['go on with:', ...lines.slice(0, MOST_LIKELY).map((line) => `  ${line}`)];
  const line = commandLine(list, report, flags);
  return [`go on with: ${line} --column NAME=phone, or NAME=email, with the name or the number of a column`];
}

const LIKELY: Readonly<Record<ListInspection['likely'][number]['kind'], string>> = {
  phone: 'telephone numbers',
  email: 'e-mail addresses',
  opaque: 'hashes of telephone numbers',
};
const MOST_LIKELY = 3;

/** What does the same without a guess. */
function commandLine(list: string, { reading }: ListInspection, flags: InspectFlags): string {
  const words = reading.columns.flatMap(({ number, name, kind }) => {
    const column = name ?? String(number);
    return kind === 'country'
      ? ['--country-column', quoted(column)]
      : ['--column', quoted(`${column}=${kind}`)];
  });
  const given = GIVEN.flatMap((name) => {
    const value = flags[name];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === undefined ? [] : value === true ? [flag] : [flag, quoted(String(value))];
  });
  // The report can be handed on, and a query may name somebody.
  const query = flags.query === undefined ? [] : ['--query', "'...'"];
  const header = flags.header === undefined ? [] : [flags.header ? '--header' : '--no-header'];
  return ['veilmatch normalize', list, ...words, ...given, ...query, ...header].join(' ');
}

/** What is passed on as it was given; columns are told as they were found. */
const GIVEN = [
  ...(['country', 'international', 'assigned', 'strict', 'delimiter', 'quote', 'escape'] as const),
  ...(['comment', 'skip', 'charset', 'maxRecord'] as const),
];
