// SPDX-License-Identifier: Apache-2.0
/** What characters are, by the package's own table and not by the runtime's version of Unicode. */
import { describe, expect, test } from 'vitest';
import { readEmail } from '../../src/identifiers/email.js';
import { readPhone } from '../../src/identifiers/phone.js';
import { profiles } from '../../src/identifiers/profiles.js';
import { INVISIBLE, LOCAL_PART } from '../../src/identifiers/tables/characters-table.js';
import { PointSet } from '../../src/identifiers/tables/point-set.js';
import {
  withAsciiDigits,
  withoutInvisibles,
  withoutInvisiblesButJoiners,
} from '../../src/identifiers/text.js';

const local = new PointSet(LOCAL_PART);
const invisible = new PointSet(INVISIBLE);
const NEVER = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\ufffc\ufffd]/u;
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const points = Array.from({ length: 0x110000 - 0x80 }, (_, i) => i + 0x80);

describe('the table', () => {
  test('has of local parts what this runtime has in them, but what is newer', () => {
    const wrong = points.filter((point) => local.has(point) && NEVER.test(String.fromCodePoint(point)));
    expect(wrong).toEqual([]);
    const missing = points.filter((point) => {
      const character = String.fromCodePoint(point);
      return !local.has(point) && !NEVER.test(character);
    });
    // Unicode 15.1, 16.0 and 17.0 have some ten thousand; in the BMP a few.
    expect(missing.filter((point) => point < 0x860)).toEqual([]);
    expect(missing.filter((point) => point < 0x10000).length).toBeLessThan(100);
  });

  test('has what this runtime takes for invisible, and nothing else', () => {
    const differs = points.filter((p) => invisible.has(p) !== UNSEEN.test(String.fromCodePoint(p)));
    expect(differs).toEqual([]);
  });

  test('is closed: lower case and NFC of its characters, which the runtime computes, are in it', () => {
    const open = points.filter((point) => {
      if (!local.has(point)) return false;
      const folded = String.fromCodePoint(point).normalize('NFC').toLowerCase().normalize('NFC');
      return [...folded].some((each) => each > '\x7f' && !local.has(each.codePointAt(0)!));
    });
    expect(open).toEqual([]);
  });
});

describe('characters that runtimes see differently', () => {
  // Cased letters of Unicode 16.0 and 17.0, an emoji of 16.0: of the first two a newer runtime makes others.
  test.each(['\u1c89', '\ua7da', '\ua7cb', '\u{10d50}', '\u{16ea0}', '\u{1fae9}', '\u0378', '\ufdd0'])(
    'in a local part are refused: %j',
    (character) => {
      expect(readEmail(`a${character}b@example.com`)).toMatchObject({ code: 'not-an-email' });
      const refused = expect.objectContaining({ code: 'not-an-email' });
      expect(() => profiles.meta.email(`a${character}b@example.com`)).toThrow(refused);
      expect(() => profiles.meta.email(`ada@a${character}b.example`)).toThrow(refused);
    },
  );

  test.each([
    ['\u0870@example.com', '\u0870@example.com'],
    ['a\u0870\u0898b@example.com', 'a\u0870\u0898b@example.com'],
    ['\uff02ada@example.com\uff02', 'ada@example.com'],
    ['ada@example.com\uff02', 'ada@example.com'],
    ['ada@\u0870.example', 'ada@xn--cxb.example'],
    ['\u212ada@example.com', 'kda@example.com'],
    ['\u0130da@example.com', 'i\u0307da@example.com'],
  ])('in an address are read alike everywhere: %j', (text, expected) => {
    expect(readEmail(text)).toBe(expected);
    expect(readEmail(expected)).toBe(expected);
  });

  test.each(['\uff02ada\uff02@example.com', 'ada\uff02x@example.com', 'ada@exa\uff02mple.com', 'ada@\uff02'])(
    'a wide quote inside of an address is no part of it: %j',
    (text) => {
      expect(readEmail(text)).toHaveProperty('code');
    },
  );

  test('digits are those of the table', () => {
    expect(withAsciiDigits('٠٩ ۴ ० ９ 𝟎𝟗𝟘𝟿 𞥐')).toBe('09 4 0 9 0909 0');
    // Garay, of Unicode 16.0.
    expect(withAsciiDigits('\u{10d41}')).toBe('\u{10d41}');
    expect(readPhone('+1 415 555 012\u{10d43}', undefined, false)).toHaveProperty('code');
    expect(withAsciiDigits('\ud835')).toBe('\ud835');
  });

  test('what nobody sees goes, the two joiners where they may mean something', () => {
    const text = '\u200b a\u00ad\u200cb\u{e0041}\u200d\u2066c\ufeff\u{1f600}\u2060';
    expect(withoutInvisibles(text)).toBe('abc\u{1f600}');
    expect(withoutInvisiblesButJoiners(text)).toBe('a\u200cb\u200dc\u{1f600}');
    expect(withoutInvisibles('\ud83d\u200b')).toBe('\ud83d');
  });
});
