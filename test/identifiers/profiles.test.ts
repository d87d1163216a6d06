// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { md5 } from '@noble/hashes/legacy.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, utf8 } from '../../src/bytes.js';
import type { ErrorCode } from '../../src/errors.js';
import type { UploadField } from '../../src/identifiers/fields/field.js';
import { normalizePhone } from '../../src/identifiers/phone.js';
import {
  type PlatformProfile,
  PROFILE_NAMES,
  type ProfileName,
  platformNamed,
  profiles,
} from '../../src/identifiers/profiles.js';
import { times } from '../support/effort.js';
import published from '../vectors/platform-tokens.json' with { type: 'json' };
import { possibleNumber } from './phone-numbers.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });
const names = PROFILE_NAMES;
/** Unified ID, and those that are it by other names. */
const tenToFifteen: readonly ProfileName[] = ['uid2', 'euid', 'tradeDesk'];
const withPhones = names.filter((name) => profiles[name].phone !== undefined);
/** As a caller in plain JavaScript sees it: any platform, any options. */
const anyProfile = (name: string): PlatformProfile<object> => profiles[name as 'meta'];
const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash('sha256').update(text).digest(encoding);

describe('published vectors', () => {
  test.each(
    published.vectors.map((vector) => [vector.platform, vector.input, vector.source, vector] as const),
  )('%s: %s (%s)', (platform, input, _, { field, normalized, token, ...vector }) => {
    const profile = anyProfile(platform);
    const result =
      field === 'email'
        ? profile.email(input)
        : field === 'phone'
          ? profile.phone(input, { country: vector.country })
          : profile.field(field as UploadField, input);
    expect(result).toEqual({ normalized, token });
  });

  test.each(
    published.published_but_wrong.map((each) => [each.platform, each.input, each.source, each] as const),
  )(
    '%s: %s (%s) is published with the hash of another text, and not matched',
    (platform, input, _, { field, published: token, hash_of }) => {
      expect(sha256(hash_of)).toBe(token);
      const profile = anyProfile(platform);
      const ours = field === 'email' ? profile.email(input) : profile.phone(input);
      expect(ours.normalized).toBe(input);
      expect(ours.token).toBe(sha256(input));
      expect(ours.token).not.toBe(token);
    },
  );

  test.each(published.raw.map((each) => [each.algorithm, each.input, each.source, each.token] as const))(
    '%s of "%s" as it stands (%s): no platform formats a number so, and the hash hides nothing',
    (_, input, __, token) => {
      expect(bytesToHex(md5(utf8(input)))).toBe(token);
    },
  );
});

/** The cases of every platform: the compiler asks for those of a new one. */
type OfEach<Case> = { readonly [Name in ProfileName]: Case };

