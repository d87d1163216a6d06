// SPDX-License-Identifier: Apache-2.0
/**
 * The process in which bench/cases/cost.js measures: hashes a second of processor time. `{ seconds }` for each way at least.
 */

import * as crypto from 'node:crypto';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { ARGON2ID, PBKDF2, reversiblePlain, reversibleSlow, SCRYPT } from 'veilmatch/hashing';

const { seconds } = JSON.parse(process.argv[2] ?? '{}');
const salt = Buffer.from('a salt for a whole list');
const plan = numberingPlan('US', { areaCodes: ['415'] });
const numbers = Array.from({ length: 4096 }, (_, i) => plan.at(i));

/** Seconds of processor time, which leave out what else the machine does. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Best of several rounds.
 * @param {(number: string) => unknown} hash
 * @param {number} batch - hashes between two looks at the clock
 */
function rateOf(hash, batch = 1) {
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const started = processorSeconds();
    let done = 0;
    do for (const end = done + batch; done < end; done++) hash(numbers[done & 4095]);
    while (processorSeconds() - started < seconds / 5);
    best = Math.max(best, done / (processorSeconds() - started));
  }
  return best;
}

/** Node's own function for a cost, or undefined where it has none: argon2 came with Node 24.7. */
function nativeOf(cost) {
  if (cost.function === 'pbkdf2')
    return (number) => crypto.pbkdf2Sync(number, salt, cost.iterations, 32, 'sha256');
  if (cost.function === 'scrypt') {
    const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: 2 ** 28 };
    return (number) => crypto.scryptSync(number, salt, 32, options);
  }
  if (crypto.argon2Sync === undefined) return undefined;
  const options = { nonce: salt, parallelism: 1, tagLength: 32, memory: cost.memoryKiB, passes: cost.passes };
  return (number) => crypto.argon2Sync('argon2id', { ...options, message: number });
}

const { token } = reversiblePlain();
const rates = [{ hash: 'sha256', library: rateOf(token, 4096), native: 0 }];
let best = 0;
for (let round = 0; round < 8; round++) {
  const started = processorSeconds();
  const { candidates } = await reverse([token('nobody')], { plan, concurrency: 1 }).summary;
  best = Math.max(best, candidates / (processorSeconds() - started));
}
rates[0].native = best;
for (const cost of [PBKDF2, SCRYPT, ARGON2ID]) {
  const hasher = reversibleSlow({ salt, cost });
  const native = nativeOf(cost);
  const number = numbers[1];
  if (native !== undefined && Buffer.from(native(number)).toString('hex') !== hasher.token(number))
    throw new Error(`Node's ${cost.function} and ours differ.`);
  rates.push({
    hash: cost,
    library: rateOf((number) => hasher.token(number)),
    native: native && rateOf(native),
  });
  process.send?.({ log: `${cost.function} measured` });
}
process.send?.({ node: process.version, rates });
