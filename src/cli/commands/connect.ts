// SPDX-License-Identifier: Apache-2.0
/** `veilmatch connect`: finds out what a list shares with the one that a partner serves. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/index.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { checkFileNames, withOutputs } from '../../lists/output.js';
import { type Spill, withSharedRows } from '../../lists/shared-rows.js';
import { type CoarseCount, defaultPolicy, type Policy, type Reveal } from '../../psi/index.js';
import { checkedUrl } from '../../transport/door/address.js';
import {
  type ConnectedChannel,
  type ConnectOptions,
  connect,
  type ReceivedResult,
  type ReceiveOptions,
  receive,
} from '../../transport/index.js';
import { recall } from '../../transport/run.js';
import type { Command, ExitStatus } from '../command.js';
import { type AgreementFlags, checkAgreement, OFFERED } from '../flags/agreement.js';
import { type Guard, type GuardFlags, openGuard, partnerName } from '../flags/guard.js';
import { assignedOption, LIST_ARGUMENT, listOptions } from '../flags/list-options.js';
import { spillOption, spreadsheetOption } from '../flags/output-options.js';
import { readPolicy } from '../flags/policy.js';
import { protocolOptions, revealWord } from '../flags/protocol-options.js';
import { type ReadSet, readSet, type SetFlags } from '../flags/read-set.js';
import { timeOptions } from '../flags/serve-options.js';
import { type RunSummary, startRunProgress, summaryText } from '../report/run-report.js';
import { readCertificates, readKeyPair, readToken } from '../secrets/credentials.js';
import { type Agreement, RunState, type StateFlags } from '../secrets/run-state.js';
import { LEDGER_HELP } from '../secrets/state-folder.js';
import { stateKeyOption } from '../secrets/unlock.js';
import { policyLines } from './budget.js';

interface ConnectFlags extends SetFlags, AgreementFlags, StateFlags, GuardFlags {
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly reveal?: Reveal;
  readonly coarse?: CoarseCount;
  readonly idleSeconds: number;
  readonly progressSeconds: number;
  readonly totalSeconds: number;
  readonly output?: string;
  readonly spill: Spill;
  readonly spreadsheet?: true;
  readonly json?: true;
  readonly dryRun?: true;
}

export const connectCommand: Command = {
  name: 'connect',
  summary: 'find out what your list shares with the one that a partner serves',
  arguments: [
    { name: '<url>', description: 'wss://host:port of the partner; ws:// on this machine only' },
    LIST_ARGUMENT,
  ],
  options: [
    new Option('--token-file <FILE>', 'the token that the partner issued, alone in this file'),
    new Option('--ca <FILE>', "authorities to trust in place of this machine's, PEM"),
    new Option('--client-cert <FILE>', 'certificate to show to the partner, PEM'),
    new Option('--client-key <FILE>', 'its key, PEM'),
    new Option('--reveal <WHAT>', 'go on only if the partner reveals this (default: what it offers)').choices(
      OFFERED.map(revealWord),
    ),
    ...protocolOptions(OFFERED, 'receiver'),
    new Option('--partner <NAME>', 'what budgets call the partner (default: the name in the URL)'),
    new Option(
      '--policy <FILE>',
      'sizes and budgets of what the partner may learn of this list, JSON: with --to both (default: the one that --dry-run ' +
        'shows); without, the largest size of its list alone',
    ),
    new Option('--ledger <FILE>', LEDGER_HELP),
    new Option(
      '-o, --output <FILE>',
      'write the shared rows to this file, which appears when the run is complete; the format goes by its name, as for normalize',
    ),
    spillOption(),
    spreadsheetOption(),
    new Option(
      '--state <FILE>',
      'keep the run in this file until it is complete, sealed, so that it can be resumed',
    ),
    stateKeyOption(),
    new Option('--resume', 'go on with the run of --state, which was cut'),
    new Option('--json', 'print the summary as JSON'),
    new Option('--dry-run', 'say what would be revealed to whom, and do not connect'),
    ...timeOptions(),
    assignedOption(),
    ...listOptions(),
  ],
  help: `
The partner runs veilmatch serve. It learns the size of this list and whether there are telephone numbers, e-mail
addresses or both in it, and nothing of the result, unless both say --to both. Standard output gets a summary; the rows
that are shared go to the file of -o, as line, phone and email, where the partner reveals which they are. Until then a large
list waits beside that file, in a folder that only you can enter and that is removed at the end: it is personal data (--spill).

A run that is cut writes nothing. With --state it goes on where it was, by the same command and --resume: with the same
list, the same partner, and the credentials that it was begun with. The state is erased when the run is complete.

Examples:
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token --dry-run
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token -o shared.csv
`,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as ConnectFlags;
    const url = checkedUrl(args[0]!);
    checkStdin([args[1], flags.tokenFile, flags.policy]);
    partnerName(flags, url);
    const file = checkFileNames({ '--output': flags.output });
    const credentials = await readCredentials(flags, io);
    const policy = flags.policy === undefined ? defaultPolicy : await readPolicy(flags.policy, io);
    const { tokenFile, ca, clientCert, clientKey, stateKeyFile, ledger } = flags;
    const inputs = [args[1], tokenFile, ca, clientCert, clientKey, stateKeyFile, flags.policy, ledger].filter(
      (path) => path !== undefined,
    );
    const guard = flags.dryRun ? undefined : await openGuard(flags, url, io);
    const state = await RunState.open(flags.dryRun ? {} : flags, url.href, io);
    let confirmed = true;
    const status = await withOutputs([undefined, ...file], inputs, io, async (output, rows) => {
      const keeping = rows === undefined || flags.dryRun ? undefined : flags.output;
      return withSharedRows(keeping, flags.spill, io, async (kept): Promise<ExitStatus> => {
        const read = await readSet(args[1]!, flags, io, kept);
        if (guard === undefined) {
          await output!.write(dryRun(url, read.set, flags, policy));
          return 0;
        }
        const { summary, result } = await run(url, read, credentials, flags, { state, guard }, io);
        confirmed = result.confirmed !== false;
        if (rows !== undefined) await kept?.write(rows, result.matches ?? [], read, flags);
        await output!.write(flags.json ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary));
        return 0;
      });
    })
      .catch(async (error) => {
        await state.journal?.close();
        throw guard === undefined ? error : guard.explain(error);
      })
      .finally(() => guard?.close());
    // Only now the result is where it belongs.
    await state.settle(confirmed, io);
    return status;
  },
};

/** What the run is about, and what came of it. */
interface Outcome {
  readonly reveal: Reveal;
  readonly set: IdentifierSet;
  readonly result: ReceivedResult;
}

