// SPDX-License-Identifier: Apache-2.0
/**
 * `to: 'both'`: what the receiver tells the sender of the result.
 *
 * Ordered mode: for each match SHA-512("veilmatch-psi-v1 confirm" || sid || b * H(y)) cut to 16 bytes, sorted. Only who
 * asked for y, or S itself, can make it, so R cannot claim a match for what it did not ask; S learns which.
 * Shuffled mode: the count as a number. Anything that S could check would tell S which, and R itself must not know that.
 *
 * **Either way S has to trust R not to leave matches out**, and R, which learns the result first, can stop before it
 * confirms anything.
 */

import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, DistinctBytes, sortRecords, u32 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { ELEMENT_BYTES } from '../group/group.js';
import { checkAscending } from './checks.js';
import { decodeRecords, encodeFrame, type Frame, recordFrames } from './frames.js';
import type { Line } from './machine.js';
import { CONFIRM_BYTES, CONFIRM_LABEL } from './suite.js';

/** Makes the records of one run. */
export class Confirmer {
  readonly #prefix: Uint8Array;

  constructor(sid: Uint8Array) {
    this.#prefix = concatBytes(CONFIRM_LABEL, sid);
  }

  /** @param element b * H(y), 32 bytes */
  record(element: Uint8Array): Uint8Array {
    return sha512(concatBytes(this.#prefix, element)).subarray(0, CONFIRM_BYTES);
  }
}

/**
 * What R sends, in frames.
 * @param elements b * H(x) for each of R's elements, n x 32 bytes
 */
export function confirmFrames(
  confirmer: Confirmer,
  elements: Uint8Array,
  matched: readonly number[],
): Iterable<Uint8Array> {
  const records = new Uint8Array(matched.length * CONFIRM_BYTES);
  for (const [i, index] of matched.entries()) {
    const element = elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
    records.set(confirmer.record(element), i * CONFIRM_BYTES);
  }
  return recordFrames('confirm', sortRecords(records, CONFIRM_BYTES), CONFIRM_BYTES);
}

/** R's count, where it must not say which. */
export function countFrame(size: number): Uint8Array {
  return encodeFrame('confirm', u32(size));
}

/** S's own records, in the order of its list. */
export class Confirmations {
  readonly #confirmer: Confirmer;
  readonly #records = new DistinctBytes();

  constructor(sid: Uint8Array) {
    this.#confirmer = new Confirmer(sid);
  }

  /** @param element b * H(y) for the next y of the list */
  add(element: Uint8Array): void {
    this.#records.add(this.#confirmer.record(element));
  }

  /**
   * Reads R's Confirm frames up to its Finish.
   * @param most matches that there can be
   * @returns indices in S's list, ascending, and the Finish
   * @throws {VeilmatchError} `bad-message` for a record that is none of S's elements, or out of order; `wrong-size`
   */
  async *take(
    line: Line,
    most: number,
  ): AsyncGenerator<undefined, { matched: number[]; finish: Frame }, Uint8Array | undefined> {
    const matched: number[] = [];
    let last: Uint8Array | undefined;
    for (;;) {
      const frame = yield* line.take('confirm', 'finish');
      if (frame.name === 'finish') return { matched: matched.sort((a, b) => a - b), finish: frame };
      const { first, bytes } = decodeRecords(frame, CONFIRM_BYTES, matched.length, most);
      last = checkAscending('confirmations', bytes, CONFIRM_BYTES, first, last);
      for (let start = 0; start < bytes.length; start += CONFIRM_BYTES) {
        const index = this.#records.indexOf(bytes.subarray(start, start + CONFIRM_BYTES));
        if (index < 0) {
          throw new VeilmatchError(
            'bad-message',
            `The receiver confirms a match, number ${matched.length}, with an element that this party does not have.`,
            { position: matched.length },
          );
        }
        matched.push(index);
      }
    }
  }
}

/** @throws {VeilmatchError} `bad-message`, `wrong-size` */
export function readCount({ body }: Frame, most: number): number {
  if (body.length !== 4) {
    throw new VeilmatchError('bad-message', "A frame 'confirm' holds no count of 4 bytes.");
  }
  const size = new DataView(body.buffer, body.byteOffset, 4).getUint32(0);
  if (size > most) {
    throw new VeilmatchError(
      'wrong-size',
      `The receiver counts ${size} matches; with these lists there are ${most} at most.`,
    );
  }
  return size;
}
