// SPDX-License-Identifier: Apache-2.0
/** Runs through files with every protocol: each step is the one that the step before has said. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import type { Role } from '../../src/psi/run/suite.js';
import { toy } from '../suites/toy-protocol.js';
import { CASES, type Case, caseOf, other, Partners, roleOf, SHARED, SUM } from './file-turns.js';
import { type Ending, cli as run, temporary } from './harness.js';

/** With one protocol more than the registry has. */
const cli = (argv: readonly string[]): Promise<Ending> => run(argv, { protocols: [...registry, toy] });

let partners: Partners;
const at = (name: string): string => partners.at(name);
const file = (i: number): string => partners.file(i);
beforeEach(async () => {
  partners = new Partners(dirname(temporary('x')));
  await partners.meet(cli);
});

const begin = (tried: Case): Promise<Ending> => cli(partners.begin(tried));
const answer = (tried: Case, ...more: string[]): Promise<Ending> => cli([...partners.answer(tried), ...more]);
const next = (i: number): Promise<Ending> => cli(partners.next(i));
const finish = (i: number, sends: boolean, ...more: string[]): Promise<Ending> =>
  cli([...partners.finish(i, sends), ...more]);
const step = (tried: Case, i: number, said: Readonly<Record<Role, string>>): Promise<Ending> =>
  cli(partners.step(tried, i, said));

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
      expect(partners.states(role)).toEqual([]);
    }
    expect(partners.charged('sender')).toBe(1);
    for (const rows of partners.shared(tried)) expect(rows).toEqual(SHARED);
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
        expect(partners.states(role)).toEqual([]);
        if (written !== undefined) expect(readFileSync(file(i + 1))).toEqual(written);
      }
    }
  });
});

const intersection = caseOf('intersection');
const sum = caseOf('a sum');
const ids = caseOf('ids');

it('pseudonyms stand in a column of their own, for all rows', async () => {
  await begin(ids);
  await answer(ids);
  await next(1);
  await next(2);
  expect(await finish(3, true, '-o', at('receiver.csv'))).toMatchObject({ status: 0 });
  expect(await finish(4, false, '-o', at('sender.csv'))).toMatchObject({ status: 0 });
  expect(readFileSync(at('receiver.csv'), 'utf8')).toMatch(/^line,phone,pseudonym\n/);
  expect([partners.rows('receiver').length, partners.rows('sender').length]).toEqual([40, 30]);
  expect(partners.shared(ids)).toEqual([SHARED]);
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
    expect(partners.states('receiver')).toEqual([]);
    rmSync(at('b-state'), { recursive: true });
    // A new state would be another run: the request was answered.
    const again = await answer(sum);
    expect([again.status, again.stderr]).toEqual([3, expect.stringContaining('answered already')]);
    expect(partners.states('sender')).toEqual([]);
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
      ...[...partners.key('sender'), '--peer', 'a', '--peers', at('peers.txt'), '-o', file(1)],
    ]);
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('give --state FOLDER')]);
    const needless = await answer(intersection, ...partners.state('sender'));
    expect([needless.status, needless.stderr]).toEqual([2, expect.stringContaining('leave --state')]);
  });

  it('that the policy refuses leaves no state, and may be taken again', async () => {
    await begin(sum);
    writeFileSync(at('strict.json'), '{"largestSet": 39, "budgets": []}');
    const refused = await answer(sum, '--policy', at('strict.json'));
    expect([refused.status, refused.stderr]).toEqual([
      3,
      expect.stringContaining(
        "Your policy does not allow this run, by its largestSet (the partner's list: at most 39)",
      ),
    ]);
    expect(partners.states('sender')).toEqual([]);
    expect(await answer(sum)).toMatchObject({ status: 0 });
  });

  it('of a party whose list the partner learns of is limited by its own policy', async () => {
    const both = caseOf('intersection, proved, to both');
    await begin(both);
    await answer(both);
    writeFileSync(at('strict.json'), '{"budgets": [{"hours": 1, "runs": 0}]}');
    const refused = await finish(1, true, '--policy', at('strict.json'));
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('by its runs')]);
    expect(existsSync(file(2))).toBe(false);
    expect(await finish(1, true)).toMatchObject({ status: 0 });
    expect(partners.charged('receiver')).toBe(1);
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
