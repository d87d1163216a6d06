// SPDX-License-Identifier: Apache-2.0
/** The search itself: hash every candidate, keep those whose digest is among the targets; in ranges, on all cores. */

import { throwIfAborted } from '../abort.js';
import type { HashingScheme } from '../hashing/scheme.js';
import { defaultConcurrency, startWorker, type WorkerPort } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { type Guesses, specOf } from './candidates.js';
import type { NumberFormat } from './format.js';
import type { ScanResult, ScanSpec } from './scan-spec.js';
import { createScanner, hashesAddresses, usesKernel } from './scanner.js';
import { type Span, Spans } from './spans.js';

/** How a search is run. */
export interface SearchOptions {
  /** Threads. Default: the machine's. */
  readonly concurrency?: number | undefined;
  /** Stops the search, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Candidates that are done with, and candidates in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What is searched for, how it was made, and among what. */
export interface Search {
  /** Digests or their first bytes, concatenated. */
  readonly targets: Uint8Array;
  /** Bytes of each target. */
  readonly digestBytes: number;
  readonly scheme: HashingScheme;
  readonly format: NumberFormat;
  /** The name of the accident that has changed the text, if one has. */
  readonly accident?: string | undefined;
  readonly candidates: Guesses;
}

/** Candidates in a range: a fraction of a second of hashing, or a few where a hash is slow. */
const RANGE = { kernel: 1_000_000, messages: 200_000, slow: 8 } as const;

/** One range of the search that a worker was prepared for. */
export interface RangeRequest {
  readonly from: number;
  readonly to: number;
}

/**
 * Hashes all candidates, and hands over what each range of them has brought as it comes, in any order.
 * @param done - candidates that need not be tried any more
 * @throws {VeilmatchError} `aborted`, `worker-failed`
 */
export async function search(
  what: Search,
  onRange: (result: ScanResult, range: RangeRequest) => void,
  options: SearchOptions = {},
  done: Spans = new Spans(),
): Promise<void> {
  const { concurrency = defaultConcurrency(), signal, onProgress } = options;
  const { size } = what.candidates;
  const ranges = new Ranges(done.gaps(size), rangeSize(what));
  if (what.targets.length === 0 || ranges.count === 0) return;
  const spec: ScanSpec = { ...what, candidates: specOf(what.candidates) };
  let tried = done.size;
  const take = (result: ScanResult, range: RangeRequest): void => {
    tried += range.to - range.from;
    onRange(result, range);
    onProgress?.(tried, size);
  };

  if (concurrency === 1 || ranges.count === 1) {
    const scanner = createScanner(spec);
    for (let i = 0; i < ranges.count; i++) {
      throwIfAborted(signal);
      const range = ranges.at(i);
      take(await scanner.scan(range.from, range.to), range);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return;
  }
  const payload: ScanSpec = { ...spec, targets: shared(spec.targets) };
  const pool = new WorkerPool(startScanWorker, Math.min(concurrency, ranges.count), {
    job: 'prepare',
    payload,
  });
  try {
    await pool.map<ScanResult>(
      'scan',
      ranges.count,
      (i) => ({ payload: ranges.at(i) }),
      (i, result) => take(result, ranges.at(i)),
      { signal },
    );
  } finally {
    pool.dispose();
  }
}

function rangeSize(what: Search): number {
  if (what.scheme.hash === 'slow') return RANGE.slow;
  const fast = hashesAddresses(what.candidates, what) || usesKernel(what.candidates, what);
  return fast ? RANGE.kernel : RANGE.messages;
}

/** Spans cut into ranges; of a slow hash there are too many to be listed. */
class Ranges {
  readonly count: number;
  readonly #spans: readonly Span[];
  readonly #size: number;

  constructor(spans: readonly Span[], size: number) {
    this.#spans = spans;
    this.#size = size;
    this.count = spans.reduce((sum, span) => sum + this.#countIn(span), 0);
  }

  at(index: number): RangeRequest {
    let rest = index;
    for (const span of this.#spans) {
      const count = this.#countIn(span);
      if (rest < count) {
        const from = span[0] + rest * this.#size;
        return { from, to: Math.min(span[1], from + this.#size) };
      }
      rest -= count;
    }
    throw new RangeError(`There are ${this.count} ranges; there is no range ${index}.`);
  }

  #countIn([from, to]: Span): number {
    return Math.ceil((to - from) / this.#size);
  }
}

/** Where memory can be shared, all workers read the same copy; elsewhere each is sent one. */
function shared(bytes: Uint8Array): Uint8Array {
  if (typeof SharedArrayBuffer === 'undefined') return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function startScanWorker(): WorkerPort {
  return startWorker({
    file: './worker.js',
    base: import.meta.url,
    web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
  });
}
