// SPDX-License-Identifier: Apache-2.0
/**
 * Invented people for the examples. Nobody in here exists. Names are made up, e-mail addresses are under example.com, .org
 * and .net (RFC 2606), and telephone numbers are drawn at random: any resemblance to assigned numbers is chance, and they
 * are never contacted.
 */

/** mulberry32: small, fast, the same everywhere. Good enough for made-up people, and for nothing that is secret. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to 1, 1 excluded. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. @param {number} from @param {number} to */
  integer(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return items[this.integer(0, items.length - 1)];
  }

  /** `count` random decimal digits. @param {number} count */
  digits(count) {
    return String(this.integer(0, 10 ** count - 1)).padStart(count, '0');
  }

  /** @template T @param {T[]} items @returns {T[]} the same array, in a random order */
  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}

const FIRST_NAMES = [
  'Ada',
  'Bruno',
  'Chidi',
  'Dalia',
  'Emil',
  'Fatima',
  'Goro',
  'Hana',
  'Iker',
  'Juno',
  'Kofi',
  'Lena',
];
const LAST_NAMES = [
  'Sample',
  'Specimen',
  'Mockford',
  'Testerly',
  'Dummy',
  'Placeholder',
  'Fictus',
  'Nemo',
  'Mustermann',
];
const DOMAINS = ['example.com', 'example.org', 'example.net'];

/** The area codes of San Francisco. */
const AREA_CODES = ['415', '628'];

/**
 * @typedef {object} Person
 * @property {string} first
 * @property {string} last
 * @property {string} area
 * @property {string} exchange
 * @property {string} line
 * @property {string | undefined} email
 */

/** People who have different numbers and different addresses. @param {Random} random @param {number} count @returns {Person[]} */
export function invent(random, count) {
  const numbers = new Set();
  const people = [];
  while (people.length < count) {
    const area = random.pick(AREA_CODES);
    const exchange = String(random.integer(200, 999));
    const line = random.digits(4);
    // N11 are short codes, never an exchange.
    if (exchange.endsWith('11') || numbers.has(area + exchange + line)) continue;
    numbers.add(area + exchange + line);
    const first = random.pick(FIRST_NAMES);
    const last = random.pick(LAST_NAMES);
    const email = `${first}.${last}${people.length}@${random.pick(DOMAINS)}`.toLowerCase();
    people.push({ first, last, area, exchange, line, email: random.chance(0.6) ? email : undefined });
  }
  return people;
}

/** The number in E.164. @param {Person} person */
export const e164 = ({ area, exchange, line }) => `+1${area}${exchange}${line}`;

/** The number as people write it. @param {Person} person */
export const written = ({ area, exchange, line }) => `(${area}) ${exchange}-${line}`;
