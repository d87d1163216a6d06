// SPDX-License-Identifier: Apache-2.0
/** A run of `veilmatch connect`: from the connection to the result, and from a state where the connection does not come about. */

import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import {
  type ConnectedChannel,
  type ConnectOptions,
  connect,
  partyTerms,
  recallParty,
  runParty,
} from '../../transport/index.js';
import {
  type Choice,
  choose,
  type Flags,
  otherRole,
  partyOf,
  type RevealFlags,
  wordOf,
} from '../flags/choice.js';
import type { Guard } from '../flags/guard.js';
import { type Own, type OwnFlags, ownOf, writtenWith } from '../flags/own.js';
import type { ReadSet } from '../flags/read-set.js';
import { type RunSummary, startRunProgress } from '../report/run-report.js';
import type { RunState } from '../secrets/run-state.js';

export interface AskFlags extends OwnFlags, RevealFlags {
  readonly output?: string;
}

/** What a command asks of the partner, and what it has to keep. */
interface Asking {
  readonly protocols: readonly ListProtocol[];
  readonly flags: AskFlags;
  readonly credentials: ConnectOptions;
  readonly state: RunState;
  readonly guard: Guard;
  readonly io: Io;
}

/** What either party takes home, whatever the protocol. */
interface Taken {
  readonly peerSize: number;
  readonly confirmed?: boolean | undefined;
}

/** What came of a run. */
interface Outcome {
  readonly choice: Choice;
  readonly own: Own;
  readonly result: Taken;
}

/**
 * Takes part in a run with the partner at an address.
 * @param expected what is run most likely, and in any case where `--reveal` says so
 * @throws {VeilmatchError} what the run throws; `incompatible-peer` and `argument` for what the partner offers
 */
export async function ask(
  url: URL,
  read: ReadSet,
  expected: Choice,
  asking: Asking,
): Promise<Outcome & { readonly summary: RunSummary }> {
  const { flags, credentials, state, guard, io } = asking;
  const started = performance.now();
  const progress = startRunProgress(io);
  const resumed = state.journal !== undefined;
  let channel: ConnectedChannel | undefined;
  let unreached: unknown;
  try {
    if (!resumed) {
      // What is wrong with the list is said before anybody hears of it.
      const { set } = flags.reveal === undefined ? read : ownOf(expected, read, flags);
      await guard.checkBudgets(expected, Math.max(set.size, flags.pad ?? 0));
    }
    const { journal: resume, kept: keep } = state;
    channel = await connect(url.href, { ...credentials, keep, resume, signal: io.signal }).catch((error) => {
      unreached = error;
      return undefined;
    });
    const watched = { signal: io.signal, onProgress: progress.update };
    const outcome =
      channel === undefined
        ? await recalled(unreached, read, watched, asking)
        : await run(channel, url, read, watched, asking);
    const { sent, received } = channel?.traffic ?? { sent: 0, received: 0 };
    const { choice, own, result } = outcome;
    const summary: RunSummary = {
      runId: channel?.runId ?? state.journal!.runId,
      ...(resumed && { resumed }),
      reveal: choice.protocol.commandLine.reveal,
      role: choice.role,
      ownSize: own.set.size,
      peerSize: result.peerSize,
      result: partyOf(choice).json(result, choice.options, writtenWith(flags)),
      bytesSent: sent,
      bytesReceived: received,
      seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    };
    return { ...outcome, summary };
  } catch (error) {
    await channel?.close('aborted');
    if (channel !== undefined || state.journal !== undefined) await state.explain(error, io);
    else if (io.signal?.aborted) io.stderr.write('stopped; nothing was sent or written\n');
    throw error;
  } finally {
    progress.clear();
  }
}

type Watched = Pick<Parameters<typeof runParty>[4] & object, 'signal' | 'onProgress'>;

async function run(
  channel: ConnectedChannel,
  url: URL,
  read: ReadSet,
  watched: Watched,
  { protocols, flags, state, guard, io }: Asking,
): Promise<Outcome> {
  const choice = agreedChoice(channel, state, protocols, flags);
  noteRows(choice, flags.output, io);
  const own = ownOf(choice, read, flags);
  const { protocol, role, options } = choice;
  const agreed = { ...options, pad: flags.pad };
  await state.begin(channel, partyTerms(protocol, role, own.own, agreed), url.href);
  const kept = { journal: state.lent, admit: await guard.admit(channel.runId, choice) };
  const told = leftOutNote(protocol, io);
  try {
    const result = await runParty(channel, protocol, role, own.own, {
      ...{ ...watched, ...agreed, ...told, ...kept, known: choice.known },
    });
    return { choice, own, result: result as Taken };
  } catch (error) {
    await state.failed(error);
    throw error;
  }
}

