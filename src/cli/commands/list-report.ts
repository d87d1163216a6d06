// SPDX-License-Identifier: Apache-2.0
/**
 * The commands that turn a list into another one with a line for each row: read a chunk of it, make a text of every cell on whatever
 * thread is free, write the texts and what was rejected, in the order of the list.
 */

import { Option } from 'commander';
import type { Field, RejectedRow } from '../../identifiers/row.js';
import { CHUNK, throughJob } from '../../identifiers/row-chunks.js';
import { type UnpackedNotes, unpackNotes } from '../../identifiers/row-notes.js';
import { finishTexts, type RowTexts, TEXTS } from '../../identifiers/row-texts.js';
import { placeName } from '../../lists/address.js';
import type { Cells } from '../../lists/duckdb.js';
import type { Io } from '../../lists/io.js';
import { type Output, withOutputs, writeAll } from '../../lists/output.js';
import type { PlacedColumns } from '../../lists/record-rows.js';
import { listColumns } from '../../lists/shared-rows.js';
import { refuseTable } from '../../lists/sinks.js';
import type { TableStyle } from '../../lists/spreadsheet.js';
import { CustomerList } from '../../lists/table.js';
import type { TableOutput } from '../../lists/text-output.js';
import { Uint32List } from '../../lists/uint32-list.js';
import type { ExitStatus } from '../command.js';
import {
  type ListFlags,
  listOptions,
  type MostRejected,
  maxRejectedOption,
  statusFor,
  strictOption,
  toListOptions,
} from '../flags/list-options.js';
import { spreadsheetOption } from '../flags/output-options.js';
import { wholeNumber } from '../flags/values.js';
import { NO_PROGRESS, type Progress, startProgress } from '../report/progress.js';
import {
  ambiguousLines,
  countryLines,
  RejectedTally,
  rejectedCells,
  rejectedColumns,
} from '../report/rejected.js';
import type { Treatment } from './apply.js';

export interface ReportFlags extends ListFlags, TableStyle {
  readonly strict?: true;
  readonly json?: true;
  readonly output?: string;
  readonly rejected?: string;
  readonly threads?: number;
  readonly maxRejected?: MostRejected;
  readonly summary?: string;
  readonly quiet?: true;
}

export function reportOptions(): Option[] {
  return [
    ...listOptions(),
    strictOption(),
    maxRejectedOption(),
    new Option(
      '--rejected <FILE>',
      'write every rejected cell to this file, as line,field,code,value (which of several in the cell); in the formats of -o',
    ),
    new Option(
      '--summary <FILE>',
      'write what was taken and what was rejected, which standard error says, to this file as JSON',
    ),
    new Option('--quiet', 'say nothing on standard error but errors'),
    new Option('--json', 'write one JSON document instead of CSV').conflicts('spreadsheet'),
    spreadsheetOption(),
    new Option(
      '--threads <N>',
      'worker threads that read the cells of a long list; with 1 there is none (default: as many as there are processors)',
    ).argParser(wholeNumber(1, 256, 'Give a number of threads, from 1 to 256.')),
    new Option(
      '-o, --output <FILE>',
      'write to this file, which appears when it is complete: CSV; compressed, where its name ends in .gz or .zst; Parquet, where it ends in .parquet; ' +
        'or to a new table (sqlite:, postgres://) or an object (s3://, gs://), named as lists are',
    ),
  ];
}

interface Report {
  readonly flags: ReportFlags;
  /** What the JSON document calls the rows. */
  readonly title: string;
  readonly treatment: Treatment;
}

