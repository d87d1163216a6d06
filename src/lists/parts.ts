// SPDX-License-Identifier: Apache-2.0
/**
 * Several files as one list. They have the same columns, and their lines are numbered through: those of a file go on behind the
 * last record of the one before it.
 */

import { VeilmatchError } from '../errors.js';
import { placeName } from './address.js';
import type { FileReading, ListPart, ListRecord, RecordSource } from './record-source.js';

/**
 * @param paths at least one
 * @param header whether the first record of each holds names, where somebody has said so
 * @param open - opens one of them
 * @throws {VeilmatchError} what `open` throws; later `bad-file` for a part with other columns
 */
export async function openParts(
  paths: readonly string[],
  header: boolean | undefined,
  open: (path: string) => Promise<RecordSource>,
): Promise<RecordSource> {
  return new Parts(paths, header, open, await open(paths[0]!));
}

class Parts implements RecordSource {
  readonly reading: FileReading;
  readonly counts: 'line' | 'row';
  readonly hasHeader: boolean | undefined;
  readonly #paths: readonly string[];
  readonly #header: boolean | undefined;
  readonly #open: (path: string) => Promise<RecordSource>;
  readonly #files: ListPart[];
  /** Those that were looked at beforehand, and the one that is read. */
  readonly #opened: RecordSource[];
  /** The names in the first record of the first part, or what stands there if it holds none. */
  #first: readonly string[] | undefined;
  #reading = 0;
  /** How many of them are closed. */
  #closed = 0;
  /** Of the record that was read last. */
  #line = 0;

  constructor(
    paths: readonly string[],
    header: boolean | undefined,
    open: (path: string) => Promise<RecordSource>,
    first: RecordSource,
  ) {
    this.#paths = paths;
    this.#header = header;
    this.#open = open;
    this.#opened = [first];
    this.#files = paths.map((path) => ({ name: placeName(path) }));
    this.reading = { ...first.reading, files: this.#files };
    this.counts = first.counts;
    this.hasHeader = first.hasHeader;
  }

  async sample(count: number): Promise<readonly ListRecord[]> {
    const found: ListRecord[] = [];
    for (const [i] of this.#paths.entries()) {
      const part = await this.#part(i);
      const records = await part.sample(count - found.length + 1);
      const first = records.findIndex(({ damage }) => damage === undefined);
      this.#first ??= records[first]?.fields;
      const repeats = i > 0 && (part.hasHeader ?? this.#isFirst(records[first]));
      found.push(...records.filter((_, record) => !(repeats && record === first)));
      if (found.length >= count) break;
    }
    return found.slice(0, count);
  }

  async *records(
    columns: readonly number[],
    headed: boolean,
  ): AsyncGenerator<readonly ListRecord[], void, undefined> {
    for (const [i, path] of this.#paths.entries()) {
      this.#reading = i;
      const part = await this.#part(i);
      const after = this.#line;
      this.#files[i] = { name: placeName(path), after };
      const numbered = (record: ListRecord): ListRecord => {
        this.#line = record.line + after;
        return after === 0 ? record : { ...record, line: this.#line };
      };
      if (i === 0) {
        for await (const batch of part.records(columns, headed)) yield batch.map(numbered);
      } else {
        const below = headed ? this.#belowNames(part, path, columns, after) : part.records(columns, headed);
        for await (const batch of below) yield batch.map(numbered);
      }
      this.#closed++;
      await part.close();
    }
  }

  /** The records of a part that are not its header. @throws {VeilmatchError} `bad-file` where that is another one */
  async *#belowNames(
    part: RecordSource,
    path: string,
    columns: readonly number[],
    after: number,
  ): AsyncGenerator<readonly ListRecord[], void, undefined> {
    const names = this.#first ?? [];
    // Members of objects come in any order, and some are left away.
    const isLoose = part.reading.format === 'JSON' || part.reading.format === 'JSON Lines';
    const own = isLoose ? (await part.sample(1))[0]!.fields : names;
    const places = isLoose ? names.map((name) => own.indexOf(name)) : undefined;
    const needed =
      places === undefined ? columns : columns.map((column) => places[column]!).filter((at) => at >= 0);
    let above = true;
    for await (const batch of part.records(needed, true)) {
      const first = above ? batch.findIndex(({ damage }) => damage === undefined) : -1;
      if (first >= 0) {
        above = false;
        // Names stand on a line as well.
        this.#line = after + batch[first]!.line;
        if (!isLoose && !this.#isFirst(batch[first])) throw this.#otherNames(path, batch[first]!.fields);
      }
      const records = batch.filter((_, record) => record !== first);
      yield places === undefined
        ? records
        : records.map((record) => ({
            ...record,
            fields: record.damage === undefined ? places.map((at) => record.fields[at] ?? '') : [],
          }));
    }
  }

  share(): number | undefined {
    const own = this.#opened[this.#reading]?.share() ?? 0;
    return (this.#reading + own) / this.#paths.length;
  }

  async close(): Promise<void> {
    for (const part of this.#opened.splice(this.#closed)) await part.close();
  }

  async #part(index: number): Promise<RecordSource> {
    const opened = this.#opened[index];
    if (opened !== undefined) return opened;
    const path = this.#paths[index]!;
    const part = await this.#open(path);
    this.#opened.push(part);
    if ((part.hasHeader === undefined) === (this.hasHeader === undefined)) return part;
    throw new VeilmatchError(
      'bad-file',
      `${placeName(path)} is ${part.reading.format}, and ${placeName(this.#paths[0]!)} is ${this.reading.format}: the files of one ` +
        'list are of one kind. Read them apart.',
    );
  }

  #isFirst(record: ListRecord | undefined): boolean {
    if (this.#header === false || record === undefined) return false;
    const names = this.#first ?? [];
    return record.fields.length === names.length && names.every((name, i) => record.fields[i] === name);
  }

  #otherNames(path: string, fields: readonly string[]): VeilmatchError {
    const names = this.#first ?? [];
    const column = names.findIndex((name, i) => fields[i] !== name);
    const how =
      fields.length === names.length
        ? `another name for column ${column + 1}`
        : `${fields.length} columns and not ${names.length}`;
    return new VeilmatchError(
      'bad-file',
      `${placeName(path)} has ${how} in its first record: the files of one list begin with the same names as ` +
        `${placeName(this.#paths[0]!)}. Export it again, or read it apart.`,
    );
  }
}
