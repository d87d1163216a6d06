// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinTokens, reversiblePlain } from '../../src/hashing/index.js';
import { expectCode } from '../suites/errors.js';

const hex = reversiblePlain();
const base64 = reversiblePlain({ encoding: 'base64' });
const names = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 });

describe('joinTokens', () => {
  it.each([
    ['hex', hex],
    ['base64', base64],
  ] as const)('finds the plain intersection of %s tokens, duplicates included', (_, hasher) => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        const theirs = new Set(b);
        const { size, matches } = joinTokens(
          a.map((n) => hasher.token(`${n}`)),
          b.map((n) => hasher.token(`${n}`)),
        );
        expect(matches).toEqual([...a.keys()].filter((i) => theirs.has(a[i]!)));
        expect(size).toBe(new Set(a.filter((n) => theirs.has(n))).size);
      }),
    );
  });

  it('takes hexadecimal in either case', () => {
    expect(joinTokens([hex.token('x').toUpperCase()], [hex.token('x')]).matches).toEqual([0]);
  });

  it('refuses lists that can never match instead of finding nothing', async () => {
    await expectCode('incompatible-lists', () => joinTokens([hex.token('x')], [base64.token('x')]));
    const md5 = reversiblePlain({ algorithm: 'md5' });
    await expectCode('incompatible-lists', () => joinTokens([hex.token('x')], [md5.token('x')]));
  });

  it('names the position of a token that is not like the others, and not the token', async () => {
    const odd = base64.token('y');
    const error = await expectCode('argument', () => joinTokens([hex.token('x'), odd], []));
    expect(error.position).toBe(1);
    expect(error.message).not.toContain(odd);
  });
});
