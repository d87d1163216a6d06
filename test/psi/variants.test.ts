// SPDX-License-Identifier: Apache-2.0
/** Every variant of the protocol, on every backend: the result, what the line shows, and who may ask for what. */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { serialBackend } from '../../src/group/serial.js';
import { describedCardinality } from '../../src/psi/cardinality/described.js';
import { type IntersectOptions, intersect } from '../../src/psi/index.js';
import { describedIntersection } from '../../src/psi/intersection/described.js';
import { tagBytes } from '../../src/psi/run/suite.js';
import { randomScalars, replayedRandom, secureRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { testableBackends } from '../support/backends.js';
import { times } from '../support/effort.js';

type Variant = Pick<IntersectOptions, 'reveal' | 'coarse' | 'to' | 'verifiable' | 'blinding'>;

const variants: readonly Variant[] = [
  { reveal: 'intersection' },
  { reveal: 'intersection', blinding: 'multiplicative' },
  { reveal: 'intersection', to: 'both' },
  { reveal: 'intersection', verifiable: true },
  { reveal: 'intersection', to: 'both', verifiable: true, blinding: 'multiplicative' },
  { reveal: 'cardinality' },
  { reveal: 'cardinality', to: 'both' },
  { reveal: 'cardinality', coarse: { step: 2, atLeast: 3 }, to: 'both' },
];
const named = variants.map((variant) => ({ title: JSON.stringify(variant), variant }));

/** Lists with duplicates within and overlaps between them. */
const list = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 8 });

interface Sent {
  readonly from: string;
  readonly frame: Uint8Array;
}

async function framesOf(
  receiver: string[],
  sender: string[],
  options: IntersectOptions,
): Promise<readonly Sent[]> {
  const frames: Sent[] = [];
  await intersect(receiver, sender, {
    backend: nobleBackend,
    ...options,
    onFrame: (from, frame) => void frames.push({ from, frame }),
  });
  return frames;
}

describe.each(testableBackends)('on %s', (name) => {
  let backend: GroupBackend;
  beforeAll(async () => {
    backend = await serialBackend(name);
  });
  afterAll(() => backend.dispose());

  it.each(named)('$title finds what a plain join finds', async ({ variant }) => {
    await fc.assert(
      fc.asyncProperty(list, list, fc.integer({ min: 1, max: 4 }), async (receiver, sender, chunkSize) => {
        const [ours, theirs] = [new Set(receiver), new Set(sender)];
        const exact = [...ours].filter((text) => theirs.has(text)).length;
        const coarse = exact < 3 ? 0 : exact - (exact % 2);
        const size = variant.coarse === undefined ? exact : coarse;
        const result = await intersect(receiver, sender, { backend, chunkSize, ...variant });
        const rows = (own: string[], other: Set<string>): number[] =>
          [...own.keys()].filter((row) => other.has(own[row]!));
        const ordered = variant.reveal === 'intersection';
        expect(result.size).toBe(size);
        expect(result.matches).toEqual(ordered ? rows(receiver, theirs) : undefined);
        expect(result.sender).toEqual(
          variant.to === 'both'
            ? { size, peerSize: ours.size, matches: ordered ? rows(sender, ours) : undefined }
            : undefined,
        );
      }),
      { numRuns: times(12, 300) },
    );
  });
});

