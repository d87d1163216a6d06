// SPDX-License-Identifier: Apache-2.0
/** Runs a party of any protocol over any channel. */

import { abortedError, throwIfAborted } from '../abort.js';
import { requireCallbacks, requireObject, requireOptions, requireSignal } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import { type SetInput, toSet } from '../identifiers/set.js';
import { cardinality } from '../psi/cardinality/index.js';
import { intersection } from '../psi/intersection/index.js';
import { type PartyOptions, revealing } from '../psi/intersection/party.js';
import type { CardinalityResult, IntersectionResult, SenderResult } from '../psi/intersection/result.js';
import { type PsiSuite, suiteOf } from '../psi/run/ciphersuite.js';
import type { PsiMachine } from '../psi/run/machine.js';
import type { Given } from '../psi/run/options.js';
import { padSet } from '../psi/run/padding.js';
import { type CommonOptions, defaultChunkSize } from '../psi/run/party.js';
import {
  type ByRole,
  type ListOwn,
  machineOptions,
  optionNames,
  type Protocol,
} from '../psi/run/protocol.js';
import type { Role } from '../psi/run/suite.js';
import type { RandomSource } from '../random.js';
import type { Channel } from './channel/channel.js';
import { errorFor, isFinal, reasonFor } from './channel/reason.js';
import { checkTerms, type Journal, partyTerms, requireJournal, requireParty } from './resume/journal.js';
import { journaledChannel, journaledOptions, recordedChannel } from './resume/journaled.js';

/** Options of a party of a run over a channel, whatever the protocol. */
export interface ChannelOptions extends Omit<CommonOptions, 'backend'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /**
   * Keeps the run, which can then be resumed: with the journal opened again, the same list and options, over a channel to
   * the same peer. Takes the place of `random`. It is closed when the run ends, however it ends, and erased after an error
   * that no further try would mend.
   */
  readonly journal?: Journal | undefined;
  /**
   * Fills the party's set up with dummies to this many elements, as `padSet` does: afresh for each run, and with the same ones in
   * a run that is resumed.
   */
  readonly pad?: number | undefined;
}

/** Options of a party of a run over a channel. */
export interface RunPartyOptions<Result> extends ChannelOptions {
  /**
   * Given the result when the run is complete, before its journal is erased. A sender's is given before the peer is told that
   * the run is complete, but for protocols where the time that this takes would tell the peer something. What it throws fails
   * the run, and leaves one with a journal to be resumed.
   */
  readonly onResult?: ((result: Result) => Promise<void>) | undefined;
}

/** Whether the peer knows that the run is complete. */
export interface Confirmed {
  /**
   * Of a receiver with a journal: whether the sender has said that the run is complete for it. If so, store the result and
   * erase the journal; if not, resume the run later, with the same result, so that the sender comes to its end.
   */
  readonly confirmed?: boolean | undefined;
}

/** What a frame of answers takes besides the answers: its header, and a proof where there is one. */
const FRAME_BYTES = 256;
const SLACK_BYTES = 65_536;

/**
 * Takes part in a run of a protocol. Closes the channel.
 * @param role which party this is: `receiver` asks, `sender` answers
 * @param own what it brings
 * @returns what it takes home
 * @throws {VeilmatchError} what the protocol or the channel throws; the run is over then, and nothing is released. With a
 * journal also `argument` for another list or other options than before, and `io`, `bad-file`
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { sum } from 'veilmatch/psi';
 * import { memoryChannels, runParty } from 'veilmatch/transport';
 *
 * const [a, b] = memoryChannels();
 * const [customers, members] = [['ada', 'hedy'], ['hedy', 'joan']].map((list) => IdentifierSet.ofStrings(list));
 * const [told] = await Promise.all([
 *   runParty(a, sum, 'receiver', { set: customers! }),
 *   runParty(b, sum, 'sender', { set: members!, values: [1250, 990] }),
 * ]);
 * console.log(told.size, told.sum); // → 1 1250
 * ```
 */
export async function runParty<
  Own extends ByRole,
  Options extends object,
  Result extends ByRole,
  R extends Role,
>(
  channel: Channel,
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: RunPartyOptions<Result[R]> & Given<Options> = {},
): Promise<Result[R] & Confirmed> {
  requireObject(channel, 'The channel', 'send', 'close');
  requireParty(protocol, role, own);
  requireOptions(options, driverNames(protocol));
  const { signal, journal } = options;
  requireSignal(signal);
  requireCallbacks(options, 'onResult');
  if (journal !== undefined) requireJournal(journal);
  return (await takePart(channel, protocol, role, own, options)) as Result[R] & Confirmed;
}

