// SPDX-License-Identifier: Apache-2.0
/** `veilmatch psi request` and `respond`: how a run through files begins, for partners without a line between them. */

import { Option } from 'commander';
import { bytesToHex } from '../../bytes.js';
import { modeOf } from '../../datasets/party.js';
import { VeilmatchError } from '../../errors.js';
import { STDIN } from '../../lists/address.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { checkOutputFiles } from '../../lists/output.js';
import { pathName } from '../../path-name.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { secureRandom } from '../../random.js';
import { readHeader } from '../../transport/exchange/exchange-file.js';
import { filesOf } from '../../transport/exchange/plan.js';
import { partyTerms } from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, type Flags, labelOf } from '../flags/choice.js';
import { type DatasetFlags, datasetOptions } from '../flags/dataset-options.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  listOptions,
  statusFor,
  strictOption,
} from '../flags/list-options.js';
import { type OwnFlags, ownOf, readOwn } from '../flags/own.js';
import {
  askOptions,
  type BeginFlags,
  COURSE,
  fileArgument,
  keyFiles,
  keyOption,
  limitOptions,
  outputOption,
  peerOptions,
  SIGNING_KEY,
  stateOption,
} from '../flags/psi-options.js';
import { wholeNumber } from '../flags/values.js';
import { count } from '../report/comparison.js';
import { readPeerKey } from '../secrets/credentials.js';
import { beginFileRun, type FileRun, openFileRun, runIdOf, statePath } from '../secrets/file-runs.js';
import { readKey } from '../secrets/secrets.js';
import { ledgerFile } from '../secrets/state-folder.js';
import { readUnlock, stateKeyOption } from '../secrets/unlock.js';
import { checkDataset, requestByDataset, respondByDataset } from './psi-dataset.js';
import { nextLine, takeStep, taking } from './psi-step.js';

/** @param protocols that it runs */
export const requestCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi request',
  summary: 'make a request: what a partner needs to answer what your list shares with its own',
  arguments: [LIST_ARGUMENT],
  options: [
    ...askOptions(protocols),
    keyOption(),
    ...peerOptions(),
    outputOption('write the request to this file'),
    ...datasetOptions(),
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    new Option('--days <N>', 'how long the request may be answered')
      .argParser(wholeNumber(1, 9999, 'Give a whole number of days from 1.'))
      .default(7),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as BeginFlags & DatasetFlags & { readonly state: string };
    const { output, state, dataset } = flags;
    const [list] = args as [string];
    const choice = choose(protocols, { reveal: flags.reveal, role: 'receiver' }, options);
    checkDataset(flags, choice, list);
    if (dataset !== undefined) {
      modeOf(choice.protocol);
      const begun = { list, choice, keys: await keysOf(flags, io), kept: keptFlags(choice, flags) };
      return requestByDataset(begun, { ...flags, dataset }, io);
    }
    filesOf(choice.protocol, choice.options);
    checkReadAgain(list);
    await checkOutputFiles({ '--output': output }, [list, ...keyFiles(flags)]);
    const keys = await keysOf(flags, io);
    const runId = bytesToHex(secureRandom(8));
    await statePath(state, runId);
    const unlock = await readUnlock(flags.stateKeyFile, true, io);
    const read = await readOwn(list, flags, [choice], io);
    const terms = termsOf(choice, read, flags);
    const identity = { runId, peer: flags.peer, terms };
    const run = await beginFileRun(state, identity, { list, flags: keptFlags(choice, flags) }, unlock);
    const step = await taking(run, true, () => {
      const lifetimeSeconds = flags.days * 86_400;
      const files = { writes: output };
      const whole = { choice, read, flags, files, partner: flags.peer, journal: run.journal, limits: flags };
      return takeStep({ ...whole, ...keys, lifetimeSeconds }, io);
    });
    io.stderr.write(
      `${pathName(output)}: ${count(step.own.set.size)} identifiers, to be answered by ${flags.peer} within ${flags.days} days\n`,
    );
    io.stderr.write(nextLine(step, output, choice, flags.peer, flags));
    return statusFor(flags, read.summary.rejected);
  },
});

