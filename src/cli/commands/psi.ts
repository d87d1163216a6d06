// SPDX-License-Identifier: Apache-2.0
/** `veilmatch psi request`, `respond`, `next` and `finish`: a run through files, for partners without a line between them. */

import { Option } from 'commander';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { checkStdin, type Io, STDIN } from '../../lists/io.js';
import { checkFileNames, checkOutputFiles, withOutputs } from '../../lists/output.js';
import { type Spill, withSharedRows } from '../../lists/shared-rows.js';
import { pathName } from '../../path-name.js';
import type { ListProtocol } from '../../psi/run/command-line.js';
import { secureRandom } from '../../random.js';
import { isLastFor, numberInRun } from '../../transport/exchange/chain.js';
import { readHeader } from '../../transport/exchange/exchange-file.js';
import { filesOf } from '../../transport/exchange/step.js';
import { partyTerms } from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, type Flags, labelOf, partyOf, revealOption } from '../flags/choice.js';
import { LIST_ARGUMENT, listOptions, validOption } from '../flags/list-options.js';
import { spillOption, spreadsheetOption } from '../flags/output-options.js';
import { type OwnFlags, ownOf, padOption, readOwn, writtenWith } from '../flags/own.js';
import { protocolOptions } from '../flags/protocol-options.js';
import { wholeNumber } from '../flags/values.js';
import { count } from '../report/comparison.js';
import { readPeerKey } from '../secrets/credentials.js';
import { beginFileRun, type FileRun, openFileRun, runIdOf, statePath } from '../secrets/file-runs.js';
import { readKey } from '../secrets/secrets.js';
import { LEDGER_HELP } from '../secrets/state-folder.js';
import { readUnlock, stateKeyOption } from '../secrets/unlock.js';
import { checkRows } from './connect-run.js';
import { isHopeless, type LimitFlags, nextLine, type Stepped, takeStep } from './psi-step.js';

interface StateFlags {
  readonly state?: string;
  readonly stateKeyFile?: string;
}

interface BeginFlags extends OwnFlags, StateFlags, LimitFlags {
  readonly reveal: string;
  readonly key: string;
  readonly peer: string;
  readonly peers: string;
  readonly output: string;
  readonly days: number;
}

interface NextFlags extends StateFlags, LimitFlags {
  readonly state: string;
  readonly key: string;
  readonly output: string;
}

interface FinishFlags extends StateFlags, LimitFlags {
  readonly state: string;
  readonly key?: string;
  readonly send?: string;
  readonly output?: string;
  readonly json?: true;
  readonly spill: Spill;
  readonly spreadsheet?: true;
}

const SIGNING_KEY = 'Make one with: veilmatch key NAME -o FILE';
const KEY_HELP = 'your signing key, made by veilmatch key';
const keyOption = (): Option => new Option('--key <FILE>', KEY_HELP).makeOptionMandatory();
const outputOption = (what: string): Option =>
  new Option('-o, --output <FILE>', `${what}; it appears when it is complete`).makeOptionMandatory();
const peerOptions = (): Option[] => [
  new Option('--peer <NAME>', 'the partner').makeOptionMandatory(),
  new Option(
    '--peers <FILE>',
    'the public keys of partners, a line NAME ed25519:KEY each',
  ).makeOptionMandatory(),
];
const askOptions = (protocols: readonly ListProtocol[]): Option[] => [
  revealOption(
    protocols,
    'what the parties learn, and as --to says which of them; both say the same',
  ).makeOptionMandatory(),
  ...protocolOptions(protocols),
  padOption(),
];
const STATE = 'what is kept from one file to the next, sealed, in this folder: one for all runs';
const stateOption = (): Option => new Option('--state <FOLDER>', STATE);
const limitOptions = (more: string): Option[] => [
  new Option(
    '--policy <FILE>',
    'sizes and budgets of what the partner may learn of this list, JSON (default: see veilmatch budget); where it learns ' +
      'nothing, the largest size of its list alone',
  ),
  new Option('--ledger <FILE>', LEDGER_HELP + more),
];
const fileArgument = (name: string): { name: string; description: string } => ({
  name: `<${name}>`,
  description: "the partner's file",
});

