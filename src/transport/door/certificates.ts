// SPDX-License-Identifier: Apache-2.0
/**
 * Which partner a client certificate belongs to. That it is good, not over and not revoked was found by TLS, against all
 * authorities together; here it is held against the authority that each partner names, by signatures, so that one partner's
 * authority cannot make certificates for another partner.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { CertificateOfAuthority, Partner } from './partners.js';

type Certificate = import('node:crypto').X509Certificate;
type TlsSocket = import('node:tls').TLSSocket;

/** Certificates between a client's and its authority, and as many that lead nowhere. */
const MAX_CHAIN = 8;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The authorities that partners name, each once, in PEM. */
export function authoritiesOf(partners: readonly Partner[]): string[] {
  return [
    ...new Set(partners.flatMap((partner) => ofAuthorities(partner).map(({ authority }) => authority))),
  ];
}

/** Whether anybody is known by a certificate. */
export function haveCertificates(partners: readonly Partner[]): boolean {
  return partners.some(({ certificates = [] }) => certificates.length > 0);
}

function ofAuthorities({ certificates = [] }: Partner): CertificateOfAuthority[] {
  return certificates.filter((certificate) => 'authority' in certificate);
}

/** A partner and an authority certificate that it names. */
interface Issuer {
  readonly partner: Partner;
  readonly subject: string | undefined;
  readonly certificate: Certificate;
}

/** Finds partners by their certificates. */
export class CertificateBook {
  readonly #keys: readonly { readonly partner: Partner; readonly key: Uint8Array }[];
  readonly #issuers: readonly Issuer[];

  /** @throws {VeilmatchError} `argument` for an authority that is no certificate */
  constructor(partners: readonly Partner[]) {
    this.#keys = partners.flatMap((partner) =>
      (partner.certificates ?? []).flatMap((one) => ('key' in one ? { partner, key: one.key } : [])),
    );
    this.#issuers = partners.flatMap((partner) =>
      ofAuthorities(partner).flatMap(({ authority, subject }) =>
        certificatesIn(authority).map((certificate) => ({ partner, subject, certificate })),
      ),
    );
  }

  /**
   * The partner whose certificate this is: by its key, whoever issued it; by its subject, where an authority has issued it
   * itself, since one below it may be another partner's; or by the nearest authority above it that is a partner's own.
   * @param shown what `shownBy` gives, of a certificate that TLS has found good
   */
  partnerOf([certificate, ...above]: readonly Certificate[]): Partner | undefined {
    if (certificate === undefined) return undefined;
    const hash = keyHash(certificate);
    const byKey = this.#keys.find(({ key }) => equalBytes(key, hash));
    if (byKey !== undefined) return byKey.partner;
    const subject = subjectOf(certificate);
    let level = [certificate];
    for (let depth = 0; depth < MAX_CHAIN && level.length > 0; depth++) {
      const found = this.#issuers.filter(({ certificate: issuer }) =>
        level.some((one) => issued(issuer, one)),
      );
      const named = depth === 0 ? found.find((issuer) => issuer.subject === subject) : undefined;
      const whole = found.find((issuer) => issuer.subject === undefined);
      if (named !== undefined || whole !== undefined) return (named ?? whole)?.partner;
      level = above.filter((issuer) =>
        level.some((one) => !one.raw.equals(issuer.raw) && issued(issuer, one)),
      );
    }
    return undefined;
  }
}

/** SHA-256 of the certificate's SubjectPublicKeyInfo in DER, 32 bytes. */
export function keyHash({ publicKey }: Certificate): Uint8Array {
  return sha256(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
}

/** As RFC 4514 writes it: the most particular first. Node gives a line for each part, the other way round, and escapes them. */
function subjectOf({ subject }: Certificate): string {
  return subject
    .split('\n')
    .reverse()
    .map((part) => part.replaceAll(' + ', '+'))
    .join(',');
}

/** Whether an authority has signed it, and may. */
function issued(issuer: Certificate, certificate: Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/**
 * What a client has shown: its own certificate first, then those that it sent with it and what TLS added, each once. Empty
 * where it has shown none.
 */
export function shownBy(socket: TlsSocket): Certificate[] {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const found = new Map<string, Certificate>();
  // Not getPeerX509Certificate, which takes what was sent with the certificate off the connection.
  let next: import('node:tls').DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && found.size <= MAX_CHAIN) {
    const certificate = new X509Certificate(next.raw);
    // A root is its own issuer.
    if (found.has(certificate.fingerprint256)) break;
    found.set(certificate.fingerprint256, certificate);
    next = next.issuerCertificate;
  }
  return [...found.values()];
}

/**
 * The certificates of a PEM text.
 * @throws {VeilmatchError} `argument`
 */
export function certificatesIn(pem: string): Certificate[] {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0)
    throw new VeilmatchError('argument', 'An authority of a partner holds no certificate.');
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new VeilmatchError(
        'argument',
        `Certificate ${i + 1} of an authority of a partner cannot be read.`,
        {
          cause,
        },
      );
    }
  });
}

/** The revocation lists of a PEM text, one by one; the text itself where it has none, for the platform to refuse. */
export function revocationsIn(pem: string): string[] {
  return pem.match(/-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g) ?? [pem];
}
