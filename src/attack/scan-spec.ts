// SPDX-License-Identifier: Apache-2.0
/** What a worker is told of a search, and what comes of a range of it. */

import type { HashingScheme } from '../hashing/scheme.js';
import type { CandidatesSpec } from './candidates.js';
import type { NumberFormat } from './format.js';

/** A search as data: what a worker has to know of it. */
export interface ScanSpec {
  readonly candidates: CandidatesSpec;
  readonly format: NumberFormat;
  /** The name of the accident that has changed the text, if one has. */
  readonly accident?: string | undefined;
  readonly scheme: HashingScheme;
  /** Digests or their first bytes, concatenated. */
  readonly targets: Uint8Array;
  /** Bytes of each target. */
  readonly digestBytes: number;
}

export interface Hit {
  /** Index of the target. */
  readonly target: number;
  /** The candidate: a number in E.164, or an e-mail address. */
  readonly identifier: string;
}

export interface ScanResult {
  readonly hits: Hit[];
  /** Candidates hashed: a mask leaves out numbers of other lengths. */
  readonly tried: number;
}

export interface Scanner {
  /** Tries the candidates of the indices [from, to). One scan at a time. */
  scan(from: number, to: number): Promise<ScanResult>;
}
