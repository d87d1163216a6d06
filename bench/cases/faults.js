// SPDX-License-Identifier: Apache-2.0
/** Runs between two processes over TLS that are killed, or whose line is cut, at random, and go on: what becomes of them. */

import { Machines } from '../../test/support/faults.js';
import { nodeOfMajor } from '../engines.js';
import { spread } from '../rounds.js';

/** Pairs of processes at once: one party computes while another one starts. */
const LANES = 2;

/**
 * @typedef {import('../../test/support/faults.js').Fault} Fault
 * @typedef {import('../../test/support/faults.js').Course} Course
 */

/**
 * @param {number} kills
 * @param {number} cuts
 * @param {Course} whole - an undisturbed run
 * @returns {Fault[]} kills at random times, of both parties in turn; cuts after random numbers of bytes
 */
function faultsOf(kills, cuts, { connectedSeconds, bytes }) {
  return [
    ...Array.from({ length: kills }, (_, i) => ({
      what: /** @type {const} */ (i % 2 === 0 ? 'receiver' : 'sender'),
      afterMs: Math.random() * connectedSeconds * 1000,
    })),
    ...Array.from({ length: cuts }, () => ({
      what: /** @type {const} */ ('line'),
      afterBytes: Math.floor(Math.random() * bytes),
    })),
  ];
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
  async run({ quick, log }) {
    const [size, kills, cuts] = quick ? [2000, 4, 2] : [6000, 50, 20];
    const lanes = Array.from({ length: LANES }, () => new Machines({ size, program: nodeOfMajor(24) }));
    try {
      for (const lane of lanes) await lane.start();
      const whole = await Promise.all(lanes.map((lane) => lane.run()));
      const waiting = faultsOf(kills, cuts, whole[0]);
      /** @type {Map<string, Course[]>} */
      const courses = new Map([['none', whole]]);
      let done = 0;
      await Promise.all(
        lanes.map(async (lane) => {
          for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
            const course = await lane.run(fault);
            courses.set(fault.what, [...(courses.get(fault.what) ?? []), course]);
            if (++done % 10 === 0) log(`${done} of ${kills + cuts}`);
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
            target: lanes.length + kills + cuts,
            met: right === lanes.length + kills + cuts,
          },
        ],
      };
    } finally {
      for (const lane of lanes) await lane.stop();
    }
  },
};

export default bench;
