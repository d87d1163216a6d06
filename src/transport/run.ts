// SPDX-License-Identifier: Apache-2.0
/** Runs a party of the protocol over a channel. */

import { abortedError, throwIfAborted } from '../errors.js';
import { ELEMENT_BYTES, type GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import { type IdentifierSet, type SetInput, toSet } from '../identifiers/set.js';
import type { PsiMachine } from '../psi/machine.js';
import { DEFAULT_CHUNK_SIZE, type PartyOptions } from '../psi/party.js';
import { psiReceiver } from '../psi/receiver.js';
import { type CardinalityResult, type IntersectionResult, intersectionResult } from '../psi/result.js';
import { psiSender, type SenderResult } from '../psi/sender.js';
import type { Channel } from './channel.js';
import { errorFor, reasonFor } from './reason.js';

/** Options of a party of a run over a channel. */
export interface RunOptions extends Omit<PartyOptions, 'backend'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
}

/** What the receiver takes home. */
export interface ReceivedResult extends CardinalityResult, Partial<Omit<IntersectionResult, 'size'>> {
  /** Elements in the sender's set. */
  readonly peerSize: number;
}

/** What a frame of answers takes besides the answers: its header, and a proof where there is one. */
const FRAME_BYTES = 256;
const SLACK_BYTES = 65_536;

/**
 * Takes part as the sender: the other party learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @throws {VeilmatchError} what the protocol or the channel throws; the run is over then, and nothing is released
 */
export function send(channel: Channel, set: SetInput, options: RunOptions = {}): Promise<SenderResult> {
  return takePart(channel, set, options, psiSender);
}

/**
 * Takes part as the receiver: learns what the two sets share. Closes the channel.
 * @param set an `IdentifierSet`, or strings to compare byte for byte
 * @returns with `reveal: 'intersection'`, the default, which rows match; with `reveal: 'cardinality'` only how many
 * identifiers are shared
 * @throws {VeilmatchError} what the protocol or the channel throws; the run is over then, and nothing is released
 */
export async function receive(
  channel: Channel,
  set: SetInput,
  options: RunOptions = {},
): Promise<ReceivedResult> {
  const own = toSet(set);
  const result = await takePart(channel, own, options, psiReceiver);
  const { size, matched, peerSize } = result;
  return matched === undefined ? { size, peerSize } : { ...intersectionResult(own, result), peerSize };
}

async function takePart<Result>(
  channel: Channel,
  input: SetInput,
  options: RunOptions,
  party: (set: IdentifierSet, options: PartyOptions) => PsiMachine<Result>,
): Promise<Result> {
  const { signal } = options;
  const stop = (): void => void channel.close('aborted');
  try {
    throwIfAborted(signal);
    signal?.addEventListener('abort', stop);
    const set = toSet(input);
    const backend = options.backend ?? (await createBackend());
    try {
      const machine = party(set, { ...options, backend });
      const frames = Math.ceil(set.size / (options.chunkSize ?? DEFAULT_CHUNK_SIZE));
      const capacity = set.size * ELEMENT_BYTES + frames * FRAME_BYTES + SLACK_BYTES;
      const result = await drive(machine, channel, capacity);
      await channel.close();
      return result;
    } finally {
      if (options.backend === undefined) await backend.dispose();
    }
  } catch (error) {
    await channel.close(reasonFor(error));
    throw signal?.aborted ? abortedError(signal) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** @param capacity bytes of frames that are held while this party cannot take them */
async function drive<Result>(
  machine: PsiMachine<Result>,
  channel: Channel,
  capacity: number,
): Promise<Result> {
  const inbox = new Inbox(channel, capacity);
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

  /** One frame more, or the one that is being waited for already. */
  #read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#frames.next().then(({ done, value }) => {
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
