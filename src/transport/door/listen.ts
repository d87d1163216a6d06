// SPDX-License-Identifier: Apache-2.0
/**
 * Waits for parties that connect over WebSocket, on Node. Nothing is yielded that is not authenticated. Who is not may send the
 * headers of one request and one short message, within seconds, and there are so many of them at once and no more.
 */

import {
  type OptionNames,
  requireCallbacks,
  requireMethods,
  requireOptions,
  requireSignal,
} from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { Role } from '../../psi/run/suite.js';
import { secureRandom } from '../../random.js';
import { systemReason } from '../../system-reason.js';
import { type CloseReason, encodeMessage, type OpenMessage } from '../../wire/messages.js';
import { acceptMessage } from '../../wire/negotiate.js';
import { ASecond, HANDSHAKE_ALLOWANCE, InAll } from '../channel/byte-meter.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS, limitsOf, type Peer } from '../channel/channel.js';
import { FrameGate } from '../channel/frame-gate.js';
import { firstMessage, refuse } from '../channel/handshake.js';
import type { Link } from '../channel/link.js';
import { errorFor, reasonFor } from '../channel/reason.js';
import { type Socket, SUBPROTOCOL, socketLink } from '../channel/socket.js';
import { WireChannel } from '../channel/wire-channel.js';
import { type Journal, requireRole } from '../resume/journal.js';
import type { RunStore } from '../resume/run-store.js';
import {
  type AdmissionOptions,
  authorities,
  checkAdmission,
  expectedPeers,
  hostAllowed,
  identify,
  originAllowed,
  type ServerTls,
} from './admission.js';
import { CertificateBook, revocationsIn } from './certificates.js';
import { Doorstep, type DoorstepLimits, type Stranger, type TurnedAway } from './doorstep.js';
import { checkPartners, isOfferPath, type Offer, offerAt, type Partner, requireMode } from './partners.js';
import { hasPlace } from './places.js';
import { type AnswerRequest, answerRequest } from './web-requests.js';

/** What a listener bears of all its peers. */
export interface ListenLimits extends ChannelLimits, DoorstepLimits {
  /** Channels at once. Default 16. A place is kept for each partner that has none. */
  readonly channels: number;
  /** Channels at once of one peer, where no place is kept for another one. Default 2. */
  readonly channelsPerPeer: number;
  /** From being let in to the first frame of a run that begins. Default 60. */
  readonly helloSeconds: number;
  /** Requests at once that `onRequest` answers. Default 64. */
  readonly requests: number;
}

/** What happens at the door. Holds no address, token or certificate, but of a certificate the SHA-256 of its public key. */
export type ListenEvent =
  | { readonly type: 'accepted'; readonly runId: string; readonly peer: Peer; readonly resumed: boolean }
  | { readonly type: 'closed'; readonly runId: string; readonly peer: Peer }
  | {
      readonly type: 'turned-away';
      readonly reason: TurnedAway;
      /** The key of the certificate that was shown and not enough, as a file of partners lists it, in hexadecimal. */
      readonly certificate?: string;
    };

/** Where to listen, and to whom. */
export interface ListenOptions {
  /** Default `127.0.0.1`. Others need TLS. */
  readonly host?: string | undefined;
  /** Default 0: one that is free. */
  readonly port?: number | undefined;
  /** The server's certificate; needed off this machine. */
  readonly tls?: ServerTls | undefined;
  /** Who may connect, by tokens and by client certificates. */
  readonly partners?: readonly Partner[] | undefined;
  /**
   * Who else may connect: asked about what is shown as a token and is none of a partner's. Gives who that is, by names that no
   * partner has, or undefined for nobody.
   */
  readonly accounts?: ((credential: string) => Promise<Peer | undefined>) | undefined;
  /** Answers requests that want no WebSocket, for what anybody may have: nobody is known behind them. Default: they are refused. */
  readonly onRequest?: AnswerRequest | undefined;
  /** Web pages that may connect, as `https://example.com`. Default: none. */
  readonly origins?: readonly string[] | undefined;
  /** Names of this server besides `host` and those in its certificate. */
  readonly hosts?: readonly string[] | undefined;
  /** What connecting parties are told will be run: the `mode` of a protocol, such as `intersection.mode`. */
  readonly mode?: number | undefined;
  /** Which party of the runs this one is, which connecting parties are told. Default `sender`. */
  readonly role?: Role | undefined;
  /** Where runs are kept whose peer keeps them, too. Default: none is, and none can be resumed. */
  readonly runs?: RunStore | undefined;
  /** Default: those that `ListenLimits` and `ChannelLimits` state. */
  readonly limits?: Partial<ListenLimits> | undefined;
  /** Closes the listener. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens at the door, for a log. */
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
}

