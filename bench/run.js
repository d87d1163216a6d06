// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench [-- NAME ...] [--quick] [--full]`: runs the cases in bench/cases one after another, prints what they
 * return, and stores it in bench/results/NAME.json with the machine it was measured on.
 *
 * @typedef {object} Size
 * @property {boolean} quick - seconds instead of minutes, for trying a change; its results are printed, not stored
 * @property {boolean} full - sizes that take long
 * @property {(line: string) => void} log - progress
 *
 * @typedef {object} Case - the default export of bench/cases/NAME.js
 * @property {string} name
 * @property {string} description - one line
 * @property {(size: Size) => Promise<object>} run - figures as JSON, with their units in the names
 */

import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CASES = new URL('./cases/', import.meta.url);
const RESULTS = new URL('./results/', import.meta.url);

/** @returns {Promise<string[]>} */
async function caseNames() {
  const files = await readdir(CASES);
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

/** @returns {string | undefined} the commit that is measured, marked when files differ from it */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, {
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('..', import.meta.url)),
      }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'bench', ':!bench/results') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return undefined;
  }
}

/** @returns {object} */
function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), memory };
}

/**
 * Readable rather than JSON: one figure a line, nested ones indented.
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function readable(value, indent = '  ') {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
    return value.map((item) => `${readable(item, indent)}\n`).join('');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${indent}${value}\n`;
  return Object.entries(value)
    .map(([name, item]) =>
      typeof item === 'object' && item !== null
        ? `${indent}${name}:\n${readable(item, `${indent}  `)}`
        : `${indent}${name}: ${typeof item === 'number' ? item.toLocaleString('en-US') : item}\n`,
    )
    .join('');
}

/**
 * @param {string} name
 * @param {Size} size
 */
async function runCase(name, size) {
  /** @type {{ default: Case }} */
  const { default: bench } = await import(new URL(`${name}.js`, CASES).href);
  console.log(`${bench.name}: ${bench.description}`);
  const results = await bench.run(size);
  console.log(readable(results));
  if (size.quick) return;
  const record = {
    name: bench.name,
    machine: machine(),
    node: process.version,
    commit: commit(),
    date: new Date().toISOString(),
    results,
  };
  await mkdir(RESULTS, { recursive: true });
  const target = new URL(`${name}.json`, RESULTS);
  const temporary = new URL(`${name}.json.partial`, RESULTS);
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`);
  await rename(temporary, target);
  console.log(`  stored in ${fileURLToPath(target)}\n`);
}

/** @param {readonly string[]} names */
function usage(names) {
  return `Usage: npm run bench [-- NAME ...] [--quick] [--full]

Runs every case, or those named, and stores the figures in bench/results/NAME.json.

  --quick  small sizes, nothing stored
  --full   sizes that take long, too
  --help   this text

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
        help: { type: 'boolean', short: 'h' },
      },
    });
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
    log: (/** @type {string} */ line) => console.error(`  ${line}`),
  };
  for (const name of positionals.length > 0 ? positionals : names) await runCase(name, size);
  return 0;
}

process.exitCode = await main();