describe('telephone numbers', () => {
  // What each platform asks for, of one number that is written in the way that some of their own SDKs get wrong.
  const WRITTEN: OfEach<string | undefined> = {
    meta: '442079460958',
    google: '+442079460958',
    googleAdsCustomerMatch: '+442079460958',
    uid2: '+442079460958',
    tradeDesk: '+442079460958',
    tiktok: '+442079460958',
    snap: '442079460958',
    pinterest: '442079460958',
    linkedin: undefined,
    x: '+442079460958',
    amazon: '442079460958',
    microsoft: '+442079460958',
    microsoftCustomerMatch: undefined,
    liveramp: '2079460958',
    criteo: undefined,
    epsilon: undefined,
    euid: '+442079460958',
    id5: '442079460958',
    mntn: undefined,
    nextdoor: '+442079460958',
    reddit: '+442079460958',
    rokt: '2079460958',
    taboola: undefined,
    yahoo: '+442079460958',
  };
  test.each(Object.entries(WRITTEN))('%s: +44 (0)20 7946 0958 is %s', (name, normalized) => {
    if (normalized === undefined) return expect(anyProfile(name).phone).toBeUndefined();
    expect(anyProfile(name).phone('+44 (0)20 7946 0958').normalized).toBe(normalized);
    expect(anyProfile(name).phone('020 7946 0958', { country: 'GB' }).normalized).toBe(normalized);
  });

  test('Italian zeros belong to the number, for LiveRamp too, and not for Snap', () => {
    expect(profiles.meta.phone('06 6982 0000', { country: 'IT' }).normalized).toBe('390669820000');
    expect(profiles.liveramp.phone('06 6982 0000', { country: 'IT' }).normalized).toBe('0669820000');
    expect(profiles.snap.phone('06 6982 0000', { country: 'IT' }).normalized).toBe('39669820000');
    expect(profiles.snap.phone('+225 01 23 45 67 89').normalized).toBe('225123456789');
  });

  test('Rokt takes ten digits without the country’s', () => {
    expect(profiles.rokt.phone('(415) 555-0123', { country: 'US' }).normalized).toBe('4155550123');
    expect(() => profiles.rokt.phone('+49 30 123456')).toThrow(code('not-valid'));
    expect(() => profiles.rokt.phone('+49 30 123456')).toThrow(/of 10 digits only/);
  });

  test.each(withPhones)('%s: every spelling of a number has one token', (name) => {
    fc.assert(
      fc.property(possibleNumber, (number) => {
        const e164 = normalizePhone(number.number);
        if (tenToFifteen.includes(name)) fc.pre(e164.length >= 11 && e164.length <= 16);
        if (name === 'rokt') fc.pre(/^\+1\d{10}$/.test(e164));
        const expected = anyProfile(name).phone(e164);
        expect(anyProfile(name).phone(number.formatInternational())).toEqual(expected);
        expect(anyProfile(name).phone(number.getURI())).toEqual(expected);
        expect(expected.normalized).toMatch(/^\+?\d+$/);
        if (name !== 'snap') expect(e164.endsWith(expected.normalized.replace('+', ''))).toBe(true);
      }),
      { numRuns: times(50), maxSkipsPerRun: 2_000 },
    );
  });

  test.each(tenToFifteen)('%s takes 10 to 15 digits', (name) => {
    const { phone } = anyProfile(name);
    expect(phone('+4930123456').normalized).toBe('+4930123456');
    expect(() => phone('+493012345')).toThrow(code('not-valid'));
    expect(phone('+4930123456789123'.slice(0, 16)).normalized).toHaveLength(16);
    expect(() => phone('+49301234567891234'.slice(0, 17))).toThrow(code('not-valid'));
  });

  test.each(withPhones)('%s: what normalizePhone refuses is refused, strictly if asked', (name) => {
    const { phone } = anyProfile(name);
    expect(() => phone('abc')).toThrow(code('not-a-number'));
    expect(() => phone('')).toThrow(code('empty'));
    expect(() => phone('415 555 0123')).toThrow(code('no-country'));
    expect(() => phone('415 555 0123', { country: 'UK' })).toThrow(code('argument'));
    expect(() => phone('+1 222 555 0123', { assigned: true })).toThrow(code('not-valid'));
    expect(() => phone(4155550123 as unknown as string)).toThrow(code('argument'));
  });
});

const NO_ADDRESS = [
  'none',
  'ada@',
  '@x.org',
  'ada@@x.org',
  'ada@x..org',
  'ada@x.org,bob@x.org',
  'bob,ada@x.org',
  'mailto:ada@x.org',
  'Ada<ada@x.org>',
  '"ada"@x.org',
];

