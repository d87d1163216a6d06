// SPDX-License-Identifier: Apache-2.0
/** The search itself: hash every candidate, keep those whose digest is among the targets; in ranges, on all cores. */

import { throwIfAborted } from '../errors.js';
import type { HashingScheme } from '../hashing/scheme.js';
import { defaultConcurrency, startWorker, type WorkerPort } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { type Guesses, specOf } from './candidates.js';
import type { NumberFormat } from './format.js';
import {
  createScanner,
  type Hit,
  hashesAddresses,
  type ScanResult,
  type ScanSpec,
  usesKernel,
} from './scanner.js';

export interface SearchOptions {
  /** Threads. Default: the machine's. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Candidates hashed, and candidates in all. */
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
 * Hashes all candidates and hands over the hits as they come, in any order.
 * @returns how many candidates were hashed: a mask leaves out numbers of other lengths
 * @throws {VeilmatchError} `aborted`, `worker-failed`
 */
export async function search(
  what: Search,
  onHits: (hits: Hit[]) => void,
  options: SearchOptions = {},
): Promise<number> {
  const { concurrency = defaultConcurrency(), signal, onProgress } = options;
  if (what.targets.length === 0) return 0;
  const { size } = what.candidates;
  const spec: ScanSpec = { ...what, candidates: specOf(what.candidates) };
  const fast = hashesAddresses(what.candidates, what) || usesKernel(what.candidates, what);
  const range = RANGE[what.scheme.hash === 'slow' ? 'slow' : fast ? 'kernel' : 'messages'];
  const ranges = Math.ceil(size / range);
  const rangeAt = (i: number): RangeRequest => ({ from: i * range, to: Math.min(size, (i + 1) * range) });
  const report = (done: number): void => onProgress?.(Math.min(size, done * range), size);
  let tried = 0;
  const take = (result: ScanResult): void => {
    tried += result.tried;
    onHits(result.hits);
  };

  if (concurrency === 1 || ranges === 1) {
    const scanner = createScanner(spec);
    for (let i = 0; i < ranges; i++) {
      throwIfAborted(signal);
      const { from, to } = rangeAt(i);
      take(await scanner.scan(from, to));
      report(i + 1);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return tried;
  }
  const payload: ScanSpec = { ...spec, targets: shared(spec.targets) };
  const pool = new WorkerPool(startScanWorker, Math.min(concurrency, ranges), { job: 'prepare', payload });
  try {
    await pool.map<ScanResult>(
      'scan',
      ranges,
      (i) => ({ payload: rangeAt(i) }),
      (_, result) => take(result),
      { signal, onProgress: report },
    );
  } finally {
    pool.dispose();
  }
  return tried;
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
