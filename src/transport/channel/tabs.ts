// SPDX-License-Identifier: Apache-2.0
/**
 * A channel between two tabs of one browser, or two threads of one process: a BroadcastChannel that both open under one
 * name. Nothing of it reaches a network.
 *
 * **Every page of the same origin can take part, and can read along** what somebody on an unencrypted line would see:
 * whoever serves the origin is trusted, as by everything else that runs there.
 */

import { abortedError, throwIfAborted } from '../../abort.js';
import { requireOptions, requireSignal, requireText } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { secureRandom } from '../../random.js';
import { MAX_MESSAGE_BYTES } from '../../wire/messages.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS, limitsOf } from './channel.js';
import { type Link, LinkInbox } from './link.js';
import { WireChannel } from './wire-channel.js';

/** How an end of a broadcast waits, and what limits its channel. */
export interface BroadcastOptions {
  /** Ends the waiting for the other end; a channel that was opened goes on. */
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<ChannelLimits> | undefined;
}

/**
 * Waits for another end of this name, in whatever order the two come. A tab that is closed without closing its channel
 * is noticed by its silence alone.
 * @param name the same at both ends, and of no other two
 * @throws {VeilmatchError} `aborted`; `denied` when two others use the name; `unsupported` where there is no
 * BroadcastChannel
 * @example
 * ```ts
 * import { broadcastChannel, receive, send } from 'veilmatch/transport';
 *
 * const [a, b] = await Promise.all([broadcastChannel('of an example'), broadcastChannel('of an example')]);
 * const [, shared] = await Promise.all([send(a, ['ada', 'grace']), receive(b, ['grace'])]);
 * console.log(shared.matches); // → [ 0 ]
 * ```
 */
export async function broadcastChannel(name: string, options: BroadcastOptions = {}): Promise<Channel> {
  requireText(name, 'The name');
  requireOptions(options);
  const { signal } = options;
  requireSignal(signal);
  const limits = limitsOf(DEFAULT_LIMITS, options.limits);
  throwIfAborted(signal);
  if (typeof BroadcastChannel === 'undefined') {
    throw new VeilmatchError('unsupported', 'This platform has no BroadcastChannel.');
  }
  let stop = (): void => {};
  const link = await new Promise<Link>((resolve, reject) => {
    const seeking = new BroadcastLink(`veilmatch ${name}`, (error) =>
      error === undefined ? resolve(seeking) : reject(error),
    );
    stop = () => seeking.giveUp(abortedError(signal));
    signal?.addEventListener('abort', stop, { once: true });
  }).finally(() => signal?.removeEventListener('abort', stop));
  return new WireChannel(link, limits);
}

/**
 * What travels. Whoever is there says so (`here`). Of two that hear each other, the one with the lower id makes the offer,
 * and the other one takes it: so no two offers cross. A third one is told that it is `busy` here.
 */
interface Parcel {
  readonly type: 'here' | 'offer' | 'taken' | 'busy' | 'data' | 'end';
  readonly from: string;
  /** Absent in what is for everybody. */
  readonly to?: string;
  readonly message?: Uint8Array;
}

class BroadcastLink implements Link {
  readonly #settle: (error?: VeilmatchError) => void;
  readonly #inbox = new LinkInbox();
  readonly #carrier: BroadcastChannel;
  readonly #id = bytesToHex(secureRandom(16));
  #peer: string | undefined;
  /** Those who have not answered an offer of this one. */
  readonly #asked = new Set<string>();
  #over = false;

  /** @param settle - is called when the other end is known, or with the reason why there is none */
  constructor(name: string, settle: (error?: VeilmatchError) => void) {
    this.#settle = settle;
    this.#carrier = new BroadcastChannel(name);
    this.#carrier.onmessage = ({ data }: { readonly data: unknown }) => {
      if (!this.#over && isParcel(data, this.#id)) this.#take(data);
    };
    this.#post({ type: 'here' });
  }

  write(message: Uint8Array): void {
    // A view would be cloned with all that lies around it.
    const whole = message.byteLength === message.buffer.byteLength ? message : message.slice();
    if (!this.#over) this.#post({ type: 'data', to: this.#peer!, message: whole });
  }

  async end(): Promise<void> {
    if (!this.#over) this.#close();
  }

  destroy(): void {
    void this.end();
  }

  listen(events: Parameters<LinkInbox['listen']>[0]): void {
    this.#inbox.listen(events);
  }

  /** Waits for nobody any more. */
  giveUp(error: VeilmatchError): void {
    if (this.#peer !== undefined || this.#over) return;
    this.#close();
    this.#settle(error);
  }

  #take({ type, from, message }: Parcel): void {
    if (from === this.#peer) {
      if (type === 'data' && message !== undefined) this.#inbox.message(message);
      if (type !== 'end') return;
      this.#close();
      this.#inbox.end();
    } else if (this.#peer !== undefined) {
      // Somebody who believes to have found this one has to be told otherwise, as has one who only asks.
      if (type === 'taken') this.#post({ type: 'end', to: from });
      if (type === 'here' || type === 'offer') this.#post({ type: 'busy', to: from });
    } else if (type === 'here') {
      if (this.#id < from) this.#asked.add(from);
      this.#post(this.#asked.has(from) ? { type: 'offer', to: from } : { type: 'here' });
    } else if (type === 'offer') {
      this.#pair(from);
      this.#post({ type: 'taken', to: from });
    } else if (type === 'taken') {
      this.#pair(from);
    } else if (type === 'busy') {
      this.#asked.delete(from);
      if (this.#asked.size > 0) return;
      this.giveUp(new VeilmatchError('denied', 'Two others use this name already. Take another one.'));
    }
  }

  #pair(peer: string): void {
    this.#peer = peer;
    this.#settle();
  }

  #post(parcel: Omit<Parcel, 'from'>): void {
    this.#carrier.postMessage({ from: this.#id, ...parcel } satisfies Parcel);
  }

  /** Told to everybody: an offer may still be under way to one who will take it. */
  #close(): void {
    this.#over = true;
    this.#post({ type: 'end' });
    this.#carrier.close();
  }
}

/** Whether this is a message for this end; any page of the origin may post what it likes. */
function isParcel(data: unknown, id: string): data is Parcel {
  if (typeof data !== 'object' || data === null) return false;
  const { type, from, to, message } = data as Partial<Parcel>;
  if (typeof type !== 'string' || typeof from !== 'string' || (to !== undefined && to !== id)) return false;
  return message === undefined || (message instanceof Uint8Array && message.length <= MAX_MESSAGE_BYTES);
}
