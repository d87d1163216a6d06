// SPDX-License-Identifier: Apache-2.0
/** What uploads take besides telephone numbers and addresses, by each platform's own rule. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { UPLOAD_FIELDS, type UploadField } from '../../src/identifiers/fields/field.js';
import { type FieldOptions, PROFILE_NAMES, profiles } from '../../src/identifiers/profiles.js';
import { countryOfName } from '../../src/identifiers/tables/named-countries.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

type Case = [text: string, expected: string | { refused: ErrorCode }, options?: FieldOptions];
const refused = (error: ErrorCode): { refused: ErrorCode } => ({ refused: error });

/** As a caller in plain JavaScript sees it. */
const anyProfile = (name: string): typeof profiles.meta => profiles[name as 'meta'];

const CASES: Readonly<Record<string, Partial<Record<UploadField, Case[]>>>> = {
  meta: {
    firstName: [
      [' Mary-Jane ', 'maryjane'],
      ["O'Neil, Jr.", 'oneiljr'],
      ['D’Arcy', 'darcy'],
      ['José María', 'josémaría'],
      ['...', refused('not-valid')],
      [' ', refused('empty')],
      ['x'.repeat(257), refused('too-long')],
    ],
    lastName: [['van der Berg', 'vanderberg']],
    city: [
      ['New York', 'newyork'],
      ['St. John’s', 'stjohns'],
      ['São Paulo', 'sãopaulo'],
      ['東京', '東京'],
    ],
    state: [
      ['California', 'ca', { country: 'US' }],
      ['CA', 'ca'],
      ['New York', 'ny'],
      ['Ontario', 'ontario', { country: 'CA' }],
      ['CA', 'ca', { country: 'CA' }],
      ['Bayern', 'bayern', { country: 'Germany' }],
      ['Atlantis', refused('not-valid'), { country: 'US' }],
    ],
    postalCode: [
      ['94035-1234', '94035'],
      ['94035-1234', '94035', { country: 'US' }],
      ['940351234', '94035', { country: 'US' }],
      // A spreadsheet has taken the zero off.
      ['2134', '02134', { country: 'US' }],
      ['501-1234', '00501', { country: 'US' }],
      ['2134', '2134', { country: 'AU' }],
      ['940351234', '940351234'],
      ['01310-100', '01310100', { country: 'BR' }],
      ['M1 1AE', 'm11ae', { country: 'GB' }],
      ['75018', '75018'],
      ['02134', '02134'],
    ],
    country: [
      ['us', 'us'],
      ['U.S.A.', 'us'],
      ['UK', 'gb'],
      ['Deutschland', 'de'],
      ['Côte d’Ivoire', 'ci'],
      ['Atlantis', refused('not-valid')],
    ],
    birthDate: [
      ['1997-02-16', '19970216'],
      ['1997-02-16 00:00:00', '19970216'],
      ['1997-02-16T00:00:00Z', '19970216'],
      ['19970216', '19970216'],
      ['16.2.1997', '19970216'],
      ['16/02/1997', '19970216'],
      ['2/16/1997', '19970216'],
      ['03/03/1997', '19970303'],
      ['03/04/1997', refused('ambiguous')],
      ['03/04/1997', '19970403', { dateOrder: 'dmy' }],
      ['03/04/1997', '19970304', { dateOrder: 'mdy' }],
      ['2/16/1997', '19970216', { dateOrder: 'dmy' }],
      ['31/02/1997', refused('not-valid')],
      ['29.02.1996', '19960229'],
      ['29.02.1997', refused('not-valid')],
      ['16.02.97', refused('not-valid')],
      ['1899-12-31', refused('not-valid')],
      ['9999-01-01', refused('not-valid')],
      ['35476', refused('not-valid')],
    ],
    gender: [
      ['Female', 'f'],
      ['M', 'm'],
      ['weiblich', 'f'],
      ['non-binary', refused('not-supported')],
      ['1', refused('not-valid')],
    ],
    mobileId: [
      ['AECE52E7-03EE-455A-B3C4-E57283966239', 'AECE52E7-03EE-455A-B3C4-E57283966239'],
      ['00000000-0000-0000-0000-000000000000', refused('not-valid')],
      ['aece52e703ee455ab3c4e57283966239', refused('not-valid')],
    ],
    externalId: [[' User 0042 ', 'user0042']],
    street: [['1 Main St', refused('not-supported')]],
  },
  google: {
    firstName: [
      ['Dr. Ada', 'ada'],
      ['Mary Jane', 'mary jane'],
      ['Mr.', refused('not-valid')],
    ],
    lastName: [
      ['Smith, Jr.', 'smith'],
      ['Smith III PhD', 'smith'],
      ['Vi', 'vi'],
    ],
    country: [['united kingdom', 'GB']],
    postalCode: [[' 94035-1234 ', '94035-1234']],
    city: [['Paris', refused('not-supported')]],
    street: [[' 1600 Amphitheatre PKWY ', '1600 amphitheatre pkwy']],
  },
  googleAdsCustomerMatch: {
    firstName: [[' Zoë ', 'zoë']],
    lastName: [['De la Cruz', 'de la cruz']],
  },
  snap: {
    firstName: [['Raphaël-Jean', 'raphaëljean']],
    state: [
      ['Texas', 'tx'],
      ['Bayern', refused('not-valid')],
    ],
    mobileId: [['AECE52E7-03EE-455A-B3C4-E57283966239', 'aece52e7-03ee-455a-b3c4-e57283966239']],
  },
  pinterest: {
    gender: [
      ['non-binary', 'n'],
      ['Mann', 'm'],
    ],
    city: [['St. Louis', 'stlouis']],
    postalCode: [['94035-1234', '94035']],
    externalId: [[' Loyalty-42 ', 'Loyalty-42']],
  },
  reddit: {
    mobileId: [
      ['EA7583CD-a667-48BC-B806-42ECB2B48606', refused('ambiguous')],
      ['EA7583CD-A667-48BC-B806-42ECB2B48606', 'EA7583CD-A667-48BC-B806-42ECB2B48606'],
    ],
  },
  linkedin: {
    firstName: [['  Ada ', 'Ada']],
    country: [['germany', 'DE']],
    lastName: [['a'.repeat(64), refused('not-valid')]],
  },
  amazon: {
    firstName: [['Mary-Ann', 'maryann']],
    city: [['San José', 'sanjos']],
    postalCode: [['K1A 0B1', 'k1a0b1']],
  },
  rokt: { postalCode: [['94035-1234', '94035']] },
};

