// SPDX-License-Identifier: Apache-2.0
/**
 * A ciphersuite of RFC 9497 (section 4): a prime-order group in batches, the scalars that go with it, and a hash.
 *
 * The protocols know nothing else of a suite. Two of them exist: `ristretto255Sha512`, on the batch backends, and
 * `p256Sha256`, for interoperability.
 */

import { requireCount, requireMethods } from '../arguments.js';
import type { GroupBackend } from '../group/group.js';
import type { RandomSource } from '../random.js';

/** The RFC's name of a suite. */
export type SuiteIdentifier = 'ristretto255-SHA512' | 'P256-SHA256';

/**
 * What the RFC asks of a group (section 2.1), in batches: the operations of a `GroupBackend`, with elements and scalars of
 * the suite's own encoding. Every method rejects as a backend's does: `bad-element`, `identity-element`, `bad-scalar`,
 * `argument`, `aborted`.
 */
export type SuiteGroup = Pick<
  GroupBackend,
  | 'constantTime'
  | 'hashAndMultiply'
  | 'hashAndMultiplyEach'
  | 'multiply'
  | 'multiplyEach'
  | 'multiplyBase'
  | 'hashAndAddBase'
  | 'subtractBase'
  | 'add'
  | 'weightedSum'
>;

/** Scalars in the suite's encoding, each `scalarBytes` long. */
export interface SuiteScalars {
  /** RandomScalar, `count` times (default 1): uniform, not zero, concatenated. */
  random(random: RandomSource, count?: number): Uint8Array;
  /**
   * HashToScalar: maps a message to a uniform scalar, zero included.
   * @param dst the whole domain separation tag
   */
  hasher(dst: Uint8Array): (message: Uint8Array) => Uint8Array;
  /** Whether these bytes are a scalar's encoding, zero included. */
  isValid(bytes: Uint8Array): boolean;
  /** Whether the scalar is zero. */
  isZero(scalar: Uint8Array): boolean;
  /** a + b, which can be zero. */
  add(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a - b * c, which can be zero. */
  subtractProduct(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;
  /**
   * The inverses of n scalars, concatenated.
   * @throws {VeilmatchError} `bad-scalar` with the position of one that is zero or not reduced
   */
  invert(scalars: Uint8Array): Uint8Array;
}

/** A ciphersuite: what the protocols know of a group. */
export interface Suite {
  /** The RFC's name. */
  readonly identifier: SuiteIdentifier;
  /** Batches of elements. */
  readonly group: SuiteGroup;
  /** Arithmetic on scalars. */
  readonly scalars: SuiteScalars;
  /** The generator's encoding. */
  readonly generator: Uint8Array;
  /** Ne: bytes of an encoded element. */
  readonly elementBytes: number;
  /** Ns: bytes of an encoded scalar. */
  readonly scalarBytes: number;
  /** Nh: bytes of the hash, and so of an output. */
  readonly hashBytes: number;
  /** The hash of the suite. */
  hash(message: Uint8Array): Uint8Array;
  /** Whether the encoding is the identity's, which no message of the protocol may hold (section 2.1). */
  isIdentity(element: Uint8Array): boolean;
}

/** @throws {VeilmatchError} `argument` for what is no suite */
export function requireSuite(suite: unknown): void {
  requireMethods(suite, 'The suite', 'hash', 'isIdentity');
  const { group, scalars, scalarBytes, elementBytes } = suite as Suite;
  requireMethods(group, 'The group', 'multiply', 'multiplyBase', 'hashAndMultiply');
  requireMethods(scalars, 'The scalars', 'random', 'hasher', 'isValid', 'isZero', 'invert');
  requireCount(scalarBytes, 'The bytes of a scalar');
  requireCount(elementBytes, 'The bytes of an element');
}
