// SPDX-License-Identifier: Apache-2.0
/** Servers that race for one budget, each in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundled } from '../support/bundled.js';

/** How the requests of a process ended, by code. */
interface Racer {
  readonly process: ChildProcess;
  /** Of those that were answered so far. */
  answered(): number;
  readonly ended: Promise<Readonly<Record<'granted' | 'refused' | 'io', number>>>;
}

/**
 * Asks for runs until so many were answered, ten at a time. What the ledger cannot say is asked anew, as another run.
 * @param open an expression that opens the ledger, with `module`
 */
export async function race(
  module: string,
  open: string,
  { requests, runs }: { readonly requests: number; readonly runs: number },
  program: string = process.execPath,
): Promise<Racer> {
  const [ledgers, policy] = await Promise.all([bundled(module), bundled('policy/admission.ts')]);
  const source = `
    const module = await import(${JSON.stringify(ledgers)});
    const { admission } = await import(${JSON.stringify(policy)});
    const ledger = await ${open};
    const admit = admission({ peer: 'acme', ledger, policy: { budgets: [{ hours: 1, runs: ${runs} }] } });
    const ends = { granted: 0, refused: 0, io: 0 };
    let left = ${requests};
    const ask = async () => {
      while (left-- > 0) {
        const code = await admit({ peerSize: 5, ownSize: 5, learns: 'cardinality' }).then(() => 'granted', (error) => error.code);
        if (!(code in ends)) throw new Error(code);
        ends[code]++;
        process.stdout.write('.');
        if (code !== 'io') continue;
        left++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(Array.from({ length: 10 }, ask));
    await ledger.close();
    process.stdout.write(JSON.stringify(ends));`;
  const child = spawn(program, ['--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Where a bundle lies there are no packages.
    env: { ...process.env, NODE_PATH: fileURLToPath(new URL('../../node_modules', import.meta.url)) },
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text;
  });
  return {
    process: child,
    answered: () => printed.length,
    ended: new Promise((resolve, reject) => {
      child.on('close', (status, signal) => {
        if (status === 0) resolve(JSON.parse(printed.replace(/^\.*/, '')));
        else reject(new Error(`It ended with ${status ?? signal}.`));
      });
    }),
  };
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
