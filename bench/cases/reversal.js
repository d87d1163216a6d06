// SPDX-License-Identifier: Apache-2.0
/**
 * Reading telephone numbers back from their hashes: how fast one core goes through candidates, beside the functions that
 * a program would otherwise call for each of them, and how long whole attacks take.
 *
 * Rates are taken of the same numbers in turns, so that what else the machine does falls on all of them.
 */

import { createHash, hash } from 'node:crypto';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';

/** @typedef {'sha256' | 'sha1' | 'md5'} Algorithm */

const NOBLE = { sha256, sha1, md5 };
/** 2 x 7.92 million numbers. */
const AREA_CODES = ['415', '628'];

/** @type {import('../run.js').Case} */
const bench = {
  name: 'reversal',
  description: 'read telephone numbers back from their hashes',
  async run({ quick, full, log }) {
    const rates = [];
    for (const algorithm of /** @type {Algorithm[]} */ (['sha256', 'sha1', 'md5'])) {
      log(`one core, ${algorithm}`);
      rates.push(await ratesOf(algorithm, quick));
    }
    const attacks = [];
    const sizes = quick ? [1, 10_000] : [1, 10_000, 1_000_000];
    // The whole attack on two area codes; on 25 of them the plan has the 2 x 10^8 numbers of a small country.
    const plans = quick || !full ? [AREA_CODES] : [AREA_CODES, someAreaCodes(25)];
    for (const areaCodes of plans) {
      for (const targets of sizes) {
        log(`two workers, ${areaCodes.length} area codes, ${targets.toLocaleString('en-US')} targets`);
        attacks.push(await attack(areaCodes, targets));
      }
    }
    return { oneCore: rates, twoWorkers: attacks };
  },
};

export default bench;

/**
 * Millions of hashes a second on one core: the kernel through `reverse`, and one call for each number.
 * @param {Algorithm} algorithm
 * @param {boolean} quick
 */
async function ratesOf(algorithm, quick) {
  const plan = numberingPlan('US', { areaCodes: someAreaCodes(quick ? 1 : 10) });
  const sample = Array.from({ length: 20_000 }, (_, i) => plan.at(i * 391));
  const bytes = sample.map((number) => new TextEncoder().encode(number));
  const token = reversiblePlain({ algorithm }).token(plan.at(plan.size - 1));
  /** @type {Record<string, () => Promise<number> | number>} */
  const contestants = {
    reverse: async () => {
      const { summary } = reverse([token], { plan, algorithm, concurrency: 1 });
      const { recovered, candidates, candidatesPerSecond } = await summary;
      if (recovered !== 1 || candidates !== plan.size) throw new Error('The number was not found.');
      return candidatesPerSecond;
    },
    nodeCrypto: () => perSecond(sample, nodeHasher(algorithm)),
    noble: () => perSecond(bytes, (message) => NOBLE[algorithm](message)[0]),
  };
  /** @type {Record<string, number>} */
  const best = {};
  for (let turn = 0; turn < (quick ? 2 : 5); turn++) {
    for (const [name, rate] of Object.entries(contestants)) {
      best[name] = Math.max(best[name] ?? 0, await rate());
    }
  }
  const { reverse: ours = 0, nodeCrypto = 0, noble = 0 } = best;
  return {
    algorithm,
    reverseMegahashesPerSecond: rounded(ours / 1e6),
    nodeCryptoMegahashesPerSecond: rounded(nodeCrypto / 1e6),
    nobleMegahashesPerSecond: rounded(noble / 1e6),
    timesNodeCrypto: rounded(ours / nodeCrypto),
    timesNoble: rounded(ours / noble),
  };
}

/**
 * The fastest that Node has for one short message: `crypto.hash`, which Node 20.12 brought.
 * @param {Algorithm} algorithm
 * @returns {(text: string) => string}
 */
function nodeHasher(algorithm) {
  return typeof hash === 'function'
    ? (text) => hash(algorithm, text, 'hex')
    : (text) => createHash(algorithm).update(text).digest('hex');
}

/**
 * @template T
 * @param {readonly T[]} messages
 * @param {(message: T) => unknown} digest
 */
function perSecond(messages, digest) {
  const started = performance.now();
  for (const message of messages) digest(message);
  return (messages.length / (performance.now() - started)) * 1000;
}

/**
 * A whole attack: a tenth of the targets, one at least, are numbers of the plan.
 * @param {readonly string[]} areaCodes
 * @param {number} count - targets
 */
async function attack(areaCodes, count) {
  const plan = numberingPlan('US', { areaCodes });
  const { token } = reversiblePlain();
  const inside = Math.max(1, count / 10);
  /** @type {Map<string, string>} */
  const planted = new Map();
  for (let i = 0; i < inside; i++) {
    const number = plan.at(Math.floor(((i + 0.5) * plan.size) / inside));
    planted.set(token(number), number);
  }
  const tokens = [...planted.keys()];
  for (let i = inside; i < count; i++) tokens.push(token(`somebody else ${i}`));

  const reversal = reverse(tokens, { plan, concurrency: 2 });
  let wrong = 0;
  for await (const { token: found, identifier } of reversal) if (planted.get(found) !== identifier) wrong++;
  const { candidates, recovered, seconds, candidatesPerSecond } = await reversal.summary;
  if (wrong > 0 || recovered !== planted.size) throw new Error('Not exactly the planted numbers were found.');
  return {
    areaCodes: areaCodes.length,
    candidates,
    targets: count,
    recovered,
    seconds: rounded(seconds),
    megahashesPerSecond: rounded(candidatesPerSecond / 1e6),
  };
}

/** @param {number} count */
function someAreaCodes(count) {
  const plan = numberingPlan('US');
  const codes = new Set();
  for (let i = 0; codes.size < count; i++) codes.add(plan.at(Math.floor(i * 7.92e6)).slice(2, 5));
  return /** @type {string[]} */ ([...codes]);
}

/** @param {number} value - to three digits */
function rounded(value) {
  return Number(value.toPrecision(3));
}
