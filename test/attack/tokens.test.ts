// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailDictionary, numberingPlan, type ReverseOptions, reverse } from '../../src/attack/index.js';
import { TokenList } from '../../src/attack/tokens.js';
import { bytesToHex, concatBytes } from '../../src/bytes.js';
import { type DigestAlgorithm, keyed, reversiblePlain } from '../../src/hashing/index.js';
import { PROFILE_NAMES, profiles } from '../../src/identifiers/profiles.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, times } from '../support/effort.js';

const plan = numberingPlan('US', { areaCodes: ['415555'] });

async function found(tokens: readonly string[], options: Omit<ReverseOptions, 'plan' | 'concurrency'>) {
  const reversal = reverse(tokens, { plan, concurrency: 1, ...options });
  const pairs: string[] = [];
  for await (const { token, identifier } of reversal) pairs.push(`${token} ${identifier}`);
  return { pairs: pairs.sort(), summary: await reversal.summary };
}

describe('tokens', () => {
  const SPELLINGS: Readonly<Record<string, (digest: Buffer) => string>> = {
    hex: (digest) => digest.toString('hex'),
    'upper-case hex': (digest) => digest.toString('hex').toUpperCase(),
    'hex in mixed case': (digest) =>
      digest.toString('hex').replace(/[a-f]/, (letter) => letter.toUpperCase()),
    base64: (digest) => digest.toString('base64'),
    'base64 without padding': (digest) => digest.toString('base64').replace(/=+$/, ''),
    base64url: (digest) => digest.toString('base64url'),
    'base64url with padding': (digest) => digest.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  };

  it.each(Object.entries(SPELLINGS))('%s: read, and given back as they were', (name, write) => {
    for (const [bytes, whole] of [
      [32, 32],
      [20, 20],
      [16, 16],
      [9, 32],
    ] as const) {
      const digests = fc.array(fc.uint8Array({ minLength: bytes, maxLength: bytes }), {
        minLength: 1,
        maxLength: 20,
      });
      fc.assert(
        fc.property(digests, (list) => {
          const tokens = list.map((digest) => write(Buffer.from(digest)));
          // Digits alone are hexadecimal and base64 at once, in a list of them as well, and so are those behind 0x.
          fc.pre(bytes === whole || name.includes('hex') || !/^(0x)?[0-9a-f]+$/i.test(tokens[0]!));
          const read = TokenList.read(tokens, whole, bytes !== whole);
          const distinct = [...new Set(list.map(bytesToHex))];
          expect(read.size).toBe(distinct.length);
          expect(bytesToHex(read.digests)).toBe(distinct.join(''));
          expect(read.tokenBytes).toBe(bytes);
          const first = distinct.map((hex) => tokens[list.findIndex((digest) => bytesToHex(digest) === hex)]);
          expect(distinct.map((_, i) => read.textOf(i))).toEqual(first);
        }),
        { numRuns: times(30) },
      );
    }
  });

  it('in base64 may begin with what stands before hexadecimal', () => {
    const tokens = ['0xAAAAAAAAAG', 'AAAAAAAAAAAA'];
    const digests = tokens.map((token) => Buffer.from(token, 'base64'));
    const list = TokenList.read(tokens, 32, true);
    expect(bytesToHex(list.digests)).toBe(Buffer.concat(digests).toString('hex'));
  });

  it('in several spellings make one list, in which equal digests are one target', async () => {
    const number = plan.at(1234);
    const digest = createHash('sha256').update(number).digest();
    const tokens = Object.values(SPELLINGS).map((write) => write(digest));
    const { pairs, summary } = await found(tokens, {});
    expect(pairs).toEqual([`${digest.toString('hex')} ${number}`]);
    expect(summary).toMatchObject({ targets: 1, recovered: 1, matches: 1 });
  });
});

describe("a platform's name as format", () => {
  const number = plan.at(4321);
  const names = PROFILE_NAMES.filter((name) => profiles[name].phone !== undefined);

  it.each(names)('%s: its tokens are read back', async (name) => {
    const { token } = profiles[name].phone!(number);
    expect((await found([token], { format: name })).pairs).toEqual([`${token} ${number}`]);
  });

  it('agrees with the algorithm that it has, and with no other', async () => {
    const { token } = profiles.liveramp.phone(number);
    expect((await found([token], { format: 'liveramp', algorithm: 'sha1' })).pairs).toHaveLength(1);
    for (const options of [
      { format: 'liveramp', algorithm: 'sha256' },
      { format: 'meta', algorithm: 'md5' },
      { format: 'meta', salt: new Uint8Array(16) },
      { format: 'meta', key: new Uint8Array(32) },
      { format: 'google', cost: { function: 'scrypt', logN: 1, r: 1, p: 1 } },
      { format: 'x', key: new Uint8Array(32), algorithm: 'sha1' },
    ] as const) {
      const error = await expectCode('argument', () => reverse([token], { plan, ...options }));
      expect(error.message).toMatch(
        new RegExp(`${options.format} and the option \\w+ contradict each other`),
      );
    }
  });

  it("x: under the platform's key for partner data", async () => {
    const key = new Uint8Array(32).fill(9);
    const { token } = profiles.x.phone(number, { key });
    expect(token).toBe(keyed({ key }).token(number));
    expect((await found([token], { format: 'x', key })).pairs).toEqual([`${token} ${number}`]);
    expect((await found([token], { format: 'x' })).pairs).toEqual([]);
  });

  it('linkedin publishes no rule for telephone numbers', async () => {
    const error = await expectCode('argument', () => reverse([], { plan, format: 'linkedin' }));
    expect(error.message).toContain('no rule for telephone numbers');
  });
});

