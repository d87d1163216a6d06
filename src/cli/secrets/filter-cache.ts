// SPDX-License-Identifier: Apache-2.0
/**
 * What `veilmatch lookup` keeps of a directory: whose signature it bears, which epoch was seen last, and the filters. All of it is
 * public but for what it says of its owner, that it is interested in this directory.
 */

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, fromUtf8, hexToBytes, utf8 } from '../../bytes.js';
import type { SegmentStore } from '../../contact/index.js';
import { VeilmatchError } from '../../errors.js';
import { ioError } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import { nodeFiles, readIfThere, replaceFile } from '../../transport/files/files.js';

const KNOWN_FILE = 'known.json';
const FORMAT = 'veilmatch-known-directory-v1';
/** As many as a set may have bytes in one filter. */
const MAX_FILTER_BYTES = 2 ** 31 - 1;

/** What was seen of a directory. */
interface KnownDirectory {
  readonly setId: string;
  /** Ed25519, 32 bytes. */
  readonly signer: Uint8Array;
  readonly epoch: number;
}

/** A folder for one directory. */
export interface FilterCache extends SegmentStore {
  /** Undefined before the first time. */
  readonly known: KnownDirectory | undefined;
  /** Keeps what was seen, and no filters but these, by their names. */
  keep(known: KnownDirectory, filters: readonly string[]): Promise<void>;
}

/** @throws {VeilmatchError} `io`; `bad-file` for another file in the place of what it keeps */
export async function openFilterCache(folder: string): Promise<FilterCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw ioError('write', folder, error);
  });
  const path = join(folder, KNOWN_FILE);
  const bytes = await readIfThere(path);
  const known = bytes && decodeKnown(bytes, pathName(path));
  const fileOf = (name: string): string => join(folder, `${name}.filter`);
  return {
    known,
    load: async (name) => (await readIfThere(fileOf(name), MAX_FILTER_BYTES)) ?? new Uint8Array(),
    // In its place and not behind what is there: two commands that fetch the same one write the same.
    async write(name, at, chunk) {
      const { O_RDWR, O_CREAT } = process.getBuiltinModule('node:fs').constants;
      try {
        const file = await nodeFiles().open(fileOf(name), O_RDWR | O_CREAT, 0o600);
        try {
          await file.write(chunk, 0, chunk.length, at);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw ioError('write', fileOf(name), error as NodeJS.ErrnoException);
      }
    },
    remove: (name) => rm(fileOf(name), { force: true }),
    async keep({ setId, signer, epoch }, filters) {
      const text = { format: FORMAT, setId, signer: bytesToHex(signer), epoch };
      await replaceFile(path, utf8(`${JSON.stringify(text)}\n`));
      for (const entry of await readdir(folder)) {
        const name = /^([0-9a-f]{64})\.filter$/.exec(entry)?.[1];
        if (name !== undefined && !filters.includes(name)) await rm(fileOf(name), { force: true });
      }
    },
  };
}

function decodeKnown(bytes: Uint8Array, source: string): KnownDirectory {
  try {
    const { format, setId, signer, epoch } = JSON.parse(fromUtf8(bytes));
    if (format === FORMAT && typeof setId === 'string' && /^[0-9a-f]{64}$/.test(signer) && epoch >= 0)
      return { setId, signer: hexToBytes(signer), epoch };
  } catch {
    // Said below.
  }
  throw new VeilmatchError(
    'bad-file',
    `${source} does not say which directory is kept there. Name another folder with --cache, and pin the signer with --signer.`,
  );
}
