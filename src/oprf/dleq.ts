// SPDX-License-Identifier: Apache-2.0
/**
 * Proofs that two lists of elements have one discrete logarithm (RFC 9497, section 2.2): B = k * G and D[i] = k * C[i]
 * for every i, where k stays secret. A Chaum-Pedersen proof of two scalars, whatever the length of the lists.
 *
 * **What it shows**: that one key, the one behind B, made every D[i] of its C[i]. **What it does not**: that B is the
 * key the verifier expected, which is for the verifier to pin, or that the C[i] are what somebody meant to ask.
 */

import { throwIfAborted } from '../abort.js';
import { requireBytes, requireObject, requireOptions } from '../arguments.js';
import { concatBytes, equalBytes, recordAt, u16, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type BatchOptions, countRecords } from '../group/group.js';
import { type RandomSource, secureRandom } from '../random.js';
import { nextTurn } from '../workers/turn.js';
import { requireSuite, type Suite } from './suite.js';

/** Elements that one proof covers at most: their index is hashed as two bytes. */
export const MAX_PROOF_ELEMENTS = 65_535;

/** Where a proof is valid. */
export interface ProofContext {
  /** The group, its scalars and its hash. */
  readonly suite: Suite;
  /** Bound into the proof: a proof for one context is none for another. */
  readonly contextString: Uint8Array;
}

/** What a proof is about: B = k * G, and D[i] = k * C[i] for every i. */
export interface Statement {
  /** One element: the public key. */
  readonly B: Uint8Array;
  /** m elements, concatenated; 1 to 65,535 of them. */
  readonly C: Uint8Array;
  /** m elements, concatenated. */
  readonly D: Uint8Array;
}

