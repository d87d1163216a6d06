// SPDX-License-Identifier: Apache-2.0
/**
 * Generated exports: small lists as programs write them, with the dirt that people leave in them, and of each record what is
 * really behind it. The seed says everything; all names, numbers and addresses are invented.
 */

import { type CountryCode, parsePhoneNumber } from 'libphonenumber-js/max';
import { type NumberingPlan, numberingPlan } from '../../src/attack/index.js';
import type { ListOptions } from '../../src/lists/table.js';

/** What a record of an export is really about. */
interface Person {
  /** In E.164; of a cell with several, all of them. */
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

export interface Export {
  readonly shape: string;
  readonly bytes: Uint8Array;
  readonly options: ListOptions & { readonly country: CountryCode };
  /** In the order of the file. */
  readonly people: readonly Person[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Chance {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = randomOf(seed);
  }
  upTo(count: number): number {
    return Math.floor(this.#next() * count);
  }
  of<T>(items: readonly T[]): T {
    return items[this.upTo(items.length)]!;
  }
  happens(share: number): boolean {
    return this.#next() < share;
  }
  digits(count: number): string {
    return Array.from({ length: count }, () => this.upTo(10)).join('');
  }
}

const COUNTRIES = [
  'US',
  'DE',
  'FR',
  'GB',
  'SE',
  'IT',
  'ES',
  'NL',
  'PL',
  'AU',
  'BR',
  'IN',
  'JP',
  'CH',
  'MX',
  'AT',
] as const;
type Country = (typeof COUNTRIES)[number];
const NAMES: Readonly<Record<Country, readonly string[]>> = {
  US: ['USA', 'United States', 'US'],
  DE: ['Germany', 'Deutschland', 'DE', '+49'],
  FR: ['France', 'FR', 'FRA'],
  GB: ['UK', 'United Kingdom', 'GB'],
  SE: ['Sweden', 'SE', 'Sverige'],
  IT: ['Italy', 'IT', 'Italia'],
  ES: ['Spain', 'ES'],
  NL: ['Netherlands', 'NL'],
  PL: ['Poland', 'PL'],
  AU: ['Australia', 'AU'],
  BR: ['Brazil', 'BR'],
  IN: ['India', 'IN'],
  JP: ['Japan', 'JP'],
  CH: ['Switzerland', 'CH', 'Schweiz'],
  MX: ['Mexico', 'MX'],
  AT: ['Austria', 'AT', 'Österreich'],
};
const FIRST = ['Ada', 'Alan', 'Grace', 'Jürgen', 'Zoë', 'Søren', 'Anna-Lena', 'Łukasz', "D'Arcy", 'Mary Ann'];
const LAST = [
  'Lovelace',
  'Turing',
  'Hopper',
  'Müller',
  'Ångström',
  "O'Neil",
  'van der Berg',
  'García',
  'Smith',
  'Ng',
];
const DOMAINS = [
  'example.com',
  'example.org',
  'mail.example',
  'gmail.com',
  'bücher.example',
  'sub.example.co.uk',
];

const plans = new Map<Country, NumberingPlan>();
function numberOf(country: Country, chance: Chance): string {
  const plan = plans.get(country) ?? numberingPlan(country);
  plans.set(country, plan);
  // A plan has numbers of no assigned range, of which nobody can say how they are to be read.
  for (;;) {
    const number = plan.at(chance.upTo(plan.size));
    if (parsePhoneNumber(number).isValid()) return number;
  }
}

/** A cell, and the identifiers that stand in it: none where it must be refused. */
interface Cell {
  readonly text: string;
  readonly truth: readonly string[];
}

const REFUSED_PHONES = [
  'n/a',
  '-',
  'none',
  '0000000000',
  '1111111111',
  '9999999999',
  '555-555-5555',
  '1234567890',
  '4.1555E+09',
  'call after 5',
  '#N/A',
  '?',
  'NULL',
  '+',
  '12',
];
const REFUSED_EMAILS = [
  'n/a',
  'none@none.com',
  'test@test.com',
  'noemail@noemail.com',
  'ada(at)example.com',
  'ada@',
  '@example.com',
  'ada@@example.com',
  'ada lovelace',
  '-',
  'NULL',
];

const fullwidth = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** How people and programs write a number that is read in its own country. */
const PHONE_SPELLINGS: ReadonlyArray<(number: string) => string> = [
  (number) => number,
  (number) => number,
  (number) => parsePhoneNumber(number).formatNational(),
  (number) => parsePhoneNumber(number).formatNational(),
  (number) => parsePhoneNumber(number).formatInternational(),
  (number) => parsePhoneNumber(number).formatInternational().replaceAll(' ', '-'),
  (number) => parsePhoneNumber(number).formatNational().replace(/[^\d]/g, ''),
  (number) => `00${number.slice(1)}`,
  (number) => number.slice(1),
  (number) => `tel:${number}`,
  (number) => `p:${number}`,
  (number) => `whatsapp:${number}`,
  (number) => `'${number}`,
  (number) => `="${parsePhoneNumber(number).formatNational()}"`,
  (number) => `Tel. ${parsePhoneNumber(number).formatNational()}`,
  (number) => `${parsePhoneNumber(number).formatNational()} (h)`,
  (number) => `Mobile: ${number}`,
  (number) => `${number};`,
  (number) => ` ${number} `,
  (number) => `\u202a${number}\u202c`,
  (number) => number.replace(/(\d{3})$/, '\u00a0$1'),
  (number) => fullwidth(number),
  (number) => {
    const { countryCallingCode, nationalNumber } = parsePhoneNumber(number);
    return `+${countryCallingCode} (0)${nationalNumber}`;
  },
];

function phoneCell(country: Country, chance: Chance): Cell {
  if (chance.happens(0.08)) return { text: '', truth: [] };
  if (chance.happens(0.1)) return { text: chance.of(REFUSED_PHONES), truth: [] };
  const number = numberOf(country, chance);
  if (chance.happens(0.06)) {
    const other = numberOf(country, chance);
    const between = chance.of([' ::: ', '\n', ' / ', '; ', ' or ', ' | ']);
    return { text: [number, other].join(between), truth: [number, other] };
  }
  const abroad = chance.happens(0.1) ? numberOf(chance.of(COUNTRIES), chance) : undefined;
  if (abroad !== undefined)
    return {
      text: chance.happens(0.5) ? abroad : parsePhoneNumber(abroad).formatInternational(),
      truth: [abroad],
    };
  return { text: chance.of(PHONE_SPELLINGS)(number), truth: [number] };
}

const EMAIL_SPELLINGS: ReadonlyArray<(address: string, name: string) => string> = [
  (address) => address,
  (address) => address,
  (address) => address,
  (address) => address.toUpperCase(),
  (address) => ` ${address} `,
  (address) => `mailto:${address}`,
  (address) => `mailto://${address}`,
  (address) => `'${address}`,
  (address) => `“${address}”`,
  (address) => `<${address}>`,
  (address, name) => `${name.replace(/[^A-Za-z ]/g, '')} <${address}>`,
  (address) => address.replace('@', '＠'),
  (address) => `${address}\u200b`,
  (address) => `${address};`,
  (address) => `smtp:${address}`,
];

function emailCell(name: string, chance: Chance): Cell {
  if (chance.happens(0.05)) return { text: '', truth: [] };
  if (chance.happens(0.07)) return { text: chance.of(REFUSED_EMAILS), truth: [] };
  const local = `${chance.of(['ada', 'j.smith', 'max_m', 'a-b', 'x', 'first.last', 'sales+eu', 'info'])}${chance.digits(3)}`;
  const domain = chance.of(DOMAINS);
  const truth = `${local}@${domain === 'bücher.example' ? 'xn--bcher-kva.example' : domain}`;
  return { text: chance.of(EMAIL_SPELLINGS)(`${local}@${domain}`, name), truth: [truth] };
}

/** What stands in a column. */
type Kind =
  | 'first'
  | 'last'
  | 'name'
  | 'email'
  | 'phone'
  | 'other-phone'
  | 'country'
  | 'date'
  | 'birth'
  | 'id'
  | 'number'
  | 'amount'
  | 'zip'
  | 'iban'
  | 'latitude'
  | 'note'
  | 'yes'
  | 'empty'
  | 'index'
  | 'type';

interface Shape {
  readonly name: string;
  /** Header and kind. */
  readonly columns: ReadonlyArray<readonly [string, Kind]>;
  readonly write: (
    header: readonly string[],
    rows: readonly (readonly string[])[],
    chance: Chance,
  ) => Uint8Array;
  /** A cell before it is written. */
  readonly cell?: (text: string, kind: Kind) => string;
  /** Whether the column of numbers is without line breaks: the format has no place for them. */
  readonly flat?: true;
  /** What has to be said of the encoding, as a list that does not say it itself is refused without. */
  readonly encoding?: string;
}

interface Written {
  readonly delimiter?: string;
  readonly end?: string;
  readonly quote?: 'all' | 'needed' | 'never';
  readonly encoding?: 'utf8' | 'utf8-bom' | 'utf16le' | 'latin1';
  readonly above?: readonly string[];
  /** One name fewer than cells, as R writes it. */
  readonly short?: true;
  readonly header?: false;
}

function separated({
  delimiter = ',',
  end = '\n',
  quote = 'needed',
  encoding = 'utf8',
  above = [],
  short,
  header: named,
}: Written): Shape['write'] {
  const cell = (text: string): string => {
    if (quote === 'never') return text.replaceAll(delimiter, ' ').replace(/[\r\n]+/g, ' ');
    const needed = text.includes(delimiter) || /["\r\n]/.test(text);
    return quote === 'all' || needed ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (header, rows) => {
    const lines = [
      ...above,
      ...(named === false ? [] : [(short ? header.slice(1) : header).map(cell).join(delimiter)]),
    ];
    for (const row of rows) lines.push(row.map(cell).join(delimiter));
    return encoded(lines.join(end) + end, encoding);
  };
}

function encoded(text: string, encoding: NonNullable<Written['encoding']>): Uint8Array {
  if (encoding === 'utf16le') return Buffer.from(`\ufeff${text}`, 'utf16le');
  if (encoding === 'utf8-bom') return Buffer.from(`\ufeff${text}`);
  return Buffer.from(text, encoding);
}

/** Latin-1 has no other signs. */
const inLatin1 = (text: string): string => [...text].map((sign) => (sign <= '\u00ff' ? sign : '?')).join('');

const jsonLines: Shape['write'] = (header, rows) =>
  Buffer.from(
    rows
      .map((row) => `${JSON.stringify(Object.fromEntries(header.map((name, i) => [name, row[i]])))}\n`)
      .join(''),
  );

const jsonArray: Shape['write'] = (header, rows) =>
  Buffer.from(
    JSON.stringify(
      rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] === '' ? null : row[i]]))),
      undefined,
      1,
    ),
  );

