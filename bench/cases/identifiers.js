// SPDX-License-Identifier: Apache-2.0
/**
 * Reading a messy customer list: time and peak memory of `identifiersFromRows`, each run in a process of its own so that
 * one does not warm up the next. From an array the memory of the rows themselves is part of the peak, and their making is
 * not part of the time; from a generator, as when a file is read, it is the other way round.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';

/** @type {import('../run.js').Case} */
const bench = {
  name: 'identifiers',
  description: 'normalise a messy list of customers into a set of identifiers',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const rows = quick ? 100_000 : 1_000_000;
    const runs = [];
    const plans = [
      { concurrency: 1, source: 'array' },
      { concurrency: 2, source: 'array' },
      { concurrency: 2, source: 'generator' },
      ...(full ? [{ concurrency: 4, source: 'array' }] : []),
    ];
    for (const { concurrency, source } of plans) {
      log(
        `${rows.toLocaleString('en-US')} rows from ${source === 'array' ? 'an' : 'a'} ${source}, concurrency ${concurrency}`,
      );
      runs.push(await measured(nodeOfMajor(node), rows, concurrency, source));
    }
    return { rows, runs };
  },
};

export default bench;

/**
 * @param {string} program
 * @param {number} rows
 * @param {number} concurrency
 * @param {string} source
 * @returns {Promise<object>}
 */
function measured(program, rows, concurrency, source) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [String(rows), String(concurrency), source], {
      execPath: program,
    });
    child.on('message', (figures) => resolve(/** @type {object} */ (figures)));
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`The measuring process ended with status ${status}.`)));
  });
}

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
function* messyRows(count) {
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

/** The child: reads the list once and reports. */
async function measure() {
  const { identifiersFromRows } = await import('veilmatch/identifiers');
  const [rows, concurrency] = process.argv.slice(2, 4).map(Number);
  const source = process.argv[4];
  const list = source === 'array' ? [...messyRows(rows)] : messyRows(rows);
  const rssBefore = process.memoryUsage().rss;
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { set, rejected } = await identifiersFromRows(list, { country: 'US', concurrency });
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  process.send({
    source,
    concurrency,
    seconds: round(seconds, 2),
    // Of all threads together; it tells more than the clock when the machine has other things to do.
    cpuSeconds: round((cpu.user + cpu.system) / 1e6, 2),
    rowsPerSecond: Math.round(rows / seconds),
    peakRssMegabytes: round(process.resourceUsage().maxRSS / 1024, 0),
    rssBeforeMegabytes: round(rssBefore / 2 ** 20, 0),
    identifiers: set.size,
    rejected: rejected.length,
  });
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits) {
  return Number(value.toFixed(digits));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure();
