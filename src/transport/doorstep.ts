// SPDX-License-Identifier: Apache-2.0
/**
 * Connections that nobody is known behind yet: how many, how long, how much they may say, and what became of them. On Node.
 *
 * Each ends in one of two ways, once: it is let in, or turned away for one reason, whatever else happens to it.
 */

import type { Allowance } from './byte-meter.js';
import type { FrameGate } from './frame-gate.js';

/**
 * Why somebody was not let in. `silent`: too slow, gone before it was known, or one of too many. `protocol`: what it said is
 * not what this server speaks. `busy`: no place was left, or the server is being closed. `store`: the run could not be kept,
 * or what was kept of it not be read.
 */
export type TurnedAway =
  | 'host'
  | 'origin'
  | 'path'
  | 'credentials'
  | 'busy'
  | 'silent'
  | 'protocol'
  | 'incompatible'
  | 'unknown-run'
  | 'store';

/** What strangers may have of this process. */
export interface DoorstepLimits {
  /** Connections that have not authenticated; one more, and the oldest has to go. Default 128. */
  readonly pending: number;
  /** The same, of one address (of IPv6 the first 64 bits); one more, and its own oldest has to go. Default 32. */
  readonly pendingPerAddress: number;
  /** From the first byte to the token. Default 10. */
  readonly handshakeSeconds: number;
}

type NetSocket = import('node:net').Socket;

export class Doorstep {
  readonly #limits: DoorstepLimits;
  readonly #tell: (reason: TurnedAway) => void;
  /** Oldest first. */
  readonly #strangers = new Set<Stranger>();
  /** A TLS connection has two sockets: what they have in common, while they are open, is the other end's address and port. */
  readonly #byEnd = new Map<string, Stranger>();
  readonly #bySocket = new WeakMap<object, Stranger>();

  constructor(limits: DoorstepLimits, tell: (reason: TurnedAway) => void) {
    this.#limits = limits;
    this.#tell = tell;
  }

  /** Takes a connection in whose first byte is awaited. */
  hold(socket: NetSocket): Stranger {
    const end = endOf(socket);
    const gone = (): void => {
      this.#strangers.delete(stranger);
      if (this.#byEnd.get(end) === stranger) this.#byEnd.delete(end);
    };
    const stranger = new Stranger(socket, this.#limits.handshakeSeconds, this.#tell, gone);
    this.#strangers.add(stranger);
    this.#byEnd.set(end, stranger);
    this.#bySocket.set(socket, stranger);
    this.#makeRoom(stranger);
    return stranger;
  }

  /** Whose socket this is, raw or with TLS over it. */
  of(socket: NetSocket): Stranger | undefined {
    const known = this.#bySocket.get(socket) ?? this.#byEnd.get(endOf(socket));
    if (known !== undefined) this.#bySocket.set(socket, known);
    return known;
  }

  /** Turns all away: the server is being closed. */
  close(): void {
    for (const stranger of [...this.#strangers]) stranger.cut('busy');
  }

  #makeRoom({ address }: Stranger): void {
    const { pending, pendingPerAddress } = this.#limits;
    const same = [...this.#strangers].filter((stranger) => stranger.address === address);
    if (same.length > pendingPerAddress) same[0]!.cut('silent');
    const [oldest] = this.#strangers;
    if (this.#strangers.size > pending) oldest?.cut('silent');
  }
}

/** One connection, until it is let in or has ended. */
export class Stranger {
  readonly address: string;
  readonly #socket: NetSocket;
  readonly #tell: (reason: TurnedAway) => void;
  readonly #gone: () => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #open = true;
  #widen = (): void => {};

  constructor(socket: NetSocket, seconds: number, tell: (reason: TurnedAway) => void, gone: () => void) {
    this.#socket = socket;
    this.address = networkOf(socket.remoteAddress ?? '');
    this.#tell = tell;
    this.#gone = gone;
    this.#timer = setTimeout(() => this.cut('silent'), seconds * 1000);
    socket.once('close', () => {
      this.turnAway('silent');
      this.#leave();
    });
    // What goes wrong on the line ends in `close`.
    socket.on('error', () => {});
  }

  /** Says why, the first time; the connection may be told something yet, and keeps its place and its time until it is closed. */
  turnAway(reason: TurnedAway): void {
    if (!this.#open) return;
    this.#open = false;
    this.#tell(reason);
  }

  /** Turns away and ends at once. */
  cut(reason: TurnedAway): void {
    this.turnAway(reason);
    this.#leave();
    this.#socket.destroy();
  }

  /** Lets in, unless it was turned away before. What limits it from now on is what a peer may send that is known. */
  letIn(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#widen();
    this.#leave();
    return true;
  }

  /**
   * Turns away whoever sends more than the gate lets through.
   * @param known - what the peer may send once it is let in
   */
  measure(gate: FrameGate, known: Allowance): void {
    gate.onExcess(() => this.turnAway('protocol'));
    this.#widen = () => gate.allow(known);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#gone();
  }
}

function endOf({ remoteAddress, remotePort }: NetSocket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** What one customer of a network operator has: an address, or of IPv6 its first 64 bits. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array<string>(missing).fill('0')].slice(0, 4).join(':');
}
