// SPDX-License-Identifier: Apache-2.0
/**
 * The packed package under other runtimes than the one that runs the tests: Deno, Bun, and the oldest Node that is
 * supported. Each is fetched with npm; where it cannot be had the test is skipped, and says so.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INSTALL, installedProject, manifest, type Project, run } from './packed.js';

const MINUTES = 60_000;

interface Runtime {
  readonly title: string;
  /** The package that brings the program. */
  readonly install: string;
  /** Its install step, which npm may be told not to run; relative to node_modules. */
  readonly setup?: string;
  /** The program, relative to node_modules. */
  readonly program: string;
  readonly argv: readonly string[];
}

const oldest = `${/\d+(?:\.\d+)*/.exec(manifest.engines.node)?.[0]}.0`;
const platform = process.platform === 'win32' ? 'win' : process.platform;
const nodePackage = `node-${platform}-${process.arch}`;

const runtimes: readonly Runtime[] = [
  {
    title: 'Deno',
    install: 'deno@2',
    setup: 'deno/install.cjs',
    program: 'deno/bin.cjs',
    // Workers are read from files; nothing else is asked of the system.
    argv: ['run', '--no-prompt', '--allow-read'],
  },
  { title: 'Bun', install: 'bun@1', setup: 'bun/install.js', program: 'bun/bin/bun.exe', argv: [] },
  {
    title: `Node ${oldest}`,
    install: `${nodePackage}@${oldest}`,
    program: platform === 'win' ? `${nodePackage}/bin/node.exe` : `${nodePackage}/bin/node`,
    argv: [],
  },
];

let project: Project;
let folder: string;
beforeAll(() => {
  project = installedProject();
  for (const file of ['smoke.js', 'use.cjs']) project.add(file);
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-runtimes-'));
});
afterAll(() => {
  project?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** The command line that starts the runtime, or why it cannot be had. */
async function fetchRuntime({ install, setup, program, argv }: Runtime): Promise<string[] | string> {
  const own = mkdtempSync(join(folder, 'runtime-'));
  writeFileSync(join(own, 'package.json'), '{ "private": true }\n');
  const installed = await run('npm', [...INSTALL, install], own);
  if (installed.status !== 0) return `npm cannot install ${install} here`;
  const modules = join(own, 'node_modules');
  if (setup !== undefined) await run(process.execPath, [join(modules, setup)], own);
  const file = join(modules, program);
  const command = file.endsWith('.cjs') ? [process.execPath, file] : [file];
  const { status } = await run(command[0]!, [...command.slice(1), '--version'], own);
  return status === 0 ? [...command, ...argv] : `${install} does not start on this system`;
}

for (const runtime of runtimes) {
  it.concurrent(`runs under ${runtime.title}, workers included`, {
    timeout: 5 * MINUTES,
  }, async (context) => {
    const command = await fetchRuntime(runtime);
    if (typeof command === 'string') {
      console.warn(`SKIPPED: no test under ${runtime.title}: ${command}.`);
      return context.skip(command);
    }
    const [program, ...argv] = command;
    expect(JSON.parse(await project.output(program!, ...argv, 'smoke.js'))).toEqual({
      constantTime: true,
      sameMultiples: true,
      size: 1,
      matches: [0, 2],
      elements: 45_000,
      sameAsAlone: true,
      rejected: [{ row: 25_000, field: 'phone', code: 'not-a-number' }],
      recovered: true,
      candidates: true,
    });
    expect(await project.output(program!, ...argv, 'use.cjs')).toBe('used\n');
  });
}
