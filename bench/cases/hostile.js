// SPDX-License-Identifier: Apache-2.0
/**
 * How long one frame keeps the event loop from its turn, and how long it takes in all: full frames of every kind, valid, with a
 * last element that is none, and with one that is sent twice. The tests hold the number of operations; this is what they take.
 *
 * Turns are told in time and in processor time: the latter is what a party does, whatever else the machine is busy with.
 */

import { createBackend } from 'veilmatch/group';
import { cardinality, intersection, joinIds, sum } from 'veilmatch/psi';
import { numbers, setOf } from '../lists.js';

/** Elements that fill a frame. */
const FRAME = 32_767;
/** What a turn may take, in milliseconds. */
const LIMIT = 100;

/** @type {Readonly<Record<number, string>>} */
const NAMES = {
  1: 'Hello',
  2: 'Blinded',
  3: 'Evaluated',
  4: 'Tags',
  5: 'Finish',
  7: 'Confirm',
  16: 'SumKey',
  17: 'Values',
  18: 'Total',
  19: 'Opened',
  20: 'Ids',
};

/** @typedef {import('veilmatch/psi').PsiMachine<unknown>} Machine */
/** @typedef {{ wall: number, processor: number }} Turn - in milliseconds */
/** @typedef {Turn & { seconds: number, bytes: number }} Cost - the longest turn, and all of them */

/** @type {Readonly<Record<string, (elements: Uint8Array) => Uint8Array>>} */
const LAST = {
  'no element': () => new Uint8Array(32).fill(0xff),
  'sent twice': (elements) => elements.slice(0, 32),
};

/** Milliseconds of the processor that the process has used. */
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * Runs `work` and notes the longest turn of the event loop meanwhile.
 * @param {() => Promise<void>} work
 * @returns {Promise<Turn>}
 */
async function longestTurn(work) {
  const longest = { wall: 0, processor: 0 };
  let [wall, processor, running] = [performance.now(), used(), true];
  const tick = () => {
    const now = { wall: performance.now(), processor: used() };
    longest.wall = Math.max(longest.wall, now.wall - wall);
    longest.processor = Math.max(longest.processor, now.processor - processor);
    ({ wall, processor } = now);
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  running = false;
  tick();
  return longest;
}

/**
 * Passes the frames of a run on, and notes for every kind what taking in and answering one cost at most.
 * @param {Machine} receiver
 * @param {Machine} sender
 * @param {{ type: number, last: string }} [bad] - the first frame of this type ends in this
 */
async function costsOf(receiver, sender, bad) {
  /** @type {Map<string, Cost>} */
  const costs = new Map();
  /** @type {{ to: Machine, frame: Uint8Array }[]} */
  const waiting = [];
  for await (const frame of receiver.start()) waiting.push({ to: sender, frame });
  for await (const frame of sender.start()) waiting.push({ to: receiver, frame });
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { to, frame } = next;
    const wrong = bad?.type === frame[0] ? bad : undefined;
    if (wrong) frame.set(LAST[wrong.last](frame.subarray(5)), frame.length - 32);
    const started = performance.now();
    /** @type {unknown} */
    let failure;
    const turn = await longestTurn(async () => {
      try {
        for await (const answer of to.receive(frame)) {
          waiting.push({ to: to === sender ? receiver : sender, frame: answer });
        }
      } catch (error) {
        failure = error;
      }
    });
    const seconds = (performance.now() - started) / 1000;
    if (wrong !== undefined) {
      if (failure === undefined) throw new Error('A bad frame was taken for a good one.');
      return new Map([[nameOf(frame), { ...turn, seconds, bytes: frame.length }]]);
    }
    if (failure !== undefined) throw failure;
    const before = costs.get(nameOf(frame));
    costs.set(nameOf(frame), {
      wall: Math.max(turn.wall, before?.wall ?? 0),
      processor: Math.max(turn.processor, before?.processor ?? 0),
      seconds: Math.max(seconds, before?.seconds ?? 0),
      bytes: Math.max(frame.length, before?.bytes ?? 0),
    });
  }
  return costs;
}

const nameOf = (/** @type {Uint8Array} */ frame) => NAMES[frame[0]] ?? 'other';

/** @typedef {{ backend: import('veilmatch/group').GroupBackend, chunkSize: number }} Shared */

/** @type {Readonly<Record<string, (size: number, options: Shared) => [Machine, Machine]>>} */
const MODES = {
  intersection: (size, options) => bothOf(intersection, { set: listOf(size) }, { ...options, to: 'both' }),
  cardinality: (size, options) => bothOf(cardinality, { set: listOf(size) }, options),
  sum: (size, options) => bothOf(sum, { set: listOf(size), values: new Array(size).fill(1) }, options),
  'join ids': (size, options) => bothOf(joinIds, { set: listOf(size) }, options),
};

/**
 * @param {import('veilmatch/psi').Protocol} protocol
 * @param {object} own - what either party brings
 * @param {Shared & object} options
 * @returns {[Machine, Machine]}
 */
function bothOf({ receiver, sender }, own, options) {
  return [receiver.machine(own, options), sender.machine(own, options)];
}

const listOf = (/** @type {number} */ size) => setOf(numbers(size, 0));

/** Frames of a mode whose last element is put wrong. */
const BAD = [
  { mode: 'intersection', type: 2, last: 'no element' },
  { mode: 'intersection', type: 2, last: 'sent twice' },
  { mode: 'intersection', type: 3, last: 'no element' },
  { mode: 'intersection', type: 3, last: 'sent twice' },
  { mode: 'join ids', type: 20, last: 'no element' },
  { mode: 'join ids', type: 20, last: 'sent twice' },
];

const short = (/** @type {number} */ value) => Number(value.toPrecision(3));

/** @type {import('../run.js').Case} */
const bench = {
  name: 'hostile',
  description: 'the longest turn of the event loop under full frames, valid and not',
  inProcess: true,
  async run({ quick, full, log }) {
    /** @type {import('../record.js').Cell[]} */
    const cells = [];
    for (const name of /** @type {const} */ (['noble', 'auto'])) {
      const backend = await createBackend({ backend: name, concurrency: 1 });
      // A full frame takes noble more than a minute.
      const size = name === 'noble' && !full ? 1_000 : quick ? 4_000 : FRAME;
      const options = { backend, chunkSize: FRAME };
      const note = (
        /** @type {string} */ mode,
        /** @type {string} */ last,
        /** @type {Map<string, Cost>} */ costs,
      ) => {
        for (const [frame, { wall, processor, seconds, bytes }] of costs) {
          cells.push({
            of: { backend: backend.name, mode, frame, last, elements: size },
            figures: {
              bytes,
              turnMilliseconds: short(wall),
              turnProcessorMilliseconds: short(processor),
              seconds: short(seconds),
            },
          });
        }
      };
      for (const [mode, make] of Object.entries(MODES)) {
        log(`${backend.name}, ${mode}`);
        note(mode, 'valid', await costsOf(...make(size, options)));
      }
      for (const { mode, type, last } of BAD) {
        log(`${backend.name}, ${NAMES[type]}: ${last}`);
        note(mode, last, await costsOf(...MODES[mode](size, options), { type, last }));
      }
      await backend.dispose();
    }
    const longest = Math.max(...cells.map(({ figures }) => Number(figures.turnProcessorMilliseconds)));
    return {
      cells,
      targets: [
        {
          of: { name: 'longest turn under one frame, in processor time' },
          figure: longest,
          unit: 'ms',
          bound: 'below',
          target: LIMIT,
          met: longest < LIMIT,
        },
      ],
    };
  },
};

export default bench;
