// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench [-- NAME ...] [--quick] [--full] [--sizes N,N] [--node MAJOR]`: runs the cases in bench/cases one after another, prints
 * what they return, and stores it in bench/results/NAME.json with the machine it was measured on. What a run leaves out
 * stays in the file, marked with the run that it is from.
 *
 * @typedef {object} Size
 * @property {boolean} quick - seconds instead of minutes, for trying a change
 * @property {boolean} full - sizes that take long, once each
 * @property {readonly number[]} [sizes] - of lists, for a case that says that it takes them
 * @property {number} [node] - the engine to measure, where it is not the case's own choice
 * @property {(line: string) => void} log - progress
 *
 * @typedef {object} Case - the default export of bench/cases/NAME.js
 * @property {string} name
 * @property {string} description - one line
 * @property {boolean} [takesSizes] - whether it takes `--sizes`
 * @property {boolean} [inProcess] - whether it measures in the runner's own process, and so in the runner's own Node
 * @property {(size: Size) => Promise<object>} run - `Results` of record.js, or figures in any nesting, with their units
 *   in the names
 */

import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_MAJOR, nodeOfMajor } from './engines.js';
import { asResults, commit, load, machine, RESULTS, recordOf, store } from './record.js';

const CASES = new URL('./cases/', import.meta.url);

/** @returns {Promise<string[]>} */
async function caseNames() {
  const files = await readdir(CASES);
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

/** @param {unknown} value */
function readableFigure(value) {
  const text = (/** @type {unknown} */ one) => (typeof one === 'number' ? one.toLocaleString('en-US') : one);
  if (typeof value !== 'object' || value === null) return text(value);
  const { median, low, high } = /** @type {any} */ (value);
  return `${text(median)} (${text(low)} to ${text(high)})`;
}

/** One line a cell. @param {import('./record.js').Results} results */
function readable({ cells, ratios = [], targets = [] }) {
  const labels = (/** @type {object} */ of) => Object.values(of).join(', ');
  const figures = (/** @type {object} */ all) =>
    Object.entries(all)
      .map(([name, value]) => `${name} ${readableFigure(value)}`)
      .join(', ');
  return [
    ...cells.map(({ of, figures: all, failure }) => `${labels(of)}: ${failure ?? figures(all)}`),
    ...ratios.map(({ of, times }) => `${labels(of)}: ${readableFigure(times)} times`),
    ...targets.map(
      ({ of, figure, unit, bound, target, met }) =>
        `${met ? 'met' : 'MISSED'}: ${of.name}: ${readableFigure(figure)} ${unit}, ${bound} ${target}`,
    ),
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

/** @param {string} program - of Node */
const versionOf = (program) => execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();

/**
 * @param {string} name
 * @param {Size} size
 * @param {URL | undefined} folder - where results go
 */
async function runCase(name, size, folder) {
  /** @type {{ default: Case }} */
  const { default: bench } = await import(new URL(`${name}.js`, CASES).href);
  if (size.sizes !== undefined && !bench.takesSizes)
    throw new Error('It has sizes of its own: leave --sizes away.');
  console.log(`${bench.name}: ${bench.description}`);
  const date = new Date().toISOString();
  const started = performance.now();
  const results = asResults(await bench.run(size));
  console.log(readable(results));
  console.log(`  took ${Math.round((performance.now() - started) / 1000)} s`);
  if (folder === undefined) return;
  const node = bench.inProcess ? process.version : versionOf(nodeOfMajor(size.node ?? DEFAULT_MAJOR));
  const origin = { name: bench.name, machine: machine(), node, commit: commit(), date };
  const stored = await store(recordOf(origin, results, load(name, folder)), folder);
  console.log(`  stored in ${stored}\n`);
}

/** @param {readonly string[]} names */
function usage(names) {
  return `Usage: npm run bench [-- NAME ...] [--quick] [--full] [--rows N,...] [--node MAJOR] [--results FOLDER]

Runs every case, or those named, and stores the figures in bench/results/NAME.json.

  --quick           small sizes; nothing stored, unless --results says where
  --full            sizes that take long, too
  --sizes N,N       the sizes of lists, for datasets, native, ot-files, spark and whole; what was measured at others stays
                    stored
  --node MAJOR      the line of Node to measure, fetched if it is not the running one (default: ${DEFAULT_MAJOR})
  --results FOLDER  another folder for the figures
  --help            this text

Cases: ${names.join(', ')}`;
}

/** @returns {Promise<number>} the exit status */
async function main() {
  const names = await caseNames();
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        full: { type: 'boolean' },
        sizes: { type: 'string' },
        node: { type: 'string' },
        results: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (parsed.values.node !== undefined && !/^\d{2}$/.test(parsed.values.node)) {
      throw new Error('--node takes the number of a line of Node, such as 24.');
    }
    if (parsed.values.sizes !== undefined && !/^[1-9]\d*(?:,[1-9]\d*)*$/.test(parsed.values.sizes)) {
      throw new Error('--sizes takes whole numbers with commas between them, such as 1000000,10000000.');
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage(names)}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(usage(names));
    return 0;
  }
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no case named ${unknown.join(', ')}. Cases: ${names.join(', ')}`);
    return 2;
  }
  const size = {
    quick: values.quick ?? false,
    full: values.full ?? false,
    ...(values.sizes !== undefined && { sizes: values.sizes.split(',').map(Number) }),
    ...(values.node !== undefined && { node: Number(values.node) }),
    log: (/** @type {string} */ line) => console.error(`  ${line}`),
  };
  const own = values.results === undefined ? undefined : pathToFileURL(`${resolve(values.results)}/`);
  const folder = own ?? (size.quick ? undefined : RESULTS);
  const chosen = positionals.length > 0 ? positionals : names;
  const started = performance.now();
  // One case that cannot run here does not cost the others their results.
  let status = 0;
  for (const name of chosen) {
    try {
      await runCase(name, size, folder);
    } catch (error) {
      status = 1;
      console.error(`  ${name} failed: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  const minutes = (performance.now() - started) / 60_000;
  if (chosen.length > 1) console.log(`${chosen.length} cases took ${minutes.toFixed(1)} minutes.`);
  return status;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
