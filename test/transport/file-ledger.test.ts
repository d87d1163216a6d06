// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { admission } from '../../src/psi/index.js';
import { type FileLedger, openFileLedger } from '../../src/transport/file-ledger.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';
import { chargesOf, ledgerSuite } from '../suites/ledger.js';

const opened: FileLedger[] = [];
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close();
});

async function open(path: string): Promise<FileLedger> {
  const ledger = await openFileLedger(path);
  opened.push(ledger);
  return ledger;
}

ledgerSuite('the ledger in a file', () => open(temporary('ledger.json')));

const one = { at: 5, elements: 7 };

it('is there again after it was closed', async () => {
  const path = temporary('ledger.json');
  const first = await open(path);
  await first.update('peer', () => [one]);
  await first.close();
  expect(await chargesOf(await open(path), 'peer')).toEqual([one]);
  expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json', 'ledger.json.lock']);
});

it('is written before an update is over, for its owner only', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  await ledger.update('peer', () => [one]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    format: 'veilmatch-ledger-v1',
    peers: [['peer', [[5, 7]]]],
  });
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('charges a run that an admission lets in, across a restart', async () => {
  const path = temporary('ledger.json');
  const policy = { budgets: [{ hours: 1, elements: 10 }] };
  const run = { peerSize: 6, ownSize: 1, reveal: 'intersection' };
  const first = await open(path);
  await admission({ peer: 'partner', ledger: first, policy })(run);
  await first.close();
  const again = await open(path);
  await expectCode('refused', () => admission({ peer: 'partner', ledger: again, policy })(run));
});

it('takes no update after it was closed, and ends those that were begun', async () => {
  const path = temporary('ledger.json');
  const ledger = await open(path);
  const begun = ledger.update('peer', () => [one]);
  await ledger.close();
  await begun;
  await expectCode('argument', () => ledger.update('peer', () => []));
  expect(await chargesOf(await open(path), 'peer')).toEqual([one]);
});

describe('a file that is no ledger', () => {
  it.each([
    '',
    'null',
    '{}',
    '{"format":"veilmatch-ledger-v2","peers":[]}',
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
    await ledger.update('peer', () => [one]);
    const before = readFileSync(path, 'utf8');
    // A folder of the same name cannot be replaced by a file.
    renameSync(path, `${path}.away`);
    mkdirSync(`${path}/in the way`, { recursive: true });
    await expectCode('io', () => ledger.update('peer', () => []));
    rmSync(path, { recursive: true });
    renameSync(`${path}.away`, path);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await chargesOf(ledger, 'peer')).toEqual([one]);
    await ledger.update('other', () => [one]);
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json', 'ledger.json.lock']);
  });

  it('is told where the folder does not exist', async () => {
    await expectCode('io', () => openFileLedger(temporary('no/such/ledger.json')));
  });
});

describe('the lock', () => {
  it('keeps a second one out, until the first is closed', async () => {
    const path = temporary('ledger.json');
    const first = await open(path);
    const error = await expectCode('io', () => openFileLedger(path));
    expect(error.message).toContain('ledger.json.lock');
    await first.close();
    await open(path);
  });

  it('of a process that has ended is taken over; of one that runs or of another machine it is not', async () => {
    const path = temporary('ledger.json');
    const lock = `${path}.lock`;
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    const held = (holder: object): void => writeFileSync(lock, JSON.stringify({ token: 'x', ...holder }));

    held({ host: hostname(), pid: process.ppid });
    await expectCode('io', () => openFileLedger(path));
    held({ host: `not ${hostname()}`, pid: ended.pid });
    await expectCode('io', () => openFileLedger(path));
    writeFileSync(lock, 'something else');
    await expectCode('io', () => openFileLedger(path));

    // This process, but another life of its number: only Linux tells.
    held({ host: hostname(), pid: process.pid });
    await expectCode('io', () => openFileLedger(path));
    if (process.platform === 'linux') {
      held({ host: hostname(), pid: process.pid, start: '1' });
      await (await openFileLedger(path)).close();
    }

    held({ host: hostname(), pid: ended.pid });
    const ledger = await open(path);
    await ledger.update('peer', () => [one]);
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json', 'ledger.json.lock']);
  });

  it('lets only one of several take over', async () => {
    const path = temporary('ledger.json');
    const ended = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => ended.on('exit', resolve));
    writeFileSync(`${path}.lock`, JSON.stringify({ host: hostname(), pid: ended.pid, token: 'x' }));
    const endings = await Promise.allSettled(Array.from({ length: 6 }, () => open(path)));
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is looked at before each write: a store that was taken away writes no more', async () => {
    const path = temporary('ledger.json');
    const ledger = await open(path);
    await ledger.update('peer', () => [one]);
    const before = readFileSync(path, 'utf8');
    rmSync(`${path}.lock`);
    await expectCode('io', () => ledger.update('peer', () => []));
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

it('keeps every charge that was confirmed, in a process that is killed in the middle of its updates', async () => {
  const path = temporary('ledger.json');
  const built = new URL('../../dist/transport/file-ledger.js', import.meta.url).href;
  const program = `
    const { openFileLedger } = await import(${JSON.stringify(built)});
    const ledger = await openFileLedger(${JSON.stringify(path)});
    for (let i = 0; ; i++) {
      await ledger.update('peer', (charges) => [...charges, { at: i, elements: 1 }]);
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
