// SPDX-License-Identifier: Apache-2.0
/**
 * A folder of journals, one for each run that a listening party has under way, and a sealed key for all of them. A run is
 * found by its id and by the peer that it was begun with, in one look: to everybody else it is not there.
 */

import { requireCount, requireObject, requirePath } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import type { Unlock } from '../../sealed/unlock.js';
import { type FileLock, lockFile } from '../files/file-lock.js';
import { fileError, nodeFiles } from '../files/files.js';
import { readSealed, writeSealed } from '../files/sealed-file.js';
import {
  createJournal,
  isThere,
  type JournalHead,
  openJournal,
  readJournalHead,
  removeFile,
} from './file-journal.js';
import { checkTerms, type Journal, type RunTerms, requireIdentity } from './journal.js';

/** What `listen` asks for runs that can be resumed. */
export interface RunStore {
  /**
   * The journal of a run that begins.
   * @param terms - of the offer that it is a run of. Default: the first that the store has
   * @throws {VeilmatchError} `argument` for a run id that is none; `io`
   */
  begin(peer: string, runId: string, terms?: RunTerms): Promise<Journal>;
  /**
   * The journal of a run that was cut, once nobody uses it any more; undefined where this peer has no such run.
   * @throws {VeilmatchError} `io`, `bad-file`
   */
  resume(peer: string, runId: string): Promise<Journal | undefined>;
}

/** Runs in a folder, which this process has locked. */
export interface FolderRunStore extends RunStore {
  /** Runs that are not complete. */
  readonly unfinished: number;
  /** Lets another process have the folder. */
  close(): Promise<void>;
}

/** What a store keeps, for whom and how long. */
export interface RunStoreOptions {
  /** Of `partyTerms`: what the party that listens runs, or all that it offers. A run under other terms is not taken up. */
  readonly terms: RunTerms | readonly RunTerms[];
  /** How long a run can be resumed after it was begun. Default 604,800, a week. */
  readonly lifetimeSeconds?: number | undefined;
  /** Runs that are kept for one peer; one more, and its oldest goes that is not under way. Default 8. */
  readonly runsPerPeer?: number | undefined;
}

const KEY_BYTES = 32;
const KEY_NAME = 'key.vm';
const MAX_KEY_BYTES = 65_536;
const RUN_NAME = /^([0-9a-f]{16})\.vm$/;
const WEEK = 604_800;

/**
 * Whether there is a store in this folder: if not, its passphrase is a new one.
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { isRunStore } from 'veilmatch/transport';
 *
 * console.log(await isRunStore(join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'runs'))); // → false
 * ```
 */
export async function isRunStore(folder: string): Promise<boolean> {
  requirePath(folder, 'The folder');
  return isThere(`${folder}/${KEY_NAME}`);
}

/**
 * Opens a folder of runs, or makes one, and locks it. Runs that have expired are erased.
 * @throws {VeilmatchError} `io`; `bad-file` for a wrong passphrase or key, or a damaged file; `argument` where it has runs of
 * another list or other options
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { openRunStore } from 'veilmatch/transport';
 *
 * const folder = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'runs');
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * const store = await openRunStore(folder, unlock, { terms: {} });
 * console.log(store.unfinished); // → 0
 * await store.close();
 * ```
 */
export async function openRunStore(
  folder: string,
  unlock: Unlock,
  options: RunStoreOptions,
): Promise<FolderRunStore> {
  requirePath(folder, 'The folder');
  requireObject(unlock, 'What it is opened with');
  requireObject(options, 'The options', 'terms');
  const { terms, lifetimeSeconds = WEEK, runsPerPeer = 8 } = options;
  requireCount(lifetimeSeconds, 'The seconds that a run can be resumed for');
  requireCount(runsPerPeer, 'The runs that are kept for one peer');
  const files = nodeFiles();
  const keyPath = `${folder}/${KEY_NAME}`;
  await files.mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw fileError('write', folder, error);
  });
  const lock = await lockFile(`${folder}/lock`);
  try {
    if (!(await isRunStore(folder))) await writeSealed(keyPath, 'runs', secureRandom(KEY_BYTES), unlock);
    const key = await readSealed(keyPath, 'runs', unlock, MAX_KEY_BYTES, {});
    if (key === undefined)
      throw new VeilmatchError('io', `Cannot read ${pathName(keyPath)}: there is no such file.`);
    const store = new Store(folder, key, lock, listOfTerms(terms), lifetimeSeconds * 1000, runsPerPeer);
    for (const name of await files.readdir(folder)) {
      const [, runId] = RUN_NAME.exec(name) ?? [];
      if (runId !== undefined) await store.find(runId);
      // Of a process that was killed while it wrote.
      else if (name.endsWith('.tmp')) await removeFile(`${folder}/${name}`);
    }
    return store;
  } catch (error) {
    await lock.release();
    throw fileError('read', folder, error);
  }
}

