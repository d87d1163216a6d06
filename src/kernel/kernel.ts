// SPDX-License-Identifier: Apache-2.0
/**
 * Loads a kernel and names what lies in its memory. The two modules, `fma` and `integer`, have the same exports; they
 * differ in how they hold field elements, which never leaves them.
 *
 *     exported address   bytes               holds
 *     ELEMENTS           CAPACITY x 32       first operands, encoded
 *     OTHERS             CAPACITY x 32       second operands of `combine`, encoded
 *     SCALARS            CAPACITY x 32       scalars, little-endian                              secret
 *     UNIFORM            CAPACITY x 64       uniform bytes for the one-way map
 *     RESULTS            CAPACITY x 32       encoded elements
 *     OFFSETS            (CAPACITY + 1) x 4  where messages begin and end, u32 addresses
 *     TAG                256                 DST_prime of RFC 9380, section 5.3.1
 *     STATUS             2 x CAPACITY        an `ElementStatus` for each of ELEMENTS, then of OTHERS
 *     (not exported)                         digits, tables, points and encoding states          secret
 *     MESSAGES           to the end          messages; the only part that grows
 *
 * A call works on up to CAPACITY elements, in pairs, and leaves nothing behind that a later call needs, except the
 * tables of `setBase`.
 */

import { base64ToBytes } from '../bytes.js';

/** What decoding said of an element. */
export const ElementStatus = { valid: 0, bad: 1, identity: 2 } as const;

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly MESSAGES: WebAssembly.Global<'i32'>;
  readonly CAPACITY: WebAssembly.Global<'i32'>;
  readonly ELEMENTS: WebAssembly.Global<'i32'>;
  readonly OTHERS: WebAssembly.Global<'i32'>;
  readonly SCALARS: WebAssembly.Global<'i32'>;
  readonly UNIFORM: WebAssembly.Global<'i32'>;
  readonly RESULTS: WebAssembly.Global<'i32'>;
  readonly OFFSETS: WebAssembly.Global<'i32'>;
  readonly TAG: WebAssembly.Global<'i32'>;
  readonly STATUS: WebAssembly.Global<'i32'>;
  /** SCALARS[0] becomes the shared scalar. */
  recodeShared(): void;
  /** SCALARS become digits, halved for `multiply` and `multiplyBase`, as they are for the sums. */
  recodeEach(count: number, half: boolean): void;
  /** RESULTS[i] = scalar * ELEMENTS[i], by the shared scalar or by each its own. */
  multiply(count: number, each: boolean): void;
  /** UNIFORM[i] = expand_message_xmd of message i, with a DST_prime of so many bytes in TAG. */
  expand(count: number, tagBytes: number): void;
  /** RESULTS[i] = scalar * map(UNIFORM[i]), by the shared scalar or by each its own. */
  multiplyMapped(count: number, each: boolean): void;
  /** RESULTS[i] = the shared scalar * (ELEMENTS[i] - map(UNIFORM[i])). */
  multiplyDifference(count: number): void;
  /** RESULTS[i] = map(UNIFORM[i]). */
  encodeMapped(count: number): void;
  /** The base becomes the element that is in ELEMENTS[0] and ELEMENTS[1]. */
  setBase(): void;
  /** RESULTS[i] = SCALARS[i] * base. */
  multiplyBase(count: number): void;
  /** RESULTS[i] = map(UNIFORM[i]) + SCALARS[i] * base, of digits that are not halved. */
  addBaseToMapped(count: number): void;
  /** RESULTS[i] = ELEMENTS[i] - SCALARS[i] * base, of digits that are not halved. */
  subtractBase(count: number): void;
  /** RESULTS[i] = ELEMENTS[i] + OTHERS[i], or minus. */
  combine(count: number, negate: boolean): void;
  /**
   * RESULTS[i] = 2 * (ELEMENTS[0] + i * step), where ELEMENTS[1] = ELEMENTS[0] + step and OTHERS[0] = OTHERS[1] = 2 * step;
   * ELEMENTS become those of the next such call.
   */
  progression(count: number): void;
  /** RESULTS[0] = the sum of SCALARS[i] * ELEMENTS[i], digits up to number `top`, an even count. */
  weightedSum(count: number, top: number): void;
  /** Overwrites scalars, what was made of them, and what messages were hashed to. */
  wipeSecrets(): void;
}

type Region = 'ELEMENTS' | 'OTHERS' | 'SCALARS' | 'UNIFORM' | 'RESULTS' | 'TAG' | 'STATUS';

const PAGE_BYTES = 65_536;

export class Kernel {
  readonly exports: KernelExports;
  /** Elements a call takes at most. */
  readonly capacity: number;
  #messageBytes = 0;

  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module);
    this.exports = instance.exports as unknown as KernelExports;
    this.capacity = this.exports.CAPACITY.value;
  }

  /** A view of a region, valid until the memory grows. */
  view(region: Region, bytes: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, this.exports[region].value, bytes);
  }

  write(region: Region, bytes: Uint8Array): void {
    this.view(region, bytes.length).set(bytes);
  }

  /** A copy of the first `bytes` bytes of a region. */
  read(region: Region, bytes: number): Uint8Array {
    return this.view(region, bytes).slice();
  }

  /** Places messages, which lie one after the other in `bytes`, and their `count + 1` offsets into it. */
  writeMessages(bytes: Uint8Array, offsets: Uint32Array): void {
    const { memory, MESSAGES: heap, OFFSETS } = this.exports;
    const missing = heap.value + bytes.length - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    new Uint8Array(memory.buffer).set(bytes, heap.value);
    this.#messageBytes = Math.max(this.#messageBytes, bytes.length);
    const addresses = new Uint32Array(memory.buffer, OFFSETS.value, offsets.length);
    for (const [i, offset] of offsets.entries()) addresses[i] = heap.value + offset - offsets[0]!;
  }

  /** Overwrites what the last operations were given and must not stay: scalars, digits, messages. Tables remain. */
  wipeSecrets(): void {
    const { memory, MESSAGES: heap } = this.exports;
    this.exports.wipeSecrets();
    new Uint8Array(memory.buffer, heap.value, this.#messageBytes).fill(0);
    this.#messageBytes = 0;
  }

  /** Overwrites everything, scalars, digits and tables included. The kernel cannot be used afterwards. */
  wipe(): void {
    new Uint8Array(this.exports.memory.buffer).fill(0);
  }
}

export async function compile(base64: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(base64ToBytes(base64)!);
}
