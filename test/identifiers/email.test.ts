// SPDX-License-Identifier: Apache-2.0
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import {
  isEmailLike,
  normalizeEmail,
  plainAddress,
  readEmail,
  readEmailCell,
  readFully,
  writtenEmail,
} from '../../src/identifiers/email.js';
import { withoutInvisiblesButJoiners } from '../../src/identifiers/text.js';
import { times } from '../support/effort.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected, field: 'email' });

/** https://html.spec.whatwg.org/#valid-e-mail-address */
const HTML_RULE =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

describe('reads what people write', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    [' ADA@Example.COM\t', 'ada@example.com'],
    ['\ufeffada\u200b@exam\u00adple.com\u2069', 'ada@example.com'],
    ['Ada <ada@example.com>', 'ada@example.com'],
    ['<ada@example.com>', 'ada@example.com'],
    ['"Lovelace, Ada" <ada@example.com>', 'ada@example.com'],
    ['Lovelace, Ada <ada@example.com>', 'ada@example.com'],
    ['ada@example.com <ada@example.com>', 'ada@example.com'],
    ['"ada@home, ada@work" <ada@example.com>', 'ada@example.com'],
    ['Ada < ada@example.com >', 'ada@example.com'],
    ['ada@example.com<mailto:ada@example.com>', 'ada@example.com'],
    ['mailto:ada@example.com', 'ada@example.com'],
    ['MAILTO:Ada@Example.com?subject=a@b.c&body=x', 'ada@example.com'],
    ['mailto:ada%2Btag@example.com', 'ada+tag@example.com'],
    ['mailto:%C3%A4da@example.com', 'äda@example.com'],
    ['mailto:what%3F@example.com', 'what?@example.com'],
    // What stands for quotes, and what a spreadsheet puts before a text.
    ['`ada@example.com`', 'ada@example.com'],
    ['´ada@example.com´', 'ada@example.com'],
    ['″ada@example.com″', 'ada@example.com'],
    ['「ada@example.com」', 'ada@example.com'],
    ['=ada@example.com', 'ada@example.com'],
    // Dots, tags and providers are not touched.
    ['Ada.Lovelace+News@gmail.com', 'ada.lovelace+news@gmail.com'],
    // What the HTML rule takes.
    ['ada@localhost', 'ada@localhost'],
    ['.a..b.@example.com', '.a..b.@example.com'],
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
    ['ada@127.0.0.1', 'ada@127.0.0.1'],
    ['ada%41@example.com', 'ada%41@example.com'],
    // RFC 6531, in NFC: u and a combining diaeresis are one letter.
    ['U\u0308ber@example.com', 'über@example.com'],
    ['用户@example.com', '用户@example.com'],
    ['😀@example.com', '😀@example.com'],
    // Internationalised domains by UTS 46.
    ['ada@MÜNCHEN.de', 'ada@xn--mnchen-3ya.de'],
    ['ada@mu\u0308nchen.de', 'ada@xn--mnchen-3ya.de'],
    ['ada@XN--Mnchen-3ya.de', 'ada@xn--mnchen-3ya.de'],
    ['ada@faß.de', 'ada@xn--fa-hia.de'],
    ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@ｅｘａｍｐｌｅ．com', 'ada@example.com'],
    ['ada@\u212aelvin.example', 'ada@kelvin.example'],
    ['ada@１２７．０．０．1', 'ada@127.0.0.1'],
  ])('%s is %s', (text, expected) => {
    expect(normalizeEmail(text)).toBe(expected);
    expect(normalizeEmail(expected)).toBe(expected);
  });
});

