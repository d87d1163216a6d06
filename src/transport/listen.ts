// SPDX-License-Identifier: Apache-2.0
/**
 * Waits for parties that connect over WebSocket, on Node. Nothing is yielded that is not authenticated, and nobody who is
 * not has more than a few kilobytes and a few seconds of this process.
 */

import { requireOptions } from '../arguments.js';
import { bytesToHex } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { MODE, type Mode } from '../psi/suite.js';
import { secureRandom } from '../random.js';
import { type CloseReason, encodeMessage, MAX_MESSAGE_BYTES, type OpenMessage } from '../wire/messages.js';
import { acceptMessage } from '../wire/negotiate.js';
import {
  type AdmissionOptions,
  checkAdmission,
  hostAllowed,
  identify,
  originAllowed,
  type ServerTls,
} from './admission.js';
import { type AcceptedChannel, type ChannelLimits, DEFAULT_LIMITS, type Peer } from './channel.js';
import { firstMessage, refuse } from './handshake.js';
import type { Journal } from './journal.js';
import type { Link } from './link.js';
import { errorFor, reasonFor } from './reason.js';
import type { RunStore } from './run-store.js';
import { type Socket, SUBPROTOCOL, socketLink } from './socket.js';
import { systemReason } from './system-reason.js';
import type { KnownToken } from './tokens.js';
import { WireChannel } from './wire-channel.js';

/** What a listener bears of all its peers. */
export interface ListenLimits extends ChannelLimits {
  /** Channels at once. Default 16. */
  readonly channels: number;
  /** Channels at once of one peer. Default 2. */
  readonly channelsPerPeer: number;
  /** Connections that have not authenticated; one more, and the oldest has to go. Default 128. */
  readonly pending: number;
  /** From the first byte to the token. Default 10. */
  readonly handshakeSeconds: number;
}

/**
 * Why somebody was not let in. `silent`: too slow, gone before it said anything, or the oldest of too many. `store`: the run
 * could not be kept, or what was kept of it not be read.
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

/** What happens at the door. Holds no address, token or certificate. */
export type ListenEvent =
  | { readonly type: 'accepted'; readonly runId: string; readonly peer: Peer; readonly resumed: boolean }
  | { readonly type: 'closed'; readonly runId: string; readonly peer: Peer }
  | { readonly type: 'turned-away'; readonly reason: TurnedAway };

/** Where to listen, and to whom. */
export interface ListenOptions {
  /** Default `127.0.0.1`. Others need TLS. */
  readonly host?: string | undefined;
  /** Default 0: one that is free. */
  readonly port?: number | undefined;
  /** The server's certificate; needed off this machine. */
  readonly tls?: ServerTls | undefined;
  /** Who may connect without a certificate. */
  readonly tokens?: readonly KnownToken[] | undefined;
  /** Web pages that may connect, as `https://example.com`. Default: none. */
  readonly origins?: readonly string[] | undefined;
  /** Names of this server besides `host` and those in its certificate. */
  readonly hosts?: readonly string[] | undefined;
  /** What connecting parties are told will be revealed. */
  readonly reveal?: Mode | undefined;
  /** Where runs are kept whose peer keeps them, too. Default: none is, and none can be resumed. */
  readonly runs?: RunStore | undefined;
  /** Default: those that `ListenLimits` and `ChannelLimits` state. */
  readonly limits?: Partial<ListenLimits> | undefined;
  /** Closes the listener. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens at the door, for a log. */
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
}

/** Yields a channel for each party that is known. Several may be open at once. */
export interface Listener extends AsyncIterable<AcceptedChannel> {
  /** The port that was taken. */
  readonly port: number;
  /** Stops listening; channels that are open end with reason `aborted`. */
  close(): Promise<void>;
}

const LISTEN_LIMITS: ListenLimits = {
  ...DEFAULT_LIMITS,
  channels: 16,
  channelsPerPeer: 2,
  pending: 128,
  handshakeSeconds: 10,
};

/**
 * Starts to listen.
 * @throws {VeilmatchError} `argument` where it would not be safe; `io` when the port cannot be had; `unsupported` off Node
 */
export async function listen(options: ListenOptions = {}): Promise<Listener> {
  requireOptions(options);
  if (globalThis.process?.getBuiltinModule === undefined) {
    throw new VeilmatchError('unsupported', 'Only Node can listen. A browser connects to a party that does.');
  }
  const { host = '127.0.0.1', port = 0, tls, tokens = [], origins = [], hosts = [] } = options;
  const admission: AdmissionOptions = { host, tls, tokens, origins, hosts };
  checkAdmission(admission);
  const server = new Server(admission, options, { ...LISTEN_LIMITS, ...options.limits });
  await server.start(host, port);
  return server;
}

