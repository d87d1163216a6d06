// SPDX-License-Identifier: Apache-2.0
/** `veilmatch hash --upload`: a list as the file, or the files, that a platform's upload takes. */

import { extname } from 'node:path';
import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { DateOrder } from '../../identifiers/fields/field.js';
import type { UploadKind } from '../../identifiers/platforms/upload.js';
import type { ProfileName } from '../../identifiers/profiles.js';
import { type PlannedFile, requireUpload, UploadPlan } from '../../identifiers/upload-plan.js';
import { placeName, STDIN } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { csvLine, type Output, withOpened, writeAll } from '../../lists/output.js';
import type { PlacedRow } from '../../lists/record-rows.js';
import { refuseTable } from '../../lists/sinks.js';
import { CustomerList } from '../../lists/table.js';
import type { ExitStatus } from '../command.js';
import { statusFor, toListOptions } from '../flags/list-options.js';
import { NO_PROGRESS, startProgress } from '../report/progress.js';
import {
  ambiguousLines,
  countryLines,
  RejectedTally,
  rejectedCells,
  rejectedColumns,
} from '../report/rejected.js';
import { type ReportFlags, sayer, summaryJson } from './list-report.js';

export interface UploadFlags extends ReportFlags {
  readonly upload?: true;
  readonly dateOrder?: DateOrder;
  readonly assigned?: true;
}

export function uploadOptions(): Option[] {
  return [
    new Option(
      '--upload',
      "with --profile and -o: write the file that the platform's upload takes, numbered where it takes no more rows in one",
    ).conflicts(['json', 'spreadsheet']),
    new Option(
      '--date-order <ORDER>',
      'with --upload: how birth dates are written whose year stands last (those that can be read both ways are rejected otherwise)',
    ).choices(['dmy', 'mdy']),
  ];
}

/** @throws {VeilmatchError} `argument` for a platform without a file, and a list with nothing that it takes */
export async function writeUpload(
  path: string,
  profile: ProfileName,
  flags: UploadFlags,
  io: Io,
): Promise<ExitStatus> {
  const target = flags.output;
  if (target === undefined || target === STDIN) {
    throw new VeilmatchError(
      'argument',
      '--upload writes files: say where with -o, for example -o audience.csv.',
    );
  }
  refuseTable(target, 'An upload');
  requireUpload(profile);
  refuseTable(flags.summary, 'A summary');
  const say = sayer(flags, io, `${placeName(path)}: `);
  const list = await CustomerList.open(path, { ...toListOptions(flags), fields: true }, io);
  const progress = flags.quiet ? NO_PROGRESS : startProgress(io, placeName(path));
  try {
    for (const note of list.notes) say(note);
    const { country, assigned, international, strict, dateOrder } = flags;
    const reading = { country, assigned, international, strict, dateOrder };
    const plan = new UploadPlan(profile, reading, kindsOf(list));
    say(
      `columns used: ${[...kindsOf(list).keys()].filter((kind) => !plan.unused.includes(kind)).join(', ')}`,
    );
    if (plan.unused.length > 0) say(`not taken by this upload, and left out: ${plan.unused.join(', ')}`);
    const tally = new RejectedTally(list);
    const doubts = new RejectedTally(list);
    const files = await withOpened([path], io, async (open) => {
      const parts = plan.files.map((file) => new Parts(file, target, open));
      const rejectedTable =
        flags.rejected === undefined
          ? undefined
          : await (await open(flags.rejected)).table(rejectedColumns(list));
      for (const part of parts) await part.begin();
      for await (const batch of list.rows()) {
        for (const person of peopleIn(batch)) {
          const { rows, rejected, ambiguous } = plan.lay(person.cells);
          for (const [i, each] of rows.entries()) parts[i]!.add(each);
          for (const rejection of rejected) tally.add(rejection, person.line);
          for (const code of ambiguous) doubts.add({ field: 'phone', code }, person.line);
          await rejectedTable?.append(
            rejected.map((each) => rejectedCells({ ...each, line: person.line }, list)),
          );
        }
        for (const part of parts) await part.flush();
        const share = list.share();
        if (share === undefined) progress.update(list.records, undefined);
        else progress.update(share, 1);
      }
      const written = parts.flatMap((part) => part.written);
      if (flags.summary !== undefined) {
        const counts = { taken: plan.taken, kept: plan.kept, unused: plan.unused, files: written };
        await (await open(flags.summary)).write(summaryJson(list, counts, tally, doubts));
      }
      return written;
    });
    progress.clear();
    for (const { name, rows } of files) say(`${name}: rows ${rows}`);
    say(
      `rows ${list.records}, values taken ${plan.taken}, hashes kept as they were ${plan.kept}, rejected ${tally.total}`,
    );
    const countries = countryLines(list.unknownCountries, list);
    const sayAlone = sayer(flags, io);
    for (const line of [...tally.summary(), ...ambiguousLines(doubts), ...countries]) sayAlone(line);
    return statusFor(flags, tally.total, plan.taken + plan.kept);
  } finally {
    progress.clear();
    await list.close();
  }
}

