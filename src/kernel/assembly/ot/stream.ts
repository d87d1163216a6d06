// SPDX-License-Identifier: Apache-2.0
/**
 * ChaCha (RFC 8439, section 2.3) with 12 rounds in place of 20 and a nonce of zeros: every key is fresh and makes one stream.
 * 12 rounds are those of Aumasson, Too Much Crypto (2020), with four to spare; attacks are known on 7.
 *
 * Four blocks at once, a lane of a vector each. They are written as they lie in the vectors: the stream of this protocol is,
 * for n = 0, 1, ..., word 0 of the blocks 4n to 4n + 3, word 1 of the same blocks, and so on to word 15, each
 * little-endian. So a vector is the next 128 bits of one stream.
 */

/** Bytes that a call makes: 16 vectors. */
export const STREAM_BYTES: usize = 256;

// @ts-ignore: decorator
@inline
function rotate16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
function rotate8(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

// @ts-ignore: decorator
@inline
function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/**
 * Writes bytes 256 n to 256 n + 255 of the stream of a key.
 * @param key 32 bytes
 * @param out 256 bytes, aligned to 16
 */
export function stream(key: usize, n: i32, out: usize): void {
  const counters = i32x4.add(i32x4.splat(n << 2), i32x4(0, 1, 2, 3));
  let x0 = i32x4.splat(0x61707865), x1 = i32x4.splat(0x3320646e), x2 = i32x4.splat(0x79622d32), x3 = i32x4.splat(0x6b206574);
  let x4 = v128.load32_splat(key, 0), x5 = v128.load32_splat(key, 4), x6 = v128.load32_splat(key, 8), x7 = v128.load32_splat(key, 12);
  let x8 = v128.load32_splat(key, 16), x9 = v128.load32_splat(key, 20), x10 = v128.load32_splat(key, 24), x11 = v128.load32_splat(key, 28);
  let x12 = counters, x13 = i32x4.splat(0), x14 = i32x4.splat(0), x15 = i32x4.splat(0);
  for (let round = 0; round < 12; round += 2) {
    x0 = i32x4.add(x0, x4); x12 = rotate16(v128.xor(x12, x0)); x8 = i32x4.add(x8, x12); x4 = rotate(v128.xor(x4, x8), 12);
    x0 = i32x4.add(x0, x4); x12 = rotate8(v128.xor(x12, x0)); x8 = i32x4.add(x8, x12); x4 = rotate(v128.xor(x4, x8), 7);
    x1 = i32x4.add(x1, x5); x13 = rotate16(v128.xor(x13, x1)); x9 = i32x4.add(x9, x13); x5 = rotate(v128.xor(x5, x9), 12);
    x1 = i32x4.add(x1, x5); x13 = rotate8(v128.xor(x13, x1)); x9 = i32x4.add(x9, x13); x5 = rotate(v128.xor(x5, x9), 7);
    x2 = i32x4.add(x2, x6); x14 = rotate16(v128.xor(x14, x2)); x10 = i32x4.add(x10, x14); x6 = rotate(v128.xor(x6, x10), 12);
    x2 = i32x4.add(x2, x6); x14 = rotate8(v128.xor(x14, x2)); x10 = i32x4.add(x10, x14); x6 = rotate(v128.xor(x6, x10), 7);
    x3 = i32x4.add(x3, x7); x15 = rotate16(v128.xor(x15, x3)); x11 = i32x4.add(x11, x15); x7 = rotate(v128.xor(x7, x11), 12);
    x3 = i32x4.add(x3, x7); x15 = rotate8(v128.xor(x15, x3)); x11 = i32x4.add(x11, x15); x7 = rotate(v128.xor(x7, x11), 7);
    x0 = i32x4.add(x0, x5); x15 = rotate16(v128.xor(x15, x0)); x10 = i32x4.add(x10, x15); x5 = rotate(v128.xor(x5, x10), 12);
    x0 = i32x4.add(x0, x5); x15 = rotate8(v128.xor(x15, x0)); x10 = i32x4.add(x10, x15); x5 = rotate(v128.xor(x5, x10), 7);
    x1 = i32x4.add(x1, x6); x12 = rotate16(v128.xor(x12, x1)); x11 = i32x4.add(x11, x12); x6 = rotate(v128.xor(x6, x11), 12);
    x1 = i32x4.add(x1, x6); x12 = rotate8(v128.xor(x12, x1)); x11 = i32x4.add(x11, x12); x6 = rotate(v128.xor(x6, x11), 7);
    x2 = i32x4.add(x2, x7); x13 = rotate16(v128.xor(x13, x2)); x8 = i32x4.add(x8, x13); x7 = rotate(v128.xor(x7, x8), 12);
    x2 = i32x4.add(x2, x7); x13 = rotate8(v128.xor(x13, x2)); x8 = i32x4.add(x8, x13); x7 = rotate(v128.xor(x7, x8), 7);
    x3 = i32x4.add(x3, x4); x14 = rotate16(v128.xor(x14, x3)); x9 = i32x4.add(x9, x14); x4 = rotate(v128.xor(x4, x9), 12);
    x3 = i32x4.add(x3, x4); x14 = rotate8(v128.xor(x14, x3)); x9 = i32x4.add(x9, x14); x4 = rotate(v128.xor(x4, x9), 7);
  }
  v128.store(out, i32x4.add(x0, i32x4.splat(0x61707865)), 0);
  v128.store(out, i32x4.add(x1, i32x4.splat(0x3320646e)), 16);
  v128.store(out, i32x4.add(x2, i32x4.splat(0x79622d32)), 32);
  v128.store(out, i32x4.add(x3, i32x4.splat(0x6b206574)), 48);
  v128.store(out, i32x4.add(x4, v128.load32_splat(key, 0)), 64);
  v128.store(out, i32x4.add(x5, v128.load32_splat(key, 4)), 80);
  v128.store(out, i32x4.add(x6, v128.load32_splat(key, 8)), 96);
  v128.store(out, i32x4.add(x7, v128.load32_splat(key, 12)), 112);
  v128.store(out, i32x4.add(x8, v128.load32_splat(key, 16)), 128);
  v128.store(out, i32x4.add(x9, v128.load32_splat(key, 20)), 144);
  v128.store(out, i32x4.add(x10, v128.load32_splat(key, 24)), 160);
  v128.store(out, i32x4.add(x11, v128.load32_splat(key, 28)), 176);
  v128.store(out, i32x4.add(x12, counters), 192);
  v128.store(out, x13, 208);
  v128.store(out, x14, 224);
  v128.store(out, x15, 240);
}
