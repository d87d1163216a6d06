// SPDX-License-Identifier: Apache-2.0
/** Packs the package as it would be published, and unpacks it where the examples find it. The build must be there. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = fileURLToPath(new URL('node_modules/', import.meta.url));

export function installPacked() {
  mkdirSync(MODULES, { recursive: true });
  const folder = mkdtempSync(join(MODULES, '.packed-'));
  try {
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    const [tarball = ''] = readdirSync(folder);
    execFileSync('tar', ['-xzf', tarball], { cwd: folder });
    rmSync(join(MODULES, 'veilmatch'), { recursive: true, force: true });
    renameSync(join(folder, 'package'), join(MODULES, 'veilmatch'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
