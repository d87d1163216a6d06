// SPDX-License-Identifier: Apache-2.0
/**
 * The process that measures for the case `timing`: does the time of looking a peer's tags up tell how many of them are shared?
 * Among sorted records, as a receiver does it, and in a hash table, which is the control: there it does.
 *
 * What is measured is internal, so it is taken from the built files and not from the package's public paths.
 */

import { randomFillSync } from 'node:crypto';
import { median, ratios, spread } from '../rounds.js';

const { DistinctBytes } = await import(new URL('../../dist/bytes.js', import.meta.url).href);
const { sortRecords } = await import(new URL('../../dist/sorting.js', import.meta.url).href);
const { SortedRecords } = await import(new URL('../../dist/psi/run/matching.js', import.meta.url).href);

/** @type {{ elements: number, rounds: number }} */
const { elements, rounds } = JSON.parse(process.argv[2] ?? '{"elements":50000,"rounds":3}');

/** Bytes of a tag between two lists of 250,000 to 500,000. */
const WIDTH = 10;
/** Rounds before the clock starts: the engine compiles in them. */
const WARM_UP = 3;

const randomTags = () => {
  const tags = new Uint8Array(elements * WIDTH);
  for (let at = 0; at < tags.length; at += 65_536) randomFillSync(tags.subarray(at, at + 65_536));
  return tags;
};

const own = randomTags();
const table = new DistinctBytes();
for (let at = 0; at < own.length; at += WIDTH) table.add(own, at, at + WIDTH);
const sorted = await SortedRecords.of(own, WIDTH);
const peers = { all: sortRecords(own, WIDTH), none: sortRecords(randomTags(), WIDTH) };

/** @type {Readonly<Record<string, (tags: Uint8Array) => number>>} */
const WAYS = {
  'sorted records': (tags) => {
    let matches = 0;
    for (let at = 0; at < tags.length; at += WIDTH) matches += sorted.find(tags, at) & 1;
    return matches;
  },
  'hash table': (tags) => {
    let matches = 0;
    for (let at = 0; at < tags.length; at += WIDTH) if (table.indexOf(tags, at, at + WIDTH) >= 0) matches++;
    return matches;
  },
};

/**
 * @param {() => number} run @param {number} expected
 * @returns {number} milliseconds of the processor, whatever else the machine is busy with
 */
function timed(run, expected) {
  const start = process.cpuUsage();
  if (run() !== expected) throw new Error('The look-ups found something else than is there.');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const lookUps = Object.entries(WAYS).map(([way, run]) => {
  /** @type {{ all: number[], none: number[] }} */
  const times = { all: [], none: [] };
  for (let round = -WARM_UP; round < rounds; round++) {
    // Each comes first in every second round.
    for (const shared of /** @type {const} */ (round % 2 === 0 ? ['all', 'none'] : ['none', 'all'])) {
      const time = timed(() => run(peers[shared]), shared === 'all' ? elements : 0);
      if (round >= 0) times[shared].push(time);
    }
  }
  return {
    way,
    elements,
    millisecondsAllShared: spread(times.all),
    millisecondsNoneShared: spread(times.none),
    allToNone: ratios(times.none, times.all),
    medianNanosecondsEach: Math.round((median(times.none) / elements) * 1e6),
  };
});
process.send?.(lookUps);
process.disconnect?.();
