// SPDX-License-Identifier: Apache-2.0
/**
 * The prime-order group under everything: ristretto255 (RFC 9496), in batches.
 *
 * Elements are n x 32 bytes, canonical encodings, concatenated; scalars are 32 bytes little-endian, reduced and not
 * zero. Those who are given a backend take both widths from its `group`. One interface, several backends: `noble.ts` is the readable oracle, every other one must pass the same
 * conformance suite (`test/suites/group-backend.ts`).
 */

import type { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { isNonZeroScalar, type RandomSource } from '../random.js';

/** Bytes of an encoded element of ristretto255. */
export const ELEMENT_BYTES = 32;
/** Bytes of a scalar of ristretto255. */
export const SCALAR_BYTES = 32;
/** Uniform bytes that an element is derived from (RFC 9496, section 4.3.4). */
export const UNIFORM_BYTES = 64;

/** The canonical encoding of the generator (RFC 9496, section 4.1). */
export const GENERATOR: Uint8Array = Uint8Array.of(
  ...[0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f],
  ...[0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76],
);

/** Arithmetic on scalars, modulo the order of a group; each has the group's `scalarBytes`. */
export interface Scalars {
  /** `count` uniform scalars (default 1), none of them zero, concatenated. */
  random(random: RandomSource, count?: number): Uint8Array;
  /** A small number, from 1 to 2^40. */
  of(value: number): Uint8Array;
  /** -1. */
  readonly minusOne: Uint8Array;
  /** a + b, which can be zero. @throws {VeilmatchError} `bad-scalar` */
  add(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a * b. @throws {VeilmatchError} `bad-scalar` */
  multiply(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** The inverses of n scalars, concatenated. @throws {VeilmatchError} `bad-scalar` with the position of the first that has none */
  invert(scalars: Uint8Array): Uint8Array;
}

/** A group of prime order: what has to be known of it besides the operations of a backend. */
export interface Group {
  /** Two groups of one name are the same. */
  readonly name: string;
  /** Bytes of every encoded element. */
  readonly elementBytes: number;
  /** Bytes of every encoded scalar. */
  readonly scalarBytes: number;
  /** The encoding of the identity. */
  readonly identity: Uint8Array;
  /** Its scalars. */
  readonly scalars: Scalars;
}

/** `fma` and `integer` are WebAssembly kernels; `noble` is `@noble/curves`, **which is not constant time**. */
export type BackendName = 'noble' | 'integer' | 'fma';

/** What every batch can be given. */
export interface BatchOptions {
  /** Stops the batch between two chunks; the promise is rejected with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called between chunks with elements done and elements in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Operations on batches of group elements.
 *
 * Every method rejects with a `VeilmatchError` and returns nothing of the batch when any part of its input is bad:
 * `bad-element` for an encoding that is not canonical, `identity-element` for the identity where it is not accepted
 * (both with the element's `position`), `bad-scalar` for a scalar that is zero or not reduced, `argument` for lengths
 * that do not fit, `aborted` when the signal fires.
 */
export interface GroupBackend {
  /** Which backend it is. */
  readonly name: BackendName;
  /** The group that it computes in: ristretto255, for all that `createBackend` makes. */
  readonly group: Group;
  /** Whether the code has no branch and no memory address that depends on a secret. An engine may still add some. */
  readonly constantTime: boolean;
  /** How many threads a large batch is spread over. */
  readonly concurrency: number;

  /**
   * scalar * H(message) for every message, where H is hash_to_ristretto255 with expand_message_xmd and SHA-512
   * (RFC 9380, appendix B: `ristretto255_XMD:SHA-512_R255MAP_RO_`).
   * @param dst domain separation tag, at least 1 byte; longer than 255 bytes are hashed as RFC 9380, section 5.3.3 says
   * @param scalar 32 bytes, secret
   * @returns n x 32 bytes
   */
  hashAndMultiply(
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /**
   * scalars[i] * H(messages[i]), with H as above.
   * @param dst as above
   * @param scalars n x 32 bytes, secret
   * @returns n x 32 bytes
   */
  hashAndMultiplyEach(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /**
   * scalar * P for every P that 64 uniform bytes map to (element derivation, RFC 9496, section 4.3.4): for schemes that have
   * a hash of their own, where `hashAndMultiply` has the one of RFC 9380.
   * @param uniform n x 64 bytes; a hash's output, which nobody chooses
   * @param scalar 32 bytes, secret
   * @returns n x 32 bytes
   */
  mapAndMultiply(uniform: Uint8Array, scalar: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /**
   * scalar * P for every element P.
   * @param elements n x 32 bytes; the identity is rejected
   * @param scalar 32 bytes, secret
   * @returns n x 32 bytes
   */
  multiply(elements: Uint8Array, scalar: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /**
   * scalars[i] * elements[i].
   * @param elements n x 32 bytes; the identity is rejected
   * @param scalars n x 32 bytes, secret
   * @returns n x 32 bytes
   */
  multiplyEach(elements: Uint8Array, scalars: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /**
   * scalars[i] * base, through tables for a base that is used often.
   * @param scalars n x 32 bytes, secret
   * @param base 32 bytes, by default the generator G; the identity is rejected
   * @returns n x 32 bytes
   */
  multiplyBase(scalars: Uint8Array, base?: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /**
   * H(messages[i]) + scalars[i] * G, with H as above: what a fresh scalar for each element blinds.
   * @param dst as above
   * @param scalars n x 32 bytes, secret
   * @returns n x 32 bytes
   */
  hashAndAddBase(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /**
   * elements[i] - scalars[i] * base, through the tables of `multiplyBase`.
   * @param elements n x 32 bytes; the identity is rejected
   * @param scalars n x 32 bytes, secret
   * @param base 32 bytes; errors about it have no position
   * @returns n x 32 bytes; the identity can be among them
   */
  subtractBase(
    elements: Uint8Array,
    scalars: Uint8Array,
    base: Uint8Array,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /**
   * scalar * (elements[i] - H(messages[i])), with H as above: what takes a hash off an element that was put together with one.
   * @param elements n x 32 bytes; the identity is rejected
   * @param messages n
   * @param dst as above
   * @param scalar 32 bytes, secret
   * @returns n x 32 bytes; the identity where an element is its message's hash
   */
  subtractHashAndMultiply(
    elements: Uint8Array,
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /** a[i] + b[i]; the identity is accepted and can be the result. All n x 32 bytes. */
  add(a: Uint8Array, b: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /** a[i] - b[i]; the identity is accepted and can be the result. All n x 32 bytes. */
  subtract(a: Uint8Array, b: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /**
   * start + i * step for i = 0, 1, ... count - 1, at a fraction of what `add` costs an element. All of it is public: the
   * time may depend on it.
   * @param start 32 bytes, position 0 in an error; the identity is accepted, and can be among the results
   * @param step 32 bytes, position 1 in an error; the identity is accepted
   * @returns count x 32 bytes
   */
  progression(
    start: Uint8Array,
    step: Uint8Array,
    count: number,
    options?: BatchOptions,
  ): Promise<Uint8Array>;

  /**
   * The sum of weights[i] * elements[i]. The weights are public: the time may depend on them.
   * @param elements n x 32 bytes; the identity is accepted
   * @param weights n x 32 bytes, reduced; zero is accepted
   * @returns 32 bytes; the identity for an empty batch
   */
  weightedSum(elements: Uint8Array, weights: Uint8Array, options?: BatchOptions): Promise<Uint8Array>;

  /** Wipes what the backend holds and stops its workers. The backend cannot be used afterwards. */
  dispose(): Promise<void>;
}

/** A backend of ristretto255 that trusts its caller, and has nothing besides: what workers run. `checked` makes the other. */
export type TrustingBackend = Omit<GroupBackend, 'group'>;

/** @throws {VeilmatchError} `argument` unless the array is whole records of `width` bytes */
export function countRecords(bytes: Uint8Array, width: number, what: string): number {
  if (bytes.length % width !== 0) {
    throw new VeilmatchError(
      'argument',
      `${what} must be n x ${width} bytes, concatenated; these are ${bytes.length} bytes.`,
    );
  }
  return bytes.length / width;
}

/** An error about the base, in an operation whose elements have positions. */
export function aboutBase(error: unknown): unknown {
  if (!(error instanceof VeilmatchError) || error.position === undefined) return error;
  return new VeilmatchError(error.code, error.message.replace('Element 0', 'The base'));
}

/** @throws {VeilmatchError} `bad-scalar` with the position of the first scalar that is zero or not reduced */
export function checkScalars(scalars: Uint8Array): void {
  const count = countRecords(scalars, SCALAR_BYTES, 'Scalars');
  for (let i = 0; i < count; i++) {
    if (!isNonZeroScalar(scalars.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES))) {
      throw new VeilmatchError(
        'bad-scalar',
        `Scalar ${i} is zero or not reduced. A scalar is 32 bytes little-endian in [1, L - 1].`,
        { position: i },
      );
    }
  }
}

/** @throws {VeilmatchError} `bad-scalar` unless this is one scalar in [1, L - 1] */
export function checkScalar(scalar: Uint8Array): void {
  if (scalar.length !== SCALAR_BYTES) {
    throw new VeilmatchError('argument', `A scalar is 32 bytes; this one is ${scalar.length}.`);
  }
  checkScalars(scalar);
}

export function badElement(position: number): VeilmatchError {
  return new VeilmatchError(
    'bad-element',
    `Element ${position} is not a canonical ristretto255 encoding (RFC 9496, section 4.3.1). Whoever sent it must send it again.`,
    { position },
  );
}

export function identityElement(position: number): VeilmatchError {
  return new VeilmatchError(
    'identity-element',
    `Element ${position} is the identity, which carries no information and is not accepted here.`,
    { position },
  );
}