export const COURSE = `
One party asks: psi request makes a request. The other answers: psi respond makes a response of it. With --reveal intersection
and cardinality that is all, unless both are to learn: psi finish reads the response and writes the rows. With sum, ids and --to both the
parties go on in turns: psi next reads the partner's file and writes the next one, and psi finish is each party's last step
where it has a result. Every step says which is next. All files are signed, and
none is worth anything to somebody who reads it on the way, but for the sizes of the lists.

The party that asks keeps a state from one step to the next, and with more than two files the other one does, too: sealed, in the
folder of --state, and erased after the last step. A step that is done twice writes the same file again; another file in the
place of one that was answered is refused.

Examples:
  veilmatch psi request mine.csv --country US --reveal intersection --key a.key --peer b --peers peers.txt \\
    -o request.vm --state state --state-key-file state.key
  veilmatch psi respond request.vm theirs.csv --country US --reveal intersection --key b.key --peer a --peers peers.txt \\
    -o response.vm
  veilmatch psi finish response.vm --state state --state-key-file state.key -o shared.csv

  veilmatch psi request viewers.csv --column phone --country US --reveal sum --value-digits 2 --key a.key --peer b \\
    --peers peers.txt -o 0.vm --state state --state-key-file state.key
  veilmatch psi respond 0.vm sales.csv --column phone --country US --reveal sum --value-column amount --value-digits 2 \\
    --key b.key --peer a --peers peers.txt -o 1.vm --state state --state-key-file state.key
  veilmatch psi next 1.vm --key a.key -o 2.vm --state state --state-key-file state.key
  veilmatch psi next 2.vm --key b.key -o 3.vm --state state --state-key-file state.key
  veilmatch psi finish 3.vm --state state --state-key-file state.key
`;

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
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    new Option('--days <N>', 'how long the request may be answered')
      .argParser(wholeNumber(1, 9999, 'Give a whole number of days from 1.'))
      .default(7),
    validOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as BeginFlags & { readonly state: string };
    const { output, state } = flags;
    const [list] = args as [string];
    const choice = choose(protocols, { reveal: flags.reveal, role: 'receiver' }, options);
    filesOf(choice.protocol, choice.options);
    checkReadAgain(list);
    await checkOutputFiles({ '--output': output }, [list, ...keyFiles(flags)]);
    const keys = await keysOf(flags, io);
    const runId = bytesToHex(secureRandom(8));
    await statePath(state, runId);
    const unlock = await readUnlock(flags.stateKeyFile, true, io);
    const read = await readOwn(list, flags, protocols, io);
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
    io.stderr.write(nextLine(step, output, choice, flags.peer, state));
    return 0;
  },
});

/** @param protocols that it runs */
export const respondCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi respond',
  summary: "answer a partner's request",
  arguments: [fileArgument('request'), LIST_ARGUMENT],
  options: [
    ...askOptions(protocols),
    keyOption(),
    ...peerOptions(),
    outputOption('write the response to this file'),
    stateOption(),
    stateKeyOption(),
    ...limitOptions('; and which requests were answered'),
    validOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as BeginFlags;
    const { output } = flags;
    const [request, list] = args as [string, string];
    checkStdin([list, flags.key, flags.peers, flags.policy]);
    const choice = choose(protocols, { reveal: flags.reveal, role: 'sender' }, options);
    const keeps = checkKeeps(choice, flags);
    if (keeps) checkReadAgain(list);
    // Found out before the request counts as answered.
    await checkOutputFiles({ '--output': output, '--ledger': flags.ledger }, [...args, ...keyFiles(flags)]);
    const keys = await keysOf(flags, io);
    const read = await readOwn(list, flags, protocols, io);
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
    io.stderr.write(nextLine(step, output, choice, flags.peer, flags.state));
    return 0;
  },
});

/** @param protocols that it runs */
export const nextCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi next',
  summary: "read a partner's file and write the next one, where a run takes more than two",
  arguments: [fileArgument('file')],
  options: [
    keyOption(),
    outputOption('write the next file to this one'),
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    ...limitOptions(''),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as NextFlags;
    const [file] = args as [string];
    const { output, state } = flags;
    await checkOutputFiles({ '--output': output, '--ledger': flags.ledger }, [file, ...keyFiles(flags)]);
    const signingKey = await readKey(flags.key, io, SIGNING_KEY);
    const run = await keptRun(file, flags, io);
    const choice = choiceOf(run, protocols);
    const step = await taking(run, false, async () => {
      await checkCommand(file, run, choice, false);
      const read = await readOwn(run.list, run.flags, protocols, io);
      const { journal } = run;
      const files = { reads: file, writes: output };
      return takeStep(
        { choice, read, flags: run.flags, files, partner: journal.peer, journal, signingKey, limits: flags },
        io,
      );
    });
    io.stderr.write(
      `${pathName(output)}: file ${step.written! + 1} of ${step.files} of the run with ${run.journal.peer}\n`,
    );
    io.stderr.write(nextLine(step, output, choice, run.journal.peer, state));
    return 0;
  },
});

