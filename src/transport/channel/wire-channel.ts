// SPDX-License-Identifier: Apache-2.0
/**
 * A channel over any link: the messages of the wire format, a window of frames each way, signs of life, limits.
 *
 * The window is what bounds memory: a party may send 8 frames that the other one has not taken yet. A peer that sends
 * more breaks the protocol, so no peer can make this party hold more than 8 MiB, on whatever platform.
 */

import { VeilmatchError } from '../../errors.js';
import { MAX_FRAME_BYTES } from '../../psi/run/suite.js';
import {
  type CloseReason,
  decodeMessage,
  encodeMessage,
  type Message,
  WINDOW_FRAMES,
} from '../../wire/messages.js';
import type { Channel, ChannelLimits } from './channel.js';
import { disconnected, type Link } from './link.js';
import { Patience } from './patience.js';
import { errorFor, isBreach, reasonFor } from './reason.js';

/** A party that has sent nothing for so long says that it is there. */
const KEEP_ALIVE_MS = 10_000;
/** The clock of all limits. */
const TICK_MS = 500;

interface Waiter {
  resolve(): void;
  reject(error: VeilmatchError): void;
}

export class WireChannel implements Channel {
  readonly #link: Link;
  readonly #limits: ChannelLimits;
  readonly #inbox: Uint8Array[] = [];
  #reader: Waiter | undefined;
  readonly #writers: Waiter[] = [];
  /** Frames that this party may still send, and those that it has taken without giving credit for them. */
  #credit = WINDOW_FRAMES;
  #taken = 0;
  /** Lengths of the frames that the peer has not taken, oldest first. */
  readonly #underWay: number[] = [];
  #sent = 0;
  #received = 0;
  /** Why nothing more comes: the peer's `complete`, or what went wrong. */
  #ended: 'complete' | VeilmatchError | undefined;
  /** Done when the link has sent what it had to. */
  #gone: Promise<void> | undefined;
  #allowance: number;
  readonly #started = Date.now();
  #lastTick = Date.now();
  #lastHeard = Date.now();
  #lastSent = Date.now();
  readonly #clock: ReturnType<typeof setInterval>;
  readonly #patience: Patience;
  /** Until when the peer's first frame has to be there, which is not there yet. */
  #firstFrameBy: number;