describe("e-mail addresses, by the platform's own rule", () => {
  const NOT = Symbol('refused');
  const RULES: OfEach<[string, string | symbol][]> = {
    meta: [
      [' Ada.L+x@GMAIL.com\u00a0', 'ada.l+x@gmail.com'],
      ['a b@x.org', NOT],
    ],
    google: [
      ['A da.L+x@Gmail.com ', 'adal@gmail.com'],
      ['Ada.L+x@googlemail.com', 'adal@googlemail.com'],
      ['Ada.L+x@example.com', 'ada.l+x@example.com'],
      ['Ada.L+x@mail.gmail.com', 'ada.l+x@mail.gmail.com'],
      ['.+x@gmail.com', NOT],
    ],
    googleAdsCustomerMatch: [
      [' Ada.L+x@GMAIL.com', 'adal@gmail.com'],
      ['Ada.L+x@googlemail.com', 'adal@googlemail.com'],
      ['Ada.L+x@example.com', 'ada.l+x@example.com'],
      ['a b@x.org', 'ab@x.org'],
    ],
    uid2: [
      [' Ada.L+x@Gmail.com ', 'adal@gmail.com'],
      ['Ada.L+x@googlemail.com', 'ada.l+x@googlemail.com'],
      // A tab is no space, and only A to Z are lowered.
      ['\tada@x.org', NOT],
      ['ÀDA@x.org', 'Àda@x.org'],
    ],
    tradeDesk: [
      [' Ada.L+x@Gmail.com ', 'adal@gmail.com'],
      ['ada@x.org\n', NOT],
    ],
    tiktok: [[' A da@X.org', 'ada@x.org']],
    snap: [
      [' Ada@X.org ', 'ada@x.org'],
      ['a b@x.org', NOT],
    ],
    pinterest: [
      ['Ada@X.org', 'ada@x.org'],
      [' ada@x.org', NOT],
    ],
    linkedin: [
      ['Ada@X.org', 'ada@x.org'],
      ['ada@x.org ', NOT],
    ],
    x: [
      [' Ada@X.org ', 'ada@x.org'],
      ['a b@x.org', NOT],
    ],
    amazon: [
      ['Ada+X@Example.org', 'adax@example.org'],
      [' a_d-a.1@x.org', 'ad-a.1@x.org'],
      ['+@x.org', NOT],
    ],
    microsoft: [
      [' Ada@X.org ', 'ada@x.org'],
      ['name+withplus@outlook.com', 'name@outlook.com'],
      ['ex.ample@outlook.com', 'example@outlook.com'],
      ['Ada Lovelace@contoso.com', 'adalovelace@contoso.com'],
      ['Ren\u00e9e.D\u00fcr+x@contoso.co.uk', 'reneedur@contoso.co.uk'],
      ['.+x@contoso.com', NOT],
    ],
    microsoftCustomerMatch: [
      [' Ada.L+x@X.org ', 'ada.l+x@x.org'],
      ['a b@x.org', NOT],
    ],
    criteo: [[' Ada.L+x@X.org ', 'ada.l+x@x.org']],
    epsilon: [[' Ada.L+x@X.org ', 'ada.l+x@x.org']],
    euid: [
      [' Ada.L+x@Gmail.com ', 'adal@gmail.com'],
      ['\tada@x.org', NOT],
    ],
    id5: [
      [' Ada.L+x@Gmail.com ', 'adal@gmail.com'],
      ['Ada.L+x@googlemail.com', 'adal@gmail.com'],
      ['Ada.L+x@example.com', 'ada.l+x@example.com'],
    ],
    mntn: [
      [' Ada_L.x-1@X.org', 'ada_l.x-1@x.org'],
      ['A da@x.org', 'ada@x.org'],
      ['ada+x@x.org', NOT],
      ["o'ada@x.org", NOT],
    ],
    nextdoor: [
      [' Ada.L+x@X.org ', 'ada.l+x@x.org'],
      ['a b@x.org', NOT],
    ],
    reddit: [
      ['Ada_L.-x+y@Ex-ample.Org', 'adalx@ex-ample.org'],
      ['+x@x.org', NOT],
      [' ada@x.org', NOT],
    ],
    rokt: [['Ada L@X.org ', 'adal@x.org']],
    taboola: [
      ['Ada@X.org', 'ada@x.org'],
      [' ada@x.org', NOT],
    ],
    yahoo: [
      ['Ada@X.org', 'ada@x.org'],
      [' ada@x.org', NOT],
    ],
    liveramp: [[' A da@X.org', 'ada@x.org']],
  };
  test.each(Object.entries(RULES))('%s', (name, cases) => {
    for (const [text, normalized] of cases) {
      if (typeof normalized === 'string') expect(anyProfile(name).email(text).normalized).toBe(normalized);
      else expect(() => anyProfile(name).email(text)).toThrow(code('not-an-email'));
    }
  });

  test.each(names)('%s: a text that can never match gets no token', (name) => {
    const { email } = anyProfile(name);
    for (const text of NO_ADDRESS) {
      expect(() => email(text)).toThrow(code('not-an-email'));
    }
    expect(() => email('')).toThrow(code('empty'));
    expect(() => email(' ')).toThrow(code('empty'));
    expect(() => email(undefined as unknown as string)).toThrow(code('argument'));
  });

  test('invisible characters are nobody’s to remove but of those whose rule keeps only plain ones', () => {
    const plain: readonly string[] = ['amazon', 'reddit'];
    for (const name of names) {
      if (plain.includes(name)) {
        expect(anyProfile(name).email('ada\u200b@x.org').normalized).toBe('ada@x.org');
      } else {
        expect(() => anyProfile(name).email('ada\u200b@x.org')).toThrow(code('not-an-email'));
      }
    }
  });

  test.each([
    'testtest@😊test.com',
    'testtest@test.com😊',
    'ada@👩🏽‍💻.ws'.replace('\u200d', ''),
    'ada@🇮🇹.ws',
  ])('a domain may hold pictures: %s', (address) => {
    for (const name of names.filter((each) => each !== 'amazon' && each !== 'mntn')) {
      expect(anyProfile(name).email(address).normalized).toBe(address);
    }
  });

  test.each(names)('%s: applying the rule to its own result changes nothing', (name) => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const once = platformNamed(name)!.email.reduce((text, step) => step(text), address);
        if (once !== '' && !once.startsWith('@')) expect(anyProfile(name).email(once).normalized).toBe(once);
      }),
      { numRuns: times(100) },
    );
  });
});

