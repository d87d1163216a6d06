// SPDX-License-Identifier: Apache-2.0
/**
 * Stands between a socket and the WebSocket library, on Node: what a peer may not send never reaches the library, and of a peer
 * that broke the rules nothing more is read. The library by itself works on whatever has come before anybody can say no, and
 * reads on, for seconds, when a connection is being closed.
 */

import { MAX_MESSAGE_BYTES, WINDOW_FRAMES } from '../../wire/messages.js';
import { type Allowance, ByteMeter } from './byte-meter.js';

type NetSocket = import('node:net').Socket;
type Listener = (bytes: Uint8Array) => void;

/** What a peer that keeps to the window can have under way when this party ends, and something for its signs of life. */
const UNDER_WAY = (WINDOW_FRAMES + 1) * MAX_MESSAGE_BYTES;

export class FrameGate {
  readonly #meter: ByteMeter;
  readonly #told: (() => void)[] = [];
  #socket: NetSocket | undefined;
  #left = Number.POSITIVE_INFINITY;
  #shut = false;

  constructor(allowance: Allowance) {
    this.#meter = new ByteMeter(allowance);
  }

  /** @param socket after its upgrade, with TLS off it; the library has put its listener there for what arrives */
  stand(socket: NetSocket): void {
    this.#socket = socket;
    const [library] = socket.listeners('data') as [Listener];
    const pass = (bytes: Uint8Array): void => {
      // Somebody has set the socket going again: the library does when it is done with what it had.
      if (this.#shut) socket.pause();
      else if (this.#allows(bytes)) library.call(socket, bytes);
      else this.#exceed();
    };
    // It goes by the name of the other, as what once() makes does: the library takes it off when it wants no more.
    socket.removeListener('data', library).on('data', Object.assign(pass, { listener: library }));
    // It does when the peer has said that it ends, and then reads on, for half a minute, what the peer says all the same.
    socket.prependListener('data', () => {
      if (!socket.listeners('data').includes(library)) socket.destroy();
    });
    // What is read and waits, of a socket that stands still, the library would look at when the socket is closed.
    socket.prependListener('close', () => {
      if (this.#shut) socket.read();
    });
  }

  /** From here on another allowance holds. */
  allow(allowance: Allowance): void {
    this.#meter.allow(allowance);
  }

  /** Tells, once, when more has come than may; the gate is shut then. */
  onExcess(tell: () => void): void {
    this.#told.push(tell);
  }

  /** This party has ended: the peer may finish what it had under way. */
  part(): void {
    this.#left = Math.min(this.#left, UNDER_WAY);
  }

  /** Nothing passes any more, and nothing is read but what was being read. */
  shut(): void {
    this.#shut = true;
    this.#socket?.pause();
  }

  /** Shuts, and ends the connection as soon as what was written is sent. */
  hangUp(): void {
    this.shut();
    this.#socket?.destroySoon();
  }

  #allows(bytes: Uint8Array): boolean {
    this.#left -= bytes.length;
    return this.#left >= 0 && this.#meter.take(bytes);
  }

  #exceed(): void {
    this.shut();
    for (const tell of this.#told) tell();
  }
}
