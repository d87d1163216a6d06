// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedWords, Kernel } from '../../../src/attack/kernel/kernel.js';
import { shapeOf, type Template } from '../../../src/attack/kernel/shape.js';
import { concatBytes, utf8 } from '../../../src/bytes.js';
import { type HashingScheme, hasherFor } from '../../../src/hashing/scheme.js';
import { SLOW, sample, times } from '../../support/effort.js';

const ALGORITHMS = ['sha256', 'sha1', 'md5'] as const;

/** A message of so many bytes that ends in digits, after text of its own or after digits that the kernel does not vary. */
function template(length: number, digits: number, after = 0): Template {
  const before = length - digits - after;
  const places = Array.from({ length: digits }, (_, i) => before + i);
  return { bytes: utf8('x'.repeat(before) + '#'.repeat(digits) + 'y'.repeat(after)), digits: places };
}

function filled({ bytes, digits }: Template, text: string): Uint8Array {
  const message = bytes.slice();
  for (const [i, offset] of digits.entries()) message[offset] = text.charCodeAt(i);
  return message;
}

/** Whether the kernel finds exactly these numbers, each of as many digits as the template has, among all that end alike. */
async function expectFound(
  scheme: HashingScheme,
  form: Template,
  numbers: readonly string[],
  bytes = hasherFor(scheme).digestBytes,
): Promise<void> {
  const shape = shapeOf(scheme, form, bytes);
  const { digest } = hasherFor(scheme);
  const targets = concatBytes(...numbers.map((number) => digest(filled(form, number)).subarray(0, bytes)));
  const kernel = await Kernel.create(shape!, targets);
  const leading = utf8(numbers[0]!.slice(0, -kernel.places));
  // Every number of chains takes a turn.
  for (const _ of shape!.algorithm.chains) {
    const found: string[] = [];
    kernel.visit(leading, 0, 10 ** kernel.places, (last) => {
      const number = numbers[0]!.slice(0, -kernel.places) + `${last}`.padStart(kernel.places, '0');
      // The kernel compares 32 bits: what it finds besides must be rare, and is told apart by its digest.
      if (numbers.includes(number)) found.push(number);
    });
    expect([...new Set(found)].sort()).toEqual([...numbers].sort());
  }
}

