// SPDX-License-Identifier: Apache-2.0
/** Who gets a place, whatever the others do. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPlace } from '../../src/transport/door/places.js';

/** Peers that come and go as they like: one comes, or the oldest channel of one ends. */
const visits = fc.array(fc.record({ peer: fc.nat(7), leaves: fc.boolean() }), { maxLength: 60 });
const sizes = {
  channels: fc.integer({ min: 1, max: 12 }),
  channelsPerPeer: fc.integer({ min: 1, max: 12 }),
};
const nameOf = (index: number): string => `peer ${index}`;

/** What is open after all of them. */
function course(
  steps: readonly { readonly peer: number; readonly leaves: boolean }[],
  expected: Parameters<typeof hasPlace>[2],
  limits: Parameters<typeof hasPlace>[3],
): string[] {
  const open: string[] = [];
  for (const { peer, leaves } of steps) {
    const name = nameOf(peer);
    if (leaves) {
      const at = open.indexOf(name);
      if (at >= 0) open.splice(at, 1);
    } else if (hasPlace(name, open, expected, limits)) open.push(name);
  }
  return open;
}

describe('places', () => {
  it('are there for every known peer that has none, where there are as many as peers', () => {
    fc.assert(
      fc.property(visits, fc.record(sizes), fc.integer({ min: 1, max: 6 }), (steps, limits, count) => {
        fc.pre(limits.channels >= count);
        const known = new Set(Array.from({ length: count }, (_, i) => nameOf(i)));
        const open = course(steps, known, limits);
        for (const name of known) {
          if (open.includes(name)) continue;
          expect(hasPlace(name, open, known, limits)).toBe(true);
        }
      }),
    );
  });

  it('are no more than there are, and no more for one peer than it may have', () => {
    fc.assert(
      fc.property(visits, fc.record(sizes), (steps, limits) => {
        const open = course(steps, new Set([nameOf(0)]), limits);
        expect(open.length).toBeLessThanOrEqual(limits.channels);
        for (let i = 0; i < 8; i++) {
          const own = open.filter((name) => name === nameOf(i)).length;
          expect(own).toBeLessThanOrEqual(limits.channelsPerPeer);
        }
      }),
    );
  });

  it('are not all taken by one peer, or by two, while somebody else may come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ peer: fc.nat(1), leaves: fc.boolean() }), { maxLength: 60 }),
        fc.record({ ...sizes, channels: fc.integer({ min: 3, max: 12 }) }),
        (steps, limits) => {
          const known = new Set([0, 1, 2].map(nameOf));
          const open = course(steps, known, limits);
          expect(hasPlace(nameOf(2), open, known, limits)).toBe(true);
        },
      ),
    );
  });

  it('are more than one for a peer where nobody else is missing', () => {
    const known = new Set(['a', 'b']);
    const limits = { channels: 4, channelsPerPeer: 2 };
    const room = (peer: string, ...open: string[]): boolean => hasPlace(peer, open, known, limits);
    expect([room('a', 'a'), room('a', 'a', 'a'), room('b', 'a', 'a', 'b')]).toEqual([true, false, true]);
    expect(hasPlace('a', ['a', 'b'], new Set(['a', 'b', 'c', 'd']), limits)).toBe(false);
  });
});
