// SPDX-License-Identifier: Apache-2.0
/** Runs a measuring script in a process of its own, under the running Node or one that npm brings. */

import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./.engines/', import.meta.url);

/** The line of Node that the figures in the documents are from. */
export const DEFAULT_MAJOR = 24;

/**
 * The program of a Node release line, installed into bench/.engines the first time.
 * @param {number} major
 * @returns {string} path of the program
 */
export function nodeOfMajor(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = new URL(`${major}/`, FOLDER);
  const binary = platform === 'win' ? 'bin/node.exe' : 'bin/node';
  const program = fileURLToPath(new URL(`node_modules/${name}/${binary}`, folder));
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL('package.json', folder), '{ "private": true }\n');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`], {
      cwd: fileURLToPath(folder),
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: platform === 'win',
    });
  }
  return program;
}

/**
 * Runs a script that sends one message, its results, to its parent.
 * @param {URL} script
 * @param {{ program?: string, argument: object, log: (line: string) => void }} options - `argument` reaches the script
 *   as JSON in `process.argv[2]`; messages of the form `{ log }` are passed on, one of the form `{ failure }` rejects
 * @returns {Promise<any>}
 */
export function measured(script, { program = process.execPath, argument, log }) {
  // Node 20 has relaxed SIMD behind a flag, which a process may set for itself and a library must not.
  const relaxed = program === process.execPath && process.versions.node.startsWith('20.');
  const execArgv = relaxed ? ['--experimental-wasm-relaxed-simd'] : [];
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(script), [JSON.stringify(argument)], { execPath: program, execArgv });
    child.on('message', (/** @type {any} */ message) => {
      if (message.log !== undefined) log(message.log);
      else if (message.failure !== undefined) reject(new Error(message.failure));
      else resolve(message);
    });
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`The measuring process ended with status ${status}.`)));
  });
}
