// SPDX-License-Identifier: Apache-2.0
/**
 * The known attack on the shuffled mode: a receiver that blinds every element with a scalar of its own can try every
 * answer with every scalar, n^2 trials, and learns which of its elements the sender has, not only how many. Nothing on the
 * line gives it away: the mode holds against a receiver that follows the protocol (docs/threat-model.md).
 */

import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { type ByteList, concatBytes, DistinctBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { invertScalars } from '../../src/group/scalar.js';
import { serialBackend } from '../../src/group/serial.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { observeRun, type SentFrame } from '../../src/psi/described/observe.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { randomScalars } from '../../src/random.js';
import { exchangeThrough } from '../support/exchange.js';

const NAMES = Array.from({ length: 12 }, (_, i) => `member ${i}`);
const ours = IdentifierSet.ofStrings(NAMES);
const SHARED = [1, 2, 5, 11];
const theirs = IdentifierSet.ofStrings([...SHARED.map((i) => NAMES[i]!), 'somebody', 'else']);

const at = (records: Uint8Array, i: number): Uint8Array => records.subarray(32 * i, 32 * i + 32);

/** A run in which the receiver blinds element i with scalars[i]. */
async function runWith(scalars: Uint8Array): Promise<{ frames: SentFrame[]; count: number }> {
  const curious: GroupBackend = {
    ...nobleBackend,
    async hashAndMultiply(messages: ByteList, dst, _scalar, options) {
      const one = Uint8Array.of(1, ...new Uint8Array(31));
      const hashes = await nobleBackend.hashAndMultiply(messages, dst, one, options);
      return nobleBackend.multiplyEach(hashes, scalars, options);
    },
  };
  const frames: SentFrame[] = [];
  const receiver = psiReceiver(ours, { backend: curious, reveal: 'cardinality' });
  const sender = psiSender(theirs, { backend: nobleBackend, reveal: 'cardinality' });
  await exchangeThrough(receiver, sender, (from, frame) => {
    frames.push({ from, bytes: frame });
    return [frame];
  });
  // The sender has noticed nothing.
  expect(sender.done).toBe(true);
  return { frames, count: receiver.result.size };
}

/** Every answer with every scalar. */
async function sortOut(
  frames: readonly SentFrame[],
  scalars: Uint8Array,
): Promise<{ found: number[]; trials: number }> {
  const { evaluated, tags, tagBytes, tagPrefix } = observeRun(frames);
  const backend = await serialBackend('auto');
  const known = new DistinctBytes();
  for (let start = 0; start < tags.length; start += tagBytes)
    known.add(tags.subarray(start, start + tagBytes));
  const found: number[] = [];
  let trials = 0;
  for (let i = 0; i < NAMES.length; i++) {
    const elements = await backend.multiply(evaluated, invertScalars(at(scalars, i)));
    for (let j = 0; j < NAMES.length; j++) {
      trials++;
      const tag = sha512(concatBytes(tagPrefix, at(elements, j))).subarray(0, tagBytes);
      if (known.indexOf(tag) >= 0) found.push(i);
    }
  }
  await backend.dispose();
  return { found, trials };
}

describe('a receiver of the shuffled mode with a scalar for each element', () => {
  it('learns which of its elements the sender has, by n^2 trials', async () => {
    const scalars = randomScalars(NAMES.length);
    const { frames } = await runWith(scalars);
    const { found, trials } = await sortOut(frames, scalars);
    expect(found).toEqual(SHARED);
    expect(trials).toBe(NAMES.length ** 2);
  });

  it('control: with one scalar, as the protocol has it, every element fits every matching answer, and none is told apart', async () => {
    const one = randomScalars(1);
    const scalars = concatBytes(...NAMES.map(() => one));
    const { frames } = await runWith(scalars);
    const { found } = await sortOut(frames, scalars);
    // Each of the four matching answers is found with whichever element it is tried.
    expect(found).toEqual(NAMES.flatMap((_, i) => SHARED.map(() => i)));
  });
});
