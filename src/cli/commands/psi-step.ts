// SPDX-License-Identifier: Apache-2.0
/** A step of `veilmatch psi`: with the limits of the partner, and with words for what comes next. */

import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import { memoryLedger, type Refusal } from '../../psi/index.js';
import { isLastFor } from '../../transport/exchange/chain.js';
import {
  isFinal,
  type Journal,
  type KeptLedger,
  partnerId,
  runStep,
  type StepFiles,
  type StepTaken,
} from '../../transport/index.js';
import { lent } from '../../transport/resume/lent.js';
import { type Choice, peerLearns } from '../flags/choice.js';
import { type Own, type OwnFlags, ownOf } from '../flags/own.js';
import { readPolicy, refusedBy } from '../flags/policy.js';
import type { LimitFlags } from '../flags/psi-options.js';
import type { ReadSet } from '../flags/read-set.js';
import { startRunProgress } from '../report/run-report.js';
import type { FileRun } from '../secrets/file-runs.js';
import { openLedger } from '../secrets/state-folder.js';
import { leftOutNote } from './connect-run.js';

/** What either party takes home, whatever the protocol. */
interface Taken {
  readonly peerSize: number;
}

/** What a step is taken with. */
interface Stepping {
  readonly choice: Choice;
  readonly read: ReadSet;
  readonly flags: OwnFlags;
  readonly files: StepFiles;
  readonly partner: string;
  /** Undefined for a party that keeps nothing. */
  readonly journal: Journal | undefined;
  readonly signingKey?: Uint8Array | undefined;
  readonly peer?: Uint8Array | undefined;
  readonly lifetimeSeconds?: number | undefined;
  readonly limits: LimitFlags;
}

/** What came of it. The journal is left to whoever puts the result where it belongs. */
export interface Stepped extends StepTaken<Taken> {
  readonly own: Own;
}

/** @throws {VeilmatchError} what `runStep` throws; `refused` in this party's own words where its policy did */
export async function takeStep(stepping: Stepping, io: Io): Promise<Stepped> {
  const { choice, read, flags, files, partner, journal, limits, ...keys } = stepping;
  const { protocol, role, options, known } = choice;
  const own = ownOf(choice, read, flags);
  const policy = limits.policy === undefined ? undefined : await readPolicy(limits.policy, io);
  // Where the partner learns nothing there is nothing to be used up, and only the size of its list can be limited.
  const learns = role === 'sender' || peerLearns(choice);
  const ledger: KeptLedger | undefined = learns ? await openLedger(limits.ledger) : undefined;
  let limit: Refusal | undefined;
  const allow = {
    ...{ peer: partnerId(partner), ledger: ledger ?? memoryLedger(), policy },
    onRefusal: (refusal: Refusal): void => {
      limit = refusal;
    },
  };
  const progress = startRunProgress(io);
  try {
    const step = await runStep(files, protocol, role, own.own, {
      ...{ ...options, ...keys, known, pad: flags.pad, signal: io.signal, onProgress: progress.update },
      // Told of once.
      ...(files.reads === undefined || role === 'sender' ? leftOutNote(protocol, io) : {}),
      ...{ allow: learns || policy !== undefined ? allow : undefined },
      journal: journal && lent(journal, { close: async () => {}, erase: async () => {} }),
    });
    return { ...(step as StepTaken<Taken>), own };
  } catch (error) {
    // The library's words are for the partner, who is not told which limit it is.
    if (limit === undefined) throw error;
    throw new VeilmatchError(
      'refused',
      `${refusedBy(limit, { given: policy, usual: protocol.terms.policy })}. Nothing was written or counted. --policy names another one; ` +
        'veilmatch budget says in words what one allows.',
    );
  } finally {
    progress.clear();
    await ledger?.close();
  }
}

/** Whether a state that a step has begun is of no use after this error: nothing went out, and another try ends so again. */
function isHopeless(error: unknown): boolean {
  const code = error instanceof VeilmatchError ? error.code : undefined;
  return code === 'bad-file' || code === 'argument' || isFinal(error);
}

/** What to do with a file that was written: `send request.vm to b; when ...`. */
export function nextLine(
  { written, files }: Pick<StepTaken<unknown>, 'written' | 'files'>,
  path: string,
  { role }: Choice,
  partner: string,
  { state, stateKeyFile }: { readonly state?: string; readonly stateKeyFile?: string },
): string {
  const name = pathName(path);
  if (written === undefined) return '';
  const answer = written + 1;
  if (answer >= files) return `send ${name} to ${partner}, who finishes with it; here the run is over\n`;
  const command = isLastFor(role, answer, files) ? 'finish' : 'next';
  const more = command === 'next' ? ' -o NEXT' : answer + 1 < files ? ' --send LAST' : '';
  const key = more === '' ? '' : ' --key KEY';
  const unlock = stateKeyFile === undefined ? '' : ` --state-key-file ${pathName(stateKeyFile)}`;
  return (
    `send ${name} to ${partner}; with the answer run: veilmatch psi ${command} ANSWER${more} ` +
    `--state ${pathName(state ?? '')}${unlock}${key}\n`
  );
}

/** Takes a step, and leaves a state only to whoever needs it once more: one that has failed for good is of no use. */
export async function taking<Result extends Stepped>(
  run: FileRun | undefined,
  isNew: boolean,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    const taken = await step();
    // Whoever finds it could open the files.
    await (taken.over ? run?.journal.erase() : run?.journal.close());
    return taken;
  } catch (error) {
    await (isNew && isHopeless(error) ? run?.journal.erase() : run?.journal.close())?.catch(() => {});
    throw error;
  }
}
