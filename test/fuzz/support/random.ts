// SPDX-License-Identifier: Apache-2.0
/** Chance that comes out the same again: xorshift, from a seed. */

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  }

  /** From 0 to limit - 1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.below(256);
  }
}

/** A day in 2027. */
const NOW = 1_800_000_000_000;

/**
 * From now on randomness and the clock are predictable in this process, so that a run depends on its input alone.
 * @returns what begins it anew
 */
export function predictable(): () => void {
  let chance = new Chance(1);
  const fill = (array: ArrayBufferView): ArrayBufferView => {
    chance.fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  };
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: fill, configurable: true });
  Date.now = () => NOW;
  return () => {
    chance = new Chance(1);
  };
}
