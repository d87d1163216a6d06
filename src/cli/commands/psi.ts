// SPDX-License-Identifier: Apache-2.0
/** `veilmatch psi request`, `respond` and `finish`: a run through two files, for partners without a line between them. */

import { rm } from 'node:fs/promises';
import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { createBackend, type GroupBackend } from '../../group/index.js';
import { checkStdin, type Io, ioError, STDIN } from '../../lists/io.js';
import { checkFileNames, checkOutputFiles, withOutputs } from '../../lists/output.js';
import { type Spill, withSharedRows } from '../../lists/shared-rows.js';
import { describedCardinality } from '../../psi/cardinality/described.js';
import { admission, defaultPolicy, memoryLedger, type Reveal, type Role } from '../../psi/index.js';
import { describedIntersection } from '../../psi/intersection/described.js';
import { partnerId, readResponse, writeRequest, writeResponse } from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import { assignedOption, LIST_ARGUMENT, listOptions } from '../flags/list-options.js';
import { spillOption, spreadsheetOption } from '../flags/output-options.js';
import { type Own, ownOf } from '../flags/own.js';
import { readPolicy } from '../flags/policy.js';
import { type ReadSet, readSet, type SetFlags } from '../flags/read-set.js';
import { wholeNumber } from '../flags/values.js';
import { type RunProgress, startRunProgress } from '../report/run-report.js';
import { readPeerKey } from '../secrets/credentials.js';
import { readKey } from '../secrets/secrets.js';
import { loadState, saveState } from '../secrets/state.js';
import { LEDGER_HELP, openLedger } from '../secrets/state-folder.js';
import { readUnlock, stateKeyOption } from '../secrets/unlock.js';

interface FinishFlags extends Omit<PsiFlags, 'output'> {
  readonly output?: string;
  readonly json?: true;
  readonly policy?: string;
  readonly spill: Spill;
  readonly spreadsheet?: true;
}

interface PsiFlags extends SetFlags {
  readonly key: string;
  readonly peer: string;
  readonly peers: string;
  readonly reveal: Reveal;
  readonly output: string;
  readonly state: string;
  readonly stateKeyFile?: string;
  readonly days: number;
  readonly policy?: string;
  readonly ledger?: string;
}

const keyOption = (): Option =>
  new Option('--key <FILE>', 'your signing key, made by veilmatch key').makeOptionMandatory();
const outputOption = (what: string): Option =>
  new Option('-o, --output <FILE>', `${what}; it appears when it is complete`).makeOptionMandatory();
const peerOptions = (): Option[] => [
  new Option('--peer <NAME>', 'the partner').makeOptionMandatory(),
  new Option(
    '--peers <FILE>',
    'the public keys of partners, a line NAME ed25519:KEY each',
  ).makeOptionMandatory(),
];
const revealOption = (): Option =>
  new Option(
    '--reveal <WHAT>',
    'what the asking party learns: which of its rows are shared, or only how many',
  )
    .choices(['intersection', 'cardinality'])
    .makeOptionMandatory();
const stateOptions = (): Option[] => [
  new Option('--state <FILE>', 'what is kept between request and response, sealed').makeOptionMandatory(),
  stateKeyOption(),
];

const SIGNING_KEY = 'Make one with: veilmatch key NAME -o FILE';

export const COURSE = `
One party asks: psi request makes a request and a state. The other answers: psi respond makes a response of the request.
The first one finishes: psi finish reads the response, writes the rows and erases the state. Both files are signed, and
neither is worth anything to somebody who reads it on the way, but for the sizes of the lists.

Example:
  veilmatch psi request mine.csv --country US --reveal intersection --key a.key --peer b --peers peers.txt \\
    -o request.vm --state state.vm --state-key-file state.key
  veilmatch psi respond request.vm theirs.csv --country US --reveal intersection --key b.key --peer a --peers peers.txt \\
    -o response.vm
  veilmatch psi finish response.vm --state state.vm --state-key-file state.key -o shared.csv
`;