describe('hash and encoding', () => {
  test('LinkedIn: SHA-256 or SHA-512', () => {
    const sha512 = createHash('sha512').update('ada@example.com').digest('hex');
    expect(profiles.linkedin.email('Ada@example.com', { algorithm: 'sha512' }).token).toBe(sha512);
    expect(profiles.linkedin.email('Ada@example.com').token).toBe(sha256('ada@example.com'));
    expect(() => profiles.linkedin.email('a@x.org', { algorithm: 'md5' as 'sha256' })).toThrow(
      code('argument'),
    );
  });

  test('Criteo: SHA-256, MD5, or SHA-256 of the MD5 in hexadecimal', () => {
    const hex = createHash('md5').update('ada@example.com').digest('hex');
    expect(profiles.criteo.email('Ada@example.com').token).toBe(sha256('ada@example.com'));
    expect(profiles.criteo.email('Ada@example.com', { algorithm: 'md5' }).token).toBe(hex);
    expect(profiles.criteo.email('Ada@example.com', { algorithm: 'sha256-md5' }).token).toBe(sha256(hex));
  });

  test('Google takes hexadecimal and base64', () => {
    const text = 'alexz@example.com';
    expect(profiles.google.email(text, { encoding: 'hex' }).token).toBe(sha256(text));
    expect(profiles.google.email(text, { encoding: 'base64' }).token).toBe(sha256(text, 'base64'));
    expect(profiles.google.phone('+18005550100', { encoding: 'base64' }).token).toBe(
      sha256('+18005550100', 'base64'),
    );
    expect(() => profiles.google.email(text, { encoding: 'utf8' as 'hex' })).toThrow(code('argument'));
    expect(() => profiles.google.email(text, { encoding: 'toString' as 'hex' })).toThrow(code('argument'));
  });

  test('LiveRamp: SHA-256, SHA-1 or MD5 for e-mail addresses, SHA-1 for telephone numbers whatever is asked', () => {
    const text = 'ada@example.com';
    for (const algorithm of ['sha256', 'sha1', 'md5'] as const) {
      const expected = createHash(algorithm).update(text).digest('hex');
      expect(profiles.liveramp.email(text, { algorithm }).token).toBe(expected);
      expect(profiles.liveramp.phone('+14155550123', { algorithm }).token).toBe(
        createHash('sha1').update('4155550123').digest('hex'),
      );
    }
    expect(profiles.liveramp.email(text).token).toBe(sha256(text));
    expect(() => profiles.liveramp.email(text, { algorithm: 'sha512' as 'md5' })).toThrow(code('argument'));
  });

  test('X: plain SHA-256, or HMAC-SHA256 under its key for partner data match', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    const mac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
    expect(profiles.x.email('Ada@X.org', { key }).token).toBe(mac('ada@x.org'));
    expect(profiles.x.phone('415 555 0123', { key, country: 'US' }).token).toBe(mac('+14155550123'));
    expect(profiles.x.email('Ada@X.org').token).toBe(sha256('ada@x.org'));
  });

  test.each([new Uint8Array(31), new Uint8Array(33), new Uint8Array(0), 'a'.repeat(32), null])(
    'X: a key of another size or kind is refused, without showing it (%#)',
    (key) => {
      const call = (): unknown => profiles.x.email('ada@x.org', { key: key as Uint8Array });
      expect(call).toThrow(code('argument'));
      expect(call).toThrow(/^X's key for partner data match must be a Uint8Array of 32 bytes\.$/);
    },
  );

  test.each(names)('%s: the token is the SHA-256 of what is shown as normalized', (name) => {
    const { normalized, token } = anyProfile(name).email('ada@example.com');
    expect(token).toBe(sha256(normalized, tenToFifteen.includes(name) ? 'base64' : 'hex'));
  });
});

