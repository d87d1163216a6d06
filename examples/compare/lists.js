// SPDX-License-Identifier: Apache-2.0
/**
 * Two customer lists that look like real ones: the patients of a hospital in the San Francisco area, and the members of
 * a social network. Some people are in both, written differently; some are in a list twice; some rows are damaged. The
 * same seed gives the same lists, byte for byte, together with the truth about them, which is known from how they were
 * made and not from reading them.
 *
 * Nobody in here exists. Names are invented, e-mail addresses are under example.com, .org and .net (RFC 2606), and
 * telephone numbers are drawn at random: any resemblance to assigned numbers is chance, and they are never contacted.
 */

import { invent, Random } from '../people.js';

/**
 * @typedef {{ phone?: string, email?: string }} Identifiers E.164, and the address in lower case
 * @typedef {{ row: number, field?: 'phone' | 'email', code: string }} Rejected
 *
 * @typedef {object} ListTruth
 * @property {Identifiers[]} rows what each row of the list holds, the header not counted
 * @property {Rejected[]} rejected cells that hold no identifier, and rows with nothing in them, in order
 *
 * @typedef {object} Truth
 * @property {ListTruth} hospital
 * @property {ListTruth} network
 * @property {number[]} matches rows of `network`, from 0, that share an identifier with any row of `hospital`
 * @property {number} sharedIdentifiers distinct identifiers that both lists hold
 *
 * @typedef {object} GenerateOptions
 * @property {number} [rows] of each list; 10,000 by default
 * @property {number} [shared] people in both lists; three in ten rows by default
 * @property {number} [seed] a whole number of 32 bits; 1 by default
 */

/**
 * @param {GenerateOptions} [options]
 * @returns {{ hospital: string, network: string, truth: Truth }} two CSV files, and what they hold
 */
export function generateLists({ rows = 10_000, shared = Math.round(rows * 0.3), seed = 1 } = {}) {
  const random = new Random(seed);
  const people = invent(random, rows * 2);
  const both = people.slice(0, shared);
  const hospital = makeList(random, HOSPITAL, rows, both, people.slice(shared, rows));
  const network = makeList(random, NETWORK, rows, both, people.slice(rows));
  const known = new Set(hospital.truth.rows.flatMap((row) => Object.values(row)));
  const theirs = new Set(network.truth.rows.flatMap((row) => Object.values(row)));
  const matches = network.truth.rows.flatMap((row, i) =>
    Object.values(row).some((identifier) => known.has(identifier)) ? [i] : [],
  );
  const sharedIdentifiers = [...theirs].filter((identifier) => known.has(identifier)).length;
  return {
    hospital: hospital.csv,
    network: network.csv,
    truth: { hospital: hospital.truth, network: network.truth, matches, sharedIdentifiers },
  };
}

/** @typedef {import('../people.js').Person} Person */

/** @typedef {(person: Person, random: Random) => string} Writer */

/** @param {string} text */
const fullwidth = (text) => text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));

/** Formats that clerks and old systems write. @type {readonly Writer[]} */
const HOSPITAL_PHONES = [
  ({ area, exchange, line }) => `(${area}) ${exchange}-${line}`,
  ({ area, exchange, line }) => `(${area})${exchange}-${line}`,
  ({ area, exchange, line }) => `${area}-${exchange}-${line}`,
  ({ area, exchange, line }) => `1-${area}-${exchange}-${line}`,
  ({ area, exchange, line }) => `1 (${area}) ${exchange}-${line}`,
  ({ area, exchange, line }) => `${area}.${exchange}.${line}`,
  ({ area, exchange, line }) => `${area}/${exchange}-${line}`,
  ({ area, exchange, line }) => `  ${area} ${exchange} ${line} `,
  ({ area, exchange, line }) => area + exchange + line,
  ({ area, exchange, line }, random) => `${area}-${exchange}-${line} ext. ${random.digits(2)}`,
  ({ area, exchange, line }, random) => `(${area}) ${exchange}-${line} x${random.digits(3)}`,
  ({ area, exchange, line }) => `011 1 ${area} ${exchange} ${line}`,
  ({ area, exchange, line }) => `'${area}${exchange}${line}`,
];

