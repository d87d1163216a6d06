// SPDX-License-Identifier: Apache-2.0
/**
 * What others offer for the same work, each in its best configuration: the same sets in turns in one process, and the
 * same result checked. Holds the targets that the project sets itself.
 */

import { middle } from '../cells.js';
import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';
import { spread } from '../rounds.js';

const script = (/** @type {string} */ name) => new URL(`../contest/${name}.js`, import.meta.url);
const PSI_JS = ['psi.js GCS', 'psi.js Bloom', 'psi.js Raw'];
const PACKAGES = ['@openmined/psi.js', 'libsodium-wrappers-sumo', '@cloudflare/voprf-ts', 'hash-wasm'];
const COLD_STARTS = 10;
/** Seconds: whoever is expected to take longer has one turn, and only in full. */
const LONG = 20;
const MEBI = 2 ** 20;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'peers',
  description: 'other libraries at the same work, on the same sets, and the targets',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    /** @type {Required<import('../record.js').Results>} */
    const all = { cells: [], ratios: [], targets: [] };
    const add = (/** @type {import('../record.js').Cell} */ cell) => {
      const key = JSON.stringify(cell.of);
      if (!all.cells.some(({ of }) => JSON.stringify(of) === key)) all.cells.push(cell);
    };
    const run = async (/** @type {string} */ name, /** @type {Record<string, any>} */ argument) => {
      log(name);
      try {
        const { cells, ratios = [] } = await measured(script(name), { program, argument, log });
        cells.forEach(add);
        all.ratios.push(...ratios);
      } catch (error) {
        // A peer that takes its process with it is a failure of that peer, and the others go on.
        const { rounds: _, contestants = [], ...labels } = argument;
        const failure = error instanceof Error ? error.message : String(error);
        add({ of: { work: name, name: contestants.at(-1) ?? name, ...labels }, figures: {}, failure });
      }
    };

    const others = [...PSI_JS, 'libsodium', 'noble'];
    // Ten times what a tenth of the elements took.
    const isLong = (/** @type {string} */ name, /** @type {number} */ size) => {
      const tenth = all.cells.find(
        ({ of }) => of.work === 'intersection' && of.name === name && of.size === size / 10,
      );
      return 10 * middle(tenth?.figures.seconds ?? 0) > LONG;
    };
    const alone = async (
      /** @type {string} */ name,
      /** @type {number} */ size,
      /** @type {number} */ threads,
    ) => {
      // In a process of its own: theirs end at times.
      await run('intersection', { size, rounds: 1, threads, contestants: ['veilmatch', name] });
    };
    for (const size of quick ? [100, 1_000] : [100, 1_000, 10_000]) {
      const contestants = ['veilmatch', ...others.filter((name) => !isLong(name, size))];
      await run('intersection', { size, rounds: quick ? 2 : 3, threads: 1, contestants });
      if (full) for (const name of others) if (isLong(name, size)) await alone(name, size, 1);
    }
    if (full) for (const name of [...PSI_JS, 'libsodium']) await alone(name, 100_000, 2);
    await run('oprf', { size: quick ? 100 : 1_000, rounds: quick ? 2 : 5 });
    await run('tokens', {
      size: quick ? 10_000 : 100_000,
      prefix: quick ? '415555' : '4155',
      rounds: quick ? 1 : 3,
    });
    await run('contact', { size: quick ? 10_000 : 1_000_000, contacts: 1_000, rounds: quick ? 5 : 15 });

    log('cold starts');
    const starts = [];
    for (let i = 0; i < COLD_STARTS; i++)
      starts.push(await measured(script('cold'), { program, argument: {}, log }));
    all.cells.push({
      of: { work: 'cold start', name: 'veilmatch', size: 100, threads: 1 },
      figures: {
        milliseconds: spread(starts.map(({ milliseconds }) => milliseconds)),
        importMilliseconds: spread(starts.map(({ importMilliseconds }) => importMilliseconds)),
      },
    });

    const large = full ? MEBI : quick ? 1_000 : 100_000;
    log(`bytes at ${large.toLocaleString('en-US')}`);
    const { rawBytesPerElement } = await import('../contest/raw-bytes.js');
    const argument = { size: large, concurrency: 2, protocol: 'ecdh-psi', rounds: 1 };
    const ours = await measured(new URL('../protocols/run.js', import.meta.url), { program, argument, log });
    const bytes = { veilmatch: ours.bytes / large, 'psi.js Raw': await rawBytesPerElement(large) };
    for (const [name, bytesPerElement] of Object.entries(bytes)) {
      all.cells.push({ of: { work: 'bytes', name, size: large }, figures: { bytesPerElement } });
    }

    const { versionOf } = await import('../contest/peers.js');
    for (const name of PACKAGES) {
      all.cells.push({ of: { work: 'version', name }, figures: { version: versionOf(name) } });
    }
    const curves = {
      of: { work: 'version', name: '@noble/curves' },
      figures: { version: versionOf('@noble/curves', '../../') },
    };
    return { ...all, cells: [...all.cells, curves], targets: targetsOf(all) };
  },
};

