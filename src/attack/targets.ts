// SPDX-License-Identifier: Apache-2.0
/** The digests that are looked for. */

import { recordAt } from '../bytes.js';
import { type RandomSource, secureRandom } from '../random.js';
import { halfSipHash, type SipKey, sipKey } from '../siphash.js';

/** A hash table over digests where they lie: four to eight bytes for each besides the digests themselves. */
export class TargetTable {
  /** Digests, or the first bytes of digests, concatenated. */
  readonly bytes: Uint8Array;
  /** Bytes of each. */
  readonly digestBytes: number;
  /** Open addressing; 0 is empty, otherwise index + 1. A list of tokens need not hold digests, so it is hashed, too. */
  readonly #slots: Uint32Array;
  readonly #key: SipKey;
  #probes = 0;

  /** @param random of the table's key: the platform's CSPRNG, for anything but tests */
  constructor(bytes: Uint8Array, digestBytes: number, random: RandomSource = secureRandom) {
    this.bytes = bytes;
    this.digestBytes = digestBytes;
    this.#key = sipKey(random(8));
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * this.size + 2)));
    for (let i = 0; i < this.size; i++) {
      const slot = this.#find(recordAt(bytes, digestBytes, i));
      if (this.#slots[slot] === 0) this.#slots[slot] = i + 1;
    }
  }

  get size(): number {
    return this.digestBytes === 0 ? 0 : this.bytes.length / this.digestBytes;
  }

  /** Slots that were looked at so far. Tests hold it to be linear, whatever the targets are. */
  get probes(): number {
    return this.#probes;
  }

  /** The index of the first target that is this digest, or its beginning, or -1. */
  indexOf(digest: Uint8Array): number {
    return this.#slots[this.#find(digest)]! - 1;
  }

  #find(digest: Uint8Array): number {
    const mask = this.#slots.length - 1;
    const hash = halfSipHash(this.#key, digest, 0, this.digestBytes);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      this.#probes++;
      const entry = this.#slots[slot]!;
      if (entry === 0 || this.#matches(entry - 1, digest)) return slot;
    }
  }

  #matches(index: number, digest: Uint8Array): boolean {
    const start = index * this.digestBytes;
    for (let i = 0; i < this.digestBytes; i++) if (this.bytes[start + i] !== digest[i]) return false;
    return true;
  }
}
