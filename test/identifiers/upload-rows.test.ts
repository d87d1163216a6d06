// SPDX-License-Identifier: Apache-2.0
/** Tables as the files that platforms' uploads take. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { type UploadOptions, type UploadRow, uploadRows } from '../../src/identifiers/index.js';
import { PROFILE_NAMES, type ProfileName, platformNamed } from '../../src/identifiers/profiles.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });
const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash('sha256').update(text).digest(encoding);
const h = sha256;

const ADA: UploadRow = {
  email: 'Ada@Example.com',
  phone: ['+1 (415) 555-0123', '020 7946 0958'],
  firstName: 'Ada',
  lastName: 'Lovelace',
  city: 'New York',
  state: 'New York',
  postalCode: '10001-1234',
  country: 'US',
  birthDate: '1815-12-10',
  gender: 'female',
  mobileId: 'aece52e7-03ee-455a-b3c4-e57283966239',
  externalId: 'C-42',
};

/** The only file. */
function fileOf(rows: readonly UploadRow[], options: UploadOptions) {
  const { files, ...rest } = uploadRows(rows, options);
  expect(files).toHaveLength(1);
  return { ...files[0]!, ...rest };
}

describe('the file of a platform', () => {
  const rows: UploadRow[] = [
    { ...ADA, phone: ['+1 (415) 555-0123', '+44 20 7946 0958'], birthDate: '1985-12-10' },
  ];

  test('Meta: short names, several columns of one name, the year of birth', () => {
    const { header, rows: laid, unused } = fileOf(rows, { profile: 'meta' });
    expect(header).toEqual('email phone phone madid fn ln zip ct st country doby gen'.split(' '));
    expect(laid).toEqual([
      [
        h('ada@example.com'),
        h('14155550123'),
        h('442079460958'),
        'aece52e7-03ee-455a-b3c4-e57283966239',
        h('ada'),
        h('lovelace'),
        h('10001'),
        h('newyork'),
        h('ny'),
        h('us'),
        h('1985'),
        h('f'),
      ],
    ]);
    expect(unused).toEqual(['externalId']);
  });

  test.each(['google', 'googleAdsCustomerMatch'] as const)(
    '%s: country and postal code in the clear',
    (profile) => {
      const { header, rows: laid, unused } = fileOf(rows, { profile });
      expect(header).toEqual(['Email', 'Phone', 'Phone', 'First Name', 'Last Name', 'Country', 'Zip']);
      expect(laid).toEqual([
        [
          h('ada@example.com'),
          h('+14155550123'),
          h('+442079460958'),
          h('ada'),
          h('lovelace'),
          'US',
          '10001-1234',
        ],
      ]);
      expect(unused).toEqual(['city', 'state', 'birthDate', 'gender', 'mobileId', 'externalId']);
    },
  );

  test('Google: a name goes with a country and a postal code or not at all', () => {
    const partial = [
      { ...ADA, phone: undefined, postalCode: '' },
      { ...ADA, phone: undefined },
    ];
    const { rows: laid } = fileOf(partial, { profile: 'googleAdsCustomerMatch' });
    expect(laid[0]).toEqual([h('ada@example.com'), '', '', '', '']);
    expect(laid[1]).toEqual([h('ada@example.com'), h('ada'), h('lovelace'), 'US', '10001-1234']);
    const without = fileOf([{ email: 'ada@x.org', firstName: 'Ada', lastName: 'L' }], { profile: 'google' });
    expect(without.header).toEqual(['Email']);
    expect(without.unused).toEqual(['firstName', 'lastName']);
  });

  test('Google: several postal codes of a person stand side by side', () => {
    const { header, rows: laid } = fileOf(
      [
        { firstName: 'Ada', lastName: 'L', country: 'US', postalCode: ['10001', '94016', '10001'] },
        { firstName: 'Bob', lastName: 'M', country: 'US', postalCode: '10002' },
      ],
      { profile: 'googleAdsCustomerMatch' },
    );
    expect(header).toEqual(['First Name', 'Last Name', 'Country', 'Zip', 'Zip', 'Zip']);
    expect(laid).toEqual([
      [h('ada'), h('l'), 'US', '10001', '94016', ''],
      [h('bob'), h('m'), 'US', '10002', '', ''],
    ]);
  });

  test('MNTN: an address a line', () => {
    const {
      header,
      rows: laid,
      rejected,
    } = fileOf([{ email: 'Ada_L@X.org' }, { email: 'a+b@x.org' }], {
      profile: 'mntn',
    });
    expect(header).toBeUndefined();
    expect(laid).toEqual([[h('ada_l@x.org')]]);
    expect(rejected).toEqual([{ row: 1, field: 'email', code: 'not-an-email' }]);
  });

  test('Microsoft: an address a row, under one header', () => {
    const { header, rows: laid } = fileOf([{ email: ['Ada@X.org', 'l.ada+x@x.org'] }], {
      profile: 'microsoftCustomerMatch',
    });
    expect(header).toEqual(['Email']);
    expect(laid).toEqual([[h('ada@x.org')], [h('l.ada+x@x.org')]]);
  });

  test('TikTok: headers say what is hashed, and stand three times at most', () => {
    const four = {
      phone: ['+14155550101', '+14155550102', '+14155550103', '+14155550104'],
      email: 'ada@x.org',
    };
    const { header, rows: laid } = fileOf([four], { profile: 'tiktok' });
    expect(header).toEqual(['Email_SHA256', 'Phone_SHA256', 'Phone_SHA256', 'Phone_SHA256']);
    expect(laid).toEqual([
      [h('ada@x.org'), h('+14155550101'), h('+14155550102'), h('+14155550103')],
      ['', h('+14155550104'), '', ''],
    ]);
  });

  test('LinkedIn: its template as a whole, with the names in the clear', () => {
    const { header, rows: laid } = fileOf(rows, { profile: 'linkedin' });
    expect(header).toEqual('email firstname lastname jobtitle employeecompany country googleaid'.split(' '));
    expect(laid).toEqual([
      [h('ada@example.com'), 'Ada', 'Lovelace', '', '', 'US', 'aece52e7-03ee-455a-b3c4-e57283966239'],
    ]);
  });

  test('Amazon and Reddit: the names of their APIs', () => {
    expect(fileOf(rows, { profile: 'amazon' }).header).toEqual(
      'externalUserId countryCode email phone firstname lastname city state postal'.split(' '),
    );
    const reddit = fileOf(rows, { profile: 'reddit' });
    expect(reddit.header).toEqual(['EMAIL_SHA256', 'MAID_SHA256']);
    expect(reddit.rows).toEqual([[h('ada@example.com'), h('aece52e7-03ee-455a-b3c4-e57283966239')]]);
  });

  test('Amazon: several numbers of one person are rows of the same id', () => {
    const { rows: laid } = fileOf([{ externalId: 'C-42', phone: ['+14155550101', '+14155550102'] }], {
      profile: 'amazon',
    });
    expect(laid).toEqual([
      ['C-42', h('14155550101')],
      ['C-42', h('14155550102')],
    ]);
  });

  test('X: columns without a header', () => {
    const { header, rows: laid } = fileOf(rows, { profile: 'x' });
    expect(header).toBeUndefined();
    expect(laid[0]).toEqual([
      h('ada@example.com'),
      h('+14155550123'),
      h('aece52e7-03ee-455a-b3c4-e57283966239'),
    ]);
    expect(laid[1]).toEqual(['', h('+442079460958'), h('aece52e7-03ee-455a-b3c4-e57283966239')]);
  });

  test.each(['tradeDesk', 'uid2', 'euid'] as const)('%s: an address a line, base64', (profile) => {
    const { header, rows: laid } = fileOf([{ email: 'USER@example.com', phone: '+12345678901' }], {
      profile,
    });
    expect(header).toBeUndefined();
    expect(laid).toEqual([['tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=']]);
  });

  test('Snap and Pinterest: a file for each kind, one alone where there is one kind', () => {
    const { files } = uploadRows(rows, { profile: 'snap' });
    expect(files.map(({ kind, header, rows: laid }) => [kind, header, laid])).toEqual([
      ['email', undefined, [[h('ada@example.com')]]],
      ['phone', undefined, [[h('14155550123')], [h('442079460958')]]],
      ['mobile-id', undefined, [[h('aece52e7-03ee-455a-b3c4-e57283966239')]]],
    ]);
    expect(uploadRows([{ email: 'a@x.org' }], { profile: 'snap' }).files[0]!.kind).toBeUndefined();
    const pinterest = uploadRows(rows, { profile: 'pinterest' });
    expect(pinterest.files.map(({ kind }) => kind)).toEqual(['email', 'mobile-id']);
    expect(pinterest.unused).toContain('phone');
  });
});

