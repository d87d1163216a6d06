// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { normalizePhone } from '../../src/identifiers/phone.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

describe('reads what people write', () => {
  test.each([
    // Separators of all kinds.
    ['(415) 555-0123', 'US', '+14155550123'],
    ['415.555.0123', 'US', '+14155550123'],
    ['1-415-555-0123', 'US', '+14155550123'],
    ['14155550123', 'US', '+14155550123'],
    ['030/1234567', 'DE', '+49301234567'],
    ['+1 (415) 555‑0123', undefined, '+14155550123'],
    ['+1\t415\u202f555\u00a00123', undefined, '+14155550123'],
    ['[+49] 30 1234567', undefined, '+49301234567'],
    ['(+44) 20 7946 0958', undefined, '+442079460958'],
    ['+ 44 20 7946 0958', undefined, '+442079460958'],
    // National prefixes, also where they should not be.
    ['+44 (0)20 7946 0958', undefined, '+442079460958'],
    ['+49 (0) 030 1234567', undefined, '+49301234567'],
    ['8 800 555 35 35', 'RU', '+78005553535'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['01.23.45.67.00', 'FR', '+33123456700'],
    ['06 1234 5678', 'HU', '+3612345678'],
    // Italy keeps its zero.
    ['06 6982 0000', 'IT', '+390669820000'],
    ['+39 06 6982 0000', undefined, '+390669820000'],
    ['347 1234567', 'IT', '+393471234567'],
    // International prefixes, the country's own and 00.
    ['011 44 20 7946 0958', 'US', '+442079460958'],
    ['0044 20 7946 0958', 'DE', '+442079460958'],
    ['0044 20 7946 0958', 'US', '+442079460958'],
    ['0044 20 7946 0958', 'JP', '+442079460958'],
    ['0044 20 7946 0958', undefined, '+442079460958'],
    ['(00)44 (0)20-7946-0958', 'US', '+442079460958'],
    ['0011 44 20 7946 0958', 'AU', '+442079460958'],
    ['810 44 20 7946 0958', 'RU', '+442079460958'],
    // tel: URIs (RFC 3966).
    ['tel:+1-415-555-0123', undefined, '+14155550123'],
    ['TEL:+1-415-555-0123;ext=22', undefined, '+14155550123'],
    ['tel:555-0123;phone-context=+1-415', undefined, '+14155550123'],
    ['tel:415-555-0123;phone-context=example.com', 'US', '+14155550123'],
    ['tel:+1-415-555-0123;isub=1411;foo=bar', undefined, '+14155550123'],
    // Extensions go.
    ['(415) 555-0123 ext. 22', 'US', '+14155550123'],
    ['(415) 555-0123 x22', 'US', '+14155550123'],
    ['415 555 0123 #22', 'US', '+14155550123'],
    ['415 555 0123,22', 'US', '+14155550123'],
    ['8 800 555 35 35 доб. 22', 'RU', '+78005553535'],
    ['0044 20 7946 0958 ext 3', 'US', '+442079460958'],
    // Invisible characters, and digits of other scripts.
    ['\u202a+1 415\u200b555\u00ad0123\u202c', undefined, '+14155550123'],
    ['\ufeff 415 555 0123 ', 'US', '+14155550123'],
    ['＋１ ４１５ ５５５ ０１２３', undefined, '+14155550123'],
    ['٠٥٠ ١٢٣ ٤٥٦٧', 'SA', '+966501234567'],
    ['०९८७६५ ४३२१०', 'IN', '+919876543210'],
    ['𝟒𝟏𝟓 555 0123', 'US', '+14155550123'],
    // The apostrophe that makes a spreadsheet keep a text.
    ["'0151 23456789", 'DE', '+4915123456789'],
    // No country: the freephone and satellite codes.
    ['+800 1234 5678', undefined, '+80012345678'],
    // A country may be written in lower case.
    ['415 555 0123', 'us', '+14155550123'],
  ])('%s in %s is %s', (text, country, expected) => {
    expect(normalizePhone(text, { country })).toBe(expected);
    expect(normalizePhone(expected, { country })).toBe(expected);
  });
});

describe('says why it cannot read a text', () => {
  test.each<[string, string | undefined, ErrorCode]>([
    ['', 'US', 'empty'],
    [' \t\u200b', 'US', 'empty'],
    ['abc', 'US', 'not-a-number'],
    ['-', 'US', 'not-a-number'],
    ['n/a', 'US', 'not-a-number'],
    ['ada@example.com', 'US', 'not-a-number'],
    ['call 415 555 0123', 'US', 'not-a-number'],
    ['415 555 0123', undefined, 'no-country'],
    ['447400123456', undefined, 'no-country'],
    ['1', 'US', 'too-short'],
    ['12', 'DE', 'too-short'],
    ['+1', undefined, 'too-short'],
    ['+', undefined, 'not-a-number'],
    ['555 0123', 'US', 'too-short'],
    // Possible in Canada, where 310-0123 is a number, but this is none of those.
    ['555 0123', 'CA', 'too-short'],
    ['415 555 012', 'US', 'too-short'],
    ['415 555 01234', 'US', 'too-long'],
    // Without a plus this is a number of the US with twelve digits.
    ['447400123456', 'US', 'too-long'],
    ['1'.repeat(300), 'US', 'too-long'],
    // A length between the possible ones.
    ['+44 1234 5678', undefined, 'not-valid'],
    // No such country code.
    ['+999 123456', undefined, 'not-valid'],
    // In North America neither an area code nor an exchange begins with 0 or 1.
    ['415-000-0000', 'US', 'not-valid'],
    ['415-100-0000', 'US', 'not-valid'],
    ['(415) 055-0123', 'US', 'not-valid'],
    ['+1 415 155 0123', undefined, 'not-valid'],
    ['14160550123', 'CA', 'not-valid'],
    ['1-800-155-0123', 'US', 'not-valid'],
    ['+1 (876) 099-0123', undefined, 'not-valid'],
    ['787 055 0123', 'PR', 'not-valid'],
    ['015-555-0123', 'US', 'not-valid'],
    ['+1 115 555 0123', undefined, 'not-valid'],
  ])('%s in %s: %s', (text, country, expected) => {
    expect(() => normalizePhone(text, { country })).toThrow(code(expected));
    expect(() => normalizePhone(text, { country })).toThrow(expect.objectContaining({ field: 'phone' }));
  });
});

describe('refuses what a spreadsheet has mangled', () => {
  test.each([
    ['1.4155E+10', 'US'],
    ['4,16E+09', 'DE'],
    ['4.15555e9', 'US'],
    ['1E+10', 'US'],
    ['12345.0', 'US'],
    ['4155550123.00', 'US'],
    ['4155550123,0', 'US'],
    ['4155550123.5', 'US'],
    ['030 1234567.0', 'DE'],
    ['+14155550123.0', undefined],
    ['4,155,550,123', 'US'],
    ['4,155,550,123.00', 'US'],
    ['########', 'US'],
    ['#NAME?', 'US'],
    ['#N/A', 'US'],
    ['٤١٥٥٥٥٠١٢٣.٥', 'US'],
  ])('%s', (text, country) => {
    expect(() => normalizePhone(text, { country })).toThrow(code('spreadsheet-damage'));
  });

  test('dots between groups are no damage', () => {
    expect(normalizePhone('01.23.45.67.00', { country: 'FR' })).toBe('+33123456700');
    expect(normalizePhone('415.555.0100', { country: 'US' })).toBe('+14155550100');
  });
});

test('exchanges of service codes and 555 are in the plan of North America', () => {
  expect(normalizePhone('(800) 211-0123', { country: 'US' })).toBe('+18002110123');
  expect(normalizePhone('(415) 555-0123', { country: 'US' })).toBe('+14155550123');
  expect(normalizePhone('310-1234', { country: 'CA' })).toBe('+13101234');
  // Free of charge in the Dominican Republic, with an exchange that nobody else has.
  expect(normalizePhone('809-055-0123', { country: 'DO' })).toBe('+18090550123');
});

describe('assigned', () => {
  test('demands an assigned range where a possible length is enough by default', () => {
    expect(normalizePhone('+1 222 555 0123')).toBe('+12225550123');
    expect(() => normalizePhone('+1 222 555 0123', { assigned: true })).toThrow(code('not-valid'));
    expect(normalizePhone('+1 415 555 0123', { assigned: true })).toBe('+14155550123');
  });

  test('uses the full metadata, which knows that Brazilian mobiles have nine digits', () => {
    expect(() => normalizePhone('+55 11 6123 4567', { assigned: true })).toThrow(code('not-valid'));
    expect(normalizePhone('+55 11 96123 4567', { assigned: true })).toBe('+5511961234567');
  });
});

describe('numbers of before a change of plan', () => {
  test("Brazil's ninth digit is not added: the old number is another text", () => {
    expect(normalizePhone('+55 11 6123 4567')).toBe('+551161234567');
  });

  test.each([
    ['+52 1 55 1234 5678', undefined],
    ['+52 (1) 55 1234 5678', undefined],
    ['0052 1 55 1234 5678', undefined],
    ['5215512345678', 'MX'],
    ['1 55 1234 5678', 'MX'],
    ['01 55 1234 5678', 'MX'],
    ['044 55 1234 5678', 'MX'],
    ['045 55 1234 5678', 'MX'],
  ])('what was dialled before a Mexican number until 2019 goes: %s', (text, country) => {
    expect(normalizePhone(text, { country })).toBe('+525512345678');
  });
});

describe('arguments', () => {
  test.each(['XX', 'UK', 'USA', '', '1', '+1', 'constructor'])("'%s' is no country", (country) => {
    expect(() => normalizePhone('+14155550123', { country })).toThrow(code('argument'));
  });

  test.each([undefined, null, 4155550123, {}, ['+14155550123']])('%s is no text', (text) => {
    expect(() => normalizePhone(text as unknown as string)).toThrow(code('argument'));
  });
});
