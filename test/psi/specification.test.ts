// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/bytes.js';
import { nobleBackend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { intersect } from '../../src/psi/index.js';
import { tagBytes } from '../../src/psi/suite.js';
import { replayedRandom } from '../../src/random.js';
import { referenceRun } from '../suites/reference-psi.js';
import vectors from '../vectors/veilmatch-psi-v1.json' with { type: 'json' };

const names = fc.uniqueArray(
  fc.string({ maxLength: 8 }).map((text) => text.replace(/\p{Surrogate}/gu, '')),
  {
    maxLength: 5,
  },
);

function fill(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** A scalar below 2^252, which is below L. */
function scalarOf(text: string): Uint8Array {
  const scalar = fill(text);
  scalar[31]! &= 0x0f;
  return scalar;
}

function toBigInt(scalar: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(scalar).reverse().toString('hex')}`);
}

/** A run with secrets derived from a seed: by the package, and by the specification. */
async function bothRuns(
  receiver: string[],
  sender: string[],
  reveal: 'intersection' | 'cardinality',
  seed: string,
) {
  const secrets = (role: string) =>
    [fill(`${seed} nonce ${role}`), scalarOf(`${seed} scalar ${role}`)] as const;
  const frames: { from: string; frame: Uint8Array }[] = [];
  const options = {
    backend: nobleBackend,
    random: { receiver: replayedRandom(secrets('R')), sender: replayedRandom(secrets('S')) },
    onFrame: (from: string, frame: Uint8Array) => void frames.push({ from, frame }),
  };
  const { size } =
    reveal === 'cardinality'
      ? await intersect(receiver, sender, { ...options, reveal })
      : await intersect(receiver, sender, { ...options, reveal });
  const party = (list: string[], role: string) => ({
    elements: [...IdentifierSet.ofStrings(list).elements],
    kinds: list.length === 0 ? 0 : 8,
    nonce: secrets(role)[0],
    scalar: toBigInt(secrets(role)[1]),
  });
  const expected = referenceRun(
    party(receiver, 'R'),
    party(sender, 'S'),
    reveal === 'intersection' ? 1 : 2,
    2 ** 24,
  );
  return { frames, expected, size };
}

/** The frames of one party, in order. */
const sentBy = (who: string, frames: readonly { from: string; frame: Uint8Array }[]): string[] =>
  frames.filter(({ from }) => from === who).map(({ frame }) => bytesToHex(frame));

describe('veilmatch-psi-v1', () => {
  it.each(['intersection', 'cardinality'] as const)(
    '%s: every frame is, byte for byte, the one that an independent implementation of docs/protocol.md sends',
    async (reveal) => {
      await fc.assert(
        fc.asyncProperty(names, names, fc.string(), async (receiver, sender, seed) => {
          const { frames, expected } = await bothRuns(receiver, sender, reveal, seed);
          expect(sentBy('receiver', frames)).toEqual(sentBy('receiver', expected));
          expect(sentBy('sender', frames)).toEqual(sentBy('sender', expected));
        }),
        { numRuns: 12 },
      );
    },
  );

  it.each(vectors.runs)(
    'reproduces the published test vector: $reveal',
    async ({ reveal, size, receiver, sender }) => {
      const frames: { from: string; frame: Uint8Array }[] = [];
      const secrets = (party: typeof receiver) =>
        replayedRandom([hexToBytes(party.nonce), hexToBytes(party.scalar)]);
      const result = await intersect(receiver.strings, sender.strings, {
        backend: nobleBackend,
        reveal: reveal as 'intersection',
        random: { receiver: secrets(receiver), sender: secrets(sender) },
        onFrame: (from, frame) => void frames.push({ from, frame }),
      });
      expect(result.size).toBe(size);
      expect(sentBy('receiver', frames)).toEqual(receiver.frames);
      expect(sentBy('sender', frames)).toEqual(sender.frames);
    },
  );

  it('cuts tags so that any wrong pair collides with a chance of at most 2^-40', () => {
    expect(tagBytes(0, 0)).toBe(5);
    expect(tagBytes(1, 1)).toBe(5);
    expect(tagBytes(2, 1)).toBe(6);
    expect(tagBytes(2 ** 20, 2 ** 20)).toBe(10);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        (nR, nS) => {
          expect(tagBytes(nR, nS) * 8).toBeGreaterThanOrEqual(40 + Math.log2(nR) + Math.log2(nS));
        },
      ),
    );
  });
});
