// SPDX-License-Identifier: Apache-2.0
/**
 * The Go program of PAIR, built where it can be had: from the module proxy that Go is set to, or from a copy of
 * github.com/optable/match whose folder OPTABLE_MATCH names.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULE = 'github.com/optable/match';
const MINUTE = 60_000;

/**
 * @returns {{ readonly path: string } | { readonly missing: string }} the program in a new folder, or why there is none
 */
export function pairProgram() {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-pair-go-'));
  cpSync(fileURLToPath(new URL('go', import.meta.url)), folder, { recursive: true });
  const go = (/** @type {string[]} */ ...argv) =>
    execFileSync('go', argv, {
      cwd: folder,
      timeout: MINUTE,
      stdio: 'pipe',
      env: { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false' },
    });
  try {
    go('version');
  } catch {
    return { missing: 'Go is not installed' };
  }
  try {
    const copy = process.env.OPTABLE_MATCH;
    if (copy) go('mod', 'edit', `-replace=${MODULE}=${copy}`);
    go('build', '-o', 'pair-step', '.');
    return { path: join(folder, 'pair-step') };
  } catch {
    return { missing: `${MODULE} cannot be had here: OPTABLE_MATCH may name a copy of it` };
  }
}

/**
 * @param {string} path of the program
 * @param {'encrypt' | 'reencrypt' | 'decrypt'} step
 * @param {{ readonly salt: string, readonly key: string }} secrets in base64
 * @param {readonly string[]} lines
 */
export function pairStep(path, step, { salt, key }, lines) {
  const { stdout, stderr } = runOf(path, [step, salt, key], `${lines.join('\n')}\n`);
  return { lines: stdout.trim().split('\n'), seconds: Number(stderr) };
}

/**
 * @param {string} path
 * @param {string[]} argv
 * @param {string} input
 */
function runOf(path, argv, input) {
  const { status, stdout, stderr } = spawnSync(path, argv, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error('The Go program failed.');
  return { stdout, stderr };
}
