// SPDX-License-Identifier: Apache-2.0
/**
 * A secret key at rest: AES-256-GCM (WebCrypto) under a key that comes from a passphrase by scrypt (RFC 7914), or from the
 * random bytes of a key file by HKDF (RFC 5869). Salt and nonce are drawn anew each time something is sealed.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 16 | `veilmatch-sealed` in ASCII |
 * | 16 | 1 | version, 1 |
 * | 17 | 1 | 1 key file, HKDF with SHA-256; 2 passphrase, scrypt |
 * | 18 | 3 | scrypt's log2 N, r and p; zero for a key file |
 * | 21 | 3 | zero |
 * | 24 | 32 | salt |
 * | 56 | 12 | nonce |
 * | 68 | | the ciphertext and its tag of 16 bytes; the bytes before it are authenticated with it |
 */

import { hkdf } from '@noble/hashes/hkdf.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { requireBytes, requireObject, requireOptions, requireText } from '../../arguments.js';
import { concatBytes, equalBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { draw, type RandomSource, secureRandom } from '../../random.js';

/** Opens what is sealed. */
export type Unlock =
  | {
      /** At most 1,024 characters. Normalised to NFC, so that two keyboards agree. */
      readonly passphrase: string;
    }
  | {
      /** At least 32 random bytes. */
      readonly key: Uint8Array;
    };

/** How a secret is sealed. */
export interface SealOptions {
  /** Cost of a passphrase. Default: OWASP's, N = 2^17, r = 8, p = 1. */
  readonly scrypt?: { readonly logN: number; readonly r: number; readonly p: number } | undefined;
  /** Default: the platform's CSPRNG. Anything else is for tests. */
  readonly random?: RandomSource | undefined;
}

const MAGIC = utf8('veilmatch-sealed');
const VERSION = 1;
const BY_KEY = 1;
const BY_PASSPHRASE = 2;
const SALT_AT = 24;
const NONCE_AT = 56;
const SEALED_AT = 68;
const TAG_BYTES = 16;
const MIN_KEY_BYTES = 32;
/** NFC takes the square of the number of marks: no passphrase is longer, but a file may be that was given for one. */
const MAX_PASSPHRASE = 1024;
const SCRYPT = { logN: 17, r: 8, p: 1 };
/** A file that asks for more than this would only keep its reader busy: 1 GiB, a few seconds. */
const MOST = { logN: 20, r: 8, p: 4 };
const INFO = utf8('veilmatch-sealed-v1');

/**
 * Seals a secret.
 * @throws {VeilmatchError} `argument` for an empty or too long passphrase, a short key or a cost out of range; `unsupported` where
 * there is no WebCrypto, as on a web page without TLS
 */
export async function sealKey(
  secret: Uint8Array,
  unlock: Unlock,
  options: SealOptions = {},
): Promise<Uint8Array> {
  requireBytes(secret, 'The secret');
  requireObject(unlock, 'What it is sealed with');
  requireOptions(options);
  const { scrypt = SCRYPT, random = secureRandom } = options;
  const byPassphrase = 'passphrase' in unlock;
  const { logN, r, p } = byPassphrase ? scrypt : { logN: 0, r: 0, p: 0 };
  if (byPassphrase && !costAllowed(logN, r, p)) {
    throw new VeilmatchError(
      'argument',
      `scrypt's cost must lie within log2 N 1 to ${MOST.logN}, r 1 to ${MOST.r}, p 1 to ${MOST.p}.`,
    );
  }
  const header = concatBytes(
    MAGIC,
    Uint8Array.of(VERSION, byPassphrase ? BY_PASSPHRASE : BY_KEY, logN, r, p, 0, 0, 0),
    draw(random, NONCE_AT - SALT_AT),
    draw(random, SEALED_AT - NONCE_AT),
  );
  const { subtle } = webCrypto();
  const key = await sealingKey(header, unlock);
  const sealed = await subtle.encrypt(parametersOf(header), key, secret.slice());
  return concatBytes(header, new Uint8Array(sealed));
}

/**
 * @returns the secret
 * @throws {VeilmatchError} `bad-file` for what is no sealed key, was changed, or was sealed with another passphrase or key:
 * the last two cannot be told apart; `argument` for an empty or too long passphrase or a short key
 */
export async function openKey(sealed: Uint8Array, unlock: Unlock): Promise<Uint8Array> {
  requireBytes(sealed, 'The sealed key');
  requireObject(unlock, 'What it is opened with');
  const [version, kind, logN, r, p] = sealed.subarray(16, 21);
  if (sealed.length < SEALED_AT + TAG_BYTES || !equalBytes(sealed.subarray(0, 16), MAGIC)) {
    throw badFile('it is no sealed key of veilmatch');
  }
  if (version !== VERSION)
    throw badFile(`it has version ${version}, and this package reads version ${VERSION}`);
  const fits =
    kind === BY_KEY ? logN === 0 && r === 0 && p === 0 : kind === BY_PASSPHRASE && costAllowed(logN!, r!, p!);
  if (!fits || sealed.subarray(21, SALT_AT).some((byte) => byte !== 0))
    throw badFile('its header is malformed');
  if ((kind === BY_PASSPHRASE) !== 'passphrase' in unlock) {
    throw badFile(kind === BY_KEY ? 'it was sealed with a key file' : 'it was sealed with a passphrase');
  }
  const header = sealed.slice(0, SEALED_AT);
  const { subtle } = webCrypto();
  const key = await sealingKey(header, unlock);
  try {
    return new Uint8Array(await subtle.decrypt(parametersOf(header), key, sealed.slice(SEALED_AT)));
  } catch {
    throw badFile('the passphrase or key is another one, or the file was changed');
  }
}

function costAllowed(logN: number, r: number, p: number): boolean {
  const within = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  return within(logN, MOST.logN) && within(r, MOST.r) && within(p, MOST.p);
}

async function sealingKey(header: Uint8Array, unlock: Unlock): Promise<CryptoKey> {
  const salt = header.slice(SALT_AT, NONCE_AT);
  const [logN, r, p] = header.subarray(18, 21);
  const bytes =
    'passphrase' in unlock
      ? await scryptAsync(passphraseBytes(unlock.passphrase), salt, {
          N: 2 ** logN!,
          r: r!,
          p: p!,
          dkLen: 32,
        })
      : hkdf(sha256, keyBytes(unlock.key), salt, INFO, 32);
  try {
    return await webCrypto().subtle.importKey('raw', bytes.slice(), 'AES-GCM', false, ['encrypt', 'decrypt']);
  } finally {
    bytes.fill(0);
  }
}

function parametersOf(header: Uint8Array): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: header.slice(NONCE_AT, SEALED_AT),
    additionalData: header.slice(),
    tagLength: TAG_BYTES * 8,
  };
}

function passphraseBytes(passphrase: string): Uint8Array {
  requireText(passphrase, 'The passphrase');
  if (passphrase === '') throw new VeilmatchError('argument', 'The passphrase is empty.');
  if (passphrase.length > MAX_PASSPHRASE) {
    throw new VeilmatchError(
      'argument',
      `The passphrase has more than ${MAX_PASSPHRASE} characters. Take a shorter one, or a key file.`,
    );
  }
  return utf8(passphrase.normalize('NFC'));
}

function keyBytes(key: Uint8Array): Uint8Array {
  requireBytes(key, 'The key');
  if (key.length >= MIN_KEY_BYTES) return key;
  throw new VeilmatchError(
    'argument',
    `The key must have at least ${MIN_KEY_BYTES} random bytes; it has ${key.length}.`,
  );
}

/** @throws {VeilmatchError} `unsupported` */
export function webCrypto(): Crypto {
  if (globalThis.crypto?.subtle !== undefined) return globalThis.crypto;
  throw new VeilmatchError('unsupported', 'This platform has no WebCrypto; a web page has it only over TLS.');
}

function badFile(reason: string): VeilmatchError {
  return new VeilmatchError('bad-file', `The sealed key cannot be opened: ${reason}.`);
}
