// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ByteList,
  ByteListBuilder,
  bytesToBase64,
  DistinctBytes,
  equalBytes,
  fromUtf8,
  sortRecords,
  u16,
  u32,
  utf8,
} from '../src/bytes.js';
import { VeilmatchError } from '../src/errors.js';
import { times } from './support/effort.js';

const bytes = fc.uint8Array({ maxLength: 40 });
/** Few values, so that equal items come up. */
const repeating = fc.array(fc.uint8Array({ maxLength: 3, max: 3 }), { maxLength: 300 });
const hex = (item: Uint8Array): string => Buffer.from(item).toString('hex');

describe('text', () => {
  test('utf8 and fromUtf8 undo each other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
        expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text, 'utf8')));
      }),
    );
  });

  test.each(['\ud800', 'a\udc00b', '\udfff\ud800'])('half a surrogate pair is refused (%#)', (text) => {
    expect(() => utf8(text)).toThrow(expect.objectContaining({ code: 'argument' }));
  });

  test('bytes that are no UTF-8 are refused', () => {
    expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError);
  });

  test('base64 is that of RFC 4648, padding included', () => {
    fc.assert(
      fc.property(bytes, (item) => {
        expect(bytesToBase64(item)).toBe(Buffer.from(item).toString('base64'));
      }),
    );
    // RFC 4648, section 10.
    expect(['', 'f', 'fo', 'foo'].map((text) => bytesToBase64(utf8(text)))).toEqual([
      '',
      'Zg==',
      'Zm8=',
      'Zm9v',
    ]);
  });
});

describe('numbers', () => {
  test('u16 and u32 are big-endian', () => {
    expect(u16(0x0102)).toEqual(Uint8Array.of(1, 2));
    expect(u32(0xf1020304)).toEqual(Uint8Array.of(0xf1, 2, 3, 4));
  });
});

describe('equalBytes', () => {
  test('is equality of length and content', () => {
    fc.assert(
      fc.property(repeating, (items) => {
        for (const a of items) for (const b of items) expect(equalBytes(a, b)).toBe(hex(a) === hex(b));
      }),
      { numRuns: times(20) },
    );
  });
});

describe('ByteList', () => {
  test('holds what it was made from', () => {
    fc.assert(
      fc.property(fc.array(bytes), (items) => {
        const list = ByteList.from(items);
        expect(list.length).toBe(items.length);
        expect([...list].map(hex)).toEqual(items.map(hex));
      }),
    );
  });

  test('slice is a list over the same bytes', () => {
    fc.assert(
      fc.property(fc.array(bytes), fc.nat(), fc.nat(), (items, a, b) => {
        const [from, to] = [a % (items.length + 1), b % (items.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const list = ByteList.from(items);
        const part = list.slice(from, to);
        expect(part.bytes).toBe(list.bytes);
        expect([...part].map(hex)).toEqual(items.slice(from, to).map(hex));
      }),
    );
  });
});

describe('ByteListBuilder', () => {
  test('packs bytes and texts in the order in which they come', () => {
    const part = fc.oneof(
      bytes,
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 300, maxLength: 3000 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 100 }), (parts) => {
        const builder = new ByteListBuilder();
        for (const item of parts) typeof item === 'string' ? builder.addText(item) : builder.add(item);
        const expected = parts.map((item) => hex(typeof item === 'string' ? utf8(item) : item));
        expect(builder.length).toBe(parts.length);
        expect(parts.map((_, i) => hex(builder.at(i)))).toEqual(expected);
        expect([...builder.toList()].map(hex)).toEqual(expected);
      }),
    );
  });
});

describe('sortRecords', () => {
  test('sorts as a comparison sort of the records does', () => {
    const records = fc.integer({ min: 1, max: 5 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        items: fc.array(fc.uint8Array({ minLength: width, maxLength: width, max: 4 }), { maxLength: 200 }),
      }),
    );
    fc.assert(
      fc.property(records, ({ width, items }) => {
        const flat = Uint8Array.from(items.flatMap((item) => [...item]));
        const before = flat.slice();
        const sorted = sortRecords(flat, width);
        expect(hex(sorted)).toBe(items.map(hex).sort().join(''));
        expect(flat).toEqual(before);
      }),
    );
  });

  test('sorts records as wide as a group element', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 50 }), (items) => {
        const sorted = sortRecords(Uint8Array.from(items.flatMap((item) => [...item])), 32);
        expect(hex(sorted)).toBe(items.map(hex).sort().join(''));
      }),
    );
  });
});

describe('DistinctBytes', () => {
  test('is a set in the order of first appearance', () => {
    fc.assert(
      fc.property(repeating, repeating, (items, others) => {
        const distinct = new DistinctBytes();
        const model = new Map<string, number>();
        for (const item of items) {
          const key = hex(item);
          if (!model.has(key)) model.set(key, model.size);
          expect(distinct.add(item)).toBe(model.get(key));
        }
        expect(distinct.size).toBe(model.size);
        expect([...distinct.toList()].map(hex)).toEqual([...model.keys()]);
        for (const item of [...items, ...others])
          expect(distinct.indexOf(item)).toBe(model.get(hex(item)) ?? -1);
      }),
    );
  });

  test('is the same whatever was expected of it', () => {
    const room = fc.record({
      items: fc.integer({ min: 0, max: 5000 }),
      bytes: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(room, fc.integer({ min: 0, max: 3000 }), (expected, count) => {
        const distinct = new DistinctBytes(expected);
        for (let i = 0; i < count; i++) expect(distinct.add(u32(i))).toBe(i);
        for (let i = 0; i < count; i++) expect(distinct.indexOf(u32(i))).toBe(i);
        expect(distinct.indexOf(u32(count))).toBe(-1);
      }),
      { numRuns: 20 },
    );
  });

  test('grows past its first table', () => {
    const distinct = new DistinctBytes();
    for (let i = 0; i < 10_000; i++) expect(distinct.add(u32(i))).toBe(i);
    for (let i = 0; i < 10_000; i++) expect(distinct.add(u32(i))).toBe(i);
    expect(distinct.size).toBe(10_000);
    expect(distinct.indexOf(u32(10_000))).toBe(-1);
  });

  test('takes texts as it takes their bytes, with a label before them', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 60 }), (entries) => {
        const [distinct, model] = [new DistinctBytes(), new DistinctBytes()];
        for (const [each, asText] of entries) {
          const bytes = utf8(`id:${each}`);
          const expected = model.add(bytes);
          expect(asText ? distinct.addText(each, 'id:') : distinct.add(bytes)).toBe(expected);
          expect(distinct.size).toBe(model.size);
        }
        expect(distinct.toList()).toEqual(model.toList());
      }),
    );
  });

  test('has nothing of a text with half of a surrogate pair', () => {
    const distinct = new DistinctBytes();
    distinct.addText('one', '');
    expect(() => distinct.addText('\ud800', '', 7)).toThrow(
      expect.objectContaining({ code: 'argument', position: 7 }),
    );
    expect(distinct.addText('two', '')).toBe(1);
    expect([...distinct.toList()].map(fromUtf8)).toEqual(['one', 'two']);
  });

  test('keeps a copy of what it is given', () => {
    const distinct = new DistinctBytes();
    const item = Uint8Array.of(1, 2);
    distinct.add(item);
    item[0] = 9;
    expect(distinct.indexOf(Uint8Array.of(1, 2))).toBe(0);
  });
});

test('errors are of the one class', () => {
  expect(() => utf8('\ud800')).toThrow(VeilmatchError);
});
