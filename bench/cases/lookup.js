// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a table made beforehand beats trying all numbers: what it takes to make and to keep one of an area code, what a
 * look-up in it takes, and what the same question takes without one.
 *
 * The table holds the numbers' indices, ordered by the first bits of their hashes; a look-up hashes the few numbers
 * of one bucket again. All times are processor time of one thread, so that what else the machine does matters little.
 */

import { createHash, hash } from 'node:crypto';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';

/** Buckets of the table as a power of two: eight numbers in each. */
const BUCKET_BITS = 20;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'lookup',
  description: 'a table of hashed telephone numbers, beside trying them all',
  inProcess: true,
  async run({ quick, log }) {
    const plan = numberingPlan('US', { areaCodes: [quick ? '41555' : '415'] });
    log(`${plan.size.toLocaleString('en-US')} numbers: table`);
    const { table, seconds: build } = cpuSeconds(() => tableOf(plan));
    const questions = Array.from({ length: 2_000 }, (_, i) => plan.at((i * 7_919_999) % plan.size));
    const tokens = questions.map((number) => reversiblePlain().token(number));
    const { answers, seconds: lookUps } = cpuSeconds(() => ({
      answers: tokens.map((token) => lookUp(plan, table, token)),
    }));
    if (answers.some((answer, i) => answer !== questions[i])) throw new Error('A look-up went wrong.');
    const enumeration = [];
    for (const targets of [1, tokens.length]) {
      log(`reverse, ${targets.toLocaleString('en-US')} targets`);
      const started = process.cpuUsage();
      const { recovered } = await reverse(tokens.slice(0, targets), { plan, concurrency: 1 }).summary;
      if (recovered !== targets) throw new Error('Not all were found.');
      enumeration.push({ targets, cpuSeconds: rounded(since(started)) });
    }
    const lookUpSeconds = lookUps / tokens.length;
    return {
      numbers: plan.size,
      table: {
        bytesAnEntry: rounded((table.indices.byteLength + table.starts.byteLength) / plan.size),
        buildCpuSeconds: rounded(build),
        lookUpMicroseconds: rounded(lookUpSeconds * 1e6),
      },
      enumeration,
      separateLookUpsUntilTheTablePays: Math.ceil(build / (enumeration[0].cpuSeconds - lookUpSeconds)),
    };
  },
};

export default bench;

/** @typedef {ReturnType<typeof numberingPlan>} Plan */
/** @typedef {{ indices: Uint32Array, starts: Uint32Array }} Table */

/** @type {(text: string) => string} */
const sha256 =
  typeof hash === 'function'
    ? (text) => hash('sha256', text, 'hex')
    : (text) => createHash('sha256').update(text).digest('hex');

/** @param {string} token */
const bucketOf = (token) => Number.parseInt(token.slice(0, 8), 16) >>> (32 - BUCKET_BITS);

/**
 * @param {Plan} plan
 * @returns {{ table: Table }}
 */
function tableOf(plan) {
  const buckets = new Uint32Array(plan.size);
  const starts = new Uint32Array(2 ** BUCKET_BITS + 1);
  plan.visit(0, plan.size, (number, index) => {
    const bucket = bucketOf(sha256(String.fromCharCode(...number)));
    buckets[index] = bucket;
    starts[bucket + 1]++;
  });
  for (let i = 0; i < 2 ** BUCKET_BITS; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const indices = new Uint32Array(plan.size);
  for (const [index, bucket] of buckets.entries()) indices[next[bucket]++] = index;
  return { table: { indices, starts } };
}

/**
 * @param {Plan} plan
 * @param {Table} table
 * @param {string} token
 */
function lookUp(plan, { indices, starts }, token) {
  const bucket = bucketOf(token);
  for (let i = starts[bucket]; i < starts[bucket + 1]; i++) {
    const number = plan.at(indices[i]);
    if (sha256(number) === token) return number;
  }
  return undefined;
}

/**
 * @template {object} T
 * @param {() => T} action
 * @returns {T & { seconds: number }}
 */
function cpuSeconds(action) {
  const started = process.cpuUsage();
  const result = action();
  return { ...result, seconds: since(started) };
}

/** @param {NodeJS.CpuUsage} started */
function since(started) {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(3));
}
