// SPDX-License-Identifier: Apache-2.0
/**
 * Both parties' steps in Spark on two threads, in turns with both in one process of Node's with two: seconds of processors in all processes,
 * as each step starts and ends some. And what a stage of `mapInArrow` costs a record.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';
import { ratios, spread } from '../rounds.js';
import { NODE, SPARK, STEPS } from '../spark/cost.js';
import { Spark } from '../spark/spark.js';

const SCRIPT = new URL('../psi/measure.js', import.meta.url);
/** Beyond that, once. */
const LONG = 200_000;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'spark',
  description: 'Spark on two threads beside Node on two: elements a second and core, and what the pipe costs',
  takesSizes: true,
  async run({ quick, full, sizes, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    let spark;
    try {
      spark = new Spark(program);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      log(`Spark is left out: ${failure}`);
      return { cells: [{ of: { part: 'install', name: SPARK }, figures: {}, failure }] };
    }
    /** @type {Required<import('../record.js').Results>} */
    const results = { cells: [], ratios: [], targets: [] };
    try {
      log(`Spark ${await spark.ready()} is warm`);
      const rows = quick ? 100_000 : 1_000_000;
      /** @type {Record<string, number>[]} */
      const piped = [];
      for (let round = 0; round < (quick ? 1 : 5); round++) piped.push(await spark.ask({ pipe: rows }));
      for (const through of ['Python', 'worker']) {
        const costs = piped.map((each) => each[through] ?? 0);
        results.cells.push({
          of: { part: 'pipe', through, rows },
          figures: { cpuMicrosecondsPerElement: spread(costs) },
        });
      }
      for (const size of sizes ??
        (quick ? [10_000] : full ? [30_000, 100_000, 1_000_000] : [30_000, 100_000]))
        await compare(spark, program, { size, rounds: quick || size > LONG ? 1 : 3, log }, results);
    } finally {
      await spark.end();
    }
    return results;
  },
};

export default bench;

/**
 * @param {Spark} spark
 * @param {string} program
 * @param {{ size: number, rounds: number, log: (line: string) => void }} plan
 * @param {Required<import('../record.js').Results>} results - what is added to
 */
async function compare(spark, program, { size, rounds, log }, results) {
  /** @type {Record<string, { seconds: number, cpuSeconds: number }>[]} */
  const steps = [];
  /** @type {{ seconds: number, cpuSeconds: number }[]} */
  const plain = [];
  for (let round = 0; round < rounds; round++) {
    log(`${size.toLocaleString('en-US')} identifiers each, round ${round + 1} of ${rounds}`);
    plain.push(
      await measured(SCRIPT, { program, argument: { reveal: 'intersection', size, concurrency: 2 }, log }),
    );
    steps.push(await spark.ask({ run: size }));
  }
  for (const step of STEPS) {
    const all = steps.map((each) => each[step] ?? { seconds: 0, cpuSeconds: 0 });
    results.cells.push({ of: { part: 'step', step, size }, figures: timesOf(all) });
  }
  const whole = steps.map((each) => ({
    seconds: sum(Object.values(each).map(({ seconds }) => seconds)),
    cpuSeconds: sum(Object.values(each).map(({ cpuSeconds }) => cpuSeconds)),
  }));
  for (const [name, all] of /** @type {const} */ ([
    [NODE, plain],
    [SPARK, whole],
  ])) {
    const rates = spread(all.map(({ cpuSeconds }) => size / cpuSeconds));
    results.cells.push({
      of: { part: 'run', name, size },
      figures: { ...timesOf(all), elementsPerSecondAndCore: rates },
    });
  }
  const cpu = (/** @type {typeof plain} */ all) => all.map(({ cpuSeconds }) => cpuSeconds);
  results.ratios.push({
    of: { part: 'run', size, fast: NODE, slow: SPARK },
    times: ratios(cpu(plain), cpu(whole)),
  });
}

/** @param {readonly number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** @param {readonly { seconds: number, cpuSeconds: number }[]} all */
const timesOf = (all) => ({
  seconds: spread(all.map(({ seconds }) => seconds)),
  cpuSeconds: spread(all.map(({ cpuSeconds }) => cpuSeconds)),
});
