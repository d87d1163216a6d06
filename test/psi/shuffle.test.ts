// SPDX-License-Identifier: Apache-2.0
/**
 * In the shuffled mode, where an answer stands must say nothing about which element it answers. A chi-square test over many
 * runs looks at the pairs (position asked, position answered); the same test must find the two ways of doing it wrong.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, DistinctBytes } from '../../src/bytes.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { multiplyScalars } from '../../src/group/scalar.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { intersect } from '../../src/psi/index.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { randomScalar, replayedRandom, secureRandom } from '../../src/random.js';

const SIZE = 8;
const RUNS = 60;
/** 49 degrees of freedom: a sound shuffle exceeds this once in a million times. */
const CRITICAL = 108;

/** For one run: `positions[i]` is where the answer to element i stands. */
async function answerPositions(): Promise<number[]> {
  const names = Array.from({ length: SIZE }, (_, i) => `member ${i}`);
  const [a, b] = [randomScalar(), randomScalar()];
  const answers: string[] = [];
  await intersect(names, [], {
    backend,
    reveal: 'cardinality',
    random: {
      receiver: replayedRandom([secureRandom(32), a]),
      sender: replayedRandom([secureRandom(32), b]),
    },
    onFrame(_, frame) {
      if (frame[0] !== 3) return;
      for (let at = 5; at < frame.length; at += 32) answers.push(bytesToHex(frame.subarray(at, at + 32)));
    },
  });
  // Only somebody who holds both scalars can tell which answer is whose.
  const known = await backend.hashAndMultiply(
    IdentifierSet.ofStrings(names).elements,
    ristretto255Suite.dst,
    multiplyScalars(a, b),
  );
  return names.map((_, i) => answers.indexOf(bytesToHex(known.subarray(i * 32, (i + 1) * 32))));
}

/** Chi-square of the table of (position asked, position answered) against independence. */
function chiSquare(runs: readonly (readonly number[])[]): number {
  const expected = runs.length / SIZE;
  let sum = 0;
  for (let asked = 0; asked < SIZE; asked++) {
    for (let answered = 0; answered < SIZE; answered++) {
      const seen = runs.filter((positions) => positions[asked] === answered).length;
      sum += (seen - expected) ** 2 / expected;
    }
  }
  return sum;
}

describe('the shuffled answer', () => {
  let runs: number[][];

  beforeAll(async () => {
    runs = [];
    for (let i = 0; i < RUNS; i++) runs.push(await answerPositions());
  });

  it('is a permutation in every run', () => {
    for (const positions of runs)
      expect(new Set(positions)).toEqual(new Set(Array.from({ length: SIZE }, (_, i) => i)));
  });

  it('stands independently of the question', () => {
    expect(chiSquare(runs)).toBeLessThan(CRITICAL);
  });

  it('would be found out if it kept the order', () => {
    expect(chiSquare(runs.map((positions) => positions.map((_, i) => i)))).toBeGreaterThan(CRITICAL);
  });

  it('would be found out if it were shuffled chunk by chunk', () => {
    const half = SIZE / 2;
    const byChunk = runs.map((positions) => {
      const rank = (of: readonly number[], i: number): number => of.filter((p) => p < of[i]!).length;
      const [low, high] = [positions.slice(0, half), positions.slice(half)];
      return positions.map((_, i) => (i < half ? rank(low, i) : half + rank(high, i - half)));
    });
    expect(chiSquare(byChunk)).toBeGreaterThan(CRITICAL);
  });

  it('repeats no answer', () => {
    const distinct = new DistinctBytes();
    for (const positions of runs) distinct.add(Uint8Array.from(positions));
    expect(distinct.size).toBeGreaterThan(RUNS / 2);
  });
});