const NAMES: OptionNames<ListenOptions> = {
  ...{
    host: true,
    port: true,
    tls: true,
    partners: true,
    origins: true,
    hosts: true,
    mode: true,
    role: true,
  },
  ...{ runs: true, limits: true, signal: true, onEvent: true, accounts: true, onRequest: true },
};
/** A channel to a party that has connected here and is known. */
export interface AcceptedChannel extends Channel {
  /** Who has connected. */
  readonly peer: Peer;
  /** The same at both ends, for their logs. */
  readonly runId: string;
  /** What it has asked for, of what it was offered. Undefined for a partner without offers of its own. */
  readonly offer: Offer | undefined;
  /** Where both parties keep the run: for the option `journal` of `send` and `receive`, which close it. */
  readonly journal: Journal | undefined;
}

/** Yields a channel for each party that is known. Several may be open at once. */
export interface Listener extends AsyncIterable<AcceptedChannel> {
  /** The port that was taken. */
  readonly port: number;
  /**
   * Who may connect from now on, and to what. Channels that are open go on as they were let in, of partners that are gone, too.
   * @throws {VeilmatchError} `argument` for what `listen` does not take, and for certificates where the server was begun with
   * nobody who is known by one; those before are in force then
   */
  renew(partners: readonly Partner[]): void;
  /** Stops listening; channels that are open end with reason `aborted`. */
  close(): Promise<void>;
}

const LISTEN_LIMITS: ListenLimits = {
  ...DEFAULT_LIMITS,
  channels: 16,
  channelsPerPeer: 2,
  pending: 128,
  pendingPerAddress: 32,
  handshakeSeconds: 10,
  helloSeconds: 60,
  requests: 64,
};

/** A request's line and headers together, and how many headers: what a browser sends, its cookies included, is less. */
const MAX_HEADER_BYTES = 8192;
const MAX_HEADERS = 128;
/** Errors of clients that said too little, not something wrong. */
const GONE: readonly string[] = [
  'HPE_INVALID_EOF_STATE',
  'ERR_HTTP_REQUEST_TIMEOUT',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
];

/**
 * Starts to listen.
 * @throws {VeilmatchError} `argument` where it would not be safe; `io` when the port cannot be had; `unsupported` off Node
 * @example
 * ```ts
 * import { connect, createToken, hashToken, listen, receive, send } from 'veilmatch/transport';
 *
 * const token = createToken();
 * const listener = await listen({ partners: [{ name: 'acme', tokens: [hashToken(token)] }] });
 * const asking = connect(`ws://127.0.0.1:${listener.port}`, { token }).then((line) => receive(line, ['grace']));
 * for await (const channel of listener) {
 *   console.log(channel.peer.name); // → acme
 *   await send(channel, ['ada', 'grace']);
 *   break;
 * }
 * console.log((await asking).matches); // → [ 0 ]
 * await listener.close();
 * ```
 */
export async function listen(options: ListenOptions = {}): Promise<Listener> {
  requireOptions(options, NAMES);
  if (globalThis.process?.getBuiltinModule === undefined) {
    throw new VeilmatchError('unsupported', 'Only Node can listen. A browser connects to a party that does.');
  }
  const { host = '127.0.0.1', port = 0, tls, partners = [], origins = [], hosts = [], accounts } = options;
  const admission: AdmissionOptions = { host, tls, partners, origins, hosts, accounts };
  checkOptions(options);
  checkPartners(partners);
  checkAdmission(admission);
  const server = new Server(admission, options, limitsOf(LISTEN_LIMITS, options.limits));
  await server.start(host, port);
  return server;
}

