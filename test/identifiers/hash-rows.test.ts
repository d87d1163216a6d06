// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { hashRows } from '../../src/identifiers/hash-rows.js';
import { profiles } from '../../src/identifiers/profiles.js';
import type { Row } from '../../src/identifiers/row.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

const ROWS: Row[] = [
  { phone: '415 555 0123', email: 'Ada@Example.com' },
  { phone: '020 7946 0958', country: 'gb' },
  { phone: '', email: ' ', country: '' },
  {},
  { phone: '1.4155E+10', email: 'bob@example.com' },
  { phone: null, email: 'Bob bob@example.com' },
  { phone: '415 555 0123', country: 'Atlantis' },
  { phone: '+49 30 1234567', country: 'Atlantis' },
  { phone: '030 1234567', country: 'Germany' },
];

describe('hashRows', () => {
  test('makes the tokens of the profile, in the order of the rows, and reports the rest', () => {
    const { tokens, rejected } = hashRows(ROWS, { profile: 'meta', country: 'US' });
    expect(tokens).toEqual([
      { row: 0, field: 'phone', token: profiles.meta.phone('+14155550123').token },
      { row: 0, field: 'email', token: profiles.meta.email('ada@example.com').token },
      { row: 1, field: 'phone', token: profiles.meta.phone('+442079460958').token },
      { row: 4, field: 'email', token: profiles.meta.email('bob@example.com').token },
      { row: 7, field: 'phone', token: profiles.meta.phone('+49301234567').token },
      { row: 8, field: 'phone', token: profiles.meta.phone('+49301234567').token },
    ]);
    expect(rejected).toEqual([
      { row: 2, code: 'empty' },
      { row: 3, code: 'empty' },
      { row: 4, field: 'phone', code: 'spreadsheet-damage' },
      { row: 5, field: 'email', code: 'not-an-email' },
      // A country that nobody knows is not replaced by another one.
      { row: 6, field: 'phone', code: 'no-country' },
    ]);
  });

  test("takes an address without what stands around it, each of several, and none that is nobody's", () => {
    const cells = [
      "'ada@example.com",
      '“ada@example.com”',
      'mailto://Ada@example.com',
      'Ada <ada@example.com>',
      'ada@exam\u200bple.com;',
      'ada＠example.com',
    ];
    const token = profiles.meta.email('ada@example.com').token;
    const rowsOf = (emails: string[]): Row[] => emails.map((email) => ({ email }));
    const read = hashRows(rowsOf(cells), { profile: 'meta' });
    expect(read.tokens.map((each) => each.token)).toEqual(cells.map(() => token));
    const several = hashRows(rowsOf(['ada@example.com; bob@example.com\nAda@example.com']), {
      profile: 'meta',
    });
    expect(several.tokens.map((each) => each.token)).toEqual([
      token,
      profiles.meta.email('bob@example.com').token,
    ]);
    const { tokens, rejected } = hashRows(
      rowsOf(['none@none.com', 'josÃ©@example.com', 'jos\ufffd@example.com', 'none@none.com; bob@']),
      { profile: 'meta' },
    );
    expect(tokens).toEqual([]);
    expect(rejected.map((each) => each.code)).toEqual([
      'placeholder',
      'not-an-email',
      'not-an-email',
      'not-an-email',
    ]);
    // Its own rule makes an address of what ours does not.
    const own = hashRows(rowsOf(['Ada Lovelace@contoso.com']), { profile: 'microsoft' });
    expect(own.tokens[0]?.token).toBe(profiles.microsoft.email('adalovelace@contoso.com').token);
  });

  test("passes the platform's options on", () => {
    const rows = [{ email: 'ada@example.com', phone: '+14155550123' }];
    const tokens = (result: ReturnType<typeof hashRows>): string[] => result.tokens.map(({ token }) => token);
    expect(tokens(hashRows(rows, { profile: 'google', encoding: 'base64' }))).toEqual([
      profiles.google.phone('+14155550123', { encoding: 'base64' }).token,
      profiles.google.email('ada@example.com', { encoding: 'base64' }).token,
    ]);
    expect(tokens(hashRows(rows, { profile: 'liveramp', algorithm: 'md5' }))).toEqual([
      profiles.liveramp.phone('+14155550123').token,
      profiles.liveramp.email('ada@example.com', { algorithm: 'md5' }).token,
    ]);
    const key = new Uint8Array(32).fill(7);
    expect(tokens(hashRows(rows, { profile: 'x', key }))).toEqual([
      profiles.x.phone('+14155550123', { key }).token,
      profiles.x.email('ada@example.com', { key }).token,
    ]);
  });

  test('reports telephone numbers that the platform has no rule for', () => {
    const { tokens, rejected } = hashRows(ROWS.slice(0, 3), { profile: 'linkedin', country: 'US' });
    expect(tokens).toEqual([
      { row: 0, field: 'email', token: profiles.linkedin.email('ada@example.com').token },
    ]);
    expect(rejected).toEqual([
      { row: 0, field: 'phone', code: 'not-supported' },
      { row: 1, field: 'phone', code: 'not-supported' },
      { row: 2, code: 'empty' },
    ]);
  });

  test('assigned is passed on', () => {
    const rows = [{ phone: '+1 222 555 0123' }];
    expect(hashRows(rows, { profile: 'meta' }).tokens).toHaveLength(1);
    expect(hashRows(rows, { profile: 'meta', assigned: true }).rejected).toEqual([
      { row: 0, field: 'phone', code: 'not-valid' },
    ]);
  });

  test('takes any iterable, an empty one too', () => {
    expect(hashRows([], { profile: 'meta' })).toEqual({ tokens: [], rejected: [], ambiguous: [] });
    expect(
      hashRows(new Set([{ email: 'ada@example.com' }]).values(), { profile: 'meta' }).tokens,
    ).toHaveLength(1);
  });

  test('bad arguments are found before the first row', () => {
    expect(() => hashRows([], { profile: 'myspace' as 'meta' })).toThrow(code('argument'));
    expect(() => hashRows([], { profile: 'toString' as 'meta' })).toThrow(code('argument'));
    expect(() => hashRows([], { profile: 'meta', country: 'UK' })).toThrow(code('argument'));
    expect(() => hashRows([], { profile: 'x', key: new Uint8Array(31) })).toThrow(code('argument'));
    expect(() => hashRows([], { profile: 'google', encoding: 'utf8' as 'hex' })).toThrow(code('argument'));
  });

  test.each<[unknown, string | undefined]>([
    ['+14155550123', undefined],
    [null, undefined],
    [{ phone: 4155550123 }, 'phone'],
    [{ email: ['ada@example.com'] }, 'email'],
    [{ country: 1 }, 'country'],
  ])('a row that is no row is an error with its position (%#)', (row, field) => {
    const rows = [{ phone: '+14155550123' }, row as Row];
    const call = (): unknown => hashRows(rows, { profile: 'meta' });
    expect(call).toThrow(expect.objectContaining({ code: 'argument', position: 1, field }));
    expect(call).not.toThrow(/4155550123|example/);
  });
});
