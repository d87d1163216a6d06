// SPDX-License-Identifier: Apache-2.0
/** Two parties in one process: for tests, and for trying a run out. */

import { nextTurn } from '../../workers/turn.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS, limitsOf } from './channel.js';
import { type Link, LinkInbox } from './link.js';
import { WireChannel } from './wire-channel.js';

class MemoryLink implements Link {
  readonly inbox: LinkInbox = new LinkInbox();
  other: MemoryLink | undefined;
  #delivered: Promise<void> = Promise.resolve();

  write(message: Uint8Array): void {
    const { other } = this;
    this.#deliver(() => other?.inbox.message(message));
  }

  async end(): Promise<void> {
    const { other } = this;
    this.other = undefined;
    this.#deliver(() => {
      if (other?.other === undefined) return;
      other.other = undefined;
      other.inbox.end();
    });
  }

  /** In the event loop's next turn, as a network would: timers and signals are heard in between. */
  #deliver(what: () => void): void {
    this.#delivered = this.#delivered.then(nextTurn).then(what);
  }

  destroy(): void {
    void this.end();
  }

  listen(events: Parameters<LinkInbox['listen']>[0]): void {
    this.inbox.listen(events);
  }
}

/** Two ends of one link. */
function memoryLinks(): [Link, Link] {
  const [a, b] = [new MemoryLink(), new MemoryLink()];
  a.other = b;
  b.other = a;
  return [a, b];
}

/**
 * Two ends of one channel.
 * @example
 * ```ts
 * import { memoryChannels, receive, send } from 'veilmatch/transport';
 *
 * const [a, b] = memoryChannels();
 * const [, shared] = await Promise.all([send(a, ['ada', 'grace']), receive(b, ['grace'])]);
 * console.log(shared.matches); // → [ 0 ]
 * ```
 */
export function memoryChannels(limits: Partial<ChannelLimits> = {}): [Channel, Channel] {
  const [a, b] = memoryLinks();
  const all = limitsOf(DEFAULT_LIMITS, limits);
  return [new WireChannel(a, all), new WireChannel(b, all)];
}
