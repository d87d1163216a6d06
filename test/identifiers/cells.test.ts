// SPDX-License-Identifier: Apache-2.0
/** Cells of a table: several identifiers in one, two readings of one, countries by any name. */
import { describe, expect, test } from 'vitest';
import { countryNamed } from '../../src/identifiers/countries.js';
import { hashRows } from '../../src/identifiers/hash-rows.js';
import { textOf } from '../../src/identifiers/identifier.js';
import { profiles } from '../../src/identifiers/profiles.js';
import type { Row } from '../../src/identifiers/row.js';
import { identifiersFromRows, type RowsOptions } from '../../src/identifiers/rows.js';
import { COUNTRY_NAMES } from '../../src/identifiers/tables/country-names.js';
import { nameKey } from '../../src/identifiers/tables/named-countries.js';
import { uploadRows } from '../../src/identifiers/upload-rows.js';
import { countries } from './phone-numbers.js';

const read = async (rows: Row[], options: RowsOptions = {}) => {
  const { set, rejected, ambiguous } = await identifiersFromRows(rows, { concurrency: 1, ...options });
  const texts = [...set.elements].map(textOf);
  return { texts, rows: texts.map((_, i) => set.rowsOf([i])), rejected, ambiguous };
};

describe('a cell of several', () => {
  test.each([
    ['415 555 0123 ::: 415 555 0124', 'US', ['+14155550123', '+14155550124']],
    ['Home: 415 555 0123\nMobile: 415 555 0124', 'US', ['+14155550123', '+14155550124']],
    ['0171 1234567 / 0172 7654321', 'DE', ['+491711234567', '+491727654321']],
    ['+49 171 1234567; +1 415 555 0123', undefined, ['+491711234567', '+14155550123']],
    ['415-555-0123, 415-555-0124', 'US', ['+14155550123', '+14155550124']],
    ['415 555 0123 / 415 555 0123', 'US', ['+14155550123']],
    ['+49 171 1234567 +49 172 7654321', undefined, ['+491711234567', '+491727654321']],
    ['+491711234567 (+49) 172 7654321', undefined, ['+491711234567', '+491727654321']],
    [
      '0171 1234567<br>0172 7654321<br />+14155550123',
      'DE',
      ['+491711234567', '+491727654321', '+14155550123'],
    ],
    ['0171 1234567 bzw. 0172 7654321', 'DE', ['+491711234567', '+491727654321']],
    ['612 345 678 o 612 345 679', 'ES', ['+34612345678', '+34612345679']],
    ['Tel.: 030 1234567, Fax: 030 1234568', 'DE', ['+49301234567']],
    ['Tel 030 1234567 Fax 030 1234568', 'DE', ['+49301234567']],
    ['Telefax 030 1234568\nMobil: 0171 1234567', 'DE', ['+491711234567']],
    ['030 1234568 (Fax); 030 1234567; 0171 1234567', 'DE', ['+49301234567', '+491711234567']],
    ['Tel/Fax: 030 1234567', 'DE', ['+49301234567']],
    ['Fax + Tel.: +49 30 1234567', 'DE', ['+49301234567']],
    ['Tel. und Fax: 030 1234567', 'DE', ['+49301234567']],
  ])('has each number as an identifier of its row: %j', async (phone, country, expected) => {
    const { texts, rows, rejected } = await read([{ phone }], { country });
    expect(texts).toEqual(expected);
    expect(rows).toEqual(expected.map(() => [0]));
    expect(rejected).toEqual([]);
  });

  test.each([
    'Fax: 030 1234567',
    'Work Fax: +49 30 1234567',
    '030 1234567 (Fax)',
    'Факс +49 30 1234567',
    'fax 030 1234567; fax 030 1234568',
  ])('has no number where it is that of a fax alone: %j', async (phone) => {
    const { texts, rejected } = await read([{ phone }], { country: 'DE' });
    expect(texts).toEqual([]);
    expect(rejected).toEqual([{ row: 0, field: 'phone', code: 'not-a-number' }]);
  });

  test.each(['+49 171 1234567', '+49 +49 171 1234567', '+ 49 171 1234567'])(
    'is one where a plus does not begin another: %j',
    async (phone) => {
      const { texts, rejected } = await read([{ phone }], { country: 'DE' });
      expect(texts.length + rejected.length).toBe(1);
      for (const text of texts) expect(text).toBe('+491711234567');
    },
  );

  test('has each address, too', async () => {
    const email = 'Ada <ada@example.com>; bob@example.com ::: ada@example.com';
    expect((await read([{ email }])).texts).toEqual(['ada@example.com', 'bob@example.com']);
  });

  test.each([
    // A number that a line break has cut: its end would be somebody else's.
    ['+49 171\n1234567', 'DE'],
    ['none 12\n34 none', 'DE'],
  ])('is refused where none of them can be read by itself: %j', async (phone, country) => {
    const { texts, rejected } = await read([{ phone }], { country });
    expect(texts).toEqual([]);
    expect(rejected).toEqual([{ row: 0, field: 'phone', code: 'several' }]);
  });

  test.each<[string, string | undefined, string[], [number, string][]]>([
    ['0171 1234567\nnone 12', 'DE', ['+491711234567'], [[2, 'not-a-number']]],
    ['0171 1234567 / 7654321', 'DE', ['+491711234567'], [[2, 'several']]],
    ['0171 1234567/68', 'DE', ['+491711234567'], [[2, 'too-short']]],
    ['+14155550123\n12345', undefined, ['+14155550123'], [[2, 'no-country']]],
    [
      'abc\n+14155550123\n0000000000\n+14155550124',
      undefined,
      ['+14155550123', '+14155550124'],
      [
        [1, 'not-a-number'],
        [3, 'placeholder'],
      ],
    ],
    ['+1 415 555 0123 ::: 415', 'US', ['+14155550123'], [[2, 'too-short']]],
    ['n/a\n+14155550123\nMobile:', undefined, ['+14155550123'], []],
  ])('loses no number to another one that cannot be read: %j', async (phone, country, expected, refused) => {
    const { texts, rejected } = await read([{}, { phone }], { country });
    expect(texts).toEqual(expected);
    expect(rejected.slice(1)).toEqual(
      refused.map(([value, code]) => ({ row: 1, field: 'phone', code, value })),
    );
    const hashed = hashRows([{}, { phone }], { profile: 'meta', country });
    expect(hashed.tokens).toHaveLength(expected.length);
    expect(hashed.rejected).toEqual(rejected);
  });

  test.each<[string, string[], [number, string][]]>([
    ['ada@example.com\nbob(at)example.com', ['ada@example.com'], [[2, 'not-an-email']]],
    ['not an address; ada@example.com', ['ada@example.com'], [[1, 'not-an-email']]],
    ['ada@example.com, bob@exa mple.com', ['ada@example.com'], [[2, 'bad-domain']]],
    [
      'ada@example.com\nnone@none.com\nbob@example.com',
      ['ada@example.com', 'bob@example.com'],
      [[2, 'placeholder']],
    ],
    ['ada@example.com\nn/a', ['ada@example.com'], []],
    ['Lovelace; Ada <ada@example.com>', ['ada@example.com'], []],
  ])('loses no address to another one that cannot be read: %j', async (email, expected, refused) => {
    const { texts, rejected } = await read([{ email }]);
    expect(texts).toEqual(expected);
    expect(rejected).toEqual(refused.map(([value, code]) => ({ row: 0, field: 'email', code, value })));
    const hashed = hashRows([{ email }], { profile: 'meta' });
    expect(hashed.tokens).toHaveLength(expected.length);
    expect(hashed.rejected.map(({ value }) => value)).toEqual(refused.map(([value]) => value));
  });

  test.each(['ada.\nlovelace@example.com', 'ada@example\n.com', 'ada@\nexample.com'])(
    'takes no part of an address for one: %j',
    async (email) => {
      const { texts, rejected } = await read([{ email }]);
      expect(texts).toEqual([]);
      expect(rejected).toMatchObject([{ row: 0, field: 'email' }]);
    },
  );

  test.each([
    'ada@example,com',
    'ada@example.co,uk',
    'ada@example.co;uk',
    'ada,lovelace@example.com',
    'ada;lovelace@example.com',
    'ada&amp;bob@example.com',
    'ada@example.com,bob',
    'ada@exa mple.com bob@example.com',
    'ada lovelace@example.com bob@example.com',
    'ada@example .com bob@example.com',
  ])('takes no sign within an address for one between two: %j', async (email) => {
    const { texts, rejected } = await read([{ email }]);
    expect(texts).toEqual([]);
    expect(rejected).toMatchObject([{ row: 0, field: 'email' }]);
  });

  test.each<[string, string[], [number, string][]]>([
    ['bob@example.com; ada@example.co,uk', ['bob@example.com'], [[2, 'bad-domain']]],
    ['ada,lovelace@example.com, bob@example.com', ['bob@example.com'], [[1, 'not-an-email']]],
    ['n/a;ada@example.com', ['ada@example.com'], []],
    ['ada@example.com bob@example.com', ['ada@example.com', 'bob@example.com'], []],
    ['ada@example.com<br>bob@example.com', ['ada@example.com', 'bob@example.com'], []],
    ['ada@example.com bzw. bob@example.com', ['ada@example.com', 'bob@example.com'], []],
    [
      'ada@example.com bob@example.com; eve@example.com',
      ['ada@example.com', 'bob@example.com', 'eve@example.com'],
      [],
    ],
    ['ada@example.com none@none.com', ['ada@example.com'], [[2, 'placeholder']]],
    ['ada@example.com;-', ['ada@example.com'], []],
    ['Ada Lovelace,ada@example.com', ['ada@example.com'], []],
    // Arrays of databases and programs.
    ['{ada@example.com,bob@example.com}', ['ada@example.com', 'bob@example.com'], []],
    ['{"ada@example.com"}', ['ada@example.com'], []],
    ['["ada@example.com", "bob@example.com"]', ['ada@example.com', 'bob@example.com'], []],
  ])('and reads what is beyond doubt: %j', async (email, expected, refused) => {
    const { texts, rejected } = await read([{ email }]);
    expect(texts).toEqual(expected);
    expect(rejected).toEqual(refused.map(([value, code]) => ({ row: 0, field: 'email', code, value })));
  });

  test.each([
    ['{+14155550123,+14155550124}', undefined, ['+14155550123', '+14155550124']],
    ['["+14155550123","+14155550124"]', undefined, ['+14155550123', '+14155550124']],
    ['{"415 555 0123"}', 'US', ['+14155550123']],
    ['{"415 555 0123",NULL}', 'US', ['+14155550123']],
    ['[null, "415 555 0123", "415 555 0124"]', 'US', ['+14155550123', '+14155550124']],
  ])('may be an array: %j', async (phone, country, expected) => {
    const { texts, rejected } = await read([{ phone }], { country });
    expect(texts).toEqual(expected);
    expect(rejected).toEqual([]);
  });

  test.each([
    ['30.11.2026', 'DE'],
    ['1985-01-02', 'SE'],
    ['03/04/1990', 'DE'],
    ['11/30/2026', 'DE'],
    ['2026-11-30T08:15:00', 'DE'],
    ['30.11.2026 08:15', 'DE'],
    ['٣٠.١١.٢٠٢٦', 'DE'],
    ['192.168.10.20', 'DE'],
    ['10.0.0.1', 'DE'],
    ['84.132.17.201', 'DE'],
    // No number of the country, so that the four groups are no telephone's.
    ['212.245.12.34', 'FR'],
    ['22.12.34.56', 'FR'],
    ['978-3-16-148410-0', 'DE'],
    ['978-3-16-148410-0', 'US'],
    ['52.520008', 'DK'],
    ['-0.1278', 'GB'],
    ['13.404954', 'DE'],
    ['20230102101112', 'DE'],
    ['19991231235959', undefined],
    ['20230102', 'FR'],
  ])('is no number where it is a date, or the address of a machine: %j', async (phone, country) => {
    const { texts, rejected } = await read([{ phone }], { country });
    expect(texts).toEqual([]);
    expect(rejected).toEqual([{ row: 0, field: 'phone', code: 'not-a-number' }]);
  });

  test.each([
    ['212.245.12.34', 'TR', '+902122451234', true],
    ['211.123.45.67', 'DE', '+492111234567', true],
    ['+90.212.245.12.34', undefined, '+902122451234', false],
    ['0212.245.12.34', 'TR', '+902122451234', false],
    // Everybody writes Danish numbers so, and French ones in five pairs.
    ['22.12.34.56', 'DK', '+4522123456', false],
    ['01.22.12.34.56', 'FR', '+33122123456', false],
    ['1.22.12.34.56', 'FR', '+33122123456', false],
    ['20230102', 'DK', '+4520230102', false],
    ['95.728401', 'CY', '+35795728401', true],
    ['415.5550123', 'US', '+14155550123', false],
  ])(
    'that may be the address of a machine is counted where it is a number: %j',
    async (phone, country, number, doubt) => {
      const { texts, ambiguous } = await read([{ phone }], { country });
      expect(texts).toEqual([number]);
      expect(ambiguous).toEqual(doubt ? [{ row: 0, field: 'phone', code: 'other-kind' }] : []);
      const strict = await read([{ phone }], { country, strict: true });
      expect(strict.rejected.map(({ code }) => code)).toEqual(doubt ? ['ambiguous'] : []);
    },
  );

  test.each([
    '030 112026',
    '03/041990',
    '01.02.20.03',
    '30.11.20267',
    '030.123.45.67',
    '030.1234567',
    '978-3-16-148410-1',
  ])('is one where it only resembles one of those: %j', async (phone) => {
    expect((await read([{ phone }], { country: 'DE' })).texts).toHaveLength(1);
  });

  test.each([
    'noreply@shop.example',
    'no-reply@x.org',
    'do_not_reply@x.org',
    'DoNotReply2@x.org',
    'ne-pas-repondre@x.org',
  ])('is a placeholder where nobody reads it: %j', async (email) => {
    expect((await read([{ email }])).rejected).toEqual([{ row: 0, field: 'email', code: 'placeholder' }]);
    expect((await read([{ email: `x${email}` }])).rejected).toEqual([]);
  });

  test('is laid out for an upload with what can be read of it', () => {
    const rows = [{ phone: '+14155550123\nabc', email: ['ada@example.com', 'bob@'] }];
    const { files, rejected } = uploadRows(rows, { profile: 'meta' });
    expect(files[0]!.rows[0]!.filter((cell) => cell !== '')).toHaveLength(2);
    expect(rejected).toEqual([
      { row: 0, field: 'email', code: 'not-an-email' },
      { row: 0, field: 'phone', code: 'not-a-number', value: 2 },
    ]);
  });

  test('is refused where a row is one element', async () => {
    const rows = [{ phone: '+1 415 555 0123; +1 415 555 0124', email: 'ada@example.com' }];
    const { texts, rejected } = await read(rows, { match: 'all' });
    expect(texts).toEqual([]);
    expect(rejected).toEqual([{ row: 0, field: 'phone', code: 'several' }]);
  });

  test('has a token for each number', () => {
    const { tokens } = hashRows([{ phone: '+14155550123; +14155550124' }], { profile: 'meta' });
    expect(tokens).toEqual(
      ['+14155550123', '+14155550124'].map((number) => ({
        row: 0,
        field: 'phone',
        token: profiles.meta.phone(number).token,
      })),
    );
  });
});

