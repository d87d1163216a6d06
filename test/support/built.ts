// SPDX-License-Identifier: Apache-2.0
/**
 * Before the tests that need the build: makes it where it is older than what it is made from, packs it, and installs the
 * tarball into an empty project. All tests share these, until there is something newer.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALL, PACKED, root } from '../package/packed.js';

const BUILT_FROM = [
  'src',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsup.config.ts',
  'bundled.ts',
  'declarations.ts',
  'sbom.ts',
];
const PACKED_FROM = ['dist', 'package.json', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];

/** When a file, or a folder and all in it, was changed; a folder is when something in it was removed. */
function times(path: string): number[] {
  const status = statSync(join(root, path), { throwIfNoEntry: false });
  if (status === undefined) return [];
  const inside = status.isDirectory() ? readdirSync(join(root, path)) : [];
  return [status.mtimeMs, ...inside.flatMap((name) => times(join(path, name)))];
}

/** Whether all that was made, the last of it included, is newer than everything that it was made from. */
function upToDate(made: string, last: string, from: readonly string[]): boolean {
  return times(last).length > 0 && Math.min(...times(made)) >= Math.max(...from.flatMap(times));
}

function npm(cwd: string, ...argv: string[]): string {
  // npm is a script of the shell on Windows.
  const shell = process.platform === 'win32';
  return execFileSync('npm', argv, { cwd, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Packs what was built, and installs that. */
function packAndInstall(): void {
  const folder = mkdtempSync(join(root, 'node_modules/.packed-'));
  const [packed] = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder));
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  npm(project, ...INSTALL, join(folder, packed.filename));
  writeFileSync(join(folder, 'packed.json'), JSON.stringify(packed));
  rmSync(PACKED, { recursive: true, force: true });
  renameSync(folder, PACKED);
}

export default function setup(): void {
  if (!upToDate('dist', 'dist/index.d.ts', BUILT_FROM)) npm(root, 'run', '--silent', 'build');
  const packed = join('node_modules/.packed', 'packed.json');
  if (!upToDate(packed, packed, PACKED_FROM)) packAndInstall();
}
