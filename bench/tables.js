// SPDX-License-Identifier: Apache-2.0
/** Tables of the cases that return figures in a nesting of their own: what `figures.js` takes up beside those of cells. */

import { readFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);

/** @type {Record<string, () => string>} */
export const tables = {
  protocols: protocolTable,
  'dictionary-shares': sharesTable,
  'dictionary-rates': ratesTable,
  cost: costTable,
  lookup: lookupTable,
  'fields-reversed': fieldsTable,
  fuzz: fuzzTable,
};

/** @param {string} name */
function resultsOf(name) {
  return JSON.parse(readFileSync(new URL(`bench/results/${name}.json`, ROOT), 'utf8'));
}

function protocolTable() {
  const record = resultsOf('compare');
  /** @type {Record<string, string>} */
  const titles = { plain: 'plain', salted: 'salted', slow: 'slow (argon2id)', 'ecdh-psi': 'PSI' };
  const rows = record.results.protocols
    .filter(({ protocol }) => protocol in titles)
    .map(({ protocol, rows, seconds, partner, outsider, enumerating }) => [
      titles[protocol],
      `${duration(seconds)} for ${count(rows)} rows`,
      readBy(partner),
      readBy(outsider),
      readBy(enumerating),
    ]);
  const head = [
    'way',
    'the match',
    'read by the partner, offline',
    'by a reader of the line',
    'by a partner with an invented list',
  ];
  const { size, areaCodes } = record.results.plan;
  return [
    table(head, rows),
    '',
    `Telephone numbers of the other list that the attack read, out of those that it could meet, and the time for all ${count(size)}`,
    `numbers of the area codes ${areaCodes.join(' and ')}; \\* on a sample of them, the time carried over. ${machineOf(record)}`,
    '`npm run bench -- compare` measures it again.',
  ].join('\n');
}

function fuzzTable() {
  const record = resultsOf('fuzz');
  const cells = [...record.cells].sort((a, b) => (a.of.target < b.of.target ? -1 : 1));
  const rows = cells.map(({ of, figures: each }) => [
    `\`${of.target}\``,
    each.reads,
    duration(each.seconds),
    count(each.executions),
    `${count(each.functions)} of ${count(each.functionsInAll)}`,
    `${count(each.branches)} of ${count(each.branchesInAll)}`,
    count(each.found),
  ]);
  const head = [
    'target',
    'reads',
    'ran for',
    'inputs tried',
    'functions reached',
    'branches reached',
    'found',
  ];
  return [table(head, rows), '', machineOf(record)].join('\n');
}

/** @param {{ recovered: number, of: number, wholePlan: boolean, secondsForPlan: number }} attack */
function readBy({ recovered, of, wholePlan, secondsForPlan }) {
  const share = `${count(recovered)} of ${count(of)}`;
  if (recovered === 0) return `**none**${wholePlan ? '' : '\\*'}`;
  return `${share} in ${duration(secondsForPlan)}${wholePlan ? '' : '\\*'}`;
}

function sharesTable() {
  const record = resultsOf('dictionary');
  const { populations, size } = record.results;
  const rows = populations.map(({ population, source, shares }) => [
    `${population} (${source})`,
    ...shares.map(({ percent }) => `${percent} %`),
  ]);
  const guesses = populations[0].shares.map(({ candidates }) =>
    candidates === size
      ? `all, ${candidates.toPrecision(2).replace('e+', ' x 10^')}`
      : `${power(candidates)} guesses`,
  );
  const confirmations = populations.map(
    ({ confirmation: { candidates, recoveredAddresses, seconds } }) =>
      `${count(recoveredAddresses)} addresses among the first ${power(candidates)}, in ${duration(seconds)}`,
  );
  return [
    table(['population', ...guesses], rows),
    '',
    `Of ${count(populations[0].people)} people each. Hashing found exactly what the ranks promise: ${confirmations.join('; ')}`,
    `on ${populations[0].confirmation.workers} threads. ${machineOf(record)}`,
  ].join('\n');
}

