// SPDX-License-Identifier: Apache-2.0
/**
 * BLAKE2s (RFC 7693), four messages at once, a lane of a vector each. A state is 8 vectors, word i of the four messages in vector i;
 * a block is 16 vectors likewise.
 */

const IV0: i32 = 0x6a09e667, IV1: i32 = 0xbb67ae85, IV2: i32 = 0x3c6ef372, IV3: i32 = 0xa54ff53a;
const IV4: i32 = 0x510e527f, IV5: i32 = 0x9b05688c, IV6: i32 = 0x1f83d9ab, IV7: i32 = 0x5be0cd19;

/** Bytes of a state of four messages. */
export const STATE_BYTES: usize = 128;
/** Bytes of a block of four messages. */
export const BLOCK_BYTES: usize = 256;

/** Which word each step of a round takes (RFC 7693, section 2.7), by where its vector begins in the block. */
const SIGMA: usize = memory.data<u8>([
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240,
  224, 160, 64, 128, 144, 240, 208, 96, 16, 192, 0, 32, 176, 112, 80, 48,
  176, 128, 192, 0, 80, 32, 240, 208, 160, 224, 48, 96, 112, 16, 144, 64,
  112, 144, 48, 16, 208, 192, 176, 224, 32, 96, 80, 160, 64, 0, 240, 128,
  144, 0, 80, 112, 32, 64, 160, 240, 224, 16, 176, 192, 96, 128, 48, 208,
  32, 192, 96, 160, 0, 176, 128, 48, 64, 208, 112, 80, 240, 224, 16, 144,
  192, 80, 16, 240, 224, 208, 64, 160, 0, 112, 96, 48, 144, 32, 128, 176,
  208, 176, 112, 224, 192, 16, 48, 144, 80, 0, 240, 64, 128, 96, 32, 160,
  96, 240, 224, 144, 176, 48, 0, 128, 192, 32, 208, 112, 16, 64, 160, 80,
  160, 32, 128, 64, 112, 96, 16, 80, 240, 176, 144, 224, 48, 192, 208, 0
]);

// @ts-ignore: decorator
@inline
function word(m: usize, sigma: usize, step: usize): v128 {
  return v128.load(m + <usize>load<u8>(sigma + step));
}

