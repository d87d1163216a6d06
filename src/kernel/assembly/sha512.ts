// SPDX-License-Identifier: Apache-2.0
/** SHA-512 (FIPS 180-4), and expand_message_xmd over it (RFC 9380, section 5.3.1) for 64 bytes. */

export const BLOCK_BYTES: usize = 128;
export const STATE_BYTES: usize = 64;

/** First 64 bits of the fractional parts of the cube roots of the first 80 primes (FIPS 180-4, section 4.2.3). */
const ROUND: usize = memory.data<u64>(
  [
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
  ],
  16,
);
/** Section 5.3.5. */
export const INITIAL: usize = memory.data<u64>(
  [
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
  ],
  16,
);
const ROUND_COUNT: usize = 80;
const SCHEDULE: usize = memory.data(640, 16);
export const STATE: usize = memory.data(64, 16);
const BLOCK: usize = memory.data(128, 16);
/** The state after the 128 zero bytes that expand_message_xmd begins with. */
const AFTER_ZEROS: usize = memory.data(64, 16);

let filled: usize = 0;
let length: u64 = 0;

// @ts-ignore: decorator
@inline function s0(x: u64): u64 { return rotr(x, 1) ^ rotr(x, 8) ^ (x >> 7); }
// @ts-ignore: decorator
@inline function s1(x: u64): u64 { return rotr(x, 19) ^ rotr(x, 61) ^ (x >> 6); }
// @ts-ignore: decorator
@inline function S0(x: u64): u64 { return rotr(x, 28) ^ rotr(x, 34) ^ rotr(x, 39); }
// @ts-ignore: decorator
@inline function S1(x: u64): u64 { return rotr(x, 14) ^ rotr(x, 18) ^ rotr(x, 41); }
// @ts-ignore: decorator
@inline function choose(x: u64, y: u64, z: u64): u64 { return z ^ (x & (y ^ z)); }
// @ts-ignore: decorator
@inline function majority(x: u64, y: u64, z: u64): u64 { return (x & y) | (z & (x | y)); }
/** T1 of section 6.4.2 for the round whose word lies at `at`. */
// @ts-ignore: decorator
@inline function t1(e: u64, f: u64, g: u64, h: u64, at: usize): u64 {
  return h + S1(e) + choose(e, f, g) + load<u64>(ROUND + at) + load<u64>(SCHEDULE + at);
}
// @ts-ignore: decorator
@inline function t2(a: u64, b: u64, c: u64): u64 { return S0(a) + majority(a, b, c); }

export function compress(block: usize): void {
  for (let i: usize = 0; i < BLOCK_BYTES; i += 8) store<u64>(SCHEDULE + i, bswap(load<u64>(block + i)));
  for (let w = SCHEDULE; w < SCHEDULE + 8 * (ROUND_COUNT - 16); w += 8) {
    store<u64>(w, s1(load<u64>(w, 112)) + load<u64>(w, 72) + s0(load<u64>(w, 8)) + load<u64>(w), 128);
  }
  let a = load<u64>(STATE), b = load<u64>(STATE, 8), c = load<u64>(STATE, 16), d = load<u64>(STATE, 24);
  let e = load<u64>(STATE, 32), f = load<u64>(STATE, 40), g = load<u64>(STATE, 48), h = load<u64>(STATE, 56);
  for (let at: usize = 0; at < 8 * ROUND_COUNT; at += 8) {
    const t = t1(e, f, g, h, at);
    const turned = t + t2(a, b, c);
    h = g;
    g = f;
    f = e;
    e = d + t;
    d = c;
    c = b;
    b = a;
    a = turned;
  }
  store<u64>(STATE, load<u64>(STATE) + a);
  store<u64>(STATE, load<u64>(STATE, 8) + b, 8);
  store<u64>(STATE, load<u64>(STATE, 16) + c, 16);
  store<u64>(STATE, load<u64>(STATE, 24) + d, 24);
  store<u64>(STATE, load<u64>(STATE, 32) + e, 32);
  store<u64>(STATE, load<u64>(STATE, 40) + f, 40);
  store<u64>(STATE, load<u64>(STATE, 48) + g, 48);
  store<u64>(STATE, load<u64>(STATE, 56) + h, 56);
}

/** Starts after `bytes` bytes (a multiple of a block) that led to this state. */
function begin(state: usize, bytes: u64): void {
  memory.copy(STATE, state, STATE_BYTES);
  filled = 0;
  length = bytes;
}

function update(bytes: usize, count: usize): void {
  length += count;
  while (count > 0) {
    const part = min(count, BLOCK_BYTES - filled);
    memory.copy(BLOCK + filled, bytes, part);
    filled += part;
    bytes += part;
    count -= part;
    if (filled == BLOCK_BYTES) {
      compress(BLOCK);
      filled = 0;
    }
  }
}

function finish(out: usize): void {
  store<u8>(BLOCK + filled, 0x80);
  filled++;
  if (filled > 112) {
    memory.fill(BLOCK + filled, 0, BLOCK_BYTES - filled);
    compress(BLOCK);
    filled = 0;
  }
  memory.fill(BLOCK + filled, 0, BLOCK_BYTES - filled);
  store<u64>(BLOCK, bswap(length << 3), 120);
  compress(BLOCK);
  for (let i: usize = 0; i < STATE_BYTES; i += 8) store<u64>(out + i, bswap(load<u64>(STATE + i)));
}

function initAfterZeros(): void {
  begin(INITIAL, 0);
  memory.fill(BLOCK, 0, BLOCK_BYTES);
  compress(BLOCK);
  memory.copy(AFTER_ZEROS, STATE, STATE_BYTES);
}
initAfterZeros();

/** l_i_b_str || I2OSP(0, 1): 64 as two bytes, and a zero. */
const LENGTH_AND_ZERO: usize = memory.data<u8>([0, 64, 0]);
const INDEX_ONE: usize = memory.data<u8>([1]);
const B0: usize = memory.data(64, 16);

/**
 * 64 uniform bytes for a message: one block of output, so b_1 alone.
 * @param tag DST_prime: the domain separation tag and its length as one byte
 */
export function expandMessage(out: usize, message: usize, messageBytes: usize, tag: usize, tagBytes: usize): void {
  begin(AFTER_ZEROS, BLOCK_BYTES);
  update(message, messageBytes);
  update(LENGTH_AND_ZERO, 3);
  update(tag, tagBytes);
  finish(B0);
  begin(INITIAL, 0);
  update(B0, 64);
  update(INDEX_ONE, 1);
  update(tag, tagBytes);
  finish(out);
}