type HttpServer = import('node:http').Server;
type NetSocket = import('node:net').Socket;
type Request = import('node:http').IncomingMessage;
type Accepted = WireChannel & AcceptedChannel;

class Server implements Listener {
  readonly #admission: AdmissionOptions;
  readonly #options: ListenOptions;
  readonly #limits: ListenLimits;
  readonly #http: HttpServer;
  /** Connections that nobody is known behind, oldest first, by what identifies the raw and the TLS socket alike. */
  readonly #pending = new Map<string, { readonly socket: NetSocket; release(): void }>();
  readonly #channels = new Set<Accepted>();
  readonly #ready: AcceptedChannel[] = [];
  #waiting: ((result: IteratorResult<AcceptedChannel, undefined>) => void) | undefined;
  #closed = false;

  constructor(admission: AdmissionOptions, options: ListenOptions, limits: ListenLimits) {
    this.#admission = admission;
    this.#options = options;
    this.#limits = limits;
    this.#http = this.#createServer();
  }

  get port(): number {
    return (this.#http.address() as { port: number }).port;
  }

  async start(host: string, port: number): Promise<void> {
    const { WebSocketServer } = await import('./ws.js');
    const sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#http.on('connection', (socket) => this.#hold(socket));
    this.#http.on('request', (_, response) => response.writeHead(426, { connection: 'close' }).end());
    this.#http.on('upgrade', (request, socket, head) => {
      // A client that cuts the line in the middle of a handshake is no error of this server.
      socket.on('error', () => {});
      if (!this.#checkRequest(request)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        void this.#greet(socketLink(webSocket as unknown as Socket), request);
      });
    });
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (error: NodeJS.ErrnoException) => {
        reject(
          new VeilmatchError(
            'io',
            `Cannot listen on ${host}, port ${port}: ${systemReason(error.code ?? error.name)}.`,
            { cause: error },
          ),
        );
      });
      this.#http.listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve);
    });
    const { signal } = this.#options;
    if (signal?.aborted) await this.close();
    else signal?.addEventListener('abort', () => void this.close(), { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<AcceptedChannel, undefined> {
    return {
      next: () => {
        const value = this.#ready.shift();
        if (value !== undefined) return Promise.resolve({ done: false, value });
        if (this.#closed) return Promise.resolve({ done: true, value: undefined });
        return new Promise((resolve) => {
          this.#waiting = resolve;
        });
      },
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const stopped = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    for (const { socket } of this.#pending.values()) socket.destroy();
    this.#waiting?.({ done: true, value: undefined });
    await Promise.all([...this.#channels].map((channel) => channel.close('aborted')));
    await stopped;
  }

  #createServer(): HttpServer {
    const { tls } = this.#admission;
    const timeout = this.#limits.handshakeSeconds * 1000;
    const common = { headersTimeout: timeout, requestTimeout: timeout, connectionsCheckingInterval: 1000 };
    if (tls === undefined) return process.getBuiltinModule('node:http').createServer(common);
    const { cert, key, clientCa } = tls;
    try {
      return process.getBuiltinModule('node:https').createServer({
        ...common,
        cert,
        key,
        ...(clientCa === undefined ? {} : { ca: clientCa }),
        // A bad certificate is refused with a reason, like a bad token.
        requestCert: clientCa !== undefined,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        handshakeTimeout: timeout,
      });
    } catch (error) {
      throw new VeilmatchError(
        'argument',
        'The certificate and its key cannot be used: PEM that fits together is needed.',
        {
          cause: error,
        },
      );
    }
  }

  /** Gives a connection its time, and the oldest one's place when there are too many. */
  #hold(socket: NetSocket): void {
    const id = idOf(socket);
    const timer = setTimeout(() => {
      this.#tell('silent');
      socket.destroy();
    }, this.#limits.handshakeSeconds * 1000);
    const release = (): void => {
      clearTimeout(timer);
      if (this.#pending.get(id)?.socket === socket) this.#pending.delete(id);
    };
    this.#pending.set(id, { socket, release });
    socket.once('close', release);
    socket.on('error', () => {});
    if (this.#pending.size <= this.#limits.pending) return;
    const [oldest] = this.#pending.values();
    this.#tell('silent');
    oldest?.socket.destroy();
  }

  #checkRequest(request: Request): boolean {
    const { host, origin } = request.headers;
    const reason = !hostAllowed(host, this.#admission)
      ? 'host'
      : !originAllowed(origin, this.#admission.origins)
        ? 'origin'
        : request.url !== '/'
          ? 'path'
          : undefined;
    if (reason !== undefined) this.#tell(reason);
    return reason === undefined;
  }

  async #greet(link: Link, request: Request): Promise<void> {
    const socketId = idOf(request.socket);
    try {
      const open = await firstMessage(link, this.#limits.handshakeSeconds, (message) => {
        if (message.type === 'open') return message;
        throw new VeilmatchError('unexpected-message', 'The first message is no Open.');
      });
      const peer = identify(request, open.token, this.#admission);
      if (peer === undefined) {
        this.#tell('credentials');
        return refuse(link, 'denied');
      }
      const { reveal } = this.#options;
      const mode = reveal === undefined ? 0 : MODE[reveal];
      const runId = open.runId ?? bytesToHex(secureRandom(8));
      // The peer has come back, so whoever has its run is at the end of a dead line.
      for (const channel of this.#channels) {
        if (channel.runId === runId && channel.peer.id === peer.id) this.#drop(channel);
      }
      // Nothing is kept for a peer of another version, or where there is no room.
      acceptMessage(open, runId, mode);
      const journal = this.#isFull(peer) ? undefined : await this.#journalOf(open, peer, runId);
      const full = this.#isFull(peer);
      if (full || request.socket.destroyed) {
        // A run that begins and is not accepted was never there.
        await (open.runId === undefined ? journal?.erase() : journal?.close());
        this.#tell(full ? 'busy' : 'silent');
        return refuse(link, 'busy');
      }
      this.#pending.get(socketId)?.release();
      link.write(encodeMessage(acceptMessage(open, runId, mode, journal?.held)));
      this.#yield(link, request, { peer, runId, journal, peerHolds: open.held }, open.runId !== undefined);
    } catch (error) {
      const reason = reasonFor(error);
      const ofStore = error instanceof VeilmatchError && ['io', 'bad-file'].includes(error.code);
      // The timer of the connection tells of a peer that said nothing in time.
      if (reason !== 'timeout') this.#tell(ofStore ? 'store' : (TOLD[reason] ?? 'protocol'));
      await refuse(link, reason);
    }
  }

  /** Whether there is no room for another channel of this peer. */
  #isFull(peer: Peer): boolean {
    const { channels, channelsPerPeer } = this.#limits;
    const own = [...this.#channels].filter((channel) => channel.peer.id === peer.id).length;
    return this.#channels.size >= channels || own >= channelsPerPeer || this.#closed;
  }

  /**
   * The journal of a run that both parties keep.
   * @throws {VeilmatchError} `unknown-run`; what the store throws
   */
  async #journalOf({ runId, held }: OpenMessage, peer: Peer, id: string): Promise<Journal | undefined> {
    const { runs } = this.#options;
    if (runId === undefined) return held === undefined ? undefined : runs?.begin(peer.id, id);
    const journal = await runs?.resume(peer.id, runId);
    if (journal === undefined) throw errorFor('unknown-run');
    return journal;
  }

  /** Ends a channel without waiting for a peer that may not answer. */
  #drop(channel: Accepted): void {
    void channel.close('aborted');
    this.#channels.delete(channel);
  }

  #yield(
    link: Link,
    request: Request,
    run: Pick<AcceptedChannel, 'peer' | 'runId' | 'journal' | 'peerHolds'>,
    resumed: boolean,
  ): void {
    const { runId, peer } = run;
    const accepted = Object.assign(new WireChannel(link, this.#limits), run);
    this.#channels.add(accepted);
    request.socket.once('close', () => {
      this.#channels.delete(accepted);
      this.#options.onEvent?.({ type: 'closed', runId, peer });
    });
    this.#options.onEvent?.({ type: 'accepted', runId, peer, resumed });
    if (this.#waiting === undefined) {
      this.#ready.push(accepted);
      return;
    }
    this.#waiting({ done: false, value: accepted });
    this.#waiting = undefined;
  }

  #tell(reason: TurnedAway): void {
    this.#options.onEvent?.({ type: 'turned-away', reason });
  }
}

const TOLD: Partial<Readonly<Record<CloseReason, TurnedAway>>> = {
  incompatible: 'incompatible',
  aborted: 'silent',
  'unknown-run': 'unknown-run',
};

function idOf({ remoteAddress, remotePort }: NetSocket): string {
  return `${remoteAddress} ${remotePort}`;
}
