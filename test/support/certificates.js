// SPDX-License-Identifier: Apache-2.0
/**
 * Certificates for one test or measurement: an authority and what it issues. X.509 (RFC 5280) in DER, as much of it as
 * that takes.
 *
 * @typedef {object} Issued - in PEM
 * @property {string} cert
 * @property {string} key
 *
 * @typedef {object} Authority
 * @property {string} cert
 * @property {(name: string, hosts?: readonly string[], key?: string) => Issued} issue - for a server of these names and of
 *   127.0.0.1; without names for a client; of this key, or a new one
 * @property {(name: string) => Authority} authority - below this one
 * @property {(...certs: string[]) => string} revoke - the revocation list with these certificates
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';

const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  basicConstraints: '0603551d13',
  extendedKeyUsage: '0603551d25',
  subjectKeyIdentifier: '0603551d0e',
  authorityKeyIdentifier: '0603551d23',
  subjectAltName: '0603551d11',
  serverAuth: '06082b06010505070301',
  clientAuth: '06082b06010505070302',
};

const oid = (/** @type {keyof typeof OID} */ name) => Buffer.from(OID[name], 'hex');

/**
 * @param {number} tag
 * @param {...Uint8Array} parts
 */
function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (/** @type {Uint8Array[]} */ ...parts) => der(0x30, ...parts);
const TRUE = Buffer.from('0101ff', 'hex');

/**
 * `CN=name`.
 * @param {string} name
 */
function distinguished(name) {
  return sequence(der(0x31, sequence(oid('commonName'), der(0x0c, Buffer.from(name)))));
}

/** @param {number} milliseconds */
function time(milliseconds) {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(text.slice(2)));
}

const HOUR = 3_600_000;

/**
 * PEM of what an authority has signed.
 * @param {string} label
 * @param {Buffer} content
 * @param {import('node:crypto').KeyObject} signingKey
 */
function signed(label, content, signingKey) {
  const signature = sign('sha256', content, signingKey);
  const whole = sequence(content, sequence(oid('ecdsaWithSha256')), der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * @param {string} subject
 * @param {import('node:crypto').KeyObject} publicKey
 * @param {string} issuer
 * @param {import('node:crypto').KeyObject} signingKey
 * @param {Buffer} extensions
 * @param {number} hours
 */
function certificate(subject, publicKey, issuer, signingKey, extensions, hours) {
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(oid('ecdsaWithSha256')),
    distinguished(issuer),
    sequence(time(Date.now() - 2 * HOUR), time(Date.now() + hours * HOUR)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extensions, ...identifiers(publicKey, createPublicKey(signingKey)))),
  );
  return signed('CERTIFICATE', content, signingKey);
}

/**
 * Which keys these are: of two authorities of one name, the right one is found by it.
 * @param {import('node:crypto').KeyObject} own
 * @param {import('node:crypto').KeyObject} issuer
 */
function identifiers(own, issuer) {
  const digest = (/** @type {import('node:crypto').KeyObject} */ key) =>
    createHash('sha1')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest();
  return [
    sequence(oid('subjectKeyIdentifier'), der(0x04, der(0x04, digest(own)))),
    sequence(oid('authorityKeyIdentifier'), der(0x04, sequence(der(0x80, digest(issuer))))),
  ];
}

/**
 * A revocation list.
 * @param {string} issuer
 * @param {import('node:crypto').KeyObject} signingKey
 * @param {readonly string[]} revoked - certificates in PEM
 */
function revocations(issuer, signingKey, revoked) {
  const entries = revoked.map((cert) => {
    const serial = Buffer.from(new X509Certificate(cert).serialNumber, 'hex');
    return sequence(der(0x02, serial), time(Date.now() - HOUR));
  });
  const content = sequence(
    der(0x02, Buffer.from([1])),
    sequence(oid('ecdsaWithSha256')),
    distinguished(issuer),
    time(Date.now() - HOUR),
    time(Date.now() + HOUR),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
  );
  return signed('X509 CRL', content, signingKey);
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** @param {string} key - in PEM */
function keysOf(key) {
  return { privateKey: createPrivateKey(key), publicKey: createPublicKey(key) };
}

/**
 * @param {string} name
 * @param {{ hours?: number }} [options] - for how long from now on its certificates are good
 * @returns {Authority}
 */
export function createAuthority(name, { hours = 1 } = {}) {
  const keys = newKeys();
  return authorityOf(
    name,
    keys,
    certificate(name, keys.publicKey, name, keys.privateKey, IS_AUTHORITY, hours),
    hours,
  );
}

const IS_AUTHORITY = sequence(oid('basicConstraints'), TRUE, der(0x04, sequence(TRUE)));

/**
 * @param {string} name
 * @param {ReturnType<typeof newKeys>} keys
 * @param {string} cert
 * @param {number} hours
 * @returns {Authority}
 */
function authorityOf(name, keys, cert, hours) {
  return {
    cert,
    authority(below) {
      const own = newKeys();
      return authorityOf(
        below,
        own,
        certificate(below, own.publicKey, name, keys.privateKey, IS_AUTHORITY, hours),
        hours,
      );
    },
    revoke: (...revoked) => revocations(name, keys.privateKey, revoked),
    issue(subject, hosts, key) {
      const own = key === undefined ? newKeys() : keysOf(key);
      const usage = oid(hosts === undefined ? 'clientAuth' : 'serverAuth');
      const names = (hosts ?? []).map((host) => der(0x82, Buffer.from(host)));
      const alternatives = sequence(...names, der(0x87, Buffer.from([127, 0, 0, 1])));
      const extensions = Buffer.concat([
        sequence(oid('extendedKeyUsage'), der(0x04, sequence(usage))),
        ...(hosts === undefined ? [] : [sequence(oid('subjectAltName'), der(0x04, alternatives))]),
      ]);
      return {
        cert: certificate(subject, own.publicKey, name, keys.privateKey, extensions, hours),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}
