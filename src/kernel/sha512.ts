// SPDX-License-Identifier: Apache-2.0
/**
 * SHA-512 (FIPS 180-4) in WebAssembly, because JavaScript has no 64-bit integers to do it fast: a run hashes a
 * tag for each element and every byte that goes over the line. Where there is no WebAssembly, noble hashes. In Node what comes in parts is
 * long, and is hashed by OpenSSL.
 */

import { sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { base64ToBytes } from '../bytes.js';
import { sha512Module } from './sha512.generated.js';

/** Hashes a message that comes in parts. */
export interface Sha512 {
  update(part: Uint8Array): this;
  /** The digest of what came so far, 64 bytes. Nothing may be added afterwards. */
  digest(): Uint8Array;
  /** Another one that has seen the same. */
  clone(): Sha512;
}

const BLOCK_BYTES = 128;
const STATE_BYTES = 64;
/** The one bit and the length, in bytes: the least that padding takes. */
const PADDING_BYTES = 17;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly INPUT: WebAssembly.Global<'i32'>;
  readonly STATE: WebAssembly.Global<'i32'>;
  readonly DIGEST: WebAssembly.Global<'i32'>;
  begin(): void;
  compressBlocks(count: number): void;
  finish(): void;
}

/** Its memory does not grow, so views of it stay valid. */
class Compressor {
  readonly #exports: Exports;
  readonly #input: Uint8Array;
  readonly #state: Uint8Array;
  readonly #digest: Uint8Array;

  constructor(exports: Exports) {
    const { memory, INPUT, STATE, DIGEST } = exports;
    this.#exports = exports;
    this.#input = new Uint8Array(memory.buffer, INPUT.value, 32_768);
    this.#state = new Uint8Array(memory.buffer, STATE.value, STATE_BYTES);
    this.#digest = new Uint8Array(memory.buffer, DIGEST.value, STATE_BYTES);
  }

  /** A message that fits the input together with its padding. */
  fits(message: Uint8Array): boolean {
    return message.length <= this.#input.length - BLOCK_BYTES;
  }

  /** Goes on from a state, or from the beginning. */
  begin(state?: Uint8Array): void {
    if (state === undefined) this.#exports.begin();
    else this.#state.set(state);
  }

  /** @param blocks whole ones */
  compress(blocks: Uint8Array): void {
    for (let at = 0; at < blocks.length; at += this.#input.length) {
      const part = blocks.subarray(at, at + this.#input.length);
      this.#input.set(part);
      this.#exports.compressBlocks(part.length / BLOCK_BYTES);
    }
  }

  state(): Uint8Array {
    return this.#state.slice();
  }

  /**
   * The digest.
   * @param rest what of the message was not compressed yet
   * @param length of the whole message
   */
  finish(rest: Uint8Array, length: number): Uint8Array {
    const bytes = Math.ceil((rest.length + PADDING_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
    const input = this.#input;
    input.set(rest);
    input[rest.length] = 0x80;
    input.fill(0, rest.length + 1, bytes);
    // In bits; above 2^53 of them a length cannot come.
    for (let i = 1, bits = length * 8; bits > 0; i++, bits = Math.floor(bits / 256))
      input[bytes - i] = bits % 256;
    this.#exports.compressBlocks(bytes / BLOCK_BYTES);
    this.#exports.finish();
    return this.#digest.slice();
  }
}

class KernelSha512 implements Sha512 {
  readonly #compressor: Compressor;
  #state: Uint8Array | undefined;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #length = 0;

  constructor(compressor: Compressor) {
    this.#compressor = compressor;
  }

  update(part: Uint8Array): this {
    this.#length += part.length;
    const first = Math.min(part.length, this.#filled === 0 ? 0 : BLOCK_BYTES - this.#filled);
    this.#fill(part.subarray(0, first));
    if (this.#filled === BLOCK_BYTES) {
      this.#compress(this.#block);
      this.#filled = 0;
    }
    if (first === part.length) return this;
    const whole = part.length - ((part.length - first) % BLOCK_BYTES);
    if (whole > first) this.#compress(part.subarray(first, whole));
    this.#fill(part.subarray(whole));
    return this;
  }

  digest(): Uint8Array {
    this.#compressor.begin(this.#state);
    return this.#compressor.finish(this.#block.subarray(0, this.#filled), this.#length);
  }

  clone(): KernelSha512 {
    const other = new KernelSha512(this.#compressor);
    other.#state = this.#state;
    other.#block.set(this.#block);
    other.#filled = this.#filled;
    other.#length = this.#length;
    return other;
  }

  #fill(bytes: Uint8Array): void {
    this.#block.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #compress(blocks: Uint8Array): void {
    this.#compressor.begin(this.#state);
    this.#compressor.compress(blocks);
    this.#state = this.#compressor.state();
  }
}

type NodeCrypto = typeof import('node:crypto');

/** OpenSSL's. */
class NodeSha512 implements Sha512 {
  readonly #hash: ReturnType<NodeCrypto['createHash']>;

  constructor(hash: ReturnType<NodeCrypto['createHash']>) {
    this.#hash = hash;
  }

  update(part: Uint8Array): this {
    this.#hash.update(part);
    return this;
  }

  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }

  clone(): NodeSha512 {
    return new NodeSha512(this.#hash.copy());
  }
}

/** Compiled when something is hashed first; undefined where that is not possible. */
let compressor: Compressor | undefined | 'unknown' = 'unknown';

function load(): Compressor | undefined {
  if (compressor === 'unknown') {
    try {
      const module = new WebAssembly.Module(base64ToBytes(sha512Module)!);
      compressor = new Compressor(new WebAssembly.Instance(module).exports as unknown as Exports);
    } catch {
      // No WebAssembly here, or a page's policy forbids it.
      compressor = undefined;
    }
  }
  return compressor;
}

/** SHA-512 of a whole message, 64 bytes. */
export function sha512(message: Uint8Array): Uint8Array {
  const kernel = load();
  if (kernel === undefined) return nobleSha512(message);
  if (!kernel.fits(message)) return new KernelSha512(kernel).update(message).digest();
  kernel.begin();
  return kernel.finish(message, message.length);
}

/** Begins a message that comes in parts. */
export function createSha512(): Sha512 {
  // Asked for at run time, so that a browser bundle holds no `node:` import.
  const node: NodeCrypto | undefined = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (node !== undefined) return new NodeSha512(node.createHash('sha512'));
  const kernel = load();
  return kernel === undefined ? nobleSha512.create() : new KernelSha512(kernel);
}
