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
import { maskOf } from './columns.js';

const NODE_LABEL = utf8('veilmatch-psi-v1 ot node');
const LEAF_LABEL = utf8('veilmatch-psi-v1 ot leaf');
const LEAVES_LABEL = utf8('veilmatch-psi-v1 ot leaves');

const LEVELS = DELTA_BITS;
/** Keys are added and selected in words of 32 bits, in the order of the platform, which makes no difference. */
const KEY_WORDS = KEY_BYTES / 4;
/** Of each coordinate the two sums of each level below the first, and the sum of the leaves' second halves. */
const COORDINATE_KEYS_SENT = 2 * (LEVELS - 1) + 1;
const DIGEST_BYTES = 32;
const DIGEST_AT = CODE_LENGTH * COORDINATE_KEYS_SENT * KEY_BYTES;

/** Bytes of what the receiver sends of all trees. */
export const TREES_BYTES: number = DIGEST_AT + DIGEST_BYTES;

/** The whole words of bytes that begin where words do: digests, and copies by `new Uint8Array`, since `slice` of Node's `Buffer` makes none. */
const wordsOf = (bytes: Uint8Array): Uint32Array =>
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
/** Key i of keys that stand one after the other: a view. */
const keyAt = (words: Uint32Array, i: number): Uint32Array =>
  words.subarray(i * KEY_WORDS, (i + 1) * KEY_WORDS);

/** SHA-512 of a label and nodes, in words: two keys. Room for the message, so that no node takes memory of its own. */
class NodeHash {
  readonly #message: Uint8Array;
  readonly #node: Uint8Array;

  constructor(label: Uint8Array) {
    this.#message = concatBytes(label, new Uint8Array(KEY_BYTES));
    this.#node = this.#message.subarray(label.length);
  }

  of(node: Uint32Array): Uint32Array {
    this.#node.set(new Uint8Array(node.buffer, node.byteOffset, KEY_BYTES));
    return wordsOf(sha512(this.#message));
  }

  wipe(): void {
    this.#node.fill(0);
  }
}

/** The digest of the leaves' second halves, 8 x 32 bytes of each coordinate. */
const leavesDigest = (halves: Uint8Array): Uint8Array =>
  sha512(concatBytes(LEAVES_LABEL, halves)).subarray(0, DIGEST_BYTES);

function add(sum: Uint32Array, key: Uint32Array): void {
  for (let i = 0; i < KEY_WORDS; i++) sum[i]! ^= key[i]!;
}

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
  const [own, seconds, sent, both] = [keys, halves, message, new Uint8Array(pairs)].map(wordsOf) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const [children, leaves] = [new NodeHash(NODE_LABEL), new NodeHash(LEAF_LABEL)];
  for (let c = 0; c < CODE_LENGTH; c++) {
    const pair = (level: number, side: number): Uint32Array => keyAt(both, 2 * (LEVELS * c + level) + side);
    const first = c * COORDINATE_KEYS_SENT;
    let nodes = [pair(0, 0), pair(0, 1)];
    for (let level = 1; level < LEVELS; level++) {
      nodes = nodes.flatMap((node) => {
        const two = children.of(node);
        return [keyAt(two, 0), keyAt(two, 1)];
      });
      for (const side of [0, 1]) {
        const sum = keyAt(sent, first + 2 * (level - 1) + side);
        sum.set(pair(level, side));
        for (let x = side; x < nodes.length; x += 2) add(sum, nodes[x]!);
      }
    }
    const check = keyAt(sent, first + COORDINATE_KEYS_SENT - 1);
    for (const [x, node] of nodes.entries()) {
      const leaf = leaves.of(node);
      keyAt(own, COORDINATE_KEYS * c + x).set(keyAt(leaf, 0));
      keyAt(seconds, COORDINATE_KEYS * c + x).set(keyAt(leaf, 1));
      add(check, keyAt(leaf, 1));
    }
  }
  for (const secret of [children, leaves]) secret.wipe();
  both.fill(0);
  message.set(leavesDigest(halves), DIGEST_AT);
  return { keys, message };
}

/** `a` where the mask is 0, `b` where it is all ones. */
function select(a: Uint32Array, b: Uint32Array, mask: number): Uint32Array {
  const chosen = new Uint32Array(a.length);
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
  const [own, seconds, mine, sent] = [keys, halves, new Uint8Array(chosen), new Uint8Array(message)].map(
    wordsOf,
  ) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  const none = new Uint32Array(KEY_WORDS);
  const [children, leaves] = [new NodeHash(NODE_LABEL), new NodeHash(LEAF_LABEL)];
  for (let c = 0; c < CODE_LENGTH; c++) {
    const first = c * COORDINATE_KEYS_SENT;
    // Node y of a level is node x = y + (the bits of Delta so far).
    let nodes = [none, keyAt(mine, LEVELS * c)];
    for (let level = 1; level < LEVELS; level++) {
      const mask = maskOf(levelBit(delta[c]!, level));
      nodes = nodes.flatMap((node, y) => {
        if (y === 0) return [none, none];
        const two = children.of(node);
        const [left, right] = [keyAt(two, 0), keyAt(two, 1)];
        return [select(left, right, mask), select(right, left, mask)];
      });
      // Node 1 is the sibling of the missing one: what the receiver sent for its side, without all that is known of it.
      const sums = first + 2 * (level - 1);
      const sibling = select(keyAt(sent, sums + 1), keyAt(sent, sums), mask);
      add(sibling, keyAt(mine, LEVELS * c + level));
      for (let y = 3; y < nodes.length; y += 2) add(sibling, nodes[y]!);
      nodes[1] = sibling;
    }
    const relative = new Uint32Array(COORDINATE_KEYS * KEY_WORDS);
    const missing = keyAt(relative, 0);
    missing.set(keyAt(sent, first + COORDINATE_KEYS_SENT - 1));
    for (let y = 1; y < COORDINATE_KEYS; y++) {
      const leaf = leaves.of(nodes[y]!);
      keyAt(own, COORDINATE_KEYS * c + y).set(keyAt(leaf, 0));
      keyAt(relative, y).set(keyAt(leaf, 1));
      add(missing, keyAt(leaf, 1));
    }
    seconds.set(unshuffled(relative, delta[c]!), COORDINATE_KEYS * c * KEY_WORDS);
  }
  for (const secret of [children, leaves]) secret.wipe();
  mine.fill(0);
  return { keys, digest: leavesDigest(halves), expected: message.slice(DIGEST_AT) };
}

/** Entries in the order of y = x + delta, in the order of x: exchanged bit by bit, with masks. */
function unshuffled(entries: Uint32Array, delta: number): Uint32Array {
  let ordered = entries;
  for (let bit = 1; bit < COORDINATE_KEYS; bit *= 2) {
    const mask = maskOf((delta / bit) & 1);
    const next = new Uint32Array(ordered.length);
    for (let x = 0; x < COORDINATE_KEYS; x++) {
      keyAt(next, x).set(select(keyAt(ordered, x), keyAt(ordered, x ^ bit), mask));
    }
    ordered = next;
  }
  return ordered;
}
