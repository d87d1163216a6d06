// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specOf } from '../../src/attack/candidates.js';
import { DictionaryScanner } from '../../src/attack/dictionary-scanner.js';
import { emailDictionary } from '../../src/attack/index.js';
import type { ScanSpec } from '../../src/attack/scan-spec.js';
import { createScanner, hashesAddresses, MessageScanner } from '../../src/attack/scanner.js';
import { concatBytes, utf8 } from '../../src/bytes.js';
import { type HashingScheme, hasherFor } from '../../src/hashing/scheme.js';
import { times } from '../support/effort.js';

/** From three bytes to more than a block. */
const dictionary = emailDictionary({
  lists: {
    first: ['a', 'bo', 'zoë', 'konstantin', 'maximiliana-theodora'],
    last: ['li', 'hopper', 'van-der-lovelace', 'featherstonehaugh-cholmondeley', 'x', 'ng', 'abc'],
    number: ['1', '22', '1985'],
    domain: ['b', 'example.org', 'mail.department.example.com'],
  },
});
const algorithm = fc.constantFrom('sha256' as const, 'sha1' as const, 'md5' as const);
const scheme: fc.Arbitrary<HashingScheme> = fc.oneof(
  fc.record({ hash: fc.constant('plain' as const), algorithm }),
  fc.record({
    hash: fc.constant('salted' as const),
    algorithm,
    saltPosition: fc.constantFrom('prefix' as const, 'suffix' as const),
    salt: fc.uint8Array({ minLength: 1, maxLength: 130 }),
  }),
  fc.record({ hash: fc.constant('keyed' as const), key: fc.uint8Array({ minLength: 32, maxLength: 80 }) }),
);

/** A search for some addresses of the dictionary, and as many others. */
function searchFor(scheme: HashingScheme, addresses: readonly string[], digestBytes: number): ScanSpec {
  const { digest } = hasherFor(scheme);
  const sought = addresses.flatMap((address) => [address, `nobody.${address}`]);
  const targets = concatBytes(...sought.map((address) => digest(utf8(address)).subarray(0, digestBytes)));
  return { candidates: specOf(dictionary), format: 'e164', scheme, targets, digestBytes };
}

describe('the scanner of dictionaries', () => {
  it('finds what hashing one address after another finds, in any range, whatever the scheme', async () => {
    await fc.assert(
      fc.asyncProperty(
        scheme,
        fc.nat(dictionary.size - 1),
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom(1, 2, 3, 40),
        fc.constantFrom(4, 7, 99),
        async (scheme, from, count, planted, known) => {
          const to = Math.min(dictionary.size, from + count);
          const addresses = Array.from({ length: planted }, (_, i) =>
            dictionary.at(from + Math.floor((i * (to - from)) / planted)),
          );
          const digestBytes = Math.min(known, hasherFor(scheme).digestBytes);
          const spec = searchFor(scheme, addresses, digestBytes);
          const fast = await new DictionaryScanner(spec, dictionary).scan(from, to);
          const slow = await new MessageScanner(spec).scan(from, to);
          const sorted = (hits: typeof fast.hits) =>
            hits.map(({ target, identifier }) => `${identifier} ${target}`).sort();
          expect(sorted(fast.hits)).toEqual(sorted(slow.hits));
          expect(fast.tried).toBe(to - from);
          for (const address of addresses) expect(fast.hits.map((hit) => hit.identifier)).toContain(address);
        },
      ),
      { numRuns: times(25) },
    );
  });

  it.each(['sha256', 'sha1', 'md5'] as const)(
    '%s: finds every address of every length',
    async (algorithm) => {
      const scheme = { hash: 'plain', algorithm } as const;
      const addresses = Array.from({ length: dictionary.size }, (_, i) => dictionary.at(i));
      const lengths = new Set(addresses.map((address) => utf8(address).length));
      expect(Math.min(...lengths)).toBe(3);
      expect(Math.max(...lengths)).toBeGreaterThan(64);
      const sample = [...lengths].flatMap((length) =>
        addresses.filter((address) => utf8(address).length === length).slice(0, 3),
      );
      for (const sought of [sample, sample.slice(0, 2)]) {
        const spec = searchFor(scheme, sought, hasherFor(scheme).digestBytes);
        const { hits } = await new DictionaryScanner(spec, dictionary).scan(0, dictionary.size);
        expect([...new Set(hits.map((hit) => hit.identifier))].sort()).toEqual([...new Set(sought)].sort());
      }
    },
  );

  it('scans again after a scan, with nothing left over from it', async () => {
    const scheme = { hash: 'plain', algorithm: 'sha256' } as const;
    const spec = searchFor(scheme, [dictionary.at(10)], 32);
    const scanner = new DictionaryScanner(spec, dictionary);
    expect((await scanner.scan(0, 20)).hits).toHaveLength(1);
    expect((await scanner.scan(11, 20)).hits).toHaveLength(0);
    expect((await scanner.scan(10, 11)).hits).toHaveLength(1);
  });

  it('leaves slow hashes to the general way', async () => {
    const cost = { function: 'scrypt', logN: 1, r: 1, p: 1 } as const;
    const slow: HashingScheme = { hash: 'slow', cost, salt: utf8('a public salt') };
    expect(hashesAddresses(dictionary, { scheme: slow })).toBe(false);
    const scanner = createScanner(searchFor(slow, [dictionary.at(3)], 32));
    const { hits } = await scanner.scan(0, 6);
    expect(new Set(hits.map((hit) => hit.identifier))).toEqual(new Set([dictionary.at(3)]));
  });
});
