// SPDX-License-Identifier: Apache-2.0
/** `connect` and `serve` with --state: what they refuse, and what they say. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKey } from '../../src/cli/secrets/secrets.js';
import { VeilmatchError } from '../../src/errors.js';
import { createBackend, type GroupBackend } from '../../src/group/index.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { intersection } from '../../src/psi/intersection/index.js';
import {
  createToken,
  hashToken,
  type Listener,
  listen,
  memoryJournal,
  openRunStore,
  type RunStore,
  send,
} from '../../src/transport/index.js';
import { runTerms } from '../support/revealing.js';
import { cli, type Ending, memoryIo, temporary } from './harness.js';

const numbers = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1415${2_000_000 + first + i}`);
const csv = (list: readonly string[]): string => `phone\n${list.join('\n')}\n`;
const ROWS = `line,phone\n${numbers(200, 100)
  .map((number, i) => `${202 + i},${number}\n`)
  .join('')}`;

const token = createToken();
/** Of another partner of the same server. */
const otherToken = createToken();
let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = dirname(temporary('x'));
  writeFileSync(at('mine.csv'), csv(numbers(0, 300)));
  writeFileSync(at('theirs.csv'), csv(numbers(200, 300)));
  writeFileSync(at('token'), token);
  const hash = `sha256:${Buffer.from(hashToken(token)).toString('hex')}`;
  writeFileSync(at('partners.json'), JSON.stringify({ partners: [{ name: 'partner', tokens: [hash] }] }));
  writeFileSync(at('key'), randomBytes(32).toString('hex'));
  writeFileSync(at('other.key'), randomBytes(32).toString('hex'));
});

/** A partner that keeps its runs in memory, and cuts the line before it sends frame number `cutAt`. */
interface Partner {
  readonly url: string;
  readonly kept: ReadonlyMap<string, unknown>;
  cutAt: number | undefined;
  keeps: boolean;
  /** Whether the line is cut in place of the last message, when the partner has come to its end. */
  mute: boolean;
  /** Whether the policy allows no run. */
  refuses: boolean;
}

let listener: Listener | undefined;
let backend: GroupBackend | undefined;
afterEach(async () => {
  await listener?.close();
  await backend?.dispose();
});

