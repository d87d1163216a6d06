// SPDX-License-Identifier: Apache-2.0
/** The process that measures for the case `reversal`, in one engine. */

import { createHash, hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { median, ratios, spread } from '../rounds.js';
import { Hashcat, hashcatVersion } from './hashcat.js';

/** @typedef {'sha256' | 'sha1' | 'md5'} Algorithm */

/** @type {{ quick: boolean, full: boolean, hashcat: boolean }} */
const options = JSON.parse(process.argv[2] ?? '{"quick":true}');
const peer = createRequire(fileURLToPath(new URL('../peers/package.json', import.meta.url)));
const hashWasm = peer('hash-wasm');

const log = (/** @type {string} */ line) => process.send?.({ log: `${line}, ${process.version}` });
const NOBLE = { sha256, sha1, md5 };
const HASH_WASM = { sha256: 'createSHA256', sha1: 'createSHA1', md5: 'createMD5' };
const MILLION = 1_000_000;

/** @param {number} value - to three digits */
const rounded = (value) => Number(value.toPrecision(3));

/** Area codes of so many times 7.92 million numbers, from one end of the plan to the other. @param {number} count */
function areaCodes(count) {
  const plan = numberingPlan('US');
  const codes = new Set();
  for (let i = 0; codes.size < count && i * 3.96e6 < plan.size; i++) {
    codes.add(plan.at(Math.floor(i * 3.96e6)).slice(2, 5));
  }
  if (codes.size < count) throw new Error(`The plan has only ${codes.size} area codes.`);
  return /** @type {string[]} */ ([...codes]);
}

/**
 * Tokens of which a tenth, one at least, are numbers of the plan.
 * @param {import('veilmatch/attack').NumberingPlan} plan
 * @param {number} count
 */
function targetsIn(plan, count) {
  const { token } = reversiblePlain();
  const inside = Math.max(1, count / 10);
  /** @type {Map<string, string>} */
  const planted = new Map();
  for (let i = 0; i < inside; i++) {
    const number = plan.at(Math.floor(((i + 0.5) * plan.size) / inside));
    planted.set(token(number), number);
  }
  return { planted, tokens: [...planted.keys(), ...strangers(count - inside)] };
}

/** Tokens of what is no number. @param {number} count */
const strangers = (count) =>
  Array.from({ length: count }, (_, i) => createHash('sha256').update(`somebody else ${i}`).digest('hex'));

/**
 * Seconds for a hash on one core: the kernel through `reverse`, and one call for each number.
 * @param {Algorithm} algorithm
 */
async function oneCore(algorithm) {
  const plan = numberingPlan('US', { areaCodes: areaCodes(options.quick ? 1 : 5) });
  const sample = Array.from({ length: 50_000 }, (_, i) => plan.at(i * 158));
  const bytes = sample.map((number) => new TextEncoder().encode(number));
  const token = reversiblePlain({ algorithm }).token(plan.at(plan.size - 1));
  const wasm = await hashWasm[HASH_WASM[algorithm]]();
  const noble = NOBLE[algorithm];
  /** @type {Record<string, () => Promise<number> | number>} */
  const contestants = {
    reverse: async () => {
      const { summary } = reverse([token], { plan, algorithm, concurrency: 1 });
      const { recovered, candidates, seconds } = await summary;
      if (recovered !== 1 || candidates !== plan.size) throw new Error('The number was not found.');
      return seconds / candidates;
    },
    cryptoHash: () => each(sample, (text) => hash(algorithm, text, 'hex')),
    createHash: () => each(sample, (text) => createHash(algorithm).update(text).digest()),
    hashWasm: () => each(bytes, (message) => wasm.init().update(message).digest('binary')),
    noble: () => each(bytes, (message) => noble(message)),
  };
  /** @type {Record<string, number[]>} */
  const seconds = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const rounds = options.quick ? 2 : options.full ? 7 : 5;
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const value = await run();
      if (round >= 0) seconds[name]?.push(value);
    }
  }
  const { reverse: ours = [], ...calls } = seconds;
  const entries = Object.entries(calls);
  return {
    algorithm,
    megahashesPerSecond: Object.fromEntries(
      Object.entries(seconds).map(([name, values]) => [name, spread(values.map((each) => 1e-6 / each))]),
    ),
    reverseTimesFasterThan: Object.fromEntries(entries.map(([name, values]) => [name, ratios(ours, values)])),
    timesBestCall: Math.min(...entries.map(([, values]) => ratios(ours, values).median)),
  };
}

