// SPDX-License-Identifier: Apache-2.0
/**
 * Trees of keys: three OTs for each coordinate become eight keys, all of which the receiver of the run has, and the sender all but the one
 * at Delta (Goldreich, Goldwasser, Micali 1986; as in SoftSpokenOT, Roy 2022, section 6). What the receiver sends of a tree could
 * be made so that whether it can be used tells something of Delta; so each leaf has a second half, and the sum of these in each tree and
 * a digest of them all say that the leaves are the same (Roy 2022, figure 14). A receiver that sends something else is caught
 * unless it guesses those bits of Delta right that it depends on, all of them at once.
 *
 * The sender numbers nodes by y = x + Delta in each level, so that the missing one is always 0: no branch and no address depends on Delta.
 */

import { concatBytes, utf8 } from '../../bytes.js';
import { CODE_LENGTH, COORDINATE_KEYS, DELTA_BITS, KEY_BYTES } from '../../kernel/ot.js';
import { sha512 } from '../../kernel/sha512.js';
import { addTo } from './columns.js';

const NODE_LABEL = utf8('veilmatch-psi-v1 ot node');
const LEAF_LABEL = utf8('veilmatch-psi-v1 ot leaf');
const LEAVES_LABEL = utf8('veilmatch-psi-v1 ot leaves');

const LEVELS = DELTA_BITS;
/** Of each coordinate the two sums of each level below the first, and the sum of the leaves' second halves. */
const COORDINATE_BYTES = (2 * (LEVELS - 1) + 1) * KEY_BYTES;
const DIGEST_BYTES = 32;

/** Bytes of what the receiver sends of all trees. */
export const TREES_BYTES: number = CODE_LENGTH * COORDINATE_BYTES + DIGEST_BYTES;

/** 64 bytes: both children of a node. */
const children = (node: Uint8Array): Uint8Array => sha512(concatBytes(NODE_LABEL, node));
/** 64 bytes: the key of a leaf, and what shows that it is the right one. */
const leafOf = (node: Uint8Array): Uint8Array => sha512(concatBytes(LEAF_LABEL, node));
const half = (bytes: Uint8Array, side: number): Uint8Array =>
  bytes.subarray(side * KEY_BYTES, (side + 1) * KEY_BYTES);
/** The digest of the leaves' second halves, 8 x 32 bytes of each coordinate. */
const leavesDigest = (halves: Uint8Array): Uint8Array =>
  sha512(concatBytes(LEAVES_LABEL, halves)).subarray(0, DIGEST_BYTES);

/** The keys of one party. */
interface TreeKeys {
  /** 255 x 8 x 32 bytes: the receiver's in the order of x; the sender's in that of x + Delta, zeros in the first place. */
  readonly keys: Uint8Array;
}

/**
 * The receiver's trees.
 * @param pairs both keys of the transfers, three transfers a coordinate, the highest bit first
 * @returns the keys, and what the sender needs for its own
 */
export function plantTrees(pairs: Uint8Array): TreeKeys & { readonly message: Uint8Array } {
  const keys = new Uint8Array(CODE_LENGTH * COORDINATE_KEYS * KEY_BYTES);
  const halves = new Uint8Array(keys.length);
  const message = new Uint8Array(TREES_BYTES);
  for (let c = 0; c < CODE_LENGTH; c++) {
    const pair = (level: number, side: number): Uint8Array =>
      pairs.subarray((2 * (LEVELS * c + level) + side) * KEY_BYTES).subarray(0, KEY_BYTES);
    const out = message.subarray(c * COORDINATE_BYTES, (c + 1) * COORDINATE_BYTES);
    let nodes = [pair(0, 0), pair(0, 1)];
    for (let level = 1; level < LEVELS; level++) {
      nodes = nodes.flatMap((node) => {
        const both = children(node);
        return [half(both, 0), half(both, 1)];
      });
      for (const side of [0, 1]) {
        const sum = half(out.subarray(2 * (level - 1) * KEY_BYTES), side);
        sum.set(pair(level, side));
        for (let x = side; x < nodes.length; x += 2) addTo(sum, nodes[x]!);
      }
    }
    const check = out.subarray(COORDINATE_BYTES - KEY_BYTES);
    for (const [x, node] of nodes.entries()) {
      const leaf = leafOf(node);
      keys.set(half(leaf, 0), (COORDINATE_KEYS * c + x) * KEY_BYTES);
      halves.set(half(leaf, 1), (COORDINATE_KEYS * c + x) * KEY_BYTES);
      addTo(check, half(leaf, 1));
    }
  }
  message.set(leavesDigest(halves), TREES_BYTES - DIGEST_BYTES);
  return { keys, message };
}