/** What outlives a run: its state, and what the partner has used. */
interface Kept {
  readonly state: RunState;
  readonly guard: Guard;
}

async function run(
  url: URL,
  read: ReadSet,
  credentials: ConnectOptions,
  flags: ConnectFlags,
  { state, guard }: Kept,
  io: Io,
): Promise<{ summary: RunSummary; result: ReceivedResult }> {
  const started = performance.now();
  const progress = startRunProgress(io);
  const options: ReceiveOptions = { signal: io.signal, onProgress: progress.update };
  const resumed = state.journal !== undefined;
  let channel: ConnectedChannel | undefined;
  let unreached: unknown;
  const ask = async (to: ConnectedChannel): Promise<Outcome> => {
    const reveal = agreedReveal(to.reveal ?? state.reveals, flags);
    const set = countable(read.set, reveal, io);
    const agreed = agreement(reveal, flags);
    await state.begin(to, set, agreed, url.href);
    const kept = { journal: state.journal, admit: guard.admit(to.runId) };
    return { reveal, set, result: await receive(to, set, { ...options, ...agreed, ...kept }) };
  };
  try {
    if (!resumed) await guard.checkBudgets(read.set.size);
    const { journal: resume, kept: keep } = state;
    channel = await connect(url.href, { ...credentials, keep, resume, signal: io.signal }).catch((error) => {
      unreached = error;
      return undefined;
    });
    const outcome =
      channel === undefined
        ? await recalled(unreached, read, { state, guard }, options, flags, io)
        : await ask(channel);
    const { sent, received } = channel?.traffic ?? { sent: 0, received: 0 };
    const { reveal, set, result } = outcome;
    const summary: RunSummary = {
      runId: channel?.runId ?? state.journal!.runId,
      ...(resumed && { resumed }),
      reveal,
      ownSize: set.size,
      peerSize: result.peerSize,
      shared: result.size,
      ...(flags.coarse === undefined ? {} : { coarse: flags.coarse }),
      ...(result.matches === undefined ? {} : { rows: result.matches.length }),
      bytesSent: sent,
      bytesReceived: received,
      seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    };
    return { summary, result };
  } catch (error) {
    await channel?.close('aborted');
    if (channel !== undefined || state.journal !== undefined) await state.explain(error, io);
    else if (io.signal?.aborted) io.stderr.write('stopped; nothing was sent or written\n');
    throw error;
  } finally {
    progress.clear();
  }
}

