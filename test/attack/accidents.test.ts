// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCIDENTS, messageOf } from '../../src/attack/accidents.js';
import { specOf } from '../../src/attack/candidates.js';
import {
  emailDictionary,
  numberingPlan,
  type ReversalCursor,
  rangePlan,
  reverse,
} from '../../src/attack/index.js';
import { KernelScanner, MessageScanner } from '../../src/attack/scanner.js';
import { hasherFor } from '../../src/hashing/scheme.js';
import { profiles } from '../../src/identifiers/profiles.js';
import { expectCode } from '../suites/errors.js';
import { SLOW, times } from '../support/effort.js';

const hash = (message: string | Buffer, algorithm = 'sha256'): string =>
  createHash(algorithm).update(message).digest('hex');
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const PLAN = rangePlan('US', [{ prefix: '41555501', digits: 10 }]);
const NUMBER = '+14155550123';
const ROME = rangePlan('IT', [{ prefix: '0655501', digits: 9 }]);
const ADDRESS = 'ada.lovelace@example.com';
const ADDRESSES = emailDictionary({
  patterns: ['{first}.{last}@{domain}'],
  lists: { first: ['ada', 'alan'], last: ['lovelace', 'turing'], domain: ['example.com'] },
});

/** Written as whoever had the accident did, and not by the table. */
const TOKENS: Readonly<Record<string, (text: string) => string>> = {
  newline: (text) => hash(`${text}\n`),
  crlf: (text) => hash(`${text}\r\n`),
  'utf-16le': (text) => hash(Buffer.from(text, 'utf16le')),
  'space-after': (text) => hash(`${text} `),
  'space-before': (text) => hash(` ${text}`),
  'twice-hex': (text) => hash(hash(text)),
  'twice-upper-hex': (text) => hash(hash(text).toUpperCase()),
  'twice-bytes': (text) => hash(bytes(hash(text))),
  'upper-case': () => hash('ADA.LOVELACE@EXAMPLE.COM'),
  capitalized: () => hash('Ada.Lovelace@example.com'),
  'capitalized-all': () => hash('Ada.Lovelace@Example.Com'),
  'first-capital': () => hash('Ada.lovelace@example.com'),
  'zero-lost': () => hash('+3965550123'),
  decimal: (text) => hash(`${text}.0`),
  apostrophe: (text) => hash(`'${text}`),
  quotes: (text) => hash(`"${text}"`),
  'single-quotes': (text) => hash(`'${text}'`),
  'angle-brackets': (text) => hash(`<${text}>`),
  tel: (text) => hash(`tel:${text}`),
  'lead-export': (text) => hash(`p:${text}`),
  whatsapp: (text) => hash(`whatsapp:${text}`),
  mailto: (text) => hash(`mailto:${text}`),
  html: (text) => hash(text.replace('+', '&#43;').replace('@', '&#64;')),
  'html-hex': (text) => hash(text.replace('+', '&#x2B;').replace('@', '&#x40;')),
  url: (text) => hash(encodeURIComponent(text)),
  'byte-order-mark': (text) => hash(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])),
  nul: (text) => hash(`${text}\0`),
  tab: (text) => hash(`${text}\t`),
  separator: (text) => hash(`${text},`),
  semicolon: (text) => hash(`${text};`),
  spaces: (text) => hash(` ${text} `),
  'utf-16be': (text) => hash(Buffer.from(text, 'utf16le').swap16()),
  'utf-16le-newline': (text) => hash(Buffer.from(`${text}\r\n`, 'utf16le')),
  cr: (text) => hash(`${text}\r`),
  'utf-16le-lf': (text) => hash(Buffer.from(`${text}\n`, 'utf16le')),
  'utf-16le-bom': (text) => hash(Buffer.from(`\ufeff${text}`, 'utf16le')),
  'utf-16be-bom': (text) => hash(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()),
  'space-newline': (text) => hash(`${text} \n`),
  'quotes-newline': (text) => hash(`"${text}"\n`),
  'upper-case-newline': () => hash('ADA.LOVELACE@EXAMPLE.COM\n'),
  'upper-case-crlf': () => hash('ADA.LOVELACE@EXAMPLE.COM\r\n'),
  'upper-case-space': () => hash('ADA.LOVELACE@EXAMPLE.COM '),
  'upper-case-utf-16le': () => hash(Buffer.from('ADA.LOVELACE@EXAMPLE.COM', 'utf16le')),
  'capitalized-newline': () => hash('Ada.Lovelace@example.com\n'),
  'md5-hex': (text) => hash(hash(text, 'md5')),
  'sha1-hex': (text) => hash(hash(text, 'sha1')),
  'sha256-hex': (text) => hash(hash(text), 'md5'),
  'twice-base64': (text) => hash(bytes(hash(text)).toString('base64')),
  'md5-bytes': (text) => hash(bytes(hash(text, 'md5'))),
  'cut-sha256': (text) => hash(text).slice(0, 32),
  'cut-sha512': (text) => hash(text, 'sha512').slice(0, 64),
  'cut-sha1': (text) => hash(text, 'sha1').slice(0, 32),
};

