// SPDX-License-Identifier: Apache-2.0
/**
 * The one form in which secrets lie on a disk: a header that says what kind of thing this is and what unlocks it, and records,
 * each sealed with AES-256-GCM (WebCrypto).
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 16 | `veilmatch-sealed` in ASCII |
 * | 16 | 1 | version, 2 |
 * | 17 | 1 | kind: 1 key, 3 runs, 4 journal, 5 directory |
 * | 18 | 1 | what unlocks it: 1 a key file, 2 a passphrase |
 * | 19 | 3 | scrypt's log2 N, r and p; zero for a key file |
 * | 22 | 2 | zero |
 * | 24 | 32 | salt, drawn anew for each container |
 * | 56 | | record 0, and behind it, in a journal, the others |
 *
 * | bytes of a record | field |
 * |---|---|
 * | 4 + 4 | u32 length of the rest, big-endian, and the same with every bit inverted |
 * | 12 | nonce, drawn anew |
 * | | ciphertext, and a tag of 16 bytes; additional data: the header, then u32 number of the record |
 *
 * The key of a container is HKDF-SHA-256 (RFC 5869) with the salt and `veilmatch-sealed-v2 KIND` as info, of the bytes of a key
 * file, or of what scrypt (RFC 7914) makes of a passphrase and the salt. So no record opens as one of another kind, in another
 * place, or in another file, whatever is written into a header; and what each kind holds inside is its own business.
 *
 * A container is written whole, header and record 0, or not at all. A journal alone grows: **whoever can write to it can cut
 * records off its end, and can put an earlier file in the place of any**, which a file alone cannot tell.
 */

import { requireObject } from '../arguments.js';
import { concatBytes, equalBytes, fromUtf8, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { draw, type RandomSource, secureRandom } from '../random.js';
import { deriveKey, isAllowed, MOST, SCRYPT, type SealOptions, type Unlock, webCrypto } from './unlock.js';

/** What a container holds. */
export type Kind = keyof typeof KINDS;

/** Their numbers in a header, and what they are called. */
export const KINDS = {
  key: { number: 1, holds: 'a secret key' },
  runs: { number: 3, holds: 'the key of a folder of runs' },
  journal: { number: 4, holds: 'the state of a run' },
  directory: { number: 5, holds: 'the private part of a directory' },
} as const;

const MAGIC = utf8('veilmatch-sealed');
/** How the journals of before version 2 began; everything else began with `MAGIC` and version 1. */
const FORMER_JOURNAL = utf8('veilmatch-log-v1');
const VERSION = 2;
const BY_KEY = 1;
const BY_PASSPHRASE = 2;
const SALT_AT = 24;
export const HEADER_BYTES = 56;
/** In front of a record. */
export const LENGTHS_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of an empty record, without its lengths. */
const LEAST_BYTES = NONCE_BYTES + TAG_BYTES;

/** Whether these bytes begin as a container does. */
export function isSealed(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAGIC.length), MAGIC);
}

/** The header and the key of a container. Where its records are is its caller's business. */
export class Container {
  /** 56 bytes. */
  readonly header: Uint8Array;
  readonly #key: CryptoKey;
  readonly #random: RandomSource;

  private constructor(header: Uint8Array, key: CryptoKey, random: RandomSource) {
    this.header = header;
    this.#key = key;
    this.#random = random;
  }

  /**
   * A new one, without a record.
   * @throws {VeilmatchError} `argument` for an empty passphrase, a short key or a cost out of range; `unsupported` where there
   * is no WebCrypto, as on a web page without TLS
   */
  static async make(kind: Kind, unlock: Unlock, options: SealOptions = {}): Promise<Container> {
    const { scrypt = SCRYPT, random = secureRandom } = options;
    requireObject(scrypt, 'The option scrypt', 'logN', 'r', 'p');
    const byPassphrase = 'passphrase' in unlock;
    const cost = byPassphrase ? scrypt : { logN: 0, r: 0, p: 0 };
    if (byPassphrase && !isAllowed(cost)) {
      throw new VeilmatchError(
        'argument',
        `scrypt's cost must lie within log2 N 1 to ${MOST.logN}, r 1 to ${MOST.r}, p 1 to ${MOST.p}.`,
      );
    }
    const unlockedBy = byPassphrase ? BY_PASSPHRASE : BY_KEY;
    const salt = draw(random, HEADER_BYTES - SALT_AT);
    const header = concatBytes(
      MAGIC,
      Uint8Array.of(VERSION, KINDS[kind].number, unlockedBy, cost.logN, cost.r, cost.p, 0, 0),
      salt,
    );
    return new Container(header, await deriveKey(unlock, salt, cost, infoOf(kind)), random);
  }