const all = Object.entries(CASES).flatMap(([name, fields]) =>
  Object.entries(fields).flatMap(([field, cases]) =>
    cases.map((each) => [name, field as UploadField, each[0].slice(0, 40), each] as const),
  ),
);

describe('a field by a platform’s rule', () => {
  test.each(all)('%s, %s: %j', (name, field, _, [text, expected, options]) => {
    const read = (): string => anyProfile(name).field(field, text, options).normalized;
    if (typeof expected === 'string') expect(read()).toBe(expected);
    else expect(read).toThrow(code(expected.refused));
  });

  test('is hashed as addresses are, or the text itself where the platform takes that', () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(profiles.meta.field('city', 'New York').token).toBe(sha256('newyork'));
    expect(profiles.google.field('firstName', 'Ada', { encoding: 'base64' }).token).toBe(
      createHash('sha256').update('ada').digest('base64'),
    );
    expect(profiles.google.field('country', 'Germany')).toEqual({ normalized: 'DE', token: 'DE' });
    expect(profiles.linkedin.field('firstName', 'Ada')).toEqual({ normalized: 'Ada', token: 'Ada' });
  });

  test('is refused without its text', () => {
    const secret = '16.02.97';
    expect(() => profiles.meta.field('birthDate', secret)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
    expect(() => profiles.meta.field('birthDate', 42 as unknown as string)).toThrow(code('argument'));
    expect(() => profiles.meta.field('shoeSize' as UploadField, '42')).toThrow(code('not-supported'));
    expect(() => profiles.meta.field('toString' as UploadField, '42')).toThrow(code('not-supported'));
  });

  test.each(PROFILE_NAMES)('%s: its list of fields is what it takes', (name) => {
    const { fields } = profiles[name];
    expect(Object.isFrozen(fields)).toBe(true);
    for (const field of UPLOAD_FIELDS.filter((each) => !fields.includes(each))) {
      expect(() => anyProfile(name).field(field, 'x')).toThrow(code('not-supported'));
    }
  });

  test.each(PROFILE_NAMES)('%s: a rule applied to its own result changes nothing', (name) => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.uuid(),
      fc.constantFrom('2/16/1997', 'United States', 'female', '94035-1234', 'New York', 'Smith, Jr. III'),
    );
    for (const field of profiles[name].fields) {
      const read = (each: string): string | undefined => {
        try {
          return anyProfile(name).field(field, each).normalized;
        } catch {
          return undefined;
        }
      };
      fc.assert(
        fc.property(text, (each) => {
          const once = read(each);
          if (once !== undefined) expect(read(once)).toBe(once);
        }),
        { numRuns: 60 },
      );
    }
  });
});

test('a country is known by its codes and its names, and by no code that is dialled', () => {
  for (const [text, expected] of [
    ['DE', 'DE'],
    ['germany', 'DE'],
    ['United Kingdom', 'GB'],
    ['uk', 'GB'],
    ['USA', 'US'],
    ['türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['DEU', 'DE'],
    ['Suisse', 'CH'],
    ['U.S.', 'US'],
    ['1', undefined],
    ['', undefined],
    ['+49', undefined],
    ['x'.repeat(100), undefined],
  ] as const) {
    expect(countryOfName(text)).toBe(expected);
  }
});

test('no field is an identifier of a set', async () => {
  const { identifiersFromRows } = await import('../../src/identifiers/rows.js');
  const row = { email: 'ada@example.com', firstName: 'Ada', birthDate: '1997-02-16' };
  const { set } = await identifiersFromRows([row], { concurrency: 1 });
  expect(set.size).toBe(1);
});
