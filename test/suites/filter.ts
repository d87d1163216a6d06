// SPDX-License-Identifier: Apache-2.0
/** What every kind of filter must do. */

import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, u32 } from '../../src/bytes.js';
import { buildFilter, type FilterKind, parseFilter } from '../../src/contact/index.js';
import { VeilmatchError } from '../../src/errors.js';
import { FILTER_HASH_BYTES } from '../../src/filter/filter.js';
import { times } from '../support/effort.js';
import { expectCode } from './errors.js';

/** Hash i of a family: uniform, and the same at each run. */
export function hashOf(i: number, family = 0): Uint8Array {
  return sha512(concatBytes(u32(family), u32(i))).slice(0, FILTER_HASH_BYTES);
}

export function hashes(count: number, family = 0): Uint8Array {
  return concatBytes(...Array.from({ length: count }, (_, i) => hashOf(i, family)));
}

export function filterSuite(kind: FilterKind, bytesAtMost: (bits: number) => number): void {
  describe(kind, () => {
    it('has no false negative, for arbitrary sets and rates, read back from its bytes too', () => {
      fc.assert(
        fc.property(fc.nat(300), fc.nat(), fc.integer({ min: 1, max: 40 }), (count, family, bits) => {
          const filter = buildFilter(hashes(count, family), { kind, falsePositiveRate: 2 ** -bits });
          const again = parseFilter(filter.toBytes());
          expect(again.toBytes()).toEqual(filter.toBytes());
          expect(again).toMatchObject({ kind, size: count, falsePositiveRate: filter.falsePositiveRate });
          for (let i = 0; i < count; i++) {
            expect(filter.has(hashOf(i, family))).toBe(true);
            expect(again.has(hashOf(i, family))).toBe(true);
          }
        }),
        { numRuns: times(60, 2000) },
      );
    });

    it.each([1, 2, 3, 1000, 20_000])('has no false negative among %i hashes', (count) => {
      const filter = buildFilter(hashes(count), { kind });
      for (let i = 0; i < count; i++) if (!filter.has(hashOf(i))) expect.fail(`Hash ${i} is missing.`);
      expect(filter.size).toBe(count);
    });

    it('is the same for the same set in any order, with repetitions', () => {
      const list = Array.from({ length: 50 }, (_, i) => hashOf(i));
      const shuffled = concatBytes(...[...list, ...list].reverse());
      expect(buildFilter(shuffled, { kind }).toBytes()).toEqual(buildFilter(hashes(50), { kind }).toBytes());
    });

    // With n trials at rate p, the count of false positives lies within six standard deviations of np but for one time in
    // 10^8; the hashes are fixed, so it is the same each time.
    it.each([1, 4, 8, 12])('keeps to its rate of 2^-%i, and states no larger one than asked for', (bits) => {
      const trials = times(100_000, 2_000_000);
      const filter = buildFilter(hashes(5000), { kind, falsePositiveRate: 2 ** -bits });
      const rate = filter.falsePositiveRate;
      expect(rate).toBeLessThanOrEqual(2 ** -bits);
      let found = 0;
      for (let i = 0; i < trials; i++) if (filter.has(hashOf(i, 1))) found++;
      const margin = 6 * Math.sqrt(trials * rate) + 1;
      expect(found).toBeLessThanOrEqual(trials * rate + margin);
      // A filter that answers "no" to everything, or is far too careful, would be no proof of the rate.
      expect(found).toBeGreaterThan(trials * rate * 0.5 - margin);
    });

    it('has no false positive at all at 2^-40', () => {
      const filter = buildFilter(hashes(5000), { kind, falsePositiveRate: 2 ** -40 });
      for (let i = 0; i < 20_000; i++) expect(filter.has(hashOf(i, 1))).toBe(false);
    });

    it.each([8, 16, 32, 40])('takes little more room than 2^-%i needs', (bits) => {
      const count = 20_000;
      const filter = buildFilter(hashes(count), { kind, falsePositiveRate: 2 ** -bits });
      const each = filter.toBytes().length / count;
      expect(each).toBeGreaterThan(bits / 8);
      expect(each).toBeLessThan(bytesAtMost(bits));
    });

    it('holds nothing when it is empty', () => {
      const filter = parseFilter(buildFilter(new Uint8Array(), { kind }).toBytes());
      expect(filter).toMatchObject({ size: 0, falsePositiveRate: 0 });
      expect(filter.has(hashOf(0))).toBe(false);
    });

    it('refuses what it cannot hold', async () => {
      await expectCode('argument', () => buildFilter(new Uint8Array(19), { kind }));
      await expectCode('argument', () => buildFilter(hashes(1), { kind, falsePositiveRate: 0 }));
      await expectCode('argument', () => buildFilter(hashes(1), { kind, falsePositiveRate: 0.6 }));
      await expectCode('argument', () => buildFilter(hashes(1), { kind, falsePositiveRate: Number.NaN }));
      await expectCode('argument', () => buildFilter(hashes(1), { kind }).has(new Uint8Array(32)));
    });

    it('reads nothing that was cut, extended or is another thing', () => {
      for (const count of [0, 1, 100]) {
        const bytes = buildFilter(hashes(count), { kind, falsePositiveRate: 2 ** -8 }).toBytes();
        for (let length = 0; length < bytes.length; length++) {
          expect(codeOf(() => parseFilter(bytes.subarray(0, length)))).toBe('bad-message');
        }
        expect(codeOf(() => parseFilter(concatBytes(bytes, new Uint8Array(1))))).toBe('bad-message');
        for (const at of [0, 16, 17, 19, 20]) {
          const other = bytes.slice();
          other[at]! ^= 0x80;
          expect(codeOf(() => parseFilter(other))).toBe('bad-message');
        }
      }
    });

    it('reads changed bytes as an error or as a filter that writes the same bytes, and never hangs', () => {
      const bytes = buildFilter(hashes(60), { kind, falsePositiveRate: 2 ** -8 }).toBytes();
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
      let refused = 0;
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const other = bytes.slice();
          for (const [at, difference] of changes) other[at]! ^= difference;
          const code = codeOf(() => expect(parseFilter(other).toBytes()).toEqual(other));
          expect(['bad-message', undefined]).toContain(code);
          if (code !== undefined) refused++;
        }),
        { numRuns: times(2000, 100_000) },
      );
      expect(refused).toBeGreaterThan(0);
    });

    it('reads arbitrary bytes behind a right beginning as an error or a filter', () => {
      const header = buildFilter(hashes(9), { kind }).toBytes().subarray(0, 24);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
          const bytes = concatBytes(header, body);
          const code = codeOf(() => expect(parseFilter(bytes).toBytes()).toEqual(bytes));
          expect(['bad-message', undefined]).toContain(code);
        }),
        { numRuns: times(500, 20_000) },
      );
    });
  });
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof VeilmatchError) return error.code;
    throw error;
  }
}