describe('kernel', () => {
  it.each(ALGORITHMS)(
    '%s: finds digests of messages of every length from 1 to 55 bytes',
    async (algorithm) => {
      for (const length of sample(Array.from({ length: 55 }, (_, i) => i + 1))) {
        const digits = Math.min(length, 7);
        const last = [3, 4998, 4999, 9999].map((n) => `${n}`.padStart(4, '0').slice(-Math.min(4, digits)));
        const numbers = [...new Set(last)].map((end) => '5550123'.slice(0, digits - end.length) + end);
        await expectFound({ hash: 'plain', algorithm }, template(length, digits), numbers);
      }
    },
  );

  it.each(ALGORITHMS)('%s: finds digests of longer messages, whatever stands in front', async (algorithm) => {
    for (const length of [57, 64, 70, 100, 119, 130, 183]) {
      const form = template(length, 7);
      const scheme = { hash: 'plain', algorithm } as const;
      if (length % 64 > 55 || length - 7 < Math.floor(length / 64) * 64) {
        expect(shapeOf(scheme, form)).toBe(undefined);
      } else await expectFound(scheme, form, ['5550000', '5550123']);
    }
  });

  it.each(ALGORITHMS)('%s: text behind the digits, at every alignment', async (algorithm) => {
    for (const [length, after] of [
      [11, 1],
      [14, 2],
      [17, 3],
      [40, 12],
      [55, 30],
      [55, 48],
    ] as const) {
      await expectFound({ hash: 'plain', algorithm }, template(length, 6, after), ['120000', '129876']);
    }
  });

  it.each(ALGORITHMS)(
    '%s: every compared word is that of the digest, with many targets',
    async (algorithm) => {
      const scheme = { hash: 'plain', algorithm } as const;
      const numbers = Array.from({ length: 10_000 }, (_, i) => `41555${`${i}`.padStart(5, '0')}`);
      await expectFound(scheme, template(12, 10), numbers);
    },
  );

  it.each(ALGORITHMS)('%s: finds targets that are cut to any length from 4 bytes', async (algorithm) => {
    const scheme = { hash: 'plain', algorithm } as const;
    const many = Array.from({ length: 50 }, (_, i) => `415555${`${i * 199}`.padStart(4, '0')}`);
    const lengths = [4, 12, 55, 80, 119];
    const cuts: number[] = [];
    for (let bytes = 4; bytes < hasherFor(scheme).digestBytes; bytes += 1 + (bytes >> 3)) cuts.push(bytes);
    for (const bytes of sample(cuts)) {
      // Each cut with two lengths, each length with cuts of its own; SLOW=1 tries all of them together.
      for (const length of SLOW ? lengths : [0, 2].map((i) => lengths[(bytes + i) % 5]!)) {
        const form = template(length, Math.min(length, 10));
        const numbers = many.map((number) => number.slice(-Math.min(length, 10)));
        await expectFound(scheme, form, numbers.slice(0, 2), bytes);
        await expectFound(scheme, form, numbers, bytes);
      }
      await expectFound(scheme, template(40, 6, 12), ['120000', '129876'], bytes);
    }
    expect(shapeOf(scheme, template(12, 10), 3)).toBe(undefined);
  });

  it('HMAC-SHA-256: finds targets that are cut', async () => {
    const key = new Uint8Array(32).fill(7);
    for (const bytes of [4, 8, 31]) {
      await expectFound({ hash: 'keyed', key }, template(12, 10), ['4155550000', '4155550123'], bytes);
    }
  });

  it('HMAC-SHA-256: keys shorter, as long and longer than a block', async () => {
    for (const length of [32, 64, 65, 200]) {
      const key = new Uint8Array(length).fill(length);
      await expectFound({ hash: 'keyed', key }, template(12, 10), ['4155550000', '4155550123']);
    }
  });

  it.each(ALGORITHMS)('%s: stays within the run that it is given', async (algorithm) => {
    const scheme = { hash: 'plain', algorithm } as const;
    const form = template(12, 10);
    const { digest } = hasherFor(scheme);
    const targets = Array.from({ length: 40 }, (_, i) =>
      digest(filled(form, `41555501${`${i}`.padStart(2, '0')}`)),
    );
    for (const few of [targets.slice(18, 21), targets]) {
      const kernel = await Kernel.create(shapeOf(scheme, form)!, concatBytes(...few));
      fc.assert(
        fc.property(fc.integer({ min: 100, max: 139 }), fc.integer({ min: 1, max: 40 }), (first, count) => {
          const found: number[] = [];
          kernel.visit(utf8('415555'), first, first + count, (last) => found.push(last));
          expect(found.every((last) => last >= first && last < first + count)).toBe(true);
          const from = few.length === 3 ? 118 : 100;
          for (let last = from; last < from + few.length; last++) {
            expect(found.includes(last)).toBe(last >= first && last < first + count);
          }
        }),
        { numRuns: times(30) },
      );
    }
  });

  it('MD5 undoes more rounds where more words are constant, and finds the same', async () => {
    // Digits in word 0 alone leave words 9, 2, 11 and 4 constant.
    const front: Template = { bytes: utf8(`####${'z'.repeat(40)}`), digits: [0, 1, 2, 3] };
    await expectFound({ hash: 'plain', algorithm: 'md5' }, front, ['0000', '0123', '9999']);
  });

  it('a message that is longer than a block after its first digit has no kernel, nor has a slow hash', () => {
    const scheme = { hash: 'plain', algorithm: 'sha256' } as const;
    expect(shapeOf(scheme, template(55, 7))).toBeDefined();
    expect(shapeOf(scheme, template(56, 7))).toBe(undefined);
    const cost = { function: 'scrypt', logN: 1, r: 1, p: 1 } as const;
    expect(shapeOf({ hash: 'slow', cost, salt: utf8('salt') }, template(12, 10))).toBe(undefined);
  });

  it.each(ALGORITHMS)('%s: distinct digests have distinct words to be compared', (algorithm) => {
    const scheme = { hash: 'plain', algorithm } as const;
    const form = template(12, 4);
    const { digest } = hasherFor(scheme);
    const digests = Array.from({ length: 200 }, (_, i) => digest(filled(form, `${1000 + i}`)));
    expect(new Set(comparedWords(shapeOf(scheme, form)!, concatBytes(...digests))).size).toBe(200);
  });
});
