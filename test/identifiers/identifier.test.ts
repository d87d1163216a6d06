// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, utf8 } from '../../src/bytes.js';
import {
  canonicalBytes,
  compositeBytes,
  type Identifier,
  kindOf,
  opaqueBytes,
  textOf,
} from '../../src/identifiers/identifier.js';

const ada: Identifier = { kind: 'email', text: 'ada@example.com' };
const phone: Identifier = { kind: 'phone', text: '+14155550123' };

const identifier: fc.Arbitrary<Identifier> = fc.record({
  kind: fc.constantFrom('phone', 'email'),
  text: fc.string({ unit: 'grapheme', maxLength: 20 }),
});

describe('canonical bytes', () => {
  test('are a label and the text in UTF-8, without percent-encoding', () => {
    expect(canonicalBytes(phone)).toEqual(utf8('tel:+14155550123'));
    expect(canonicalBytes(ada)).toEqual(utf8('mailto:ada@example.com'));
    expect(canonicalBytes({ kind: 'email', text: 'ü%@example.com' })).toEqual(utf8('mailto:ü%@example.com'));
    expect(opaqueBytes('+14155550123')).toEqual(utf8('opaque:+14155550123'));
  });

  test('are different for different identifiers, and can be read back', () => {
    fc.assert(
      fc.property(identifier, identifier, (a, b) => {
        const same = a.kind === b.kind && a.text === b.text;
        expect(bytesToHex(canonicalBytes(a)) === bytesToHex(canonicalBytes(b))).toBe(same);
        expect(kindOf(canonicalBytes(a))).toBe(a.kind);
        expect(textOf(canonicalBytes(a))).toBe(a.text);
        expect(canonicalBytes(a)).toEqual(utf8(`${a.kind === 'phone' ? 'tel' : 'mailto'}:${a.text}`));
      }),
    );
  });

  test('of a string that looks like an identifier are still opaque', () => {
    expect(kindOf(opaqueBytes('tel:+14155550123'))).toBe('opaque');
    expect(textOf(opaqueBytes('tel:+14155550123'))).toBe('tel:+14155550123');
  });

  test('without a known label are refused', () => {
    for (const bytes of [new Uint8Array(), utf8('te'), utf8('sms:+14155550123'), utf8('TEL:+14155550123')]) {
      expect(() => kindOf(bytes)).toThrow(expect.objectContaining({ code: 'argument' }));
    }
  });
});

describe('a composite', () => {
  test('is its parts with their lengths, telephone number first', () => {
    const expected = Buffer.concat([
      Buffer.from('all:'),
      Buffer.from([0, 16]),
      Buffer.from('tel:+14155550123'),
      Buffer.from([0, 22]),
      Buffer.from('mailto:ada@example.com'),
    ]);
    expect(compositeBytes([phone, ada])).toEqual(new Uint8Array(expected));
    expect(compositeBytes([ada, phone])).toEqual(new Uint8Array(expected));
    expect(kindOf(compositeBytes([ada]))).toBe('composite');
  });

  test('is the same only for the same parts', () => {
    const row = fc.uniqueArray(identifier, { selector: ({ kind }) => kind, minLength: 1, maxLength: 2 });
    const canonical = (parts: readonly Identifier[]): string =>
      JSON.stringify(parts.map(({ kind, text }) => `${kind} ${text}`).sort());
    fc.assert(
      fc.property(row, row, (a, b) => {
        const same = canonical(a) === canonical(b);
        expect(bytesToHex(compositeBytes(a)) === bytesToHex(compositeBytes(b))).toBe(same);
      }),
    );
  });
});
