// SPDX-License-Identifier: Apache-2.0
/** From a passphrase or the bytes of a key file to the key of one container. */

import { hkdf } from '@noble/hashes/hkdf.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { requireBytes, requireText } from '../arguments.js';
import { utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { RandomSource } from '../random.js';

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
  readonly scrypt?: ScryptCost | undefined;
  /** Default: the platform's CSPRNG. Anything else is for tests. */
  readonly random?: RandomSource | undefined;
}

/** Cost of scrypt (RFC 7914): N = 2^logN, block size r, parallelisation p. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export const SCRYPT: ScryptCost = { logN: 17, r: 8, p: 1 };
/** A file that asks for more than this would only keep its reader busy: 1 GiB, a few seconds. */
export const MOST: ScryptCost = { logN: 20, r: 8, p: 4 };
/** NFC takes the square of the number of marks: no passphrase is longer, but a file may be that was given for one. */
const MAX_PASSPHRASE = 1024;
const MIN_KEY_BYTES = 32;
const AES_KEY_BYTES = 32;

export function isAllowed({ logN, r, p }: ScryptCost): boolean {
  const within = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  return within(logN, MOST.logN) && within(r, MOST.r) && within(p, MOST.p);
}

/**
 * @param salt - of one container alone
 * @param cost - is looked at where a passphrase unlocks
 * @param info - what the key is for
 * @throws {VeilmatchError} `argument` for an empty passphrase or a short key; `unsupported` where there is no WebCrypto
 */
export async function deriveKey(
  unlock: Unlock,
  salt: Uint8Array,
  cost: ScryptCost,
  info: Uint8Array,
): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  const byPassphrase = 'passphrase' in unlock;
  const secret = byPassphrase
    ? await scryptAsync(passphraseBytes(unlock.passphrase), salt, {
        N: 2 ** cost.logN,
        r: cost.r,
        p: cost.p,
        dkLen: AES_KEY_BYTES,
      })
    : keyBytes(unlock.key);
  const bytes = hkdf(sha256, secret, salt, info, AES_KEY_BYTES).slice();
  try {
    return await subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  } finally {
    bytes.fill(0);
    if (byPassphrase) secret.fill(0);
  }
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
