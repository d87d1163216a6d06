// SPDX-License-Identifier: Apache-2.0
/**
 * The threads that a party works on its bins with. Bin b is the business of lane b mod n, so whatever their number is, every bin gets what
 * it would get on one thread, and frames leave in the order of the bins. Where there is one thread, or too little to do for
 * workers to pay, or none can be started, the only lane is the caller's own thread.
 */

import { VeilmatchError } from '../../errors.js';
import { otKernelModule } from '../../kernel/ot.js';
import { startWorker } from '../../workers/platform.js';
import { WorkerPool } from '../../workers/pool.js';
import type { JobResult } from '../../workers/serve.js';
import { nextTurn } from '../../workers/turn.js';
import { type BinJobs, binJobs, type Setting, type Sums } from './bin-jobs.js';
import { addTo, SUM_ROWS_BYTES, SUM_WORDS_BYTES } from './columns.js';

/** Bins for which a worker is started: its start takes as long as some ten of them. */
const BINS_A_WORKER = 8;
/** Bins of a worker that may be begun before the challenge of the first of them is there. */
const WORKER_SLOTS = 2;
/** Identifiers that are hashed in one job. */
const DIGESTS_A_JOB = 16_384;

type Payload<Job extends keyof BinJobs> = Parameters<BinJobs[Job]>[0];
type Value<Job extends keyof BinJobs> =
  Awaited<ReturnType<BinJobs[Job]>> extends JobResult<infer Result> ? Result : never;

/** One thread. */
interface Lane {
  /** Jobs are done in the order in which they are given. @param transfer buffers of the payload, which move to the thread */
  run<Job extends keyof BinJobs>(
    job: Job,
    payload: Payload<Job>,
    transfer?: readonly Transferable[],
  ): Promise<Value<Job>>;
  close(): Promise<void>;
}

/** The caller's thread, with a turn of the event loop before each job. */
function ownThread(): Lane {
  const jobs = binJobs();
  let before: Promise<unknown> = Promise.resolve();
  return {
    run(job, payload) {
      const value = before.then(nextTurn).then(async () => (await jobs[job](payload as never)).value);
      before = value.catch(() => {});
      return value as Promise<Value<typeof job>>;
    },
    async close() {
      jobs.wipe();
    },
  };
}

/** A worker; a pool of one, which keeps the order and tells of one that dies. */
function workerThread(): Lane {
  const pool = new WorkerPool(
    () =>
      startWorker({
        file: './worker.js',
        base: import.meta.url,
        web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
      }),
    1,
  );
  let gone = false;
  return {
    async run(job, payload, transfer = []) {
      try {
        return await pool.run(job, () => ({ payload, transfer }));
      } catch (error) {
        gone ||= error instanceof VeilmatchError && error.code === 'worker-failed';
        throw error;
      }
    },
    async close() {
      // What is under way comes first; of a worker that is gone nothing is left to be wiped.
      if (!gone) await pool.run('wipe', () => ({ payload: undefined })).catch(() => {});
      pool.dispose();
    },
  };
}

/** The threads of one party of one run. */
export class Lanes {
  readonly #lanes: readonly Lane[];
  /** Bins of each lane that may be under way. */
  readonly #slots: number;

  private constructor(lanes: readonly Lane[], slots: number) {
    this.#lanes = lanes;
    this.#slots = slots;
  }

  /**
   * @param concurrency threads at most
   * @param bins of the run
   * @throws {VeilmatchError} `unsupported` where the kernel does not run
   */
  static async open(concurrency: number, bins: number): Promise<Lanes> {
    const module = await otKernelModule();
    const count = Math.min(concurrency, Math.floor(bins / BINS_A_WORKER));
    if (count > 1) {
      const workers = new Lanes(Array.from({ length: count }, workerThread), WORKER_SLOTS);
      const begun = await Promise.allSettled(
        workers.#lanes.map((lane) => lane.run('begin', { module, slots: WORKER_SLOTS })),
      );
      if (begun.every(({ status }) => status === 'fulfilled')) return workers;
      // A policy forbids workers, or a bundler has left their file out.
      await workers.close();
    }
    const own = ownThread();
    await own.run('begin', { module, slots: 1 });
    return new Lanes([own], 1);
  }

  /** How many bins may be under way. */
  get ahead(): number {
    return this.#lanes.length * this.#slots;
  }

  /** Whether jobs work on what they are given where it is: they stay on this thread. */
  get inPlace(): boolean {
    return this.#slots === 1;
  }

  /** Somebody else's bytes as a job may be given them: a copy, which can move, or as they are until the job is done. */
  lend(bytes: Uint8Array): Uint8Array {
    return this.inPlace ? bytes : new Uint8Array(bytes);
  }

  /** Whose business a bin is. */
  lane(b: number): Lane {
    return this.#lanes[b % this.#lanes.length]!;
  }

  /** In which place of its lane a bin stands. */
  slot(b: number): number {
    return Math.floor(b / this.#lanes.length) % this.#slots;
  }

  /** Tells every lane what all bins have in common, of which it gets copies. */
  async set({ shape, keys, identifierKey, delta }: Setting): Promise<void> {
    const copies = this.#lanes.map((lane) =>
      lane.run('set', {
        ...{ shape, keys: keys.slice(), identifierKey: identifierKey.slice(), delta: delta?.slice() },
      }),
    );
    await Promise.all(copies);
  }

