// SPDX-License-Identifier: Apache-2.0
/** The steps that the three modes share (RFC 9497, section 3.3), each for a whole batch. */

import { throwIfAborted } from '../abort.js';
import { type ByteList, concatBytes, recordAt, u16, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { BatchOptions } from '../group/group.js';
import { type RandomSource, secureRandom } from '../random.js';
import { inTurns, nextTurn } from '../workers/turn.js';
import { type Context, MAX_INPUT_BYTES } from './context.js';
import type { Suite } from './suite.js';

/**
 * How a client hides an input x under a scalar r of its own: `multiplicative`, r * H(x), is the RFC's; `additive`,
 * H(x) + r * G, takes two multiplications of a fixed base in place of two of elements that are seen once. Either is
 * uniform, so the server cannot tell which it was, and both come to the same output.
 *
 * Additive blinding takes r * pkS off the answer, so it is sound only where the answer is proved to be made under pkS
 * (Jarecki, Krawczyk, Xu: "On the (In)Security of the Diffie-Hellman Oblivious PRF with Multiplicative Blinding",
 * PKC 2021, which writes the group multiplicatively): `VOPRFClient` offers it, and no other.
 */
export type BlindingMethod = 'multiplicative' | 'additive';

/** Options of a batch that draws randomness. */
export interface OprfOptions extends BatchOptions {
  /** Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
}

/** What the client has after `blind`, and gives to `finalize`. */
export interface Blinding {
  /** n scalars, concatenated. **Secret**: with them the server can test guesses. */
  readonly blinds: Uint8Array;
  /** n elements, concatenated, for the server. */
  readonly blindedElements: Uint8Array;
}

/** What the server answers. */
export interface Evaluation {
  /** n elements, concatenated, in the order of the questions. */
  readonly evaluatedElements: Uint8Array;
}

/** What the server answers where it proves its key. */
export interface ProvedEvaluation extends Evaluation {
  /** Two scalars, for the whole batch. */
  readonly proof: Uint8Array;
}

/**
 * Blind: blind * H(input), or H(input) + blind * G, with a fresh scalar for each input.
 * @throws {VeilmatchError} `argument` with the position of an input that is too long
 */
export async function blindInputs(
  { suite, groupTag }: Context,
  inputs: ByteList,
  { random = secureRandom, ...batch }: OprfOptions,
  method: BlindingMethod = 'multiplicative',
): Promise<Blinding> {
  checkInputs(inputs);
  const blinds = suite.scalars.random(random, inputs.length);
  const operation = method === 'additive' ? 'hashAndAddBase' : 'hashAndMultiplyEach';
  return { blinds, blindedElements: await suite.group[operation](inputs, groupTag, blinds, batch) };
}

/**
 * The end of Finalize: takes multiplicative blinds off and hashes.
 * @param info the public input, in the mode that has one
 * @returns n x Nh bytes
 */
export async function unblindAndHash(
  { suite }: Context,
  inputs: ByteList,
  { blinds }: Blinding,
  { evaluatedElements }: Evaluation,
  info: Uint8Array | undefined,
  batch: BatchOptions,
): Promise<Uint8Array> {
  const inverses = new Uint8Array(blinds.length);
  try {
    const invert = (from: number, to: number): void => {
      const [start, end] = [from * suite.scalarBytes, to * suite.scalarBytes];
      inverses.set(invertBlinds(suite, blinds.subarray(start, end), from), start);
    };
    await inTurns(inputs.length, invert, INVERSIONS);
    const elements = await suite.group.multiplyEach(evaluatedElements, inverses, batch);
    return await hashOutputs(suite, inputs, elements, info, batch.signal);
  } finally {
    inverses.fill(0);
  }
}

/** Blinds that are inverted between two turns of the event loop: some milliseconds of them. */
const INVERSIONS = 1024;

/** @throws {VeilmatchError} `bad-scalar` with the position in the whole batch */
function invertBlinds({ scalars }: Suite, blinds: Uint8Array, first: number): Uint8Array {
  try {
    return scalars.invert(blinds);
  } catch (error) {
    if (!(error instanceof VeilmatchError) || error.position === undefined) throw error;
    const position = first + error.position;
    throw new VeilmatchError(error.code, error.message.replace(/^Scalar \d+/, `Scalar ${position}`), {
      position,
    });
  }
}

/**
 * The same for additive blinds.
 * @param publicKey the key that the answer was proved to be made under
 */
export async function subtractAndHash(
  { suite }: Context,
  inputs: ByteList,
  { blinds }: Blinding,
  { evaluatedElements }: Evaluation,
  publicKey: Uint8Array,
  batch: BatchOptions,
): Promise<Uint8Array> {
  const elements = await suite.group.subtractBase(evaluatedElements, blinds, publicKey, batch);
  return hashOutputs(suite, inputs, elements, undefined, batch.signal);
}

/**
 * Evaluate: the outputs for inputs that the key's holder knows itself.
 * @param key the scalar to multiply by
 * @returns n x Nh bytes
 */
export async function evaluateInputs(
  { suite, groupTag }: Context,
  inputs: ByteList,
  key: Uint8Array,
  info: Uint8Array | undefined,
  batch: BatchOptions,
): Promise<Uint8Array> {
  checkInputs(inputs);
  const elements = await suite.group.hashAndMultiply(inputs, groupTag, key, batch);
  return hashOutputs(suite, inputs, elements, info, batch.signal);
}

/**
 * Refuses what cannot belong together, before anything is computed from it.
 * @throws {VeilmatchError} `argument` for what the client gave, `wrong-size` for what the server did
 */
export function checkAnswer(
  { suite }: Context,
  inputs: ByteList,
  { blinds, blindedElements }: Blinding,
  { evaluatedElements }: Evaluation,
): void {
  checkInputs(inputs);
  const { scalarBytes, elementBytes } = suite;
  const count = inputs.length;
  if (blinds.length !== count * scalarBytes || blindedElements.length !== count * elementBytes) {
    throw new VeilmatchError(
      'argument',
      `What blind returned is not for these ${count} inputs. Give finalize the inputs that were blinded.`,
    );
  }
  if (evaluatedElements.length !== count * elementBytes) {
    throw new VeilmatchError(
      'wrong-size',
      `For ${count} elements the server owes ${count * elementBytes} bytes; it sent ${evaluatedElements.length}.`,
    );
  }
}

function checkInputs(inputs: ByteList): void {
  for (let i = 0; i < inputs.length; i++) {
    const { length } = inputs.at(i);
    if (length > MAX_INPUT_BYTES) {
      throw new VeilmatchError(
        'argument',
        `Input ${i} has ${length} bytes; at most ${MAX_INPUT_BYTES} are possible. Hash it first.`,
        { position: i },
      );
    }
  }
}

/** Some milliseconds of hashing, between which the event loop gets its turn. */
const CHUNK = 2048;

/** Hash(len || input || [len || info ||] len || element || "Finalize") for each, n x Nh bytes. */
async function hashOutputs(
  suite: Suite,
  inputs: ByteList,
  elements: Uint8Array,
  info: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { elementBytes, hashBytes } = suite;
  const middle = info === undefined ? new Uint8Array() : concatBytes(u16(info.length), info);
  const width = u16(elementBytes);
  const end = utf8('Finalize');
  const outputs = new Uint8Array(inputs.length * hashBytes);
  for (let i = 0; i < inputs.length; i++) {
    if (i % CHUNK === CHUNK - 1) {
      await nextTurn();
      throwIfAborted(signal);
    }
    const input = inputs.at(i);
    const element = recordAt(elements, elementBytes, i);
    const message = concatBytes(u16(input.length), input, middle, width, element, end);
    outputs.set(suite.hash(message), i * hashBytes);
  }
  return outputs;
}
