// SPDX-License-Identifier: Apache-2.0
/** Packs the package as it would be published, and unpacks it where the examples find it. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = fileURLToPath(new URL('node_modules/', import.meta.url));

/**
 * Packs what was built.
 * @param {string} folder @returns {string} the tarball in it
 */
function pack(folder) {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return join(folder, readdirSync(folder)[0] ?? '');
}

/** @param {string} [tarball] the package; it is packed where there is none, and the build must be there */
export function installPacked(tarball) {
  mkdirSync(MODULES, { recursive: true });
  const folder = mkdtempSync(join(MODULES, '.packed-'));
  try {
    execFileSync('tar', ['-xzf', tarball ?? pack(folder)], { cwd: folder });
    rmSync(join(MODULES, 'veilmatch'), { recursive: true, force: true });
    renameSync(join(folder, 'package'), join(MODULES, 'veilmatch'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
