// SPDX-License-Identifier: Apache-2.0
/**
 * Processes that are killed (SIGKILL) at random moments, and begun again: both parties of a run through a dataset, and a worker that an
 * engine drives. What they come to is what they come to without that. SLOW=1 kills each of them 20 times.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { frameOf, initOf, listOf, type Message, messagesIn, OP, SCALAR, SEED } from '../suites/worker.js';
import { SLOW } from '../support/effort.js';

vi.setConfig({ testTimeout: 3_600_000 });

const TOOL = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const KILLS = SLOW ? 20 : 3;
/** Moments that may come too late, as the process is over, for each one that is due. */
const PATIENCE = 10;

/** Numbers from 0 to 1, the same ones for a seed (xorshift32). */
function* draws(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield (state >>> 0) / 2 ** 32;
  }
}

const places: string[] = [];
afterEach(() => {
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
});

/** How a process ended. */
interface Ending {
  readonly status: number | null;
  readonly killed: boolean;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** @param moment milliseconds after which it is killed, if it is not over by then */
async function tool(argv: readonly string[], moment?: number): Promise<Ending & { readonly stdout: string }> {
  const started = performance.now();
  const child = spawn(process.execPath, [TOOL, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      said[name] += chunk;
    });
  const timer = moment === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), moment);
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { status, killed: signal === 'SIGKILL', ...said, milliseconds: performance.now() - started };
}

/** More than one task of a step. */
const SIZE = 40_000;
const SHARED = 1000;
const STEPS = ['request', 'respond', 'finish'] as const;
type Step = (typeof STEPS)[number];

/** Two parties on the command line, each with a state of its own. */
class Parties {
  readonly #place: string = mkdtempSync(join(tmpdir(), 'veilmatch-kills-'));

