// SPDX-License-Identifier: Apache-2.0
/**
 * The records of a list, whatever kind of file it is: CSV as it stands or compressed, or Parquet. The kind is told from
 * the first bytes, never from the name.
 */

import { stat } from 'node:fs/promises';
import { beginsWith, PARQUET, prepend, startOf } from './chunks.js';
import { decompressed } from './compression.js';
import { csvRecords, type Delimiter, type ListRecord } from './csv.js';
import { asUtf8 } from './encoding.js';
import { type Io, readBytes, STDIN, sourceName } from './io.js';
import { openParquet } from './parquet.js';
import type { RecordSource } from './record-source.js';

interface RecordOptions {
  /** Detected when it is not given. */
  readonly delimiter?: Delimiter | undefined;
}

/**
 * @param path a file, or `-` for standard input
 * @throws {VeilmatchError} `io`, `bad-file`; `unsupported` where a package or a newer Node is needed to read it
 */
export async function openRecords(path: string, options: RecordOptions, io: Io): Promise<RecordSource> {
  const source = sourceName(path);
  const file = path === STDIN ? undefined : await stat(path).catch(() => undefined);
  const { head, iterator } = await startOf(readBytes(path, io));
  if (file?.isFile() && beginsWith(head, PARQUET)) {
    await iterator.return?.();
    return openParquet(path, source, io);
  }
  return new CsvSource(prepend(head, iterator), file?.isFile() ? file.size : undefined, source, options, io);
}

/** The text of a file, decompressed if need be. @throws {VeilmatchError} `io`, `bad-file` */
export function readText(path: string, io: Io): AsyncGenerator<Uint8Array> {
  const source = sourceName(path);
  return asUtf8(decompressed(readBytes(path, io), source), source);
}

class CsvSource implements RecordSource {
  readonly counts = 'line';
  readonly hasHeader = undefined;
  readonly #size: number | undefined;
  readonly #batches: AsyncGenerator<readonly ListRecord[], void, undefined>;
  readonly #early: (readonly ListRecord[])[] = [];
  #read = 0;

  constructor(
    bytes: AsyncIterable<Uint8Array>,
    size: number | undefined,
    source: string,
    { delimiter }: RecordOptions,
    io: Io,
  ) {
    this.#size = size;
    const text = asUtf8(decompressed(this.#counted(bytes), source), source);
    this.#batches = csvRecords(text, { source, delimiter, signal: io.signal });
  }

  async sample(count: number): Promise<readonly ListRecord[]> {
    for (let found = 0; found < count; ) {
      const next = await this.#batches.next();
      if (next.done) break;
      this.#early.push(next.value);
      found += next.value.length;
    }
    return this.#early.flat().slice(0, count);
  }

  async *records(): AsyncGenerator<readonly ListRecord[], void, undefined> {
    for (let batch = this.#early.shift(); batch !== undefined; batch = this.#early.shift()) yield batch;
    yield* this.#batches;
  }

  share(): number | undefined {
    return this.#size === undefined ? undefined : this.#read / Math.max(1, this.#size);
  }

  async close(): Promise<void> {
    await this.#batches.return();
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      this.#read += chunk.length;
      yield chunk;
    }
  }
}