export const requestCommand: Command = {
  name: 'psi request',
  summary: 'make a request: what a partner needs to answer which of your rows are on its list',
  arguments: [LIST_ARGUMENT],
  options: [
    revealOption(),
    keyOption(),
    ...peerOptions(),
    outputOption('write the request to this file'),
    ...stateOptions(),
    new Option('--days <N>', 'how long the request may be answered')
      .argParser(wholeNumber(1, 9999, 'Give a whole number of days from 1.'))
      .default(7),
    assignedOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as PsiFlags;
    const { reveal, state, output } = flags;
    if (args[0] === STDIN) {
      throw new VeilmatchError(
        'argument',
        'The list is read again by psi finish: it must be a file, not standard input.',
      );
    }
    await checkOutputFiles({ '--output': output, '--state': state }, [args[0]!, ...keyFiles(flags)]);
    const signingKey = await readKey(flags.key, io, SIGNING_KEY);
    const peer = await readPeerKey(flags.peers, flags.peer, io);
    const unlock = await readUnlock(flags.stateKeyFile, true, io);
    const set = ownFor(reveal, 'receiver', await readSet(args[0]!, flags, io)).set;
    await working(io, async (backend, progress) => {
      const run = { backend, reveal, signingKey, peer, signal: io.signal, onProgress: progress.update };
      const lifetimeSeconds = flags.days * 86_400;
      await writeRequest(output, set, { ...run, lifetimeSeconds }, (kept) =>
        saveState(state, { state: kept, path: args[0]!, flags: setFlags(flags) }, unlock),
      );
    });
    io.stderr.write(
      `${output}: ${set.size} identifiers, to be answered by ${flags.peer} within ${flags.days} days\n`,
    );
    return 0;
  },
};

export const respondCommand: Command = {
  name: 'psi respond',
  summary: "answer a partner's request",
  arguments: [{ name: '<request>', description: "the partner's file" }, LIST_ARGUMENT],
  options: [
    revealOption(),
    keyOption(),
    ...peerOptions(),
    outputOption('write the response to this file'),
    new Option('--policy <FILE>', 'sizes and budgets of each partner, JSON (default: see veilmatch budget)'),
    new Option('--ledger <FILE>', `${LEDGER_HELP}; and which requests were answered`),
    assignedOption(),
    ...listOptions(),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as PsiFlags;
    const { reveal, output, ledger: ledgerPath } = flags;
    checkStdin([args[1], flags.key, flags.peers, flags.policy]);
    // Found out before the request counts as answered.
    await checkOutputFiles({ '--output': output, '--ledger': ledgerPath }, [...args, ...keyFiles(flags)]);
    const signingKey = await readKey(flags.key, io, SIGNING_KEY);
    const peer = await readPeerKey(flags.peers, flags.peer, io);
    const policy = flags.policy === undefined ? defaultPolicy : await readPolicy(flags.policy, io);
    const set = ownFor(reveal, 'sender', await readSet(args[1]!, flags, io)).set;
    const ledger = await openLedger(ledgerPath);
    let limit: string | undefined;
    try {
      const peerSize = await working(io, (backend, progress) =>
        writeResponse(args[0]!, output, set, partnerId(flags.peer), {
          ...{ backend, reveal, signingKey, peer, policy, ledger, signal: io.signal },
          onProgress: progress.update,
          onRefusal: (refusal) => {
            limit = refusal;
          },
        }),
      );
      io.stderr.write(
        `${output}: the answer to ${peerSize} identifiers of ${flags.peer}, of a list with ${set.size}\n`,
      );
    } catch (error) {
      // The library's words are for the partner, who is not told which limit it is.
      if (limit === undefined) throw error;
      throw new VeilmatchError(
        'refused',
        `Your policy does not allow this request, by its ${limit}. Nothing was written or counted. --policy names another one; ` +
          'veilmatch budget says in words what one allows.',
      );
    } finally {
      await ledger.close();
    }
    return 0;
  },
};

