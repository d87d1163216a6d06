// SPDX-License-Identifier: Apache-2.0
/** Runs through files with every protocol: each step is the one that the step before has said. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import type { Role } from '../../src/psi/run/suite.js';
import { toy } from '../suites/toy-protocol.js';
import { type Ending, cli as run, temporary } from './harness.js';

const number = (i: number): string => `+1415${2_000_000 + i}`;
const NAMES: Readonly<Record<Role, string>> = { receiver: 'a', sender: 'b' };
const roleOf = (file: number): Role => (file % 2 === 0 ? 'receiver' : 'sender');
const other = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');

/** With one protocol more than the registry has. */
const cli = (argv: readonly string[]): Promise<Ending> => run(argv, { protocols: [...registry, toy] });

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = dirname(temporary('x'));
  const rows = (count: number, cells: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `${cells(i)}\n`).join('');
  writeFileSync(at('mine.csv'), `phone,city\n${rows(40, (i) => `${number(i)},x`)}`);
  writeFileSync(at('theirs.csv'), `phone,amount\n${rows(30, (i) => `${number(30 + i)},${i + 1}.5`)}`);
  writeFileSync(at('policy.json'), '{"budgets": []}');
  writeFileSync(at('state.key'), randomBytes(32).toString('hex'));
  let peers = '';
  for (const name of ['a', 'b']) peers += (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
  writeFileSync(at('peers.txt'), peers);
});

const file = (i: number): string => at(`${i}.vm`);
const stateOf = (role: Role): string[] => [
  ...['--state', at(`${NAMES[role]}-state`), '--state-key-file', at('state.key')],
];
const limitsOf = (role: Role): string[] => [
  ...['--policy', at('policy.json'), '--ledger', at(`${NAMES[role]}-ledger.json`)],
];
const keyOf = (role: Role): string[] => ['--key', at(`${NAMES[role]}.key`)];
const statesOf = (role: Role): string[] => {
  const states = at(`${NAMES[role]}-state`);
  return existsSync(states) ? readdirSync(states) : [];
};

interface Case {
  readonly title: string;
  readonly both: readonly string[];
  readonly receiver?: readonly string[];
  readonly sender?: readonly string[];
  readonly files: number;
  /** What each party is told, where it is told something. */
  readonly told: Readonly<Partial<Record<Role, RegExp>>>;
  /** Who writes rows. */
  readonly rows?: readonly Role[];
}

