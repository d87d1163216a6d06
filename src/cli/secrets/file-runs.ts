// SPDX-License-Identifier: Apache-2.0
/** The states of `veilmatch psi`: a folder with a sealed journal for each run, which says how its list was read, too. */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, fromUtf8, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { absoluteAddress } from '../../lists/address.js';
import { ioError } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import type { Unlock } from '../../sealed/unlock.js';
import { createJournal, type Journal, openJournal, type RunIdentity } from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import { note, noted } from '../../transport/resume/notes.js';
import type { FileHeaderMessage } from '../../wire/messages.js';

/** How a list was read: it is read the same way again. */
interface KeptList {
  /** Its path. */
  readonly list: string;
  /** By the names that commander has for them. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** A run that goes on from one file to the next. */
export interface FileRun extends KeptList {
  /** Of its state. */
  readonly path: string;
  readonly journal: Journal;
}

/** What a run is called in a folder of states, by any of its files. */
export function runIdOf({ requestId }: Pick<FileHeaderMessage, 'requestId'>): string {
  return bytesToHex(requestId.subarray(0, 8));
}

/** Where the state of a run is. @throws {VeilmatchError} `argument` for what is no folder */
export async function statePath(folder: string, runId: string): Promise<string> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== false)
    return join(folder, `${runId}.vm`);
  throw new VeilmatchError(
    'argument',
    `${pathName(folder)} is a file, and --state names a folder: one that is there, or a new one.`,
  );
}

/** @throws {VeilmatchError} `argument` where there is one already; `io` */
export async function beginFileRun(
  folder: string,
  identity: RunIdentity,
  { list, flags }: KeptList,
  unlock: Unlock,
): Promise<FileRun> {
  const path = await statePath(folder, identity.runId);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw ioError('write', folder, error);
  });
  const journal = await createJournal(path, identity, unlock);
  const kept = { list: absoluteAddress(list), flags };
  try {
    await note(journal, NOTE, utf8(JSON.stringify(kept)));
  } catch (error) {
    await journal.erase();
    throw error;
  }
  return { path, journal, ...kept };
}

/**
 * @param end what follows where there is none
 * @throws {VeilmatchError} `io`; `bad-file` for what is no state of such a run, or sealed with another key
 */
export async function openFileRun(folder: string, runId: string, unlock: Unlock): Promise<FileRun> {
  const path = await statePath(folder, runId);
  if (!(await isThere(path))) {
    throw new VeilmatchError(
      'io',
      `There is no ${pathName(path)}, the state of the run of this file: the run was finished already, or begun with another --state.`,
    );
  }
  const journal = await openJournal(path, unlock);
  try {
    return { path, journal, ...parseKept(await noted(journal, NOTE), path) };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** What was sealed as the state of a run may be one of another command or version. @throws {VeilmatchError} `bad-file` */
function parseKept(bytes: Uint8Array | undefined, path: string): KeptList {
  try {
    const { list, flags } = JSON.parse(fromUtf8(bytes ?? new Uint8Array()));
    if (typeof list !== 'string') throw new TypeError('no list');
    if (typeof flags !== 'object' || flags === null) throw new TypeError('no flags');
    if (typeof flags.reveal !== 'string' || typeof flags.role !== 'string')
      throw new TypeError('no protocol');
    return { list, flags };
  } catch {
    // The error that led here may quote what stands there.
    throw new VeilmatchError('bad-file', `${pathName(path)} is the state of something else.`);
  }
}

const NOTE = 'list';
