// SPDX-License-Identifier: Apache-2.0
/** What a run of the protocol needs of whatever lies between two parties. */

import { requireOptions } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { CloseReason, Held } from '../../wire/messages.js';

/**
 * Carries frames of the protocol, opaque bytes with their boundaries, both ways and in order. Neither direction holds
 * more than a few of them: a party that does not take frames makes the other one wait.
 */
export interface Channel extends AsyncIterable<Uint8Array> {
  /** Bytes of all messages so far, without what the carrier adds. */
  readonly traffic: { readonly sent: number; readonly received: number };
  /** Where the peer keeps its part of the run: what it has of this party's frames. */
  readonly peerHolds?: Held | undefined;
  /**
   * Hands a frame over, and resolves when there was room for it.
   * @param frame from 1 to 1,048,576 bytes; must not be changed before the promise resolves
   * @throws {VeilmatchError} `argument` for another length; `disconnected`, `denied`, `timeout`, `incompatible-peer` or
   * `bad-message` once the channel has ended
   */
  send(frame: Uint8Array): Promise<void>;
  /**
   * The peer's frames, for one reader. Ends when the peer says that the run is complete.
   * @throws {VeilmatchError} as `send` does
   */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined>;
  /**
   * Tells the peer that the channel ends and why, and ends it. Calling it again, or after the peer did, does nothing.
   * @param reason default `complete`
   */
  close(reason?: CloseReason): Promise<void>;
}

/** Who is at the other end of a channel that was listened for. */
export interface Peer {
  /** `partner:` and its name: what budgets and stored runs hold for, whichever token or certificate it shows. */
  readonly id: string;
  /** What the list of partners calls it. */
  readonly name: string;
}

/** What a channel bears of its peer. */
export interface ChannelLimits {
  /** Silence after which the peer is held to be gone. Default 60; a party that computes gives a sign every 10. */
  readonly idleSeconds: number;
  /**
   * How long this party waits while the peer neither sends a frame nor takes one; a sign of life does not count. Frames give the
   * time back in proportion to their length, a full one all of it. Default 3,600: a party may compute on a large list that long.
   */
  readonly progressSeconds: number;
  /** What a whole run may take. Default 21,600, six hours. */
  readonly totalSeconds: number;
  /**
   * Messages that the peer may send on average; twice as many in one second. Over a WebSocket on Node so many frames of less than
   * 1,024 bytes, which pings, pongs and pieces of messages are as well. Default 1,000.
   */
  readonly messagesPerSecond: number;
}

export const DEFAULT_LIMITS: ChannelLimits = {
  idleSeconds: 60,
  progressSeconds: 3600,
  totalSeconds: 21_600,
  messagesPerSecond: 1000,
};

/**
 * Limits that a caller gives some of; of the others those that are usual.
 * @throws {VeilmatchError} `argument` for a limit that there is not, or that nothing could reach
 */
export function limitsOf<Limits extends object>(usual: Limits, given: Partial<Limits> = {}): Limits {
  requireOptions(given, Object.fromEntries(Object.keys(usual).map((name) => [name, true])));
  const said = Object.entries<unknown>(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of said) {
    if (typeof value === 'number' && value >= 0) continue;
    throw new VeilmatchError('argument', `The limit ${name} must be a number from 0.`);
  }
  return { ...usual, ...Object.fromEntries(said) };
}