// 10 are shared, rows 31 to 40 here and 1 to 10 there, which have 1.5 to 10.5: 60 in all.
const SUM = ['--reveal', 'sum', '--value-digits', '2'];
const CASES: readonly Case[] = [
  {
    title: 'intersection',
    both: ['--reveal', 'intersection'],
    files: 2,
    told: { receiver: /^shared 10 \(in 10 rows\); 40 here, 30 at the partner's\n$/ },
    rows: ['receiver'],
  },
  {
    title: 'intersection, proved, to both',
    both: ['--reveal', 'intersection', '--to', 'both', '--verifiable'],
    files: 3,
    told: {
      receiver: /^shared 10 \(in 10 rows\); 40 here, 30 at/,
      sender: /^shared 10 \(in 10 rows\); 30 here, 40 at/,
    },
    rows: ['receiver', 'sender'],
  },
  {
    title: 'cardinality, padded',
    both: ['--reveal', 'cardinality'],
    receiver: ['--pad', '64', '--coarse', '5,5'],
    files: 2,
    told: { receiver: /^shared 10 \(rounded down .*\); 40 here, 30 at/ },
  },
  {
    title: 'cardinality, to both',
    both: ['--reveal', 'cardinality', '--to', 'both'],
    files: 3,
    told: { receiver: /^shared 10; 40 here, 30 at/, sender: /^shared 10; 30 here, 40 at/ },
  },
  {
    title: 'people',
    both: ['--reveal', 'cardinality', '--people'],
    files: 2,
    told: { receiver: /^shared 10; 40 here, 30 people at/ },
  },
  {
    title: 'a sum',
    both: SUM,
    sender: ['--value-column', 'amount'],
    files: 4,
    told: { receiver: /^shared 10; sum 60\.00; 40 here, 30 at/ },
  },
  {
    title: 'a sum over people',
    both: [...SUM, '--people'],
    sender: ['--value-column', 'amount'],
    files: 4,
    told: { receiver: /^shared 10; sum 60\.00; 40 here, 30 people at/ },
  },
  {
    title: 'a sum to the party that has the values',
    both: ['--reveal', 'sum', '--to', 'sender'],
    receiver: ['--accept-chosen-values'],
    sender: ['--value-column', 'amount', '--value-digits', '2'],
    files: 5,
    told: { receiver: /^shared 10; 40 here, 30 at/, sender: /^shared 10; sum 60\.00; 30 here, 40 at/ },
  },
  {
    title: 'a protocol that is new',
    both: ['--reveal', 'toy'],
    files: 3,
    told: { receiver: /^in common 10; 40 here, 30 at/, sender: /^in common 10; 30 here, 40 at/ },
  },
  {
    title: 'ids',
    both: ['--reveal', 'ids'],
    files: 5,
    told: { receiver: /^shared 10; 40 here, 30 at/, sender: /^shared 10; 30 here, 40 at/ },
    rows: ['receiver', 'sender'],
  },
];

const begin = ({ both, receiver = [] }: Case, ...more: string[]): Promise<Ending> =>
  cli([
    ...['psi', 'request', at('mine.csv'), '--column', 'phone', ...both, ...receiver, ...keyOf('receiver')],
    ...['--peer', 'b', '--peers', at('peers.txt'), ...stateOf('receiver'), '-o', file(0), ...more],
  ]);

const answer = ({ both, sender = [], files }: Case, ...more: string[]): Promise<Ending> =>
  cli([
    ...['psi', 'respond', file(0), at('theirs.csv'), '--column', 'phone', ...both, ...sender],
    ...[...keyOf('sender'), '--peer', 'a', '--peers', at('peers.txt'), ...limitsOf('sender'), '-o', file(1)],
    ...(files > 2 ? stateOf('sender') : []),
    ...more,
  ]);

const next = (i: number, ...more: string[]): Promise<Ending> => {
  const role = other(roleOf(i));
  const argv = ['psi', 'next', file(i), ...keyOf(role), ...stateOf(role), ...limitsOf(role)];
  return cli([...argv, '-o', file(i + 1), ...more]);
};

const finish = (i: number, sends: boolean, ...more: string[]): Promise<Ending> => {
  const role = other(roleOf(i));
  const sending = sends ? ['--send', file(i + 1), ...keyOf(role)] : [];
  return cli(['psi', 'finish', file(i), ...stateOf(role), ...limitsOf(role), ...sending, ...more]);
};

/** Takes the step that reads file i, as the party was told to in its last one. */
function step(tried: Case, i: number, said: Readonly<Record<Role, string>>): Promise<Ending> {
  const role = other(roleOf(i));
  if (i === -1) return begin(tried);
  if (i === 0) return answer(tried);
  const [, command, more = ''] =
    /veilmatch psi (next|finish) ANSWER((?: -o NEXT| --send LAST)?) --state/.exec(said[role]) ?? [];
  if (command === 'next') return next(i);
  expect(command).toBe('finish');
  const rows = tried.rows?.includes(role) ? ['-o', at(`${role}.csv`)] : [];
  return finish(i, more.includes('--send'), ...rows);
}

describe.each(CASES)('$title', (tried) => {
  it('comes to its results by the steps that are said, charged once, and no state is left', async () => {
    const said: Record<Role, string> = { receiver: '', sender: '' };
    const told: Partial<Record<Role, string>> = {};
    let files = 0;
    for (let i = -1; i < 0 || existsSync(file(i)); i++) {
      const role = other(roleOf(i));
      // Whoever sent the last word is done.
      if (i >= 0 && /the run is over\n$/.test(said[role])) break;
      const ending = await step(tried, i, said);
      expect(ending, ending.stderr).toMatchObject({ status: 0 });
      said[role] = ending.stderr;
      if (existsSync(file(i + 1))) files++;
      if (ending.stdout !== '') told[role] = ending.stdout;
    }
    expect(files).toBe(tried.files);
    for (const role of ['receiver', 'sender'] as const) {
      if (tried.told[role] === undefined) expect(told[role]).toBeUndefined();
      else expect(told[role]).toMatch(tried.told[role]!);
      expect(statesOf(role)).toEqual([]);
    }
    const { accounts } = JSON.parse(readFileSync(at('b-ledger.json'), 'utf8')) as {
      accounts: [string, unknown[]][];
    };
    expect(accounts.find(([name]) => name === 'partner:a')![1]).toHaveLength(1);
    for (const role of tried.rows ?? []) {
      const lines = readFileSync(at(`${role}.csv`), 'utf8')
        .trimEnd()
        .split('\n');
      const numbers = lines.map((line) => line.split(',')[1]);
      const shared = Array.from({ length: 10 }, (_, i) => number(30 + i));
      if (tried.title !== 'ids') expect(numbers).toEqual(['phone', ...shared]);
    }
  });

  it('writes the same file again, and takes no result twice', async () => {
    const said: Record<Role, string> = { receiver: '', sender: '' };
    for (let i = -1; i < tried.files; i++) {
      const role = other(roleOf(i));
      if (/the run is over/.test(said[role])) break;
      const before = { ...said };
      said[role] = (await step(tried, i, before)).stderr;
      const written = existsSync(file(i + 1)) ? readFileSync(file(i + 1)) : undefined;
      // Asked once more a party begins another run.
      if (i < 0) continue;
      const again = await step(tried, i, before);
      if (again.status === 0) expect(readFileSync(file(i + 1))).toEqual(written);
      else {
        // After its last step a party has no state, and what it has answered without one the ledger knows.
        expect(again).toMatchObject({ status: 3, stdout: '' });
        expect(again.stderr).toMatch(/the run was finished already|answered already/);
        expect(statesOf(role)).toEqual([]);
        if (written !== undefined) expect(readFileSync(file(i + 1))).toEqual(written);
      }
    }
  });
});

const [intersection] = CASES;
const sum = CASES.find(({ title }) => title === 'a sum')!;
const ids = CASES.find(({ title }) => title === 'ids')!;

it('pseudonyms join the two lists as their numbers do', async () => {
  await begin(ids);
  await answer(ids);
  await next(1);
  await next(2);
  expect(await finish(3, true, '-o', at('receiver.csv'))).toMatchObject({ status: 0 });
  expect(await finish(4, false, '-o', at('sender.csv'))).toMatchObject({ status: 0 });
  const rowsOf = (role: Role): string[][] =>
    readFileSync(at(`${role}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const [[...head], ...mine] = rowsOf('receiver') as [string[], ...string[][]];
  const [, ...theirs] = rowsOf('sender');
  expect(head).toEqual(['line', 'phone', 'pseudonym']);
  expect([mine.length, theirs.length]).toEqual([40, 30]);
  const joined = mine.filter(([, , id]) => theirs.some((row) => row[2] === id)).map(([, phone]) => phone);
  expect(joined).toEqual(Array.from({ length: 10 }, (_, i) => number(30 + i)));
});

describe('a step', () => {
  it('is said to be another one where the file is for that', async () => {
    await begin(sum);
    await answer(sum);
    const early = await finish(1, false);
    expect([early.status, early.stderr]).toEqual([2, expect.stringContaining('veilmatch psi next reads it')]);
    await next(1);
    await next(2);
    const late = await next(3);
    expect([late.status, late.stderr]).toEqual([2, expect.stringContaining('veilmatch psi finish reads it')]);
    const send = await finish(3, true);
    expect([send.status, send.stderr]).toEqual([2, expect.stringContaining('Leave --send away')]);
    expect(await finish(3, false)).toMatchObject({ status: 0 });
  });

  it('that ends with a file for the partner has a name for it', async () => {
    await begin(ids);
    await answer(ids);
    await next(1);
    await next(2);
    const { status, stderr } = await finish(3, false);
    expect([status, stderr]).toEqual([2, expect.stringContaining('name it with --send FILE')]);
  });

  it('takes no file that is not its turn, of whatever party', async () => {
    await begin(sum);
    await answer(sum);
    await next(1);
    for (const [i, wrong] of [
      [1, 0],
      [1, 2],
      [2, 1],
    ] as const) {
      const right = readFileSync(file(i));
      writeFileSync(file(i), readFileSync(file(wrong)));
      const { status } = await next(i);
      expect([2, 3]).toContain(status);
      writeFileSync(file(i), right);
    }
    expect(await next(2)).toMatchObject({ status: 0 });
  });

  it('answers no other file in the place of one that it has answered', async () => {
    await begin(sum);
    await answer(sum);
    const answered = readFileSync(file(1));
    // The partner asks something else, and calls it by the same name.
    const request = readFileSync(file(0));
    const id = request.subarray(request.indexOf(Buffer.from([0x2a, 16])) + 2).subarray(0, 16);
    rmSync(at('a-state'), { recursive: true });
    await begin(sum);
    const second = readFileSync(file(0));
    const at2 = second.indexOf(Buffer.from([0x2a, 16])) + 2;
    id.copy(second, at2);
    writeFileSync(file(0), second);
    expect((await answer(sum)).status).toBe(3);
    expect(readFileSync(file(1))).toEqual(answered);
  });

  it('takes no file that was changed, wherever, and then the right one', async () => {
    await begin(sum);
    await answer(sum);
    await next(1);
    const good = readFileSync(file(2));
    for (let i = 0; i < 12; i++) {
      const bad = Buffer.from(good);
      bad[Math.floor((i * bad.length) / 12)]! ^= 1;
      writeFileSync(file(2), bad);
      expect((await next(2)).status).toBe(3);
      expect(existsSync(file(3))).toBe(false);
    }
    writeFileSync(file(2), good);
    expect(await next(2)).toMatchObject({ status: 0 });
  });

  it('without its state is told so, and leaves none', async () => {
    await begin(sum);
    await answer(sum);
    rmSync(at('a-state'), { recursive: true });
    const gone = await next(1);
    expect([gone.status, gone.stderr]).toEqual([3, expect.stringContaining('the run was finished already')]);
    expect(statesOf('receiver')).toEqual([]);
    rmSync(at('b-state'), { recursive: true });
    // A new state would be another run: the request was answered.
    const again = await answer(sum);
    expect([again.status, again.stderr]).toEqual([3, expect.stringContaining('answered already')]);
    expect(statesOf('sender')).toEqual([]);
  });

  it('with another list, or another sum of it, is refused', async () => {
    await begin(sum);
    await answer(sum);
    await next(1);
    writeFileSync(at('theirs.csv'), readFileSync(at('theirs.csv'), 'utf8').replace('2.5', '9.5'));
    const { status, stderr } = await next(2);
    expect([status, stderr]).toEqual([2, expect.stringContaining('begun with another values')]);
    expect(existsSync(file(3))).toBe(false);
  });

  it('of a party that answers keeps a state where the run goes on, and only there', async () => {
    await begin(sum);
    const without = await cli([
      ...[
        'psi',
        'respond',
        file(0),
        at('theirs.csv'),
        '--column',
        'phone',
        ...SUM,
        '--value-column',
        'amount',
      ],
      ...[...keyOf('sender'), '--peer', 'a', '--peers', at('peers.txt'), '-o', file(1)],
    ]);
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('give --state FOLDER')]);
    const needless = await answer(intersection!, ...stateOf('sender'));
    expect([needless.status, needless.stderr]).toEqual([2, expect.stringContaining('leave --state')]);
  });

  it('that the policy refuses leaves no state, and may be taken again', async () => {
    await begin(sum);
    writeFileSync(at('strict.json'), '{"largestSet": 39, "budgets": []}');
    const refused = await answer(sum, '--policy', at('strict.json'));
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('by its largestSet')]);
    expect(statesOf('sender')).toEqual([]);
    expect(await answer(sum)).toMatchObject({ status: 0 });
  });

  it('of a party whose list the partner learns of is limited by its own policy', async () => {
    const both = CASES.find(({ title }) => title === 'intersection, proved, to both')!;
    await begin(both);
    await answer(both);
    writeFileSync(at('strict.json'), '{"budgets": [{"hours": 1, "runs": 0}]}');
    const refused = await finish(1, true, '--policy', at('strict.json'));
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('by its runs')]);
    expect(existsSync(file(2))).toBe(false);
    expect(await finish(1, true)).toMatchObject({ status: 0 });
    const { accounts } = JSON.parse(readFileSync(at('a-ledger.json'), 'utf8')) as {
      accounts: [string, unknown[]][];
    };
    expect(accounts.find(([name]) => name === 'partner:b')![1]).toHaveLength(1);
  });
});

it('results are summed up in JSON, too', async () => {
  await begin(sum);
  await answer(sum);
  await next(1);
  await next(2);
  const { stdout } = await finish(3, false, '--json');
  expect(JSON.parse(stdout)).toEqual({
    ...{ reveal: 'sum', role: 'receiver', ownSize: 40, peerSize: 30, shared: 10, sum: '60.00' },
  });
});
