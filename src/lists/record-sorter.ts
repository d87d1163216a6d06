// SPDX-License-Identifier: Apache-2.0
/**
 * Records of 32 bytes in bytewise order, however many there are: what does not fit into memory is sorted part by part into files of a
 * folder, and merged when it is read. Records are hashes or group elements; the sort does linear work whatever they are.
 */

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { compareParts } from '../bytes.js';
import { sortRecordsInTurns } from '../sorting.js';
import { orIoError } from './io.js';

/** Bytes of a record. */
export const RECORD_BYTES = 32;

/** Records that are sorted at once: 32 MiB of them, and as many again while they are sorted. */
const RUN_RECORDS = 1 << 20;
/** Records that are read of a run at once, and that a batch has. */
const BATCH_RECORDS = 4096;

export class RecordSorter {
  readonly #folder: string;
  readonly #name: string;
  readonly #buffer: Uint8Array;
  readonly #runs: string[] = [];
  #filled = 0;
  #size = 0;
  /** The last run, which needs no file. */
  #rest: Uint8Array | undefined;

  /**
   * @param folder where runs go; its owner removes it
   * @param name of this sorter in the folder
   */
  constructor(folder: string, name: string, runRecords: number = RUN_RECORDS) {
    this.#folder = folder;
    this.#name = name;
    this.#buffer = new Uint8Array(runRecords * RECORD_BYTES);
  }

  /** Records that were added. */
  get size(): number {
    return this.#size;
  }

  /** @throws {VeilmatchError} `io` */
  async add(records: Uint8Array): Promise<void> {
    for (let at = 0; at < records.length; ) {
      if (this.#filled === this.#buffer.length) await this.#writeRun();
      const part = records.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
    this.#size += records.length / RECORD_BYTES;
  }

  /**
   * All records in order, in batches that are good until the next one is asked for; as often as it is called, but nothing may be
   * added any more.
   * @throws {VeilmatchError} `io`
   */
  async *sorted(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#rest ??= await sortRecordsInTurns(this.#buffer.subarray(0, this.#filled), RECORD_BYTES);
    const sources: Source[] = [];
    try {
      for (const path of this.#runs) sources.push(await FileSource.open(path));
      sources.push(new MemorySource(this.#rest));
      yield* merged(sources);
    } finally {
      for (const source of sources) await source.close();
    }
  }

  async #writeRun(): Promise<void> {
    const path = join(this.#folder, `${this.#name}-${this.#runs.length}`);
    const sorted = await sortRecordsInTurns(this.#buffer, RECORD_BYTES);
    await orIoError(path, async () => {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(sorted);
      } finally {
        await file.close();
      }
    });
    this.#runs.push(path);
    this.#filled = 0;
  }
}

/** A sorted run: the records from `at` on are those that nobody has taken. */
interface Source {
  bytes: Uint8Array;
  at: number;
  /** Reads on, where all are taken. @returns whether there are any */
  fill(): Promise<boolean>;
  close(): Promise<void>;
}

class MemorySource implements Source {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  async fill(): Promise<boolean> {
    return this.at < this.bytes.length;
  }

  async close(): Promise<void> {}
}

class FileSource implements Source {
  bytes = new Uint8Array();
  at = 0;
  readonly #path: string;
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #buffer = new Uint8Array(BATCH_RECORDS * RECORD_BYTES);

  private constructor(path: string, file: Awaited<ReturnType<typeof open>>) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<FileSource> {
    return new FileSource(path, await orIoError(path, () => open(path, 'r')));
  }

  async fill(): Promise<boolean> {
    if (this.at < this.bytes.length) return true;
    const { bytesRead } = await orIoError(this.#path, () =>
      this.#file.read(this.#buffer, 0, this.#buffer.length),
    );
    this.bytes = this.#buffer.subarray(0, bytesRead);
    this.at = 0;
    return bytesRead > 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** By a heap of the runs, whose first has the least record. */
async function* merged(sources: readonly Source[]): AsyncGenerator<Uint8Array, void, undefined> {
  const heap: Source[] = [];
  for (const source of sources) if (await source.fill()) heap.push(source);
  for (let i = heap.length >> 1; i >= 0; i--) sink(heap, i);
  const batch = new Uint8Array(BATCH_RECORDS * RECORD_BYTES);
  let filled = 0;
  while (heap.length > 0) {
    const least = heap[0]!;
    batch.set(least.bytes.subarray(least.at, least.at + RECORD_BYTES), filled);
    least.at += RECORD_BYTES;
    filled += RECORD_BYTES;
    if (least.at === least.bytes.length && !(await least.fill())) {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    }
    sink(heap, 0);
    if (filled < batch.length && heap.length > 0) continue;
    yield batch.subarray(0, filled);
    filled = 0;
  }
}

function sink(heap: Source[], from: number): void {
  for (let i = from; ; ) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && compare(heap[child]!, heap[least]!) < 0) least = child;
    }
    if (least === i || heap.length === 0) return;
    [heap[i], heap[least]] = [heap[least]!, heap[i]!];
    i = least;
  }
}

function compare(a: Source, b: Source): number {
  return compareRecords(a.bytes, a.at, b.bytes, b.at);
}

/** The bytewise order of the records that begin at these bytes. */
export function compareRecords(a: Uint8Array, from: number, b: Uint8Array, to: number): number {
  return compareParts(a, from, b, to, RECORD_BYTES);
}
