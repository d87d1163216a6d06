// SPDX-License-Identifier: Apache-2.0
/** The package as a user gets it: packed, and installed into an empty project outside the repository. */

import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<'types' | 'default', string>>>>;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The importable names: `veilmatch`, `veilmatch/identifiers` and so on. */
export const specifiers: readonly string[] = Object.keys(manifest.exports).map((subpath) =>
  subpath.replace(/^\./, manifest.name),
);

interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is; a program that cannot be started ends with status 127. */
export function run(
  command: string,
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ending> {
  // npm and npx are scripts of the shell on Windows.
  const shell = process.platform === 'win32' && /^np[mx]$/.test(command);
  return new Promise((resolve) => {
    const child = execFile(command, argv, { cwd, env, shell, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : (child.exitCode ?? 127), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Runs a program that must end well, and returns what it printed. */
async function output(command: string, argv: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await run(command, argv, cwd);
  if (status !== 0)
    throw new Error(`${command} ${argv.join(' ')} ended with status ${status}:\n${stderr}${stdout}`);
  return stdout;
}

interface Packed {
  /** The tarball. */
  readonly file: string;
  /** Paths of the files in it. */
  readonly paths: readonly string[];
}

/** Where test/support/built.ts puts the tarball, what npm said of it, and a project that has it installed. */
export const PACKED: string = join(root, 'node_modules/.packed');

/** The tarball that all tests share. */
export function packed(): Packed {
  const { filename, files } = JSON.parse(readFileSync(join(PACKED, 'packed.json'), 'utf8'));
  return { file: join(PACKED, filename), paths: files.map(({ path }: { path: string }) => path) };
}

export const INSTALL: readonly string[] = [
  'install',
  '--no-audit',
  '--no-fund',
  '--ignore-scripts',
  '--prefer-offline',
];

export interface Project {
  readonly folder: string;
  readonly packed: Packed;
  /** Runs a program in the project. */
  run(command: string, ...argv: string[]): Promise<Ending>;
  output(command: string, ...argv: string[]): Promise<string>;
  /** Copies a file of test/package/consumer into the project. */
  add(name: string, as?: string): string;
  write(name: string, text: string): void;
  remove(): void;
}

/** A project that has nothing but the package installed, of the caller's own. */
export function installedProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-package-'));
  cpSync(join(PACKED, 'project'), folder, { recursive: true, verbatimSymlinks: true });
  return {
    folder,
    packed: packed(),
    run: (command, ...argv) => run(command, argv, folder),
    output: (command, ...argv) => output(command, argv, folder),
    add(name, as = name) {
      const target = join(folder, as);
      copyFileSync(join(root, 'test/package/consumer', name), target);
      return target;
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