describe('what can be read in two ways', () => {
  const rows = [{ phone: '030 1234567' }, { phone: '4917112345678' }, { phone: '+4917112345678' }];

  test('is read in the likelier one, and the row is named', async () => {
    const { texts, ambiguous } = await read(rows, { country: 'DE' });
    expect(texts).toEqual(['+49301234567', '+4917112345678']);
    expect(ambiguous).toEqual([{ row: 1, field: 'phone', code: 'country-code' }]);
    expect(hashRows(rows, { profile: 'meta', country: 'DE' }).ambiguous).toEqual(ambiguous);
  });

  test('is a zero before the country’s code, which stands for the plus unless the groups speak against it', async () => {
    const zeros = ['01 650 253 0000', '016502530000', '0151 23456789', '015123456789'].map((phone) => ({
      phone,
    }));
    const { texts, rejected, ambiguous } = await read(zeros, { country: 'US' });
    expect(texts).toEqual(['+16502530000', '+15123456789']);
    expect(rejected).toMatchObject([{ row: 2, field: 'phone' }]);
    expect(ambiguous.map(({ row }) => row)).toEqual([1, 3]);
  });

  test('is refused with strict', async () => {
    const { texts, rejected, ambiguous } = await read(rows, { country: 'DE', strict: true });
    expect(texts).toEqual(['+49301234567', '+4917112345678']);
    expect(rejected).toEqual([{ row: 1, field: 'phone', code: 'ambiguous' }]);
    expect(ambiguous).toEqual([]);
    expect(hashRows(rows, { profile: 'meta', country: 'DE', strict: true }).rejected).toEqual(rejected);
  });

  test('is not, where numbers are known to be international', async () => {
    const { ambiguous } = await read(rows, { country: 'DE', international: true, strict: true });
    expect(ambiguous).toEqual([]);
  });
});

