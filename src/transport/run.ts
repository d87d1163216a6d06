// SPDX-License-Identifier: Apache-2.0
/** Runs a party of the protocol over a channel. */

import { type OptionNames, requireObject, requireOptions } from '../arguments.js';
import { abortedError, throwIfAborted, VeilmatchError } from '../errors.js';
import { ELEMENT_BYTES, type GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import { type IdentifierSet, type SetInput, toSet } from '../identifiers/set.js';
import type { PsiMachine } from '../psi/machine.js';
import { DEFAULT_CHUNK_SIZE, PARTY_NAMES, type PartyOptions } from '../psi/party.js';
import { psiReceiver } from '../psi/receiver.js';
import { type CardinalityResult, type IntersectionResult, intersectionResult } from '../psi/result.js';
import { psiSender, type SenderResult } from '../psi/sender.js';
import type { Channel } from './channel.js';
import { checkTerms, type Journal, runTerms } from './journal.js';
import { journaledChannel, journaledOptions, recordedChannel } from './journaled.js';
import { errorFor, isFinal, reasonFor } from './reason.js';

/** Options of a party of a run over a channel. */
export interface RunOptions extends Omit<PartyOptions, 'backend'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /**
   * Keeps the run, which can then be resumed: with the journal opened again, the same list and options, over a channel to
   * the same peer. Takes the place of `random`. It is closed when the run ends, however it ends, and erased after an error
   * that no further try would mend.
   */
  readonly journal?: Journal | undefined;
}

const RUN_NAMES: OptionNames<RunOptions> = { ...PARTY_NAMES, journal: true };

export interface SendOptions extends RunOptions {
  /**
   * Given the result when the run is complete, before its journal is erased and the peer is told. What it throws fails the
   * run, and leaves one with a journal to be resumed.
   */
  readonly onResult?: ((result: SenderResult) => Promise<void>) | undefined;
}

const SEND_NAMES: OptionNames<SendOptions> = { ...RUN_NAMES, onResult: true };

/** What the receiver takes home. */
export interface ReceivedResult extends CardinalityResult, Partial<Omit<IntersectionResult, 'size'>> {
  /** Elements in the sender's set. */
  readonly peerSize: number;
  /**
   * With a journal: whether the sender has said that the run is complete for it. If so, store the result and erase the
   * journal; if not, resume the run later, with the same result, so that the sender comes to its end.
   */
  readonly confirmed?: boolean | undefined;
}

/** What a frame of answers takes besides the answers: its header, and a proof where there is one. */
const FRAME_BYTES = 256;
const SLACK_BYTES = 65_536;

/**
 * Takes part as the sender: the other party learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @throws {VeilmatchError} what the protocol or the channel throws; the run is over then, and nothing is released. With a
 * journal also `argument` for another list or other options than before, and `io`, `bad-file`
 */
export async function send(
  channel: Channel,
  set: SetInput,
  options: SendOptions = {},
): Promise<SenderResult> {
  requireOptions(options, SEND_NAMES);
  const { onResult, ...common } = options;
  const { journal } = common;
  return takePart(channel, set, common, psiSender, async (result) => {
    await onResult?.(result);
    await journal?.erase();
  });
}

/**
 * Takes part as the receiver: learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @returns with `reveal: 'intersection'`, the default, which rows match; with `reveal: 'cardinality'` only how many
 * identifiers are shared
 * @throws {VeilmatchError} as `send` does
 */
export async function receive(
  channel: Channel,
  set: SetInput,
  options: RunOptions = {},
): Promise<ReceivedResult> {
  requireOptions(options, RUN_NAMES);
  const own = toSet(set);
  let confirmed: boolean | undefined;
  const result = await takePart(channel, own, options, psiReceiver, async (_, inbox) => {
    if (options.journal !== undefined) confirmed = await inbox.ended();
  });
  const { size, matched, peerSize } = result;
  const common = { peerSize, ...(confirmed !== undefined && { confirmed }) };
  return matched === undefined ? { size, ...common } : { ...intersectionResult(own, result), ...common };
}

/**
 * The receiver's result from its journal alone, where that holds all answers: for a peer that does not have the run any more,
 * or is not to be reached. Closes the journal.
 * @returns undefined where the run was cut before
 * @throws {VeilmatchError} as `receive` does
 */
export async function recall(
  set: SetInput,
  options: RunOptions & { readonly journal: Journal },
): Promise<ReceivedResult | undefined> {
  requireOptions(options, RUN_NAMES);
  requireObject(options.journal, 'The journal', 'held', 'erase');
  try {
    return await receive(recordedChannel(), set, options);
  } catch (error) {
    if (error instanceof VeilmatchError && error.code === 'disconnected') return undefined;
    throw error;
  }
}

async function takePart<Result>(
  channel: Channel,
  input: SetInput,
  options: RunOptions,
  party: (set: IdentifierSet, options: PartyOptions) => PsiMachine<Result>,
  settle: (result: Result, inbox: Inbox) => Promise<void>,
): Promise<Result> {
  requireObject(channel, 'The channel', 'send', 'close');
  const { journal, ...given } = options;
  const { signal } = given;
  const stop = (): void => void channel.close('aborted');
  try {
    throwIfAborted(signal);
    signal?.addEventListener('abort', stop);
    const set = toSet(input);
    const backend = options.backend ?? (await createBackend());
    try {
      const own = { ...given, backend };
      const machine = party(set, journal === undefined ? own : journaledOptions(own, journal));
      const frames = Math.ceil(set.size / (options.chunkSize ?? DEFAULT_CHUNK_SIZE));
      const capacity = set.size * ELEMENT_BYTES + frames * FRAME_BYTES + SLACK_BYTES;
      if (journal !== undefined) checkTerms(journal.terms, runTerms(machine.role, set, options));
      const inbox = new Inbox(journal === undefined ? channel : journaledChannel(channel, journal), capacity);
      const result = await drive(machine, inbox);
      await settle(result, inbox);
      await journal?.close();
      await channel.close();
      return result;
    } finally {
      if (options.backend === undefined) await backend.dispose();
    }
  } catch (error) {
    // What went wrong first is what is told.
    await (isFinal(error) ? journal?.erase() : journal?.close())?.catch(() => {});
    await channel.close(reasonFor(error));
    throw signal?.aborted ? abortedError(signal) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
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
