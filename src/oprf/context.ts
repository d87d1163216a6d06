// SPDX-License-Identifier: Apache-2.0
/** Modes, context strings and keys (RFC 9497, sections 3.1 and 3.2). */

import { requireBytes, requireFunction, requireText } from '../arguments.js';
import { concatBytes, u16, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type RandomSource, secureRandom } from '../random.js';
import type { ProofContext } from './dleq.js';
import { requireSuite, type Suite, type SuiteIdentifier } from './suite.js';

/** `oprf` is the plain one, `voprf` proves which key was used, `poprf` takes in a public input as well. */
export type OprfMode = 'oprf' | 'voprf' | 'poprf';

/** As the byte of the context string. */
const MODE: Readonly<Record<OprfMode, number>> = { oprf: 0, voprf: 1, poprf: 2 };

/** What both parties must agree on, and what its hashes are tagged with. */
export interface Context extends ProofContext {
  /** One of the three modes. */
  readonly mode: OprfMode;
  /** The tag of HashToGroup. */
  readonly groupTag: Uint8Array;
}

/** A server's keys. */
export interface KeyPair {
  /** skS: one scalar. Secret. */
  readonly secretKey: Uint8Array;
  /** pkS: one element. */
  readonly publicKey: Uint8Array;
}

/**
 * CreateContextString: "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier, in bytes.
 * @example
 * ```ts
 * import { createContextString } from 'veilmatch/oprf';
 *
 * const bytes = createContextString('oprf', 'P256-SHA256');
 * console.log(new TextDecoder().decode(bytes).slice(0, 7)); // → OPRFV1-
 * ```
 */
export function createContextString(mode: OprfMode, identifier: SuiteIdentifier): Uint8Array {
  requireMode(mode);
  requireText(identifier, 'The name of the suite');
  return concatBytes(utf8('OPRFV1-'), Uint8Array.of(MODE[mode]), utf8(`-${identifier}`));
}

/**
 * The context of a suite and a mode.
 * @example
 * ```ts
 * import { createContext, p256Sha256 } from 'veilmatch/oprf';
 *
 * const { contextString } = createContext(p256Sha256, 'voprf');
 * console.log(contextString.length); // → 20
 * ```
 */
export function createContext(suite: Suite, mode: OprfMode): Context {
  requireSuite(suite);
  const contextString = createContextString(mode, suite.identifier);
  return { suite, mode, contextString, groupTag: concatBytes(utf8('HashToGroup-'), contextString) };
}

/**
 * GenerateKeyPair: a fresh key pair, which fits every mode.
 * @example
 * ```ts
 * import { generateKeyPair, p256Sha256 } from 'veilmatch/oprf';
 *
 * const { secretKey, publicKey } = await generateKeyPair(p256Sha256);
 * console.log(secretKey.length, publicKey.length); // → 32 33
 * ```
 */
export async function generateKeyPair(suite: Suite, random: RandomSource = secureRandom): Promise<KeyPair> {
  requireSuite(suite);
  requireFunction(random, 'The source of randomness');
  const secretKey = suite.scalars.random(random);
  return { secretKey, publicKey: await suite.group.multiplyBase(secretKey) };
}

/**
 * DeriveKeyPair: the key pair of a seed, another one for each mode, suite and `info`.
 * @param seed Ns bytes (32 in both suites), random and secret: whoever has it has the key
 * @param info public, at most 65,535 bytes; default empty
 * @throws {VeilmatchError} `argument` for a seed or an info of another length
 * @example
 * ```ts
 * import { deriveKeyPair, p256Sha256 } from 'veilmatch/oprf';
 *
 * const seed = new Uint8Array(32).fill(1); // of a test: a real one is random
 * const [a, b] = [await deriveKeyPair(p256Sha256, 'oprf', seed), await deriveKeyPair(p256Sha256, 'voprf', seed)];
 * console.log(a.secretKey[0] === b.secretKey[0], a.publicKey.length); // → false 33
 * ```
 */