/** How many columns the list has of each kind. */
function kindsOf({ columns, fields }: CustomerList): Map<UploadKind, number> {
  const kinds = new Map<UploadKind, number>();
  if (columns.phone.length > 0) kinds.set('phone', columns.phone.length);
  if (columns.email.length > 0) kinds.set('email', columns.email.length);
  if (columns.country !== undefined) kinds.set('country', 1);
  for (const field of fields.keys()) kinds.set(field, 1);
  return kinds;
}

interface Person {
  readonly cells: ReadonlyMap<UploadKind, readonly string[]>;
  readonly line: number;
}

/** The rows of one record, which stand side by side, are one person's. */
function* peopleIn(rows: readonly PlacedRow[]): Generator<Person> {
  for (let first = 0; first < rows.length; ) {
    const { line, fields } = rows[first]!;
    let end = first + 1;
    while (end < rows.length && rows[end]!.line === line) end++;
    const own = rows.slice(first, end).map(({ row }) => row);
    const cells = new Map<UploadKind, readonly string[]>();
    cells.set(
      'phone',
      own.flatMap(({ phone }) => phone ?? []),
    );
    cells.set(
      'email',
      own.flatMap(({ email }) => email ?? []),
    );
    for (const [field, cell] of fields ?? []) cells.set(field, [cell]);
    const country = own[0]!.country;
    if (country !== undefined) cells.set('country', [country]);
    yield { cells, line };
    first = end;
  }
}

/** A file, and those after it where the platform takes no more rows in one: audience.csv, audience-2.csv, ... */
class Parts {
  readonly written: { readonly name: string; rows: number }[] = [];
  readonly #file: PlannedFile;
  readonly #target: string;
  readonly #open: (path: string) => Promise<Output>;
  #output: Output | undefined;
  #waiting: (readonly string[])[] = [];

  constructor(file: PlannedFile, target: string, open: (path: string) => Promise<Output>) {
    this.#file = file;
    this.#target = target;
    this.#open = open;
  }

  async begin(): Promise<void> {
    const { name, header } = this.#file;
    const number = this.written.length + 1;
    const path = withSuffix(this.#target, [name, number > 1 ? String(number) : undefined]);
    this.#output = await this.#open(path);
    this.written.push({ name: path, rows: 0 });
    if (header !== undefined) await this.#output.write(csvLine(header));
  }

  add(rows: readonly (readonly string[])[]): void {
    this.#waiting.push(...rows);
  }

  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const part = this.written.at(-1)!;
      const room = this.#file.limit - part.rows;
      const rows = this.#waiting.slice(0, room);
      await writeAll(this.#output!, lines(rows));
      part.rows += rows.length;
      this.#waiting = this.#waiting.slice(rows.length);
      if (this.#waiting.length > 0) await this.begin();
    }
  }
}

function* lines(rows: readonly (readonly string[])[]): Generator<string> {
  for (const row of rows) yield csvLine(row);
}

/** Before the ending, and before the one that says how it is compressed. */
function withSuffix(path: string, suffixes: readonly (string | undefined)[]): string {
  const given = suffixes.filter((suffix) => suffix !== undefined);
  const packed = /\.(?:gz|zst)$/i.exec(path)?.[0] ?? '';
  const plain = path.slice(0, path.length - packed.length);
  const ending = extname(plain);
  return `${[plain.slice(0, plain.length - ending.length), ...given].join('-')}${ending}${packed}`;
}