describe('limits', () => {
  const many = (count: number): UploadRow[] =>
    Array.from({ length: count }, (_, i) => ({ email: `a${i}@x.org` }));

  test('what is beyond them goes into further files, with the header again', () => {
    const { files } = uploadRows(many(100_001), { profile: 'snap' });
    expect(files.map(({ part, rows }) => [part, rows.length])).toEqual([
      [1, 100_000],
      [2, 1],
    ]);
    expect(files[1]!.rows).toEqual([[h('a100000@x.org')]]);
  });

  test('a list that fits is one file', () => {
    const { files } = uploadRows(many(3), { profile: 'linkedin' });
    expect(files.map(({ part, rows }) => [part, rows.length])).toEqual([[1, 3]]);
  });
});

describe('cells that are hashes already', () => {
  test('stay what they are, in small letters, and are counted', () => {
    const rows = [
      { email: h('ada@example.com').toUpperCase(), phone: '+14155550123', city: h('newyork') },
      { email: 'Bob@Example.com', phone: ` ${h('14155550124')} `, city: 'Paris' },
    ];
    const { rows: laid, kept, rejected } = fileOf(rows, { profile: 'meta' });
    expect(laid).toEqual([
      [h('ada@example.com'), h('14155550123'), h('newyork')],
      [h('bob@example.com'), h('14155550124'), h('paris')],
    ]);
    expect(kept).toBe(3);
    expect(rejected).toEqual([]);
  });

  test('become base64 for a platform that takes that, from either form', () => {
    const rows = [{ email: h('user@example.com') }, { email: sha256('user@example.com', 'base64') }];
    const { rows: laid, kept } = fileOf(rows, { profile: 'uid2' });
    expect(laid).toEqual([
      ['tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='],
      ['tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='],
    ]);
    expect(kept).toBe(2);
  });

  test('of another hash, or under a field in the clear, are rejected', () => {
    const rows = [
      { email: createHash('md5').update('ada@x.org').digest('hex') },
      { email: sha256('ada@x.org', 'base64') },
      { email: 'ada@x.org', country: h('us') },
    ];
    const { rejected, kept } = fileOf(rows, { profile: 'linkedin' });
    expect(rejected).toEqual([
      { row: 0, field: 'email', code: 'not-an-email' },
      { row: 1, field: 'email', code: 'not-an-email' },
      { row: 2, field: 'country', code: 'not-valid' },
    ]);
    expect(kept).toBe(0);
  });
});

