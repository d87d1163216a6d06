// SPDX-License-Identifier: Apache-2.0
/**
 * The salt Ks and the keys Ka and Kp of PAIR, each with the day on which it was made: the specification has the salt changed after
 * 30 days and the keys after 180 (PAIR 1.1, "Two Data Clean Rooms", 1a to 1c; requirement 10 of clean rooms), and what is older is
 * refused here. Whoever holds a salt and a key can try every guess on all lists that were made with them.
 */

import { requireBytes, requireCallbacks, requireObject, requireOptions } from '../arguments.js';
import { base64ToBytes, bytesToBase64, fromUtf8, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { draw, isNonZeroScalar, type RandomSource, randomScalar, secureRandom } from '../random.js';

/** Bytes of a salt, as of a scalar. */
const SECRET_BYTES = 32;

/** Days after which the salt Ks is changed, and the keys Ka and Kp. */
export const ROTATION_DAYS: Readonly<Record<PairSecret['kind'], number>> = { salt: 30, key: 180 };

/** What a party hashes or encrypts with. */
export interface PairSecret {
  /** The salt Ks, which both parties have, or a key Ka or Kp, which one has. */
  readonly kind: 'salt' | 'key';
  /** 32 bytes: a salt is any, a key a scalar of ristretto255, little-endian. */
  readonly bytes: Uint8Array;
  /** When it was made, in milliseconds since 1970. */
  readonly createdAt: number;
}

/** How a secret is made. */
export interface CreatePairOptions {
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Default: the platform's CSPRNG. Anything else is for tests. */
  readonly random?: RandomSource | undefined;
}

const DAY = 86_400_000;
/** How far two clocks may be apart: a secret of tomorrow would be fresh for longer than it may. */
const CLOCKS = DAY;

/**
 * A new salt Ks. The publisher makes one for all its partners, and gives it to each; nobody else may have it.
 * @example
 * ```ts
 * import { createPairSalt } from 'veilmatch/pair';
 *
 * console.log(createPairSalt().bytes.length); // → 32
 * ```
 */
export function createPairSalt(options: CreatePairOptions = {}): PairSecret {
  const { random = secureRandom } = checkedOptions(options);
  return { kind: 'salt', bytes: draw(random, SECRET_BYTES), createdAt: madeAt(options) };
}

/**
 * A new key Ka or Kp, which stays with the party that made it.
 * @example
 * ```ts
 * import { createPairKey } from 'veilmatch/pair';
 *
 * console.log(createPairKey().kind); // → key
 * ```
 */
export function createPairKey(options: CreatePairOptions = {}): PairSecret {
  const { random = secureRandom } = checkedOptions(options);
  return { kind: 'key', bytes: randomScalar(random), createdAt: madeAt(options) };
}

function checkedOptions(options: CreatePairOptions): CreatePairOptions {
  requireOptions(options, { now: true, random: true });
  requireCallbacks(options, 'now', 'random');
  return options;
}

/** To the second: as it is written. */
function madeAt({ now = Date.now }: CreatePairOptions): number {
  return Math.floor(now() / 1000) * 1000;
}

/**
 * A secret as a file holds it, in JSON: kind, base64 and day. It is not sealed: `sealKey` of `veilmatch/transport` does that.
 * @example
 * ```ts
 * import { createPairSalt, pairSecretToBytes } from 'veilmatch/pair';
 *
 * const text = new TextDecoder().decode(pairSecretToBytes(createPairSalt({ now: () => 0 })));
 * console.log(JSON.parse(text).createdAt); // → 1970-01-01T00:00:00.000Z
 * ```
 */
export function pairSecretToBytes(secret: PairSecret): Uint8Array {
  requireSecret(secret, secret?.kind);
  const { kind, bytes, createdAt } = secret;
  const written = {
    pair: kind,
    secret: bytesToBase64(bytes),
    createdAt: new Date(createdAt).toISOString(),
  };
  return utf8(`${JSON.stringify(written)}\n`);
}

/**
 * What `pairSecretToBytes` has written.
 * @param kind what it has to be
 * @param named what errors call it: a path
 * @throws {VeilmatchError} `bad-file` for anything else
 * @example
 * ```ts
 * import { createPairKey, pairSecretFromBytes, pairSecretToBytes } from 'veilmatch/pair';
 *
 * const written = pairSecretToBytes(createPairKey());
 * console.log(pairSecretFromBytes(written, 'key').kind); // → key
 * ```
 */
export function pairSecretFromBytes(
  bytes: Uint8Array,
  kind: PairSecret['kind'],
  named: string = 'The file',
): PairSecret {
  requireBytes(bytes, 'The written secret');
  const wrong = (why: string): VeilmatchError =>
    new VeilmatchError(
      'bad-file',
      `${named} is no ${kind} of PAIR: ${why}. Make one with: veilmatch pair ${kind}`,
    );
  let read: { readonly pair?: unknown; readonly secret?: unknown; readonly createdAt?: unknown };
  try {
    read = Object(JSON.parse(fromUtf8(bytes)));
  } catch {
    // The error that led here may quote what stands there.
    throw wrong('it is not JSON');
  }
  if (read.pair !== kind) throw wrong(`it does not say "pair": "${kind}"`);
  const secret = typeof read.secret === 'string' ? base64ToBytes(read.secret) : undefined;
  const createdAt = typeof read.createdAt === 'string' ? Date.parse(read.createdAt) : Number.NaN;
  if (!Number.isFinite(createdAt)) throw wrong('it does not say when it was made ("createdAt")');
  if (secret?.length !== SECRET_BYTES) throw wrong(`its secret is not ${SECRET_BYTES} bytes in base64`);
  if (kind === 'key' && !isNonZeroScalar(secret)) throw wrong('its secret is no scalar of ristretto255');
  return { kind, bytes: secret, createdAt };
}

/**
 * Whether a secret may be used still.
 * @param now milliseconds since 1970
 * @throws {VeilmatchError} `argument` for what is no such secret; `refused` for one that is older than `ROTATION_DAYS`, or that
 * is to be made more than a day from now
 * @example
 * ```ts
 * import type { VeilmatchError } from 'veilmatch/errors';
 * import { createPairSalt, requireFreshSecret } from 'veilmatch/pair';
 *
 * const salt = createPairSalt();
 * requireFreshSecret(salt, 'salt');
 * const later = Date.now() + 31 * 86_400_000;
 * try {
 *   requireFreshSecret(salt, 'salt', later);
 * } catch (error) {
 *   console.log((error as VeilmatchError).code); // → refused
 * }
 * ```
 */
export function requireFreshSecret(
  secret: PairSecret,
  kind: PairSecret['kind'],
  now: number = Date.now(),
): void {
  requireSecret(secret, kind);
  const days = ROTATION_DAYS[kind];
  if (secret.createdAt > now + CLOCKS) {
    throw new VeilmatchError(
      'refused',
      `The ${kind} was made on a day that has not come yet: its file or this machine's clock is wrong.`,
    );
  }
  if (now - secret.createdAt <= days * DAY) return;
  throw new VeilmatchError(
    'refused',
    `The ${kind} is older than ${days} days, after which PAIR has it changed: make a new one with veilmatch pair ${kind}, and encrypt ` +
      'both lists anew.',
  );
}

function requireSecret(secret: PairSecret, kind: PairSecret['kind']): void {
  requireObject(secret, `The ${kind}`, 'kind', 'bytes', 'createdAt');
  requireBytes(secret.bytes, `The bytes of the ${kind}`);
  const fits = secret.kind === kind && kind in ROTATION_DAYS && secret.bytes.length === SECRET_BYTES;
  if (fits && Number.isFinite(secret.createdAt)) return;
  throw new VeilmatchError(
    'argument',
    `A ${kind} of PAIR has 32 bytes and the time at which it was made: createPairSalt and createPairKey make them.`,
  );
}