function listOfTerms(terms: RunTerms | readonly RunTerms[]): readonly RunTerms[] {
  return Array.isArray(terms) ? terms : [terms as RunTerms];
}

/** What is wrong, in words; undefined where nothing is. */
function faultOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof VeilmatchError ? error.message : '';
  }
}

interface Entry extends Pick<JournalHead, 'runId' | 'peer' | 'madeAt'> {
  /** Fulfilled when the journal is no longer in use. */
  used: Promise<void> | undefined;
}

class Store implements FolderRunStore {
  readonly #folder: string;
  readonly #key: Uint8Array;
  readonly #lock: FileLock;
  readonly #terms: readonly RunTerms[];
  readonly #lifetime: number;
  readonly #runsPerPeer: number;
  readonly #entries = new Map<string, Entry>();

  constructor(
    folder: string,
    key: Uint8Array,
    lock: FileLock,
    terms: readonly RunTerms[],
    lifetime: number,
    runsPerPeer: number,
  ) {
    this.#folder = folder;
    this.#key = key;
    this.#lock = lock;
    this.#terms = terms;
    this.#lifetime = lifetime;
    this.#runsPerPeer = runsPerPeer;
  }

  get unfinished(): number {
    return this.#entries.size;
  }

  /** Takes up a run that is in the folder. */
  async find(runId: string): Promise<void> {
    const path = this.#pathOf(runId);
    const { runId: begun, peer, madeAt, terms } = await readJournalHead(path, { key: this.#key });
    if (begun !== runId) {
      throw new VeilmatchError(
        'bad-file',
        `${pathName(path)} is the state of run ${begun}, under another name. Give it its own name again, or remove it.`,
      );
    }
    if (this.#expired(madeAt)) return removeFile(this.#pathOf(runId));
    const faults = this.#terms.map((known) => faultOf(() => checkTerms(terms, known)));
    if (faults.every((fault) => fault !== undefined)) {
      const [why = 'Nothing of its kind is offered any more.'] = faults.length === 1 ? faults : [];
      throw new VeilmatchError(
        'argument',
        `${this.#pathOf(runId)} was not taken up. ${why} Removing the file gives the run up.`,
      );
    }
    this.#entries.set(keyOf(peer, runId), { runId, peer, madeAt, used: undefined });
  }

  async begin(peer: string, runId: string, terms: RunTerms = this.#terms[0] ?? {}): Promise<Journal> {
    requireIdentity({ runId, peer, terms });
    await this.#makeRoom(peer);
    const entry: Entry = { runId, peer, madeAt: Date.now(), used: undefined };
    this.#entries.set(keyOf(peer, runId), entry);
    return this.#use(entry, (path, unlock, closed) =>
      createJournal(path, { runId, peer, terms }, unlock, closed),
    );
  }

  async resume(peer: string, runId: string): Promise<Journal | undefined> {
    for (;;) {
      const entry = this.#entries.get(keyOf(peer, runId));
      if (entry === undefined) return undefined;
      if (entry.used === undefined) {
        if (!this.#expired(entry.madeAt)) {
          return this.#use(entry, openJournal);
        }
        await this.#remove(entry);
      }
      await entry.used;
    }
  }

  async close(): Promise<void> {
    this.#key.fill(0);
    await this.#lock.release();
  }

  /** Opens a journal and notes until when it is used, and whether it is there afterwards. */
  async #use(entry: Entry, open: typeof openJournal): Promise<Journal> {
    let closed = (_erased: boolean): void => {};
    entry.used = new Promise((resolve) => {
      closed = (erased) => {
        if (erased) this.#entries.delete(keyOf(entry.peer, entry.runId));
        entry.used = undefined;
        resolve();
      };
    });
    try {
      return await open(this.#pathOf(entry.runId), { key: this.#key }, closed);
    } catch (error) {
      closed(!(await isThere(this.#pathOf(entry.runId))));
      throw error;
    }
  }

  async #makeRoom(peer: string): Promise<void> {
    for (const entry of this.#entries.values()) if (this.#expired(entry.madeAt)) await this.#remove(entry);
    const own = [...this.#entries.values()].filter((entry) => entry.peer === peer);
    const idle = own.filter(({ used }) => used === undefined).sort((a, b) => a.madeAt - b.madeAt);
    for (const entry of idle.slice(0, Math.max(0, own.length - this.#runsPerPeer + 1))) {
      await this.#remove(entry);
    }
  }

  async #remove(entry: Entry): Promise<void> {
    if (entry.used !== undefined) return;
    this.#entries.delete(keyOf(entry.peer, entry.runId));
    await removeFile(this.#pathOf(entry.runId));
  }

  #expired(madeAt: number): boolean {
    return madeAt + this.#lifetime <= Date.now();
  }

  #pathOf(runId: string): string {
    return `${this.#folder}/${runId}.vm`;
  }
}

/** No run id has a space. */
function keyOf(peer: string, runId: string): string {
  return `${runId} ${peer}`;
}
