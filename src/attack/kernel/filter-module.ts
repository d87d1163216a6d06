// SPDX-License-Identifier: Apache-2.0
/**
 * Code that finds the words whose bit in a bitmap is set. Every word's offset is written to the end of the list and the
 * end moves on only if the bit is set, so that no branch has to be predicted.
 */

import { type Code, encodeModule, type FunctionBody, i32, local, repeat } from './emitter.js';

/** A word's highest bits say which word of a bitmap of 2^bits bits, its lowest five which bit of that. */
export const shiftFor = (bits: number): number => 37 - bits;

export interface FilterExports {
  /**
   * Lists the byte offsets of those words whose bit is set; one more entry than the list has may be overwritten.
   * @param words - their address
   * @param bytes - 4 x their number, which is a multiple of four and not zero
   * @param shift - `shiftFor` the bitmap's size
   * @returns the list's length in bytes
   */
  all(words: number, bytes: number, bitmap: number, shift: number, list: number): number;
  /** The same for the words whose offsets are listed already. */
  listed(words: number, bytes: number, bitmap: number, shift: number, list: number, from: number): number;
}

/** Words that one turn of the loop looks at: a vector's. */
const UNROLL = 4;

export function filterModule(): Uint8Array<ArrayBuffer> {
  const [words, bytes, bitmap, shift, list, from] = [0, 1, 2, 3, 4, 5];
  /** @param offsetAt - pushes the byte offset of word i of this turn of the loop */
  const filter = (
    name: string,
    parameters: number,
    unroll: number,
    offsetAt: (position: number, i: number) => Code,
  ): FunctionBody => {
    const [position, offset, word, end] = [parameters, parameters + 1, parameters + 2, parameters + 3];
    const one = (i: number): Code => [
      ...local.get(end),
      ...offsetAt(position, i),
      ...local.tee(offset),
      ...i32.store(0),
      // end += 4 * (bitmap[word >> shift] >> word & 1)
      ...local.get(end),
      ...local.get(words),
      ...local.get(offset),
      ...i32.add,
      ...i32.load(0),
      ...local.tee(word),
      ...local.get(shift),
      ...i32.shrU,
      ...i32.const(2),
      ...i32.shl,
      ...local.get(bitmap),
      ...i32.add,
      ...i32.load(0),
      ...local.get(word),
      ...i32.shrU,
      ...i32.const(1),
      ...i32.and,
      ...i32.const(2),
      ...i32.shl,
      ...i32.add,
      ...local.set(end),
    ];
    const code = [
      ...local.get(list),
      ...local.set(end),
      ...repeat(
        ...Array.from({ length: unroll }, (_, i) => one(i)),
        [...local.get(position), ...i32.const(4 * unroll), ...i32.add, ...local.tee(position)],
        [...local.get(bytes), ...i32.ltU],
      ),
      ...local.get(end),
      ...local.get(list),
      ...i32.sub,
    ];
    return { name, parameters, i32Locals: 4, v128Locals: 0, code };
  };
  return encodeModule([
    filter('all', 5, UNROLL, (position, i) => [...local.get(position), ...i32.const(4 * i), ...i32.add]),
    filter('listed', 6, 1, (position) => [
      ...local.get(from),
      ...local.get(position),
      ...i32.add,
      ...i32.load(0),
    ]),
  ]);
}