  constructor() {
    places.push(this.#place);
  }

  at(name: string): string {
    return join(this.#place, name);
  }

  async meet(): Promise<void> {
    for (const [name, first] of [
      ['a', 0],
      ['b', SIZE - SHARED],
    ] as const) {
      const phones = Array.from({ length: SIZE }, (_, i) => `+1415${2_000_000 + first + i}\n`);
      writeFileSync(this.at(`${name}.csv`), `phone\n${phones.join('')}`);
    }
    writeFileSync(this.at('state.key'), '11'.repeat(32));
    writeFileSync(this.at('policy.json'), '{"budgets": [{"hours": 24, "runs": 1}]}');
    const said = [];
    for (const name of ['a', 'b'])
      said.push((await tool(['key', name, '-o', this.at(`${name}.key`)])).stdout);
    writeFileSync(this.at('peers'), said.join(''));
  }

  argv(step: Step): string[] {
    const [own, peer] = step === 'respond' ? ['b', 'a'] : ['a', 'b'];
    const kept = [
      ...['--dataset', this.at('run'), '--state', this.at(`${own}-state`)],
      ...['--state-key-file', this.at('state.key')],
    ];
    if (step === 'finish') return ['psi', step, ...kept, '-o', this.at('shared.csv')];
    const keys = ['--key', this.at(`${own}.key`), '--peers', this.at('peers'), '--peer', peer];
    const answering = ['--policy', this.at('policy.json'), '--ledger', this.at('ledger.json')];
    return [
      ...['psi', step, this.at(`${own}.csv`), '--reveal', 'intersection', ...keys, ...kept],
      ...(step === 'respond' ? answering : []),
    ];
  }

  /** Whether a step has done all that there is to do: its message is there, and what it keeps for itself is gone. */
  isOver(step: Step): boolean {
    if (step === 'request') return false;
    const [state, message] =
      step === 'respond' ? ['b-state', 'run/response/manifest.vm'] : ['a-state', 'shared.csv'];
    return existsSync(this.at(message)) && readdirSync(this.at(state)).length === 0;
  }

  /** Takes a step to its end. @returns how long that took */
  async take(step: Step): Promise<number> {
    const ending = await tool(this.argv(step));
    expect(ending, ending.stderr).toMatchObject({ status: 0 });
    return ending.milliseconds;
  }

  /** What both have at the end. */
  check(): void {
    const rows = readFileSync(this.at('shared.csv'), 'utf8').trim().split('\n');
    expect(rows.slice(1)).toEqual(
      Array.from({ length: SHARED }, (_, i) => {
        const n = SIZE - SHARED + i;
        return `${n + 2},+1415${2_000_000 + n}`;
      }),
    );
    for (const state of ['a-state', 'b-state']) expect(readdirSync(this.at(state))).toEqual([]);
    const { accounts } = JSON.parse(readFileSync(this.at('ledger.json'), 'utf8')) as {
      accounts: [string, unknown[]][];
    };
    expect(accounts.find(([name]) => name === 'partner:a')?.[1]).toHaveLength(1);
  }
}

/** A worker that is asked, and begun again with what it has not answered when it was killed. */
class Engine {
  readonly #init: Buffer;
  readonly #questions: readonly Buffer[];

  constructor(init: Buffer, questions: readonly Buffer[]) {
    this.#init = init;
    this.#questions = questions;
  }

  /**
   * Asks all that is not answered.
   * @param answers what was answered, to which this adds
   * @param moment milliseconds behind the first answer at which the worker is killed
   */
  async ask(answers: Map<number, Buffer>, moment?: number): Promise<Omit<Ending, 'stderr'>> {
    const asked = [...this.#questions.keys()].filter((i) => !answers.has(i));
    const child: ChildProcess = spawn(process.execPath, [TOOL, 'worker', '--stdio', '--threads', '1'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    const closed = once(child, 'close');
    child.stdout!.on('data', (chunk) => chunks.push(chunk));
    // A worker that was killed reads nothing.
    child.stdin!.on('error', () => {});
    child.stdin!.write(this.#init);
    await Promise.race([once(child.stdout!, 'data'), closed]);
    const started = performance.now();
    child.stdin!.end(Buffer.concat(asked.map((i) => this.#questions[i]!)));
    if (moment !== undefined) {
      const over = new AbortController();
      closed.finally(() => over.abort());
      await wait(moment, undefined, { signal: over.signal }).catch(() => {});
      child.kill('SIGKILL');
    }
    const [status, signal] = await closed;
    const [, ...told] = whole(Buffer.concat(chunks));
    for (const [i, { operation, body }] of told.entries()) {
      expect(operation).not.toBe(OP.error);
      answers.set(asked[i]!, body);
    }
    return { status, killed: signal === 'SIGKILL', milliseconds: performance.now() - started };
  }
}

/** The frames that are there as a whole: the last one may have been cut. */
function whole(stream: Buffer): Message[] {
  let end = 0;
  while (end + 4 <= stream.length && end + 4 + stream.readUInt32BE(end) <= stream.length)
    end += 4 + stream.readUInt32BE(end);
  return messagesIn(stream.subarray(0, end));
}

describe.skipIf(process.platform === 'win32')('killed at random moments', () => {
  it('parties come to the same rows for one charge', async () => {
    const clean = new Parties();
    await clean.meet();
    const durations = new Map<Step, number>();
    for (const step of STEPS) durations.set(step, await clean.take(step));
    clean.check();
    const random = draws(20);
    let [kills, moments] = [0, 0];
    while (kills < KILLS && moments < KILLS * PATIENCE) {
      const parties = new Parties();
      await parties.meet();
      for (const step of STEPS) {
        // Several times in a row, too: what goes on was itself gone on with.
        for (let struck = true; struck && kills < KILLS; ) {
          moments++;
          const argv = parties.argv(step);
          const { killed, status, stderr } = await tool(argv, random.next().value * durations.get(step)!);
          struck = killed && random.next().value < 0.6;
          if (killed) kills++;
          else if (!parties.isOver(step)) expect({ status, stderr }).toMatchObject({ status: 0 });
          if (parties.isOver(step)) break;
        }
        if (!parties.isOver(step)) await parties.take(step);
      }
      parties.check();
    }
    expect(kills).toBe(KILLS);
  });

  it.each([
    ['blinds', 'receiver', SEED, OP.blind],
    ['makes tags', 'sender', SCALAR, OP.tag],
  ] as const)('a worker that %s gives the same bytes', async (_, stage, secret, operation) => {
    const sender = { sid: 'ab'.repeat(32), sizes: [1000, 1000] };
    const init = initOf(
      { protocol: 1, reveal: 'intersection', stage, ...(stage === 'sender' && sender) },
      secret,
    );
    const questions = Array.from({ length: 60 }, (_, n) =>
      frameOf(operation, listOf(Array.from({ length: 100 }, (_, i) => `opaque:${n * 100 + i}`))),
    );
    const engine = new Engine(init, questions);
    const clean = new Map<number, Buffer>();
    const { status, milliseconds } = await engine.ask(clean);
    expect(status).toBe(0);
    expect(clean.size).toBe(questions.length);
    const random = draws(21);
    let kills = 0;
    let answers = new Map<number, Buffer>();
    for (let moments = 0; kills < KILLS && moments < KILLS * PATIENCE; moments++) {
      const left = 1 - answers.size / questions.length;
      const { killed } = await engine.ask(answers, random.next().value * left * milliseconds);
      if (killed) kills++;
      if (answers.size < questions.length) continue;
      expect(answers).toEqual(clean);
      answers = new Map();
    }
    expect(kills).toBe(KILLS);
    await engine.ask(answers);
    expect(answers).toEqual(clean);
  });
});