/** Formats that telephones, web forms and address books write. @type {readonly Writer[]} */
const NETWORK_PHONES = [
  ({ area, exchange, line }) => `+1${area}${exchange}${line}`,
  ({ area, exchange, line }) => `+1 ${area} ${exchange} ${line}`,
  ({ area, exchange, line }) => `+1 (${area}) ${exchange}-${line}`,
  ({ area, exchange, line }) => `+1.${area}.${exchange}.${line}`,
  ({ area, exchange, line }) => `tel:+1-${area}-${exchange}-${line}`,
  ({ area, exchange, line }, random) => `tel:+1-${area}-${exchange}-${line};ext=${random.digits(2)}`,
  ({ area, exchange, line }) => `001${area}${exchange}${line}`,
  ({ area, exchange, line }) => `1${area}${exchange}${line}`,
  // What a telephone's address book puts around a number that is copied from it.
  ({ area, exchange, line }) => `\u202a+1 (${area}) ${exchange}\u2011${line}\u202c`,
  ({ area, exchange, line }) => `+1\u00a0${area}\u00a0${exchange}\u00a0${line}`,
  ({ area, exchange, line }) => `${area}\u200b${exchange}\u200b${line}`,
  ({ area, exchange, line }) => `${area}\u2013${exchange}\u2013${line}`,
  ({ area, exchange, line }) => fullwidth(area + exchange + line),
  ({ area, exchange, line }) => fullwidth(`＋1${area}${exchange}${line}`),
];

/** @type {readonly Writer[]} */
const HOSPITAL_EMAILS = [
  ({ email }) => email ?? '',
  ({ email }) => (email ?? '').toUpperCase(),
  ({ first, last, email }) => `${first} ${last} <${email}>`,
  ({ first, last, email }) => `"${last}, ${first}" <${email}>`,
  ({ email }) => ` ${email} `,
];

/** @type {readonly Writer[]} */
const NETWORK_EMAILS = [
  ({ email }) => email ?? '',
  ({ email }) => (email ?? '').replace(/^.|\..|@./g, (found) => found.toUpperCase()),
  ({ email }) => `mailto:${email}`,
  ({ email }) => `<${email}>`,
  ({ email }) => `${email}\u200b`,
];

/** Cells that hold no identifier, and why. @type {readonly { code: string, write: Writer }[]} */
const BAD_PHONES = [
  { code: 'not-a-number', write: () => 'n/a' },
  { code: 'not-a-number', write: () => 'unknown' },
  {
    code: 'spreadsheet-damage',
    write: ({ area }, random) => `${area[0]}.${area.slice(1)}${random.digits(2)}E+09`,
  },
  {
    code: 'spreadsheet-damage',
    write: ({ area, exchange, line }) => `${area[0]}.${area.slice(1)}${exchange}${line.slice(0, 2)}E9`,
  },
  { code: 'too-short', write: ({ exchange, line }) => `${exchange}-${line}` },
  {
    code: 'too-long',
    write: ({ area, exchange, line }, random) => `${area} ${exchange} ${line} ${random.digits(3)}`,
  },
];

/** @type {readonly { code: string, write: Writer }[]} */
const BAD_EMAILS = [
  { code: 'not-an-email', write: ({ first }) => `${first}.example.com` },
  { code: 'not-an-email', write: ({ first }) => `${first}@@example.com` },
  { code: 'not-an-email', write: ({ first }) => `${first} at example.org` },
  { code: 'not-an-email', write: ({ first, last }) => `${first}@${last}@example.net` },
  { code: 'bad-domain', write: ({ first }) => `${first}@example..com` },
];

/**
 * @typedef {object} Style how one organisation keeps its list
 * @property {readonly string[]} header
 * @property {string} delimiter
 * @property {string} lineEnd
 * @property {string} start before the header
 * @property {(random: Random) => string} id
 * @property {readonly Writer[]} phones
 * @property {readonly Writer[]} emails
 * @property {number} phoneShare of the people, how many have a number in this list
 * @property {number} emailShare of the people with an e-mail address, how many have it in this list
 */

/** @type {Style} */
const HOSPITAL = {
  header: ['patient_id', 'Mobile phone', 'E-mail'],
  delimiter: ',',
  lineEnd: '\n',
  start: '',
  id: (random) => `P${random.digits(5)}`,
  phones: HOSPITAL_PHONES,
  emails: HOSPITAL_EMAILS,
  phoneShare: 0.97,
  emailShare: 0.7,
};

