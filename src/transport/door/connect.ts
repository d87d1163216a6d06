// SPDX-License-Identifier: Apache-2.0
/** Connects to a party that listens: with `ws` on Node, with the platform's own WebSocket elsewhere. */

import { throwIfAborted } from '../../abort.js';
import {
  type OptionNames,
  requireNumber,
  requireObject,
  requireOptions,
  requireSignal,
  requireText,
} from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { Role } from '../../psi/run/suite.js';
import { encodeMessage } from '../../wire/messages.js';
import { checkAccept, openMessage } from '../../wire/negotiate.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS, limitsOf } from '../channel/channel.js';
import type { FrameGate } from '../channel/frame-gate.js';
import { firstMessage } from '../channel/handshake.js';
import type { Link } from '../channel/link.js';
import { type Socket, SUBPROTOCOL, socketLink } from '../channel/socket.js';
import { WireChannel } from '../channel/wire-channel.js';
import { type Journal, NOTHING_HELD } from '../resume/journal.js';
import { checkedUrl } from './address.js';
import { connectFailure } from './connect-failure.js';
import { isSignedToken, isToken } from './tokens.js';

/** A channel to a party that listens. */
export interface ConnectedChannel extends Channel {
  /** The same at both ends, for their logs. */
  readonly runId: string;
  /** What that party offers to run, where it says. */
  readonly mode: number | undefined;
  /** Which party of the run it is; `sender` where it does not say. */
  readonly peerRole: Role;
}

/** Certificates and keys in PEM. */
export interface ClientTls {
  /** Authorities to trust in place of the platform's. */
  readonly ca?: string | undefined;
  /** This party's certificate, for a peer that asks for one, and its key. */
  readonly cert?: string | undefined;
  /** The key of `cert`. */
  readonly key?: string | undefined;
}

