// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import type { ErrorCode } from '../../src/errors.js';
import { normalizeEmail } from '../../src/identifiers/email.js';
import { canonicalBytes, compositeBytes, type Identifier, textOf } from '../../src/identifiers/identifier.js';
import { normalizePhone } from '../../src/identifiers/phone.js';
import type { RejectedRow, Row } from '../../src/identifiers/row.js';
import {
  type IdentifiersFromRows,
  identifiersFromRows,
  type RowsOptions,
} from '../../src/identifiers/rows.js';
import { times } from '../support/effort.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

/** Element to rows, in the order of the elements. */
function contents({ set }: IdentifiersFromRows): [string, number[]][] {
  return [...set.elements].map((bytes, element) => [bytesToHex(bytes), set.rowsOf([element])]);
}

const phone = fc.constantFrom(
  '415 555 0123',
  '+1 415-555-0123',
  '(628) 555-0199',
  '020 7946 0958',
  '1E+10',
  'n/a',
  '',
  ' ',
);
const email = fc.constantFrom('ada@x.org', ' ADA@X.ORG', 'Bob <bob@x.org>', 'none', 'ada@x_y', '');
const row: fc.Arbitrary<Row> = fc.record(
  {
    phone: fc.option(phone),
    email: fc.option(email, { nil: undefined }),
    country: fc.option(fc.constantFrom('GB', 'us', 'XX', '')),
  },
  { requiredKeys: [] },
);

/** What the result must be, from the public functions and plain maps. */
function model(
  rows: readonly Row[],
  options: RowsOptions,
): { elements: [string, number[]][]; rejected: RejectedRow[] } {
  const elements = new Map<string, number[]>();
  const rejected: RejectedRow[] = [];
  const codeOf = (read: () => string): string | { code: ErrorCode } => {
    try {
      return read();
    } catch (error) {
      return { code: (error as { code: ErrorCode }).code };
    }
  };
  for (const [position, cells] of rows.entries()) {
    const country = cells.country || options.country;
    const known = country === 'XX' ? undefined : country;
    const readings = [
      ['phone', codeOf(() => normalizePhone(cells.phone ?? '', { ...options, country: known }))],
      ['email', codeOf(() => normalizeEmail(cells.email ?? ''))],
    ] as const;
    const good: Identifier[] = [];
    const bad: RejectedRow[] = [];
    for (const [kind, reading] of readings) {
      if (typeof reading === 'string') good.push({ kind, text: reading });
      else if (reading.code !== 'empty')
        bad.push({ row: position, field: kind, code: reading.code as 'not-valid' });
    }
    if (good.length + bad.length === 0) bad.push({ row: position, code: 'empty' });
    rejected.push(...bad);
    const all = options.match === 'all' && good.length > 0 && bad.length === 0 ? [compositeBytes(good)] : [];
    for (const bytes of options.match === 'all' ? all : good.map(canonicalBytes)) {
      const key = bytesToHex(bytes);
      elements.set(key, [...(elements.get(key) ?? []), position]);
    }
  }
  return { elements: [...elements], rejected };
}