/** @throws {VeilmatchError} `argument` */
function checkOptions(options: ListenOptions): void {
  const { port = 0, mode, role, runs, signal } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new VeilmatchError('argument', 'The port must be a whole number from 0 to 65535.');
  }
  if (mode !== undefined) requireMode(mode);
  if (role !== undefined) requireRole(role);
  if (runs !== undefined) requireMethods(runs, 'The option runs', 'begin', 'resume');
  requireSignal(signal);
  requireCallbacks(options, 'onEvent', 'accounts', 'onRequest');
}

type HttpServer = import('node:http').Server;
type HttpsServer = import('node:https').Server;
type NetSocket = import('node:net').Socket;
type Request = import('node:http').IncomingMessage;
type Response = import('node:http').ServerResponse;
type Accepted = WireChannel & AcceptedChannel;

/** @throws {VeilmatchError} `argument` */
function usingCertificates<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new VeilmatchError(
      'argument',
      'The certificates, keys or revocation lists cannot be used: PEM that fits together is needed.',
      { cause: error },
    );
  }
}

/** Of the server, whoever connects. */
function secureContext(
  tls: ServerTls,
  partners: readonly Partner[],
): import('node:tls').SecureContextOptions {
  const { cert, key, clientCrl } = tls;
  const ca = authorities(tls, partners);
  return {
    cert,
    key,
    ...(ca.length === 0 ? {} : { ca }),
    // Of a text Node takes the first list alone.
    ...(clientCrl === undefined ? {} : { crl: revocationsIn(clientCrl) }),
    // A session that is resumed would not be looked at again, and has no certificates but the client's own.
    secureOptions: process.getBuiltinModule('node:crypto').constants.SSL_OP_NO_TICKET,
    minVersion: 'TLSv1.3',
  };
}

class Server implements Listener {
  #admission: AdmissionOptions;
  readonly #options: ListenOptions;
  readonly #limits: ListenLimits;
  readonly #http: HttpServer;
  #book: CertificateBook;
  readonly #doorstep: Doorstep;
  #expected: ReadonlySet<string>;
  /** Whether clients are asked for certificates, which is settled when the server is made. */
  readonly #asksCertificates: boolean;
  readonly #channels = new Set<Accepted>();
  readonly #ready: AcceptedChannel[] = [];
  #requests = 0;
  #waiting: ((result: IteratorResult<AcceptedChannel, undefined>) => void) | undefined;
  #closed = false;

