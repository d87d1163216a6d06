// SPDX-License-Identifier: Apache-2.0
/**
 * Records in a file that only grows, sealed: what a party wrote down before it was killed, it finds again.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 16 | `veilmatch-log-v1` in ASCII |
 * | 16 | 4 | u32 length of the head, big-endian |
 * | 20 | | the head: a key of 32 bytes for this file alone and what the caller put there, as `sealed-key.ts` seals a secret |
 * | | 4 + 4 | of each record: u32 length of its ciphertext, and the same with every bit inverted |
 * | | 12 | nonce, drawn anew |
 * | | | ciphertext and tag: AES-256-GCM under the file's key, with the record's number as additional data |
 *
 * So no record can take another one's place, in this file or from another. A file that ends in the middle of a record was
 * being written when its process ended; that record was never acted upon, and is cut off. Anything else that does not fit is
 * damage. **Whoever can write the file can put back an earlier one**, which a file alone cannot tell.
 */

import { concatBytes, equalBytes, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { webCrypto } from '../psi/contact/sealed-key.js';
import { sealKey, type Unlock } from '../psi/index.js';
import { MAX_FRAME_BYTES } from '../psi/suite.js';
import { secureRandom } from '../random.js';
import { fileError, openRegular, replaceFile } from './files.js';
import { openSealed } from './key-file.js';
import { pathName } from './path-name.js';

const MAGIC = utf8('veilmatch-log-v1');
const HEAD_AT = 20;
const MAX_HEAD_BYTES = 65_536;
const KEY_BYTES = 32;
const LENGTHS_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_RECORD_BYTES = MAX_FRAME_BYTES + 1024;

type File = import('node:fs/promises').FileHandle;

export interface SealedLog {
  /** What `createLog` was given. */
  readonly head: Uint8Array;
  /**
   * Reads all records that are there, before anything else is done with the log.
   * @param take is given them in order
   * @throws {VeilmatchError} `io`; `bad-file` for a record that was changed
   */
  scan(take: (record: Uint8Array, index: number) => void): Promise<void>;
  /** Brings a record to the disk, and resolves with its number when it is there. @throws {VeilmatchError} `io` */
  append(record: Uint8Array): Promise<number>;
  /** @throws {VeilmatchError} `io`, `bad-file` */
  read(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Makes the file of a log, without a record, whole or not at all.
 * @param head what the caller wants to find in it, at most a few kilobytes
 * @throws {VeilmatchError} `io`, and what `sealKey` throws
 */
export async function createLog(path: string, head: Uint8Array, unlock: Unlock): Promise<SealedLog> {
  const secret = concatBytes(secureRandom(KEY_BYTES), head);
  try {
    const sealed = await sealKey(secret, unlock);
    await replaceFile(path, concatBytes(MAGIC, u32(sealed.length), sealed));
    return await logOf(path, async () => ({ secret, end: HEAD_AT + sealed.length }));
  } finally {
    secret.fill(0);
  }
}

/**
 * Opens a log, for one process at a time.
 * @throws {VeilmatchError} `io`; `bad-file` for what is no log, was changed, or was sealed with another passphrase or key
 */
export function openLog(path: string, unlock: Unlock): Promise<SealedLog> {
  return logOf(path, (file) => openHead(file, path, unlock));
}

interface Head {
  /** The key, and what the caller put behind it. */
  readonly secret: Uint8Array;
  /** Where the records begin. */
  readonly end: number;
}

async function logOf(path: string, headOf: (file: File) => Promise<Head>): Promise<SealedLog> {
  const file = await openFile(path);
  try {
    const { secret, end } = await headOf(file);
    const bytes = secret.slice(0, KEY_BYTES);
    const usages: KeyUsage[] = ['encrypt', 'decrypt'];
    const key = await webCrypto().subtle.importKey('raw', bytes, 'AES-GCM', false, usages);
    bytes.fill(0);
    const head = secret.slice(KEY_BYTES);
    secret.fill(0);
    return new Log(file, path, head, key, end);
  } catch (error) {
    await file.close();
    throw fileError('read', path, error);
  }
}

interface Place {
  readonly at: number;
  readonly length: number;
}

class Log implements SealedLog {
  readonly head: Uint8Array;
  readonly #file: File;
  readonly #path: string;
  readonly #key: CryptoKey;
  readonly #places: Place[] = [];
  #end: number;
  /** Fulfilled when the records that were handed over are on the disk, or one of them could not be brought there. */
  #idle: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(file: File, path: string, head: Uint8Array, key: CryptoKey, end: number) {
    this.head = head;
    this.#file = file;
    this.#path = path;
    this.#key = key;
    this.#end = end;
  }

  async scan(take: (record: Uint8Array, index: number) => void): Promise<void> {
    try {
      await this.#scan(take);
    } catch (error) {
      throw fileError('read', this.#path, error);
    }
  }

  async #scan(take: (record: Uint8Array, index: number) => void): Promise<void> {
    const { size } = await this.#file.stat();
    for (;;) {
      const lengths = await readAt(this.#file, this.#end, LENGTHS_BYTES);
      if (lengths.length < LENGTHS_BYTES) break;
      const view = new DataView(lengths.buffer);
      const length = view.getUint32(0);
      if (view.getUint32(4) !== ~length >>> 0 || length < TAG_BYTES || length > MAX_RECORD_BYTES) {
        throw damaged(this.#path, this.#end);
      }
      const at = this.#end + LENGTHS_BYTES;
      if (at + NONCE_BYTES + length > size) break;
      this.#places.push({ at, length });
      take(await this.read(this.#places.length - 1), this.#places.length - 1);
      this.#end = at + NONCE_BYTES + length;
    }
    if (this.#end === size) return;
    await this.#file.truncate(this.#end);
    await this.#file.sync();
  }

  async read(index: number): Promise<Uint8Array> {
    const { at, length } = this.#places[index]!;
    try {
      const bytes = await readAt(this.#file, at, NONCE_BYTES + length);
      const nonce = bytes.slice(0, NONCE_BYTES);
      const record = await webCrypto()
        .subtle.decrypt(sealing(nonce, index), this.#key, bytes.slice(NONCE_BYTES))
        .catch(() => {
          throw damaged(this.#path, at);
        });
      return new Uint8Array(record);
    } catch (error) {
      throw fileError('read', this.#path, error);
    }
  }

  append(record: Uint8Array): Promise<number> {
    // After one that failed none follows: its place would be taken, or a gap left.
    const written = this.#idle.then(() => this.#append(record));
    this.#idle = written;
    written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#idle.catch(() => {});
    await this.#file.close();
  }

  async #append(record: Uint8Array): Promise<number> {
    if (this.#closed) throw new VeilmatchError('io', `${pathName(this.#path)} has been closed.`);
    const index = this.#places.length;
    const nonce = secureRandom(NONCE_BYTES);
    const sealed = await webCrypto().subtle.encrypt(sealing(nonce, index), this.#key, record.slice());
    const length = sealed.byteLength;
    const bytes = concatBytes(u32(length), u32(~length >>> 0), nonce, new Uint8Array(sealed));
    try {
      await writeAt(this.#file, this.#end, bytes);
      await this.#file.datasync();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
    this.#places.push({ at: this.#end + LENGTHS_BYTES, length });
    this.#end += bytes.length;
    return index;
  }
}

async function openFile(path: string): Promise<File> {
  try {
    // Erasing it would leave what a link, or another name, leads to.
    return await openRegular(path, { write: true, hardLinks: false });
  } catch (error) {
    throw fileError('read', path, error);
  }
}

async function openHead(file: File, path: string, unlock: Unlock): Promise<Head> {
  const start = await readAt(file, 0, HEAD_AT);
  const length = start.length < HEAD_AT ? 0 : new DataView(start.buffer).getUint32(16);
  if (length === 0 || length > MAX_HEAD_BYTES || !equalBytes(start.subarray(0, MAGIC.length), MAGIC)) {
    throw new VeilmatchError('bad-file', `${pathName(path)} is no state of a run.`);
  }
  const secret = await openSealed(await readAt(file, HEAD_AT, length), unlock, pathName(path));
  return { secret, end: HEAD_AT + length };
}

function sealing(nonce: Uint8Array, index: number): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: nonce.slice(),
    additionalData: concatBytes(MAGIC, u32(index)).slice(),
    tagLength: TAG_BYTES * 8,
  };
}

/** As many bytes as there are, up to `length`. */
async function readAt(file: File, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.slice(0, done);
}

async function writeAt(file: File, position: number, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function damaged(path: string, offset: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} was changed or damaged (offset ${offset}). The run cannot be resumed: remove the file, and begin anew.`,
    { offset },
  );
}