describe.each(named)('on the line, $title', ({ variant }) => {
  it('two runs over the same lists share no element, no tag, no proof and no confirmation', async () => {
    const records = async (): Promise<string[]> => {
      const widths: Record<number, number> = { 2: 32, 3: 32, 4: tagBytes(3, 3), 6: 32, 7: 16 };
      const found: string[] = [];
      for (const { frame } of await framesOf(['a', 'b', 'c'], ['b', 'c', 'd'], variant)) {
        const width = widths[frame[0]!];
        if (width === undefined) continue;
        for (let at = 5; at < frame.length; at += width)
          found.push(bytesToHex(frame.subarray(at, at + width)));
      }
      return found;
    };
    const [first, second] = [await records(), await records()];
    expect(first.length).toBeGreaterThanOrEqual(9);
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
  });

  it('the lengths of all frames depend on the sizes of the lists alone, not on what is in them or what they share', async () => {
    const lengths = async (receiver: string[], sender: string[]): Promise<(string | number)[]> =>
      (await framesOf(receiver, sender, variant)).flatMap(({ from, frame }) => [
        from,
        frame[0]!,
        frame.length,
      ]);
    const disjoint = await lengths(['a', 'b', 'c'], ['d', 'e']);
    expect(await lengths(['x', 'a much longer identifier', 'y'], ['x', 'y'])).toEqual(disjoint);
    expect(await lengths(['x', 'y', 'z'], ['z', 'w'])).toEqual(disjoint);
  });

  it('the same keys and permuted lists give the same sorted answers and tags', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const scalars = randomScalars(names.length);
    const filling = secureRandom(300).fill(1, 31, 32);
    const additive = variant.reveal === 'intersection' && variant.blinding !== 'multiplicative';
    const sorted = async (order: readonly number[]): Promise<string[][]> => {
      // The receiver's secrets move along with its elements.
      const blinds = additive
        ? order.map((i) => scalars.subarray(32 * i, 32 * i + 32))
        : [scalars.subarray(0, 32)];
      const frames = await framesOf(
        order.map((i) => names[i]!),
        order.map((i) => names[(i + 2) % 5]!).slice(0, 4),
        {
          ...variant,
          random: {
            receiver: replayedRandom([new Uint8Array(32), ...blinds, filling]),
            sender: replayedRandom([new Uint8Array(32), scalars]),
          },
        },
      );
      return [2, 3].map((type) =>
        frames
          .filter(({ frame }) => frame[0] === type)
          .flatMap(({ frame }) => bytesToHex(frame.subarray(5)).match(/.{64}/g) ?? [])
          .sort(),
      );
    };
    expect(await sorted([3, 1, 4, 0, 2])).toEqual(await sorted([0, 1, 2, 3, 4]));
  });
});

it('the tags of the same keys do not depend on the order of the sender’s list', async () => {
  const tags = async (sender: string[]): Promise<string[]> => {
    const random = { receiver: replayedRandom(secrets), sender: replayedRandom(secrets) };
    const frames = await framesOf(['a'], sender, { random });
    return frames.filter(({ frame }) => frame[0] === 4).map(({ frame }) => bytesToHex(frame));
  };
  const secrets = [secureRandom(32), randomScalars(1)];
  expect(await tags(['c', 'a', 'b'])).toEqual(await tags(['a', 'b', 'c']));
});

describe('what cannot be asked for', () => {
  it.each([
    [{ reveal: 'cardinality', verifiable: true }, 'verifiable'],
    [{ reveal: 'cardinality', blinding: 'additive' }, 'blinding'],
    [{ blinding: 'none' }, 'blinding'],
    [{ to: 'sender' }, 'to'],
    [{ reveal: 'cardinality', coarse: { step: 0, atLeast: 1 } }, 'coarse'],
    [{ reveal: 'cardinality', coarse: { step: 10, atLeast: -1 } }, 'coarse'],
    [{ reveal: 'cardinality', coarse: { step: 1.5, atLeast: 1 } }, 'coarse'],
    [{ coarse: { step: 10, atLeast: 1 } }, 'coarse'],
    [{ reveal: { cardinality: { step: 1, atLeast: 1 } } }, 'reveal'],
    [{ reveal: null }, 'reveal'],
  ])('%j', async (options, name) => {
    const error = await expectCode('argument', () =>
      intersect(['a'], ['a'], { backend: nobleBackend, ...(options as object) }),
    );
    expect(error.message).toContain(name);
  });
});

it('the leakage statement says who learns what, and that a coarse count binds only the receiver’s own software', () => {
  expect(describedIntersection.leakage().sender).toBe(describedCardinality.leakage().sender);
  expect(describedIntersection.leakage({ to: 'both' }).sender).toMatch(/^Which/);
  expect(describedCardinality.leakage({ to: 'both' }).sender).toMatch(/^How many/);
  const coarse = describedCardinality.leakage({ coarse: { step: 10, atLeast: 50 } });
  expect(coarse.result).toContain('sees the exact one');
});
