// SPDX-License-Identifier: Apache-2.0
/**
 * The process that measures for the case `timing`: does the time of a multiplication tell two classes of secrets apart?
 * Welch's t-test as O. Reparaz, J. Balasch and I. Verbauwhede, "Dude, is my code constant time?", use it: two classes
 * of input in random order, times above a percentile cut off, because interrupts are not what is looked for.
 */

import { randomBytes } from 'node:crypto';
import { createBackend, randomScalar } from 'veilmatch/group';

/** @type {{ backend: 'fma' | 'integer' | 'noble', samples: number }} */
const { backend, samples } = JSON.parse(process.argv[2] ?? '{"backend":"integer","samples":2000}');

/** A pair of elements a call: what a kernel does at once. */
const BATCH = 2;
const POOL = 64;
/** Share of the times that is kept, from the fastest on; the largest |t| of all is reported. */
const KEPT = [1, 0.99, 0.95, 0.9, 0.75, 0.5];

const group = await createBackend({ backend, concurrency: 1 });

const one = new Uint8Array(32);
one[0] = 1;
const pairOf = async (scalars) => group.multiplyBase(scalars);
const randomPair = () => pairOf(Buffer.concat([randomScalar(), randomScalar()]));

const fixedScalar = one;
const someScalar = randomScalar();
const fixedElements = await pairOf(Buffer.concat([one, one]));
const randomScalars = Array.from({ length: POOL }, () => randomScalar());
const randomElements = [];
for (let i = 0; i < POOL; i++) randomElements.push(await randomPair());

/** Inputs are copied to the same places before the clock starts, whatever their class. */
const scalar = new Uint8Array(32);
const elements = new Uint8Array(32 * BATCH);

/**
 * @param {(random: boolean, i: number) => void} prepare
 * @returns {Promise<[number[], number[]]>} nanoseconds of the fixed class and of the random one
 */
async function timesOf(prepare) {
  /** @type {[number[], number[]]} */
  const times = [[], []];
  const warmUp = Math.ceil(samples / 10);
  const order = randomBytes(samples + warmUp);
  for (let i = 0; i < samples + warmUp; i++) {
    const random = order[i] & 1;
    prepare(random === 1, (order[i] >> 1) % POOL);
    const start = process.hrtime.bigint();
    await group.multiply(elements, scalar);
    const elapsed = Number(process.hrtime.bigint() - start);
    if (i >= warmUp) times[random].push(elapsed);
  }
  return times;
}

/** Welch's t of two samples. */
function welch(a, b) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const variance = (values, m) =>
    values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1) / values.length;
  return (meanA - meanB) / Math.sqrt(variance(a, meanA) + variance(b, meanB));
}

/** The largest |t| over the shares that are kept. */
function largestT([a, b]) {
  const all = [...a, ...b].sort((x, y) => x - y);
  const ts = KEPT.map((share) => {
    const limit = all[Math.ceil(all.length * share) - 1];
    return welch(
      a.filter((value) => value <= limit),
      b.filter((value) => value <= limit),
    );
  });
  const largest = ts.reduce((worst, t) => (Math.abs(t) > Math.abs(worst) ? t : worst));
  return Number(largest.toFixed(2));
}

const scalars = await timesOf((random, i) => {
  scalar.set(random ? randomScalars[i] : fixedScalar);
  elements.set(randomElements[i]);
});
const points = await timesOf((random, i) => {
  scalar.set(someScalar);
  elements.set(random ? randomElements[i] : fixedElements);
});

const middle = ([times]) => Math.round([...times].sort((a, b) => a - b)[times.length >> 1]);
process.send?.({
  backend,
  node: process.version,
  samples,
  medianNanoseconds: middle(scalars),
  tFixedAgainstRandomScalars: largestT(scalars),
  tFixedAgainstRandomPoints: largestT(points),
});
process.disconnect?.();