/**
 * Against the fastest of a peer's configurations that did the work.
 * @param {import('../record.js').Results} results
 * @returns {import('../record.js').Target[]}
 */
function targetsOf({ cells, ratios = [] }) {
  const slowest = (/** @type {object} */ labels, /** @type {string[]} */ names) => {
    const found = ratios.filter(
      ({ of }) =>
        names.includes(String(of.slow)) &&
        Object.entries(labels).every(([name, value]) => of[name] === value),
    );
    return found.length === 0 ? undefined : Math.min(...found.map(({ times }) => middle(times)));
  };
  const figure = (/** @type {object} */ labels, /** @type {string} */ name) =>
    middle(
      cells.find(({ of }) => Object.entries(labels).every(([label, value]) => of[label] === value))?.figures[
        name
      ],
    );
  const intersection = { work: 'intersection' };
  const discovery = { work: 'contact discovery', size: 1_000_000 };
  const bytes = (/** @type {string} */ name) =>
    figure({ work: 'bytes', name, size: MEBI }, 'bytesPerElement');
  const work = figure(discovery, 'clientMilliseconds') + figure(discovery, 'openMilliseconds');
  const rows = /** @type {const} */ ([
    [
      'balanced intersection of 10,000, one thread, against psi.js',
      slowest({ ...intersection, size: 10_000, threads: 1 }, PSI_JS),
      'times faster',
      'at least',
      20,
    ],
    [
      'balanced intersection of 100,000, two threads, against psi.js',
      slowest({ ...intersection, size: 100_000, threads: 2 }, PSI_JS),
      'times faster',
      'at least',
      40,
    ],
    [
      'OPRF of 1,000 in a batch, against voprf-ts',
      slowest({ work: 'oprf', size: 1_000 }, ['voprf-ts']),
      'times faster',
      'at least',
      20,
    ],
    [
      'bytes per element at 2^20, against psi.js Raw',
      bytes('veilmatch') / bytes('psi.js Raw'),
      'times as many',
      'at most',
      0.75,
    ],
    ['client work for 1,000 contacts against a published set of 10^6', work, 'ms', 'below', 150],
    [
      'import to the first result of 100 x 100, cold process',
      figure({ work: 'cold start' }, 'milliseconds'),
      'ms',
      'below',
      300,
    ],
  ]);
  return rows.flatMap(([name, value, unit, bound, target]) => {
    if (value === undefined || Number.isNaN(value)) return [];
    const met =
      bound === 'at least' ? value >= target : bound === 'at most' ? value <= target : value < target;
    return { of: { name }, figure: Number(value.toPrecision(4)), unit, bound, target, met };
  });
}

export default bench;
