// SPDX-License-Identifier: Apache-2.0
/** A list that is open, whatever kind of file it is. */

/** A record of a list, and where it stands. */
export interface ListRecord {
  /** None of a record that could not be read. */
  readonly fields: readonly string[];
  /** From 1: the line that it begins on; in a file that has no lines, the row. */
  readonly line: number;
  /** Why it could not be read. */
  readonly damage?: RecordDamage | undefined;
}

/** What is wrong with a record. */
export type RecordDamage =
  /** A quote is never closed, or text stands behind a closing one. */
  | 'quotes'
  /** It is longer than any record may be. */
  | 'too-long'
  /** It has more cells than the first record, so that none of them is where it should be. */
  | 'too-many-cells'
  /** An identifier has a name that none of the many objects before it had, so that there is no column for it. */
  | 'late-name'
  /** It is no JSON object. */
  | 'no-json'
  /** It is no card, or one without an end. */
  | 'no-card';

/** What a file is, in words that people know. */
export interface FileReading {
  readonly format:
    | 'CSV'
    | 'Parquet'
    | 'JSON'
    | 'JSON Lines'
    | 'vCard'
    | 'PostgreSQL dump'
    | 'SQLite'
    | 'PostgreSQL';
  /** Of text alone. */
  readonly encoding?: string | undefined;
  /** Of CSV alone, and why it is taken for one. */
  readonly delimiter?: string | undefined;
  /** Why the delimiter is what it is: it was asked for, the file says so, it was found, or there is one column alone. */
  readonly delimiterWhy?: 'given' | 'declared' | 'found' | 'alone' | undefined;
  /** Lines above the table that are no records, and were not asked to be left out. */
  readonly passed?: number | undefined;
  /** The files of a list of several. */
  readonly files?: readonly ListPart[] | undefined;
}

/** One of several files that are a list together. Their lines, or rows, are numbered through. */
export interface ListPart {
  readonly name: string;
  /** The number behind which its own begin: its line 1 is the next one. Undefined until it is read. */
  readonly after?: number | undefined;
}

/** Where a record stands by the numbers of its own file. */
export interface RecordPlace {
  readonly file: string;
  readonly line: number;
}

/** Which of several files a line is in, and which of that file's. */
export function placeIn(files: readonly ListPart[], line: number): RecordPlace {
  let [low, high] = [0, files.length - 1];
  // The last one that begins before it.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((files[middle]!.after ?? Number.POSITIVE_INFINITY) < line) low = middle;
    else high = middle - 1;
  }
  const { name, after = 0 } = files[low]!;
  return { file: name, line: line - after };
}

export interface RecordSource {
  readonly reading: FileReading;
  /** What the `line` of a record is a number of. */
  readonly counts: 'line' | 'row';
  /** Undefined where the records themselves have to tell whether the first one holds names. */
  readonly hasHeader: boolean | undefined;
  /** The first records, a header among them; fewer only where there are no more. To be asked for once, beforehand. */
  sample(count: number): Promise<readonly ListRecord[]>;
  /**
   * All records, a header among them.
   * @param columns those that are needed; cells of others may be empty
   * @param headed whether the first record turned out to hold names
   */
  records(
    columns: readonly number[],
    headed: boolean,
  ): AsyncGenerator<readonly ListRecord[], void, undefined>;
  /** How much of the file was read, from 0 to 1, where its size is known. */
  share(): number | undefined;
  close(): Promise<void>;
}