  constructor(admission: AdmissionOptions, options: ListenOptions, limits: ListenLimits) {
    this.#admission = admission;
    this.#options = options;
    this.#limits = limits;
    this.#book = new CertificateBook(admission.partners);
    this.#doorstep = new Doorstep(limits, (reason, certificate) =>
      options.onEvent?.({ type: 'turned-away', reason, ...(certificate !== undefined && { certificate }) }),
    );
    this.#expected = expectedPeers(admission);
    const { tls, partners } = admission;
    this.#asksCertificates = tls !== undefined && authorities(tls, partners).length > 0;
    this.#http = this.#createServer();
  }

  get port(): number {
    return (this.#http.address() as { port: number }).port;
  }

  async start(host: string, port: number): Promise<void> {
    const { WebSocketServer, SOCKET_LIMITS } = await import('../channel/ws.js');
    const sockets = new WebSocketServer({
      ...SOCKET_LIMITS,
      noServer: true,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    // Headers that make no WebSocket. The library answers by itself only where nobody listens.
    sockets.on('wsClientError', (_, socket) =>
      this.#answer(socket as NetSocket, '400 Bad Request', 'protocol'),
    );
    this.#http.maxHeadersCount = MAX_HEADERS;
    this.#http.on('connection', (socket) => this.#doorstep.hold(socket, this.#admission.tls !== undefined));
    this.#http.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
      const socket = duplex as NetSocket;
      const { code = '' } = error;
      const stranger = this.#doorstep.of(socket);
      if (code === 'ECONNRESET') stranger?.vanish();
      else if (GONE.includes(code)) stranger?.turnAway('silent');
      else stranger?.turnAway(/_ALERT_/.test(code) ? 'tls' : 'protocol');
      // Only what came as HTTP is answered: where TLS has failed there is nobody to write to.
      if (code.startsWith('HPE_')) this.#answer(socket, '400 Bad Request', 'protocol');
      else socket.destroy();
    });
    this.#http.on('request', (request, response) => void this.#answerRequest(request, response));
    this.#http.on('upgrade', (request, duplex, head) => {
      const socket = duplex as NetSocket;
      // A client that cuts the line in the middle of a handshake is no error of this server.
      socket.on('error', () => {});
      const stranger = this.#doorstep.of(socket);
      stranger?.asked();
      const reason = this.#requestFault(request);
      if (stranger === undefined || reason !== undefined) {
        this.#answer(socket, '403 Forbidden', reason ?? 'silent');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const gate = new FrameGate(new InAll(HANDSHAKE_ALLOWANCE));
        gate.stand(socket);
        stranger.measure(gate, new ASecond(this.#limits.messagesPerSecond));
        const link = socketLink(webSocket as unknown as Socket, gate);
        void this.#greet(link, request, stranger);
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
    this.#doorstep.close();
    this.#http.closeAllConnections();
    this.#waiting?.({ done: true, value: undefined });
    await Promise.all([...this.#channels].map((channel) => channel.close('aborted')));
    await stopped;
  }

  renew(partners: readonly Partner[]): void {
    const admission = { ...this.#admission, partners };
    const { tls } = admission;
    checkPartners(partners);
    checkAdmission(admission);
    const book = new CertificateBook(partners);
    if (tls !== undefined) {
      if (!this.#asksCertificates && authorities(tls, partners).length > 0) {
        throw new VeilmatchError(
          'argument',
          'Nobody was known by a certificate when this server was begun, so it asks for none. Begin it anew.',
        );
      }
      usingCertificates(() => (this.#http as HttpsServer).setSecureContext(secureContext(tls, partners)));
    }
    this.#admission = admission;
    this.#book = book;
    this.#expected = expectedPeers(admission);
  }

  #createServer(): HttpServer {
    const { tls, partners } = this.#admission;
    const timeout = this.#limits.handshakeSeconds * 1000;
    const common = {
      headersTimeout: timeout,
      requestTimeout: timeout,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    if (tls === undefined) return process.getBuiltinModule('node:http').createServer(common);
    return usingCertificates(() =>
      process.getBuiltinModule('node:https').createServer({
        ...common,
        ...secureContext(tls, partners),
        // A bad certificate is refused with a reason, like a bad token.
        requestCert: this.#asksCertificates,
        rejectUnauthorized: false,
        handshakeTimeout: timeout,
      }),
    );
  }

  /** Turns a connection away by HTTP, and ends it: a client that does not end it, too, is not waited for. */
  #answer(socket: NetSocket, status: string, reason: TurnedAway): void {
    this.#doorstep.of(socket)?.turnAway(reason);
    if (!socket.writable) socket.destroy();
    else {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
    }
  }

  /** A request that wants no WebSocket. */
  async #answerRequest(request: Request, response: Response): Promise<void> {
    const { onRequest } = this.#options;
    const stranger = this.#doorstep.of(request.socket);
    const refuse = (status: number, reason: TurnedAway): void => {
      stranger?.turnAway(reason);
      response.writeHead(status, { connection: 'close' }).end(() => request.socket.destroy());
    };
    if (onRequest === undefined) return refuse(426, 'protocol');
    stranger?.asked();
    const fault = this.#callerFault(request);
    if (fault !== undefined) return refuse(403, fault);
    if (this.#closed || this.#requests >= this.#limits.requests) return refuse(503, 'busy');
    if (!stranger?.letIn()) return refuse(403, 'silent');
    this.#requests++;
    try {
      await answerRequest(request, response, onRequest, this.#limits.idleSeconds);
    } finally {
      this.#requests--;
    }
  }

  #requestFault(request: Request): TurnedAway | undefined {
    const fault = this.#callerFault(request);
    if (fault !== undefined || request.url === '/') return fault;
    // Whoever is not known yet is not told which names there are.
    const named = this.#admission.partners.some(({ offers }) => offers !== undefined);
    return named && isOfferPath(pathOf(request.url)) ? undefined : 'path';
  }

  #callerFault({ headers, rawHeaders }: Request): TurnedAway | undefined {
    // Those above the limit were left out, an Origin perhaps.
    if (rawHeaders.length >= 2 * MAX_HEADERS) return 'protocol';
    if (!hostAllowed(headers.host, this.#admission)) return 'host';
    return originAllowed(headers.origin, this.#admission.origins) ? undefined : 'origin';
  }

  async #greet(link: Link, request: Request, stranger: Stranger): Promise<void> {
    try {
      const open = await firstMessage(link, this.#limits.handshakeSeconds, (message) => {
        if (message.type === 'open') return message;
        throw new VeilmatchError('unexpected-message', 'The first message is no Open.');
      });
      const admission = this.#admission;
      const identity = await identify(request, open.token, admission, this.#book);
      if ('fault' in identity) {
        stranger.turnAway(identity.fault, identity.certificate);
        return refuse(link, 'denied');
      }
      const { peer } = identity;
      // An account that a token vouches for is no partner of the file.
      const partner = admission.partners.find(({ name }) => name === peer.name);
      const offer = offerAt(partner ?? {}, pathOf(request.url));
      if (offer === 'none') {
        stranger.turnAway('not-offered');
        return refuse(link, 'denied');
      }
      const { mode = this.#options.mode ?? 0, role = this.#options.role } = offer ?? {};
      const asks = role === 'receiver' ? true : undefined;
      const runId = open.runId ?? bytesToHex(secureRandom(8));
      // The peer has come back, so whoever has its run is at the end of a dead line.
      for (const channel of this.#channels) {
        if (channel.runId === runId && channel.peer.id === peer.id) this.#drop(channel);
      }
      // Nothing is kept for a peer of another version, or where there is no room.
      acceptMessage(open, runId, mode);
      const journal = this.#isFull(peer) ? undefined : await this.#journalOf(open, peer, runId, offer);
      if (this.#isFull(peer)) stranger.turnAway('busy');
      if (request.socket.destroyed || !stranger.letIn()) {
        // A run that begins and is not accepted was never there.
        await (open.runId === undefined ? journal?.erase() : journal?.close());
        return refuse(link, 'busy');
      }
      link.write(encodeMessage(acceptMessage(open, runId, mode, { held: journal?.held, asks })));
      this.#yield(
        link,
        request,
        { peer, runId, offer, journal, peerHolds: open.held },
        open.runId !== undefined,
      );
    } catch (error) {
      const reason = reasonFor(error);
      const ofStore = error instanceof VeilmatchError && ['io', 'bad-file'].includes(error.code);
      stranger.turnAway(ofStore ? 'store' : (TOLD[reason] ?? 'protocol'));
      await refuse(link, reason);
    }
  }

  /** Whether there is no room for another channel of this peer. */
  #isFull(peer: Peer): boolean {
    const open = [...this.#channels].map((channel) => channel.peer.id);
    return this.#closed || !hasPlace(peer.id, open, this.#expected, this.#limits);
  }

  /**
   * The journal of a run that both parties keep.
   * @throws {VeilmatchError} `unknown-run`; what the store throws
   */
  async #journalOf(
    { runId, held }: OpenMessage,
    peer: Peer,
    id: string,
    offer: Offer | undefined,
  ): Promise<Journal | undefined> {
    const { runs } = this.#options;
    if (runId === undefined) return held === undefined ? undefined : runs?.begin(peer.id, id, offer?.terms);
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
    run: Pick<AcceptedChannel, 'peer' | 'runId' | 'offer' | 'journal' | 'peerHolds'>,
    resumed: boolean,
  ): void {
    const { runId, peer } = run;
    // The peer of a run that is resumed may have nothing to say before this party has.
    const helloSeconds = resumed ? undefined : this.#limits.helloSeconds;
    const accepted = Object.assign(new WireChannel(link, this.#limits, helloSeconds), run);
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
}

/** Behind the slash. */
function pathOf(url: string | undefined): string {
  return url?.slice(1) ?? '';
}

const TOLD: Partial<Readonly<Record<CloseReason, TurnedAway>>> = {
  incompatible: 'incompatible',
  aborted: 'silent',
  timeout: 'silent',
  'unknown-run': 'unknown-run',
};
