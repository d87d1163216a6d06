// SPDX-License-Identifier: Apache-2.0
/**
 * Files that are written whole or not at all: under another name first, flushed to the disk, then renamed. Node's modules
 * are asked for at run time, so that a browser bundle holds no `node:` import.
 */

import { bytesToHex } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { secureRandom } from '../random.js';
import { systemReason } from './system-reason.js';

type NodeFiles = typeof import('node:fs/promises');

/** @throws {VeilmatchError} `unsupported` where there are no files */
export function nodeFiles(): NodeFiles {
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files !== undefined) return files;
  throw new VeilmatchError('unsupported', 'This platform has no files: keep the store somewhere else.');
}

/**
 * The bytes of a file, or undefined where there is none.
 * @throws {VeilmatchError} `io`
 */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await nodeFiles().readFile(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  }
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
  return new VeilmatchError('io', `Cannot ${verb} ${path}: ${systemReason(code)}.`, { cause: error });
}
