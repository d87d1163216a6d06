// SPDX-License-Identifier: Apache-2.0
/**
 * The whole way: from two messy lists as CSV to the rows that they share as CSV, and what each stage takes of it. Stages are measured on
 * one thread, in seconds of a processor; the commands as they are run, between two processes, by the clock as well.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';
import { writeList } from '../messy/write-list.js';
import { spread } from '../rounds.js';
import { runCommands } from '../whole/commands.js';

const STAGES = new URL('../whole/stages.js', import.meta.url);
/** Beyond that, ECDH is left to --full: it takes as long for each element, whatever the size. */
const ECDH_ROWS = 100_000;

/** @param {boolean} quick @param {boolean} full */
const lengthsOf = (quick, full) =>
  quick ? [10_000] : full ? [100_000, 1_000_000, 10_000_000] : [100_000, 1_000_000];

/** @type {import('../run.js').Case} */
const bench = {
  name: 'whole',
  description: 'from two CSV files to the shared rows as CSV, and the share of each stage',
  takesSizes: true,
  async run({ quick, full, sizes = lengthsOf(quick, full), node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    /** @type {import('../record.js').Cell[]} */
    const cells = [];
    for (const rows of sizes) {
      const folder = await mkdtemp(join(tmpdir(), 'veilmatch-whole-'));
      try {
        log(`writing two lists of ${rows.toLocaleString('en-US')} rows`);
        const lists = { receiver: join(folder, 'receiver.csv'), sender: join(folder, 'sender.csv') };
        await writeList(rows, lists.receiver);
        await writeList(rows, lists.sender, { first: Math.floor(rows / 2) });
        const long = rows > 1_000_000;
        for (const protocol of ['ot', 'ecdh']) {
          if (protocol === 'ecdh' && rows > (full ? 10 * ECDH_ROWS : ECDH_ROWS)) continue;
          const rounds = quick || long || (protocol === 'ecdh' && rows >= ECDH_ROWS) ? 1 : 3;
          /** @type {Record<string, number[]>} */
          const stages = {};
          /** @type {{ seconds: number, cpu: number, shared: number }[]} */
          const commands = [];
          for (let round = 0; round < rounds; round++) {
            log(`${protocol}, ${rows.toLocaleString('en-US')} rows, round ${round + 1} of ${rounds}`);
            const argument = { ...lists, output: join(folder, 'out.csv'), protocol };
            const { shared, ...took } = await measured(STAGES, { program, argument, log });
            for (const [stage, seconds] of Object.entries(took)) {
              stages[stage] ??= [];
              stages[stage].push(Number(seconds));
            }
            const run = await runCommands(program, folder, lists, protocol);
            if (run.shared !== shared)
              throw new Error(`The stages found ${shared}, the commands ${run.shared}.`);
            commands.push(run);
          }
          const of = { protocol, rows };
          for (const [stage, seconds] of Object.entries(stages))
            cells.push({ of: { part: 'stage', ...of, stage }, figures: { cpuSeconds: spread(seconds) } });
          cells.push({
            of: { part: 'commands', ...of },
            figures: {
              seconds: spread(commands.map(({ seconds }) => seconds)),
              cpuSeconds: spread(commands.map(({ cpu }) => cpu)),
              shared: commands[0]?.shared ?? 0,
            },
          });
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
    return { cells };
  },
};

export default bench;
