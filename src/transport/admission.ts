// SPDX-License-Identifier: Apache-2.0
/** Who may connect: checked on the HTTP request, on the certificate, and on the token in the first message. */

import { VeilmatchError } from '../errors.js';
import { isLoopback } from './address.js';
import type { Peer } from './channel.js';
import type { Expected } from './places.js';
import { type KnownToken, peerOf, peerOfToken } from './tokens.js';

/** Certificates and keys in PEM. */
export interface ServerTls {
  /** The server's certificate and those between it and its authority. */
  readonly cert: string;
  /** The key of `cert`. */
  readonly key: string;
  /** Authorities whose client certificates are as good as a token. */
  readonly clientCa?: string | undefined;
}

export interface AdmissionOptions {
  readonly host: string;
  readonly tls?: ServerTls | undefined;
  readonly tokens: readonly KnownToken[];
  readonly origins: readonly string[];
  readonly hosts: readonly string[];
}

type TlsSocket = import('node:tls').TLSSocket;
type Request = import('node:http').IncomingMessage;

/**
 * That nobody can reach this server unseen: TLS off this machine, and somebody to be known by something.
 * @throws {VeilmatchError} `argument`
 */
export function checkAdmission({ host, tls, tokens }: AdmissionOptions): void {
  if (tls === undefined && !isLoopback(host)) {
    throw new VeilmatchError(
      'argument',
      'Listening on an address that others can reach needs TLS: give a certificate and its key.',
    );
  }
  if (tokens.length === 0 && tls?.clientCa === undefined) {
    throw new VeilmatchError(
      'argument',
      'Give tokens or an authority for client certificates: any web page can reach an open port of its visitor.',
    );
  }
}

/** Who may come: those that are known beforehand, and whoever an authority may issue a certificate to. */
export function expectedPeers({ tokens, tls }: AdmissionOptions): Expected {
  return { known: new Set(tokens.map((token) => peerOf(token).id)), others: tls?.clientCa !== undefined };
}

/** Whether the name that the client asked for is one of this server's: a page that rebinds its name asks for its own. */
export function hostAllowed(header: string | undefined, options: AdmissionOptions): boolean {
  if (header === undefined || !URL.canParse(`ws://${header}`)) return false;
  const host = new URL(`ws://${header}`).hostname.replace(/^\[(.*)\]$/, '$1');
  const own = options.host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (host === own || options.hosts.includes(host)) return true;
  if (isLoopback(own)) return isLoopback(host);
  return options.tls !== undefined && certificateNames(options.tls.cert, host);
}

function certificateNames(pem: string, host: string): boolean {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const { isIP } = process.getBuiltinModule('node:net');
  const certificate = new X509Certificate(pem);
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

/** Browsers say from which page a connection comes; other programs say nothing. */
export function originAllowed(header: string | undefined, origins: readonly string[]): boolean {
  return header === undefined || origins.includes(header);
}

/** Who is at the other end, once its first message is there; undefined for nobody that is known. */
export function identify(request: Request, token: string, options: AdmissionOptions): Peer | undefined {
  const socket = request.socket as TlsSocket;
  const certificate = options.tls?.clientCa === undefined ? undefined : socket.getPeerX509Certificate?.();
  if (certificate === undefined) return peerOfToken(token, options.tokens);
  // A certificate that is shown must be good; a token does not make up for a bad one.
  if (!socket.authorized) return undefined;
  const id = `cert:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;
  return { id, name: id };
}