describe('the country of a row', () => {
  test.each([
    ['DE', 'DE'],
    [' de ', 'DE'],
    ['DEU', 'DE'],
    ['Germany', 'DE'],
    ['GERMANY', 'DE'],
    ['Deutschland', 'DE'],
    ['+49', 'DE'],
    ['0049', 'DE'],
    ['49', 'DE'],
    ['USA', 'US'],
    ['U.S.A.', 'US'],
    ['United States of America', 'US'],
    ['+1', 'US'],
    ['UK', 'GB'],
    ['Great Britain', 'GB'],
    ['England', 'GB'],
    ['The Netherlands', 'NL'],
    ['Österreich', 'AT'],
    ['Oesterreich', undefined],
    ['España', 'ES'],
    ['Espana', 'ES'],
    ['Россия', 'RU'],
    ['日本', 'JP'],
    ["Côte d'Ivoire", 'CI'],
    ['US - United States', 'US'],
    ['United States of America (USA)', 'US'],
    ['United States (US)', 'US'],
    ['Germany (+49)', 'DE'],
    ['Germany +49', 'DE'],
    ['+49 (Germany)', 'DE'],
    ['DE – Deutschland', 'DE'],
    ['DEU | Germany', 'DE'],
    ['de_DE', 'DE'],
    ['en-US', 'US'],
    ['pt_BR.UTF-8', 'BR'],
    ['zh_Hans_CN', 'CN'],
    ['Canada (+1)', 'CA'],
    ['Jamaica (+1 876)', 'JM'],
    ['\u{1f1e9}\u{1f1ea} Germany', 'DE'],
    ['\u{1f1e9}\u{1f1ea}', 'DE'],
    // Two countries, or one and something else.
    ['Germany (+43)', undefined],
    ['DE - Austria', undefined],
    ['DE/AT', undefined],
    ['US-CA', undefined],
    ['Georgia (US)', undefined],
    ['CA - California', undefined],
    ['de_XX', undefined],
    ['Atlantis', undefined],
    ['XX', undefined],
    ['constructor', undefined],
    ['+999', undefined],
    ['+800', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s is %s', (cell, country) => {
    expect(countryNamed(cell.slice(0, 100_000))).toBe(country);
  });

  test('of every plan can be named, and no name is two countries', () => {
    const names = COUNTRY_NAMES.split(',').slice(0, -1);
    expect(names.map((part) => part.slice(0, 2))).toEqual([...countries].sort());
    const keys = names.flatMap((part) => part.split(' ').slice(1));
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(nameKey(key)).toBe(key);
  });

  test('stands before the option, which an empty cell leaves in force', async () => {
    const phone = '030 1234567';
    const rows = ['Germany', '', ' ', null].map((country) => ({ phone, country }));
    expect((await read(rows, { country: 'DE' })).texts).toEqual(['+49301234567']);
    expect((await read([{ phone, country: 'Atlantis' }], { country: 'DE' })).rejected).toEqual([
      { row: 0, field: 'phone', code: 'no-country' },
    ]);
  });
});
