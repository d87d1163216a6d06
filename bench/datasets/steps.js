// SPDX-License-Identifier: Apache-2.0
/** A run of the command line through a dataset, step by step, each in a process of its own: what each took. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOL = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const TOLD = new URL('./told.js', import.meta.url).href;
/** Between two looks at the disk. */
const LOOK_MS = 500;

/** Of all files below a folder; those that go while they are looked at have none. @param {string} folder @returns {Promise<number>} */
async function bytesIn(folder) {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory()
      ? await bytesIn(path)
      : await stat(path).then(
          ({ size }) => size,
          () => 0,
        );
  }
  return bytes;
}

/** Telephone numbers, in no order. @param {string} path @param {number} first @param {number} count */
async function writeNumbers(path, first, count) {
  const file = createWriteStream(path);
  file.write('phone\n');
  // Odd, so each number comes once.
  const step = 7919;
  for (let i = 0; i < count; ) {
    let text = '';
    for (const end = Math.min(count, i + 10_000); i < end; i++)
      text += `+4917${100_000_000 + first + ((i * step) % count)}\n`;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/**
 * Runs all steps.
 * @param {{ size: number, limit: string, program: string, log: (line: string) => void }} plan
 */
export async function runSteps({ size, limit, program, log }) {
  const place = await mkdtemp(join(tmpdir(), 'veilmatch-bench-'));
  const at = (/** @type {string} */ name) => join(place, name);
  /** @param {string[]} argv @param {string} [state] whose disk is looked at */
  const step = async (argv, state) => {
    const started = performance.now();
    const env = { ...process.env, VEILMATCH_TOLD: at('told.json') };
    const child = spawn(program, ['--import', TOLD, TOOL, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr, disk] = ['', '', 0];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const look = setInterval(async () => {
      if (state !== undefined) disk = Math.max(disk, await bytesIn(at(state)));
    }, LOOK_MS);
    const [code] = await once(child, 'close');
    clearInterval(look);
    if (code !== 0) throw new Error(`${argv.slice(0, 2).join(' ')} ended with ${code}: ${stderr}`);
    const seconds = (performance.now() - started) / 1000;
    return {
      stdout,
      figures: { seconds, ...JSON.parse(await readFile(at('told.json'), 'utf8')), disk: disk / 1e6 },
    };
  };
  try {
    await writeNumbers(at('mine.csv'), 0, size);
    await writeNumbers(at('theirs.csv'), size / 2, size);
    await writeFile(at('state.key'), '11'.repeat(32));
    await writeFile(at('policy.json'), '{"budgets": []}');
    let peers = '';
    for (const name of ['a', 'b']) peers += (await step(['key', name, '-o', at(`${name}.key`)])).stdout;
    await writeFile(at('peers'), peers);
    const kept = (/** @type {string} */ state) => [
      ...['--dataset', at('run'), '--state', at(state), '--state-key-file', at('state.key')],
      ...['--memory-limit', limit],
    ];
    const keys = (/** @type {string} */ own, /** @type {string} */ peer) => [
      ...['--key', at(`${own}.key`), '--peers', at('peers'), '--peer', peer, '--reveal', 'intersection'],
    ];
    const cells = [];
    const take = async (
      /** @type {string} */ name,
      /** @type {string} */ state,
      /** @type {string[]} */ argv,
    ) => {
      const { stdout, figures } = await step(['psi', name, ...argv, ...kept(state)], state);
      const { seconds, megabytes, cpuSeconds, disk } = figures;
      log(
        `${name}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${megabytes.toFixed(0)} MB, ${disk.toFixed(0)} MB on disk`,
      );
      cells.push({
        of: { size, limit, step: name },
        figures: { seconds, cpuSeconds, memoryMegabytes: megabytes, diskMegabytes: disk },
      });
      return stdout;
    };
    await take('request', 'asking', [at('mine.csv'), ...keys('a', 'b')]);
    const answering = ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
    await take('respond', 'answering', [at('theirs.csv'), ...keys('b', 'a'), ...answering]);
    const bytes = await bytesIn(at('run'));
    const told = await take('finish', 'asking', ['--json', '-o', at('shared.csv')]);
    if (JSON.parse(told).shared !== size / 2) throw new Error('The result is not what a join comes to.');
    cells.push({ of: { size, limit, step: 'exchange' }, figures: { bytesExchanged: bytes } });
    return cells;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