/** @param protocols that it runs */
export const finishCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi finish',
  summary: 'read the last file that the partner sends you, and take the result',
  arguments: [fileArgument('file')],
  options: [
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    new Option(
      '--send <FILE>',
      'write the last file of the run to this one, where the partner finishes after you',
    ),
    new Option('--key <FILE>', `with --send: ${KEY_HELP}`),
    new Option(
      '-o, --output <FILE>',
      'write the rows of the result to this file, which appears when it is complete; the format goes by its name, as for normalize',
    ),
    spillOption(),
    ...limitOptions(''),
    spreadsheetOption(),
    new Option('--json', 'print the summary as JSON'),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as FinishFlags;
    const [file] = args as [string];
    const { send } = flags;
    const paths = checkFileNames({ '--output': flags.output });
    await checkOutputFiles({ '--send': send, '--ledger': flags.ledger }, [
      file,
      ...keyFiles(flags),
      ...paths,
    ]);
    const signingKey = flags.key === undefined ? undefined : await readKey(flags.key, io, SIGNING_KEY);
    const run = await keptRun(file, flags, io);
    const choice = choiceOf(run, protocols);
    const step = await taking(run, false, async () => {
      await checkCommand(file, run, choice, true);
      checkRows(choice, flags.output);
      checkSend(filesOf(choice.protocol, choice.options) % 2 === 1 && choice.role === 'receiver', flags);
      const inputs = [file, run.list, run.path, ...keyFiles(flags)];
      return withOutputs([undefined, ...paths], inputs, io, (output, rows) =>
        withSharedRows(flags.output, flags.spill, io, async (kept) => {
          const read = await readOwn(run.list, run.flags, protocols, io, kept);
          const { journal } = run;
          const files = { reads: file, writes: send };
          const whole = {
            choice,
            read,
            flags: run.flags,
            files,
            partner: journal.peer,
            journal,
            limits: flags,
          };
          const taken = await takeStep({ ...whole, signingKey }, io);
          const party = partyOf(choice);
          if (rows !== undefined && party.rows !== undefined) {
            const placed = taken.own.placed(party.rows.of(taken.result));
            await kept?.write(rows, placed.rows, read, flags, placed.columns);
          }
          await output!.write(summaryOf(taken, choice, run.flags, flags.json));
          return taken;
        }),
      );
    });
    if (send !== undefined) io.stderr.write(nextLine(step, send, choice, run.journal.peer, flags.state));
    return 0;
  },
});

function summaryOf(
  { own, result }: Stepped,
  choice: Choice,
  flags: OwnFlags,
  json: true | undefined,
): string {
  const { protocol, role, options } = choice;
  const party = partyOf(choice);
  const { peerSize } = result!;
  const written = writtenWith(flags);
  if (json) {
    const { reveal } = protocol.commandLine;
    const sizes = { reveal, role, ownSize: own.set.size, peerSize };
    return `${JSON.stringify({ ...sizes, ...party.json(result, options, written) }, null, 2)}\n`;
  }
  const words = party.words(result, options, written).map(([title, text]) => `${title} ${text}; `);
  const people = protocol.commandLine.takes?.(options) === 'people' ? ' people' : '';
  return `${words.join('')}${count(own.set.size)} here, ${count(peerSize)}${people} at the partner's\n`;
}

/** Takes a step, and leaves a state only to whoever needs it once more: one that has failed for good is of no use. */
async function taking<Result extends Stepped>(
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

/** The run that a file belongs to. */
async function keptRun(
  file: string,
  { state, stateKeyFile }: NextFlags | FinishFlags,
  io: Io,
): Promise<FileRun> {
  const runId = runIdOf(await readHeader(file));
  return openFileRun(state, runId, await readUnlock(stateKeyFile, false, io));
}

function choiceOf({ flags }: FileRun, protocols: readonly ListProtocol[]): Choice {
  return choose(protocols, flags as unknown as { reveal: string; role: Choice['role'] }, flags);
}

/** @throws {VeilmatchError} `argument` where the file is for another command; `bad-file` where it is not of this run */
async function checkCommand(file: string, run: FileRun, choice: Choice, finishing: boolean): Promise<void> {
  const length = filesOf(choice.protocol, choice.options);
  const number = await numberInRun(file, run.journal, choice.role, length);
  if (isLastFor(choice.role, number, length) === finishing) return;
  const name = pathName(file);
  throw new VeilmatchError(
    'argument',
    number === 0
      ? `${name} is a request: veilmatch psi respond answers it.`
      : finishing
        ? `${name} is not the last file of the run: veilmatch psi next reads it and writes the one after it.`
        : `${name} is the last file that you are sent: veilmatch psi finish reads it and takes the result.`,
  );
}

/** @throws {VeilmatchError} `argument` */
function checkSend(needed: boolean, { send, key }: FinishFlags): void {
  if (needed && (send === undefined || key === undefined)) {
    throw new VeilmatchError(
      'argument',
      'The partner finishes after you, with one more file: name it with --send FILE, and give the key that signs it with --key FILE.',
    );
  }
  if (needed || send === undefined) return;
  throw new VeilmatchError(
    'argument',
    'The run ends with this file: there is none to send. Leave --send away.',
  );
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
  const { key, peer, peers, output, days, state, stateKeyFile, policy, ledger, ...kept } = flags;
  return { ...kept, role };
}

/** What the other files must not overwrite. */
function keyFiles(flags: { key?: string; peers?: string; policy?: string; stateKeyFile?: string }): string[] {
  const { key, peers, policy, stateKeyFile } = flags;
  return [key, peers, policy, stateKeyFile].filter((path) => path !== undefined);
}
