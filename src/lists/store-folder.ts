// SPDX-License-Identifier: Apache-2.0
/** Objects of a store whose keys begin alike, as files of a folder: each read and written as a whole. Nothing else is reached. */

import { createReadStream } from 'node:fs';
import { VeilmatchError } from '../errors.js';
import { placeName } from './address.js';
import type { Database } from './duckdb.js';
import type { Io } from './io.js';
import { openStore, PIECE_BYTES, storeRefusal } from './objects.js';
import { DatabaseError } from './refusals.js';
import { quoted } from './sql.js';

const MEMORY_MEGABYTES = 512;

export class StoreFolder {
  /** Without a slash at the end. */
  readonly url: string;
  readonly #database: Database;

  private constructor(url: string, database: Database) {
    this.url = url;
    this.#database = database;
  }

  /**
   * @param url `s3://BUCKET/KEY` or `gs://BUCKET/KEY`, checked
   * @param beside a file beside which there is room on the disk
   * @throws {VeilmatchError} `unsupported` without DuckDB or the extension; `argument` for a key that is a pattern
   */
  static async open(url: string, beside: string, io: Io): Promise<StoreFolder> {
    const folder = withoutSlashes(url);
    if (/[*?[\]]/.test(folder))
      throw new VeilmatchError(
        'argument',
        `${placeName(url)}: a folder of a store is not used whose key has *, ?, [ or ] in it. Name another one.`,
      );
    return new StoreFolder(
      folder,
      await openStore({ folders: [`${folder}/`] }, MEMORY_MEGABYTES, io, beside),
    );
  }

  /** How messages name an object. */
  nameOf(name: string): string {
    return placeName(`${this.url}/${name}`);
  }

  /** Bytes of an object; undefined where there is none. @throws {VeilmatchError} `io` */
  async size(name: string): Promise<number | undefined> {
    try {
      const [[size] = []] = await this.#database.rows(
        `SELECT size FROM read_blob(${quoted(`${this.url}/${name}`)})`,
      );
      return size === undefined ? undefined : Number(size);
    } catch (error) {
      if (error instanceof DatabaseError && error.refusal === 'absent') return undefined;
      throw storeRefusal(error, 'read', this.nameOf(name));
    }
  }

  /** @param bytes that it has @throws {VeilmatchError} `io`, also where it has another length meanwhile */
  async read(name: string, bytes: number): Promise<Uint8Array> {
    try {
      const [[content] = []] = await this.#database.rows(
        `SELECT content FROM read_blob(${quoted(`${this.url}/${name}`)})`,
      );
      const { bytes: found } = content as { readonly bytes: Uint8Array };
      if (found.length === bytes) return found;
    } catch (error) {
      throw storeRefusal(error, 'read', this.nameOf(name));
    }
    throw new VeilmatchError('io', `Cannot read ${this.nameOf(name)}: it was changed meanwhile. Try again.`);
  }

  /** Brings the bytes of a file there, in place of an object of that name. @throws {VeilmatchError} `io` */
  async write(name: string, path: string): Promise<void> {
    try {
      const pieces = await this.#database.table('pieces', new Map([['bytes', 'bytes']]));
      for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }))
        await pieces.add([[piece]]);
      await pieces.finish();
      await this.#database.run(`COPY pieces TO ${quoted(`${this.url}/${name}`)} (FORMAT blob)`);
      await this.#database.run('DROP TABLE pieces');
    } catch (error) {
      throw storeRefusal(error, 'write', this.nameOf(name));
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** An address without the slashes at its end. */
export function withoutSlashes(url: string): string {
  let { length } = url;
  while (url[length - 1] === '/') length--;
  return url.slice(0, length);
}
