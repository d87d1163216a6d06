// SPDX-License-Identifier: Apache-2.0
/**
 * Hashes without a group: joining two lists by SHA-256 tokens, and finding a list's numbers behind such tokens by trying
 * a plan, end to end. hashcat is given the same plan as a mask; its start is part of its time, as of everybody's.
 */

import { execFileSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { joinTokens, reversiblePlain } from 'veilmatch/hashing';
import { overlapping } from '../lists.js';
import { hashcatVersion } from '../reversal/hashcat.js';
import { inRounds, ratios, spread } from '../rounds.js';
import { peer } from './peers.js';

/** @type {{ size: number, prefix: string, rounds: number }} */
const { size, prefix, rounds } = JSON.parse(process.argv[2] ?? '{}');
const wasm = await peer('hash-wasm').createSHA256();
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** @type {Record<string, (text: string) => string>} */
const HASHERS = {
  veilmatch: reversiblePlain().token,
  'node:crypto': (text) => hash('sha256', text, 'hex'),
  'hash-wasm': (text) => wasm.init().update(text).digest('hex'),
  noble: (text) => Buffer.from(sha256(bytes(text))).toString('hex'),
};

const lists = overlapping(size);
const joined = await inRounds(
  Object.entries(HASHERS).map(([name, token]) => ({
    name,
    operations: 1,
    run: () => {
      const { size: found } = joinTokens(lists.receiver.map(token), lists.sender.map(token));
      if (found !== lists.shared) throw new Error(`${name} found ${found} of ${lists.shared}`);
    },
  })),
  { rounds, warmUp: 1 },
);

const plan = numberingPlan('US', { areaCodes: [prefix] });
const planted = new Map(
  Array.from({ length: 100 }, (_, i) => plan.at(Math.floor(((i + 0.5) * plan.size) / 100))).map((number) => [
    createHash('sha256').update(number).digest('hex'),
    number,
  ]),
);
const check = (/** @type {number} */ found) => {
  if (found !== planted.size) throw new Error(`found ${found} of ${planted.size}`);
};
const folder = mkdtempSync(join(tmpdir(), 'veilmatch-hashcat-'));
/** @type {import('../rounds.js').Contender[]} */
const attackers = [
  {
    name: 'veilmatch',
    operations: 1,
    run: async () => {
      let right = 0;
      const reversal = reverse(planted.keys(), { plan, concurrency: 1 });
      for await (const { token, identifier } of reversal) if (planted.get(token) === identifier) right++;
      check(right);
    },
  },
  ...Object.entries(HASHERS)
    .filter(([name]) => name !== 'veilmatch')
    .map(([name, token]) => ({
      name,
      operations: 1,
      run: () => {
        let right = 0;
        for (let i = 0; i < plan.size; i++) {
          const number = plan.at(i);
          if (planted.get(token(number)) === number) right++;
        }
        check(right);
      },
    })),
];
const version = hashcatVersion();
if (version !== undefined) {
  const [targets, out] = [join(folder, 'targets'), join(folder, 'out')];
  writeFileSync(targets, `${[...planted.keys()].join('\n')}\n`);
  const options = [
    '-m',
    '1400',
    '-a',
    '3',
    '-D',
    '1',
    '--backend-ignore-cuda',
    '-O',
    '--quiet',
    '--potfile-disable',
  ];
  const mask = `+1${prefix}${'?d'.repeat(10 - prefix.length)}`;
  attackers.push({
    name: 'hashcat',
    operations: 1,
    run: () => {
      writeFileSync(out, '');
      execFileSync('hashcat', [...options, '--logfile-disable', '-o', out, targets, mask], {
        cwd: folder,
        env: { ...process.env, POCL_MAX_PTHREAD_COUNT: '1' },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const lines = readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(':'));
      check(lines.filter(([token = '', number]) => planted.get(token) === number).length);
    },
  });
}
const reversed = await inRounds(attackers, { rounds, warmUp: 1 });
rmSync(folder, { recursive: true, force: true });

const works = /** @type {const} */ ([
  ['hash join', size, joined],
  ['reversal', plan.size, reversed],
]);
process.send?.({
  cells: [
    ...works.flatMap(([work, count, seconds]) =>
      Object.entries(seconds).map(([name, values]) => ({
        of: { work, name, size: count, threads: 1 },
        figures: { seconds: spread(values) },
      })),
    ),
    ...(version === undefined
      ? [
          {
            of: { work: 'reversal', name: 'hashcat', size: plan.size, threads: 1 },
            figures: {},
            failure: 'not installed (Debian: hashcat, pocl-opencl-icd, ocl-icd-libopencl1)',
          },
        ]
      : [{ of: { work: 'version', name: 'hashcat' }, figures: { version } }]),
  ],
  ratios: works.flatMap(([work, count, seconds]) =>
    Object.entries(seconds)
      .filter(([slow]) => slow !== 'veilmatch')
      .map(([slow, values]) => ({
        of: { work, size: count, threads: 1, fast: 'veilmatch', slow },
        times: ratios(seconds.veilmatch, values),
      })),
  ),
});
process.disconnect?.();
process.exit();
