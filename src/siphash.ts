// SPDX-License-Identifier: Apache-2.0
/**
 * HalfSipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012; the half-width variant of their reference
 * code, https://github.com/veorq/SipHash): the keyed hash of every table that a peer or a file fills.
 *
 * Without the key nobody can say which records meet in a table, so nobody can make a list that is slow to take in. Half the
 * width, because JavaScript has no 64-bit integers: SipHash-1-3 on pairs of 32-bit halves takes about four times as many
 * instructions. One round a word and three at the end, as Linux and Rust hash their tables.
 *
 * **What it is good for**: a key of 64 bits that lives as long as one table, and hashes that nobody is shown. It is no MAC
 * and no commitment: 64 bits can be searched, and 32 bits of output collide by chance after some 2^16 records, which a table
 * bears and a signature would not.
 */

/** 64 bits. */
export interface SipKey {
  readonly k0: number;
  readonly k1: number;
}

/** @param bytes 8 bytes, little-endian as the reference has them */
export function sipKey(bytes: Uint8Array): SipKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { k0: view.getInt32(0, true), k1: view.getInt32(4, true) };
}

/**
 * The hash of `bytes[start .. end]`.
 * @returns a signed number of 32 bits
 */
export function halfSipHash({ k0, k1 }: SipKey, bytes: Uint8Array, start: number, end: number): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const whole = end - ((end - start) & 3);
  let at = start;
  // The words of the message, the last of which is what is left of it below the length; then three rounds to finish.
  for (let left = 4; left > 0; ) {
    let word = 0;
    if (at < whole) {
      word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      at += 4;
    } else {
      if (left === 4) {
        word = (end - start) << 24;
        if (end - at > 2) word |= bytes[at + 2]! << 16;
        if (end - at > 1) word |= bytes[at + 1]! << 8;
        if (end - at > 0) word |= bytes[at]!;
      } else if (left === 3) {
        v2 ^= 0xff;
      }
      left--;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