/** @type {Style} */
const NETWORK = {
  header: ['member', 'telephone', 'mail'],
  delimiter: ';',
  lineEnd: '\r\n',
  // A byte order mark, as spreadsheets write it.
  start: '\ufeff',
  id: (random) => `user-${random.integer(36 ** 5, 36 ** 6 - 1).toString(36)}`,
  phones: NETWORK_PHONES,
  emails: NETWORK_EMAILS,
  phoneShare: 0.9,
  emailShare: 0.9,
};

/** Of the rows of a list: people written a second time, and rows that hold no identifier at all. */
const DUPLICATES = 0.04;
const BAD_ROWS = 0.03;
/** Of the other cells, those that are damaged or empty although the person has something to put there. */
const BAD_CELLS = 0.01;

/** @typedef {{ text: string, identifier?: string, code?: string }} Cell */

/**
 * @param {Random} random
 * @param {Style} style
 * @param {number} rows
 * @param {readonly Person[]} both people who must be in the list
 * @param {readonly Person[]} others people to fill it up with
 * @returns {{ csv: string, truth: ListTruth }}
 */
function makeList(random, style, rows, both, others) {
  const duplicates = Math.floor(rows * DUPLICATES);
  const bad = Math.floor(rows * BAD_ROWS);
  const room = rows - duplicates - bad;
  if (both.length > room) {
    throw new RangeError(`${rows} rows have room for ${room} people; ${both.length} are to be shared.`);
  }
  const people = [...both, ...others].slice(0, room);
  const made = [
    ...people.map((person) => goodRow(random, style, person)),
    ...Array.from({ length: duplicates }, () => goodRow(random, style, random.pick(people))),
    ...Array.from({ length: bad }, () => badRow(random, others.length > 0 ? random.pick(others) : both[0])),
  ];
  /** @type {ListTruth} */
  const truth = { rows: [], rejected: [] };
  const lines = [style.header];
  for (const [row, { phone, email }] of random.shuffle(made).entries()) {
    lines.push([style.id(random), phone.text, email.text]);
    truth.rows.push({
      ...(phone.identifier && { phone: phone.identifier }),
      ...(email.identifier && { email: email.identifier }),
    });
    if (phone.code) truth.rejected.push({ row, field: 'phone', code: phone.code });
    if (email.code) truth.rejected.push({ row, field: 'email', code: email.code });
    if (phone.text === '' && email.text === '') truth.rejected.push({ row, code: 'empty' });
  }
  const csv = lines.map(
    (fields) => fields.map((field) => quoted(field, style)).join(style.delimiter) + style.lineEnd,
  );
  return { csv: style.start + csv.join(''), truth };
}

/** @type {Cell} */
const EMPTY = { text: '' };

/** @param {Random} random @param {Style} style @param {Person} person @returns {{ phone: Cell, email: Cell }} */
function goodRow(random, style, person) {
  const hasEmail = person.email !== undefined && random.chance(style.emailShare);
  // Without an address the number is all that there is.
  const hasPhone = !hasEmail || random.chance(style.phoneShare);
  return {
    phone: hasPhone ? phoneCell(random, style, person) : EMPTY,
    email: hasEmail ? emailCell(random, style, person) : EMPTY,
  };
}

/** @param {Random} random @param {Style} style @param {Person} person @returns {Cell} */
function phoneCell(random, style, person) {
  if (random.chance(BAD_CELLS)) return badCell(random, BAD_PHONES, person);
  const { area, exchange, line } = person;
  return { text: random.pick(style.phones)(person, random), identifier: `+1${area}${exchange}${line}` };
}

/** @param {Random} random @param {Style} style @param {Person} person @returns {Cell} */
function emailCell(random, style, person) {
  if (random.chance(BAD_CELLS)) return badCell(random, BAD_EMAILS, person);
  return { text: random.pick(style.emails)(person, random), identifier: person.email };
}

/** @param {Random} random @param {Person} person @returns {{ phone: Cell, email: Cell }} */
function badRow(random, person) {
  const empty = random.chance(0.3);
  return {
    phone: empty ? EMPTY : badCell(random, BAD_PHONES, person),
    email: empty || random.chance(0.7) ? EMPTY : badCell(random, BAD_EMAILS, person),
  };
}

/**
 * @param {Random} random
 * @param {readonly { code: string, write: Writer }[]} kinds
 * @param {Person} person
 * @returns {Cell}
 */
function badCell(random, kinds, person) {
  const { code, write } = random.pick(kinds);
  return { text: write(person, random), code };
}

/** @param {string} field @param {Style} style */
function quoted(field, { delimiter }) {
  return field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