  /**
   * The results of jobs in their order, of which no more are under way than bins may be.
   * @param begin job i, which is given to its lane when whoever draws is done with job i - `ahead`
   */
  async *inOrder<Result>(
    count: number,
    begin: (i: number) => Promise<Result>,
  ): AsyncGenerator<Result, void, undefined> {
    const underWay: Promise<Result>[] = [];
    for (let i = 0; i < count + this.ahead; i++) {
      if (i >= this.ahead) yield await underWay.shift()!;
      if (i >= count) continue;
      const result = begin(i);
      // Of one that fails is heard when those before it were taken.
      result.catch(() => {});
      underWay.push(result);
    }
  }

  /** Digests of a list of identifiers: n x 32 bytes. @param onProgress elements that are hashed */
  async digests(
    { bytes, offsets }: { readonly bytes: Uint8Array; readonly offsets: Uint32Array },
    width: number,
    onProgress: (done: number) => void,
  ): Promise<Uint8Array> {
    const count = offsets.length - 1;
    const digests = new Uint8Array(count * width);
    const jobs = Math.ceil(count / DIGESTS_A_JOB);
    let done = 0;
    const begin = (i: number): Promise<Uint8Array> => {
      const part = offsets.slice(i * DIGESTS_A_JOB, (i + 1) * DIGESTS_A_JOB + 1);
      const first = part[0]!;
      const own = new Uint8Array(bytes.subarray(first, part.at(-1)));
      for (let k = 0; k < part.length; k++) part[k]! -= first;
      return this.lane(i).run('digest', { bytes: own, offsets: part }, [own.buffer, part.buffer]);
    };
    for await (const part of this.inOrder(jobs, begin)) {
      digests.set(part, done * width);
      part.fill(0);
      done += part.length / width;
      onProgress(done);
    }
    return digests;
  }

  /** The sums of the rows of all lanes, which are complete. */
  async sums(): Promise<Sums> {
    const [rows, words] = [new Uint8Array(SUM_ROWS_BYTES), new Uint8Array(SUM_WORDS_BYTES)];
    for (const part of await Promise.all(this.#lanes.map((lane) => lane.run('sums', undefined as never)))) {
      addTo(rows, part.rows);
      addTo(words, part.words);
    }
    return { rows, words };
  }

  /**
   * Tags in ascending order, and where each of them stood: each lane sorts those of a range.
   * @param tags n x 16 bytes, hashes; equal ones in any order. They are wiped, or move to the thread that sorts
   */
  async sort(tags: Uint8Array): Promise<{ readonly tags: Uint8Array; readonly order: Uint32Array }> {
    if (this.#lanes.length === 1) return this.#lanes[0]!.run('sort', { tags });
    const count = tags.length / TAG_BYTES;
    const parts = split(tags, this.#lanes.length);
    tags.fill(0);
    const ranges = await Promise.all(
      parts.map((part, i) =>
        this.#lanes[i]!.run('sort', { tags: part.tags }, [part.tags.buffer as ArrayBuffer]),
      ),
    );
    const sorted = { tags: new Uint8Array(count * TAG_BYTES), order: new Uint32Array(count) };
    let first = 0;
    for (const [i, range] of ranges.entries()) {
      const { numbers } = parts[i]!;
      sorted.tags.set(range.tags, first * TAG_BYTES);
      for (let k = 0; k < numbers.length; k++) sorted.order[first + k] = numbers[range.order[k]!]!;
      range.tags.fill(0);
      first += numbers.length;
    }
    return sorted;
  }

  /** Wipes and ends all threads. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

const TAG_BYTES = 16;
const TAG_WORDS = 4;

/** Tags of a range of their first bytes, and the numbers that they have among all. */
interface Part {
  readonly tags: Uint8Array;
  readonly numbers: Uint32Array;
}

function split(tags: Uint8Array, parts: number): readonly Part[] {
  const all = new Uint32Array(tags.buffer, tags.byteOffset, tags.length / 4);
  const count = tags.length / TAG_BYTES;
  const partOf = (i: number): number => Math.floor((tags[i * TAG_BYTES]! * parts) / 256);
  const sizes = new Uint32Array(parts);
  for (let i = 0; i < count; i++) sizes[partOf(i)]!++;
  const made = Array.from(sizes, (size) => ({
    words: new Uint32Array(size * TAG_WORDS),
    numbers: new Uint32Array(size),
  }));
  const next = new Uint32Array(parts);
  for (let i = 0; i < count; i++) {
    const part = partOf(i);
    const { words, numbers } = made[part]!;
    const at = next[part]!++;
    for (let w = 0; w < TAG_WORDS; w++) words[at * TAG_WORDS + w] = all[i * TAG_WORDS + w]!;
    numbers[at] = i;
  }
  return made.map(({ words, numbers }) => ({ tags: new Uint8Array(words.buffer), numbers }));
}
