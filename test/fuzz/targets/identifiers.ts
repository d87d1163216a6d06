// SPDX-License-Identifier: Apache-2.0

import { hashRows } from '../../../src/identifiers/hash-rows.js';
import {
  identifiersFromRows,
  normalizeEmail,
  normalizePhone,
  profiles,
} from '../../../src/identifiers/index.js';
import type { Row } from '../../../src/identifiers/row.js';
import {
  attempt,
  attemptSync,
  CANARY,
  demand,
  type FuzzTarget,
  Reader,
  textOf,
  texts,
} from '../support/target.js';

const COUNTRIES = [undefined, 'US', 'DE', 'GB', 'FR', 'IT', 'BR', 'JP', 'AR', 'MX', 'SG', 'RU'];

const seedsOf = (...all: string[]): Uint8Array[] =>
  texts(...all).map((bytes, i) => Uint8Array.of(1, i, ...bytes));

export const phones: FuzzTarget = {
  name: 'phones',
  reads: 'telephone numbers, normalised and by every profile',
  sources: [
    'src/identifiers/phone.ts',
    'src/identifiers/plans.ts',
    'src/identifiers/shortcut.ts',
    'src/identifiers/text.ts',
    'src/identifiers/profiles.ts',
    'src/identifiers/platforms/',
  ],
  maxBytes: 512,
  steps: [20_000, 200],
  words: [
    CANARY.phone,
    ' ext. 12',
    ';ext=',
    ';phone-context=',
    'tel:',
    '00',
    '+',
    '\u200e',
    '\u0660',
    '(0)',
    '.0',
    'E+11',
  ],
  seeds: () =>
    seedsOf(
      CANARY.phone,
      '(415) 555-0142 ext. 12',
      'tel:555-0142;phone-context=+1-415',
      '+44 (0)20 7946 0958',
      '0049 30 123456',
      '4.15555E+11',
      '030 1234567.0',
      "'+4915112345678",
      '+٤٩١٥١١٢٣٤٥٦٧٨',
    ),
  run(input) {
    const reader = new Reader(input);
    const [how, which] = [reader.byte(), reader.byte()];
    const country = COUNTRIES[how % COUNTRIES.length];
    const assigned = how >= 128;
    const text = textOf(reader.rest());
    const options = { country, assigned };
    const number = attemptSync(() => normalizePhone(text, options));
    if (number !== undefined) {
      // Japan has national numbers of 17 digits, by libphonenumber.
      demand(/^\+[1-9]\d{3,19}$/.test(number), 'What came out is no number.');
      for (const again of [undefined, country]) {
        demand(
          normalizePhone(number, { country: again }) === number,
          'A normalised number was normalised again.',
        );
      }
    }
    const profile = Object.values(profiles)[which % Object.keys(profiles).length]!;
    attemptSync(() => profile.phone?.(text, options));
  },
};

export const emails: FuzzTarget = {
  name: 'emails',
  reads: 'e-mail addresses, normalised and by every profile',
  sources: [
    'src/identifiers/email.ts',
    'src/identifiers/idna.ts',
    'src/identifiers/placeholders.ts',
    'src/identifiers/text.ts',
    'src/identifiers/profiles.ts',
    'src/identifiers/platforms/',
  ],
  maxBytes: 512,
  steps: [5_000, 100],
  words: [
    CANARY.email,
    'mailto:',
    '<',
    '>',
    'xn--',
    '\u00ad',
    '\u3002',
    '@gmail.com',
    '+tag',
    '[127.0.0.1]',
    '"',
    '\\',
  ],
  seeds: () =>
    seedsOf(
      CANARY.email,
      `Ada Lovelace <${CANARY.email}>`,
      'mailto:A.D.A+list@GoogleMail.com',
      'ada@bücher.example',
      'ada@xn--bcher-kva.example',
      '"a b"@example.com',
      'ada@[127.0.0.1]',
      'ada@example.com, grace@example.com',
      "o'brien@example.com ",
    ),
  run(input) {
    const reader = new Reader(input);
    const which = reader.byte() * 256 + reader.byte();
    const text = textOf(reader.rest());
    const address = attemptSync(() => normalizeEmail(text));
    if (address !== undefined) {
      demand(address.includes('@') && !/\s/.test(address), 'What came out is no address.');
      demand(normalizeEmail(address) === address, 'A normalised address was normalised again.');
    }
    const profile = Object.values(profiles)[which % Object.keys(profiles).length]!;
    attemptSync(() => profile.email(text));
  },
};

/** Rows, cells separated by zero bytes. */
export const rows: FuzzTarget = {
  name: 'rows',
  reads: 'rows of identifiers, as a set and as tokens of a platform',
  sources: [
    'src/identifiers/row.ts',
    'src/identifiers/rows.ts',
    'src/identifiers/parse-rows.ts',
    'src/identifiers/hash-rows.ts',
    'src/identifiers/set.ts',
    'src/identifiers/identifier.ts',
  ],
  maxBytes: 1024,
  steps: [20_000, 500],
  words: [CANARY.phone, CANARY.email, '\0', 'US', 'DE', 'us '],
  seeds: () => seedsOf(`${CANARY.phone}\0${CANARY.email}\0US\0(415) 555-0142\0\0US\0\0\0\0x\0y\0ZZ`),
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte();
    const which = reader.byte();
    const cells = textOf(reader.rest()).split('\0');
    const rows: Row[] = [];
    for (let i = 0; i < cells.length; i += 3) {
      const [phone = '', email = '', country = ''] = cells.slice(i, i + 3);
      rows.push({ phone, email, country });
    }
    const match = how % 2 === 0 ? 'any' : 'all';
    const country = COUNTRIES[(how >> 1) % COUNTRIES.length];
    const found = await attempt(() => identifiersFromRows(rows, { match, country, concurrency: 1 }));
    if (found !== undefined) {
      demand(found.set.rowCount === rows.length, 'A row is missing.');
      demand(found.set.size <= 2 * rows.length, 'There are more identifiers than cells.');
      for (const { row } of found.rejected)
        demand(row >= 0 && row < rows.length, 'A row was rejected that is not there.');
    }
    const profile = Object.keys(profiles)[which % Object.keys(profiles).length] as 'meta';
    const tokens = attemptSync(() => hashRows(rows, { profile, country }));
    if (tokens !== undefined)
      demand(tokens.tokens.length <= 2 * rows.length, 'There are more tokens than cells.');
  },
};