  /**
   * One that is there.
   * @param bytes its beginning; there may be more than the header
   * @param kind what it has to be
   * @param named what errors call it: a path, or `The sealed key`
   * @throws {VeilmatchError} `bad-file` for what is no container, of another kind, of another version, or unlocked by the other
   * of passphrase and key file; `argument` for an empty passphrase or a short key. A wrong one shows with the first record.
   */
  static async open(bytes: Uint8Array, kind: Kind, unlock: Unlock, named: string): Promise<Container> {
    const header = bytes.slice(0, HEADER_BYTES);
    checkKind(header, kind, named);
    const [unlockedBy, logN, r, p, ...zeros] = header.subarray(18, SALT_AT);
    const cost = { logN: logN!, r: r!, p: p! };
    const free = logN === 0 && r === 0 && p === 0;
    const fits = unlockedBy === BY_KEY ? free : unlockedBy === BY_PASSPHRASE && isAllowed(cost);
    if (!fits || zeros.some((byte) => byte !== 0)) throw unopened(named, 'its header is malformed');
    if ((unlockedBy === BY_PASSPHRASE) !== 'passphrase' in unlock) {
      throw unopened(
        named,
        unlockedBy === BY_KEY ? 'it was sealed with a key file' : 'it was sealed with a passphrase',
      );
    }
    const key = await deriveKey(unlock, header.slice(SALT_AT), cost, infoOf(kind));
    return new Container(header, key, secureRandom);
  }

  /**
   * The bytes of a record, its lengths before it.
   * @param number of the record, from 0
   */
  async seal(record: Uint8Array, number: number): Promise<Uint8Array> {
    const nonce = draw(this.#random, NONCE_BYTES);
    const parameters = this.#parameters(nonce, number);
    const sealed = await webCrypto().subtle.encrypt(parameters, this.#key, record.slice());
    const length = NONCE_BYTES + sealed.byteLength;
    return concatBytes(u32(length), u32(~length >>> 0), nonce, new Uint8Array(sealed));
  }

  /**
   * @param bytes of a record, without its lengths
   * @returns undefined for what is not this record of this container, or was sealed with another passphrase or key
   */
  async unseal(bytes: Uint8Array, number: number): Promise<Uint8Array | undefined> {
    const parameters = this.#parameters(bytes.subarray(0, NONCE_BYTES), number);
    try {
      return new Uint8Array(
        await webCrypto().subtle.decrypt(parameters, this.#key, bytes.slice(NONCE_BYTES)),
      );
    } catch {
      return undefined;
    }
  }

  /** Record 0, with which a wrong passphrase or key shows. @throws {VeilmatchError} `bad-file` */
  async unsealFirst(bytes: Uint8Array, named: string): Promise<Uint8Array> {
    const record = await this.unseal(bytes, 0);
    if (record !== undefined) return record;
    throw unopened(named, 'the passphrase or key is another one, or the file was changed');
  }

  #parameters(nonce: Uint8Array, number: number): AesGcmParams {
    return {
      name: 'AES-GCM',
      iv: nonce.slice(),
      additionalData: concatBytes(this.header, u32(number)).slice(),
      tagLength: TAG_BYTES * 8,
    };
  }
}

/**
 * The length of a record, without its lengths, which stand at the beginning of these bytes.
 * @returns undefined where they do not agree, or are none of a record
 */
export function recordLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < LENGTHS_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTHS_BYTES);
  const length = view.getUint32(0);
  return view.getUint32(4) === ~length >>> 0 && length >= LEAST_BYTES ? length : undefined;
}

/** A container with one record. @throws {VeilmatchError} what `Container.make` throws */
export async function sealWhole(
  kind: Kind,
  secret: Uint8Array,
  unlock: Unlock,
  options: SealOptions = {},
): Promise<Uint8Array> {
  const container = await Container.make(kind, unlock, options);
  return concatBytes(container.header, await container.seal(secret, 0));
}

/**
 * What is in a container with one record.
 * @throws {VeilmatchError} what `Container.open` throws; `bad-file` for what was changed, or sealed with another passphrase or
 * key: these cannot be told apart
 */
export async function openWhole(
  kind: Kind,
  bytes: Uint8Array,
  unlock: Unlock,
  named: string,
): Promise<Uint8Array> {
  const container = await Container.open(bytes, kind, unlock, named);
  const record = bytes.subarray(HEADER_BYTES);
  if (recordLength(record) !== record.length - LENGTHS_BYTES) throw unopened(named, 'it was cut or changed');
  return container.unsealFirst(record.subarray(LENGTHS_BYTES), named);
}

/** @throws {VeilmatchError} `bad-file` */
function checkKind(bytes: Uint8Array, kind: Kind, named: string): void {
  const magic = bytes.subarray(0, MAGIC.length);
  const [version, number] = bytes.subarray(MAGIC.length);
  if (equalBytes(magic, FORMER_JOURNAL) || (equalBytes(magic, MAGIC) && version === 1)) {
    throw unopened(
      named,
      'an earlier version of veilmatch has sealed it, whose files are not read any more. Finish with that version, or make it anew',
    );
  }
  if (bytes.length < HEADER_BYTES || !equalBytes(magic, MAGIC)) {
    throw unopened(named, 'it is nothing that veilmatch has sealed');
  }
  if (version !== VERSION) {
    throw unopened(named, `it has version ${version}, and this package reads version ${VERSION}`);
  }
  if (number === KINDS[kind].number) return;
  const other = Object.values(KINDS).find((each) => each.number === number);
  const holds = other?.holds ?? 'something that this package does not know';
  throw unopened(named, `it holds ${holds}, and not ${KINDS[kind].holds}`);
}

function infoOf(kind: Kind): Uint8Array {
  return utf8(`${fromUtf8(MAGIC)}-v${VERSION} ${kind}`);
}

export function unopened(named: string, reason: string): VeilmatchError {
  return new VeilmatchError('bad-file', `${named} cannot be opened: ${reason}.`);
}
