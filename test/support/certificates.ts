// SPDX-License-Identifier: Apache-2.0
/** Certificates for one test: an authority and what it issues. X.509 (RFC 5280) in DER, as much of it as that takes. */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** In PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly cert: string;
  /** For a server of these names and of 127.0.0.1; without names for a client. */
  issue(name: string, hosts?: readonly string[]): Issued;
}

const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  basicConstraints: '0603551d13',
  extendedKeyUsage: '0603551d25',
  subjectAltName: '0603551d11',
  serverAuth: '06082b06010505070301',
  clientAuth: '06082b06010505070302',
} as const;

type Name = keyof typeof OID;
const oid = (name: Name): Buffer => Buffer.from(OID[name], 'hex');

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const TRUE = Buffer.from('0101ff', 'hex');

/** Of a name, as `CN=name`. */
function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('commonName'), der(0x0c, Buffer.from(name)))));
}

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(text.slice(2)));
}

const HOUR = 3_600_000;

function certificate(
  subject: string,
  publicKey: KeyObject,
  issuer: string,
  signingKey: KeyObject,
  extension: Buffer,
): string {
  const algorithm = sequence(oid('ecdsaWithSha256'));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguished(issuer),
    sequence(time(Date.now() - HOUR), time(Date.now() + HOUR)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', content, signingKey);
  const whole = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function createAuthority(name: string): Authority {
  const keys = newKeys();
  const isAuthority = sequence(oid('basicConstraints'), TRUE, der(0x04, sequence(TRUE)));
  return {
    cert: certificate(name, keys.publicKey, name, keys.privateKey, isAuthority),
    issue(subject, hosts) {
      const own = newKeys();
      const usage = oid(hosts === undefined ? 'clientAuth' : 'serverAuth');
      const names = (hosts ?? []).map((host) => der(0x82, Buffer.from(host)));
      const alternatives = sequence(...names, der(0x87, Buffer.from([127, 0, 0, 1])));
      const extensions = Buffer.concat([
        sequence(oid('extendedKeyUsage'), der(0x04, sequence(usage))),
        ...(hosts === undefined ? [] : [sequence(oid('subjectAltName'), der(0x04, alternatives))]),
      ]);
      return {
        cert: certificate(subject, own.publicKey, name, keys.privateKey, extensions),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      };
    },
  };
}