describe('sources', () => {
  const DAY = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

  test.each(names)('%s: who says so, when it was read, and when it is to be read again', (name) => {
    const { sources, review } = profiles[name];
    expect(sources.length).toBeGreaterThan(0);
    for (const { kind, url, read } of sources) {
      expect(['own', 'third-party']).toContain(kind);
      expect(new URL(url).protocol).toBe('https:');
      // A branch moves on: what was read is a commit.
      if (url.startsWith('https://github.com/')) expect(url).toMatch(/\/(?:blob|tree)\/[\da-f]{40}\//);
      expect(read).toMatch(DAY);
      expect(review > read).toBe(true);
    }
    expect(review).toMatch(DAY);
  });

  test('rules that only others state say so, and are read again sooner', () => {
    const thirdParty = names.filter((name) => profiles[name].sources[0]!.kind === 'third-party');
    expect(thirdParty).toEqual(['amazon', 'epsilon', 'linkedin', 'microsoftCustomerMatch', 'yahoo']);
    for (const name of thirdParty) expect(profiles[name].review < '2027-03-01').toBe(true);
  });

  test('nobody can change them', () => {
    for (const name of names) {
      expect(Object.isFrozen(profiles[name].sources)).toBe(true);
      for (const source of profiles[name].sources) expect(Object.isFrozen(source)).toBe(true);
    }
  });
});

test('a platform is a file and a line of the list', () => {
  const files = readdirSync(new URL('../../src/identifiers/platforms/', import.meta.url));
  const due = names.map((name) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`);
  expect(files.sort()).toEqual([...due, 'platform.ts', 'source.ts', 'upload.ts'].sort());
});

test('the documents say how many there are', () => {
  const said = ['README.md', 'docs/normalisation-profiles.md'].flatMap((path) => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    return [...text.matchAll(/(\S+) (?:platforms|(?:advertising )?spellings)\b/gi)].map(([, word]) => word!);
  });
  const counts = said.filter((word) => /^\d+$|teen$|^(?:twenty|thirty)/i.test(word));
  expect(counts.length).toBe(4);
  expect(new Set(counts.map((word) => word.toLowerCase()))).toEqual(new Set(['twenty-four']));
  expect(names).toHaveLength(24);
});

test('profiles cannot be changed by somebody else', () => {
  expect(Object.isFrozen(profiles)).toBe(true);
  for (const name of names) expect(Object.isFrozen(profiles[name])).toBe(true);
});