export const finishCommand: Command = {
  name: 'psi finish',
  summary: 'read the response to your request',
  arguments: [{ name: '<response>', description: "the partner's file" }],
  options: [
    ...stateOptions(),
    new Option(
      '-o, --output <FILE>',
      'write the shared rows to this file, which appears when it is complete; the format goes by its name, as for normalize',
    ),
    spillOption(),
    new Option(
      '--policy <FILE>',
      "of it the largest set: what the partner's list may have, JSON; it learns nothing here, so no budget is used (default: any)",
    ),
    spreadsheetOption(),
    new Option('--json', 'print the summary as JSON'),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as FinishFlags;
    const kept = await loadState(flags.state, await readUnlock(flags.stateKeyFile, false, io));
    const { state } = kept;
    const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
    const admit = policy && admission({ peer: 'the partner', ledger: memoryLedger(), policy });
    if (flags.output !== undefined && state.reveal !== 'intersection') {
      throw new VeilmatchError(
        'argument',
        'The request asks only how many are shared, not which: there are no rows to write. Leave --output away.',
      );
    }
    const paths = [undefined, ...checkFileNames({ '--output': flags.output })];
    const inputs = [args[0]!, kept.path, flags.state, ...keyFiles(flags)];
    await withOutputs(paths, inputs, io, (output, file) =>
      withSharedRows(flags.output, flags.spill, io, async (keptRows) => {
        const read = await readSet(kept.path, kept.flags, io, keptRows);
        const { set: own } = ownFor(state.reveal, 'receiver', read);
        const result = await working(io, (backend, progress) =>
          readResponse(args[0]!, own, state, {
            ...{ backend, admit, signal: io.signal },
            onProgress: progress.update,
          }),
        );
        const { size: shared, peerSize, matches } = result;
        const rows = matches ?? [];
        if (file !== undefined) await keptRows?.write(file, rows, read, flags);
        const inRows = matches === undefined ? {} : { rows: rows.length };
        const summary = { reveal: state.reveal, ownSize: own.size, peerSize, shared, ...inRows };
        const where = matches === undefined ? '' : `, in ${rows.length} rows`;
        await output!.write(
          flags.json
            ? `${JSON.stringify(summary, null, 2)}\n`
            : `shared ${shared}${where}; ${own.size} here, ${peerSize} at the partner's\n`,
        );
      }),
    );
    // The seed in it would open the request for whoever finds it.
    await rm(flags.state).catch((error) => {
      throw ioError('write', flags.state, error);
    });
    return 0;
  },
};

/** The list as the protocol takes it. @throws {VeilmatchError} `argument` for a count of rows with several identifiers */
function ownFor(reveal: Reveal, role: Role, read: ReadSet): Own {
  const protocol = reveal === 'intersection' ? describedIntersection : describedCardinality;
  return ownOf({ protocol, role, options: {}, peopleFlag: undefined }, read);
}

/** What the other files must not overwrite. */
function keyFiles({ key, peers, policy, stateKeyFile }: Omit<PsiFlags, 'output'>): string[] {
  return [key, peers, policy, stateKeyFile].filter((path) => path !== undefined);
}

/** What says how a list is read, of all options. */
function setFlags({ country, countryColumn, column, header, delimiter, assigned }: PsiFlags): SetFlags {
  const flags = { country, countryColumn, column, header, delimiter, assigned };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

async function working<T>(
  io: Io,
  work: (backend: GroupBackend, progress: RunProgress) => Promise<T>,
): Promise<T> {
  const backend = await createBackend();
  const progress = startRunProgress(io);
  try {
    return await work(backend, progress);
  } finally {
    progress.clear();
    await backend.dispose();
  }
}