/**
 * The result of a run that the state holds to its end, though the partner is not there or does not have it any more.
 * @throws what kept the partner from being reached, where the state does not
 */
async function recalled(
  unreached: unknown,
  read: ReadSet,
  { state, guard }: Kept,
  options: ReceiveOptions,
  flags: ConnectFlags,
  io: Io,
): Promise<Outcome> {
  const { journal } = state;
  if (journal === undefined) throw unreached;
  const reveal = agreedReveal(state.reveals, flags);
  const set = countable(read.set, reveal, io);
  const result = await recall(set, {
    ...options,
    ...agreement(reveal, flags),
    ...{ journal, admit: guard.admit(journal.runId) },
  });
  if (result === undefined) throw unreached;
  const confirmed = unreached instanceof VeilmatchError && unreached.code === 'unknown-run';
  return { reveal, set, result: { ...result, confirmed } };
}

/** What the frames of the run depend on. */
function agreement(reveal: Reveal, { coarse, to, verifiable }: ConnectFlags): Agreement {
  return { reveal, coarse, to, verifiable };
}

/** What both sides want. @throws {VeilmatchError} `incompatible-peer`, or `argument` where a file of rows is wanted in vain */
function agreedReveal(offered: string | undefined, flags: ConnectFlags): Reveal {
  const { reveal: wanted, output } = flags;
  const reveal = wanted ?? offered ?? 'intersection';
  if (offered !== undefined && offered !== reveal) {
    throw new VeilmatchError('incompatible-peer', `The partner reveals '${offered}', not '${reveal}'.`);
  }
  if (reveal !== 'intersection' && reveal !== 'cardinality') {
    throw new VeilmatchError(
      'incompatible-peer',
      `The partner reveals '${reveal}', which this command does not know.`,
    );
  }
  if (output !== undefined && reveal !== 'intersection') {
    throw new VeilmatchError(
      'argument',
      'The partner reveals only how many are shared, not which: there are no rows to write. Leave --output away.',
    );
  }
  if (flags.coarse !== undefined && reveal !== 'cardinality') {
    throw new VeilmatchError(
      'argument',
      'The partner reveals which rows are shared, and --coarse is for a count. Leave it away, or agree on --reveal cardinality.',
    );
  }
  checkAgreement(flags, reveal);
  return reveal;
}

/** A set of which a count says how many people are shared: one identifier for each row. */
export function countable(set: IdentifierSet, reveal: Reveal, io: Io): IdentifierSet {
  if (reveal !== 'cardinality' || !set.severalPerRow) return set;
  io.stderr.write(
    'only how many are shared is revealed: one identifier of each row is used, its number where it has one\n',
  );
  return set.firstOfEachRow();
}

async function readCredentials(flags: ConnectFlags, io: Io): Promise<ConnectOptions> {
  const { tokenFile, ca, clientCert, clientKey, dryRun } = flags;
  const { idleSeconds, progressSeconds, totalSeconds } = flags;
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw new VeilmatchError('argument', '--client-cert and --client-key belong together: give both.');
  }
  if (tokenFile === undefined && clientCert === undefined && !dryRun) {
    throw new VeilmatchError(
      'argument',
      'Give what the partner knows you by: --token-file, or --client-cert and --client-key.',
    );
  }
  return {
    limits: { idleSeconds, progressSeconds, totalSeconds },
    token: tokenFile === undefined ? undefined : await readToken(tokenFile, io),
    tls: {
      ca: ca === undefined ? undefined : await readCertificates(ca, io),
      ...(clientCert === undefined ? {} : await readKeyPair(clientCert, clientKey!, io)),
    },
  };
}

function dryRun(url: URL, set: IdentifierSet, flags: ConnectFlags, policy: Policy): string {
  const { reveal, to } = flags;
  const learns = {
    intersection: 'which of your rows are in its list',
    cardinality: 'how many of your identifiers are in its list',
  };
  const what =
    reveal === undefined
      ? `${learns.intersection}, or only how many: what the partner offers`
      : learns[reveal];
  return [
    'Nothing was sent, and no connection was made.',
    `partner     ${url.host}`,
    `learns      that this list has ${set.size.toLocaleString('en-US')} identifiers, and of which kinds (${[...set.kinds].join(', ') || 'none'})${to === 'both' ? '; the result, which this program reports to it' : ''}`,
    `you learn   ${what}; the size of its list and the kinds in it`,
    ...(to === 'both'
      ? [`What ${partnerName(flags, url)} may learn so is limited.`, ...policyLines(policy)]
      : []),
    '',
  ].join('\n');
}
