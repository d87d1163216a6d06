// SPDX-License-Identifier: Apache-2.0
/** A messy customer list, the same every time. */

/**
 * How people write the numbers of a few countries; N is a digit from 2 to 9, # is any digit. The first is the
 * country's own way, and needs the country; the others are international, but for the ones of the US, the list's home.
 * @type {Record<string, string[]>}
 */
const FORMATS = {
  US: ['(N##) N##-####', 'N##-N##-####', 'N##N######', '+1 N##-N##-####', '1-N##-N##-####', 'N##.N##.####'],
  CA: ['416-N##-####', '+1 (416) N##-####', '+1416N######', '001 416 N## ####'],
  GB: ['07700 N#####', '+44 7700 N#####', '+44 (0)7700 N#####', '0044 7700 N#####', '020 79## ####'],
  DE: ['0151 N#######', '+49 151 N#######', '0049 151 N#######', '030/N######', '+49 (0) 30 N######'],
  FR: ['06.N#.##.##.##', '+33 6 N# ## ## ##', '+336N#######', '0033 6 N# ## ## ##'],
  ES: ['612 N## ###', '+34 612 N## ###', '+34612N#####'],
  IT: ['06 69##\u00a0####', '+39 06 69## ####', '+39 347 N######'],
  IN: ['098765 #####', '+91 98765 #####', '+91-98765#####'],
  BR: ['(11) 99###-####', '+55 11 99### ####', '0055 11 99### ####'],
  MX: ['55 N### ####', '+52 55 N### ####'],
  JP: ['090-N###-####', '+81 90-N###-####', '+81 (0)90 N### ####'],
};
const BAD = [
  'n/a',
  '-',
  '0',
  '12345',
  '1.4155E+10',
  '4155550123.0',
  'call back',
  '+999 123456',
  '415 555 01234 999',
];
const NAMES = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'radia', 'tim', 'margaret', 'ken'];
const SURNAMES = [
  'lovelace',
  'hopper',
  'turing',
  'dijkstra',
  'liskov',
  'knuth',
  'perlman',
  'hamilton',
  'thompson',
];
const DOMAINS = [
  'example.com',
  'example.org',
  'mail.example',
  'Example.NET',
  'münchen.example',
  'post.example.co.uk',
];
const BAD_EMAILS = [
  'none',
  'ada@',
  '@example.com',
  'ada example.com',
  'ada@@example.com',
  'ada@exa mple.com',
];

/**
 * The same rows every time: two thirds have a telephone number, more than half an e-mail address, one in twenty is bad,
 * one in five repeats an earlier person in another spelling.
 * @param {number} count
 * @returns {Generator<import('veilmatch/identifiers').Row>}
 */
export function* messyRows(count) {
  const countries = Object.keys(FORMATS);
  for (let i = 0; i < count; i++) {
    // A person is a seed; a row that repeats somebody has that person's seed and a way of writing of its own.
    const writing = randomFrom(i);
    const person = writing(5) === 0 ? Math.floor(i / 2) : i;
    const digits = randomFrom(0x9e3779b9 ^ person);
    const country = digits(2) === 0 ? 'US' : countries[digits(countries.length)];
    const kind = digits(6);
    /** @type {{ phone?: string, email?: string, country?: string }} */
    const row = {};
    if (kind < 4) {
      const style = writing(FORMATS[country].length);
      row.phone = writing(20) === 0 ? BAD[writing(BAD.length)] : filled(FORMATS[country][style], digits);
      if (style === 0) row.country = country;
      if (writing(30) === 0) row.phone += ' ext. 12';
      if (writing(30) === 0) row.phone = `\u200b ${row.phone}`;
    }
    if (kind > 1) {
      const email = `${NAMES[digits(NAMES.length)]}.${SURNAMES[digits(SURNAMES.length)]}${digits(100_000)}@${DOMAINS[digits(DOMAINS.length)]}`;
      const style = writing(20);
      row.email =
        style === 0
          ? BAD_EMAILS[writing(BAD_EMAILS.length)]
          : style === 1
            ? `Someone <${email}>`
            : style < 5
              ? ` ${email.toUpperCase()} `
              : email;
    }
    yield row;
  }
}

/**
 * @param {string} format
 * @param {(below: number) => number} digits
 */
function filled(format, digits) {
  return format.replace(/[N#]/g, (mark) => String(mark === 'N' ? 2 + digits(8) : digits(10)));
}

/**
 * Mulberry32: small, fast and good enough for a list of customers.
 * @param {number} seed
 * @returns {(below: number) => number}
 */
function randomFrom(seed) {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