/**
 * The result of a run that the state holds to its end, though the partner is not there or does not have it any more.
 * @throws what kept the partner from being reached, where the state does not
 */
async function recalled(
  unreached: unknown,
  read: ReadSet,
  watched: Watched,
  { protocols, flags, state, guard, io }: Asking,
): Promise<Outcome> {
  const { lent: journal } = state;
  if (journal === undefined) throw unreached;
  const choice = agreedChoice(undefined, state, protocols, flags);
  const own = ownOf(choice, read, flags);
  const { protocol, role, options } = choice;
  const admit = await guard.admit(journal.runId, choice);
  const result = await recallParty(protocol, role, own.own, {
    ...{ ...watched, ...options, ...leftOutNote(protocol, io), pad: flags.pad },
    ...{ journal, admit },
  }).catch(async (error) => {
    await state.failed(error);
    throw error;
  });
  if (result === undefined) throw unreached;
  // A sender that has all frames knows that the receiver has come to its end.
  const unknown = unreached instanceof VeilmatchError && unreached.code === 'unknown-run';
  return { choice, own, result: { ...(result as Taken), confirmed: role === 'sender' || unknown } };
}

/** Rows that stand for nobody in particular, where a protocol leaves some out. */
export function leftOutNote(protocol: ListProtocol, io: Io): object {
  if (!Object.hasOwn(protocol.options, 'onLeftOut')) return {};
  return {
    onLeftOut: (leftOut: readonly { readonly row: number }[]): void => {
      const rows = new Set(leftOut.map(({ row }) => row)).size;
      io.stderr.write(
        `left out: ${leftOut.length} identifiers of ${rows} rows, which stand in too many rows or belong to nobody in particular\n`,
      );
    },
  };
}

/**
 * What both sides want.
 * @param channel - undefined where the partner was not reached
 * @throws {VeilmatchError} `incompatible-peer`; `argument` for flags that do not go with what the partner offers
 */
function agreedChoice(
  channel: Pick<ConnectedChannel, 'mode' | 'peerRole'> | undefined,
  { protocol: kept }: RunState,
  protocols: readonly ListProtocol[],
  flags: AskFlags,
): Choice {
  const { reveal: wanted, role } = flags;
  const begun = protocols.find(({ id }) => id === kept)?.commandLine.reveal;
  const offered = channel?.mode === undefined ? begun : wordOf(protocols, channel.mode);
  if (channel?.mode !== undefined && offered === undefined) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The partner runs a protocol of mode ${channel.mode}, which this command does not know.`,
    );
  }
  const reveal = wanted ?? offered ?? protocols[0]!.commandLine.reveal;
  if (offered !== undefined && offered !== reveal) {
    throw new VeilmatchError('incompatible-peer', `The partner reveals '${offered}', not '${reveal}'.`);
  }
  if (!protocols.some(({ commandLine }) => commandLine.reveal === reveal)) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The partner reveals '${reveal}', which this command does not know.`,
    );
  }
  if (channel?.peerRole === role) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The partner is the ${role} as well, and one of the two must be the other: give --role ${otherRole(role)}.`,
    );
  }
  const choice = choose(protocols, { reveal, role }, flags as unknown as Flags);
  checkRows(choice, flags.output);
  return choice;
}

/** Said before the run counts: what is not written then is not to be had once more. */
export function noteRows(choice: Choice, output: string | undefined, io: Io): void {
  if (output !== undefined || !partyOf(choice).rows?.when(choice.options)) return;
  io.stderr.write('without -o FILE the rows of the result are not written, and cannot be had later\n');
}

/** @throws {VeilmatchError} `argument` where a file of rows is wanted in vain */
export function checkRows(choice: Choice, output: string | undefined): void {
  if (output === undefined || partyOf(choice).rows?.when(choice.options)) return;
  throw new VeilmatchError(
    'argument',
    `The ${choice.role} of --reveal ${choice.protocol.commandLine.reveal} does not learn which rows are shared: there are no rows ` +
      'to write. Leave --output away.',
  );
}
