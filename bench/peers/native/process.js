// SPDX-License-Identifier: Apache-2.0
/** Other people's programs: how they are started, held to as many cores as everybody has, and asked what they measured. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is built or installed once. */
const BUILT = new URL('../../.engines/native/', import.meta.url);
const MINUTE = 60_000;

/** @param {string} name of a peer @returns {string} a folder of its own, which stays for the next run */
export function folderOf(name) {
  const folder = fileURLToPath(new URL(`${name}/`, BUILT));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The sources of a peer's program, copied into its folder, so that nothing is built among ours. @param {string} name */
export function sourcesOf(name) {
  const folder = folderOf(name);
  cpSync(fileURLToPath(new URL(`${name}/`, import.meta.url)), folder, { recursive: true });
  return folder;
}

/**
 * @param {string} program
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @throws {Error} where it ends with another status than 0
 */
export function build(program, argv, { cwd, env } = {}) {
  execFileSync(program, argv, {
    stdio: 'pipe',
    timeout: 15 * MINUTE,
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
  });
}

/** @param {string} program @param {readonly string[]} [argv] */
export function isThere(program, argv = ['--version']) {
  try {
    execFileSync(program, argv, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Packages of Python, as wheels alone, in a folder of their own.
 * @param {string} name of the peer
 * @param {readonly string[]} packages with versions
 * @returns {string} the folder
 */
export function pythonPackages(name, packages) {
  const folder = folderOf(`${name}-python`);
  // What was installed once stays, of these versions.
  const [installed, wanted] = [`${folder}installed.txt`, packages.join('\n')];
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return folder;
  const argv = ['-m', 'pip', 'install', '-q', '--only-binary', ':all:', '--upgrade', '--target', folder];
  build('python3', [...argv, ...packages]);
  writeFileSync(installed, wanted);
  return folder;
}

/**
 * Runs a program that prints what it measured, as JSON, on its last line.
 * @param {string} program
 * @param {readonly string[]} argv
 * @param {{ threads: number, env?: Record<string, string> }} options - `threads`: the cores that it may use
 * @returns {Promise<any>}
 * @throws {Error} with its last line where it fails
 */
export async function measuredBy(program, argv, { threads, env }) {
  const cores = Array.from({ length: threads }, (_, i) => i).join(',');
  const pinned = process.platform === 'linux' && isThere('taskset');
  const [first, ...rest] = pinned ? ['taskset', '-c', cores, program, ...argv] : [program, ...argv];
  const child = spawn(first ?? program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GOMAXPROCS: `${threads}`, OMP_NUM_THREADS: `${threads}`, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err = (err + chunk).slice(-4000);
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const line = (/** @type {string} */ text) => text.trim().split('\n').at(-1) ?? '';
  if (status !== 0) throw new Error(`ended with status ${status}: ${line(err).slice(0, 200)}`);
  return JSON.parse(line(out));
}
