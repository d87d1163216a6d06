// SPDX-License-Identifier: Apache-2.0
/** The packages to compare with, from bench/peers, and their versions. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);

if (!existsSync(new URL('node_modules', FOLDER))) {
  throw new Error('The peers are not installed: npm ci --ignore-scripts --prefix bench/peers');
}

export const peer = createRequire(fileURLToPath(new URL('package.json', FOLDER)));

/** @param {string} name @param {string} [folder] */
export function versionOf(name, folder = '../peers/') {
  const file = new URL(`${folder}node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
