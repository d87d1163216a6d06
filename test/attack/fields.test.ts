// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { birthDates, postalCodes, reverse } from '../../src/attack/index.js';
import { reversiblePlain } from '../../src/hashing/index.js';
import { PROFILE_NAMES, platformNamed, profiles } from '../../src/identifiers/profiles.js';
import { expectCode } from '../suites/errors.js';

const { token } = reversiblePlain();

async function read(tokens: readonly string[], dictionary: ReturnType<typeof birthDates>): Promise<string[]> {
  const identifiers: string[] = [];
  for await (const { identifier } of reverse(tokens, { dictionary, concurrency: 1 }))
    identifiers.push(identifier);
  return identifiers.sort();
}

describe('birth dates', () => {
  const dictionary = birthDates({ until: '2025-12-31' });

  it('are counted exactly, and none is there twice', () => {
    const all = Array.from({ length: dictionary.size }, (_, i) => i);
    const texts = new Set<string>();
    dictionary.visit(0, dictionary.size, (text) => texts.add(String.fromCharCode(...text)));
    expect(texts.size).toBe(all.length);
    const days = (Date.UTC(2025, 11, 31) - Date.UTC(1900, 0, 1)) / 86_400_000 + 1;
    expect(
      [...texts].filter((text) => /^(?:19|20)\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])$/.test(text)).length,
    ).toBeGreaterThanOrEqual(days);
    for (const text of [
      '19000101',
      '20000229',
      '2025-12-31',
      '0229',
      '02/29',
      '1997',
      '2/29/2000',
      '31.12.2025',
    ])
      expect(dictionary.has(text)).toBe(true);
    for (const text of ['18991231', '20260101', '19000229', '2001-02-29', '0230', '1899'])
      expect(dictionary.has(text)).toBe(false);
  });

  it("fall at once, in each platform's own spelling", async () => {
    const platforms = PROFILE_NAMES.filter(
      (name) => platformNamed(name)?.fields?.birthDate !== undefined,
    ).map(
      (name) =>
        (profiles[name] as { field(field: string, text: string): { token: string } }).field(
          'birthDate',
          '1997-02-16',
        ).token,
    );
    expect(platforms.length).toBeGreaterThan(2);
    const distinct = [...new Set(platforms)];
    expect(await read(distinct, dictionary)).toHaveLength(distinct.length);
    expect(await read([token('0216'), token('16.02.1997')], dictionary)).toEqual(['0216', '16.02.1997']);
  });

  it('need a first and a last day, two centuries apart at most', async () => {
    for (const options of [
      { from: '1900' },
      { until: '2000-02-30' },
      { from: '2000-01-02', until: '2000-01-01' },
      { from: '1800-01-01', until: '2001-01-01' },
      { from: 1900 },
      null,
      'x',
    ])
      await expectCode('argument', () => birthDates(options as never));
  });
});

describe('postal codes', () => {
  it.each([
    ['US', 100_000, ['00501', '94103'], ['9410', '94103-1234']],
    ['DE', 99_000, ['01067', '99998'], ['00999']],
    ['FR', 98_000, ['75001', '01000'], ['00100', '99123']],
    ['NL', 4 * 9_000 * 26 ** 2, ['1012ab', '1012 AB', '9999ZZ'], ['0999AA', '1012A']],
    ['CA', 4 * 18 * 20 * 20 * 1_000, ['k1a0b1', 'K1A 0B1'], ['D1A0B1', 'K1O0B1', 'k1a-0b1']],
    [
      'GB',
      4 * (124 * 100 + 8 * 10 * 26) * 4_000,
      ['sw1a1aa', 'SW1A 1AA', 'M1 1AE', 'ec1a1bb'],
      ['QQ1 1AA', 'M1 1AC'],
    ],
    ['PL', 2 * 100_000, ['00-001', '00001'], ['0-0001']],
  ] as const)('%s: %i, counted exactly', (country, size, codes, others) => {
    const dictionary = postalCodes(country);
    expect(dictionary.size).toBe(size);
    for (const code of codes) expect(dictionary.has(code)).toBe(true);
    for (const other of others) expect(dictionary.has(other)).toBe(false);
  });

  it('fall at once', async () => {
    const { token: meta } = profiles.meta.field('postalCode', '94103-1234', { country: 'US' });
    expect(await read([meta], postalCodes('US'))).toEqual(['94103']);
    expect(await read([token('0106'), token('01067')], postalCodes('de'))).toEqual(['01067']);
  });

  it('are known of some countries', async () => {
    const error = await expectCode('argument', () => postalCodes('IE'));
    expect(error.message).toContain('US, DE, FR');
    for (const country of ['', 'UK', 'toString']) await expectCode('argument', () => postalCodes(country));
  });
});
