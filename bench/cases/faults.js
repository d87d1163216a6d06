// SPDX-License-Identifier: Apache-2.0
/** Runs between two processes over TLS that are killed, or whose line is cut, at random, and go on: what becomes of them. */

import { Machines, RUN_NAMES } from '../../test/support/faults.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';
import { spread } from '../rounds.js';

/** Pairs of processes at once: one party computes while another one starts. */
const LANES = 2;

/**
 * @typedef {import('../../test/support/faults.js').Fault} Fault
 * @typedef {import('../../test/support/faults.js').Course} Course
 * @typedef {import('../../test/support/faults.js').Run} Run
 */

/**
 * At a random moment of a run: a party is killed by the clock, the line cut by what has passed.
 * @param {Fault['what']} what
 * @param {Course} whole - an undisturbed run
 * @returns {Fault}
 */
function faultIn(what, { connectedSeconds, bytes }) {
  return what === 'line'
    ? { what, afterBytes: Math.floor(Math.random() * bytes) }
    : { what, afterMs: Math.random() * connectedSeconds * 1000 };
}

/**
 * @param {Run} run
 * @param {string} what
 * @param {Course[]} courses
 * @param {string} expected
 */
function cellOf(run, what, courses, expected) {
  const struck = courses.filter(({ hit }) => hit);
  return {
    of: { protocol: run, fault: what },
    figures: {
      runs: courses.length,
      struckBeforeTheEnd: struck.length,
      resumed: courses.filter(({ resumed }) => resumed).length,
      sameResult: courses.filter(({ result }) => result === expected).length,
      attempts: courses.reduce((sum, { attempts }) => sum + attempts, 0),
      seconds: spread(courses.map(({ seconds }) => seconds)),
    },
  };
}

/**
 * All faults of one protocol.
 * @param {Run} run
 * @param {{ size: number, kills: number, cuts: number, program: string, log: (line: string) => void }} plan
 */
async function struck(run, { size, kills, cuts, program, log }) {
  const lanes = Array.from({ length: LANES }, () => new Machines({ size, run, program }));
  try {
    for (const lane of lanes) await lane.start();
    const whole = await Promise.all(lanes.map((lane) => lane.run()));
    /** @type {Map<string, Course[]>} */
    const courses = new Map([['none', whole]]);
    const waiting = [
      ...Array.from({ length: kills }, (_, i) => /** @type {const} */ (i % 2 === 0 ? 'receiver' : 'sender')),
      ...Array.from({ length: cuts }, () => /** @type {const} */ ('line')),
    ];
    let done = 0;
    await Promise.all(
      lanes.map(async (lane, i) => {
        let undisturbed = whole[i];
        for (let what = waiting.shift(); what !== undefined; what = waiting.shift()) {
          const course = await lane.run(faultIn(what, undisturbed));
          courses.set(what, [...(courses.get(what) ?? []), course]);
          if (!course.hit) {
            // It was over before: another one, by the pace that the machine has now.
            undisturbed = course;
            waiting.push(what);
          } else if (++done % 10 === 0) log(`${run}: ${done} of ${kills + cuts}`);
        }
      }),
    );
    const { expected } = lanes[0];
    const all = [...courses.values()].flat();
    return {
      cells: [...courses].map(([what, some]) => cellOf(run, what, some, expected)),
      runs: all.length,
      right: all.filter(({ result }) => result === expected).length,
      charged: lanes.reduce((sum, lane) => sum + lane.charged, 0),
    };
  } finally {
    for (const lane of lanes) await lane.stop();
  }
}

/** @type {import('../run.js').Case} */
const bench = {
  name: 'faults',
  description:
    'kill the parties of a run over TLS, or cut the line, at random, and go on with it: every protocol',
  async run({ quick, node = DEFAULT_MAJOR, log }) {
    const [size, kills, cuts] = quick ? [2000, 4, 2] : [6000, 50, 20];
    const plan = { size, kills, cuts, program: nodeOfMajor(node), log };
    const all = [];
    for (const run of RUN_NAMES) all.push(await struck(run, plan));
    const total = (/** @type {'runs' | 'right' | 'charged'} */ name) =>
      all.reduce((sum, one) => sum + one[name], 0);
    return {
      cells: [
        ...all.flatMap(({ cells }) => cells),
        {
          of: { part: 'all' },
          figures: { elementsOfEach: size, runs: total('runs'), charged: total('charged') },
        },
      ],
      targets: [
        {
          of: { name: 'runs that come to the same result' },
          figure: total('right'),
          unit: 'runs',
          bound: 'at least',
          target: total('runs'),
          met: total('right') === total('runs'),
        },
      ],
    };
  },
};

export default bench;
