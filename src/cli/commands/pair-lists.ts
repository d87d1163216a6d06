// SPDX-License-Identifier: Apache-2.0
/** Lists of PAIR as folders: what the commands read, sort and write, in memory that does not grow with them. */

import { bytesToHex, hexToBytes, recordsOf } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { type PartWriter, readValues, withPartFolder, withTemporaryFolder } from '../../lists/part-folder.js';
import { compareRecords, RECORD_BYTES, RecordSorter } from '../../lists/record-sorter.js';
import { pairIdsFromTexts, pairIdsToTexts } from '../../pair/index.js';

/** How records of 32 bytes are written. */
interface Writing {
  read(texts: readonly string[]): Uint8Array;
  write(records: Uint8Array): string[];
}

/** Of encrypted identifiers. */
export const AS_IDS: Writing = { read: (texts) => pairIdsFromTexts(texts), write: pairIdsToTexts };

const MATCH_KEY = /^[0-9a-f]{64}$/i;

/** Of match keys. */
export const AS_MATCH_KEYS: Writing = {
  read(texts) {
    const keys = new Uint8Array(texts.length * RECORD_BYTES);
    for (const [position, text] of texts.entries()) {
      if (!MATCH_KEY.test(text)) {
        throw new VeilmatchError(
          'bad-file',
          'This is no match key: 64 hexadecimal digits, the SHA-256 of an address or a number. veilmatch pair hash makes them of a list.',
          { position },
        );
      }
      keys.set(hexToBytes(text.toLowerCase()), position * RECORD_BYTES);
    }
    return keys;
  },
  write: (records) => Array.from(recordsOf(records, RECORD_BYTES), bytesToHex),
};

/**
 * The records of a folder, batch by batch, each after `work` on it.
 * @throws {VeilmatchError} what `readValues` throws; what `writing` and `work` throw, with the file and the line
 */
export async function* readRecords(
  path: string,
  writing: Writing,
  io: Io,
  work: (records: Uint8Array) => Promise<Uint8Array> = async (records) => records,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { values, place } of readValues(path, io)) {
    try {
      yield await work(writing.read(values));
    } catch (error) {
      if (!(error instanceof VeilmatchError) || error.position === undefined) throw error;
      const message = error.message.replace(/^(?:Element|Identifier) \d+/, 'The identifier');
      throw new VeilmatchError(error.code, `${place(error.position)}: ${message}`, { cause: error });
    }
  }
}

/** Sorts into a folder beside the output, which is removed when `body` ends. */
export function withSorters<T>(
  output: string,
  body: (sorter: (name: string) => RecordSorter) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(`${output}.sort`, (folder) => body((name) => new RecordSorter(folder, name)));
}

/** Sorted batches in which each record stands once; `repeated` is told how many stood there again. */
export async function* distinct(
  sorted: AsyncIterable<Uint8Array>,
  repeated: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const last = new Uint8Array(RECORD_BYTES);
  let first = true;
  for await (const batch of sorted) {
    const kept = new Uint8Array(batch.length);
    let size = 0;
    for (let at = 0; at < batch.length; at += RECORD_BYTES) {
      const isNew = first || compareRecords(last, 0, batch, at) !== 0;
      first = false;
      if (!isNew) continue;
      last.set(batch.subarray(at, at + RECORD_BYTES));
      kept.set(last, size);
      size += RECORD_BYTES;
    }
    if (size < batch.length) repeated((batch.length - size) / RECORD_BYTES);
    yield kept.subarray(0, size);
  }
}

/** The same for what a partner sends, where none may. @throws {VeilmatchError} `repeated-element` */
export function allDistinct(sorted: AsyncIterable<Uint8Array>, path: string): AsyncIterable<Uint8Array> {
  return distinct(sorted, () => {
    throw new VeilmatchError(
      'repeated-element',
      `${placeName(path)} has an identifier twice. Whoever sent it must send it again, each once.`,
    );
  });
}

/** Writes sorted records to a new folder. @returns how many */
export function writeRecords(
  output: string,
  writing: Writing,
  sorted: AsyncIterable<Uint8Array>,
  io: Io,
): Promise<number> {
  return withPartFolder(output, io, async (parts: PartWriter) => {
    let count = 0;
    for await (const batch of sorted) {
      io.signal?.throwIfAborted();
      await parts.write(writing.write(batch));
      count += batch.length / RECORD_BYTES;
    }
    return count;
  });
}

/** The records that two sorted lists have both. */
export async function* sharedRecords(
  a: AsyncIterable<Uint8Array>,
  b: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const [left, right] = [new Reader(a), new Reader(b)];
  try {
    let found: Uint8Array[] = [];
    while ((await left.fill()) && (await right.fill())) {
      const order = compareRecords(left.bytes, left.at, right.bytes, right.at);
      if (order === 0) found.push(left.bytes.slice(left.at, left.at + RECORD_BYTES));
      if (order <= 0) left.at += RECORD_BYTES;
      if (order >= 0) right.at += RECORD_BYTES;
      if (found.length < 4096) continue;
      yield Buffer.concat(found);
      found = [];
    }
    yield Buffer.concat(found);
    // What is left of either is read as well: it may hold what must not stand there.
    for (const side of [left, right]) while (await side.fill()) side.at = side.bytes.length;
  } finally {
    await left.close();
    await right.close();
  }
}

class Reader {
  bytes = new Uint8Array();
  at = 0;
  readonly #batches: AsyncIterator<Uint8Array>;

  constructor(batches: AsyncIterable<Uint8Array>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  async fill(): Promise<boolean> {
    while (this.at >= this.bytes.length) {
      const next = await this.#batches.next();
      if (next.done) return false;
      this.bytes = new Uint8Array(next.value);
      this.at = 0;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
