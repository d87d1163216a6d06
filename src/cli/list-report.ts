// SPDX-License-Identifier: Apache-2.0
/**
 * The commands that turn a list into another one with a line for each row: read it, let `process` make a text of every
 * cell, write the texts and what was rejected.
 */

import { Option } from 'commander';
import type { Field, RejectedRow } from '../identifiers/row.js';
import type { ExitStatus } from './command.js';
import { type Io, sourceName } from './io.js';
import { type ListFlags, listOptions, toListOptions } from './list-options.js';
import { csvLine, type Output, withOutputs, writeAll } from './output.js';
import { type Progress, startProgress } from './progress.js';
import { summarizeRejected } from './rejected.js';
import { type CustomerList, readList } from './table.js';

export interface ReportFlags extends ListFlags {
  readonly strict?: true;
  readonly json?: true;
  readonly output?: string;
  readonly rejected?: string;
}

export function reportOptions(): Option[] {
  return [
    ...listOptions(),
    new Option(
      '--strict',
      'exit with status 1 when anything was rejected; the output is written all the same',
    ),
    new Option('--rejected <FILE>', 'write every rejected cell to this file, as line,field,code'),
    new Option('--json', 'write one JSON document instead of CSV'),
    new Option('-o, --output <FILE>', 'write to this file, which appears when it is complete'),
  ];
}

/** For each row of the list a text of each kind, where there is one. */
export interface ProcessedRows {
  readonly phone: readonly (string | undefined)[];
  readonly email: readonly (string | undefined)[];
  readonly rejected: readonly RejectedRow[];
}

export interface Report {
  readonly flags: ReportFlags;
  /** What the JSON document calls the rows. */
  readonly title: string;
  process(list: CustomerList, progress: Progress): Promise<ProcessedRows>;
}

/** Runs a whole command of this family. */
export async function reportOn(path: string, report: Report, io: Io): Promise<ExitStatus> {
  const { flags } = report;
  const paths = [flags.output, ...(flags.rejected === undefined ? [] : [flags.rejected])];
  // The outputs are opened first: a folder that cannot be written to is found out before the work, not after it.
  return withOutputs(paths, [path], io, async (output, rejectedOutput) => {
    const list = await readList(path, toListOptions(flags), io);
    const say = (message: string): void => void io.stderr.write(`${sourceName(path)}: ${message}\n`);
    for (const note of list.notes) say(note);
    const progress = startProgress(io, sourceName(path));
    let processed: ProcessedRows;
    try {
      processed = await report.process(list, progress);
    } finally {
      progress.clear();
    }
    const { rejected } = processed;
    await writeAll(output!, (flags.json ? jsonPieces : csvPieces)(list, processed, report.title));
    if (rejectedOutput) await writeRejected(rejectedOutput, list, rejected);
    say(summary(list, processed));
    for (const line of summarizeRejected(rejected, list)) io.stderr.write(`${line}\n`);
    return flags.strict && rejected.length > 0 ? 1 : 0;
  });
}

const COUNTED: readonly (readonly [Field, string])[] = [
  ['phone', 'telephone numbers'],
  ['email', 'e-mail addresses'],
];

/** The kinds that the list has a column for. */
function kindsOf(list: CustomerList): Field[] {
  return COUNTED.flatMap(([field]) => (list.columns[field].length > 0 ? [field] : []));
}

function summary(list: CustomerList, processed: ProcessedRows): string {
  const taken = COUNTED.filter(([field]) => list.columns[field].length > 0).map(
    ([field, title]) => `${title} ${processed[field].filter((text) => text !== undefined).length}`,
  );
  return `rows ${list.records}, ${taken.join(', ')}, rejected ${processed.rejected.length}`;
}

function* csvPieces(list: CustomerList, processed: ProcessedRows): Generator<string> {
  const kinds = kindsOf(list);
  yield csvLine(['line', ...kinds]);
  for (const [row, line] of list.lines.entries()) {
    const texts = kinds.map((kind) => processed[kind][row] ?? '');
    if (texts.some((text) => text !== '')) yield csvLine([line, ...texts]);
  }
}

function* jsonPieces(list: CustomerList, processed: ProcessedRows, title: string): Generator<string> {
  yield `{"rows":${list.records},${JSON.stringify(title)}:[`;
  let separator = '';
  for (const [row, line] of list.lines.entries()) {
    const phone = processed.phone[row];
    const email = processed.email[row];
    if (phone === undefined && email === undefined) continue;
    yield `${separator}${JSON.stringify({ line, phone, email })}`;
    separator = ',\n';
  }
  yield '],"rejected":[';
  separator = '';
  for (const { row, field, code } of processed.rejected) {
    yield `${separator}${JSON.stringify({ line: list.lines[row], field, code })}`;
    separator = ',\n';
  }
  yield ']}\n';
}

function writeRejected(output: Output, list: CustomerList, rejected: readonly RejectedRow[]): Promise<void> {
  const lines = function* (): Generator<string> {
    yield csvLine(['line', 'field', 'code']);
    for (const { row, field, code } of rejected) yield csvLine([list.lines[row]!, field ?? '', code]);
  };
  return writeAll(output, lines());
}
