// SPDX-License-Identifier: Apache-2.0
/**
 * A container that grows (`sealed/container.ts` has the layout): what a party wrote down before it was killed, it finds again.
 * Record 0 is the head, written whole with the header; the records behind it are appended.
 *
 * A file that ends in the middle of one of these was being written when its process ended; that record was never acted upon,
 * and is cut off. Anything else that does not fit is damage.
 */

import { concatBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { MAX_FRAME_BYTES } from '../../psi/run/suite.js';
import { Container, HEADER_BYTES, LENGTHS_BYTES, recordLength, unopened } from '../../sealed/container.js';
import type { Unlock } from '../../sealed/unlock.js';
import { fileError, openRegular, replaceFile } from '../files/files.js';

const KIND = 'journal';
const MAX_HEAD_BYTES = 65_536;
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
 * @throws {VeilmatchError} `argument` for a head that is longer; `io`, and what `sealKey` throws
 */
export async function createLog(path: string, head: Uint8Array, unlock: Unlock): Promise<SealedLog> {
  const container = await Container.make(KIND, unlock);
  const sealed = await container.seal(head, 0);
  if (sealed.length - LENGTHS_BYTES > MAX_HEAD_BYTES) {
    throw new VeilmatchError(
      'argument',
      `The peer and the terms of a run may have ${MAX_HEAD_BYTES} bytes; these have more.`,
    );
  }
  await replaceFile(path, concatBytes(container.header, sealed));
  return withFile(
    path,
    async (file) => new Log(file, path, container, head.slice(), HEADER_BYTES + sealed.length),
  );
}

/**
 * Opens a log, for one process at a time.
 * @throws {VeilmatchError} `io`; `bad-file` for what is no log, was changed, or was sealed with another passphrase or key
 */
export function openLog(path: string, unlock: Unlock): Promise<SealedLog> {
  return withFile(path, async (file) => {
    const start = await readAt(file, 0, HEADER_BYTES + LENGTHS_BYTES);
    const container = await Container.open(start, KIND, unlock, path);
    const length = recordLength(start.subarray(HEADER_BYTES));
    if (length === undefined || length > MAX_HEAD_BYTES) throw unopened(path, 'it was cut or changed');
    const sealed = await readAt(file, start.length, length);
    const head = await container.unsealFirst(sealed, path);
    return new Log(file, path, container, head, start.length + length);
  });
}

async function withFile(path: string, logOf: (file: File) => Promise<SealedLog>): Promise<SealedLog> {
  const file = await openFile(path);
  try {
    return await logOf(file);
  } catch (error) {
    await file.close();
    throw fileError('read', path, error);
  }
}

/** Of a record, behind its lengths. */
interface Place {
  readonly at: number;
  readonly length: number;
}

class Log implements SealedLog {
  readonly head: Uint8Array;
  readonly #file: File;
  readonly #path: string;
  readonly #container: Container;
  readonly #places: Place[] = [];
  #end: number;
  /** Fulfilled when the records that were handed over are on the disk, or one of them could not be brought there. */
  #idle: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param end - where the records behind the head begin */
  constructor(file: File, path: string, container: Container, head: Uint8Array, end: number) {
    this.head = head;
    this.#file = file;
    this.#path = path;
    this.#container = container;
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
      const length = recordLength(lengths);
      if (length === undefined || length > MAX_RECORD_BYTES) throw damaged(this.#path, this.#end);
      const at = this.#end + LENGTHS_BYTES;
      if (at + length > size) break;
      this.#places.push({ at, length });
      take(await this.read(this.#places.length - 1), this.#places.length - 1);
      this.#end = at + length;
    }
    if (this.#end === size) return;
    await this.#file.truncate(this.#end);
    await this.#file.sync();
  }

  async read(index: number): Promise<Uint8Array> {
    const { at, length } = this.#places[index]!;
    try {
      const record = await this.#container.unseal(await readAt(this.#file, at, length), numberOf(index));
      if (record === undefined) throw damaged(this.#path, at);
      return record;
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
    const bytes = await this.#container.seal(record, numberOf(index));
    try {
      await writeAt(this.#file, this.#end, bytes);
      await this.#file.datasync();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
    this.#places.push({ at: this.#end + LENGTHS_BYTES, length: bytes.length - LENGTHS_BYTES });
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

/** In its container: the head is number 0. */
function numberOf(index: number): number {
  return index + 1;
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
