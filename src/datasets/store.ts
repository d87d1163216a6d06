// SPDX-License-Identifier: Apache-2.0
/**
 * A run through datasets whose folder is in an object store. Each party has a copy of it in a folder of its own: a message is fetched
 * there before it is read, and what this party has written there is sent when it is complete. A store has no rename, and needs none:
 * **the manifest is sent last, and it is what completes a message**. Of what is fetched nothing is trusted: parts are looked at in the
 * copy, by the digests that the signed manifest has of them, so whatever happens in the store meanwhile, what was hashed is what is
 * used.
 */

import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { type Io, orIoError } from '../lists/io.js';
import { StoreFolder } from '../lists/store-folder.js';
import { decodeHello } from '../psi/run/hello.js';
import { isThere } from '../transport/resume/file-journal.js';
import { MAX_MANIFEST_BYTES, readManifest } from './manifest.js';
import { checkEntries, MAX_PARTS, partName } from './parts.js';
import { manifestPath, suite } from './party.js';

/** The two messages of a run, which are folders of it. */
type DatasetMessage = 'request' | 'response';

const MANIFEST = 'manifest.vm';

export class StoredDataset {
  /** The copy. It holds what is handed over, and no secrets. */
  readonly place: string;
  readonly #store: StoreFolder;

  private constructor(place: string, store: StoreFolder) {
    this.place = place;
    this.#store = store;
  }

  /**
   * @param url `s3://BUCKET/KEY` or `gs://BUCKET/KEY`: what the keys of all objects of the run begin with
   * @param own a folder that only this party can enter
   * @throws {VeilmatchError} `unsupported` without DuckDB or its extension httpfs; `argument`, `io`
   */
  static async open(url: string, own: string, io: Io): Promise<StoredDataset> {
    const store = await StoreFolder.open(url, join(own, 'store'), io);
    const name = createHash('sha256').update(store.url).digest('hex').slice(0, 16);
    return new StoredDataset(join(own, `${name}.dataset`), store);
  }

  /** Whether a message is complete in the store. @throws {VeilmatchError} `io` */
  async has(message: DatasetMessage): Promise<boolean> {
    return (await this.#store.size(`${message}/${MANIFEST}`)) !== undefined;
  }

  /** Whether this party has written a message that is complete, and may not have been sent. */
  hasCopy(message: DatasetMessage): Promise<boolean> {
    return isThere(manifestPath(join(this.place, message)));
  }

  /** Brings the manifest into the copy. @throws {VeilmatchError} `bad-file` where there is none yet, or one that is too long; `io` */
  async fetchManifest(message: DatasetMessage): Promise<void> {
    const name = `${message}/${MANIFEST}`;
    const size = await this.#store.size(name);
    if (size === undefined)
      throw new VeilmatchError(
        'bad-file',
        `${this.#store.nameOf(name)} is not there: the message is not complete, which its manifest would say. Wait for it.`,
      );
    if (size > MAX_MANIFEST_BYTES)
      throw new VeilmatchError(
        'bad-file',
        `${this.#store.nameOf(name)} is not taken: it is longer than a manifest can be. Ask for it again.`,
      );
    await this.#fetch(name, size);
  }

  /**
   * Brings the parts into the copy, as many and as long as the manifest there says.
   * @param signer the Ed25519 public key that it must come from
   * @throws {VeilmatchError} `bad-file`, with the name of the part, for one that is missing or has another length; `io`
   */
  async fetchParts(message: DatasetMessage, signer: Uint8Array): Promise<void> {
    const manifest = await readManifest(manifestPath(join(this.place, message)), signer);
    const { size } = decodeHello(manifest.hello, suite);
    for (const [folder, entries] of manifest.entries) {
      // Answers are as many as the questions, which whoever takes them compares.
      const rows = folder === 'evaluated' ? entries.reduce((sum, entry) => sum + entry.rows, 0) : size;
      checkEntries(entries, rows, folder);
      for (const [number, { bytes }] of entries.entries()) {
        const name = `${message}/${folder}/${partName(number)}`;
        const found = await this.#store.size(name);
        if (found !== bytes)
          throw new VeilmatchError(
            'bad-file',
            `${this.#store.nameOf(name)} is not taken: ${found === undefined ? 'it is missing' : `it does not have ${bytes} bytes`}. ` +
              'Ask for it again.',
          );
        await this.#fetch(name, bytes);
      }
    }
  }

  async #fetch(name: string, bytes: number): Promise<void> {
    const path = join(this.place, name);
    const content = await this.#store.read(name, bytes);
    await orIoError(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, content, { mode: 0o600 });
    });
  }

  /** Sends a message that is complete in the copy: all of its parts, and its manifest behind them. @throws {VeilmatchError} `io` */
  async send(message: DatasetMessage): Promise<void> {
    const folder = join(this.place, message);
    const names = await orIoError(folder, () => partsIn(folder));
    for (const name of [...names, MANIFEST])
      await this.#store.write(`${message}/${name}`, join(folder, name));
  }

  /** Forgets the copy of a message that was fetched, or of all. */
  async forget(message?: DatasetMessage): Promise<void> {
    await rm(message === undefined ? this.place : join(this.place, message), {
      recursive: true,
      force: true,
    });
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

async function partsIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (let number = 0; number < MAX_PARTS; number++) {
      if (!(await isThere(join(folder, entry.name, partName(number))))) break;
      names.push(`${entry.name}/${partName(number)}`);
    }
  }
  return names;
}
