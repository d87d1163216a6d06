// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { admission } from '../../src/psi/index.js';
import { openFileLedger } from '../../src/transport/files/file-ledger.js';
import { lockFile } from '../../src/transport/files/file-lock.js';
import type { KeptLedger } from '../../src/transport/files/queued-ledger.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';
import { change, chargesOf, ledgerSuite } from '../suites/ledger.js';
import { bundled } from '../support/bundled.js';

const opened: KeptLedger[] = [];
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close();
});

async function open(path: string): Promise<KeptLedger> {
  const ledger = await openFileLedger(path);
  opened.push(ledger);
  return ledger;
}

ledgerSuite('the ledger in a file', () => open(temporary('ledger.json')));

const one = { at: 5, elements: 7, work: 12 };

it('is there again after it was closed', async () => {
  const path = temporary('ledger.json');
  const first = await open(path);
  await change(first, 'peer', () => [one]);
  await first.close();
  expect(await chargesOf(await open(path), 'peer')).toEqual([one]);
  expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json']);
});

it('is written before an update is over, for its owner only', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  await change(ledger, 'peer', () => [one]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    format: 'veilmatch-ledger-v2',
    accounts: [['peer', [[5, 7, 12]]]],
  });
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('charges a run that an admission lets in, across a restart', async () => {
  const path = temporary('ledger.json');
  const policy = { budgets: [{ hours: 1, elements: 10 }] };
  const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };
  const first = await open(path);
  await admission({ peer: 'partner', ledger: first, policy })(run);
  await first.close();
  const again = await open(path);
  await expectCode('refused', () => admission({ peer: 'partner', ledger: again, policy })(run));
});

it('takes no update after it was closed, and ends those that were begun', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  const begun = change(ledger, 'peer', () => [one]);
  await ledger.close();
  await begun;
  await expectCode('argument', () => change(ledger, 'peer', () => []));
  expect(await chargesOf(await open(path), 'peer')).toEqual([one]);
});

