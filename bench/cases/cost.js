// SPDX-License-Identifier: Apache-2.0
/**
 * What it costs to try every number, beside what it costs to hash a list: for SHA-256 and for the slow hashes at the costs
 * that OWASP recommends, on one core of this machine, and on a graphics card whose rates are published.
 */

import { costOf, PUBLISHED_RATES, scaledRate } from 'veilmatch/attack';
import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../cost/measure.js', import.meta.url);
/** Mobile numbers assigned in the United States (Hagen et al., "All the Numbers are US", NDSS 2021). */
const SPACE = 505.7e6;
/** A list of customers. */
const RECORDS = 1_000_000;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'cost',
  description: 'what an attack costs, beside what the same hash costs the owner of the list',
  async run({ quick, full, node: major = DEFAULT_MAJOR, log }) {
    const argument = { seconds: quick ? 2 : full ? 60 : 6 };
    const { node, rates } = await measured(SCRIPT, { program: nodeOfMajor(major), argument, log });
    return {
      measuredOn: node,
      space: SPACE,
      records: RECORDS,
      hashes: rates.map((/** @type {MeasuredRate} */ rate) => rowOf(rate)),
    };
  },
};

export default bench;

/**
 * @typedef {object} MeasuredRate
 * @property {'sha256' | import('veilmatch/hashing').SlowCost} hash
 * @property {number} library - hashes a second of one core, one call for each
 * @property {number | undefined} native - the same through Node's own function; of SHA-256, through the kernels of `reverse`
 */

/** @param {MeasuredRate} rate */
function rowOf({ hash, library, native }) {
  const best = Math.max(library, native ?? 0);
  const here = costOf({ space: SPACE, records: RECORDS, rate: best });
  const card = publishedFor(hash);
  const onCard = card && costOf({ space: SPACE, rate: card });
  return {
    hash,
    libraryHashesPerSecond: rounded(library),
    fastestHashesPerSecond: rounded(best),
    guessMilliseconds: rounded(1000 / best),
    defender: { seconds: rounded(here.defender.seconds), dollars: rounded(here.defender.price) },
    attacker: { seconds: rounded(here.attacker.seconds), dollars: rounded(here.attacker.price) },
    timesDefender: rounded(here.timesDefender),
    card: onCard && {
      hardware: card.hardware,
      source: card.source,
      hashesPerSecond: rounded(card.hashesPerSecond),
      seconds: rounded(onCard.attacker.seconds),
      dollars: rounded(onCard.attacker.price),
      timesDefender: rounded(onCard.attacker.price / here.defender.price),
    },
  };
}

/** @param {MeasuredRate['hash']} hash - undefined where no rate is published that we know of */
function publishedFor(hash) {
  if (hash === 'sha256') return PUBLISHED_RATES.sha256;
  return hash.function === 'argon2id' ? undefined : scaledRate(PUBLISHED_RATES[hash.function], hash);
}

/** @param {number} value - to three digits */
function rounded(value) {
  return Number(value.toPrecision(3));
}