describe('says why it cannot read a text', () => {
  const label = 'a'.repeat(60);
  test.each<[string, ErrorCode]>([
    ['', 'empty'],
    [' \u200b\n', 'empty'],
    ['none', 'not-an-email'],
    ['@example.com', 'not-an-email'],
    ['ada@', 'not-an-email'],
    ['ada@@example.com', 'not-an-email'],
    ['ada lovelace@example.com', 'not-an-email'],
    ['"ada lovelace"@example.com', 'not-an-email'],
    ['ada(comment)@example.com', 'not-an-email'],
    // What people write for want of an address, in their own language too.
    ['none@none', 'placeholder'],
    ['keine@keine.de', 'placeholder'],
    ['ninguno@ninguno.com', 'placeholder'],
    ['sinemail@sinemail.com', 'placeholder'],
    ['aucun@aucun.fr', 'placeholder'],
    ['ada@example.com, bob@example.com', 'several'],
    ['Ada <ada@example.com>, Bob <bob@example.com>', 'several'],
    ['ada@example.com, Bob <bob@example.com>', 'several'],
    ['ada@example.com; Bob <bob@example.com>', 'several'],
    ['ada@example.com ::: bob@example.com', 'several'],
    ['ada@example.com\nbob@example.com', 'several'],
    ['ada@example.com, bob', 'bad-domain'],
    ['Ada <ada@example.com', 'not-an-email'],
    ['mailto:', 'not-an-email'],
    ['mailto:ada%@example.com', 'not-an-email'],
    ['mailto:ada@example.com,bob@example.com', 'several'],
    ['ada\u0085@example.com', 'not-an-email'],
    // What an earlier program could not read, or read as windows-1252.
    ['jos\ufffd@example.com', 'not-an-email'],
    ['\ufffeada@example.com', 'not-an-email'],
    ['josÃ©@example.com', 'not-an-email'],
    ['ada@mÃ¼ller.de', 'not-an-email'],
    ['JÃ–RG@example.com', 'not-an-email'],
    ['a\u00a0b@example.com', 'not-an-email'],
    ['\ud800@example.com', 'not-an-email'],
    ['ada@exa mple.com', 'bad-domain'],
    ['ada@exa_mple.com', 'bad-domain'],
    ['ada@-example.com', 'bad-domain'],
    ['ada@example..com', 'bad-domain'],
    ['ada@example.com.', 'bad-domain'],
    ['ada@.com', 'bad-domain'],
    ['ada@[127.0.0.1]', 'bad-domain'],
    [`ada@${label}aaaa.com`, 'bad-domain'],
    ['ada@example.com?subject=x', 'bad-domain'],
    ['ada@example.com/ü', 'bad-domain'],
    // Characters that a URL would take for something else.
    ['ada@ü.com:80', 'bad-domain'],
    ['ada@ü%41.com', 'bad-domain'],
    ['ada@ü#.com', 'bad-domain'],
    ['ada@ü\\x.com', 'bad-domain'],
    // Nothing is left of this domain after mapping.
    ['ada@\u3002', 'bad-domain'],
    ['ada@\ufe0f', 'not-an-email'],
    [`${'a'.repeat(65)}@example.com`, 'too-long'],
    [`${'ü'.repeat(33)}@example.com`, 'too-long'],
    [`a@${`${label}.`.repeat(5)}com`, 'too-long'],
    [`${'a'.repeat(60)}@${`${label}.`.repeat(3)}${'a'.repeat(12)}`, 'too-long'],
  ])('%s: %s', (text, expected) => {
    expect(() => normalizeEmail(text)).toThrow(code(expected));
  });

  test('the limits of RFC 5321 themselves are allowed', () => {
    const local = 'a'.repeat(64);
    // 64 + 1 + 189 = 254.
    const domain = `${`${label}.`.repeat(3)}aaaaaa`;
    expect(normalizeEmail(`${local}@${domain}`)).toHaveLength(254);
    expect(() => normalizeEmail(`${local}@${domain}a`)).toThrow(code('too-long'));
    expect(normalizeEmail(`${'ü'.repeat(32)}@example.com`)).toBe(`${'ü'.repeat(32)}@example.com`);
  });

  test.each([undefined, null, 1, {}, ['a@b.c']])('%s is no text', (text) => {
    expect(() => normalizeEmail(text as unknown as string)).toThrow(code('argument'));
  });
});

const localPart = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
);
const domain = fc.oneof(
  fc.domain(),
  fc.stringMatching(/^[A-Za-z0-9-]{1,10}(\.[A-Za-z0-9-]{1,10}){0,3}$/),
  fc
    .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 })
    .map((labels) => labels.join('.')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }),
);
const address = fc.tuple(localPart, domain).map(([local, host]) => `${local}@${host}`);
const text = fc.oneof(
  address,
  fc.string({ unit: 'binary' }),
  address.map((each) => `Somebody <${each}>`),
  address.map((each) => `mailto:${encodeURIComponent(each.replace(/\p{Surrogate}/gu, ''))}`),
);

/** What drawing has found once. */
const found = [
  'Somebody <` @a.aa>',
  "Somebody <'a'@a.aa>",
  'Somebody <\uff02@a.aa>',
  '\u0870@a.aa',
  'a@\u0870.aa',
  '\uff02a@a.aa\uff02',
  'a\uff07@a.aa',
  '\ua7cb@a.aa',
  'Somebody <\u037e@a.aa>',
];