describe('truncated tokens', () => {
  const cut = (number: string, algorithm: DigestAlgorithm, bytes: number): Uint8Array =>
    reversiblePlain({ algorithm }).digest(new TextEncoder().encode(number)).subarray(0, bytes);

  it.each(['sha256', 'sha1', 'md5'] as const)(
    '%s: of any length from four bytes, are read back',
    async (algorithm) => {
      const numbers = Array.from({ length: 30 }, (_, i) => plan.at(i * 333));
      for (const bytes of [4, 6, 8, 15]) {
        const tokens = numbers.map((number) => bytesToHex(cut(number, algorithm, bytes)));
        const { pairs, summary } = await found(tokens, { algorithm, truncated: true });
        for (const [i, number] of numbers.entries()) expect(pairs).toContain(`${tokens[i]} ${number}`);
        expect(summary).toMatchObject({ targets: 30, recovered: 30, matches: pairs.length });
        expect(summary.expectedFalseMatches).toBeCloseTo((plan.size * 30) / 256 ** bytes, 12);
      }
    },
  );

  it('are reported with every number that begins so, and chance brings about as many as was said', async () => {
    // Every number of a plan as target, and the numbers of another one as candidates: whatever is found is chance.
    const others = numberingPlan('US', { areaCodes: ['628555', '628556', '628557', '628558'] });
    const targets = concatBytes(
      ...Array.from({ length: others.size }, (_, i) => cut(others.at(i), 'md5', 4)),
    );
    const tokens = Array.from({ length: others.size }, (_, i) =>
      bytesToHex(targets.subarray(4 * i, 4 * i + 4)),
    );
    const wide = numberingPlan('US', { areaCodes: ['4152', '4153'] });
    const { pairs, summary } = await found(tokens, {
      plan: wide,
      algorithm: 'md5',
      truncated: true,
    } as never);
    const { expectedFalseMatches, matches, targets: distinct } = summary;
    expect(expectedFalseMatches).toBe((wide.size * distinct) / 2 ** 32);
    expect(matches).toBe(pairs.length);
    expect(new Set(pairs).size).toBe(matches);
    // The numbers are fixed, so this does not vary from run to run: within five standard deviations.
    expect(Math.abs(matches - expectedFalseMatches)).toBeLessThan(5 * Math.sqrt(expectedFalseMatches));
    for (const pair of pairs) {
      const [token, number] = pair.split(' ');
      expect(bytesToHex(cut(number!, 'md5', 4))).toBe(token);
    }
  });

  it.each(QUICK ? (['sha256'] as const) : (['sha256', 'sha1', 'md5'] as const))(
    '%s: of e-mail addresses are read back, too',
    async (algorithm) => {
      const dictionary = emailDictionary({ limit: 20_000 });
      const addresses = Array.from({ length: 20 }, (_, i) => dictionary.at(i * 1000));
      const tokens = addresses.map((address) => bytesToHex(cut(address, algorithm, 6)));
      const reversal = reverse(tokens, { dictionary, algorithm, truncated: true, concurrency: 1 });
      const pairs = new Set<string>();
      for await (const { token, identifier } of reversal) pairs.add(`${token} ${identifier}`);
      for (const [i, address] of addresses.entries()) expect(pairs).toContain(`${tokens[i]} ${address}`);
      const { expectedFalseMatches, candidates, recovered } = await reversal.summary;
      expect({ candidates, recovered }).toEqual({ candidates: 20_000, recovered: new Set(addresses).size });
      expect(expectedFalseMatches).toBeLessThan(1e-6);
    },
  );

  it('in base64 are told from hexadecimal by the list', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => plan.at(i * 7));
    const tokens = numbers.map((number) => Buffer.from(cut(number, 'sha256', 6)).toString('base64url'));
    expect((await found(tokens, { truncated: true })).summary).toMatchObject({ recovered: 50 });
  });

  it('are refused if they are too short, too long, of several lengths, or not said to be cut', async () => {
    const token = reversiblePlain().token('x');
    const refused: readonly (readonly string[])[] = [
      [token.slice(0, 8), token.slice(0, 6)],
      [token.slice(0, 8), token.slice(0, 10)],
      [token.slice(0, 8), ''],
      [token.slice(0, 8), 'no token'],
    ];
    for (const tokens of refused) {
      expect((await expectCode('argument', () => reverse(tokens, { plan, truncated: true }))).position).toBe(
        1,
      );
    }
    await expectCode('argument', () => reverse([token.slice(0, 6)], { plan, truncated: true }));
    await expectCode('argument', () => reverse([token], { plan, truncated: true, algorithm: 'md5' }));
    const error = await expectCode('argument', () => reverse([token.slice(0, 16)], { plan }));
    expect(error.message).toContain('truncated');
    expect((await found([token], { truncated: true })).summary.recovered).toBe(0);
  });
});