/** Options of whoever proves. */
export interface ProofOptions extends Pick<BatchOptions, 'signal'> {
  /** Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
}

interface Composites {
  readonly M: Uint8Array;
  readonly Z: Uint8Array;
}

/**
 * GenerateProof, with A the generator.
 * @param k the scalar of which the statement is true; nothing checks that it is
 * @returns c and s, one after the other: 2 x Ns bytes
 * @throws {VeilmatchError} `argument` for lists that do not fit, `bad-element`, `identity-element`, `bad-scalar`
 * @example
 * ```ts
 * import { createContext, generateKeyPair, generateProof, p256Sha256 } from 'veilmatch/oprf';
 *
 * const context = createContext(p256Sha256, 'voprf');
 * const { secretKey, publicKey } = await generateKeyPair(p256Sha256);
 * const C = (await generateKeyPair(p256Sha256)).publicKey;
 * const statement = { B: publicKey, C, D: await p256Sha256.group.multiply(C, secretKey) };
 * const proof = await generateProof(context, secretKey, statement);
 * console.log(proof.length); // → 64
 * ```
 */
export async function generateProof(
  context: ProofContext,
  k: Uint8Array,
  statement: Statement,
  options: ProofOptions = {},
): Promise<Uint8Array> {
  requireProof(context, statement);
  requireBytes(k, 'The key');
  requireOptions(options);
  const { group, scalars } = context.suite;
  const composites = await computeCompositesFast(context, k, statement, options);
  const r = scalars.random(options.random ?? secureRandom);
  try {
    const t2 = await group.multiplyBase(r);
    const t3 = await group.multiply(composites.M, r);
    const c = challenge(context, statement.B, composites, t2, t3);
    return concatBytes(c, scalars.subtractProduct(r, c, k));
  } finally {
    r.fill(0);
  }
}

/**
 * VerifyProof, with A the generator.
 * @param proof 2 x Ns bytes
 * @throws {VeilmatchError} `bad-proof` unless the proof shows the statement; `bad-element` and `identity-element` with the
 * position in C or D, `argument` for lists that do not fit
 * @example
 * ```ts
 * import { createContext, generateKeyPair, generateProof, p256Sha256, verifyProof } from 'veilmatch/oprf';
 *
 * const context = createContext(p256Sha256, 'voprf');
 * const { secretKey, publicKey } = await generateKeyPair(p256Sha256);
 * const C = (await generateKeyPair(p256Sha256)).publicKey;
 * const statement = { B: publicKey, C, D: await p256Sha256.group.multiply(C, secretKey) };
 * const proof = await generateProof(context, secretKey, statement);
 * await verifyProof(context, statement, proof);
 * const other = { ...statement, D: C };
 * console.log(await verifyProof(context, other, proof).catch(({ code }) => code)); // → bad-proof
 * ```
 */
export async function verifyProof(
  context: ProofContext,
  statement: Statement,
  proof: Uint8Array,
  options: Pick<BatchOptions, 'signal'> = {},
): Promise<void> {
  requireProof(context, statement);
  requireBytes(proof, 'The proof');
  requireOptions(options);
  const { group, scalars, scalarBytes, generator } = context.suite;
  const c = proof.subarray(0, scalarBytes);
  const s = proof.subarray(scalarBytes);
  if (!scalars.isValid(c) || !scalars.isValid(s))
    throw badProof(`it is not two scalars of ${scalarBytes} bytes`);
  const { B } = statement;
  const composites = await computeComposites(context, statement, options);
  // All of it is public: s * A + c * B and s * M + c * Z.
  const weights = concatBytes(s, c);
  const t2 = await group.weightedSum(concatBytes(generator, B), weights).catch(rethrowAsKey);
  const t3 = await group.weightedSum(concatBytes(composites.M, composites.Z), weights);
  if (!equalBytes(challenge(context, B, composites, t2, t3), c)) {
    throw badProof('an element was answered under another key, was changed, or belongs to another run');
  }
}

/** ComputeComposites: random combinations M of C and Z of D, with the same weights. */
export async function computeComposites(
  context: ProofContext,
  statement: Statement,
  options: Pick<BatchOptions, 'signal'> = {},
): Promise<Composites> {
  const { group } = context.suite;
  const { signal } = options;
  const weights = await compositeWeights(context, statement, signal);
  return {
    M: await group.weightedSum(statement.C, weights, { signal }),
    Z: await group.weightedSum(statement.D, weights, { signal }),
  };
}

/** ComputeCompositesFast: the same for whoever knows k, and so Z = k * M. */
export async function computeCompositesFast(
  context: ProofContext,
  k: Uint8Array,
  statement: Statement,
  options: Pick<BatchOptions, 'signal'> = {},
): Promise<Composites> {
  const { group } = context.suite;
  const { signal } = options;
  const weights = await compositeWeights(context, statement, signal);
  const M = await group.weightedSum(statement.C, weights, { signal });
  return { M, Z: await group.multiply(M, k) };
}

/** Some milliseconds of hashing, between which the event loop gets its turn. */
const CHUNK = 1024;

/** One public weight for each pair of elements, from a hash of the key and of the pair. */
async function compositeWeights(
  { suite, contextString }: ProofContext,
  { B, C, D }: Statement,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { elementBytes, scalarBytes, scalars } = suite;
  const count = countPairs(suite, C, D);
  if (B.length !== elementBytes) {
    throw new VeilmatchError('argument', `A public key is ${elementBytes} bytes; this one is ${B.length}.`);
  }
  refuseIdentity(suite, B, undefined);
  const seed = suite.hash(concatBytes(prefixed(B), prefixed(concatBytes(utf8('Seed-'), contextString))));
  const hash = scalars.hasher(scalarTag(contextString));
  const [seedPart, widthPart, end] = [prefixed(seed), u16(elementBytes), utf8('Composite')];
  const weights = new Uint8Array(count * scalarBytes);
  for (let i = 0; i < count; i++) {
    if (i % CHUNK === CHUNK - 1) {
      await nextTurn();
      throwIfAborted(signal);
    }
    const [Ci, Di] = [C, D].map((list) => recordAt(list, elementBytes, i));
    refuseIdentity(suite, Ci!, i);
    refuseIdentity(suite, Di!, i);
    const transcript = concatBytes(seedPart, u16(i), widthPart, Ci!, widthPart, Di!, end);
    weights.set(hash(transcript), i * scalarBytes);
  }
  return weights;
}

function countPairs({ elementBytes }: Suite, C: Uint8Array, D: Uint8Array): number {
  const count = countRecords(C, elementBytes, 'Elements');
  if (D.length !== C.length) {
    throw new VeilmatchError(
      'argument',
      `A proof is about as many answers as questions; there are ${C.length} and ${D.length} bytes of them.`,
    );
  }
  checkProofSize(count);
  return count;
}

/** @throws {VeilmatchError} `argument` for a batch that one proof cannot cover */
export function checkProofSize(count: number): void {
  if (count >= 1 && count <= MAX_PROOF_ELEMENTS) return;
  throw new VeilmatchError(
    'argument',
    `A proof covers 1 to ${MAX_PROOF_ELEMENTS} elements; these are ${count}. Split the batch.`,
  );
}

/** The challenge c: a hash of everything that the prover fixed before. */
function challenge(
  { suite, contextString }: ProofContext,
  B: Uint8Array,
  { M, Z }: Composites,
  t2: Uint8Array,
  t3: Uint8Array,
): Uint8Array {
  const transcript = concatBytes(...[B, M, Z, t2, t3].map(prefixed), utf8('Challenge'));
  return suite.scalars.hasher(scalarTag(contextString))(transcript);
}

/** The tag of HashToScalar in a context. */
export function scalarTag(contextString: Uint8Array): Uint8Array {
  return concatBytes(utf8('HashToScalar-'), contextString);
}

/** I2OSP(len(bytes), 2) || bytes. */
function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(u16(bytes.length), bytes);
}

/** @throws {VeilmatchError} what was found wrong with B, which stood second in a list */
function rethrowAsKey(error: unknown): never {
  if (!(error instanceof VeilmatchError) || error.code !== 'bad-element') throw error;
  throw new VeilmatchError('bad-element', "The public key is not an element's canonical encoding.");
}

function refuseIdentity(suite: Suite, element: Uint8Array, position: number | undefined): void {
  if (!suite.isIdentity(element)) return;
  throw new VeilmatchError(
    'identity-element',
    `${position === undefined ? 'The public key' : `Element ${position}`} is the identity, of which nothing can be proved.`,
    position === undefined ? {} : { position },
  );
}

function badProof(reason: string): VeilmatchError {
  return new VeilmatchError(
    'bad-proof',
    `The proof does not hold: ${reason}. Use nothing of the answer that came with it.`,
  );
}

/** @throws {VeilmatchError} `argument` for what cannot be proved anything of */
function requireProof(context: unknown, statement: unknown): void {
  requireObject(context, 'The context', 'suite', 'contextString');
  const { suite, contextString } = context as ProofContext;
  requireSuite(suite);
  requireBytes(contextString, 'The context string');
  requireObject(statement, 'The statement', 'B', 'C', 'D');
  for (const name of ['B', 'C', 'D'] as const)
    requireBytes((statement as Statement)[name], `${name} of the statement`);
}