describe('what cannot be laid out', () => {
  test('is rejected by row and field, and the rest of the row stays', () => {
    const rows: UploadRow[] = [
      { email: 'ada(at)x.org', phone: '+14155550123', birthDate: '03/04/1990', gender: '?' },
      { email: ' ', phone: '' },
      { city: 'Paris', gender: 'f' },
      { email: 'bob@x.org', birthDate: '03/04/1990' },
    ];
    const { rows: laid, rejected } = fileOf(rows, { profile: 'meta' });
    expect(rejected).toEqual([
      { row: 0, field: 'email', code: 'not-an-email' },
      { row: 0, field: 'birthDate', code: 'ambiguous' },
      { row: 0, field: 'gender', code: 'not-valid' },
      { row: 1, code: 'empty' },
      { row: 2, code: 'empty' },
      { row: 3, field: 'birthDate', code: 'ambiguous' },
    ]);
    expect(laid).toEqual([
      ['', h('14155550123'), '', '', ''],
      [h('bob@x.org'), '', '', '', ''],
    ]);
    const ordered = fileOf(rows, { profile: 'meta', dateOrder: 'dmy' });
    expect(ordered.rows[1]).toEqual([h('bob@x.org'), '', '', h('1990'), '']);
  });

  test('a country cell says where a number is read, by its name too, and an unknown one nowhere', () => {
    const rows = [
      { phone: '030 123456', country: 'Germany' },
      { phone: '020 7946 0958', country: 'uk' },
      { phone: '030 123456', country: 'Atlantis' },
      { phone: '(415) 555-0123' },
    ];
    const { rows: laid, rejected } = fileOf(rows, { profile: 'meta', country: 'US' });
    expect(laid).toEqual([
      [h('4930123456'), h('de')],
      [h('442079460958'), h('gb')],
      [h('14155550123'), ''],
    ]);
    expect(rejected).toEqual([
      { row: 2, field: 'phone', code: 'no-country' },
      { row: 2, field: 'country', code: 'not-valid' },
    ]);
  });

  test('a value that stands twice is written once', () => {
    const { rows: laid } = fileOf([{ phone: ['+1 415 555 0123', '+14155550123'] }], { profile: 'meta' });
    expect(laid).toEqual([[h('14155550123'), '']]);
  });
});