const vcard: Shape['write'] = (_, rows) => {
  const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');
  const card = ([name = '', phone = '', email = '']: readonly string[]): string =>
    [
      'BEGIN:VCARD',
      'VERSION:3.0',
      `FN:${escaped(name)}`,
      ...(phone ? [`TEL;TYPE=CELL:${escaped(phone)}`] : []),
      ...(email ? [`EMAIL:${escaped(email)}`] : []),
      'END:VCARD',
      '',
    ].join('\r\n');
  return Buffer.from(rows.map(card).join(''));
};

export const SHAPES: readonly Shape[] = [
  {
    name: 'Salesforce',
    columns: [
      ['Id', 'id'],
      ['FirstName', 'first'],
      ['LastName', 'last'],
      ['Email', 'email'],
      ['Phone', 'other-phone'],
      ['MobilePhone', 'phone'],
      ['MailingCountry', 'country'],
      ['MailingPostalCode', 'zip'],
      ['CreatedDate', 'date'],
      ['AnnualRevenue', 'amount'],
    ],
    write: separated({ quote: 'all', end: '\r\n' }),
  },
  {
    name: 'HubSpot',
    columns: [
      ['Record ID', 'number'],
      ['First Name', 'first'],
      ['Last Name', 'last'],
      ['Email', 'email'],
      ['Phone Number', 'phone'],
      ['Contact owner', 'name'],
      ['Create Date', 'date'],
      ['Associated Company IDs', 'number'],
    ],
    write: separated({ quote: 'all' }),
  },
  {
    name: 'Shopify',
    columns: [
      ['Customer ID', 'number'],
      ['First Name', 'first'],
      ['Last Name', 'last'],
      ['Email', 'email'],
      ['Accepts Email Marketing', 'yes'],
      ['Default Address Zip', 'zip'],
      ['Phone', 'phone'],
      ['Total Spent', 'amount'],
      ['Total Orders', 'index'],
      ['Note', 'note'],
    ],
    write: separated({}),
    cell: (text, kind) => (kind === 'number' && text !== '' ? `'${text}` : text),
  },
  {
    name: 'Outlook',
    columns: [
      ['First Name', 'first'],
      ['Last Name', 'last'],
      ['E-mail Address', 'email'],
      ['Business Phone', 'other-phone'],
      ['Mobile Phone', 'phone'],
      ['Birthday', 'birth'],
      ['Business Postal Code', 'zip'],
      ['Notes', 'note'],
      ['Web Page', 'empty'],
    ],
    write: separated({ quote: 'all', end: '\r\n', encoding: 'utf8-bom' }),
  },
  {
    name: 'Google Contacts',
    columns: [
      ['Name', 'name'],
      ['Given Name', 'first'],
      ['Family Name', 'last'],
      ['Phonetic First Name', 'empty'],
      ['Birthday', 'birth'],
      ['E-mail 1 - Value', 'email'],
      ['Phone 1 - Type', 'type'],
      ['Phone 1 - Value', 'phone'],
    ],
    write: separated({}),
  },
  {
    name: 'Meta leads',
    columns: [
      ['id', 'number'],
      ['created_time', 'date'],
      ['ad_id', 'number'],
      ['form_id', 'number'],
      ['platform', 'type'],
      ['email', 'email'],
      ['full_name', 'name'],
      ['phone_number', 'phone'],
    ],
    write: separated({ delimiter: '\t', quote: 'needed', encoding: 'utf16le' }),
    cell: (text, kind) => (kind === 'number' ? `l:${text}` : text),
  },
  {
    name: 'Excel UTF-16',
    columns: [
      ['Name', 'name'],
      ['Telefon', 'phone'],
      ['E-Mail', 'email'],
      ['Geburtsdatum', 'birth'],
      ['PLZ', 'zip'],
    ],
    write: separated({ delimiter: '\t', end: '\r\n', encoding: 'utf16le' }),
  },
  {
    name: 'SAP',
    columns: [
      ['Kundennr', 'number'],
      ['Name 1', 'name'],
      ['PLZ', 'zip'],
      ['Land', 'country'],
      ['Telefon 1', 'phone'],
      ['E-Mail-Adresse', 'email'],
      ['IBAN', 'iban'],
      ['Umsatz', 'amount'],
    ],
    write: separated({ delimiter: ';', end: '\r\n', encoding: 'latin1' }),
    cell: (text, kind) => inLatin1(kind === 'amount' ? text.replace('.', ',') : text),
    encoding: 'windows-1252',
  },
  {
    name: 'SAP with a title',
    columns: [
      ['Kunde', 'number'],
      ['Name', 'name'],
      ['Telefon', 'phone'],
      ['E-Mail', 'email'],
      ['Saldo', 'amount'],
    ],
    write: separated({ delimiter: ';', above: ['Debitorenliste 2026', ''] }),
  },
  {
    name: 'database dump',
    columns: [
      ['id', 'index'],
      ['name', 'name'],
      ['email', 'email'],
      ['phone', 'phone'],
      ['created_at', 'date'],
      ['balance', 'amount'],
    ],
    write: separated({ delimiter: '\t', quote: 'never' }),
    cell: (text) => (text === '' ? '\\N' : text),
    flat: true,
  },
  {
    name: 'database query',
    columns: [
      ['customer_id', 'number'],
      ['email', 'email'],
      ['phone', 'phone'],
      ['lat', 'latitude'],
      ['account', 'number'],
    ],
    write: separated({ delimiter: '|', quote: 'never' }),
    flat: true,
  },
  {
    name: 'Mailchimp',
    columns: [
      ['Email Address', 'email'],
      ['First Name', 'first'],
      ['Last Name', 'last'],
      ['Phone Number', 'phone'],
      ['MEMBER_RATING', 'index'],
      ['OPTIN_TIME', 'date'],
      ['OPTIN_IP', 'empty'],
      ['LEID', 'number'],
      ['NOTES', 'note'],
    ],
    write: separated({ quote: 'needed' }),
  },
  {
    name: 'vCard',
    columns: [
      ['name', 'name'],
      ['phone', 'phone'],
      ['email', 'email'],
    ],
    write: vcard,
  },
  {
    name: 'JSON Lines',
    columns: [
      ['id', 'id'],
      ['name', 'name'],
      ['email', 'email'],
      ['phone', 'phone'],
      ['created', 'date'],
    ],
    write: jsonLines,
  },
  {
    name: 'JSON',
    columns: [
      ['customerNumber', 'number'],
      ['email', 'email'],
      ['mobile', 'phone'],
      ['birthDate', 'birth'],
    ],
    write: jsonArray,
  },
  {
    name: 'R',
    columns: [
      ['', 'index'],
      ['email', 'email'],
      ['phone', 'phone'],
      ['amount', 'amount'],
    ],
    write: separated({ quote: 'needed', short: true }),
  },
  {
    name: 'Excel with sep=',
    columns: [
      ['Vorname', 'first'],
      ['Nachname', 'last'],
      ['Handy', 'phone'],
      ['Mail', 'email'],
      ['Kontonummer', 'number'],
    ],
    write: separated({ delimiter: ';', above: ['sep=;'], end: '\r\n' }),
  },
  {
    name: 'Klaviyo',
    columns: [
      ['Email', 'email'],
      ['Klaviyo ID', 'id'],
      ['Phone Number', 'phone'],
      ['Country', 'country'],
      ['Zip Code', 'zip'],
      ['Date Added', 'date'],
      ['Latitude', 'latitude'],
    ],
    write: separated({}),
  },
  {
    name: 'Swedish register',
    columns: [
      ['Namn', 'name'],
      ['Fodelsedatum', 'birth'],
      ['E-post', 'email'],
    ],
    write: separated({ delimiter: ';' }),
  },
  {
    name: 'bank',
    columns: [
      ['Kontoinhaber', 'name'],
      ['IBAN', 'iban'],
      ['Buchungstag', 'birth'],
      ['Betrag', 'amount'],
      ['E-Mail', 'email'],
      ['Telefon', 'phone'],
    ],
    write: separated({ delimiter: ';', quote: 'all' }),
  },
];

