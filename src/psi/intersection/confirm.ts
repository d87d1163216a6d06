// SPDX-License-Identifier: Apache-2.0
/**
 * `to: 'both'`: what the receiver tells the sender of the result, in as many bytes whatever the result is.
 *
 * Ordered mode: for each match SHA-512("veilmatch-psi-v1 confirm" || sid || b * H(y)) cut to 16 bytes, filled up with
 * random records and sorted. Only who asked for y, or S itself, can make it: R cannot claim a match for what it did not
 * ask. S learns which.
 * Shuffled mode: the count, for the eyes of S. Anything that S could check would tell it which, and R itself must not know.
 *
 * **Either way S has to trust R not to leave matches out**, and R, which learns the result first, can stop before it
 * confirms anything.
 */

import { concatBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { sha512 } from '../../kernel/sha512.js';
import type { RandomSource } from '../../random.js';
import { sortRecordsInTurns } from '../../sorting.js';
import { inTurns } from '../../workers/turn.js';
import { checkAscending } from '../run/checks.js';
import { decodeRecords, encodeFrame, type Frame, recordFrames } from '../run/frames.js';
import type { Line } from '../run/machine.js';
import { SortedRecords } from '../run/matching.js';
import { CONFIRM_BYTES, CONFIRM_LABEL } from '../run/suite.js';
import { CONFIRM } from './frames.js';

/** @param element b * H(y), or the secret that hides a count */
function digest(sid: Uint8Array, element: Uint8Array): Uint8Array {
  return sha512(concatBytes(CONFIRM_LABEL, sid, element)).subarray(0, CONFIRM_BYTES);
}

/**
 * R's frames in the ordered mode. As many elements are hashed, and as many random bytes drawn, as there are records,
 * whatever matched: what is not needed is thrown away.
 * @param elements b * H(x) for each of R's n elements, concatenated
 * @param shared n bytes: 1 for an element that matched, 0 for another
 * @param most matches that there can be with lists of these sizes: at most n
 */
export async function confirmFrames(
  sid: Uint8Array,
  elements: Uint8Array,
  shared: Uint8Array,
  most: number,
  random: RandomSource,
): Promise<Iterable<Uint8Array>> {
  // Those that matched come first, and behind them as many others as make up the number.
  const order = new Uint32Array(shared.length);
  let matches = 0;
  for (let i = 0; i < shared.length; i++) matches += shared[i]!;
  for (let i = 0, match = 0; i < shared.length; i++) {
    const other = matches + i - match;
    order[other + (match - other) * shared[i]!] = i;
    match += shared[i]!;
  }
  const elementBytes = elements.length / shared.length;
  const filling = random(most * CONFIRM_BYTES);
  const records = new Uint8Array(most * CONFIRM_BYTES);
  await inTurns(most, (from, to) => {
    for (let i = from; i < to; i++) {
      const at = order[i]! * elementBytes;
      const record = digest(sid, elements.subarray(at, at + elementBytes));
      const start = Math.max(0, i - matches) * CONFIRM_BYTES;
      const random = filling.subarray(start, start + CONFIRM_BYTES);
      records.set(i < matches ? record : random, i * CONFIRM_BYTES);
    }
  });
  return recordFrames(CONFIRM, await sortRecordsInTurns(records, CONFIRM_BYTES), CONFIRM_BYTES);
}

/** S's records of one run, in the order of its list. */
export class Confirmations {
  readonly #sid: Uint8Array;
  #records: Uint8Array;
  #count = 0;

  /** @param size elements in the list */
  constructor(sid: Uint8Array, size: number) {
    this.#sid = sid;
    this.#records = new Uint8Array(size * CONFIRM_BYTES);
  }

  /** @param element b * H(y) for the next y of the list */
  add(element: Uint8Array): void {
    this.#records.set(digest(this.#sid, element), this.#count++ * CONFIRM_BYTES);
  }

  /**
   * Reads R's Confirm frames, once.
   * @param most matches that there can be
   * @returns a byte for each element of S's list: 1 for one that R confirms, 0 for another
   * @throws {VeilmatchError} `bad-message`, `wrong-size`
   */
  async *take(line: Line, most: number): AsyncGenerator<undefined, Uint8Array, Uint8Array | undefined> {
    const records = await SortedRecords.of(this.#records, CONFIRM_BYTES);
    this.#records = new Uint8Array();
    const shared = new Uint8Array(records.size);
    let last: Uint8Array | undefined;
    for (let done = 0; done < most; ) {
      const { bytes } = decodeRecords(yield* line.take(CONFIRM), CONFIRM_BYTES, done, most);
      await inTurns(bytes.length / CONFIRM_BYTES, (from, to) => {
        const part = bytes.subarray(from * CONFIRM_BYTES, to * CONFIRM_BYTES);
        last = checkAscending('confirmations', part, CONFIRM_BYTES, done + from, last);
        for (let start = 0; start < part.length; start += CONFIRM_BYTES) {
          const found = records.find(part, start);
          shared[found >>> 1]! |= found & 1;
        }
      });
      done += bytes.length / CONFIRM_BYTES;
    }
    return shared;
  }
}

/** R's frame in the shuffled mode: E = eG for a fresh e, and the count under a digest of eB. */
export async function countFrame(
  sid: Uint8Array,
  size: number,
  publicKey: Uint8Array,
  backend: GroupBackend,
  random: RandomSource,
): Promise<Uint8Array> {
  const scalar = backend.group.scalars.random(random);
  try {
    const key = await backend.multiplyBase(scalar);
    const shared = await backend.multiplyBase(scalar, publicKey);
    return encodeFrame(CONFIRM, concatBytes(key, masked(u32(size), sid, shared)));
  } finally {
    scalar.fill(0);
  }
}

/** @throws {VeilmatchError} `bad-message`, `bad-element`, `identity-element`, `wrong-size` */
export async function readCount(
  { body }: Frame,
  sid: Uint8Array,
  scalar: Uint8Array,
  most: number,
  backend: GroupBackend,
): Promise<number> {
  const { elementBytes } = backend.group;
  if (body.length !== elementBytes + 4) {
    throw new VeilmatchError('bad-message', `A frame 'confirm' holds no count of ${elementBytes + 4} bytes.`);
  }
  const shared = await backend.multiply(body.slice(0, elementBytes), scalar);
  const count = masked(body.subarray(elementBytes), sid, shared);
  const size = new DataView(count.buffer, count.byteOffset).getUint32(0);
  if (size > most) {
    throw new VeilmatchError(
      'wrong-size',
      `The receiver counts ${size} matches; with lists of these sizes there are ${most} at most.`,
    );
  }
  return size;
}

function masked(count: Uint8Array, sid: Uint8Array, shared: Uint8Array): Uint8Array {
  const mask = digest(sid, shared);
  return count.map((byte, i) => byte ^ mask[i]!);
}
