// SPDX-License-Identifier: Apache-2.0
/**
 * Steps of runs through files, with every protocol, in processes that are killed at a call by which they change the disk, and
 * taken again: to the same result, for one charge.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import type { ListProtocol } from '../../src/psi/described/command-line.js';
import type { Role } from '../../src/psi/run/suite.js';
import { SLOW } from '../support/effort.js';
import { type Case, caseOf, other, Partners, roleOf, SHARED } from './file-turns.js';
import { cli, type Ending, temporary } from './harness.js';

vi.setConfig({ testTimeout: 3_600_000 });

const pathOf = (url: string): string => fileURLToPath(new URL(url, import.meta.url));
const TOOL = [
  '--import',
  new URL('../support/strike.js', import.meta.url).href,
  pathOf('../../dist/cli/main.js'),
];

/** As `Strike` of test/support/strike.js. */
interface Strike {
  readonly at?: number;
  readonly call?: string;
  readonly path?: string;
  readonly after?: boolean;
}

const STATE = '-state/[0-9a-f]{16}\\.vm$';
const DRAFT = '/\\d\\.vm\\.[0-9a-f]{16}\\.tmp$';
/** Moments of a step. */
const POINTS = {
  'before there is a state': { call: 'rename', path: STATE },
  'in the middle of a record of its state': { call: 'write', path: STATE },
  'before it is charged': { call: 'rename', path: 'ledger\\.json$' },
  'when it was charged': { call: 'open', path: DRAFT },
  'in the middle of its file': { call: 'writeFile', path: DRAFT },
  'when its file is whole, and has no name': { call: 'rename', path: '/\\d\\.vm$' },
  'when its file has its name': { call: 'rename', path: '/\\d\\.vm$', after: true },
  'when its rows are whole, and have no name': { call: 'rename', path: '\\.csv$' },
  'before its state goes': { call: 'rm', path: STATE },
  'when its state has gone': { call: 'rm', path: STATE, after: true },
} as const satisfies Readonly<Record<string, Strike>>;
type Point = keyof typeof POINTS;