/** Runs a whole command of this family. */
export async function reportOn(path: string, report: Report, io: Io): Promise<ExitStatus> {
  const { flags, treatment } = report;
  const { way, finish } = treatment;
  if (flags.json) refuseTable(flags.output, 'A JSON document');
  refuseTable(flags.summary, 'A summary');
  const besides = [flags.rejected, flags.summary];
  const paths = [flags.output, ...besides.filter((each) => each !== undefined)];
  // The outputs are opened first: a folder that cannot be written to is found out before the work, not after it.
  return withOutputs(paths, [path], io, async (output, ...others) => {
    const rejectedOutput = flags.rejected === undefined ? undefined : others[0];
    const summaryOutput = flags.summary === undefined ? undefined : others.at(-1);
    const list = await CustomerList.open(path, toListOptions(flags), io);
    const say = sayer(flags, io, `${placeName(path)}: `);
    for (const note of list.notes) say(note);
    const tally = new ReportTally(list);
    const progress = flags.quiet ? NO_PROGRESS : startProgress(io, placeName(path));
    try {
      const sink = flags.json
        ? await JsonReport.begin(output!, report.title)
        : await TableReport.begin(output!, list.kinds, flags);
      const rejectedTable = await rejectedOutput?.table(rejectedColumns(list), flags);
      for await (const [{ lines }, texts] of throughJob(TEXTS, way, chunksOf(list, progress), {
        concurrency: flags.threads,
        signal: io.signal,
      })) {
        if (finish !== undefined) for (const kind of list.kinds) finishTexts(texts[kind], finish);
        const notes: UnpackedNotes = { rejected: [], ambiguous: [] };
        unpackNotes(texts, 0, notes);
        const rejected = notes.rejected.map((rejection): Rejection => {
          const line = lines[rejection.row]!;
          return { ...rejection, code: list.codeAt(line, rejection.code), line };
        });
        tally.add(texts, rejected);
        for (const reading of notes.ambiguous) tally.ambiguous.add(reading, lines[reading.row]!);
        await sink.add(lines, texts, rejected);
        await rejectedTable?.append(rejected.map((each) => rejectedCells(each, list)));
      }
      await sink.end(list);
    } finally {
      progress.clear();
      await list.close();
    }
    for (const line of tally.summary()) say(line);
    const countries = countryLines(list.unknownCountries, list);
    const sayAlone = sayer(flags, io);
    for (const line of [...tally.rejected.summary(), ...ambiguousLines(tally.ambiguous), ...countries])
      sayAlone(line);
    const { taken, rejected, ambiguous } = tally;
    await summaryOutput?.write(summaryJson(list, { taken }, rejected, ambiguous));
    return statusFor(flags, rejected.total, taken.phone + taken.email);
  });
}

/** Tells people what happens, unless they asked not to be. */
export function sayer(
  { quiet }: Pick<ReportFlags, 'quiet'>,
  io: Io,
  before: string = '',
): (message: string) => void {
  return quiet ? () => {} : (message) => void io.stderr.write(`${before}${message}\n`);
}