async function partner(): Promise<Partner> {
  const { set } = await identifiersFromRows(numbers(200, 300).map((phone) => ({ phone })));
  const kept = new Map<string, ReturnType<typeof memoryJournal>>();
  backend = await createBackend({ concurrency: 1 });
  const runs: RunStore = {
    async begin(peer, runId) {
      const journal = memoryJournal({ runId, peer, terms: runTerms('sender', set) });
      kept.set(`${runId} ${peer}`, journal);
      const { erase } = journal;
      journal.erase = async () => {
        kept.delete(`${runId} ${peer}`);
        await erase.call(journal);
      };
      return journal;
    },
    resume: async (peer, runId) => kept.get(`${runId} ${peer}`),
  };
  const state: Partner = { url: '', kept, cutAt: undefined, keeps: true, mute: false, refuses: false };
  listener = await listen({
    partners: [
      { name: 'partner', tokens: [hashToken(token)] },
      { name: 'other', tokens: [hashToken(otherToken)] },
    ],
    mode: intersection.mode,
    runs: {
      begin: (...run) => (state.keeps ? runs.begin(...run) : (undefined as never)),
      resume: runs.resume,
    },
  });
  void (async () => {
    for await (const channel of listener!) {
      let sent = 0;
      const cutting = {
        traffic: channel.traffic,
        peerHolds: channel.peerHolds,
        [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
        close: (reason?: 'aborted') => channel.close(state.mute ? 'aborted' : reason),
        send: async (frame: Uint8Array) => {
          if (sent++ === state.cutAt) await channel.close('aborted');
          await channel.send(frame);
        },
      };
      const admit = async (): Promise<void> => {
        if (state.refuses) throw new VeilmatchError('refused', 'no');
      };
      void send(cutting, set, { backend, admit, journal: channel.journal }).catch(() => {});
    }
  })();
  return Object.assign(state, { url: `ws://127.0.0.1:${listener.port}` });
}

function ask(url: string, ...more: string[]): Promise<Ending> {
  const list = more[0]?.endsWith('.csv') ? more.shift()! : at('mine.csv');
  return cli([
    'connect',
    url,
    list,
    '--column',
    'phone',
    '--token-file',
    at('token'),
    '-o',
    at('out.csv'),
    ...more,
  ]);
}
const state = (key = 'key'): string[] => ['--state', at('run'), '--state-key-file', at(key)];

describe('connect --state', () => {
  it('goes on with a run that was cut, and erases it at its end', async () => {
    const there = await partner();
    there.cutAt = 1;
    const cut = await ask(there.url, ...state());
    expect(cut.status).toBe(3);
    expect(cut.stderr).toMatch(
      /nothing was written; the run is kept in .*run\.vm: .* --resume goes on with it\nerror: /,
    );
    expect(existsSync(at('out.csv'))).toBe(false);
    expect(readFileSync(at('run/run.vm'), 'latin1')).not.toMatch(/1415|intersection|127\.0/);
    there.cutAt = undefined;
    const { status, stdout } = await ask(there.url, ...state(), '--resume');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^run {9}[0-9a-f]{16} \(resumed; /)]);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(readdirSync(at('run'))).toEqual([]);
  });

  it('refuses what is not the same, and keeps the run', async () => {
    const there = await partner();
    there.cutAt = 1;
    await ask(there.url, ...state());
    there.cutAt = undefined;
    const { url } = there;
    writeFileSync(at('changed.csv'), csv(numbers(1, 300)));
    for (const [argv, status, message] of [
      [[...state()], 2, /is the state of a run that was cut. --resume goes on/],
      [
        [...state('other.key'), '--resume'],
        3,
        /run\.vm cannot be opened: the passphrase or key is another one/,
      ],
      [[at('changed.csv'), ...state(), '--resume'], 2, /The list is not the one that the run was begun with/],
      [
        ['--reveal', 'ids', ...state(), '--resume'],
        3,
        /--resume goes on with it\nerror: The partner reveals 'intersection'/,
      ],
    ] as const) {
      const ending = await ask(url, ...argv);
      expect([ending.status, ending.stderr]).toEqual([status, expect.stringMatching(message)]);
    }
    const elsewhere = await ask(url.replace('127.0.0.1', 'localhost'), ...state(), '--resume');
    expect([elsewhere.status, elsewhere.stderr]).toEqual([
      2,
      expect.stringContaining('with another partner'),
    ]);
    expect(existsSync(at('out.csv'))).toBe(false);
    expect((await ask(url, ...state(), '--resume')).status).toBe(0);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
  });

  it('refuses a state that is damaged, and keeps one whose partner is away', async () => {
    const there = await partner();
    there.cutAt = 1;
    await ask(there.url, ...state());
    const whole = readFileSync(at('run/run.vm'));
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 200]! ^= 1;
    writeFileSync(at('run/run.vm'), damaged);
    const refused = await ask(there.url, ...state(), '--resume');
    expect([refused.status, refused.stderr]).toEqual([
      3,
      expect.stringMatching(/run\.vm was changed or damaged/),
    ]);
    writeFileSync(at('run/run.vm'), whole);
    await listener!.close();
    const gone = await ask(there.url, ...state(), '--resume');
    expect([gone.status, gone.stderr]).toEqual([
      3,
      expect.stringMatching(/--resume goes on with it\nerror: Cannot connect/),
    ]);
  });

  it('has its result though the partner has not said that it heard the end, and again from the state alone', async () => {
    const there = await partner();
    there.mute = true;
    const first = await ask(there.url, ...state());
    expect([first.status, first.stderr]).toEqual([
      0,
      expect.stringMatching(/the partner has not heard so; .*run\.vm is kept/),
    ]);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    const kept = readFileSync(at('run/run.vm'));
    writeFileSync(at('out.csv'), '');
    // The partner has erased the run: it is complete there.
    const second = await ask(there.url, ...state(), '--resume');
    expect([second.status, second.stderr]).toEqual([0, expect.not.stringContaining('has not heard')]);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(existsSync(at('run/run.vm'))).toBe(false);
    // Nobody there: the same result, and still nobody who has said so.
    writeFileSync(at('run/run.vm'), kept);
    writeFileSync(at('out.csv'), '');
    await listener!.close();
    const third = await ask(there.url, ...state(), '--resume');
    expect([third.status, third.stderr]).toEqual([0, expect.stringContaining('has not heard')]);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(existsSync(at('run/run.vm'))).toBe(true);
  });

  it('is erased when the run has failed for good, on either side', async () => {
    const there = await partner();
    there.refuses = true;
    const { status, stderr } = await ask(there.url, ...state());
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/failed for good: begin a new one\nerror: The peer's policy/),
    ]);
    expect(readdirSync(at('run'))).toEqual([]);
    expect(existsSync(at('out.csv'))).toBe(false);
    expect(there.kept.size).toBe(0);
  });

  it('says that the partner does not have the run any more', async () => {
    const there = await partner();
    there.cutAt = 1;
    expect((await ask(there.url, ...state())).status).toBe(3);
    const unfinished = readFileSync(at('run/run.vm'));
    there.cutAt = undefined;
    expect((await ask(there.url, ...state(), '--resume')).status).toBe(0);
    writeFileSync(at('run/run.vm'), unfinished);
    writeFileSync(at('out.csv'), 'of before');
    const { status, stderr } = await ask(there.url, ...state(), '--resume');
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(
        /run\.vm is kept\. .*another token or certificate.* Try these first: .*remove the state.*\nerror: .*does not have this run/,
      ),
    ]);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('of before');
  });

  it('keeps a run that is asked for with another token, and goes on with it with the right one', async () => {
    const there = await partner();
    there.cutAt = 1;
    expect((await ask(there.url, ...state())).status).toBe(3);
    there.cutAt = undefined;
    writeFileSync(at('token'), otherToken);
    const wrong = await ask(there.url, ...state(), '--resume');
    expect([wrong.status, wrong.stderr]).toEqual([
      3,
      expect.stringMatching(/run\.vm is kept\. .*another token or certificate/),
    ]);
    writeFileSync(at('token'), token);
    expect((await ask(there.url, ...state(), '--resume')).status).toBe(0);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
  });

  it('is told where the partner keeps no runs, before anything is asked', async () => {
    const there = await partner();
    there.keeps = false;
    const { status, stderr } = await ask(there.url, ...state());
    expect([status, stderr]).toEqual([3, expect.stringContaining('The partner keeps no runs')]);
    expect(existsSync(at('run/run.vm'))).toBe(false);
    there.cutAt = 1;
    const cut = await ask(there.url);
    expect(cut.stderr).toMatch(/nothing was written; a run with --state FOLDER can be resumed/);
  });

  it('takes a folder, and no file', async () => {
    writeFileSync(at('run'), '');
    const { status, stderr } = await ask('ws://127.0.0.1:1', ...state());
    expect([status, stderr]).toEqual([2, expect.stringMatching(/run is a file, and --state names a folder/)]);
  });

  it.each([
    [['--resume'], /say of which, with --state/],
    [['--state-key-file', 'x'], /say where it is kept, with --state/],
    [['--state', 'no.such.vm', '--state-key-file', 'x', '--resume'], /There is no no\.such\.vm/],
    [['--state', 'no.such.vm'], /give --state-key-file, or a terminal/],
  ])('refuses %s', async (argv, message) => {
    const { status, stderr } = await ask('ws://127.0.0.1:1', ...argv);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('serve --state', () => {
  it('does not begin with runs that were cut, unless it is told to go on with them', async () => {
    const { set } = await identifiersFromRows(numbers(200, 300).map((phone) => ({ phone })));
    const key = await readKey(at('key'), memoryIo().io);
    const runs = await openRunStore(
      at('runs'),
      { key },
      { terms: runTerms('sender', set, { reveal: 'intersection' }) },
    );
    await (await runs.begin('token:00', '0123456789abcdef')).close();
    await runs.close();
    const sealed = ['--state', at('runs'), '--state-key-file', at('key')];
    const run = (...more: string[]): Promise<Ending> =>
      cli([
        ...['serve', at('theirs.csv'), '--column', 'phone', '--reveal', 'intersection'],
        ...['--partners', at('partners.json'), '--listen', '127.0.0.1:0', ...more],
      ]);
    const refused = await run(...sealed);
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/holds a run that was cut. --resume/),
    ]);
    const wrong = await run('--state', at('runs'), '--state-key-file', at('other.key'), '--resume');
    expect([wrong.status, wrong.stderr]).toEqual([3, expect.stringContaining('another one')]);
    writeFileSync(at('theirs.csv'), csv(numbers(201, 300)));
    const changed = await run(...sealed, '--resume');
    expect([changed.status, changed.stderr]).toEqual([
      2,
      expect.stringMatching(/was not taken up. The list is not/),
    ]);
    expect((await run('--resume')).status).toBe(2);
  });
});
