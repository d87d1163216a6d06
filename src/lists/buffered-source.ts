// SPDX-License-Identifier: Apache-2.0
/** A source whose first records are looked at before all of them are read. */

import type { FileReading, ListRecord, RecordSource } from './record-source.js';

/** What every source of text has in common. */
export class BufferedSource implements RecordSource {
  readonly reading: FileReading;
  readonly counts: 'line' | 'row';
  readonly hasHeader: boolean | undefined;
  readonly #batches: AsyncGenerator<readonly ListRecord[], void, undefined>;
  readonly #share: () => number | undefined;
  readonly #close: () => Promise<void>;
  readonly #early: (readonly ListRecord[])[] = [];

  constructor(
    { reading, counts, hasHeader }: Pick<RecordSource, 'reading' | 'counts' | 'hasHeader'>,
    batches: AsyncGenerator<readonly ListRecord[], void, undefined>,
    share: () => number | undefined,
    close: () => Promise<void> = async () => {},
  ) {
    this.reading = reading;
    this.counts = counts;
    this.hasHeader = hasHeader;
    this.#batches = batches;
    this.#share = share;
    this.#close = close;
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
    return this.#share();
  }

  async close(): Promise<void> {
    await this.#batches.return();
    await this.#close();
  }
}
