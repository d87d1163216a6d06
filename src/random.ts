// SPDX-License-Identifier: Apache-2.0
/**
 * Randomness. Everything that must be unpredictable comes from `crypto.getRandomValues`; the source can be replaced
 * so that a test sees the same run twice, and for no other purpose.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import { requireBytes, requireCount, requireFunction } from './arguments.js';
import { VeilmatchError } from './errors.js';

/** Returns `length` fresh, uniform bytes. */
export type RandomSource = (length: number) => Uint8Array;

/** What `crypto.getRandomValues` fills at most in one call (W3C Web Cryptography API, section 10.1.1). */
const QUOTA = 65_536;

/**
 * The platform's CSPRNG, `crypto.getRandomValues`.
 * @example
 * ```ts
 * import { secureRandom } from 'veilmatch/group';
 *
 * console.log(secureRandom(16).length); // → 16
 * ```
 */
export const secureRandom: RandomSource = (length) => {
  requireCount(length, 'How many bytes are drawn');
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += QUOTA) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(start + QUOTA, length)));
  }
  return bytes;
};

/** The order of ristretto255, L = 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 9496, section 4). */
const ORDER = Uint8Array.of(
  ...[0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
);

/** Whether 32 little-endian bytes are a scalar in [1, L - 1]. No branch depends on their value. */
export function isNonZeroScalar(scalar: Uint8Array): boolean {
  let borrow = 0;
  let bits = 0;
  for (let i = 0; i < 32; i++) {
    borrow = (scalar[i]! - ORDER[i]! - borrow) >>> 31;
    bits |= scalar[i]!;
  }
  return scalar.length === 32 && borrow === 1 && bits !== 0;
}

/**
 * Bytes of a source that the caller may have chosen: one that gives too few would be asked for ever.
 * @throws {VeilmatchError} `argument` for a source that is none
 */
export function draw(random: RandomSource, length: number): Uint8Array {
  requireFunction(random, 'The source of randomness');
  const bytes = random(length);
  requireBytes(bytes, 'What the source of randomness gives');
  if (bytes.length === length) return bytes;
  throw new VeilmatchError(
    'argument',
    `The source of randomness was asked for ${length} bytes and gave ${bytes.length}.`,
  );
}

/**
 * A uniform scalar in [1, L - 1], 32 bytes little-endian, by rejection: about two draws of 253 bits on average.
 * @example
 * ```ts
 * import { randomScalar } from 'veilmatch/group';
 *
 * console.log(randomScalar().length); // → 32
 * ```
 */
export function randomScalar(random: RandomSource = secureRandom): Uint8Array {
  for (;;) {
    const scalar = draw(random, 32);
    scalar[31]! &= 0x1f;
    if (isNonZeroScalar(scalar)) return scalar;
  }
}

/**
 * `count` uniform scalars in [1, L - 1], count x 32 bytes, by rejection: those that are rejected are drawn again, all of
 * them at once, and take the places behind those that were good.
 */
export function randomScalars(count: number, random: RandomSource = secureRandom): Uint8Array {
  const scalars = new Uint8Array(32 * count);
  let good = 0;
  while (good < count) {
    const drawn = draw(random, 32 * (count - good));
    for (let at = 0; at < drawn.length; at += 32) {
      const scalar = drawn.subarray(at, at + 32);
      scalar[31]! &= 0x1f;
      if (isNonZeroScalar(scalar)) scalars.set(scalar, 32 * good++);
    }
    drawn.fill(0);
  }
  return scalars;
}

/**
 * A source that gives these bytes, in order, in draws of any length: for test vectors and for runs whose secrets the
 * caller must know, never for a real run.
 * @throws {VeilmatchError} `argument` when more is drawn than there is
 */
export function replayedRandom(parts: readonly Uint8Array[]): RandomSource {
  const bytes = concatBytes(...parts);
  let next = 0;
  return (length) => {
    if (next + length > bytes.length) {
      throw new VeilmatchError(
        'argument',
        `The replayed randomness has ${bytes.length - next} bytes left; ${length} were drawn.`,
      );
    }
    next += length;
    return bytes.slice(next - length, next);
  };
}

const ONCE = new WeakMap<RandomSource, () => Promise<RandomSource>>();

/** Says of a source that can be had again from a seed what to draw from instead where nothing may be drawn twice. */
export function withOnce(random: RandomSource, once: () => Promise<RandomSource>): RandomSource {
  ONCE.set(random, once);
  return random;
}

/**
 * The source for secrets that must not meet other messages than those that they were made for. One that follows from a seed would give them
 * again to whoever goes back to an old copy of it; so whoever keeps the seed draws another one here, and keeps it from now on. Every
 * other source is its own.
 */
export async function onceRandom(random: RandomSource): Promise<RandomSource> {
  return (await ONCE.get(random)?.()) ?? random;
}
