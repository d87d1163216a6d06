// SPDX-License-Identifier: Apache-2.0
/** Who may connect: checked on the HTTP request, on the certificate, and on the token in the first message. */

import { requireObject, requireText, requireTexts } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { Peer } from '../channel/channel.js';
import { hostOf, isLoopback } from './address.js';
import { authoritiesOf, type CertificateBook, haveCertificates, keyHash, shownBy } from './certificates.js';
import type { CredentialFault } from './doorstep.js';
import { type Partner, partnerId, partnerOfToken, peerOf } from './partners.js';

/** Certificates and keys in PEM. */
export interface ServerTls {
  /** The server's certificate and those between it and its authority. */
  readonly cert: string;
  /** The key of `cert`. */
  readonly key: string;
  /**
   * Authorities of client certificates, besides those that partners name: for partners who are known by a key. A certificate
   * of theirs lets nobody in by itself.
   */
  readonly clientCa?: string | undefined;
  /**
   * Revocation lists, in PEM. Once there is one, every authority above a client's certificate needs one that is not over, or the
   * certificate is not taken.
   */
  readonly clientCrl?: string | undefined;
}

export interface AdmissionOptions {
  readonly host: string;
  readonly tls?: ServerTls | undefined;
  readonly partners: readonly Partner[];
  readonly origins: readonly string[];
  readonly hosts: readonly string[];
  /** Who shows what is no token of a partner's. */
  readonly accounts?: ((credential: string) => Promise<Peer | undefined>) | undefined;
}

type TlsSocket = import('node:tls').TLSSocket;
type Request = import('node:http').IncomingMessage;

/**
 * That nobody can reach this server unseen: TLS off this machine, and somebody to be known by something.
 * @throws {VeilmatchError} `argument`
 */
export function checkAdmission({ host, tls, partners, origins, hosts, accounts }: AdmissionOptions): void {
  requireText(host, 'The host');
  // A text would be searched for what a client says of itself, and its parts would be found in it.
  requireTexts(origins, 'The origins');
  requireTexts(hosts, 'The hosts');
  if (tls !== undefined) requireObject(tls, 'The option tls', 'cert', 'key');
  if (tls === undefined && !isLoopback(host)) {
    throw new VeilmatchError(
      'argument',
      'Listening on an address that others can reach needs TLS: give a certificate and its key.',
    );
  }
  const known = partners.some(
    ({ tokens = [], certificates = [] }) => tokens.length + certificates.length > 0,
  );
  if (!known && accounts === undefined) {
    throw new VeilmatchError(
      'argument',
      'Give partners with a token or a certificate: any web page can reach an open port of its visitor.',
    );
  }
  if (tls === undefined && haveCertificates(partners)) {
    throw new VeilmatchError('argument', 'Partners who are known by a certificate need TLS to show it.');
  }
  if (tls !== undefined && haveCertificates(partners) && authorities(tls, partners).length === 0) {
    throw new VeilmatchError(
      'argument',
      'Give the authorities of client certificates as clientCa: a key says who a partner is, not whether its certificate is good.',
    );
  }
}

/** Ids of all who may come: each has a place. */
export function expectedPeers({ partners }: AdmissionOptions): ReadonlySet<string> {
  return new Set(partners.map(({ name }) => partnerId(name)));
}

/** Whether the name that the client asked for is one of this server's: a page that rebinds its name asks for its own. */
export function hostAllowed(header: string | undefined, options: AdmissionOptions): boolean {
  const host = hostOf(header);
  if (host === undefined) return false;
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

/** Authorities whose client certificates TLS takes for good, in PEM. */
export function authorities({ clientCa }: ServerTls, partners: readonly Partner[]): string[] {
  return [...(clientCa === undefined ? [] : [clientCa]), ...authoritiesOf(partners)];
}

/** Who is at the other end, or why that is nobody who is known. */
type Identity =
  | { readonly peer: Peer }
  | {
      readonly fault: CredentialFault;
      /** SHA-256 of the key of the certificate that was shown, in hexadecimal: what a file of partners lists. */
      readonly certificate?: string;
    };

/** Who is at the other end, once its first message is there. */
export async function identify(
  request: Request,
  token: string,
  { partners, tls, accounts }: AdmissionOptions,
  book: CertificateBook,
): Promise<Identity> {
  const byToken = partnerOfToken(token, partners);
  const socket = request.socket as TlsSocket;
  const asked = tls !== undefined && authorities(tls, partners).length > 0;
  const shown = asked ? shownBy(socket) : [];
  const [own] = shown;
  if (own === undefined) {
    if (byToken !== undefined) return { peer: peerOf(byToken) };
    if (token === '') return { fault: 'no-credentials' };
    const account = await accounts?.(token);
    return account === undefined ? { fault: 'unknown-token' } : { peer: account };
  }
  const certificate = bytesToHex(keyHash(own));
  // A certificate that is shown must be good, and a partner's; a token does not make up for a bad one. The two must agree.
  if (!socket.authorized) return { fault: certificateFault(socket), certificate };
  const partner = book.partnerOf(shown);
  if (partner === undefined) return { fault: 'unknown-certificate', certificate };
  if (token === '' || partner === byToken) return { peer: peerOf(partner) };
  return { fault: byToken === undefined ? 'unknown-token' : 'two-partners', certificate };
}

/** By what OpenSSL calls it. */
const CERTIFICATE_FAULTS: readonly (readonly [RegExp, CredentialFault])[] = [
  [/^CERT_REVOKED$/, 'revoked'],
  [/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/, 'expired'],
  [/CRL/, 'revocation-list'],
  [/SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF/, 'unknown-authority'],
];

function certificateFault({ authorizationError }: TlsSocket): CredentialFault {
  // A text, whatever its type says.
  const code = String(authorizationError);
  return CERTIFICATE_FAULTS.find(([name]) => name.test(code))?.[1] ?? 'bad-certificate';
}