function ratesTable() {
  const record = resultsOf('dictionary');
  const rows = record.results.rates.map(({ way, megahashesPerSecondAndCore }) => [
    way.replace(/\d+/, (digits) => (digits === '10000' ? '10,000' : digits)),
    `${megahashesPerSecondAndCore}`,
  ]);
  return [table(['addresses', 'million a second and core'], rows), '', machineOf(record)].join('\n');
}

function costTable() {
  const record = resultsOf('cost');
  const { space, records, hashes, measuredOn } = record.results;
  const rows = hashes.map(({ hash, guessMilliseconds, defender, attacker, timesDefender, card }) => [
    hashName(hash),
    duration(guessMilliseconds / 1000),
    bill(defender),
    bill(attacker),
    times(timesDefender),
    card ? bill(card) : 'no rate published',
    card ? times(card.timesDefender) : '',
  ]);
  const head = [
    'hash',
    'one guess',
    `the owner: ${count(records)} records`,
    `the attacker: ${count(space)} numbers`,
    'times the owner',
    'the same on an RTX 4090',
    'times the owner',
  ];
  const label = { ...record, node: `Node ${measuredOn}` };
  return [table(head, rows), '', `One core. ${machineOf(label)}`].join('\n');
}

function lookupTable() {
  const record = resultsOf('lookup');
  const { numbers, table: made, enumeration, separateLookUpsUntilTheTablePays: pays } = record.results;
  const head = ['numbers', 'bytes an entry', 'making the table', 'a look-up'].concat(
    enumeration.map(({ targets }) => `trying all, ${count(targets)} target${targets === 1 ? '' : 's'}`),
  );
  const row = [
    count(numbers),
    `${made.bytesAnEntry}`,
    `${made.buildCpuSeconds} s`,
    `${made.lookUpMicroseconds} µs`,
    ...enumeration.map(({ cpuSeconds }) => `${cpuSeconds} s`),
  ];
  return [
    table(head, [row]),
    '',
    `The table pays from ${count(pays)} separate questions on. ${machineOf(record)}`,
  ].join('\n');
}

function fieldsTable() {
  const record = resultsOf('fields');
  const rows = record.results.spaces.map(({ space, texts, targets, cpuSeconds }) => [
    space,
    count(texts),
    count(targets),
    duration(cpuSeconds),
  ]);
  return [table(['what', 'texts', 'tokens, all read', 'trying all'], rows), '', machineOf(record)].join('\n');
}

/** @param {any} hash */
function hashName(hash) {
  if (hash === 'sha256') return 'SHA-256';
  if (hash.function === 'pbkdf2') return `PBKDF2, ${count(hash.iterations)} iterations`;
  if (hash.function === 'scrypt') return `scrypt, N = 2^${hash.logN}, r = ${hash.r}`;
  return `argon2id, ${count(hash.memoryKiB)} KiB, ${hash.passes} passes`;
}

/** @param {{ seconds: number, dollars: number }} cost */
function bill({ seconds, dollars }) {
  return `${duration(seconds)}, ${dollars < 0.01 ? 'below $0.01' : `$${dollars < 10 ? dollars.toFixed(2) : count(Math.round(dollars))}`}`;
}

/** @param {number} value */
function times(value) {
  return value < 10 ? value.toPrecision(2) : count(Math.round(value));
}

/** @param {number} value - a power of ten */
function power(value) {
  return `10^${Math.round(Math.log10(value))}`;
}

const UNITS = /** @type {const} */ ([
  [365.25 * 86_400, 'years'],
  [86_400, 'days'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
]);

/** Two digits, in the largest unit of which there are two at least. @param {number} seconds */
export function duration(seconds) {
  const [unit, name] = UNITS.find(([unit]) => seconds >= 2 * unit) ?? UNITS[UNITS.length - 1];
  const value = seconds / unit;
  return `${value >= 10 ? count(Math.round(value)) : Number(value.toPrecision(2))} ${name}`;
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString('en-US');
}

/** @param {any} record */
function machineOf({ machine, node, date }) {
  const engine = node.startsWith('v') ? `Node ${node}` : node;
  return `Measured on ${machine.cpu}, ${machine.cores} cores, ${engine}, ${date.slice(0, 10)}.`;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