/** Takes a step in a process of its own, which is struck. */
async function taken(argv: readonly string[], strike: Strike): Promise<{ stdout: string; killed: boolean }> {
  const child = spawn(process.execPath, [...TOOL, ...argv], {
    env: { ...process.env, VEILMATCH_STRIKE: JSON.stringify(strike) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const [, signal] = await once(child, 'close');
  return { stdout, killed: signal === 'SIGKILL' };
}

/** A run whose steps can be struck. */
class StruckRun {
  readonly #tried: Case;
  readonly #partners: Partners;
  readonly #said: Record<Role, string> = { receiver: '', sender: '' };
  readonly #told: Partial<Record<Role, string>> = {};
  /** Requests that no file answers: their step was killed when they were charged, by a party that keeps nothing. */
  #lost = 0;

  constructor(tried: Case, partners: Partners) {
    this.#tried = tried;
    this.#partners = partners;
  }

  /** Takes the step that reads file i, once or twice. @returns whether it was struck */
  async take(i: number, strike?: Strike): Promise<boolean> {
    const role = other(roleOf(i));
    const argv = this.#partners.step(this.#tried, i, this.#said);
    const first = strike && (await taken(argv, strike));
    const file = this.#partners.file(i + 1);
    const before = existsSync(file) ? readFileSync(file) : undefined;
    if (first?.stdout) this.#told[role] = first.stdout;
    const again = await cli(argv);
    if (again.stdout !== '') this.#told[role] = again.stdout;
    // Asked once more a party begins another run.
    if (first !== undefined && i >= 0 && before !== undefined) expect(readFileSync(file)).toEqual(before);
    if (again.status === 0) this.#said[role] = again.stderr;
    else await this.#refused(i, again, before !== undefined);
    return first?.killed === true;
  }

  /** A step that cannot be taken again: it is over, or nothing is kept of it. */
  async #refused(i: number, again: Ending, written: boolean): Promise<void> {
    const role = other(roleOf(i));
    expect(again, again.stderr).toMatchObject({ status: 3, stdout: '' });
    expect(again.stderr).toMatch(i === 0 ? /answered already/ : /the run was finished already/);
    this.#said[role] = 'the run is over\n';
    if (i > 0 || written) return;
    this.#lost++;
    await this.take(-1);
    await this.take(0);
  }

  isOver(i: number): boolean {
    return (
      i >= 0 &&
      (!existsSync(this.#partners.file(i)) || /the run is over\n$/.test(this.#said[other(roleOf(i))]))
    );
  }

  /** What both parties have at the end. */
  check(): void {
    const { told, rows = [] } = this.#tried;
    for (const role of ['receiver', 'sender'] as const) {
      if (told[role] === undefined) expect(this.#told[role]).toBeUndefined();
      else expect(this.#told[role]).toMatch(told[role]!);
      for (const _ of rows.filter((of) => of === role))
        expect(existsSync(this.#partners.at(`${role}.csv`))).toBe(true);
    }
    for (const phones of this.#partners.shared(this.#tried)) expect(phones).toEqual(SHARED);
    expect(this.#partners.charged('sender')).toBe(1 + this.#lost);
  }
}

async function begin(tried: Case): Promise<StruckRun> {
  const partners = new Partners(dirname(temporary('x')));
  await partners.meet(cli);
  return new StruckRun(tried, partners);
}

/** Where each step of a run is killed, from the receiver's first on. */
const STRUCK: readonly { readonly title: string; readonly points: readonly Point[] }[] = [
  {
    title: 'intersection',
    points: [
      'before there is a state',
      'in the middle of its file',
      'when its rows are whole, and have no name',
    ],
  },
  {
    title: 'ot-psi',
    points: [
      'before there is a state',
      'in the middle of its file',
      'in the middle of a record of its state',
      'when it was charged',
      'when its rows are whole, and have no name',
    ],
  },
  {
    title: 'cardinality, padded',
    points: ['when its file is whole, and has no name', 'before it is charged', 'before its state goes'],
  },
  {
    title: 'people',
    points: [
      'in the middle of a record of its state',
      'when its file has its name',
      'when its state has gone',
    ],
  },
  {
    title: 'a sum',
    points: [
      'in the middle of its file',
      'when it was charged',
      'when its file is whole, and has no name',
      'in the middle of a record of its state',
      'before its state goes',
    ],
  },
  {
    title: 'ids',
    points: [
      'when its file has its name',
      'before there is a state',
      'when its file is whole, and has no name',
      'in the middle of its file',
      'when its rows are whole, and have no name',
      'when its state has gone',
    ],
  },
];

describe.skipIf(process.platform === 'win32')('a run through files whose steps are killed', () => {
  it('is one of every protocol that the command line runs', () => {
    const words = STRUCK.map(({ title }) => {
      const { both } = caseOf(title);
      return [both[1], ...['--people', '--protocol'].filter((flag) => both.includes(flag))].join(' ');
    });
    const through = registry.filter(({ files }) => files !== undefined) as unknown as readonly ListProtocol[];
    const own = through.map(({ commandLine: { reveal, choice } }) =>
      choice && !choice.usual ? `${reveal} ${choice.flags.split(' ')[0]}` : reveal,
    );
    expect(words.toSorted()).toEqual(own.toSorted());
  });

  it.each(STRUCK)('$title: comes to the same result for one charge', async ({ title, points }) => {
    const run = await begin(caseOf(title));
    for (let i = -1; !run.isOver(i); i++) {
      const point = points[i + 1];
      expect(await run.take(i, point && POINTS[point])).toBe(point !== undefined);
    }
    run.check();
  });

  it.runIf(SLOW).each(STRUCK)(
    '$title: comes to the same result for one charge, whatever call it is that a step is killed at',
    async ({ title }) => {
      for (let step = -1, more = true; more; step++) {
        let strikes = 0;
        for (let at = 0, struck = true; struck; at++) {
          const run = await begin(caseOf(title));
          struck = false;
          let i = -1;
          for (; !run.isOver(i); i++) struck = (await run.take(i, i === step ? { at } : undefined)) || struck;
          run.check();
          more = i > step + 1;
          if (struck) strikes++;
        }
        expect(strikes).toBeGreaterThan(5);
      }
    },
  );
});
