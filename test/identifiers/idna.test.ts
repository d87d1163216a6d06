// SPDX-License-Identifier: Apache-2.0
/** Domains outside ASCII: Unicode's own tests, and the platform as a second opinion. */
import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asciiDomain } from '../../src/identifiers/idna.js';
import { fromPunycode, punycode } from '../../src/identifiers/punycode.js';
import idna from '../vectors/idna.json' with { type: 'json' };

/** Directions are not looked at, lengths not here; loose joiners go. */
const OTHERWISE = /^(?:B\d|C\d|A4_\d)$/;

describe('a sample of IdnaTestV2.txt', () => {
  test.each(idna.vectors)('$source is $ascii ($status)', ({ source, ascii, status }) => {
    const errors = status.split(', ').filter((error) => error !== '' && !OTHERWISE.test(error));
    if (errors.length > 0) expect(asciiDomain(source)).toBeUndefined();
    else if (/C\d/.test(status))
      expect(asciiDomain(source)).toBe(asciiDomain(source.replace(/[\u200c\u200d]/g, '')));
    else expect(asciiDomain(source)).toBe(ascii);
  });
});

/** Characters that differ between versions of Unicode, and those that are not looked at alike. */
const DIFFERENT = /[\u1e9e\u2183\u2132\u{1f16a}-\u{1f16c}]|\p{Cf}|\p{Default_Ignorable_Code_Point}/u;

describe('every character', () => {
  const step = process.env.SLOW ? 1 : 97;
  test('is mapped as the platform maps it, where both allow it', () => {
    let compared = 0;
    for (let point = 0x80; point <= 0x2fa1f; point += step) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      if (DIFFERENT.test(character)) continue;
      const [own, platforms] = [asciiDomain(`a${character}b.com`), domainToASCII(`a${character}b.com`)];
      if (own === undefined || platforms === '' || /[^a-z0-9.-]/.test(own)) continue;
      expect(own, point.toString(16)).toBe(platforms);
      compared++;
    }
    expect(compared).toBeGreaterThan(700 / step);
  });

  test('that is newer than the table is not allowed, whatever the runtime knows', () => {
    // Unicode 16.0 and 17.0.
    for (const point of [0x1c89, 0xa7da, 0x105c0, 0x1cc00, 0x16ea0]) {
      expect(asciiDomain(`a${String.fromCodePoint(point)}.com`)).toBeUndefined();
    }
  });
});

describe('joiners', () => {
  test('are kept where they join, and nowhere else', () => {
    expect(asciiDomain('\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com')).toBe('xn--mgba3gch31f060k.com');
    expect(asciiDomain('\u0dc1\u0dca\u200d\u0dbb\u0dd3.com')).toBe('xn--10cl1a0b660p.com');
    expect(asciiDomain('m\u200c\u00fc\u200dnchen.de')).toBe('xn--mnchen-3ya.de');
  });

  test('without end are not followed', () => {
    expect(asciiDomain(`\u0628${'\u200c'.repeat(200)}\u0628.com`)).toBe(asciiDomain('\u0628\u0628.com'));
    expect(asciiDomain('\u0628\u200c'.repeat(400))).toBeUndefined();
  });
});

describe('Punycode', () => {
  test('is read back', () => {
    const label = fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 40 });
    fc.assert(
      fc.property(label, (points) => {
        expect(fromPunycode(punycode(points))).toEqual(points);
      }),
    );
  });

  test('is what the platform makes of a label', () => {
    const label = fc
      .stringMatching(/^[a-z0-9äöüßéčłñøåžş日本語한국дом]{1,12}$/)
      .filter((text) => /[^\0-\x7f]/.test(text));
    fc.assert(
      fc.property(label, (text) => {
        const ascii = asciiDomain(text)!;
        expect(ascii).toBe(domainToASCII(text));
        expect(domainToUnicode(ascii)).toBe(text.normalize('NFC'));
      }),
    );
  });

  test.each(['', '-', 'a-', '99999999', 'ü', 'zzzzzzzzzzzzzzzz'])(
    '%s is never more than a label or nothing',
    (text) => {
      const points = fromPunycode(text);
      expect(points === undefined || points.every((point) => point <= 0x10ffff)).toBe(true);
    },
  );
});
