// SPDX-License-Identifier: Apache-2.0
/**
 * Every protocol on lists of growing size: time, bytes, memory, group operations, how they grow, and what more threads
 * bring. Also what each hashing scheme costs those who match and those who reverse, and where a PSI's time goes.
 */

import { availableParallelism } from 'node:os';
import { protocols } from 'veilmatch/compare';
import { middle } from '../cells.js';
import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';
import { exponentOf } from '../fit.js';
import { load } from '../record.js';

const script = (/** @type {string} */ name) => new URL(`../protocols/${name}.js`, import.meta.url);
const DECADES = [100, 1_000, 10_000, 100_000, 1_000_000];
/** A token takes some 100 ms: what others do in thousands. */
const SLOW = [10, 30, 100];
/** Seconds: longer cells are run once, and only in full; those that would take hours are not run. */
const LONG = 20;
const HOPELESS = 1200;
const ROUNDS = 5;
/** Below that, starting costs more than growing. */
const GROWS_FROM = 1_000;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'protocols',
  description: 'every protocol at growing sizes: time, bytes, memory, group operations, growth, threads',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    /** @type {import('../record.js').Cell[]} */
    const cells = [];
    const largest = quick ? 1_000 : full ? 1_000_000 : 10_000;
    for (const { id } of protocols) {
      let before = 0;
      for (const size of id === 'slow' ? SLOW.slice(0, quick ? 1 : SLOW.length) : DECADES) {
        // As many times the time of the size before as there are more elements.
        const last = cells.at(-1);
        const expected = before === 0 ? 0 : (middle(last?.figures.seconds) * size) / before;
        if (size > largest || expected > (full ? HOPELESS : LONG)) break;
        log(`${id}, ${size.toLocaleString('en-US')}`);
        const long = expected > LONG / ROUNDS || size >= 100_000;
        const argument = { protocol: id, size, concurrency: 1, rounds: long || id === 'slow' ? 1 : ROUNDS };
        const of = { part: 'size', protocol: id, size };
        try {
          cells.push({ of, figures: await measured(script('run'), { program, argument, log }) });
        } catch (error) {
          // Half an hour of other cells is not lost with it.
          cells.push({ of, figures: {}, failure: error instanceof Error ? error.message : String(error) });
          break;
        }
        before = size;
      }
    }
    for (const count of threadCounts()) {
      const size = quick ? 1_000 : 20_000;
      const timeOf = async (/** @type {number} */ concurrency) => {
        const argument = { protocol: 'ecdh-psi', size, concurrency, rounds: 3 };
        return (await measured(script('run'), { program, argument, log })).seconds;
      };
      log(`${count} threads`);
      const seconds = await timeOf(count);
      // What the machine has to give: runs that share nothing but its caches and its clock.
      log(`${count} processes`);
      const processes = await Promise.all(Array.from({ length: count }, () => timeOf(1)));
      cells.push({
        of: { part: 'threads', threads: count },
        figures: {
          seconds,
          elementsPerSecond: Math.round(size / middle(seconds)),
          elementsPerSecondOfProcesses: Math.round(
            processes.reduce((sum, one) => sum + size / middle(one), 0),
          ),
        },
      });
    }
    for (const [name, argument] of /** @type {const} */ ([
      ['phases', { size: quick ? 1_000 : 10_000, rounds: 5 }],
      ['hashing', { quick }],
    ])) {
      log(name);
      cells.push(...(await measured(script(name), { program, argument, log })).cells);
    }
    return { cells: [...cells, ...growth(cells)] };
  },
};

/** 1, 2, 4 and so on, and all of the machine's. */
function threadCounts() {
  const cores = availableParallelism();
  const counts = [];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return [...counts, cores];
}

/**
 * Exponents over all sizes that are known, those of earlier full runs too.
 * @param {readonly import('../record.js').Cell[]} cells
 * @returns {import('../record.js').Cell[]}
 */
function growth(cells) {
  const fresh = new Set(cells.map(({ of }) => JSON.stringify(of)));
  const stored = (load('protocols')?.cells ?? []).filter(({ of }) => !fresh.has(JSON.stringify(of)));
  return protocols.flatMap(({ id }) => {
    const smallest = id === 'slow' ? SLOW[0] : GROWS_FROM;
    const sizes = [...cells, ...stored]
      .filter(({ of, failure }) => of.protocol === id && of.size >= smallest && failure === undefined)
      .sort((a, b) => Number(a.of.size) - Number(b.of.size));
    if (sizes.length < 2) return [];
    const exponent = (/** @type {string} */ name) => {
      const points = sizes.map(({ of, figures }) => ({ n: Number(of.size), y: middle(figures[name]) }));
      return points.every(({ y }) => y > 0) ? exponentOf(points) : null;
    };
    return {
      of: { part: 'growth', protocol: id },
      figures: {
        timeExponent: exponent('seconds'),
        bytesExponent: exponent('bytes'),
        multiplicationsExponent: exponent('multiplications'),
        smallest: Number(sizes[0]?.of.size),
        largest: Number(sizes.at(-1)?.of.size),
      },
    };
  });
}

export default bench;