function dateOf(chance: Chance, written: number): string {
  const [year, month, day] = [
    `${1940 + chance.upTo(85)}`,
    `${1 + chance.upTo(12)}`.padStart(2, '0'),
    `${1 + chance.upTo(28)}`.padStart(2, '0'),
  ];
  return [
    `${year}${month}${day}`,
    `${year}-${month}-${day}`,
    `${day}.${month}.${year}`,
    `${month}/${day}/${year}`,
  ][written]!;
}

/** The export of a seed. */
export function exportOf(seed: number): Export {
  const chance = new Chance(seed);
  const shape = chance.of(SHAPES);
  const country = chance.of(COUNTRIES);
  const spelledCountry = chance.of(NAMES[country]);
  const [birthForm, numberDigits] = [chance.upTo(4), 8 + chance.upTo(6)];
  const people: Person[] = [];
  const rows: string[][] = [];
  const count = 4 + chance.upTo(12);
  for (let i = 0; i < count; i++) {
    const [first, last] = [chance.of(FIRST), chance.of(LAST)];
    const phones: string[] = [];
    const emails: string[] = [];
    const filled: Readonly<Record<Kind, () => string>> = {
      first: () => first,
      last: () => last,
      name: () => `${first} ${last}`,
      email: () => taken(emailCell(`${first} ${last}`, chance), emails),
      phone: () => taken(phoneCell(country, chance), phones),
      'other-phone': () => taken(phoneCell(country, chance), phones),
      country: () => (chance.happens(0.2) ? '' : spelledCountry),
      date: () => `2026-0${1 + chance.upTo(9)}-1${chance.upTo(10)}T0${chance.upTo(10)}:15:00Z`,
      birth: () => dateOf(chance, birthForm),
      id: () => `0035g0000${chance.digits(6)}AAC`,
      number: () => `${1 + chance.upTo(9)}${chance.digits(numberDigits - 1)}`,
      amount: () => `${chance.upTo(9999)}.${chance.digits(2)}`,
      zip: () => chance.digits(5),
      iban: () => `DE${chance.digits(20)}`,
      latitude: () => `${chance.upTo(80)}.${chance.digits(6)}`,
      note: () =>
        chance.of(['', 'VIP', 'called "twice", no answer', 'likes cats', 'pays late; remind', 'ref 2026-11']),
      yes: () => chance.of(['yes', 'no']),
      empty: () => '',
      index: () => `${i + 1}`,
      type: () => chance.of(['Mobile', 'Work', 'ig', 'fb']),
    };
    const cells = shape.columns.map(([, kind]) => {
      const text = filled[kind]();
      return shape.cell?.(text, kind) ?? text;
    });
    rows.push(cells);
    people.push({ phones, emails });
  }
  const header = shape.columns.map(([name]) => name);
  return {
    shape: shape.name,
    bytes: shape.write(header, rows, chance),
    options: { country, encoding: shape.encoding },
    people,
  };
}

function taken({ text, truth }: Cell, into: string[]): string {
  into.push(...truth);
  return text;
}