describe('identifiersFromRows', () => {
  test('normalises, removes duplicates, maps rows back and reports the rest', async () => {
    const { set, rejected } = await identifiersFromRows(
      [
        { phone: '415 555 0123', email: 'Ada@X.org' },
        { phone: '+1 (415) 555-0123' },
        { phone: 'n/a', email: 'Ada <ada@x.org>' },
        {},
        { phone: '020 7946 0958', country: 'GB' },
        { phone: '020 7946 0958', country: 'Atlantis' },
        { phone: '+44 20 7946 0958', country: 'Atlantis', email: '' },
      ],
      { country: 'US' },
    );
    expect([...set.elements].map(textOf)).toEqual(['+14155550123', 'ada@x.org', '+442079460958']);
    expect([0, 1, 2].map((element) => set.rowsOf([element]))).toEqual([
      [0, 1],
      [0, 2],
      [4, 6],
    ]);
    expect(set.rowCount).toBe(7);
    expect(set.kinds).toEqual(new Set(['phone', 'email']));
    expect(rejected).toEqual([
      { row: 2, field: 'phone', code: 'not-a-number' },
      { row: 3, code: 'empty' },
      { row: 5, field: 'phone', code: 'no-country' },
    ]);
  });

  test.each(['any', 'all'] as const)(
    "with match '%s' does what reading each row alone does",
    async (match) => {
      const options = fc.record({ country: fc.constantFrom('US', 'gb', undefined), assigned: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 30 }), options, async (rows, chosen) => {
          const result = await identifiersFromRows(rows, { ...chosen, match, concurrency: 1 });
          const expected = model(rows, { ...chosen, match });
          expect(contents(result)).toEqual(expected.elements);
          expect(result.rejected).toEqual(expected.rejected);
          expect(result.set.rowCount).toBe(rows.length);
        }),
        { numRuns: times(100) },
      );
    },
  );

  test("with 'all' a row is one element of all its parts, and a bad part rejects it", async () => {
    const { set, rejected } = await identifiersFromRows(
      [
        { phone: '+14155550123', email: 'ada@x.org' },
        { phone: '+14155550123' },
        { phone: '+1 415 555 0123', email: ' ADA@x.org' },
        { phone: '+14155550123', email: 'none' },
      ],
      { match: 'all' },
    );
    expect(set.kinds).toEqual(new Set(['composite']));
    expect(set.size).toBe(2);
    expect(set.rowsOf([0])).toEqual([0, 2]);
    expect(set.rowsOf([1])).toEqual([1]);
    expect(rejected).toEqual([{ row: 3, field: 'email', code: 'not-an-email' }]);
  });

  test('reads any iterable once, an empty one too', async () => {
    function* generated(): Generator<Row> {
      for (let i = 0; i < 5000; i++) yield { phone: `+1415555${String(i).padStart(4, '0')}` };
    }
    expect((await identifiersFromRows(generated())).set.size).toBe(5000);
    const { set, rejected } = await identifiersFromRows([]);
    expect([set.size, set.rowCount, rejected]).toEqual([0, 0, []]);
  });

  test('reads rows that come in their own time as it reads an array, and ends their source', async () => {
    let ended = 0;
    async function* coming(rows: readonly Row[]): AsyncGenerator<Row> {
      try {
        for (const [i, each] of rows.entries()) {
          if (i % 7 === 0) await new Promise((resume) => setImmediate(resume));
          yield each;
        }
      } finally {
        ended++;
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        const [expected, result] = [await identifiersFromRows(rows), await identifiersFromRows(coming(rows))];
        expect(contents(result)).toEqual(contents(expected));
        expect(result.rejected).toEqual(expected.rejected);
      }),
      { numRuns: times(30) },
    );
    ended = 0;
    const bad = [{ phone: '+14155550123' }, { phone: 1 as unknown as string }, {}];
    await expect(identifiersFromRows(coming(bad))).rejects.toThrow(code('argument'));
    expect(ended).toBe(1);
    async function* failing(): AsyncGenerator<Row> {
      yield { phone: '+14155550123' };
      throw new RangeError('from the source');
    }
    await expect(identifiersFromRows(failing())).rejects.toThrow('from the source');
  });

  test('tells how far it is', async () => {
    const rows = Array.from({ length: 9000 }, () => ({ phone: '+14155550123' }));
    const seen: [number, number | undefined][] = [];
    await identifiersFromRows(rows, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [4000, 9000],
      [8000, 9000],
      [9000, 9000],
    ]);
    await identifiersFromRows(rows.values(), { onProgress: (...each) => seen.push(each) });
    expect(seen.at(-1)).toEqual([9000, undefined]);
  });

  test('stops when the signal fires, before or during the work', async () => {
    await expect(identifiersFromRows([], { signal: AbortSignal.abort() })).rejects.toThrow(code('aborted'));
    const controller = new AbortController();
    let read = 0;
    function* endless(): Generator<Row> {
      for (;;) {
        if (++read === 30_000) setImmediate(() => controller.abort());
        yield { phone: '+14155550123' };
      }
    }
    const running = identifiersFromRows(endless(), { signal: controller.signal, concurrency: 1 });
    await expect(running).rejects.toThrow(code('aborted'));
  });

  test('bad arguments are errors', async () => {
    const rows = [{ phone: '+14155550123' }];
    await expect(identifiersFromRows(rows, { country: 'UK' })).rejects.toThrow(code('argument'));
    await expect(identifiersFromRows(rows, { match: 'some' as 'any' })).rejects.toThrow(code('argument'));
    for (const concurrency of [0, -1, 1.5, Number.NaN]) {
      await expect(identifiersFromRows(rows, { concurrency })).rejects.toThrow(code('argument'));
    }
    const number = [...rows, { phone: 4155550123 as unknown as string }];
    const failing = identifiersFromRows(number);
    await expect(failing).rejects.toThrow(
      expect.objectContaining({ code: 'argument', position: 1, field: 'phone' }),
    );
    await expect(failing).rejects.not.toThrow(/4155550123/);
  });
});
