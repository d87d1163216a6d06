// SPDX-License-Identifier: Apache-2.0
/** A link over a WebSocket (RFC 6455), through the interface that browsers have and that `ws` follows on Node. */

import { VeilmatchError } from '../../errors.js';
import type { FrameGate } from './frame-gate.js';
import { type Link, LinkInbox } from './link.js';

/** Negotiated when the connection is made: another program's WebSocket server does not know it. */
export const SUBPROTOCOL = 'veilmatch-psi-v1';

/** How long a peer may take to answer that the connection ends. */
const CLOSING_MS = 3000;

/** The part of the standard's `WebSocket` that is needed here. */
export interface Socket {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: (event: unknown) => void): void;
  /** Only `ws` has it. */
  terminate?(): void;
}

/**
 * @param socket open, or about to be
 * @param gate in front of it, where the platform lets anything stand there
 */
export function socketLink(socket: Socket, gate?: FrameGate): Link {
  const inbox = new LinkInbox();
  let over: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const cut = (): void => {
    gate?.shut();
    if (socket.terminate) socket.terminate();
    else socket.close();
  };
  let told = false;
  const end = (error?: VeilmatchError): void => {
    over();
    if (told) return;
    told = true;
    inbox.end(error);
  };
  let ending = false;
  gate?.onExcess(() => {
    if (ending) cut();
    else inbox.flooded();
  });
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) {
      inbox.message(new Uint8Array(data));
      return;
    }
    cut();
    end(new VeilmatchError('bad-message', 'The peer sent text over the WebSocket: it is another program.'));
  });
  socket.addEventListener('close', () => end());
  // A peer that breaks the standard's rules, or sends more than is allowed: the library has said so, and would read on for half a
  // minute. `close` follows.
  socket.addEventListener('error', cut);
  return {
    write: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
    async end(deaf = false) {
      ending = true;
      socket.close(1000);
      if (deaf) gate?.hangUp();
      else gate?.part();
      const timer = setTimeout(() => {
        cut();
        over();
      }, CLOSING_MS);
      await closed;
      clearTimeout(timer);
    },
    destroy: cut,
    listen: (events) => inbox.listen(events),
  };
}
