// SPDX-License-Identifier: Apache-2.0
/**
 * Reading a messy customer list: time and peak memory of `identifiersFromRows`, each run in a process of its own so that
 * one does not warm up the next. From an array the memory of the rows themselves is part of the peak, and their making is
 * not part of the time; from a generator, as when a file is read, it is the other way round.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';
import { messyRows } from '../messy-rows.js';

/** @type {import('../run.js').Case} */
const bench = {
  name: 'identifiers',
  description: 'normalise a messy list of customers into a set of identifiers',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const rows = quick ? 100_000 : 1_000_000;
    const runs = [];
    const plans = [
      { concurrency: 1, source: 'array' },
      { concurrency: 2, source: 'array' },
      { concurrency: 2, source: 'generator' },
      ...(full ? [{ concurrency: 4, source: 'array' }] : []),
    ];
    for (const { concurrency, source } of plans) {
      log(
        `${rows.toLocaleString('en-US')} rows from ${source === 'array' ? 'an' : 'a'} ${source}, concurrency ${concurrency}`,
      );
      runs.push(await measured(nodeOfMajor(node), rows, concurrency, source));
    }
    return { rows, runs };
  },
};

export default bench;

/**
 * @param {string} program
 * @param {number} rows
 * @param {number} concurrency
 * @param {string} source
 * @returns {Promise<object>}
 */
function measured(program, rows, concurrency, source) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [String(rows), String(concurrency), source], {
      execPath: program,
    });
    child.on('message', (figures) => resolve(/** @type {object} */ (figures)));
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`The measuring process ended with status ${status}.`)));
  });
}

/** The child: reads the list once and reports. */
async function measure() {
  const { identifiersFromRows } = await import('veilmatch/identifiers');
  const [rows, concurrency] = process.argv.slice(2, 4).map(Number);
  const source = process.argv[4];
  const list = source === 'array' ? [...messyRows(rows)] : messyRows(rows);
  const rssBefore = process.memoryUsage().rss;
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { set, rejected } = await identifiersFromRows(list, { country: 'US', concurrency });
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  process.send({
    source,
    concurrency,
    seconds: round(seconds, 2),
    // Of all threads together; it tells more than the clock when the machine has other things to do.
    cpuSeconds: round((cpu.user + cpu.system) / 1e6, 2),
    rowsPerSecond: Math.round(rows / seconds),
    peakRssMegabytes: round(process.resourceUsage().maxRSS / 1024, 0),
    rssBeforeMegabytes: round(rssBefore / 2 ** 20, 0),
    identifiers: set.size,
    rejected: rejected.length,
  });
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits) {
  return Number(value.toFixed(digits));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure();