export async function deriveKeyPair(
  suite: Suite,
  mode: OprfMode,
  seed: Uint8Array,
  info: Uint8Array = new Uint8Array(),
): Promise<KeyPair> {
  requireSuite(suite);
  requireMode(mode);
  requireBytes(seed, 'The seed');
  const { scalars, scalarBytes, group } = suite;
  if (seed.length !== scalarBytes) {
    throw new VeilmatchError(
      'argument',
      `A seed is ${scalarBytes} random bytes; this one has ${seed.length}.`,
    );
  }
  checkInfo(info);
  const dst = concatBytes(utf8('DeriveKeyPair'), createContextString(mode, suite.identifier));
  // The first counter whose scalar is not zero, that is, as far as anybody will ever see, zero.
  for (let counter = 0; counter <= 255; counter++) {
    const input = concatBytes(seed, u16(info.length), info, Uint8Array.of(counter));
    const secretKey = scalars.hasher(dst)(input);
    input.fill(0);
    if (!scalars.isZero(secretKey)) return { secretKey, publicKey: await group.multiplyBase(secretKey) };
  }
  throw new VeilmatchError(
    'bad-scalar',
    'No key can be derived of this seed (DeriveKeyPairError). Draw another.',
  );
}

/** What is hashed with its length in two bytes cannot be longer. */
export const MAX_INPUT_BYTES = 65_535;

/** @throws {VeilmatchError} `argument` */
export function checkInfo(info: Uint8Array): void {
  requireBytes(info, 'The public info');
  if (info.length > MAX_INPUT_BYTES) {
    throw new VeilmatchError(
      'argument',
      `The public info has ${info.length} bytes; at most ${MAX_INPUT_BYTES} are possible.`,
    );
  }
}

/**
 * A server's public key, from its secret one.
 * @throws {VeilmatchError} `argument` for another length, `bad-scalar` for what is no key
 * @example
 * ```ts
 * import { generateKeyPair, p256Sha256, publicKeyOf } from 'veilmatch/oprf';
 *
 * const { secretKey, publicKey } = await generateKeyPair(p256Sha256);
 * const again = await publicKeyOf(p256Sha256, secretKey);
 * console.log(again.every((byte, i) => byte === publicKey[i])); // → true
 * ```
 */
export async function publicKeyOf(suite: Suite, secretKey: Uint8Array): Promise<Uint8Array> {
  requireSuite(suite);
  checkSecretKey(suite, secretKey);
  return suite.group.multiplyBase(secretKey);
}

/** @throws {VeilmatchError} `argument` for another length, `bad-scalar` for what is no key */
export function checkSecretKey(suite: Suite, secretKey: Uint8Array): void {
  requireSuite(suite);
  requireBytes(secretKey, 'The secret key');
  const { scalars, scalarBytes } = suite;
  if (secretKey.length !== scalarBytes) {
    throw new VeilmatchError(
      'argument',
      `A secret key is ${scalarBytes} bytes; this one has ${secretKey.length}.`,
    );
  }
  if (!scalars.isValid(secretKey) || scalars.isZero(secretKey)) {
    throw new VeilmatchError('bad-scalar', 'The secret key is zero or not reduced. Use generateKeyPair.');
  }
}

/**
 * What can be said of a public key without decoding it; the first use decodes it.
 * @throws {VeilmatchError} `argument` for another length, `identity-element`
 */
export function checkPublicKey(suite: Suite, publicKey: Uint8Array): void {
  requireSuite(suite);
  requireBytes(publicKey, 'The public key');
  if (publicKey.length !== suite.elementBytes) {
    throw new VeilmatchError(
      'argument',
      `A public key is ${suite.elementBytes} bytes; this one has ${publicKey.length}.`,
    );
  }
  if (suite.isIdentity(publicKey)) {
    throw new VeilmatchError('identity-element', 'The public key is the identity: no server has that key.');
  }
}

/** @throws {VeilmatchError} `argument` for what is no mode */
function requireMode(mode: unknown): void {
  if (typeof mode === 'string' && Object.hasOwn(MODE, mode)) return;
  throw new VeilmatchError('argument', `mode must be one of ${Object.keys(MODE).join(', ')}.`);
}
