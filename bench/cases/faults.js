// SPDX-License-Identifier: Apache-2.0
/** Runs between two processes over TLS that are killed, or whose line is cut, at random, and go on: what becomes of them. */

import { Machines } from '../../test/support/faults.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';
import { spread } from '../rounds.js';

/** Pairs of processes at once: one party computes while another one starts. */
const LANES = 2;

/**
 * @typedef {import('../../test/support/faults.js').Fault} Fault
 * @typedef {import('../../test/support/faults.js').Course} Course
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
 * @param {string} what
 * @param {Course[]} courses
 * @param {string} expected
 */
function cellOf(what, courses, expected) {
  const struck = courses.filter(({ hit }) => hit);
  return {
    of: { fault: what },
    figures: {
      runs: courses.length,
      struckBeforeTheEnd: struck.length,
      resumed: courses.filter(({ resumed }) => resumed).length,
      sameResult: courses.filter(({ rows }) => rows === expected).length,
      attempts: courses.reduce((sum, { attempts }) => sum + attempts, 0),
      seconds: spread(courses.map(({ seconds }) => seconds)),
    },
  };
}

/** @type {import('../run.js').Case} */
const bench = {
  name: 'faults',
  description: 'kill the parties of a run over TLS, or cut the line, at random, and go on with it',
  async run({ quick, node = DEFAULT_MAJOR, log }) {
    const [size, kills, cuts] = quick ? [2000, 4, 2] : [6000, 50, 20];
    const lanes = Array.from({ length: LANES }, () => new Machines({ size, program: nodeOfMajor(node) }));
    try {
      for (const lane of lanes) await lane.start();
      const whole = await Promise.all(lanes.map((lane) => lane.run()));
      /** @type {Map<string, Course[]>} */
      const courses = new Map([['none', whole]]);
      const waiting = [
        ...Array.from(
          { length: kills },
          (_, i) => /** @type {const} */ (i % 2 === 0 ? 'receiver' : 'sender'),
        ),
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
            } else if (++done % 10 === 0) log(`${done} of ${kills + cuts}`);
          }
        }),
      );
      const { expected } = lanes[0];
      const cells = [...courses].map(([what, all]) => cellOf(what, all, expected));
      const charged = lanes.reduce((sum, lane) => sum + lane.charged, 0);
      const all = [...courses.values()].flat();
      const right = all.filter(({ rows }) => rows === expected).length;
      return {
        cells: [
          ...cells,
          { of: { part: 'all' }, figures: { elementsOfEach: size, runs: all.length, charged } },
        ],
        targets: [
          {
            of: { name: 'runs that come to the same result' },
            figure: right,
            unit: 'runs',
            bound: 'at least',
            target: all.length,
            met: right === all.length,
          },
        ],
      };
    } finally {
      for (const lane of lanes) await lane.stop();
    }
  },
};

export default bench;
