// SPDX-License-Identifier: Apache-2.0
/** What is fuzzed, and what must hold of it. */

import { utf8 } from '../../../src/bytes.js';
import { VeilmatchError } from '../../../src/errors.js';

export interface FuzzTarget {
  /** Names it on the command line, and its corpus. */
  readonly name: string;
  /** For the table: what is read. */
  readonly reads: string;
  /** Files and folders (with a slash) of `src` that it is there for. Coverage is stated of these. */
  readonly sources: readonly string[];
  /** Of an input. */
  readonly maxBytes: number;
  /** Steps that a run may take: some to begin with, and so many for each byte of the input. */
  readonly steps: readonly [first: number, perByte: number];
  /** Inputs to begin with, valid ones above all. */
  seeds(): Uint8Array[] | Promise<Uint8Array[]>;
  /** Words besides those of the sources. */
  readonly words?: readonly string[];
  /** Takes any input. Throws where something does not hold. */
  run(input: Uint8Array): void | Promise<void>;
}

/** What inputs hold in place of somebody's identifiers and secrets: no message may ever hold it. */
export const CANARY = {
  email: 'kanarienvogel@voliere.example',
  phone: '+14155550142',
  token: 'vmt_kanarienvogelkanarienvogelkanarienvogelkana',
} as const;
/** Less than this of them could be the name of a column or of a partner, which messages may say. */
const TELLING = ['kanarienvogel@', '@voliere', '4155550142', 'vmt_kanarienvogel'];
/** The names of forty columns fit. */
const LONGEST_MESSAGE = 4000;

/** What the property says that an error must be. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/**
 * What comes of a call that may refuse its input with a typed error.
 * @returns undefined for one that did
 * @throws what is no VeilmatchError; {Unexpected} for one that says too much, or points nowhere
 */
export async function attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    checkError(error);
    return undefined;
  }
}

/** `attempt` where nothing is waited for. */
export function attemptSync<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    checkError(error);
    return undefined;
  }
}

/** @throws what is no VeilmatchError; {Unexpected} */
export function checkError(error: unknown): asserts error is VeilmatchError {
  if (!(error instanceof VeilmatchError)) throw error;
  const { message, position, offset } = error;
  const shown = message.toLowerCase();
  if (TELLING.some((canary) => shown.includes(canary))) {
    throw new Unexpected(`An error of code ${error.code} holds what stood in the input.`);
  }
  if (message.length > LONGEST_MESSAGE)
    throw new Unexpected(`An error of code ${error.code} is ${message.length} long.`);
  for (const place of [position, offset]) {
    if (place !== undefined && !(Number.isSafeInteger(place) && place >= 0)) {
      throw new Unexpected(`An error of code ${error.code} points to ${place}.`);
    }
  }
}

/** @throws {Unexpected} */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Unexpected(what);
}

/** The input as text; bytes that are no UTF-8 become replacement characters. */
export function textOf(input: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);
}

/** Inputs of one text each. */
export function texts(...all: string[]): Uint8Array[] {
  return all.map((text) => utf8(text));
}

/** Reads an input from its beginning; behind its end there are zeros. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  of<T>(items: readonly T[]): T {
    return items[this.byte() % items.length]!;
  }

  /** Bytes behind their length in two bytes, or as many as there are. */
  block(): Uint8Array {
    const length = this.byte() * 256 + this.byte();
    return this.take(length);
  }

  take(length: number): Uint8Array {
    const from = Math.min(this.#at, this.#bytes.length);
    this.#at = Math.min(this.#bytes.length, from + length);
    return this.#bytes.slice(from, this.#at);
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length);
  }
}

/** What `Reader.block` reads. */
export function blocks(...all: readonly Uint8Array[]): Uint8Array {
  const parts = all.flatMap((bytes) => [Uint8Array.of(bytes.length >>> 8, bytes.length), bytes]);
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    out.set(part, end);
    end += part.length;
  }
  return out;
}