/** `a` where the mask is 0, `b` where it is all ones: 32 bytes. */
function select(a: Uint8Array, b: Uint8Array, mask: number): Uint8Array {
  const chosen = new Uint8Array(a.length);
  for (let i = 0; i < a.length; i++) chosen[i] = a[i]! ^ ((a[i]! ^ b[i]!) & mask);
  return chosen;
}

/** Bit of Delta that a level of a tree is about: the highest one first. */
export function levelBit(delta: number, level: number): number {
  return (delta >>> (LEVELS - 1 - level)) & 1;
}

/**
 * The sender's trees.
 * @param delta 255 numbers from 0 to 7
 * @param chosen the keys of the transfers in which it chose the other bits than Delta's
 * @param message of the receiver, `TREES_BYTES` bytes
 * @returns the keys, and a digest that must be the one at the end of the message
 */
export function growTrees(
  delta: Uint8Array,
  chosen: Uint8Array,
  message: Uint8Array,
): TreeKeys & { readonly digest: Uint8Array; readonly expected: Uint8Array } {
  const keys = new Uint8Array(CODE_LENGTH * COORDINATE_KEYS * KEY_BYTES);
  // In the order of x, as the receiver hashes them.
  const halves = new Uint8Array(keys.length);
  const none = new Uint8Array(KEY_BYTES);
  for (let c = 0; c < CODE_LENGTH; c++) {
    const own = (level: number): Uint8Array =>
      chosen.subarray((LEVELS * c + level) * KEY_BYTES, (LEVELS * c + level + 1) * KEY_BYTES);
    const sent = message.subarray(c * COORDINATE_BYTES, (c + 1) * COORDINATE_BYTES);
    // Node y of a level is node x = y + (the bits of Delta so far).
    let nodes = [none, own(0)];
    for (let level = 1; level < LEVELS; level++) {
      const mask = -levelBit(delta[c]!, level);
      nodes = nodes.flatMap((node, y) => {
        if (y === 0) return [none, none];
        const both = children(node);
        return [select(half(both, 0), half(both, 1), mask), select(half(both, 1), half(both, 0), mask)];
      });
      // Node 1 is the sibling of the missing one: what the receiver sent for its side, without all that is known of it.
      const sums = sent.subarray(2 * (level - 1) * KEY_BYTES);
      const sibling = select(half(sums, 1), half(sums, 0), mask);
      addTo(sibling, own(level));
      for (let y = 3; y < nodes.length; y += 2) addTo(sibling, nodes[y]!);
      nodes[1] = sibling;
    }
    const missing = sent.slice(COORDINATE_BYTES - KEY_BYTES);
    const relative = new Uint8Array(COORDINATE_KEYS * KEY_BYTES);
    for (let y = 1; y < COORDINATE_KEYS; y++) {
      const leaf = leafOf(nodes[y]!);
      keys.set(half(leaf, 0), (COORDINATE_KEYS * c + y) * KEY_BYTES);
      relative.set(half(leaf, 1), y * KEY_BYTES);
      addTo(missing, half(leaf, 1));
    }
    relative.set(missing);
    halves.set(unshuffled(relative, delta[c]!), COORDINATE_KEYS * c * KEY_BYTES);
  }
  return { keys, digest: leavesDigest(halves), expected: message.slice(TREES_BYTES - DIGEST_BYTES) };
}

/** Entries in the order of y = x + delta, in the order of x: exchanged bit by bit, with masks. */
function unshuffled(entries: Uint8Array, delta: number): Uint8Array {
  let ordered = entries;
  for (let bit = 1; bit < COORDINATE_KEYS; bit *= 2) {
    const mask = -((delta / bit) & 1);
    const next = new Uint8Array(ordered.length);
    for (let x = 0; x < COORDINATE_KEYS; x++) {
      const there = (index: number): Uint8Array => half(ordered, index);
      next.set(select(there(x), there(x ^ bit), mask), x * KEY_BYTES);
    }
    ordered = next;
  }
  return ordered;
}