  /**
   * @param firstFrameSeconds in which the peer has to send a frame, whether this party waits for one or not. Default: no such
   * limit
   */
  constructor(link: Link, limits: ChannelLimits, firstFrameSeconds: number = Number.POSITIVE_INFINITY) {
    this.#link = link;
    this.#limits = limits;
    this.#patience = new Patience(limits.progressSeconds);
    this.#firstFrameBy = this.#started + firstFrameSeconds * 1000;
    this.#allowance = 2 * limits.messagesPerSecond;
    this.#clock = setInterval(() => this.#tick(), TICK_MS);
    link.listen({
      message: (bytes) => this.#hear(bytes),
      end: (error) => this.#end(error ?? disconnected('The connection was cut before the run was complete.')),
      flooded: () => {
        if (this.#ended === undefined) this.#leave('rate', tooFast());
      },
    });
  }

  get traffic(): { readonly sent: number; readonly received: number } {
    return { sent: this.#sent, received: this.#received };
  }

  async send(frame: Uint8Array): Promise<void> {
    if (frame.length < 1 || frame.length > MAX_FRAME_BYTES) {
      throw new VeilmatchError(
        'argument',
        `A frame has from 1 to ${MAX_FRAME_BYTES} bytes; this one has ${frame.length}.`,
      );
    }
    this.#checkOpen();
    while (this.#credit === 0) await this.#turn();
    this.#credit--;
    this.#underWay.push(frame.length);
    this.#write({ type: 'frame', frame });
    if (this.#credit > 0) this.#writers.shift()?.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next() };
  }

  async close(reason: CloseReason = 'complete'): Promise<void> {
    if (this.#ended === undefined) this.#leave(reason, disconnected('This party has closed the channel.'));
    await this.#gone;
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#reader !== undefined) {
      throw new VeilmatchError('argument', 'The channel is being read already: it has one reader.');
    }
    if (this.#inbox.length === 0 && this.#ended === undefined) {
      await new Promise<void>((resolve, reject) => {
        this.#reader = { resolve, reject };
      }).finally(() => {
        this.#reader = undefined;
      });
    }
    const frame = this.#inbox.shift();
    if (frame !== undefined) {
      this.#giveCredit();
      return { done: false, value: frame };
    }
    if (this.#ended !== 'complete') throw this.#ended;
    return { done: true, value: undefined };
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => this.#writers.push({ resolve, reject }));
  }

  #checkOpen(): void {
    if (this.#ended !== undefined) throw this.#ended === 'complete' ? errorFor('complete') : this.#ended;
  }

  #giveCredit(): void {
    this.#taken++;
    if (this.#taken < WINDOW_FRAMES / 2 || this.#ended !== undefined) return;
    this.#write({ type: 'credit', frames: this.#taken });
    this.#taken = 0;
  }

  #write(message: Message): void {
    const bytes = encodeMessage(message);
    this.#sent += bytes.length;
    this.#lastSent = Date.now();
    this.#link.write(bytes);
  }

  #hear(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    this.#lastHeard = Date.now();
    this.#received += bytes.length;
    try {
      if (--this.#allowance < 0) {
        this.#leave('rate', tooFast());
        return;
      }
      this.#take(decodeMessage(bytes));
    } catch (error) {
      this.#leave(reasonFor(error), error as VeilmatchError);
    }
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'frame':
        if (this.#inbox.length + this.#taken >= WINDOW_FRAMES) {
          throw new VeilmatchError(
            'bad-message',
            `The peer sent more than the ${WINDOW_FRAMES} frames that it may have under way.`,
          );
        }
        this.#firstFrameBy = Number.POSITIVE_INFINITY;
        this.#patience.earn(message.frame.length);
        this.#inbox.push(message.frame);
        this.#reader?.resolve();
        return;
      case 'credit':
        this.#credit += message.frames;
        if (this.#credit > WINDOW_FRAMES) {
          throw new VeilmatchError('bad-message', 'The peer gave credit for frames that it was not sent.');
        }
        for (const length of this.#underWay.splice(0, message.frames)) this.#patience.earn(length);
        this.#writers.shift()?.resolve();
        return;
      case 'keepAlive':
        return;
      case 'close':
        this.#end(message.reason === 'complete' ? 'complete' : errorFor(message.reason));
        this.#gone = this.#link.end();
        return;
      default:
        throw new VeilmatchError(
          'unexpected-message',
          `The peer sent '${message.type}' after the beginning.`,
        );
    }
  }

  #tick(): void {
    const now = Date.now();
    const elapsed = now - this.#lastTick;
    // Where this thread was busy, what came in the meantime has not been looked at yet.
    const busy = Math.max(0, elapsed - 2 * TICK_MS);
    this.#lastHeard += busy;
    this.#firstFrameBy += busy;
    if (this.#reader !== undefined || this.#writers.length > 0) this.#patience.wait(elapsed - busy);
    const { idleSeconds, progressSeconds, totalSeconds, messagesPerSecond } = this.#limits;
    const earned = (messagesPerSecond * elapsed) / 1000;
    this.#allowance = Math.min(2 * messagesPerSecond, this.#allowance + earned);
    this.#lastTick = now;
    if (now - this.#lastHeard > idleSeconds * 1000) {
      this.#leave('timeout', timeout(`The peer was silent for ${idleSeconds} seconds.`));
    } else if (now > this.#firstFrameBy) {
      this.#leave('timeout', timeout('The peer was let in, and did not begin the run in its time.'));
    } else if (this.#patience.over) {
      this.#leave('timeout', timeout(`The run made no progress in ${progressSeconds} seconds of waiting.`));
    } else if (now - this.#started > totalSeconds * 1000) {
      this.#leave('timeout', timeout(`The run was not complete after ${totalSeconds} seconds.`));
    } else if (now - this.#lastSent > KEEP_ALIVE_MS) {
      this.#write({ type: 'keepAlive' });
    }
  }

  /** Ends the channel from this side. */
  #leave(reason: CloseReason, error: VeilmatchError): void {
    this.#write({ type: 'close', reason });
    this.#end(error);
    this.#gone = this.#link.end(isBreach(reason));
  }

  #end(how: 'complete' | VeilmatchError): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    clearInterval(this.#clock);
    // What has arrived is read to the end first; who waits has nothing to read.
    if (how === 'complete') this.#reader?.resolve();
    else this.#reader?.reject(how);
    const error = how === 'complete' ? errorFor('complete') : how;
    for (const writer of this.#writers.splice(0)) writer.reject(error);
  }
}

function tooFast(): VeilmatchError {
  return new VeilmatchError('denied', 'The peer sent messages too fast.');
}

function timeout(message: string): VeilmatchError {
  return new VeilmatchError('timeout', message);
}
