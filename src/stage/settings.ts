// SPDX-License-Identifier: Apache-2.0
/** What the first frame says, taken apart: u32 length of a JSON object, the object in UTF-8, and a secret. */

import { fromUtf8, hexToBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { MAX_INIT_BYTES } from './operations.js';

/** What a worker is to do. */
interface Init {
  readonly settings: Settings;
  /** A copy; empty where the frame has none. */
  readonly secret: Uint8Array;
}

/**
 * Reads the first frame.
 * @throws {VeilmatchError} `bad-message`
 */
export function readInit(body: Uint8Array): Init {
  if (body.length > MAX_INIT_BYTES) {
    throw new VeilmatchError('bad-message', `The first frame has more than ${MAX_INIT_BYTES} bytes.`);
  }
  const length = body.length < 4 ? Infinity : new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  if (4 + length > body.length) throw noSettings('is cut off');
  let fields: unknown;
  try {
    fields = JSON.parse(fromUtf8(body.subarray(4, 4 + length)));
  } catch {
    // The message of the parser quotes what it stumbled over.
    throw noSettings('is no JSON in UTF-8');
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw noSettings('is no object');
  return { settings: new Settings(fields as Record<string, unknown>), secret: body.slice(4 + length) };
}

/** The fields of the first frame, each of which is taken once; what nobody takes is an error, since it would change nothing. */
export class Settings {
  readonly #fields: Map<string, unknown>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = new Map(Object.entries(fields));
  }

  /** Any value; undefined where there is none. */
  take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  /** One of these words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.take(name);
    if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
    throw badSetting(name, `one of ${words.join(', ')}`);
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    throw badSetting(name, 'a string');
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw badSetting(name, 'true or false');
  }

  /** Bytes in lowercase hexadecimal. */
  bytes(name: string, least: number, most: number): Uint8Array | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (
      typeof value !== 'string' ||
      !/^(?:[0-9a-f]{2})*$/.test(value) ||
      value.length < 2 * least ||
      value.length > 2 * most
    )
      throw badSetting(
        name,
        `${least === most ? least : `${least} to ${most}`} bytes in lowercase hexadecimal`,
      );
    return hexToBytes(value);
  }

  /** One or two digests in lowercase hexadecimal, or none. */
  digests(name: string, bytes: number): readonly Uint8Array[] {
    const value = this.take(name);
    if (value === undefined) return [];
    const good = (each: unknown): boolean =>
      typeof each === 'string' && each.length === 2 * bytes && /^[0-9a-f]*$/.test(each);
    if (Array.isArray(value) && value.length >= 1 && value.length <= 2 && value.every(good))
      return value.map((each) => hexToBytes(each as string));
    throw badSetting(name, `a list of one or two digests, ${bytes} bytes each in lowercase hexadecimal`);
  }

  /** The numbers of elements in two lists. */
  sizes(name: string): readonly [number, number] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const good = (size: unknown): boolean =>
      Number.isInteger(size) && (size as number) >= 0 && (size as number) < 2 ** 32;
    if (Array.isArray(value) && value.length === 2 && value.every(good)) return value as [number, number];
    throw badSetting(name, 'two whole numbers, elements of the receiver and of the sender');
  }

  /** @throws {VeilmatchError} `argument` where something is left */
  end(): void {
    const [name] = this.#fields.keys();
    if (name === undefined) return;
    // A name that is none of these may be anything.
    const shown = /^[a-zA-Z]{1,30}$/.test(name) ? `'${name}'` : 'one of its fields';
    throw new VeilmatchError(
      'argument',
      `The first frame says ${shown}, which means nothing there. Leave it out.`,
    );
  }
}

export function badSetting(name: string, wanted: string): VeilmatchError {
  return new VeilmatchError('argument', `The first frame: '${name}' must be ${wanted}.`);
}

function noSettings(how: string): VeilmatchError {
  return new VeilmatchError('bad-message', `The first frame holds no settings: what stands there ${how}.`);
}
