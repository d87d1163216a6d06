// SPDX-License-Identifier: Apache-2.0
/** The search itself: hash every candidate, keep those whose digest is among the targets; in ranges, on all cores. */

import { ByteList, DistinctBytes } from '../bytes.js';
import { throwIfAborted } from '../errors.js';
import { bulkDigest, type HashingScheme } from '../hashing/scheme.js';
import { defaultConcurrency, startWorker, type WorkerPort } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { type CandidatesSpec, candidatesFrom, type NumberList, specOf } from './candidates.js';
import type { NumberingPlan } from './plan.js';

/** How a number is written before it is hashed: `+14155550123`, or `14155550123`. */
export type NumberFormat = 'e164' | 'digits';

/** One range for one worker. */
export interface ScanRequest {
  readonly candidates: CandidatesSpec;
  readonly from: number;
  readonly to: number;
  readonly format: NumberFormat;
  readonly scheme: HashingScheme;
  /** Distinct digests, concatenated. */
  readonly targets: Uint8Array;
  readonly digestBytes: number;
}

export interface Hit {
  /** Index of the target. */
  readonly target: number;
  /** The candidate in E.164. */
  readonly identifier: string;
}

/** A bit for each value of a digest's first 24 bits: rules out all but one candidate in thousands at one look. */
const FILTER_BITS = 24;

export function scan(request: ScanRequest): Hit[] {
  const { targets, digestBytes, format } = request;
  const table = new DistinctBytes();
  const filter = new Uint8Array(2 ** (FILTER_BITS - 3));
  const first = (digest: Uint8Array): number => (digest[0]! << 16) | (digest[1]! << 8) | digest[2]!;
  for (const digest of records(targets, digestBytes)) {
    table.add(digest);
    filter[first(digest) >> 3]! |= 1 << (first(digest) & 7);
  }
  const digestInto = bulkDigest(request.scheme);
  const digest = new Uint8Array(digestBytes);
  const hits: Hit[] = [];
  candidatesFrom(request.candidates).visit(request.from, request.to, (number) => {
    digestInto(format === 'e164' ? number : number.subarray(1), digest);
    if ((filter[first(digest) >> 3]! & (1 << (first(digest) & 7))) === 0) return;
    const target = table.indexOf(digest);
    if (target >= 0) hits.push({ target, identifier: String.fromCharCode(...number) });
  });
  return hits;
}

function records(bytes: Uint8Array, width: number): ByteList {
  return new ByteList(
    bytes,
    Uint32Array.from({ length: bytes.length / width + 1 }, (_, i) => i * width),
  );
}

export interface SearchOptions {
  /** Threads. Default: the machine's. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Candidates hashed, and candidates in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What is searched for, how it was made, and among what. */
export interface Search {
  /** Distinct digests. */
  readonly targets: readonly Uint8Array[];
  readonly scheme: HashingScheme;
  readonly format: NumberFormat;
  readonly candidates: NumberingPlan | NumberList;
}

/** Candidates in a range: a fraction of a second of hashing. A slow hash takes that long for a few. */
const RANGE = 200_000;
const SLOW_RANGE = 8;

/** Hashes all candidates and hands over the hits as they come, in any order. */
export async function search(
  what: Search,
  onHits: (hits: Hit[]) => void,
  options: SearchOptions = {},
): Promise<void> {
  const { concurrency = defaultConcurrency(), signal, onProgress } = options;
  const { size } = what.candidates;
  const range = what.scheme.hash === 'slow' ? SLOW_RANGE : RANGE;
  const ranges = Math.ceil(size / range);
  const request: Omit<ScanRequest, 'from' | 'to'> = {
    candidates: specOf(what.candidates),
    format: what.format,
    scheme: what.scheme,
    targets: ByteList.from(what.targets).bytes,
    digestBytes: what.targets[0]?.length ?? 0,
  };
  if (what.targets.length === 0) return;
  const rangeAt = (i: number): ScanRequest => ({
    ...request,
    from: i * range,
    to: Math.min(size, (i + 1) * range),
  });
  const report = (done: number): void => onProgress?.(Math.min(size, done * range), size);
  if (concurrency === 1 || ranges === 1) {
    for (let i = 0; i < ranges; i++) {
      throwIfAborted(signal);
      onHits(scan(rangeAt(i)));
      report(i + 1);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return;
  }
  const pool = new WorkerPool(startScanWorker, Math.min(concurrency, ranges));
  try {
    await pool.map<Hit[]>(
      'scan',
      ranges,
      (i) => ({ payload: rangeAt(i) }),
      (_, hits) => onHits(hits),
      { signal, onProgress: report },
    );
  } finally {
    pool.dispose();
  }
}

function startScanWorker(): WorkerPort {
  return startWorker({
    file: './worker.js',
    base: import.meta.url,
    web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
  });
}