/** How to connect. */
export interface ConnectOptions {
  /**
   * The token that the peer issued, or a JSON Web Token of a service that it trusts; left out by a party that shows a certificate.
   */
  readonly token?: string | undefined;
  /** Only on Node: a browser has its own certificates. */
  readonly tls?: ClientTls | undefined;
  /**
   * Asks the peer to keep its part of the run, so that it can be resumed. It does where the channel has `peerHolds`; make a
   * journal of its `runId` then.
   */
  readonly keep?: boolean | undefined;
  /** A run to go on with: its journal. */
  readonly resume?: Pick<Journal, 'runId' | 'held'> | undefined;
  /** For making the connection and for the peer's first answer. Default 15. */
  readonly connectSeconds?: number | undefined;
  /** Default: those of `ChannelLimits`. */
  readonly limits?: Partial<ChannelLimits> | undefined;
  /** Gives the attempt up, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

const NAMES: OptionNames<ConnectOptions> = {
  ...{ token: true, tls: true, keep: true, resume: true, connectSeconds: true, limits: true },
  signal: true,
};

/**
 * Connects to a party that listens.
 * @param url `wss://host:port`; `ws://` only for this machine
 * @throws {VeilmatchError} `argument`; `disconnected` when no connection comes about; `denied`, `incompatible-peer`,
 * `timeout`; `unknown-run` for a run to be resumed that the peer does not have; `unsupported` for certificates where the platform takes none
 * @example
 * ```ts
 * import { connect, createToken, hashToken, listen, receive, send } from 'veilmatch/transport';
 *
 * const token = createToken();
 * const listener = await listen({ partners: [{ name: 'acme', tokens: [hashToken(token)] }] });
 * const answering = (async () => {
 *   for await (const channel of listener) return send(channel, ['ada', 'grace']);
 * })();
 * const channel = await connect(`ws://127.0.0.1:${listener.port}`, { token });
 * console.log((await receive(channel, ['grace'])).matches); // → [ 0 ]
 * await answering;
 * await listener.close();
 * ```
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<ConnectedChannel> {
  requireText(url, 'The address');
  requireOptions(options, NAMES);
  requireSignal(options.signal);
  const { token = '', keep = false, resume, connectSeconds = 15, signal, tls } = options;
  requireText(token, 'The token');
  requireNumber(connectSeconds, 'The seconds for connecting');
  if (resume !== undefined) requireObject(resume, 'The run to go on with', 'runId', 'held');
  if (tls !== undefined) requireObject(tls, 'The option tls');
  const limits = limitsOf(DEFAULT_LIMITS, options.limits);
  const address = checkedUrl(url);
  if (token !== '' && !isToken(token) && !isSignedToken(token)) {
    throw new VeilmatchError(
      'argument',
      'The token is none: it must be "vmt_" and 43 letters, digits, - or _; or a JSON Web Token of at most 3,500 characters.',
    );
  }
  throwIfAborted(signal);
  const link = await openLink(address, { ...options, limits }, connectSeconds);
  try {
    const held = resume?.held ?? (keep ? NOTHING_HELD : undefined);
    link.write(encodeMessage(openMessage(token, { runId: resume?.runId, held })));
    return await firstMessage(link, connectSeconds, (message) => {
      if (message.type !== 'accept') {
        throw new VeilmatchError('unexpected-message', `The peer began with '${message.type}'.`);
      }
      checkAccept(message);
      if (resume !== undefined && (message.held === undefined || message.runId !== resume.runId)) {
        throw new VeilmatchError(
          'incompatible-peer',
          'The peer does not go on with the run: its version cannot resume one.',
        );
      }
      const channel = new WireChannel(link, limits);
      const mode = message.mode === 0 ? undefined : message.mode;
      const peerRole: Role = message.asks ? 'receiver' : 'sender';
      return Object.assign(channel, { runId: message.runId, mode, peerRole, peerHolds: message.held });
    });
  } catch (error) {
    link.destroy();
    throw error;
  }
}

/** With all limits that hold. */
type Limited = ConnectOptions & { readonly limits: ChannelLimits };

async function openLink(url: URL, options: Limited, seconds: number): Promise<Link> {
  const [socket, gate] = await newSocket(url, options);
  const link = socketLink(socket, gate);
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: VeilmatchError): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (error === undefined) {
        resolve();
      } else {
        link.destroy();
        reject(error);
      }
    };
    const timer = setTimeout(
      () => settle(new VeilmatchError('timeout', `${url.host} did not answer within ${seconds} seconds.`)),
      seconds * 1000,
    );
    const abort = (): void =>
      settle(new VeilmatchError('aborted', 'Stopped before the connection was made.'));
    options.signal?.addEventListener('abort', abort);
    socket.addEventListener('open', () => settle());
    socket.addEventListener('error', (event) => settle(connectFailure(url, event)));
    socket.addEventListener('close', () => settle(connectFailure(url, undefined)));
  });
  return link;
}

async function newSocket(url: URL, { tls, limits }: Limited): Promise<[Socket, FrameGate?]> {
  if (isNode()) {
    const { WebSocket, SOCKET_LIMITS } = await import('../channel/ws.js');
    const { FrameGate } = await import('../channel/frame-gate.js');
    const { ASecond } = await import('../channel/byte-meter.js');
    const { ca, cert, key } = tls ?? {};
    const socket = new WebSocket(url, SUBPROTOCOL, {
      ...SOCKET_LIMITS,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert, key }),
      // Said, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment is Node's default for what is not: the token would go to
      // whoever answers. The name in the certificate is checked by the platform, and no option here changes that.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      followRedirects: false,
    });
    const gate = new FrameGate(new ASecond(limits.messagesPerSecond));
    socket.once('upgrade', (response) => socket.once('open', () => gate.stand(response.socket)));
    return [socket as unknown as Socket, gate];
  }
  if (tls !== undefined) {
    throw new VeilmatchError(
      'unsupported',
      'Certificates can be given on Node only; here the platform has its own.',
    );
  }
  return [new WebSocket(url, SUBPROTOCOL) as unknown as Socket];
}

/** Node itself: Deno and Bun answer to its name, and have a WebSocket of their own. */
function isNode(): boolean {
  const { process, Deno } = globalThis as { process?: NodeJS.Process; Deno?: unknown };
  return process?.versions?.node !== undefined && process.versions.bun === undefined && Deno === undefined;
}
