// SPDX-License-Identifier: Apache-2.0
/**
 * Connections that nobody is known behind yet: how many, how long, how much they may say, and what became of them. On Node.
 *
 * Each ends in one of two ways, once: it is let in, or turned away for one reason, whatever else happens to it.
 */

import type { Allowance } from '../channel/byte-meter.js';
import type { FrameGate } from '../channel/frame-gate.js';

/**
 * Why somebody was not let in, for this party's own log: the peer hears less. `silent`: too slow, gone before it was known, or
 * one of too many. `tls`: it ended TLS before it asked for anything; most often it does not trust this server's certificate.
 * `protocol`: what it said is not what this server speaks. `busy`: no place was left, or the server is being closed. `store`:
 * the run could not be kept, or what was kept of it not be read. `not-offered`: known, and asked for what it may not run.
 */
export type TurnedAway =
  | 'host'
  | 'origin'
  | 'path'
  | CredentialFault
  | 'not-offered'
  | 'busy'
  | 'tls'
  | 'silent'
  | 'protocol'
  | 'incompatible'
  | 'unknown-run'
  | 'store';

/**
 * Why what somebody showed was not enough. `no-credentials`: neither a token nor a certificate. `unknown-certificate`: TLS found it
 * good, and no partner has it. `unknown-authority`: nobody who is trusted has signed it. `expired`: over, or not begun.
 * `revocation-list`: one is missing, or over, so that nobody's certificate is taken. `bad-certificate`: anything else that TLS
 * found, such as a server's certificate. `two-partners`: its token is another partner's than its certificate.
 */
export type CredentialFault =
  | 'no-credentials'
  | 'unknown-token'
  | 'unknown-certificate'
  | 'unknown-authority'
  | 'revoked'
  | 'expired'
  | 'revocation-list'
  | 'bad-certificate'
  | 'two-partners';

/** Told of somebody who was turned away. @param certificate - SHA-256 of the key of the one that was shown, in hexadecimal */
type Tell = (reason: TurnedAway, certificate?: string) => void;

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
  readonly #tell: Tell;
  /** Oldest first. */
  readonly #strangers = new Set<Stranger>();
  /** A TLS connection has two sockets: what they have in common, while they are open, is the other end's address and port. */
  readonly #byEnd = new Map<string, Stranger>();
  readonly #bySocket = new WeakMap<object, Stranger>();

  constructor(limits: DoorstepLimits, tell: Tell) {
    this.#limits = limits;
    this.#tell = tell;
  }

  /** Takes a connection in whose first byte is awaited. @param tls - whether TLS is to come first */
  hold(socket: NetSocket, tls = false): Stranger {
    const end = endOf(socket);
    const gone = (): void => {
      this.#strangers.delete(stranger);
      if (this.#byEnd.get(end) === stranger) this.#byEnd.delete(end);
    };
    const stranger = new Stranger(socket, tls, this.#limits.handshakeSeconds, this.#tell, gone);
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
  readonly #tell: Tell;
  readonly #gone: () => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #open = true;
  #widen = (): void => {};
  /** Whether TLS is all that there was so far. */
  #inTls: boolean;

  constructor(socket: NetSocket, tls: boolean, seconds: number, tell: Tell, gone: () => void) {
    this.#socket = socket;
    this.#inTls = tls;
    this.address = networkOf(socket.remoteAddress ?? '');
    this.#tell = tell;
    this.#gone = gone;
    this.#timer = setTimeout(() => this.cut('silent'), seconds * 1000);
    socket.once('close', () => {
      this.vanish();
      this.#leave();
    });
    // What goes wrong on the line ends in `close`.
    socket.on('error', () => {});
  }

  /** Says why, the first time; the connection may be told something yet, and keeps its place and its time until it is closed. */
  turnAway(reason: TurnedAway, certificate?: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#tell(reason, certificate);
  }

  /** Has gone away by itself: with TLS after a first message, and before a request, it has seen this server's certificate. */
  vanish(): void {
    this.turnAway(this.#inTls && this.#socket.bytesRead > 0 ? 'tls' : 'silent');
  }

  /** Has asked for something. */
  asked(): void {
    this.#inTls = false;
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
