// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/bytes.js';
import { nobleBackend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { intersect } from '../../src/psi/index.js';
import { tagBytes } from '../../src/psi/run/suite.js';
import { replayedRandom } from '../../src/random.js';
import { referenceRun } from '../suites/reference-psi.js';
import { times } from '../support/effort.js';
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

interface Variant {
  readonly reveal: 'intersection' | 'cardinality';
  readonly blinding: 'additive' | 'multiplicative';
  readonly to?: 'receiver' | 'both';
  readonly verifiable?: boolean;
}

const variants: readonly Variant[] = [
  { reveal: 'intersection', blinding: 'additive' },
  { reveal: 'intersection', blinding: 'multiplicative' },
  { reveal: 'cardinality', blinding: 'multiplicative' },
  { reveal: 'intersection', blinding: 'additive', to: 'both' },
  { reveal: 'cardinality', blinding: 'multiplicative', to: 'both' },
  { reveal: 'intersection', blinding: 'additive', verifiable: true },
  { reveal: 'intersection', blinding: 'multiplicative', to: 'both', verifiable: true },
];

interface VectorParty {
  readonly strings: string[];
  readonly nonce: string;
  readonly scalars: string[];
  readonly filling?: string;
  readonly frames: string[];
}

interface VectorRun extends Variant {
  readonly size: number;
  readonly receiver: VectorParty;
  readonly sender: VectorParty;
}

/** For the names of tests. */
const titled = <V extends Variant>(list: readonly V[]) =>
  list.map((variant) => {
    const { reveal, blinding, to = 'receiver', verifiable = false } = variant;
    return { title: `${reveal}, ${blinding}, to ${to}${verifiable ? ', verifiable' : ''}`, variant };
  });

/** Room for as many confirmations as the lists of a vector can have. */
const unused = new Uint8Array(16 * 8);

/** Scalars that a party is given: more than its list has elements. */
const MOST = 6;

/** A run with secrets derived from a seed: by the package, and by the specification. */
async function bothRuns(
  receiver: string[],
  sender: string[],
  { reveal, blinding, to, verifiable }: Variant,
  seed: string,
) {
  const scalars = (role: string): Uint8Array[] =>
    Array.from({ length: MOST }, (_, i) => scalarOf(`${seed} scalar ${i} ${role}`));
  /** As many scalars as the party draws, and then what it fills its confirmation up with. */
  const filling = concatBytes(...Array.from({ length: 3 }, (_, i) => scalarOf(`${seed} filling ${i}`)));
  const secrets = (role: string): Uint8Array[] => {
    const drawn = role === 'S' ? MOST : blinding === 'additive' ? new Set(receiver).size : 1;
    return [fill(`${seed} nonce ${role}`), ...scalars(role).slice(0, drawn), filling];
  };
  const frames: { from: string; frame: Uint8Array }[] = [];
  const options = {
    backend: nobleBackend,
    reveal,
    blinding,
    to,
    verifiable,
    random: { receiver: replayedRandom(secrets('R')), sender: replayedRandom(secrets('S')) },
    onFrame: (from: string, frame: Uint8Array) => void frames.push({ from, frame }),
  };
  const { size } = await intersect(receiver, sender, options);
  const party = (list: string[], role: string) => ({
    elements: [...IdentifierSet.ofStrings(list).elements],
    kinds: list.length === 0 ? 0 : 8,
    nonce: fill(`${seed} nonce ${role}`),
    scalars: scalars(role).map(toBigInt),
    filling,
  });
  const expected = referenceRun(party(receiver, 'R'), party(sender, 'S'), {
    mode: reveal === 'intersection' ? 1 : 2,
    additive: blinding === 'additive',
    to,
    verifiable,
    maxPeerSize: 2 ** 24,
  });
  return { frames, expected, size };
}

/** The frames of one party, in order. */
const sentBy = (who: string, frames: readonly { from: string; frame: Uint8Array }[]): string[] =>
  frames.filter(({ from }) => from === who).map(({ frame }) => bytesToHex(frame));

describe('veilmatch-psi-v1', () => {
  it.each(titled(variants))(
    '$title: every frame is, byte for byte, the one that an independent implementation of docs/protocol.md sends',
    async ({ variant }) => {
      await fc.assert(
        fc.asyncProperty(names, names, fc.string(), async (receiver, sender, seed) => {
          const { frames, expected } = await bothRuns(receiver, sender, variant, seed);
          expect(sentBy('receiver', frames)).toEqual(sentBy('receiver', expected));
          expect(sentBy('sender', frames)).toEqual(sentBy('sender', expected));
        }),
        { numRuns: times(8) },
      );
    },
  );

  it.each(titled(vectors.runs as VectorRun[]))(
    'reproduces the published test vector: $title',
    async ({ variant: { reveal, blinding, to, verifiable, size, receiver, sender } }) => {
      const frames: { from: string; frame: Uint8Array }[] = [];
      const secrets = (party: typeof receiver) =>
        // As many records are drawn as are sent; those that a match takes the place of are not in the vector.
        replayedRandom([...[party.nonce, ...party.scalars, party.filling ?? ''].map(hexToBytes), unused]);
      const result = await intersect(receiver.strings, sender.strings, {
        backend: nobleBackend,
        reveal,
        blinding,
        to,
        verifiable,
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