async function found(token: string, options: object) {
  const algorithm = token.length === 32 ? ('md5' as const) : ('sha256' as const);
  const reversal = reverse([token], { algorithm, concurrency: 1, ...options } as Parameters<
    typeof reverse
  >[1]);
  const all = [];
  for await (const { identifier, format, accident } of reversal) all.push({ identifier, format, accident });
  return { all, summary: await reversal.summary };
}

describe('an accident', () => {
  it('has a token here, each of them', () => {
    expect(Object.keys(TOKENS)).toEqual(Object.keys(ACCIDENTS));
  });

  it.each(Object.keys(ACCIDENTS))('%s: is read back, and named', async (name) => {
    const { to } = ACCIDENTS[name]!;
    if (to !== 'addresses') {
      const zero = name === 'zero-lost';
      const [plan, number] = zero ? [ROME, '+39065550123'] : [PLAN, NUMBER];
      const token = TOKENS[name]!(number);
      const { all, summary } = await found(token, { plan, accident: 'auto' });
      expect(all).toEqual([{ identifier: number, format: 'e164', accident: name }]);
      expect(summary.accidents).toEqual([{ accident: name, matches: 1 }]);
      expect((await found(token, { plan, accident: name })).all).toEqual(all);
      expect((await found(token, { plan })).summary.recovered).toBe(0);
    }
    if (to !== 'numbers') {
      const token = TOKENS[name]!(ADDRESS);
      const { all } = await found(token, { dictionary: ADDRESSES, accident: 'auto' });
      expect(all).toEqual([{ identifier: ADDRESS, format: undefined, accident: name }]);
      expect((await found(token, { dictionary: ADDRESSES })).summary.recovered).toBe(0);
    }
  });

  it('in another format of the likeliest is read back, too', async () => {
    const { all } = await found(hash('(415) 555-0123\n'), { plan: PLAN, format: 'auto' });
    expect(all).toEqual([{ identifier: NUMBER, format: '(###) ###-####', accident: 'newline' }]);
    const { all: digits } = await found(hash(hash('14155550123')), {
      plan: PLAN,
      format: 'meta',
      accident: 'twice-hex',
    });
    expect(digits).toEqual([{ identifier: NUMBER, format: 'digits', accident: 'twice-hex' }]);
  });

  it('that there is not, or that cannot happen to what is tried, is refused', async () => {
    const token = hash(NUMBER);
    for (const accident of ['', 'newlines', 'toString', 'upper-case', 'mailto'])
      await expectCode('argument', () => reverse([token], { plan: PLAN, accident }));
    await expectCode('argument', () => reverse([token], { plan: PLAN, accident: 'zero-lost' }));
    const key = new Uint8Array(32);
    await expectCode('argument', () => reverse([token], { plan: PLAN, key, accident: 'twice-hex' }));
  });

  it('kernels and messages find the same, whatever happened', async () => {
    const plan = numberingPlan('US', { areaCodes: ['415555', '6282345'] });
    const names = Object.keys(ACCIDENTS).filter(
      (name) => !['zero-lost'].includes(name) && ACCIDENTS[name]!.to !== 'addresses',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom('e164' as const, 'digits' as const, '(###) ###-####' as const),
        fc.nat(plan.size - 1),
        fc.constantFrom(1, 9),
        async (name, format, index, planted) => {
          const accident = ACCIDENTS[name]!;
          const { twice, cut } = accident;
          const scheme =
            twice === undefined
              ? ({ hash: 'plain', algorithm: cut ?? 'sha256' } as const)
              : ({
                  hash: 'twice',
                  algorithm: 'sha256',
                  inner: twice.inner ?? 'sha256',
                  written: twice.written,
                } as const);
          const text = (i: number): string => {
            const number = plan.at(Math.min(plan.size - 1, index + 3 * i));
            if (format === 'e164') return number;
            if (format === 'digits') return number.slice(1);
            return `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
          };
          const changed = twice === undefined && cut === undefined ? name : undefined;
          const { digest, digestBytes } = hasherFor(scheme);
          const targets = Buffer.concat(
            Array.from({ length: planted }, (_, i) => digest(messageOf(accident, text(i)))),
          );
          const spec = { candidates: specOf(plan), format, scheme, targets, digestBytes, accident: changed };
          const [from, to] = [Math.max(0, index - 50), Math.min(plan.size, index + 50)];
          const slow = await new MessageScanner(spec).scan(from, to);
          const fast = await new KernelScanner(spec, plan).scan(from, to);
          expect(slow.hits.length).toBeGreaterThan(0);
          expect(fast.tried).toBe(slow.tried);
          const sorted = (hits: typeof slow.hits): string[] =>
            hits.map((hit) => `${hit.target} ${hit.identifier}`).sort();
          expect(sorted(fast.hits)).toEqual(sorted(slow.hits));
        },
      ),
      { numRuns: times(25) },
    );
  });
});

describe('a sample', () => {
  /** Three hundred thousand numbers: more than a sample. */
  const plan = rangePlan(
    'US',
    ['4155', '4156', '4157'].map((prefix) => ({ prefix: `${prefix}5`, digits: 10 })),
  );
  const token = hash(`${plan.at(250_000)}\n`);

  it('says whether an accident is worth trying: it is used for the whole search', async () => {
    const tokens = Array.from({ length: 60 }, (_, i) => hash(`${plan.at(i * 4_999)}\n`));
    const { tried, accidents, recovered } = await reverse(tokens, { plan, accident: 'auto', concurrency: 1 })
      .summary;
    expect(recovered).toBe(60);
    expect(accidents).toEqual([{ accident: 'newline', matches: 60 }]);
    const way = tried.find(({ accident, format }) => accident === 'newline' && format === 'e164')!;
    expect(way).toMatchObject({ candidates: plan.size, matches: 60 });
    // All others were tried on a part at most.
    for (const { accident, candidates } of tried)
      if (accident !== undefined && accident !== 'newline') expect(candidates).toBeLessThan(plan.size);
  });

  it('a search goes on from where it was stopped, in whatever stage', async () => {
    const stages = new Set<number>();
    for (const stopAt of SLOW ? [1, 12, 100, 300] : [12]) {
      let cursor: ReversalCursor | undefined;
      const identifiers: string[] = [];
      for (let round = 0; round < 2; round++) {
        const stop = new AbortController();
        let ranges = 0;
        const reversal = reverse([token, hash('nobody')], {
          plan,
          accident: 'auto',
          concurrency: 1,
          cursor,
          signal: stop.signal,
          onProgress: () => {
            if (round === 0 && ++ranges === stopAt) stop.abort();
          },
        });
        try {
          for await (const { identifier } of reversal) identifiers.push(identifier);
        } catch (error) {
          expect(error).toMatchObject({ code: 'aborted' });
        }
        cursor = JSON.parse(JSON.stringify(reversal.cursor()));
        stages.add(cursor!.trial);
      }
      expect(new Set(identifiers)).toEqual(new Set([plan.at(250_000)]));
    }
    expect(stages.size).toBeGreaterThan(1);
  });
});

describe('tokens as lists have them', () => {
  const digest = createHash('sha256').update(NUMBER).digest();
  const hex = digest.toString('hex');
  const base64 = digest.toString('base64');
  it.each([
    hex.toUpperCase(),
    `0x${hex}`,
    `0X${hex.toUpperCase()}`,
    `\\x${hex}`,
    `\\\\x${hex}`,
    `sha256:${hex}`,
    `SHA-256: ${hex}`,
    `sha-256=${hex}`,
    `sha256$${hex}`,
    `{SHA256}${base64}`,
    `sha256-${base64}`,
    base64,
    base64.replace(/=+$/, ''),
    digest.toString('base64url'),
    Buffer.from(hex).toString('base64'),
    ` ${hex}\t`,
    `"${hex}"`,
    `'${hex}'`,
    `'${hex}`,
    `“${hex}”`,
    `="${hex}"`,
    `x'${hex}'`,
    `E'\\\\x${hex}'`,
    `<td>${hex}</td>`,
    `<td class="hash">${hex}</td>`,
    `<${hex}>`,
    `["${hex}"]`,
    `${hex},`,
    `${hex}  customers.csv`,
    `${hex} *customers.csv`,
    `${hex}  -`,
    `SHA256 (customers.csv) = ${hex}`,
    `SHA2-256(stdin)= ${hex}`,
    hex.toUpperCase().replace(/..(?=.)/g, '$&-'),
    hex.replace(/..(?=.)/g, '$&:'),
    hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  ])('%s', async (token) => {
    const [recovered] = await collect([token]);
    expect(recovered).toEqual({ token, identifier: NUMBER, format: 'e164', accident: undefined });
  });

  it('zeros at the beginning that a number has lost', async () => {
    const number = Array.from(PLAN).find((each) => /^0[1-9a-f]/.test(hash(each)))!;
    expect((await collect([hash(number).slice(1)]))[0]).toMatchObject({ identifier: number });
    await expectCode('argument', () => reverse([hex.slice(2)], { plan: PLAN }));
  });

  it('with a salt of their own each, before or behind the text', async () => {
    const numbers = Array.from({ length: 5 }, (_, i) => PLAN.at(i * 7));
    const tokens = [
      ...numbers.map((number, i) => `${hash(`s${i}${number}`)}:s${i}`),
      `${hash(`${PLAN.at(50).slice(1)}p:q`)}:p:q`,
      `pepper$${hash(`pepper${PLAN.at(51)}`)}`,
      // A column of that name that was not used.
      `${hash(PLAN.at(52))}:unused`,
      hash(PLAN.at(53)),
    ];
    const all = await collect(tokens, 'auto');
    expect(new Set(all.map(({ identifier }) => identifier))).toEqual(
      new Set([...numbers, PLAN.at(50), PLAN.at(51), PLAN.at(52), PLAN.at(53)]),
    );
    expect(all.map(({ token }) => token).sort()).toEqual([...tokens].sort());
    await expectCode('argument', () => reverse(tokens, { plan: PLAN, key: new Uint8Array(32) }));
  });

  async function collect(tokens: readonly string[], format: 'e164' | 'auto' = 'e164') {
    const all = [];
    for await (const each of reverse(tokens, { plan: PLAN, format, concurrency: 1 })) all.push(each);
    return all;
  }
});

it("Snap's tokens are read back where it leaves out a zero", async () => {
  const { token } = profiles.snap.phone('+39065550123');
  expect(token).toBe(hash('3965550123'));
  const { all } = await found(token, { plan: ROME, format: 'snap' });
  expect(all).toEqual([{ identifier: '+39065550123', format: 'digits', accident: 'zero-lost' }]);
});
