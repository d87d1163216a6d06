// SPDX-License-Identifier: Apache-2.0
/** `veilmatch serve` and `connect` as two organisations run them, over the loopback device of this machine. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../messy/command.js', import.meta.url));

/** How a command ends that did its work, and one that was told to stop. */
const ENDINGS = [0, 130];

/** @param {string} program - of Node @param {readonly string[]} argv */
function command(program, argv) {
  const child = spawn(program, [COMMAND, MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  /** The port, for a command that listens. @type {Promise<number>} */
  const listening = new Promise((resolve) => {
    child.stderr.on('data', (chunk) => {
      err = (err + chunk).slice(-20_000);
      const [, port] = /"event":"listening".*?"port":(\d+)/.exec(err) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const ended = once(child, 'close').then(([status]) => {
    const last = err.trim().split('\n').at(-1);
    if (!ENDINGS.includes(status))
      throw new Error(`veilmatch ${argv[0]} ended with status ${status}: ${last}`);
    const lines = out.trim().split('\n');
    /** @type {{ cpu: number, seconds: number }} */
    const cost = JSON.parse(lines.pop() ?? '');
    return { ...cost, text: lines.join('\n') };
  });
  // Whoever waits for it hears of it.
  ended.catch(() => {});
  return { child, ended, listening };
}

/**
 * @param {string} program - of Node
 * @param {string} folder
 * @param {{ receiver: string, sender: string }} lists
 * @param {string} protocol - `ot` or `ecdh`
 * @returns {Promise<{ seconds: number, cpu: number, shared: number }>} `seconds` of `connect`, from its start to its end, `cpu` of
 *   both, with the reading of both lists
 */
export async function runCommands(program, folder, lists, protocol) {
  const at = (/** @type {string} */ name) => join(folder, name);
  for (const name of ['partners.json', 'acme.token', 'ledger.json', 'other.json', 'shared.csv'])
    await rm(at(name), { force: true });
  await writeFile(at('policy.json'), JSON.stringify({ budgets: [{ hours: 24, runs: 1000 }] }));
  await command(program, ['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]).ended;
  const common = [
    '--country',
    'US',
    '--policy',
    at('policy.json'),
    '--reveal',
    'intersection',
    '--protocol',
    protocol,
  ];
  const serving = command(program, [
    ...['serve', lists.sender, ...common, '--partners', at('partners.json'), '--ledger', at('ledger.json')],
    ...['--listen', '127.0.0.1:0'],
  ]);
  try {
    const port = await Promise.race([serving.listening, serving.ended.then(() => undefined)]);
    const connecting = command(program, [
      ...['connect', `ws://127.0.0.1:${port}`, lists.receiver, ...common, '--token-file', at('acme.token')],
      ...['--ledger', at('other.json'), '-o', at('shared.csv'), '--json'],
    ]);
    const asked = await connecting.ended;
    serving.child.kill('SIGINT');
    const served = await serving.ended;
    return { seconds: asked.seconds, cpu: asked.cpu + served.cpu, shared: JSON.parse(asked.text).shared };
  } finally {
    serving.child.kill('SIGKILL');
  }
}
