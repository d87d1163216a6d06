// SPDX-License-Identifier: Apache-2.0
/** PAIR from folder to folder: the whole flow, against the vectors of the Go program, and everything that is refused. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { base64ToBytes } from '../../src/bytes.js';
import { pairIdsToTexts } from '../../src/pair/index.js';
import { pairSecretToBytes } from '../../src/pair/secrets.js';
import { writeKeyFile } from '../../src/transport/index.js';
import { someElements } from '../suites/group-backend.js';
import vectors from '../vectors/pair.json' with { type: 'json' };
import { cli, type Ending, temporary } from './harness.js';

const DAY = 86_400_000;
let folder: string;
let seal: Buffer;
const at = (name: string): string => join(folder, name);
const own = (name: string): string[] => [
  '--key',
  at(`${name}.key`),
  '--seal-key-file',
  at('seal.key'),
  '--threads',
  '1',
];

async function ok(argv: readonly string[]): Promise<Ending> {
  const ending = await cli(['pair', ...argv]);
  expect(ending).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error') });
  return ending;
}

async function refused(argv: readonly string[], status: number, message: RegExp): Promise<void> {
  const ending = await cli(['pair', ...argv]);
  expect(ending.stderr).toMatch(message);
  expect(ending).toMatchObject({ status, stdout: '' });
  // Nothing half-written stays.
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}

/** As another program writes a list: in parts, in its own order. */
function sent(name: string, lines: readonly string[], parts = 2): void {
  mkdirSync(at(name));
  const size = Math.ceil(lines.length / parts);
  for (let i = 0; i < parts; i++)
    writeFileSync(at(`${name}/data_${i}f3a.csv`), `${lines.slice(i * size, (i + 1) * size).join('\n')}\n`);
  writeFileSync(at(`${name}/.Completed`), '');
}

function linesOf(name: string): string[] {
  const parts = readdirSync(at(name)).filter((part) => !part.startsWith('.'));
  return parts.sort().flatMap((part) =>
    readFileSync(at(`${name}/${part}`), 'utf8')
      .trim()
      .split('\n'),
  );
}

beforeEach(async () => {
  folder = dirname(temporary('x'));
  seal = randomBytes(32);
  writeFileSync(at('seal.key'), seal.toString('hex'), { mode: 0o600 });
  const createdAt = Date.now();
  const write = (name: string, text: string) =>
    writeKeyFile(
      at(`${name}.key`),
      pairSecretToBytes({ kind: 'key', bytes: base64ToBytes(text)!, createdAt }),
      {
        key: seal,
      },
    );
  await write('advertiser', vectors.advertiserKey);
  await write('publisher', vectors.publisherKey);
  writeFileSync(
    at('salt.json'),
    pairSecretToBytes({ kind: 'salt', bytes: base64ToBytes(vectors.salt)!, createdAt }),
    { mode: 0o600 },
  );
});
afterEach(() => vi.useRealTimers());

const filler = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `filler${from + i}@example.com`);