// @ts-ignore: decorator
@inline
function rotateRight16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
function rotateRight8(x: v128): v128 {
  return i8x16.shuffle(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

// @ts-ignore: decorator
@inline
function rotateRight(x: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(x, by), i32x4.shl(x, 32 - by));
}

/** The state before the first block, for digests of 32 bytes and keys of `keyBytes`. */
export function begin(h: usize, keyBytes: i32): void {
  v128.store(h, i32x4.splat(IV0 ^ 0x01010020 ^ (keyBytes << 8)));
  v128.store(h, i32x4.splat(IV1), 16);
  v128.store(h, i32x4.splat(IV2), 32);
  v128.store(h, i32x4.splat(IV3), 48);
  v128.store(h, i32x4.splat(IV4), 64);
  v128.store(h, i32x4.splat(IV5), 80);
  v128.store(h, i32x4.splat(IV6), 96);
  v128.store(h, i32x4.splat(IV7), 112);
}

/**
 * Adds a block to the state.
 * @param length bytes of each message up to the end of this block, below 2^32
 * @param last all ones for a message that ends here, otherwise zeros
 */
export function compress(h: usize, m: usize, length: v128, last: v128): void {
  let v0 = v128.load(h), v1 = v128.load(h, 16), v2 = v128.load(h, 32), v3 = v128.load(h, 48);
  let v4 = v128.load(h, 64), v5 = v128.load(h, 80), v6 = v128.load(h, 96), v7 = v128.load(h, 112);
  let v8 = i32x4.splat(IV0), v9 = i32x4.splat(IV1), v10 = i32x4.splat(IV2), v11 = i32x4.splat(IV3);
  let v12 = v128.xor(i32x4.splat(IV4), length), v13 = i32x4.splat(IV5);
  let v14 = v128.xor(i32x4.splat(IV6), last), v15 = i32x4.splat(IV7);
  for (let s = SIGMA; s < SIGMA + 160; s += 16) {
    v0 = i32x4.add(i32x4.add(v0, v4), word(m, s, 0)); v12 = rotateRight16(v128.xor(v12, v0)); v8 = i32x4.add(v8, v12); v4 = rotateRight(v128.xor(v4, v8), 12);
    v0 = i32x4.add(i32x4.add(v0, v4), word(m, s, 1)); v12 = rotateRight8(v128.xor(v12, v0)); v8 = i32x4.add(v8, v12); v4 = rotateRight(v128.xor(v4, v8), 7);
    v1 = i32x4.add(i32x4.add(v1, v5), word(m, s, 2)); v13 = rotateRight16(v128.xor(v13, v1)); v9 = i32x4.add(v9, v13); v5 = rotateRight(v128.xor(v5, v9), 12);
    v1 = i32x4.add(i32x4.add(v1, v5), word(m, s, 3)); v13 = rotateRight8(v128.xor(v13, v1)); v9 = i32x4.add(v9, v13); v5 = rotateRight(v128.xor(v5, v9), 7);
    v2 = i32x4.add(i32x4.add(v2, v6), word(m, s, 4)); v14 = rotateRight16(v128.xor(v14, v2)); v10 = i32x4.add(v10, v14); v6 = rotateRight(v128.xor(v6, v10), 12);
    v2 = i32x4.add(i32x4.add(v2, v6), word(m, s, 5)); v14 = rotateRight8(v128.xor(v14, v2)); v10 = i32x4.add(v10, v14); v6 = rotateRight(v128.xor(v6, v10), 7);
    v3 = i32x4.add(i32x4.add(v3, v7), word(m, s, 6)); v15 = rotateRight16(v128.xor(v15, v3)); v11 = i32x4.add(v11, v15); v7 = rotateRight(v128.xor(v7, v11), 12);
    v3 = i32x4.add(i32x4.add(v3, v7), word(m, s, 7)); v15 = rotateRight8(v128.xor(v15, v3)); v11 = i32x4.add(v11, v15); v7 = rotateRight(v128.xor(v7, v11), 7);
    v0 = i32x4.add(i32x4.add(v0, v5), word(m, s, 8)); v15 = rotateRight16(v128.xor(v15, v0)); v10 = i32x4.add(v10, v15); v5 = rotateRight(v128.xor(v5, v10), 12);
    v0 = i32x4.add(i32x4.add(v0, v5), word(m, s, 9)); v15 = rotateRight8(v128.xor(v15, v0)); v10 = i32x4.add(v10, v15); v5 = rotateRight(v128.xor(v5, v10), 7);
    v1 = i32x4.add(i32x4.add(v1, v6), word(m, s, 10)); v12 = rotateRight16(v128.xor(v12, v1)); v11 = i32x4.add(v11, v12); v6 = rotateRight(v128.xor(v6, v11), 12);
    v1 = i32x4.add(i32x4.add(v1, v6), word(m, s, 11)); v12 = rotateRight8(v128.xor(v12, v1)); v11 = i32x4.add(v11, v12); v6 = rotateRight(v128.xor(v6, v11), 7);
    v2 = i32x4.add(i32x4.add(v2, v7), word(m, s, 12)); v13 = rotateRight16(v128.xor(v13, v2)); v8 = i32x4.add(v8, v13); v7 = rotateRight(v128.xor(v7, v8), 12);
    v2 = i32x4.add(i32x4.add(v2, v7), word(m, s, 13)); v13 = rotateRight8(v128.xor(v13, v2)); v8 = i32x4.add(v8, v13); v7 = rotateRight(v128.xor(v7, v8), 7);
    v3 = i32x4.add(i32x4.add(v3, v4), word(m, s, 14)); v14 = rotateRight16(v128.xor(v14, v3)); v9 = i32x4.add(v9, v14); v4 = rotateRight(v128.xor(v4, v9), 12);
    v3 = i32x4.add(i32x4.add(v3, v4), word(m, s, 15)); v14 = rotateRight8(v128.xor(v14, v3)); v9 = i32x4.add(v9, v14); v4 = rotateRight(v128.xor(v4, v9), 7);
  }
  v128.store(h, v128.xor(v128.load(h, 0), v128.xor(v0, v8)), 0);
  v128.store(h, v128.xor(v128.load(h, 16), v128.xor(v1, v9)), 16);
  v128.store(h, v128.xor(v128.load(h, 32), v128.xor(v2, v10)), 32);
  v128.store(h, v128.xor(v128.load(h, 48), v128.xor(v3, v11)), 48);
  v128.store(h, v128.xor(v128.load(h, 64), v128.xor(v4, v12)), 64);
  v128.store(h, v128.xor(v128.load(h, 80), v128.xor(v5, v13)), 80);
  v128.store(h, v128.xor(v128.load(h, 96), v128.xor(v6, v14)), 96);
  v128.store(h, v128.xor(v128.load(h, 112), v128.xor(v7, v15)), 112);
}

/** Word by word to message by message: four vectors of a lane each become the 16 bytes of each lane. */
// @ts-ignore: decorator
@inline
export function turn(a: v128, b: v128, c: v128, d: v128, out: usize, apart: usize): void {
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(out + apart, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(out + 2 * apart, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(out + 3 * apart, i64x2.shuffle(ab1, cd1, 1, 3));
}

/** The digests of the four messages, 32 bytes each, one after the other. */
export function digests(h: usize, out: usize): void {
  turn(v128.load(h), v128.load(h, 16), v128.load(h, 32), v128.load(h, 48), out, 32);
  turn(v128.load(h, 64), v128.load(h, 80), v128.load(h, 96), v128.load(h, 112), out + 16, 32);
}