describe('properties', () => {
  test('normalising is idempotent', () => {
    fc.assert(
      fc.property(text, (written) => {
        const first = readEmail(written);
        if (typeof first === 'string') expect(readEmail(first)).toBe(first);
      }),
      { numRuns: times(5000), examples: found.map((each) => [each]) },
    );
  });

  test('what comes out is an address of one spelling: NFC, no white space, ASCII domain, within the limits', () => {
    fc.assert(
      fc.property(text, (written) => {
        const email = readEmail(written);
        if (typeof email !== 'string') return;
        const at = email.lastIndexOf('@');
        expect(email).toBe(email.normalize('NFC'));
        expect(email).toBe(email.toLowerCase());
        expect(email).not.toMatch(/[\s\p{Cf}\p{Cc}]/u);
        expect(email.slice(at + 1)).toMatch(/^[a-z0-9.-]{1,255}$/);
        expect(Buffer.byteLength(email.slice(0, at))).toBeLessThanOrEqual(64);
        expect(Buffer.byteLength(email)).toBeLessThanOrEqual(254);
        expect(isEmailLike(email)).toBe(true);
      }),
      { numRuns: times(3000), examples: found.map((each) => [each]) },
    );
  });

  test('ASCII addresses are those of the HTML rule, up to length', () => {
    const ascii = fc.oneof(
      fc.stringMatching(/^[!-~]{1,30}$/),
      fc.tuple(fc.stringMatching(/^[!-~]{1,10}$/), fc.domain()).map(([local, host]) => `${local}@${host}`),
    );
    fc.assert(
      fc.property(ascii, (written) => {
        // What is taken off, and the two brackets that stand around an address.
        if (/^mailto:|[<>]|^[='"`/]|['"`,;]$|^'|'@|:/i.test(written)) return;
        const email = readEmail(written);
        if (typeof email !== 'string' && email.code === 'placeholder') return;
        expect(typeof email === 'string').toBe(HTML_RULE.test(written));
        if (typeof email === 'string') expect(email).toBe(written.toLowerCase());
      }),
      { numRuns: times(3000) },
    );
  });

  test('a domain becomes what UTS 46 makes of it', () => {
    fc.assert(
      fc.property(domain, (host) => {
        const cleaned = host.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').trim();
        const email = readEmail(`ada@${cleaned}`);
        if (typeof email !== 'string') return;
        const ascii = /^[\0-\x7f]*$/.test(cleaned);
        // The platform looks at directions as well, takes numbers for addresses of IPv4, and has its own version of Unicode.
        const domain = ascii ? cleaned.toLowerCase() : domainToASCII(cleaned);
        if (
          domain === '' ||
          /^[\d.]+$/.test(domain) ||
          /ẞ|["'`´‘’‚‛“”„‟«»‹›′″‴‵‶‷〝〞〟「」『』;,]$/.test(cleaned.normalize('NFKC'))
        )
          return;
        expect(email).toBe(`ada@${domain}`);
      }),
      {
        numRuns: times(3000),
        examples: ['a\uff02', '\uff02', '\u0870', 'a.\u0870', 'a\uff07'].map((each) => [each]),
      },
    );
  });

  test('the short way of a plain address gives what the full one gives', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(readEmail(written)).toEqual(readFully(withoutInvisiblesButJoiners(written)));
        // A cell of one value is read as it is, and a platform is handed what is written in it.
        const cell = readEmailCell(written);
        if (!Array.isArray(cell))
          expect(cell === readEmail(written) || /[,;|\n\r\t]|::|\//.test(written)).toBe(true);
        const own = writtenEmail(written);
        expect(typeof own).toBe(typeof readEmail(written));
        if (typeof own === 'string') expect(readEmail(own)).toBe(readEmail(written));
      }),
      { numRuns: times(3000), examples: found.map((each) => [each]) },
    );
  });
});

describe('a plain address', () => {
  /** The HTML rule in ASCII, its two lengths and that of the whole; a quote, a slash or an equals sign before it is not its own. */
  const PLAIN =
    /^(?!['`/=])[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
  const byTheRule = (text: string): string | undefined => {
    const lower = /^[\0-\x7f]{0,254}$/.test(text) ? text.toLowerCase() : '';
    return PLAIN.test(lower) ? lower : undefined;
  };

  test('is what the expression takes for one, of every text of three signs that matter', () => {
    const signs = [...'aZ0.-@=\'"/+ ü,', ''];
    let plain = 0;
    for (const before of ['', ...signs])
      for (const a of signs)
        for (const b of signs)
          for (const c of signs) {
            for (const text of [
              `${before}${a}${b}${c}`,
              `x${before}@${a}${b}${c}y`,
              `${a}${b}@${c}${before}`,
            ]) {
              expect(plainAddress(text), text).toBe(byTheRule(text));
              if (plainAddress(text) !== undefined) plain++;
            }
          }
    expect(plain).toBeGreaterThan(1000);
  });

  test('is so of any length', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      '.',
      '-',
      '@',
      '+',
      'a'.repeat(63),
      'b'.repeat(64),
      'c'.repeat(61),
      "'",
      '=',
      'ß',
      '\u212a',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const text = parts.join('');
        expect(plainAddress(text)).toBe(byTheRule(text));
      }),
      { numRuns: times(3000) },
    );
    for (const length of [62, 63, 64, 65]) {
      for (const text of [
        `${'a'.repeat(length)}@b.c`,
        `a@${'b'.repeat(length)}`,
        `a@b.${'c'.repeat(length)}.d`,
      ])
        expect(plainAddress(text), text).toBe(byTheRule(text));
    }
    for (const length of [246, 247, 248, 249]) {
      const text = `a@${'b.'.repeat(length).slice(0, length)}cdefg`;
      expect(plainAddress(text)).toBe(byTheRule(text));
    }
  });
});