describe('the whole flow', () => {
  it('has the identifiers of the Go program in every step, and matches', async () => {
    const people = vectors.rows.map(({ identifier }) => identifier);
    const list = (texts: readonly string[]): string =>
      `phone,email\n${texts.map((text) => (text.startsWith('+') ? `${text},` : `,${text}`)).join('\n')}\n`;
    writeFileSync(at('adv.csv'), list([...people, people[0]!.toUpperCase(), ...filler(0, 1000)]));
    writeFileSync(at('pub.csv'), list([...filler(500, 2000), ...people]));
    for (const [party, name] of [
      ['advertiser', 'adv'],
      ['publisher', 'pub'],
    ] as const) {
      const hashed = await ok([
        'hash',
        at(`${name}.csv`),
        '-o',
        at(`${name}-keys`),
        '--threads',
        '1',
        '--json',
      ]);
      expect(JSON.parse(hashed.stdout)).toMatchObject({
        matchKeys: name === 'adv' ? 1020 : 1520,
        rejected: 0,
      });
      expect(linesOf(`${name}-keys`)).toEqual(
        expect.arrayContaining(vectors.rows.map(({ matchKey }) => matchKey)),
      );
      const table = name === 'pub' ? ['--table', at('table.csv')] : [];
      await ok([
        'encrypt',
        at(`${name}-keys`),
        '-o',
        at(name),
        '--salt',
        at('salt.json'),
        ...own(party),
        ...table,
      ]);
      expect(linesOf(name)).toEqual(expect.arrayContaining(vectors.rows.map((row) => row[party])));
      const bytes = linesOf(name).map((line) => Buffer.from(line, 'base64').toString('hex'));
      expect(bytes).toEqual(bytes.toSorted());
    }
    expect(readFileSync(at('table.csv'), 'utf8')).toContain(
      `${vectors.rows[0]!.matchKey},${vectors.rows[0]!.publisher}`,
    );
    const limits = ['--ledger', at('ledger.json')];
    await ok(['reencrypt', at('adv'), '-o', at('adv2'), '--partner', 'acme', ...own('publisher'), ...limits]);
    await ok([
      'reencrypt',
      at('pub'),
      '-o',
      at('pub2'),
      '--partner',
      'news',
      ...own('advertiser'),
      ...limits,
    ]);
    expect(linesOf('adv2')).toEqual(
      expect.arrayContaining(vectors.rows.map((row) => row.advertiserThenPublisher)),
    );
    const { stdout } = await ok(['match', at('adv2'), at('pub2'), '-o', at('shared'), '--json']);
    expect(JSON.parse(stdout)).toEqual({
      advertiser: { identifiers: 1020, rate: '51%' },
      publisher: { identifiers: 1520, rate: '34%' },
    });
    // A publisher is told the rates alone.
    const rates = await ok(['match', at('adv2'), at('pub2'), '--json']);
    expect(rates.stdout).toBe(stdout);
    await ok(['decrypt', at('shared'), '-o', at('dsp'), ...own('advertiser')]);
    expect(linesOf('dsp')).toHaveLength(520);
    expect(linesOf('pub')).toEqual(expect.arrayContaining(linesOf('dsp')));
    for (const name of ['adv-keys', 'adv', 'adv2', 'shared', 'dsp']) {
      expect(statSync(at(`${name}/.Completed`)).size).toBe(0);
      if (process.platform !== 'win32') expect(statSync(at(name)).mode & 0o077).toBe(0);
    }
  }, 60_000);
});