describe('a file that is no ledger', () => {
  it.each([
    '',
    'null',
    '{}',
    '{"format":"veilmatch-ledger-v3","accounts":[]}',
    '{"format":"veilmatch-ledger-v2","peers":[]}',
    '{"format":"veilmatch-ledger-v2","accounts":[["a",[[1,1]]]]}',
    '{"format":"veilmatch-ledger-v2","accounts":[["a",[[1,1,-1]]]]}',
    '{"format":"veilmatch-ledger-v2","accounts":[[1,[]]]}',
    '{"format":"veilmatch-ledger-v1"}',
    '{"format":"veilmatch-ledger-v1","peers":{}}',
    '{"format":"veilmatch-ledger-v1","peers":[["a",[[1]]]]}',
    '{"format":"veilmatch-ledger-v1","peers":[["a",[[1,-1]]]]}',
    '{"format":"veilmatch-ledger-v1","peers":[["a",[[1,1]]]',
    '\u0000',
  ])('is refused, unlocked and left as it is: %s', async (text) => {
    const path = temporary('ledger.json');
    writeFileSync(path, text);
    await expectCode('bad-file', () => openFileLedger(path));
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});

describe('a write that fails', () => {
  it('admits nothing, and leaves the file as it was', async () => {
    const path = temporary('ledger.json');
    const ledger = await open(path);
    await change(ledger, 'peer', () => [one]);
    const before = readFileSync(path, 'utf8');
    // A folder of the same name cannot be replaced by a file.
    renameSync(path, `${path}.away`);
    mkdirSync(`${path}/in the way`, { recursive: true });
    await expectCode('bad-file', () => change(ledger, 'peer', () => []));
    rmSync(path, { recursive: true });
    renameSync(`${path}.away`, path);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await chargesOf(ledger, 'peer')).toEqual([one]);
    await change(ledger, 'other', () => [one]);
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json']);
  });

  it('is told where the folder does not exist', async () => {
    await expectCode('io', () => openFileLedger(temporary('no/such/ledger.json')));
  });
});

it('of the first version is read, and becomes one of this version', async () => {
  const path = temporary('ledger.json');
  writeFileSync(path, '{"format":"veilmatch-ledger-v1","peers":[["token:12",[[5,7],[6,8,"run"]]]]}');
  const ledger = await open(path);
  // How large the sender's list was does not stand in it.
  const former = [
    { at: 5, elements: 7, work: 7 },
    { at: 6, elements: 8, work: 8, run: 'run' },
  ];
  expect(await chargesOf(ledger, 'token:12')).toEqual(former);
  await change(ledger, 'other', () => [one]);
  expect(JSON.parse(readFileSync(path, 'utf8')).format).toBe('veilmatch-ledger-v2');
  expect(await chargesOf(ledger, 'token:12')).toEqual(former);
});

describe('a file that is gone', () => {
  it('admits nothing, while the ledger is open, until it is there again', async () => {
    const path = temporary('ledger.json');
    const policy = { budgets: [{ hours: 1, runs: 2 }] };
    const ledger = await open(path);
    const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };
    const admit = admission({ peer: 'p', ledger, policy });
    await admit(run);
    renameSync(path, `${path}.away`);
    const error = await expectCode('bad-file', () => admit(run));
    expect(error.message).toContain('restore it');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json.away']);
    renameSync(`${path}.away`, path);
    await admit(run);
    await expectCode('refused', () => admit(run));
  });

  it('admits nothing where it was removed before the first run, either', async () => {
    const path = temporary('ledger.json');
    const ledger = await open(path);
    rmSync(path);
    await expectCode('bad-file', () => change(ledger, 'p', () => [one]));
    expect(existsSync(path)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('a ledger behind a link', () => {
  const linked = (): { path: string; link: string } => {
    const path = temporary('kept/ledger.json');
    mkdirSync(dirname(path));
    const link = temporary('link.json');
    symlinkSync(path, link);
    return { path, link };
  };

  it('stays one ledger with one lock: the link is left, and budgets by either name are the same', async () => {
    const { path, link } = linked();
    await (await open(path)).close();
    const [here, there] = [await open(link), await open(path)];
    const policy = { budgets: [{ hours: 1, runs: 3 }] };
    const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };
    const endings = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        admission({ peer: 'p', ledger: i % 2 === 0 ? here : there, policy })(run),
      ),
    );
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await chargesOf(there, 'p')).toHaveLength(3);
    await change(here, 'p', (charges) => {
      expect(existsSync(`${path}.lock`)).toBe(true);
      expect(existsSync(`${link}.lock`)).toBe(false);
      return charges;
    });
  });

  it('stays where it was found when the link is bent while it is open', async () => {
    const { path, link } = linked();
    await (await open(path)).close();
    const ledger = await open(link);
    rmSync(link);
    symlinkSync(temporary('another.json'), link);
    await change(ledger, 'p', () => [one]);
    expect(await chargesOf(await open(path), 'p')).toEqual([one]);
  });

  it('is not begun anew where the link leads to nothing', async () => {
    const { path, link } = linked();
    await expectCode('bad-file', () => openFileLedger(link));
    expect(existsSync(path)).toBe(false);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('is not what takes its place while it is open', async () => {
    const path = temporary('ledger.json');
    const ledger = await open(path);
    renameSync(path, `${path}.away`);
    symlinkSync(`${path}.away`, path);
    await expectCode('bad-file', () => change(ledger, 'p', () => [one]));
  });

  it('may lie in a folder behind a link', async () => {
    const { path } = linked();
    const folder = temporary('folder');
    symlinkSync(dirname(path), folder);
    const ledger = await open(join(folder, 'ledger.json'));
    await change(ledger, 'p', () => [one]);
    expect(await chargesOf(await open(path), 'p')).toEqual([one]);
  });
});

describe('several ledgers of one file', () => {
  it('see what the others have charged, and overspend nothing together', async () => {
    const path = temporary('ledger.json');
    const policy = { budgets: [{ hours: 1, runs: 7 }] };
    const ledgers = await Promise.all(Array.from({ length: 4 }, () => open(path)));
    const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };
    const endings = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) => admission({ peer: 'p', ledger: ledgers[i % 4]!, policy })(run)),
    );
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    for (const ledger of ledgers) expect(await chargesOf(ledger, 'p')).toHaveLength(7);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('hold the lock for an update alone', async () => {
    const path = temporary('ledger.json');
    const [ledger, other] = [await open(path), await open(path)];
    expect(existsSync(`${path}.lock`)).toBe(false);
    await change(ledger, 'peer', (charges) => {
      expect(existsSync(`${path}.lock`)).toBe(true);
      return [...charges, one];
    });
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect(await chargesOf(other, 'peer')).toEqual([one]);
  });
});

describe('the lock', () => {
  it('of a process that has ended is taken over; of one that runs or of another machine it is not', async () => {
    const path = temporary('store');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    const held = (holder: object): void => writeFileSync(path, JSON.stringify({ token: 'x', ...holder }));

    held({ host: hostname(), pid: process.ppid });
    const error = await expectCode('io', () => lockFile(path));
    expect(error.message).toContain(path);
    held({ host: `not ${hostname()}`, pid: ended.pid });
    await expectCode('io', () => lockFile(path));
    writeFileSync(path, 'something else');
    await expectCode('io', () => lockFile(path));

    // This process, but another life of its number: only Linux tells.
    held({ host: hostname(), pid: process.pid });
    await expectCode('io', () => lockFile(path));
    if (process.platform === 'linux') {
      held({ host: hostname(), pid: process.pid, start: '1' });
      await (await lockFile(path)).release();
    }

    held({ host: hostname(), pid: ended.pid });
    const lock = await lockFile(path);
    await lock.check();
    expect(readdirSync(dirname(path))).toEqual(['store']);
    await lock.release();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('lets only one of several take over, and those who wait one after another', async () => {
    const path = temporary('store');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    const abandon = (): void =>
      writeFileSync(path, JSON.stringify({ host: hostname(), pid: ended.pid, token: 'x' }));
    abandon();
    const endings = await Promise.allSettled(Array.from({ length: 6 }, () => lockFile(path)));
    const [first, ...more] = endings.flatMap((ending) =>
      ending.status === 'fulfilled' ? [ending.value] : [],
    );
    expect(more).toEqual([]);
    await first!.release();

    abandon();
    let holders = 0;
    const once = async (): Promise<void> => {
      const lock = await lockFile(path, 60_000);
      expect(++holders).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await lock.check();
      holders--;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 12 }, once));
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('is not removed by somebody who found the dead one that was there before it', async () => {
    const path = temporary('store');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: ended.pid, token: 'x' }));
    // Somebody else is about to remove it: until then nobody else does.
    writeFileSync(`${path}.breaking`, '');
    await expectCode('io', () => lockFile(path));
    expect(existsSync(path)).toBe(true);
    rmSync(`${path}.breaking`);
    await (await lockFile(path)).release();
  });

  it('is taken over where those who were taking it over have died as well, one process after another', async () => {
    const path = temporary('store');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    const abandon = (name: string, token: string): void =>
      writeFileSync(name, JSON.stringify({ host: hostname(), pid: ended.pid, token }));
    const names = [path, `${path}.breaking`, `${path}.breaking.breaking`];
    const abandonAll = (): void => names.forEach((name, i) => void abandon(name, `${i}`));
    abandonAll();
    await (await lockFile(path)).release();
    expect(readdirSync(dirname(path))).toEqual([]);

    // One left behind beside a lock that is good, or where there is none, is in nobody's way.
    abandon(names[1]!, 'x');
    const lock = await lockFile(path);
    await expectCode('io', () => lockFile(path));
    await lock.check();
    await lock.release();

    abandonAll();
    const built = new URL('../../dist/transport/files/file-lock.js', import.meta.url).href;
    const witness = temporary('inside');
    const program = `
      const { lockFile } = await import(${JSON.stringify(built)});
      const { rm, writeFile } = await import('node:fs/promises');
      for (let i = 0; i < 5; i++) {
        const lock = await lockFile(${JSON.stringify(path)}, 60_000);
        await writeFile(${JSON.stringify(witness)}, '', { flag: 'wx' });
        await lock.check();
        await rm(${JSON.stringify(witness)});
        await lock.release();
      }`;
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const codes = await Promise.all(
      children.map((child) => new Promise((resolve) => child.on('close', resolve))),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(existsSync(path)).toBe(false);
  });

  it("is nobody else's while somebody who runs is taking it over", async () => {
    const path = temporary('store');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: ended.pid, token: 'x' }));
    writeFileSync(`${path}.breaking`, JSON.stringify({ host: hostname(), pid: process.ppid, token: 'y' }));
    await expectCode('io', () => lockFile(path));
    expect(JSON.parse(readFileSync(path, 'utf8')).token).toBe('x');
    expect(JSON.parse(readFileSync(`${path}.breaking`, 'utf8')).token).toBe('y');
  });

  it('is looked at before each write: an update whose lock was taken away writes nothing', async () => {
    const path = temporary('ledger.json');
    const ledger = await open(path);
    await change(ledger, 'peer', () => [one]);
    const before = readFileSync(path, 'utf8');
    await expectCode('io', () =>
      change(ledger, 'peer', () => {
        rmSync(`${path}.lock`);
        return [];
      }),
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

it('keeps every charge that was confirmed, in a process that is killed in the middle of its updates', async () => {
  const path = temporary('ledger.json');
  const built = await bundled('transport/files/file-ledger.ts');
  const program = `
    const { openFileLedger } = await import(${JSON.stringify(built)});
    const ledger = await openFileLedger(${JSON.stringify(path)});
    for (let i = 0; ; i++) {
      await ledger.update(['peer'], ([charges]) => [[...charges, { at: i, elements: 1, work: 1 }]]);
      process.stdout.write('.');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let confirmed = 0;
  child.stdout.on('data', (dots: Buffer) => {
    confirmed += dots.length;
    if (confirmed >= 20) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(confirmed).toBeGreaterThanOrEqual(20);
  // The lock and perhaps half a file are left; the next process has all that was confirmed, and at most the one after it.
  const charges = await chargesOf(await open(path), 'peer');
  expect(charges.length - confirmed).toBeOneOf([0, 1]);
});

it('is refused where it has a second name, which the next write would make a second ledger', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  await change(ledger, 'peer', () => [one]);
  linkSync(path, `${path}.too`);
  await expectCode('bad-file', () => openFileLedger(`${path}.too`));
  await expectCode('bad-file', () => change(ledger, 'peer', () => [one, one]));
  rmSync(`${path}.too`);
  expect(await chargesOf(ledger, 'peer')).toEqual([one]);
});

it('keeps no charge that it would not read again', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  await change(ledger, 'peer', () => [one]);
  for (const wrong of [
    { ...one, at: 1.5 },
    { ...one, elements: Number.NaN },
    { ...one, work: -1 },
  ]) {
    await expectCode('argument', () => change(ledger, 'peer', () => [wrong]));
  }
  expect(await chargesOf(ledger, 'peer')).toEqual([one]);
});