/** What `--summary` writes. @param counts what the command has taken, and where it went */
export function summaryJson(
  { records, reading, unknownCountries }: CustomerList,
  counts: Readonly<Record<string, unknown>>,
  rejected: RejectedTally,
  ambiguous: RejectedTally,
): string {
  const summary = {
    rows: records,
    ...counts,
    rejected: { total: rejected.total, by: rejected.entries() },
    ambiguous: { total: ambiguous.total, by: ambiguous.entries() },
    ...(unknownCountries && { unknownCountries }),
    reading,
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

async function* chunksOf(
  list: CustomerList,
  progress: Progress,
): AsyncGenerator<PlacedColumns, void, undefined> {
  for await (const chunk of list.placedColumns(CHUNK)) {
    const share = list.share();
    if (share === undefined) progress.update(list.records, undefined);
    else progress.update(share, 1);
    yield chunk;
  }
}

const TITLES: Readonly<Record<Field, string>> = { phone: 'telephone numbers', email: 'e-mail addresses' };

interface Rejection extends RejectedRow {
  readonly line: number;
}

/** What is said about the whole list at the end. */
class ReportTally {
  readonly rejected: RejectedTally;
  readonly ambiguous: RejectedTally;
  readonly #list: CustomerList;
  readonly taken: Record<Field, number> = { phone: 0, email: 0 };

  constructor(list: CustomerList) {
    this.#list = list;
    this.rejected = new RejectedTally(list);
    this.ambiguous = new RejectedTally(list);
  }

  add(texts: RowTexts, rejected: readonly Rejection[]): void {
    for (const kind of this.#list.kinds) for (const text of texts[kind]) if (text !== '') this.taken[kind]++;
    for (const rejection of rejected) this.rejected.add(rejection, rejection.line);
  }

  summary(): string[] {
    const taken = this.#list.kinds.map((kind) => `${TITLES[kind]} ${this.taken[kind]}`);
    return [`rows ${this.#list.records}, ${taken.join(', ')}, rejected ${this.rejected.total}`];
  }
}

/** Lines, phones and e-mail addresses as a table. */
class TableReport {
  readonly #table: TableOutput;
  readonly #kinds: readonly Field[];

  private constructor(table: TableOutput, kinds: readonly Field[]) {
    this.#table = table;
    this.#kinds = kinds;
  }

  static async begin(output: Output, kinds: readonly Field[], style: TableStyle): Promise<TableReport> {
    return new TableReport(await output.table(listColumns(kinds), style), kinds);
  }

  add(lines: readonly number[], texts: RowTexts): Promise<void> {
    return this.#table.append(this.#rows(lines, texts));
  }

  *#rows(lines: readonly number[], texts: RowTexts): Generator<Cells> {
    const columns = this.#kinds.map((kind) => texts[kind]);
    for (const [row, line] of lines.entries()) {
      const cells = columns.map((column) => column[row] || undefined);
      if (cells.some((text) => text !== undefined)) yield [line, ...cells];
    }
  }

  async end(): Promise<void> {}
}

/** One document, in which the rejections stand behind the rows: until then they wait in memory, twelve bytes each. */
class JsonReport {
  readonly #output: Output;
  readonly #rejected = new Uint32List();
  /** The different rejections that there are. */
  readonly #kinds: Pick<RejectedRow, 'field' | 'code'>[] = [];
  #separator = '';

  private constructor(output: Output) {
    this.#output = output;
  }

  static async begin(output: Output, title: string): Promise<JsonReport> {
    await output.write(`{${JSON.stringify(title)}:[`);
    return new JsonReport(output);
  }

  async add(lines: readonly number[], texts: RowTexts, rejected: readonly Rejection[]): Promise<void> {
    for (const { line, field, code, value } of rejected) {
      const known = this.#kinds.findIndex((kind) => kind.field === field && kind.code === code);
      this.#rejected.push(line);
      this.#rejected.push(known >= 0 ? known : this.#kinds.push({ ...(field && { field }), code }) - 1);
      this.#rejected.push(value ?? 0);
    }
    await writeAll(this.#output, this.#rows(lines, texts));
  }

  *#rows(lines: readonly number[], texts: RowTexts): Generator<string> {
    for (const [row, line] of lines.entries()) {
      const phone = texts.phone[row] || undefined;
      const email = texts.email[row] || undefined;
      if (phone === undefined && email === undefined) continue;
      yield `${this.#separator}${JSON.stringify({ line, phone, email })}`;
      this.#separator = ',\n';
    }
  }

  async end(list: CustomerList): Promise<void> {
    await writeAll(this.#output, this.#ending(list));
  }

  *#ending({ records, reading, unknownCountries }: CustomerList): Generator<string> {
    yield '],"rejected":[';
    for (let i = 0; i < this.#rejected.length; i += 3) {
      const kind = this.#kinds[this.#rejected.at(i + 1)];
      const value = this.#rejected.at(i + 2) || undefined;
      yield `${i === 0 ? '' : ',\n'}${JSON.stringify({ line: this.#rejected.at(i), ...kind, value })}`;
    }
    const unknown = unknownCountries && `"unknownCountries":${JSON.stringify(unknownCountries)},`;
    yield `],"rows":${records},${unknown ?? ''}"reading":${JSON.stringify(reading)}}\n`;
  }
}
