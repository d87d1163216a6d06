// SPDX-License-Identifier: Apache-2.0
/**
 * The e-mail dictionary: which share of invented populations falls after how many guesses, and how fast guesses go. The
 * shares come from the rank of each address in the dictionary; a run that hashes and looks up the likeliest addresses has
 * to find exactly those that the ranks promise.
 */

import { hash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { emailDictionary, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { populations } from '../dictionary/populations.js';

/** @type {import('../run.js').Case} */
const bench = {
  name: 'dictionary',
  description: 'e-mail addresses read back by a dictionary: shares of invented people, and speed',
  inProcess: true,
  async run({ quick, full, log }) {
    const dictionary = emailDictionary();
    const people = quick ? 2_000 : 100_000;
    const confirmed = quick ? 1e6 : full ? 1e9 : 1e8;
    const found = [];
    for (const population of populations(people, log)) {
      log(`${population.name}: ranks of ${people.toLocaleString('en-US')} addresses`);
      const { distinct, ranks } = ranksOf(dictionary, population.addresses);
      log(`${population.name}: ${confirmed.toLocaleString('en-US')} guesses hashed`);
      found.push({
        population: population.name,
        source: population.source,
        people,
        distinctAddresses: distinct.size,
        shares: [1e6, 1e8, 1e9, dictionary.size].map((candidates) => ({
          candidates,
          recoveredPeople: ranks.filter((rank) => rank >= 0 && rank < candidates).length,
          percent: percent(ranks.filter((rank) => rank >= 0 && rank < candidates).length / people),
        })),
        confirmation: await confirmation(distinct, confirmed),
      });
    }
    log('speed');
    return {
      size: dictionary.size,
      writtenBefore: [1e6, 1e8, 1e9].map((within) => ({ within, percent: repeated(dictionary, within) })),
      populations: found,
      rates: await ratesOf(quick),
    };
  },
};

export default bench;

/**
 * @param {import('veilmatch/attack').EmailDictionary} dictionary
 * @param {readonly string[]} addresses
 */
function ranksOf(dictionary, addresses) {
  /** @type {Map<string, number>} */
  const distinct = new Map();
  const ranks = addresses.map((address) => {
    const rank = distinct.get(address) ?? dictionary.indexOf(address);
    distinct.set(address, rank);
    return rank;
  });
  return { distinct, ranks };
}

/**
 * Hashes the likeliest addresses and looks them up.
 * @param {ReadonlyMap<string, number>} ranks
 * @param {number} limit
 */
async function confirmation(ranks, limit) {
  const { token } = reversiblePlain();
  const expected = [...ranks].filter(([, rank]) => rank >= 0 && rank < limit).length;
  const tokens = [...ranks.keys()].map((address) => token(address));
  const { summary } = reverse(tokens, { dictionary: emailDictionary({ limit }), concurrency: 2 });
  const { candidates, recovered, seconds, candidatesPerSecond } = await summary;
  if (recovered !== expected)
    throw new Error(`${recovered} addresses were found, ${expected} were promised.`);
  return {
    candidates,
    recoveredAddresses: recovered,
    workers: 2,
    seconds: rounded(seconds),
    megahashesPerSecond: rounded(candidatesPerSecond / 1e6),
  };
}

/**
 * Which share of a dictionary's first addresses another pattern has written before: work done twice.
 * @param {import('veilmatch/attack').EmailDictionary} dictionary
 * @param {number} within
 */
function repeated(dictionary, within) {
  const samples = 10_000;
  let found = 0;
  for (let i = 0; i < samples; i++) {
    const index = Math.floor(((i + 0.5) * within) / samples);
    if (dictionary.indexOf(dictionary.at(index)) !== index) found++;
  }
  return percent(found / samples);
}

/**
 * Millions of guesses a second of processor time, in turns: best of several.
 * @param {boolean} quick
 */
async function ratesOf(quick) {
  const limit = quick ? 1e6 : 3e7;
  const dictionary = emailDictionary({ limit });
  const sample = Array.from({ length: 20_000 }, (_, i) => dictionary.at(i * 37));
  const bytes = sample.map((address) => new TextEncoder().encode(address));
  /** @type {Record<string, () => Promise<number> | number>} */
  const contestants = {};
  for (const algorithm of /** @type {const} */ (['sha256', 'sha1', 'md5'])) {
    const { token } = reversiblePlain({ algorithm });
    const last = token(dictionary.at(limit - 1));
    contestants[`${algorithm} 1 target`] = () => rateOf([last], { dictionary, algorithm });
    const many = [last, ...Array.from({ length: 9_999 }, (_, i) => token(`somebody else ${i}`))];
    contestants[`${algorithm} 10000 targets`] = () => rateOf(many, { dictionary, algorithm });
  }
  if (typeof hash === 'function')
    contestants['sha256 crypto.hash'] = () => perSecond(sample, (text) => hash('sha256', text, 'hex'));
  contestants['sha256 noble'] = () => perSecond(bytes, (message) => sha256(message)[0]);
  /** @type {Record<string, number>} */
  const best = {};
  for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
    for (const [name, rate] of Object.entries(contestants))
      best[name] = Math.max(best[name] ?? 0, await rate());
  }
  return Object.entries(best).map(([way, rate]) => ({
    way,
    megahashesPerSecondAndCore: rounded(rate / 1e6),
  }));
}

/**
 * @param {readonly string[]} tokens - the first one is the dictionary's last address
 * @param {import('veilmatch/attack').ReverseEmailsOptions} options
 */
async function rateOf(tokens, options) {
  const started = processorSeconds();
  const { candidates, recovered } = await reverse(tokens, { ...options, concurrency: 1 }).summary;
  if (recovered !== 1) throw new Error('The address was not found.');
  return candidates / (processorSeconds() - started);
}

/**
 * @template T
 * @param {readonly T[]} messages
 * @param {(message: T) => unknown} digest
 */
function perSecond(messages, digest) {
  const started = processorSeconds();
  for (const message of messages) digest(message);
  return messages.length / (processorSeconds() - started);
}

/** Leaves out what else the machine does. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** @param {number} share - with one decimal */
function percent(share) {
  return Number((100 * share).toFixed(1));
}

/** @param {number} value - to three digits */
function rounded(value) {
  return Number(value.toPrecision(3));
}