/** @param protocols that it runs */
export const respondCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi respond',
  summary: "answer a partner's request",
  arguments: [fileArgument('request'), { ...LIST_ARGUMENT, name: '[file]' }],
  options: [
    ...askOptions(protocols),
    keyOption(),
    ...peerOptions(),
    outputOption('write the response to this file'),
    ...datasetOptions(),
    stateOption(),
    stateKeyOption(),
    ...limitOptions('; and which requests were answered'),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as BeginFlags & DatasetFlags;
    const { output, dataset } = flags;
    const choice = choose(protocols, { reveal: flags.reveal, role: 'sender' }, options);
    if (dataset !== undefined) {
      const [own, another] = args as [string, string?];
      if (another !== undefined) throw oneList();
      checkDataset(flags, choice, own);
      modeOf(choice.protocol);
      const begun = { list: own, choice, keys: await keysOf(flags, io), kept: keptFlags(choice, flags) };
      return respondByDataset(begun, { ...flags, dataset }, io);
    }
    const [request, list] = args as [string, string?];
    if (list === undefined) throw noList();
    checkDataset(flags, choice);
    checkStdin([list, flags.key, flags.peers, flags.policy]);
    const keeps = checkKeeps(choice, flags);
    if (keeps) checkReadAgain(list);
    // Found out before the request counts as answered.
    await checkOutputFiles({ '--output': output, '--ledger': ledgerFile(flags.ledger) }, [
      ...args,
      ...keyFiles(flags),
    ]);
    const keys = await keysOf(flags, io);
    const read = await readOwn(list, flags, [choice], io);
    const { run, isNew } = keeps
      ? await answeringRun(request, list, choice, read, flags, io)
      : { run: undefined, isNew: false };
    const step = await taking(run, isNew, () => {
      const files = { reads: request, writes: output };
      const whole = { choice, read, flags, files, partner: flags.peer, journal: run?.journal, limits: flags };
      return takeStep({ ...whole, ...keys }, io);
    });
    io.stderr.write(
      `${pathName(output)}: the answer to ${count(step.peerSize!)} identifiers of ${flags.peer}, of a list with ${count(step.own.set.size)}\n`,
    );
    io.stderr.write(nextLine(step, output, choice, flags.peer, flags));
    return statusFor(flags, read.summary.rejected);
  },
});

const oneList = (): VeilmatchError =>
  new VeilmatchError('argument', 'With --dataset the request is in its folder: name the list alone.');
const noList = (): VeilmatchError =>
  new VeilmatchError('argument', 'Name the request, and behind it the list that answers it.');

/** The state of a party that answers a request: one that is there already takes the same step again. */
async function answeringRun(
  request: string,
  list: string,
  choice: Choice,
  read: Awaited<ReturnType<typeof readOwn>>,
  flags: BeginFlags,
  io: Io,
): Promise<{ readonly run: FileRun; readonly isNew: boolean }> {
  const state = flags.state!;
  const runId = runIdOf(await readHeader(request));
  const isNew = !(await isThere(await statePath(state, runId)));
  const unlock = await readUnlock(flags.stateKeyFile, isNew, io);
  if (!isNew) return { run: await openFileRun(state, runId, unlock), isNew };
  const identity = { runId, peer: flags.peer, terms: termsOf(choice, read, flags) };
  const kept = { list, flags: keptFlags(choice, flags) };
  return { run: await beginFileRun(state, identity, kept, unlock), isNew };
}

/** Whether the party that answers keeps a state. @throws {VeilmatchError} `argument` where it is given none, or one in vain */
function checkKeeps(choice: Choice, { state, stateKeyFile }: BeginFlags): boolean {
  const length = filesOf(choice.protocol, choice.options);
  const keeps = length > 2;
  const label = labelOf(choice.protocol);
  if (keeps && state === undefined) {
    throw new VeilmatchError(
      'argument',
      `A run with ${label} takes ${length} files here, and goes on with what is kept of this one: give --state FOLDER.`,
    );
  }
  if (!keeps && (state !== undefined || stateKeyFile !== undefined)) {
    throw new VeilmatchError(
      'argument',
      `A run with ${label} ends with the response here, and nothing is kept of it: leave --state and --state-key-file away.`,
    );
  }
  return keeps;
}

/** @throws {VeilmatchError} `argument` */
function checkReadAgain(list: string): void {
  if (list !== STDIN) return;
  throw new VeilmatchError(
    'argument',
    'The list is read again in the next step: it must be a file, not standard input.',
  );
}

async function keysOf(
  { key, peers, peer }: BeginFlags,
  io: Io,
): Promise<{ readonly signingKey: Uint8Array; readonly peer: Uint8Array }> {
  const signingKey = await readKey(key, io, SIGNING_KEY);
  return { signingKey, peer: await readPeerKey(peers, peer, io) };
}

function termsOf(
  choice: Choice,
  read: Awaited<ReturnType<typeof readOwn>>,
  flags: OwnFlags,
): ReturnType<typeof partyTerms> {
  const { protocol, role, options } = choice;
  return partyTerms(protocol, role, ownOf(choice, read, flags).own as never, { ...options, pad: flags.pad });
}

/** What says how the list is read and what is run, of all flags. */
function keptFlags({ role }: Choice, flags: BeginFlags): Flags {
  const { key, peer, peers, output, days, state, stateKeyFile, policy, ledger, ...others } = flags;
  const { dataset, memoryLimit, ...kept } = others as typeof others & Partial<DatasetFlags>;
  return { ...kept, role };
}