/**
 * Seconds for each.
 * @template T
 * @param {readonly T[]} messages
 * @param {(message: T) => unknown} digest
 */
function each(messages, digest) {
  const started = performance.now();
  for (const message of messages) digest(message);
  return (performance.now() - started) / 1000 / messages.length;
}

/**
 * The whole attack, on two workers.
 * @param {readonly string[]} codes
 * @param {number} count - targets
 */
async function attack(codes, count) {
  const plan = numberingPlan('US', { areaCodes: codes });
  const { planted, tokens } = targetsIn(plan, count);
  const reversal = reverse(tokens, { plan, concurrency: 2 });
  let wrong = 0;
  for await (const { token, identifier } of reversal) if (planted.get(token) !== identifier) wrong++;
  const { candidates, recovered, seconds, candidatesPerSecond } = await reversal.summary;
  if (wrong > 0 || recovered !== planted.size) throw new Error('Not exactly the planted numbers were found.');
  return {
    candidates,
    targets: count,
    planted: planted.size,
    recovered,
    wrong,
    seconds: rounded(seconds),
    megahashesPerSecond: rounded(candidatesPerSecond / 1e6),
  };
}

/**
 * SHA-256 on one core each, in turns.
 * @param {number} count - targets
 */
async function besideHashcat(count) {
  const plan = numberingPlan('US', { areaCodes: areaCodes(10) });
  const tokens = strangers(count);
  const hashcat = new Hashcat(tokens);
  try {
    // Once to compile its kernels, which it keeps.
    await hashcat.rate('mask');
    /** @type {Record<string, number>} */
    const rates = {};
    for (const mode of Hashcat.modes) rates[mode] = await hashcat.rate(mode);
    const [best] = Hashcat.modes.sort((a, b) => (rates[b] ?? 0) - (rates[a] ?? 0));
    const times = [];
    const ours = [];
    for (let round = 0; round < (options.quick ? 1 : 3); round++) {
      const theirs = await hashcat.rate(best ?? 'mask');
      const { candidatesPerSecond } = await reverse(tokens, { plan, concurrency: 1 }).summary;
      ours.push(candidatesPerSecond);
      times.push(candidatesPerSecond / theirs);
    }
    return {
      targets: count,
      hashcatMegahashesPerSecond: Object.fromEntries(
        Object.entries(rates).map(([mode, rate]) => [mode, rounded(rate / 1e6)]),
      ),
      reverseMegahashesPerSecond: rounded(median(ours) / 1e6),
      ratioToItsBestMode: spread(times),
    };
  } finally {
    hashcat.dispose();
  }
}

const figures = { node: process.version, oneCore: [], twoWorkers: [], hashcat: undefined };
for (const algorithm of /** @type {Algorithm[]} */ (['sha256', 'sha1', 'md5'])) {
  log(`one core, ${algorithm}`);
  figures.oneCore.push(await oneCore(algorithm));
}
const plans = [areaCodes(options.quick ? 2 : 26)];
if (options.full) plans.push(areaCodes(127));
for (const codes of plans) {
  for (const targets of options.quick ? [1, 10_000] : [1, 10_000, MILLION]) {
    log(`two workers, ${codes.length} area codes, ${targets.toLocaleString('en-US')} targets`);
    figures.twoWorkers.push(await attack(codes, targets));
  }
}
if (options.hashcat) {
  const version = hashcatVersion();
  if (version === undefined) {
    log(
      'hashcat is not installed (Debian: apt-get install hashcat pocl-opencl-icd ocl-icd-libopencl1); left out',
    );
  } else {
    figures.hashcat = { version, oneThread: [] };
    for (const targets of options.quick ? [1] : options.full ? [1, 10_000, MILLION] : [1, 10_000]) {
      log(`hashcat, ${targets.toLocaleString('en-US')} targets`);
      figures.hashcat.oneThread.push(await besideHashcat(targets));
    }
  }
}
process.send?.(figures);
process.disconnect?.();
process.exit();
