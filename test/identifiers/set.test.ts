// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, utf8 } from '../../src/bytes.js';
import type { ErrorCode } from '../../src/errors.js';
import {
  canonicalBytes,
  type Identifier,
  type IdentifierKind,
  opaqueBytes,
} from '../../src/identifiers/identifier.js';
import { checkComparable, IdentifierSet, SetBuilder, toSet } from '../../src/identifiers/set.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

/** Few texts, so that the same one comes up in many rows, and twice in one. */
const row: fc.Arbitrary<Identifier[]> = fc.array(
  fc.record({ kind: fc.constantFrom('phone', 'email'), text: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  { maxLength: 3 },
);
const rows = fc.array(row, { maxLength: 40 });

function setOf(list: readonly (readonly Identifier[])[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const [position, identifiers] of list.entries()) {
    for (const each of identifiers) builder.add(position, each.kind, canonicalBytes(each));
  }
  builder.rowCount = list.length;
  return builder.build();
}

/** The set as a plain map from element to rows. */
function modelOf(list: readonly (readonly Identifier[])[]): Map<string, number[]> {
  const model = new Map<string, number[]>();
  for (const [position, identifiers] of list.entries()) {
    for (const each of identifiers) {
      const key = bytesToHex(canonicalBytes(each));
      const known = model.get(key) ?? [];
      if (!known.includes(position)) known.push(position);
      model.set(key, known);
    }
  }
  return model;
}

const keys = (set: IdentifierSet): string[] => [...set.elements].map(bytesToHex);

describe('IdentifierSet', () => {
  test('holds each identifier once, and maps it to its rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const set = setOf(list);
        const model = modelOf(list);
        expect(keys(set)).toEqual([...model.keys()]);
        expect(set.size).toBe(model.size);
        expect(set.rowCount).toBe(list.length);
        expect(set.kinds).toEqual(new Set(list.flat().map(({ kind }) => kind)));
        for (const [element, expected] of [...model.values()].entries())
          expect(set.rowsOf([element])).toEqual(expected);
      }),
    );
  });

  test('gives the rows of several elements ascending and once', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat()), (list, picks) => {
        const set = setOf(list);
        const elements = set.size === 0 ? [] : picks.map((pick) => pick % set.size);
        const all = [...modelOf(list).values()];
        const expected = [...new Set(elements.flatMap((element) => all[element]!))].sort((a, b) => a - b);
        expect(set.rowsOf(elements)).toEqual(expected);
      }),
    );
  });

  test('knows whether a row has several elements', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const several = list.some(
          (each) => new Set(each.map((id) => bytesToHex(canonicalBytes(id)))).size > 1,
        );
        expect(setOf(list).severalPerRow).toBe(several);
      }),
    );
  });

  test('with one element a row takes the telephone number first', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const first = setOf(list).firstOfEachRow();
        expect(first.severalPerRow).toBe(false);
        const chosen = new Map<number, string>();
        for (const [element, key] of keys(first).entries())
          for (const row of first.rowsOf([element])) chosen.set(row, key);
        expect([...chosen.keys()].sort((a, b) => a - b)).toEqual(
          [...list.keys()].filter((i) => list[i]!.length > 0),
        );
        for (const [row, key] of chosen) {
          const has = (kind: IdentifierKind): string[] =>
            list[row]!.filter((id) => id.kind === kind).map((id) => bytesToHex(canonicalBytes(id)));
          expect(has('phone').length > 0 ? has('phone') : has('email')).toContain(key);
        }
      }),
    );
  });

  test('is the same set in whatever order the rows come', () => {
    const shuffled = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()], { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, order]) => {
        const one = setOf(list);
        const other = setOf(order.map((position) => list[position]!));
        expect(keys(other).sort()).toEqual(keys(one).sort());
        // Rows follow their identifiers.
        const rowsByKey = new Map(keys(one).map((key, element) => [key, one.rowsOf([element])]));
        for (const [element, key] of keys(other).entries()) {
          const original = other.rowsOf([element]).map((position) => order[position]!);
          expect(original.sort((a, b) => a - b)).toEqual(rowsByKey.get(key));
        }
      }),
    );
  });

  test('filter keeps elements with their rows, and forgets the kinds that are gone', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (list, keep) => {
        const set = setOf(list);
        const kept = set.filter((element) => keep[element]!);
        const expected = [...modelOf(list)].filter((_, element) => keep[element]!);
        expect(keys(kept)).toEqual(expected.map(([key]) => key));
        expect(expected.map((_, element) => kept.rowsOf([element]))).toEqual(
          expected.map(([, positions]) => positions),
        );
        expect(kept.rowCount).toBe(list.length);
        const kinds = new Set(
          expected.map(([key]) => (key.startsWith(bytesToHex(utf8('tel:'))) ? 'phone' : 'email')),
        );
        expect(kept.kinds).toEqual(kinds);
      }),
    );
  });

  test('of nothing is empty', () => {
    const set = IdentifierSet.ofStrings([]);
    expect([set.size, set.rowCount, set.kinds.size, set.rowsOf([])]).toEqual([0, 0, 0, []]);
  });
});

describe('plain strings', () => {
  test('are taken as they are, row by row', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 2 }), { maxLength: 50 }), (strings) => {
        const set = IdentifierSet.ofStrings(strings);
        const distinct = [...new Set(strings)];
        expect(keys(set)).toEqual(distinct.map((text) => bytesToHex(opaqueBytes(text))));
        expect(set.rowCount).toBe(strings.length);
        for (const [element, text] of distinct.entries()) {
          expect(set.rowsOf([element])).toEqual(
            [...strings.keys()].filter((position) => strings[position] === text),
          );
        }
      }),
    );
  });

  test('may come from any iterable, and a set is itself', () => {
    expect(toSet(new Set(['a', 'b'])).size).toBe(2);
    const set = toSet(['a']);
    expect(toSet(set)).toBe(set);
  });

  test('one string is no list of its letters', () => {
    expect(() => IdentifierSet.ofStrings('abc')).toThrow(code('argument'));
  });

  test('anything else among them is an error with its position', () => {
    const call = (): unknown => IdentifierSet.ofStrings(['a', 5 as unknown as string]);
    expect(call).toThrow(expect.objectContaining({ code: 'argument', position: 1 }));
    const surrogate = (): unknown => IdentifierSet.ofStrings(['a', 'b', '\ud800']);
    expect(surrogate).toThrow(expect.objectContaining({ code: 'argument', position: 2 }));
  });
});

describe('checkComparable', () => {
  const kinds = fc.uniqueArray(fc.constantFrom<IdentifierKind>('phone', 'email', 'composite', 'opaque'));
  test('refuses exactly the lists that cannot match', () => {
    fc.assert(
      fc.property(kinds, kinds, (a, b) => {
        const check = (): void => checkComparable(new Set(a), new Set(b));
        const possible = a.length === 0 || b.length === 0 || a.some((kind) => b.includes(kind));
        if (possible) expect(check).not.toThrow();
        else expect(check).toThrow(code('incompatible-lists'));
      }),
    );
  });
});
