// SPDX-License-Identifier: Apache-2.0
/** A link over a WebSocket (RFC 6455), through the interface that browsers have and that `ws` follows on Node. */

import { VeilmatchError } from '../../errors.js';
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

/** @param socket open, or about to be */
export function socketLink(socket: Socket): Link {
  const inbox = new LinkInbox();
  let over: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const cut = (): void => {
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
  // A socket that breaks the standard's rules, or sends more than is allowed; `close` follows.
  socket.addEventListener('error', () => {});
  return {
    write: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
    async end() {
      socket.close(1000);
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
