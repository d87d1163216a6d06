// SPDX-License-Identifier: Apache-2.0
/** The state of `veilmatch connect`: a run that is cut goes on from it. */

import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VeilmatchError } from '../../errors.js';
import { type Io, ioError } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import type { Unlock } from '../../sealed/unlock.js';
import {
  type ConnectedChannel,
  createJournal,
  isFinal,
  type Journal,
  openJournal,
  type RunTerms,
} from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import { lent } from '../../transport/resume/lent.js';
import { readUnlock } from './unlock.js';

/** The file of the run, in the folder that `--state` names. */
const RUN_NAME = 'run.vm';

export interface StateFlags {
  /** A folder. */
  readonly state?: string;
  readonly stateKeyFile?: string;
  readonly resume?: true;
}

/** @throws {VeilmatchError} `argument` for flags that do not go together, or with what is there */
async function checkState({ state, stateKeyFile, resume }: StateFlags): Promise<void> {
  const fail = (message: string): never => {
    throw new VeilmatchError('argument', message);
  };
  if (state === undefined) {
    if (resume) fail('--resume goes on with the run of a state: say of which, with --state.');
    if (stateKeyFile !== undefined)
      fail('--state-key-file seals a state: say where it is kept, with --state.');
    return;
  }
  if ((await stat(state).catch(() => undefined))?.isDirectory() === false) {
    fail(`${pathName(state)} is a file, and --state names a folder: one that is there, or a new one.`);
  }
  const path = join(state, RUN_NAME);
  const there = await isThere(path);
  if (there && !resume) {
    fail(
      `${pathName(path)} is the state of a run that was cut. --resume goes on with it; to begin a new one, remove it.`,
    );
  }
  if (!there && resume) {
    fail(
      `There is no ${pathName(path)}: no run was cut, or it is complete. Leave --resume away to begin one.`,
    );
  }
}

/** A run that is kept in a folder, or none where there is no such folder to be. */
export class RunState {
  readonly #path: string | undefined;
  readonly #unlock: Unlock | undefined;
  /** Of the run that is resumed, or that has begun. */
  journal: Journal | undefined;

  private constructor(path: string | undefined, unlock: Unlock | undefined, journal: Journal | undefined) {
    this.#path = path;
    this.#unlock = unlock;
    this.journal = journal;
  }

  /**
   * @param peer - the partner's address
   * @throws {VeilmatchError} `argument`; `bad-file` for a state that is damaged, or sealed with something else; `io`
   */
  static async open(flags: StateFlags, peer: string, io: Io): Promise<RunState> {
    await checkState(flags);
    const { state: folder, stateKeyFile, resume } = flags;
    if (folder === undefined) return new RunState(undefined, undefined, undefined);
    const path = join(folder, RUN_NAME);
    const unlock = await readUnlock(stateKeyFile, !resume, io);
    const journal = resume ? await openJournal(path, unlock) : undefined;
    if (journal !== undefined && journal.peer !== peer) {
      await journal.close();
      throw new VeilmatchError(
        'argument',
        `${pathName(path)} is the state of a run with another partner, at ${journal.peer}.`,
      );
    }
    return new RunState(path, unlock, journal);
  }

  /** Whether a run is to be kept. */
  get kept(): boolean {
    return this.#path !== undefined;
  }

  /** The protocol of the run that is resumed. */
  get protocol(): string | undefined {
    return this.journal?.terms.protocol;
  }

  /**
   * The journal for the run. It is not erased by the run itself, which knows nothing of where the result belongs: `settle` does
   * that, and `failed` where no further try would mend it.
   */
  get lent(): Journal | undefined {
    const { journal } = this;
    return journal && lent(journal, { erase: () => journal.close() });
  }

  /** Removes the journal of a run that ended in this error, where another try would end so again. */
  async failed(error: unknown): Promise<void> {
    if (isFinal(error)) await this.journal?.erase();
  }

  /**
   * Begins to keep a run.
   * @throws {VeilmatchError} `incompatible-peer` where the partner does not; `io`
   */
  async begin({ runId, peerHolds }: ConnectedChannel, terms: RunTerms, peer: string): Promise<void> {
    if (this.#path === undefined || this.#unlock === undefined || this.journal !== undefined) return;
    if (peerHolds === undefined) {
      throw new VeilmatchError(
        'incompatible-peer',
        'The partner keeps no runs, so this one could not be resumed. Leave --state away, or have it serve with --state.',
      );
    }
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 }).catch((error) => {
      throw ioError('write', dirname(this.#path!), error);
    });
    this.journal = await createJournal(this.#path, { runId, peer, terms }, this.#unlock);
  }

  /** Says what has become of a run that came to no end. */
  async explain(error: unknown, io: Io): Promise<void> {
    const say = (text: string): void => void io.stderr.write(`${text}\n`);
    const code = error instanceof VeilmatchError ? error.code : undefined;
    if (this.journal === undefined || this.#path === undefined) {
      if (code === 'aborted') {
        say('stopped; nothing was written; the partner may have counted the run');
      } else if (!this.kept && (code === 'disconnected' || code === 'timeout')) {
        say('nothing was written; a run with --state FOLDER can be resumed when it was cut');
      }
    } else if (code === 'unknown-run') {
      say(
        `${this.#path} is kept. Was the run begun with another token or certificate, or with another partner at this address? Try ` +
          'these first: the partner knows a run by them. If not, it is complete there or was given up: remove the state, and ' +
          'begin a new run',
      );
    } else if (code !== 'argument' && code !== 'bad-file') {
      say(
        (await isThere(this.#path))
          ? `nothing was written; the run is kept in ${this.#path}: the same command with --resume goes on with it`
          : 'the run has failed for good: begin a new one',
      );
    }
  }

  /** Lets go of a run whose result is where it belongs. */
  async settle(confirmed: boolean, io: Io): Promise<void> {
    if (this.journal === undefined) return;
    if (confirmed) {
      await this.journal.erase();
      return;
    }
    io.stderr.write(
      `the result is complete, but the partner has not heard so; ${this.#path} is kept: the same command with --resume ` +
        'gives the same result, and lets the partner finish\n',
    );
  }
}