const driverNames = (protocol: Pick<Protocol, 'options'>): Record<string, true> => ({
  ...optionNames(protocol),
  journal: true,
  onResult: true,
  pad: true,
});

async function takePart(
  channel: Channel,
  protocol: Protocol,
  role: Role,
  brought: unknown,
  options: RunPartyOptions<unknown>,
): Promise<unknown> {
  const { [role]: party } = protocol;
  const { signal, journal, onResult } = options;
  const stop = (): void => void channel.close('aborted');
  try {
    throwIfAborted(signal);
    signal?.addEventListener('abort', stop);
    return await withBackend(options.backend, async (backend) => {
      const given = { ...machineOptions(protocol, options), backend };
      const settings: CommonOptions = journal === undefined ? given : journaledOptions(given, journal);
      // The first that is drawn, so that a run that is resumed has the same dummies.
      const own = padded(brought, options.pad, settings.random);
      const machine = party.machine(own, settings);
      if (journal !== undefined) checkTerms(journal.terms, partyTerms(protocol, role, brought, options));
      const inbox = new Inbox(
        journal === undefined ? channel : journaledChannel(channel, journal),
        capacityFor(own, suiteOf(options.suite, backend), options),
      );
      const end = await drive(machine, inbox);
      const deliver = async (): Promise<unknown> => {
        const result = await party.result(own, end, signal);
        await onResult?.(result);
        return result;
      };
      if (role === 'receiver') {
        // Whose Finish is the last frame: whether it arrived, the sender says by closing the channel.
        const confirmed = journal === undefined ? undefined : await inbox.ended();
        await channel.close();
        // What is worked out of the end may ask the backend, and so the journal.
        const result = await deliver();
        await journal?.close();
        return confirmed === undefined ? result : Object.assign({}, result, { confirmed });
      }
      if (party.discreet) await channel.close();
      const result = await deliver();
      await journal?.erase();
      await journal?.close();
      // Nothing where it is closed already.
      await channel.close();
      return result;
    });
  } catch (error) {
    // What went wrong first is what is told.
    await (isFinal(error) ? journal?.erase() : journal?.close())?.catch(() => {});
    await channel.close(reasonFor(error));
    throw signal?.aborted ? abortedError(signal) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** @throws {VeilmatchError} `argument` for a size below that of the set, or a party that brings none */
export function padded(own: unknown, size: number | undefined, random: RandomSource | undefined): unknown {
  if (size === undefined) return own;
  const { set } = own as ListOwn;
  return { ...(own as ListOwn), set: padSet(set, size, random) };
}

/** Bytes of the peer's frames that are kept while this party waits for room to send. */
function capacityFor(
  own: unknown,
  suite: PsiSuite,
  { chunkSize = defaultChunkSize(suite) }: ChannelOptions,
): number {
  const size = (own as Partial<ListOwn>).set?.size ?? 0;
  return size * suite.group.elementBytes + Math.ceil(size / chunkSize) * FRAME_BYTES + SLACK_BYTES;
}

/**
 * A party's result from its journal alone, where that holds all frames of the peer: for a peer that does not have the run any
 * more, or is not to be reached. Closes the journal.
 * @returns undefined where the run was cut before
 * @throws {VeilmatchError} as `runParty` does
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { memoryJournal, partyTerms, recallParty } from 'veilmatch/transport';
 *
 * const own = { set: IdentifierSet.ofStrings(['grace']) };
 * const terms = partyTerms(intersection, 'receiver', own);
 * const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'partner:acme', terms });
 * console.log(await recallParty(intersection, 'receiver', own, { journal })); // → undefined
 * ```
 */
export async function recallParty<
  Own extends ByRole,
  Options extends object,
  Result extends ByRole,
  R extends Role,
>(
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: RunPartyOptions<Result[R]> & Given<Options> & { readonly journal: Journal },
): Promise<(Result[R] & Confirmed) | undefined> {
  requireParty(protocol, role, own);
  requireOptions(options, driverNames(protocol));
  requireJournal(options.journal);
  try {
    return await runParty(recordedChannel(), protocol, role, own, options);
  } catch (error) {
    if (error instanceof VeilmatchError && error.code === 'disconnected') return undefined;
    throw error;
  }
}

/** Options of `receive`, and of either party of an intersection or a count over a channel. */
export type ReceiveOptions = ChannelOptions & Omit<PartyOptions, keyof CommonOptions>;

/** Options of `send`. */
export type SendOptions = ReceiveOptions & Pick<RunPartyOptions<SenderResult>, 'onResult'>;

/** What the receiver takes home. */
export type ReceivedResult = CardinalityResult & Partial<IntersectionResult> & Confirmed;

/** The protocol that an option `reveal` stands for. */
type Revealing = Protocol<
  ByRole<ListOwn>,
  object,
  { readonly receiver: ReceivedResult; readonly sender: SenderResult }
>;

function protocolOf(options: ReceiveOptions): {
  readonly protocol: Revealing;
  readonly options: ChannelOptions;
} {
  requireOptions(options);
  const { reveal, coarse, ...given } = revealing(options);
  if (reveal === 'intersection') return { protocol: intersection, options: given };
  const counting = { ...given, coarse };
  return { protocol: cardinality, options: counting };
}

/**
 * Takes part as the sender of an intersection or a count: the other party learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @throws {VeilmatchError} as `runParty` does
 * @example
 * ```ts
 * import { memoryChannels, receive, send } from 'veilmatch/transport';
 *
 * const [a, b] = memoryChannels();
 * const [told] = await Promise.all([send(a, ['ada', 'grace'], { to: 'both' }), receive(b, ['grace'], { to: 'both' })]);
 * console.log(told.size, told.matches); // → 1 [ 1 ]
 * ```
 */
export async function send(
  channel: Channel,
  set: SetInput,
  options: SendOptions = {},
): Promise<SenderResult> {
  const chosen = protocolOf(options);
  return runParty(channel, chosen.protocol, 'sender', { set: toSet(set) }, chosen.options);
}

/**
 * Takes part as the receiver of an intersection or a count: learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @returns with `reveal: 'intersection'`, the default, which rows match; with `reveal: 'cardinality'` only how many
 * identifiers are shared
 * @throws {VeilmatchError} as `runParty` does
 * @example
 * ```ts
 * import { memoryChannels, receive, send } from 'veilmatch/transport';
 *
 * const [a, b] = memoryChannels();
 * const [shared] = await Promise.all([receive(a, ['ada', 'grace']), send(b, ['grace', 'hedy'])]);
 * console.log(shared.select?.(['row of Ada', 'row of Grace'])); // → [ 'row of Grace' ]
 * ```
 */
export async function receive(
  channel: Channel,
  set: SetInput,
  options: ReceiveOptions = {},
): Promise<ReceivedResult> {
  const chosen = protocolOf(options);
  return runParty(channel, chosen.protocol, 'receiver', { set: toSet(set) }, chosen.options);
}

async function drive<Result>(machine: PsiMachine<Result>, inbox: Inbox): Promise<Result> {
  try {
    await inbox.post(machine.start());
    while (!machine.done) await inbox.post(machine.receive(await inbox.take()));
    return machine.result;
  } finally {
    await machine.abandon();
  }
}

/**
 * The receiver sends all it asks before it takes an answer, and the sender answers as it is asked: if neither read while
 * it waits for room to send, both would wait for ever. So what comes in the meantime is kept, up to a capacity that the
 * answers fit into.
 */
class Inbox {
  readonly #channel: Channel;
  readonly #frames: AsyncIterator<Uint8Array, undefined>;
  readonly #capacity: number;
  readonly #kept: Uint8Array[] = [];
  #bytes = 0;
  #reading: Promise<void> | undefined;
  #complete = false;

  /** @param capacity bytes of frames that are held while this party cannot take them */
  constructor(channel: Channel, capacity: number) {
    this.#channel = channel;
    this.#frames = channel[Symbol.asyncIterator]();
    this.#capacity = capacity;
  }

  async post(frames: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const frame of frames) {
      let sent = false;
      const sending = this.#channel.send(frame).then(() => {
        sent = true;
      });
      // Its failure is seen below, unless reading fails first.
      sending.catch(() => {});
      await Promise.resolve();
      while (!sent && this.#bytes < this.#capacity) await Promise.race([sending, this.#read()]);
      await sending;
    }
  }

  async take(): Promise<Uint8Array> {
    while (this.#kept.length === 0) await this.#read();
    const frame = this.#kept.shift()!;
    this.#bytes -= frame.length;
    return frame;
  }

  /** Whether the peer says that the run is complete, and is not cut off before it does. */
  async ended(): Promise<boolean> {
    await this.#read().catch(() => {});
    return this.#complete;
  }

  /** One frame more, or the one that is being waited for already. */
  #read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#frames.next().then(({ done, value }) => {
        this.#complete = done === true;
        if (done) throw errorFor('complete');
        this.#reading = undefined;
        this.#kept.push(value);
        this.#bytes += value.length;
      });
      // A failure stays here for whoever reads next; nobody may be waiting now.
      this.#reading.catch(() => {});
    }
    return this.#reading;
  }
}