describe('re-encryption', () => {
  const theirs = pairIdsToTexts(someElements(1000));
  const argv = (name: string, ...more: string[]): string[] => [
    ...['reencrypt', at(name), '-o', at('out'), '--partner', 'acme', ...own('publisher')],
    ...['--ledger', at('ledger.json'), ...more],
  ];

  it('is the same whatever order and parts a list has', async () => {
    sent('a', theirs);
    sent('b', theirs.toReversed(), 3);
    writeFileSync(at('c.csv'), theirs.map((line) => `"${line}"\r\n`).join(''));
    await ok([...argv('a'), '-o', at('x')]);
    await ok([...argv('b'), '-o', at('y')]);
    await ok([...argv('c.csv'), '-o', at('z')]);
    expect(linesOf('y')).toEqual(linesOf('x'));
    expect(linesOf('z')).toEqual(linesOf('x'));
  });

  it.each([
    [
      'the identity',
      pairIdsToTexts(new Uint8Array(32))[0]!,
      /data_1f3a\.csv, line 500: The identifier is the identity/,
    ],
    [
      'no element',
      pairIdsToTexts(new Uint8Array(32).fill(255))[0]!,
      /line 500: The identifier is not a canonical/,
    ],
    ['no base64', 'x@example.com', /line 500: The identifier is not 32 bytes in base64/],
    ['one twice', theirs[0]!, /has an identifier twice/],
    ['a long line', 'A'.repeat(300), /line 500 is too long/],
    ['other signs', 'é', /not ASCII/],
  ])('refuses %s, charges nothing and says nothing of it', async (_, line, message) => {
    sent('bad', [...theirs.slice(0, 999), line]);
    const ending = await cli(['pair', ...argv('bad')]);
    expect(ending.stderr).not.toContain(line);
    await refused(argv('bad'), 3, message);
    expect(readdirSync(folder)).not.toContain('ledger.json');
  });

  it('keeps a budget, in which a list counts once under a key', async () => {
    const policy = JSON.stringify({ smallestSet: 1000, budgets: [{ hours: 24, runs: 1 }] });
    writeFileSync(at('policy.json'), policy);
    sent('a', theirs);
    sent('b', pairIdsToTexts(someElements(1000, 7n)));
    const limits = ['--policy', at('policy.json')];
    await ok([...argv('a', ...limits), '-o', at('x')]);
    await ok([...argv('a', ...limits), '-o', at('y')]);
    await refused(argv('b', ...limits), 3, /does not allow this run, by its runs/);
    await ok([...argv('b', ...limits), '--partner', 'other']);
    writeFileSync(at('policy.json'), JSON.stringify({ largestRatio: 2, budgets: [] }));
    await refused([...argv('b', ...limits), '-o', at('z')], 2, /largestRatio means nothing/);
  });

  it('needs a thousand, a folder that is complete and a place that is free', async () => {
    sent('few', theirs.slice(1));
    await refused(argv('few'), 3, /999 identifiers, and PAIR matches lists of 1,000/);
    mkdirSync(at('partial'));
    writeFileSync(at('partial/data.csv'), theirs.join('\n'));
    await refused(argv('partial'), 3, /not complete: there is no \.Completed/);
    writeFileSync(at('partial/.Completed'), '');
    await ok(argv('partial'));
    await refused(argv('partial'), 2, /exists\. The result is a new folder/);
  });

  it('refuses a key after 180 days, and another seal', async () => {
    sent('a', theirs);
    writeFileSync(at('seal.key'), randomBytes(32).toString('hex'), { mode: 0o600 });
    await refused(argv('a'), 3, /cannot be opened/);
    writeFileSync(at('seal.key'), seal.toString('hex'), { mode: 0o600 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 181 * DAY });
    await refused(argv('a'), 3, /older than 180 days/);
  });
});

describe('encryption', () => {
  const keys = vectors.rows.map(({ matchKey }) => matchKey);
  const argv = (name: string): string[] => [
    ...['encrypt', at(name), '-o', at('out'), '--salt', at('salt.json'), ...own('advertiser')],
  ];

  it('refuses a salt after 30 days, short lists and what is no match key', async () => {
    sent('keys', keys);
    await refused(argv('keys'), 3, /20 identifiers, and PAIR matches lists of 1,000/);
    sent('addresses', ['user@example.com']);
    await refused(argv('addresses'), 3, /line 1: This is no match key/);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * DAY });
    await refused(argv('keys'), 3, /salt is older than 30 days/);
  });
});

describe('salts and keys', () => {
  it('are made for their owner alone, and not overwritten', async () => {
    for (const argv of [
      ['salt', '-o', at('new.json')],
      ['key', '-o', at('new.key'), '--seal-key-file', at('seal.key')],
    ]) {
      const { stderr } = await ok(argv);
      expect(stderr).toMatch(/good until \d{4}-\d\d-\d\d/);
      if (process.platform !== 'win32') expect(statSync(argv[2]!).mode & 0o777).toBe(0o600);
      await refused(argv, 2, /is not overwritten/);
    }
  });

  it('a partner’s salt is taken over with its day', async () => {
    writeFileSync(at('theirs.txt'), `${vectors.salt}\n`, { mode: 0o600 });
    const today = new Date().toISOString().slice(0, 10);
    await ok(['salt', '--from', at('theirs.txt'), '--created', today, '-o', at('taken.json')]);
    expect(JSON.parse(readFileSync(at('taken.json'), 'utf8'))).toMatchObject({
      pair: 'salt',
      secret: vectors.salt,
    });
    await refused(['salt', '--from', at('theirs.txt'), '-o', at('x.json')], 2, /belong together/);
    const old = new Date(Date.now() - 40 * DAY).toISOString().slice(0, 10);
    await refused(
      ['salt', '--from', at('theirs.txt'), '--created', old, '-o', at('x.json')],
      3,
      /older than 30 days/,
    );
  });
});
