// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DictionarySpec, EmailDictionary, emailDictionary, reverse } from '../../../src/attack/index.js';
import { fromUtf8 } from '../../../src/bytes.js';
import { keyed, reversiblePlain, reversibleSalted } from '../../../src/hashing/index.js';
import { expectCode } from '../../suites/errors.js';
import { QUICK, times } from '../../support/effort.js';

const text = fc.stringMatching(/^[a-c]{1,4}$/);
const list = fc.array(fc.tuple(text, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 12 });
const pattern = fc
  .array(fc.constantFrom('{first}', '{last}', '{first:1}', '{last:2}', '.', 'x'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => `${parts.join('')}@{domain}`);
const spec: fc.Arbitrary<DictionarySpec> = fc.record({
  patterns: fc.array(fc.tuple(pattern, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 }),
  lists: fc.record({
    first: list,
    last: list,
    domain: fc.constant([
      ['d.org', 5],
      ['e.com', 2],
    ] as const),
  }),
  limit: fc.constantFrom(7, 500, Number.MAX_SAFE_INTEGER),
});

/** Every address as anybody would write it, with its likelihood; what several patterns write, as often. */
function written({ patterns, lists }: DictionarySpec): Map<string, number[]> {
  const shares = (name: string, characters?: string): [string, number][] => {
    const weights = new Map<string, number>();
    const sum = lists[name]!.reduce((total, [, weight]) => total + weight, 0);
    for (const [item, weight] of lists[name]!) {
      const beginning = characters === undefined ? item : item.slice(0, Number(characters));
      weights.set(beginning, (weights.get(beginning) ?? 0) + weight / sum);
    }
    return [...weights];
  };
  const found = new Map<string, number[]>();
  const all = patterns.reduce((sum, [, weight]) => sum + weight, 0);
  const write = (rest: string, address: string, likelihood: number): void => {
    const [whole, name, characters] = /\{(\w+)(?::(\d))?\}/.exec(rest) ?? [];
    if (whole === undefined) {
      found.set(address + rest, [...(found.get(address + rest) ?? []), likelihood]);
      return;
    }
    const at = rest.indexOf(whole);
    for (const [item, share] of shares(name!, characters)) {
      write(rest.slice(at + whole.length), address + rest.slice(0, at) + item, likelihood * share);
    }
  };
  for (const [text, weight] of patterns) write(text, '', weight / all);
  return found;
}

function visited(dictionary: EmailDictionary, from = 0, to = dictionary.size): string[] {
  const found: string[] = [];
  dictionary.visit(from, to, (address, index) => {
    expect(index).toBe(from + found.length);
    found.push(fromUtf8(address));
  });
  return found;
}

describe('an e-mail dictionary', () => {
  it('has exactly the addresses that its patterns can write, and counts them', () => {
    fc.assert(
      fc.property(spec, (spec) => {
        const dictionary = new EmailDictionary({ ...spec, limit: Number.MAX_SAFE_INTEGER });
        const expected = [...written(spec)].flatMap(([address, ways]) => ways.map(() => address));
        expect(dictionary.size).toBe(expected.length);
        expect(visited(dictionary).sort()).toEqual(expected.sort());
      }),
    );
  });

  it('goes from the likeliest to the least likely, but for what it counts as equally likely', () => {
    fc.assert(
      fc.property(spec, (spec) => {
        const ways = written(spec);
        const addresses = visited(new EmailDictionary(spec));
        // A list of a group differs from its mean by less than two, either way; a pattern has five lists at most.
        const slack = 4 ** 5;
        for (const [i, address] of addresses.entries()) {
          const later = addresses[i + 1];
          if (later === undefined) break;
          expect(Math.min(...ways.get(later)!)).toBeLessThan(Math.max(...ways.get(address)!) * slack);
        }
      }),
    );
  });

  it('gives every address by its index, and the first index of every address', () => {
    fc.assert(
      fc.property(spec, (spec) => {
        const dictionary = new EmailDictionary(spec);
        const addresses = visited(dictionary);
        for (const [index, address] of addresses.entries()) {
          expect(dictionary.at(index)).toBe(address);
          expect(dictionary.indexOf(address)).toBe(addresses.indexOf(address));
        }
        for (const [address] of written(spec))
          expect(dictionary.has(address)).toBe(addresses.includes(address));
        for (const other of ['', '@', 'zz@d.org', 'a@d.orgx', 'xa@'])
          expect(dictionary.has(other)).toBe(addresses.includes(other));
      }),
      { numRuns: times(40) },
    );
  });

  it('is the same in parts as in one piece, and from its own spec', () => {
    fc.assert(
      fc.property(spec, fc.array(fc.nat(600), { maxLength: 5 }), (spec, cuts) => {
        const dictionary = new EmailDictionary(spec);
        const bounds = [
          0,
          ...cuts.filter((cut) => cut < dictionary.size).sort((a, b) => a - b),
          dictionary.size,
        ];
        const copy = new EmailDictionary(structuredClone(dictionary.spec));
        const parts = bounds.slice(1).flatMap((to, i) => visited(copy, bounds[i]!, to));
        expect(parts).toEqual(visited(dictionary));
        expect(copy.fingerprint).toBe(dictionary.fingerprint);
      }),
    );
  });

  it('refuses an index that it does not have', async () => {
    const dictionary = emailDictionary({ patterns: ['{first}@{domain}'], limit: 5 });
    for (const index of [5, -1, 0.5, Number.NaN]) await expectCode('argument', () => dictionary.at(index));
  });

  it.each([
    ['{first}@{domain', 'brace'],
    ['first}@{domain}', 'brace'],
    ['{First}@{domain}', 'brace'],
    ['{first:0}@{domain}', 'brace'],
    ['{middle}@{domain}', 'middle'],
    ['{__proto__}@{domain}', 'brace'],
    ['{constructor}@{domain}', 'constructor'],
  ])('refuses the pattern %s with its position', async (bad, reason) => {
    const spec: DictionarySpec = {
      patterns: [
        ['{first}@{domain}', 1],
        [bad, 1],
      ],
      lists: { first: [['ada', 1]], domain: [['example.com', 1]] },
      limit: 10,
    };
    const error = await expectCode('argument', () => new EmailDictionary(spec));
    expect(error.position).toBe(1);
    expect(error.message).toContain(reason);
  });

  it.skipIf(QUICK)('refuses what would take too long to put in order', async () => {
    const lists = { w: Array.from({ length: 2000 }, (_, i): [string, number] => [`w${i}`, 1 / (i + 1)]) };
    for (const repeated of [6, 8]) {
      const spec = { patterns: [['{w}'.repeat(repeated), 1] as const], lists, limit: 10 };
      await expectCode('argument', () => new EmailDictionary(spec));
    }
  });

  it('writes characters beyond ASCII', () => {
    const dictionary = emailDictionary({
      lists: { first: ['zoë', 'bo'], domain: ['exämple.org'] },
      patterns: ['{first:3}@{domain}'],
    });
    expect(visited(dictionary)).toEqual(['zoë@exämple.org', 'bo@exämple.org']);
    expect(dictionary.indexOf('zoë@exämple.org')).toBe(0);
  });
});

describe('the built-in dictionary', () => {
  const dictionary = emailDictionary();

  it('begins with what is likely', () => {
    const head = Array.from({ length: 1000 }, (_, i) => dictionary.at(i));
    expect(head.every((address) => /^[a-z]+\d*@(gmail|yahoo|hotmail)\.com$/.test(address))).toBe(true);
    expect(head.slice(0, 10)).toContain('john@gmail.com');
    expect(dictionary.indexOf('john.smith@gmail.com')).toBeLessThan(100_000);
    expect(dictionary.size).toBeGreaterThan(1e12);
  });

  it.each([
    'john.smith@gmail.com',
    'jsmith@yahoo.com',
    'smithjohn@aol.com',
    'john_smith1985@hotmail.com',
    'mary-jones07@outlook.com',
    'smith.john@comcast.net',
    'j.smith@icloud.com',
    'johns@gmail.com',
  ])('knows %s', (address) => {
    const index = dictionary.indexOf(address);
    expect(index).toBeGreaterThanOrEqual(0);
    expect(dictionary.at(index)).toBe(address);
  });

  it("takes words of one's own, as local parts and as whole addresses", () => {
    const own = emailDictionary({ words: ['Info', ' sales ', '', 'ceo@corp.example'] });
    expect(own.indexOf('ceo@corp.example')).toBe(0);
    for (const address of ['info@gmail.com', 'sales@gmail.com', 'sales7@aol.com'])
      expect(own.has(address)).toBe(true);
    expect(dictionary.has('info@gmail.com')).toBe(false);
  });
});

describe('reverse with a dictionary', () => {
  const dictionary = emailDictionary({
    lists: {
      first: ['ada', 'grace', 'zoë'],
      last: ['lovelace', 'hopper'],
      domain: ['example.com', 'mail.example'],
    },
  });

  it.each(QUICK ? (['sha256'] as const) : (['sha256', 'sha1', 'md5'] as const))(
    'finds every address behind its %s, and no other',
    async (algorithm) => {
      const addresses = [...new Set(visited(dictionary))];
      const { token } = reversiblePlain({ algorithm });
      const known = new Map(
        addresses.filter((_, i) => i % 50 === 0).map((address) => [token(address), address]),
      );
      const others = Array.from({ length: 50 }, (_, i) => token(`nobody${i}@example.com`));
      const reversal = reverse([...known.keys(), ...others], { dictionary, algorithm, concurrency: 1 });
      const found = new Map<string, string>();
      for await (const { token, identifier, format } of reversal) {
        expect(format).toBe(undefined);
        found.set(token, identifier);
      }
      expect(found).toEqual(known);
      expect(await reversal.summary).toMatchObject({ recovered: known.size, candidates: dictionary.size });
    },
  );

  it('finds salted and keyed tokens with the salt and the key', async () => {
    const address = dictionary.at(dictionary.size - 1);
    const salt = new Uint8Array(20).fill(7);
    const key = new Uint8Array(32).fill(9);
    for (const [token, options] of [
      [reversibleSalted({ salt }).token(address), { salt }],
      [reversibleSalted({ salt, saltPosition: 'suffix' }).token(address), { salt, saltPosition: 'suffix' }],
      [keyed({ key }).token(address), { key }],
    ] as const) {
      const reversal = reverse([token], { dictionary, concurrency: 1, ...options });
      for await (const { identifier } of reversal) expect(identifier).toBe(address);
      expect((await reversal.summary).recovered).toBe(1);
    }
  });

  it('refuses a plan beside it', async () => {
    const both = { dictionary, plan: {} } as unknown as { dictionary: EmailDictionary };
    await expectCode('argument', () => reverse([], both));
  });
});
