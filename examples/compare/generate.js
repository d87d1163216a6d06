// SPDX-License-Identifier: Apache-2.0
/**
 * Writes the two lists of lists.js to files.
 *
 *     node examples/compare/generate.js [--rows N] [--shared N] [--seed N] [--out FOLDER]
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { generateLists } from './lists.js';

export { generateLists };

/** @typedef {import('./lists.js').GenerateOptions} GenerateOptions */
/** @typedef {import('./lists.js').Truth} Truth */

/**
 * Writes `hospital.csv` and `network.csv`.
 * @param {string} folder is made if it is missing
 * @param {GenerateOptions} [options]
 * @returns {Promise<{ hospital: string, network: string, truth: Truth }>} the paths, and what the files hold
 */
export async function writeLists(folder, options) {
  const lists = generateLists(options);
  const paths = { hospital: join(folder, 'hospital.csv'), network: join(folder, 'network.csv') };
  await mkdir(folder, { recursive: true });
  await writeFile(paths.hospital, lists.hospital);
  await writeFile(paths.network, lists.network);
  return { ...paths, truth: lists.truth };
}

const USAGE = `Usage: node generate.js [--rows N] [--shared N] [--seed N] [--out FOLDER]

Writes hospital.csv and network.csv into FOLDER (the current one), N rows each, of which about as many people are on both
as --shared says. The same seed gives the same lists.`;

/** @param {readonly string[]} argv */
async function main(argv) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string' },
      shared: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string', default: '.' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  /** @type {GenerateOptions} */
  const options = {};
  for (const name of /** @type {const} */ (['rows', 'shared', 'seed'])) {
    const text = values[name];
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name} must be a whole number.`);
    options[name] = Number(text);
  }
  const { hospital, network, truth } = await writeLists(values.out, options);
  console.log(`${hospital} and ${network} share ${truth.sharedIdentifiers} identifiers.`);
  console.log(`${truth.matches.length} rows of ${network} match.`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2)).catch((error) => {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  });
}
