// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run fuzz -- TARGET ... [--all] [--seconds N] [--seed N] [--runs N]`: fuzzes each target for so long, keeps what leads
 * somewhere new in test/fuzz/corpus and what did not hold in test/fuzz/found, and writes how long it ran and what it reached
 * into bench/results/fuzz.json and into the documents.
 *
 * A finding stays in test/fuzz/found: test/fuzz/corpus.test.ts fails until it is mended, and keeps it mended.
 */

import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillDocuments } from '../../bench/documents.js';
import { commit, load, machine, RESULTS, recordOf, store } from '../../bench/record.js';
import { buildTargets } from './build.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TEMPORARY = fileURLToPath(new URL(`../.tmp-fuzz-${process.pid}/`, import.meta.url));
const BUNDLE = `${TEMPORARY}main.mjs`;
/** Work that is not counted, such as a regular expression, cannot be stopped from within: after this it is, from outside. */
const GRACE_SECONDS = 300;

/**
 * @param {readonly string[]} args - as main.ts takes them
 * @param {number} seconds - at most
 * @returns {Promise<any>}
 */
async function run(args, seconds) {
  const child = spawn(process.execPath, [BUNDLE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * (seconds + GRACE_SECONDS));
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  clearTimeout(timer);
  if (text === '')
    throw new Error(`${args.join(' ')} ended without a word: killed after a hang, or crashed.`);
  return JSON.parse(text);
}

/** @param {string} name @param {readonly { input: string, what: string }[]} findings */
function keepFindings(name, findings) {
  if (findings.length === 0) return;
  const path = `${FOLDER}found/${name}.txt`;
  writeFileSync(path, findings.map(({ input }) => `${input}\n`).join(''), { flag: 'a' });
  console.log(`${name}: ${findings.length} findings, now in ${path}\n`);
  for (const { input, what } of findings) console.log(`${input}\n${what}\n`);
}

/** @param {string} name */
function foundBefore(name) {
  try {
    return readFileSync(`${FOLDER}found/${name}.txt`, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    runs: { type: 'string' },
  },
});
const seconds = Number(values.seconds);

try {
  await buildTargets(BUNDLE);
  const names = await run(['list'], 0);
  const chosen = values.all ? names : positionals;
  const unknown = chosen.filter((/** @type {string} */ name) => !names.includes(name));
  if (chosen.length === 0 || unknown.length > 0 || !(seconds >= 0)) {
    console.error(`Say which, or --all, and for how many --seconds each: ${names.join(', ')}.`);
    process.exitCode = 2;
  } else {
    let findings = 0;
    for (const name of chosen) {
      // Another one each time, unless a session is to come out the same again.
      const seed = values.seed ?? String(Date.now() % 2 ** 31);
      const more = values.runs === undefined ? [] : [values.runs];
      const session = await run(['fuzz', FOLDER, name, String(seconds), seed, ...more], seconds);
      keepFindings(name, session.findings);
      findings += session.findings.length;
      const [{ reads, inputs, bytes, coverage }] = await run(['replay', FOLDER, name], 0);
      const before = load('fuzz')?.cells.find(({ of }) => of.target === name)?.figures;
      const figures = {
        reads,
        seconds: Math.round(Number(before?.seconds ?? 0) + session.seconds),
        executions: Number(before?.executions ?? 0) + session.executions,
        inputs,
        bytes,
        ...coverage,
        found: foundBefore(name),
      };
      const origin = { machine: machine(), node: process.version, date: new Date().toISOString() };
      const stamp = { name: 'fuzz', commit: commit(), ...origin };
      const cells = [{ of: { target: name }, figures }];
      await store(recordOf(stamp, { cells }, load('fuzz')), RESULTS);
      console.log(
        `${name}: ${session.executions} inputs tried, seed ${seed}; ${coverage.branches} of ${coverage.branchesInAll} branches`,
      );
    }
    await fillDocuments();
    if (findings > 0) process.exitCode = 1;
  }
} finally {
  rmSync(TEMPORARY, { recursive: true, force: true });
}
