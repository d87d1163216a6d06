// SPDX-License-Identifier: Apache-2.0
/**
 * Files that are written whole or not at all, under another name first, flushed to the disk, then renamed; and that are read up
 * to a length, where they are files and nothing else. Node's modules are asked for at run time, so that a browser bundle holds
 * no `node:` import.
 */

import { bytesToHex, concatBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { temporaryAt } from '../../leftovers.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import { systemReason } from '../../system-reason.js';

type NodeFiles = typeof import('node:fs/promises');
type FileHandle = import('node:fs/promises').FileHandle;

const CHUNK_BYTES = 65_536;

/** @throws {VeilmatchError} `unsupported` where there are no files */
export function nodeFiles(): NodeFiles {
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files !== undefined) return files;
  throw new VeilmatchError('unsupported', 'This platform has no files: keep the store somewhere else.');
}

/** How a file is opened that may be another thing than it is taken for. */
export interface RegularOptions {
  /** Default: it is only read. */
  readonly write?: boolean | undefined;
  /** Whether the last part of the path may be a symbolic link: only where a user has named it. Default false. */
  readonly follow?: boolean | undefined;
  /** Whether it may have other names as well. Default true. */
  readonly hardLinks?: boolean | undefined;
}

/**
 * Opens a regular file. A link is not followed, and a pipe that nobody writes to is not waited for; what was opened is looked
 * at, not what stood under the name before.
 * @throws {VeilmatchError} `bad-file` for a link, a folder, a device, a pipe or a socket; what the system refuses is thrown as
 * it is
 */
export async function openRegular(path: string, options: RegularOptions = {}): Promise<FileHandle> {
  const { write = false, follow = false, hardLinks = true } = options;
  const files = nodeFiles();
  const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = process.getBuiltinModule('node:fs').constants;
  // Asked first so that no device is opened, which can do things by itself, and for systems that cannot refuse links.
  const found = await (follow ? files.stat(path) : files.lstat(path));
  if (!found.isFile()) throw notRegular(path);
  const flags = (write ? O_RDWR : O_RDONLY) | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
  const file = await files.open(path, flags).catch((error) => {
    throw ['ELOOP', 'EMLINK', 'ENXIO', 'EISDIR'].includes(systemCode(error) ?? '') ? notRegular(path) : error;
  });
  try {
    const opened = await file.stat();
    if (!opened.isFile()) throw notRegular(path);
    if (!hardLinks && opened.nlink > 1) {
      throw new VeilmatchError(
        'bad-file',
        `${pathName(path)} has another name besides (a hard link), and is not taken.`,
      );
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of an open file from its beginning, which is read no further than the limit.
 * @returns undefined where there are more
 */
export async function readAtMost(file: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, maxBytes + 1 - length));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, length);
    if (bytesRead === 0) return concatBytes(...chunks);
    chunks.push(chunk.subarray(0, bytesRead));
    length += bytesRead;
    if (length > maxBytes) return undefined;
  }
}

/** What is read of a file that holds a lock, a key or a state. */
const MAX_SMALL_BYTES = 1_048_576;

/**
 * The bytes of a file, or undefined where there is none.
 * @param maxBytes Default 1,048,576
 * @param options which files are taken. Default: links, too, as of a path that a user has named
 * @throws {VeilmatchError} `io`; `bad-file` for what is no file, or longer
 */
export async function readIfThere(
  path: string,
  maxBytes: number = MAX_SMALL_BYTES,
  options: RegularOptions = { follow: true },
): Promise<Uint8Array | undefined> {
  try {
    const file = await openRegular(path, options);
    try {
      const bytes = await readAtMost(file, maxBytes);
      if (bytes !== undefined) return bytes;
      throw new VeilmatchError(
        'bad-file',
        `${pathName(path)} is longer than ${maxBytes} bytes, and is not read.`,
      );
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  }
}

function notRegular(path: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} is a link, a folder, a device, a pipe or a socket: a file is needed, under its own name.`,
  );
}

/**
 * Puts these bytes in place of the file's. When the promise is fulfilled they are on the disk; a crash at any moment
 * leaves the old file or the new one.
 * @param mode - permissions of a new file. Default: only the owner reads and writes.
 * @throws {VeilmatchError} `io`
 */
export async function replaceFile(path: string, bytes: Uint8Array, mode: number = 0o600): Promise<void> {
  const files = nodeFiles();
  const temporary = `${path}.${bytesToHex(secureRandom(8))}.tmp`;
  const forget = temporaryAt(temporary);
  try {
    const file = await files.open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
    await flushFolder(path);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    forget();
  }
}

/** The rename itself is on the disk only when the folder is. Windows cannot open a folder, and needs none of this. */
async function flushFolder(path: string): Promise<void> {
  const folder = globalThis.process.getBuiltinModule('node:path').dirname(path);
  let handle: Awaited<ReturnType<NodeFiles['open']>>;
  try {
    handle = await nodeFiles().open(folder, 'r');
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(systemCode(error) ?? '')) return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What the system refused; other errors pass unchanged. */
export function fileError(verb: 'read' | 'write' | 'lock', path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof VeilmatchError || code === undefined) return error;
  return new VeilmatchError('io', `Cannot ${verb} ${pathName(path)}: ${systemReason(code)}.`, {
    cause: error,
  });
}
