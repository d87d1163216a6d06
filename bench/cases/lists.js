// SPDX-License-Identifier: Apache-2.0
/**
 * A messy list as a file, from CSV to CSV: what the commands take on one thread and on two, where it goes, and what others take
 * for the telephone numbers alone. Processor time of all threads is what is compared: it tells more than the clock when the
 * machine has other things to do.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';
import { readerInJava, readerInPython } from '../messy/libraries.js';
import { writeList } from '../messy/write-list.js';
import { ratios, spread } from '../rounds.js';

const SCRIPTS = new URL('../messy/', import.meta.url);
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The commands that are measured, on so many threads. */
const COMMANDS = [
  { command: 'normalize', argv: ['normalize'] },
  { command: 'hash --plain', argv: ['hash', '--plain'] },
  { command: 'hash --profile meta', argv: ['hash', '--profile', 'meta'] },
];
const THREADS = [1, 2];

/** Seconds of a processor, and of the clock. @typedef {{ cpu: number, seconds: number }} Took */

/** @type {import('../run.js').Case} */
const bench = {
  name: 'lists',
  description: 'normalise and hash a messy list, from CSV to CSV, and the parts of it',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const rows = quick ? 50_000 : 1_000_000;
    const rounds = full ? 5 : 1;
    const program = nodeOfMajor(node);
    const folder = await mkdtemp(join(tmpdir(), 'veilmatch-bench-'));
    try {
      const list = join(folder, 'list.csv');
      const numbers = join(folder, 'numbers.txt');
      await writeList(rows, list, { numbers });
      const contenders = [
        ...COMMANDS.flatMap(({ command, argv }) =>
          THREADS.map((threads) => ({
            of: { work: command, threads },
            run: () =>
              runCommand(program, [...argv, list, '--threads', `${threads}`, '-o', join(folder, 'out.csv')]),
          })),
        ),
        { of: { work: 'copy' }, run: () => script(program, 'copy.js', list, join(folder, 'copy.csv')) },
        {
          of: { work: 'numbers', by: 'veilmatch' },
          run: () => script(program, 'numbers.js', 'veilmatch', numbers),
        },
        {
          of: { work: 'numbers', by: 'libphonenumber-js' },
          run: () => script(program, 'numbers.js', 'libphonenumber-js', numbers),
        },
        ...peers(numbers, log),
      ];
      /** @type {Map<object, Took[]>} */
      const took = new Map(contenders.map(({ of }) => [of, []]));
      /** @type {Map<object, string>} */
      const failed = new Map();
      /** @type {Record<string, number[]>} */
      const parts = {};
      for (let round = 0; round < rounds; round++) {
        log(`round ${round + 1} of ${rounds}`);
        for (const { of, run } of contenders) {
          if (failed.has(of)) continue;
          try {
            took.get(of)?.push(await run());
          } catch (error) {
            failed.set(of, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
          }
        }
        for (const [part, cpu] of Object.entries(await script(program, 'parts.js', list))) {
          parts[part] ??= [];
          parts[part].push(Number(cpu));
        }
      }
      return results(rows, [...took], failed, parts);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;

/** One of the package's commands. @param {string} program @param {readonly string[]} argv @returns {Promise<Took>} */
function runCommand(program, argv) {
  return script(program, 'command.js', MAIN, ...argv, '--country', 'US');
}

/**
 * A script of bench/messy, which prints what it measured as JSON on its last line.
 * @param {string} program @param {string} name @param {string[]} argv
 * @returns {Promise<any>}
 */
function script(program, name, ...argv) {
  return printed(program, [fileURLToPath(new URL(name, SCRIPTS)), ...argv]);
}

/** @param {string} program @param {readonly string[]} argv @returns {Promise<any>} */
async function printed(program, argv) {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err = (err + chunk).slice(-2000);
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`${program} ended with status ${status}: ${reasonIn(err)}`);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '');
}

/** What went wrong: the line that names the error, which Node ends with its own version behind. @param {string} err */
function reasonIn(err) {
  const lines = err.trim().split('\n');
  return lines.findLast((line) => /^\S*(?:Error|Exception)\b/.test(line)) ?? lines.at(-1);
}

/**
 * Google's library in Java and its port to Python, where they can be installed; a cell says so where they cannot.
 * @param {string} numbers
 * @param {(line: string) => void} log
 */
function peers(numbers, log) {
  const reader = (/** @type {() => [string, ...string[]]} */ install) => {
    try {
      return { command: install() };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log(`${problem}, and is left out`);
      return { problem };
    }
  };
  const run =
    (/** @type {ReturnType<typeof reader>} */ { command, problem }, /** @type {string[]} */ ...argv) =>
    async () => {
      if (command === undefined) throw new Error(problem);
      const [program, ...first] = command;
      return printed(program, [...first, numbers, ...argv]);
    };
  const [java, python] = [reader(readerInJava), reader(readerInPython)];
  return [
    ...THREADS.map((threads) => ({
      of: { work: 'numbers', by: 'libphonenumber, Java', threads },
      run: run(java, `${threads}`),
    })),
    { of: { work: 'numbers', by: 'phonenumbers, Python' }, run: run(python) },
  ];
}

/**
 * @param {number} rows
 * @param {readonly (readonly [any, readonly Took[]])[]} took
 * @param {ReadonlyMap<object, string>} failed
 * @param {Readonly<Record<string, readonly number[]>>} parts
 * @returns {import('../record.js').Results}
 */
function results(rows, took, failed, parts) {
  const of = (/** @type {object} */ labels) =>
    took.find(([each]) => JSON.stringify(each) === JSON.stringify(labels))?.[1] ?? [];
  const cpu = (/** @type {object} */ labels) => of(labels).map((each) => each.cpu);
  const ratio = (
    /** @type {object} */ fast,
    /** @type {any} */ slow,
    /** @type {Record<string, string>} */ labels,
  ) =>
    cpu(slow).length === cpu(fast).length && cpu(fast).length > 0
      ? [{ of: labels, times: ratios(cpu(fast), cpu(slow)) }]
      : [];
  const ours = { work: 'numbers', by: 'veilmatch' };
  const one = { work: 'normalize', threads: 1 };
  const target = (
    /** @type {any} */ labels,
    /** @type {'cpu' | 'seconds'} */ kind,
    /** @type {number} */ most,
  ) => {
    const figure = spread(of(labels).map((each) => each[kind])).median;
    const unit = kind === 'cpu' ? 's of a processor' : 's';
    const name = `\`${labels.work}\` of ${rows.toLocaleString('en-US')} rows, ${labels.threads === 1 ? 'one thread' : 'two threads'}`;
    return {
      of: { name },
      figure,
      unit,
      bound: /** @type {const} */ ('at most'),
      target: most,
      met: figure <= most,
    };
  };
  return {
    cells: [
      ...took.map(([labels, all]) =>
        failed.has(labels)
          ? { of: labels, figures: {}, failure: failed.get(labels) ?? '' }
          : {
              of: labels,
              figures: {
                cpuSeconds: spread(all.map((each) => each.cpu)),
                seconds: spread(all.map((each) => each.seconds)),
              },
            },
      ),
      ...Object.entries(parts).map(([part, all]) => ({
        of: { work: 'part', part },
        figures: { cpuSeconds: spread(all) },
      })),
      { of: { work: 'list' }, figures: { rows } },
    ],
    ratios: [
      ...ratio({ work: 'copy' }, one, { slow: 'normalize', fast: 'copy through the same parser' }),
      ...['libphonenumber-js', 'phonenumbers, Python'].flatMap((by) =>
        ratio(ours, { work: 'numbers', by }, { slow: by, fast: 'veilmatch' }),
      ),
      ...ratio(
        ours,
        { work: 'numbers', by: 'libphonenumber, Java', threads: 1 },
        { slow: 'libphonenumber, Java', fast: 'veilmatch' },
      ),
    ],
    // Of fewer rows they say nothing.
    targets:
      rows < 1_000_000
        ? []
        : COMMANDS.flatMap(({ command: work }) => [
            target({ work, threads: 1 }, 'cpu', 7),
            target({ work, threads: 2 }, 'seconds', 4),
          ]),
  };
}
