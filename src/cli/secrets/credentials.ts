// SPDX-License-Identifier: Apache-2.0
/** Tokens and certificates from files. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { hexToBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { isPartnerName, type Partners } from '../../transport/door/partners.js';
import { MAX_PARTNERS_BYTES, parsePartners } from '../../transport/door/partners-file.js';
import { isSignedToken, isToken } from '../../transport/door/tokens.js';
import { readSecret, readSmall } from './secrets.js';

/** A bundle of authorities is the largest of these files. */
const MAX_PEM_BYTES = 4_194_304;

/**
 * The token that a partner issued, alone in its file.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readToken(path: string, io: Io): Promise<string> {
  const text = (await readSecret(path, io)).toString('latin1').trim();
  if (isToken(text)) return text;
  const why = text.startsWith('{')
    ? 'is no token; the file of partners is for veilmatch serve, and here the token itself is needed, alone in a file.'
    : 'does not hold one token and nothing else.';
  throw new VeilmatchError(
    'bad-file',
    `${placeName(path)} ${why} The partner who serves makes it with: veilmatch token`,
  );
}

/**
 * By what a directory knows a client, alone in its file: a token that it issued, or a JSON Web Token.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readLookupToken(path: string, io: Io): Promise<string> {
  const text = (await readSecret(path, io)).toString('latin1').trim();
  if (isToken(text) || isSignedToken(text)) return text;
  throw new VeilmatchError(
    'bad-file',
    `${placeName(path)} does not hold one token and nothing else. Who serves the directory issues it.`,
  );
}

/**
 * The one Ed25519 public key in a file, a line `NAME ed25519:KEY`.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readPublicKey(path: string, io: Io): Promise<Uint8Array> {
  return publicKeyIn((await readSmall(path, io)).toString('latin1'), placeName(path)).key;
}

/** @throws {VeilmatchError} `bad-file` @param source what messages call the text */
export function publicKeyIn(
  text: string,
  source: string,
): { readonly name: string; readonly key: Uint8Array } {
  const [, name, key] = /^([\w.@-]{1,64}) ed25519:([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (name !== undefined && key !== undefined) return { name, key: hexToBytes(key) };
  throw new VeilmatchError(
    'bad-file',
    `${source} is no line NAME ed25519:KEY, and nothing else. veilmatch directory info prints it.`,
  );
}

/**
 * Who may connect, by the operator's file of partners. Authorities that it names are files, relative to itself.
 * @throws {VeilmatchError} `io`; `bad-file`, with the place, for anything else than it should be, a token in the clear above all
 */
export async function readPartnersFile(path: string, io: Io): Promise<Partners> {
  const text = (await readSmall(path, io, MAX_PARTNERS_BYTES)).toString('utf8');
  return partnersOf(text, path, io);
}

/** @throws {VeilmatchError} as `readPartnersFile` does */
export function partnersOf(text: string, path: string, io: Io): Promise<Partners> {
  return parsePartners(text, {
    source: placeName(path),
    authority: async (name) => (await readPem(resolve(dirname(path), name), io)).text,
  });
}

/**
 * The Ed25519 public key of a partner, from lines `NAME ed25519:KEY`.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readPeerKey(path: string, name: string, io: Io): Promise<Uint8Array> {
  const lines = (await readSmall(path, io)).toString('latin1').split(/\r?\n/);
  const all = lines.flatMap((line) => {
    const [, peer, key] = /^([\w.@-]{1,64})\s+ed25519:([0-9a-f]{64})$/.exec(line.trim()) ?? [];
    return peer === undefined || key === undefined ? [] : [{ peer, key }];
  });
  const own = all.filter(({ peer }) => peer === name);
  if (own.length === 1) return hexToBytes(own[0]!.key);
  const others = all.length > own.length ? ` It has keys of ${all.map(({ peer }) => peer).join(', ')}.` : '';
  throw new VeilmatchError(
    'bad-file',
    `${placeName(path)} has ${own.length === 0 ? 'no key' : `${own.length} keys`} of ${isPartnerName(name) ? name : 'this partner'}, and must have one, as a ` +
      `line NAME ed25519:KEY.${others} The partner makes such a line with: veilmatch key`,
  );
}

/**
 * One certificate or several.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readCertificates(path: string, io: Io): Promise<string> {
  const { text, source } = await readPem(path, io);
  certificatesIn(text, source);
  return text;
}

/**
 * Revocation lists: one, or several.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readRevocations(path: string, io: Io): Promise<string> {
  const { text, source } = await readPem(path, io);
  if (/-----BEGIN X509 CRL-----/.test(text)) return text;
  throw new VeilmatchError('bad-file', `${source} holds no revocation list (-----BEGIN X509 CRL-----).`);
}

/**
 * A certificate that this party shows, those between it and its authority, and its key.
 * @throws {VeilmatchError} `io`; `bad-file` where they do not fit together, or the certificate's time is over
 */
export async function readKeyPair(
  certPath: string,
  keyPath: string,
  io: Io,
): Promise<{ readonly cert: string; readonly key: string }> {
  const cert = await readPem(certPath, io);
  const key = await readPem(keyPath, io, true);
  const [own] = certificatesIn(cert.text, cert.source);
  const end = new Date(own!.validTo);
  if (end.getTime() < Date.now()) {
    throw new VeilmatchError(
      'bad-file',
      `The certificate in ${cert.source} expired on ${end.toISOString().slice(0, 10)}, and partners would not take it. Renew it.`,
    );
  }
  if (!own!.checkPrivateKey(privateKeyIn(key.text, key.source))) {
    throw new VeilmatchError(
      'bad-file',
      `The key in ${key.source} does not belong to the certificate in ${cert.source}. Where there are several, the party's own comes first.`,
    );
  }
  return { cert: cert.text, key: key.text };
}

interface Pem {
  readonly text: string;
  readonly source: string;
}

async function readPem(path: string, io: Io, secret: boolean = false): Promise<Pem> {
  const read = secret ? readSecret : readSmall;
  const text = (await read(path, io, MAX_PEM_BYTES)).toString('latin1');
  const source = placeName(path);
  if (/-----BEGIN [A-Z ]+-----/.test(text)) return { text, source };
  throw new VeilmatchError('bad-file', `${source} is not PEM: it has no line -----BEGIN ...-----.`);
}

function certificatesIn(text: string, source: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new VeilmatchError('bad-file', `${source} holds no certificate.`);
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new VeilmatchError('bad-file', `Certificate ${i + 1} in ${source} cannot be read.`, { cause });
    }
  });
}

function privateKeyIn(text: string, source: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const why = /ENCRYPTED/.test(text)
      ? 'is encrypted. Take its passphrase off: openssl pkey -in FILE -out NEWFILE'
      : 'cannot be read: it is no private key';
    throw new VeilmatchError('bad-file', `The key in ${source} ${why}.`, { cause });
  }
}