describe('errors', () => {
  const people: UploadRow[] = [{ email: 'ada@x.org' }];

  test('a platform without a file names those that have one', () => {
    expect(() => uploadRows(people, { profile: 'microsoft' })).toThrow(code('argument'));
    expect(() => uploadRows(people, { profile: 'microsoft' })).toThrow(/microsoftCustomerMatch/);
    expect(() => uploadRows(people, { profile: 'nobody' as ProfileName })).toThrow(/profile must be one of/);
  });

  test('a list with nothing that the file takes says what it would take', () => {
    expect(() => uploadRows([{ city: 'Paris' }], { profile: 'reddit' })).toThrow(/takes: email, mobileId/);
    expect(() => uploadRows([], { profile: 'reddit' })).toThrow(code('argument'));
  });

  test('options and rows that are none', () => {
    const options = { profile: 'google', encoding: 'base64' } as unknown as UploadOptions;
    expect(() => uploadRows(people, options)).toThrow(/encoding is no option/);
    expect(() => uploadRows(people, { profile: 'meta', country: 'XX' })).toThrow(code('argument'));
    expect(() => uploadRows(people, { profile: 'meta', dateOrder: 'ymd' as 'dmy' })).toThrow(
      code('argument'),
    );
    expect(() => uploadRows([null as unknown as UploadRow], { profile: 'meta' })).toThrow(code('argument'));
    const number = { phone: 4155550123 } as unknown as UploadRow;
    expect(() => uploadRows([number], { profile: 'meta' })).toThrow(
      expect.objectContaining({ code: 'argument', position: 0, field: 'phone' }),
    );
    expect(() => uploadRows('x' as unknown as UploadRow[], { profile: 'meta' })).toThrow(code('argument'));
  });
});

describe('the data', () => {
  const DUE: readonly ProfileName[] = [
    ...(['amazon', 'euid', 'google', 'googleAdsCustomerMatch', 'linkedin', 'meta'] as const),
    ...([
      'microsoftCustomerMatch',
      'mntn',
      'pinterest',
      'reddit',
      'snap',
      'tiktok',
      'tradeDesk',
      'uid2',
      'x',
    ] as const),
  ];

  test('is there for every platform whose upload somebody describes', () => {
    expect(PROFILE_NAMES.filter((name) => platformNamed(name)!.upload !== undefined)).toEqual(DUE);
  });

  test.each(DUE)('%s: every column has a rule, and its sources are known', (name) => {
    const { upload, fields = {}, phone } = platformNamed(name)!;
    for (const { columns, together = [], rows = 1 } of upload!.files) {
      for (const { kind, most = 1, rule } of columns) {
        expect(most).toBeGreaterThan(0);
        if (kind === 'phone') expect(phone).toBeDefined();
        else if (kind !== 'email' && kind !== undefined) expect(rule ?? fields[kind]).toBeDefined();
      }
      for (const kind of together) expect(columns.map((column) => column.kind)).toContain(kind);
      expect(rows).toBeGreaterThan(0);
    }
    for (const { url, read } of upload!.sources) {
      expect(url).toMatch(/^https:/);
      expect(read).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});
