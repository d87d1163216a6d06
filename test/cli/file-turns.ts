// SPDX-License-Identifier: Apache-2.0
/** Two partners who exchange files: what they have, and the command line of each step of a run of any protocol. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Role } from '../../src/psi/run/suite.js';
import type { Ending } from './harness.js';

const number = (i: number): string => `+1415${2_000_000 + i}`;
export const other = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');
/** Whose a file of a run is. */
export const roleOf = (file: number): Role => (file % 2 === 0 ? 'receiver' : 'sender');
const NAMES: Readonly<Record<Role, string>> = { receiver: 'a', sender: 'b' };

export interface Case {
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
export const SHARED: readonly string[] = Array.from({ length: 10 }, (_, i) => number(30 + i));
export const SUM: readonly string[] = ['--reveal', 'sum', '--value-digits', '2'];
export const CASES: readonly Case[] = [
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
    title: 'ot-psi',
    both: ['--reveal', 'intersection', '--protocol', 'ot'],
    files: 4,
    told: { receiver: /^shared 10 \(in 10 rows\); 40 here, 30 at/ },
    rows: ['receiver'],
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
    both: [...SUM, '--to', 'sender'],
    receiver: ['--accept-chosen-values'],
    sender: ['--value-column', 'amount'],
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

export const caseOf = (title: string): Case => CASES.find((tried) => tried.title === title)!;

/** The partners' lists, keys and limits in a folder, and their files and states. */
export class Partners {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const rows = (count: number, cells: (i: number) => string): string =>
      Array.from({ length: count }, (_, i) => `${cells(i)}\n`).join('');
    writeFileSync(this.at('mine.csv'), `phone,city\n${rows(40, (i) => `${number(i)},x`)}`);
    writeFileSync(this.at('theirs.csv'), `phone,amount\n${rows(30, (i) => `${number(30 + i)},${i + 1}.5`)}`);
    writeFileSync(this.at('policy.json'), '{"budgets": []}');
    writeFileSync(this.at('state.key'), randomBytes(32).toString('hex'));
  }

  /** Makes the partners' keys. */
  async meet(cli: (argv: readonly string[]) => Promise<Ending>): Promise<void> {
    let peers = '';
    for (const name of ['a', 'b']) peers += (await cli(['key', name, '-o', this.at(`${name}.key`)])).stdout;
    writeFileSync(this.at('peers.txt'), peers);
  }

  at(name: string): string {
    return join(this.#folder, name);
  }

  /** The file of this number in a run. */
  file(i: number): string {
    return this.at(`${i}.vm`);
  }

  key(role: Role): string[] {
    return ['--key', this.at(`${NAMES[role]}.key`)];
  }

  state(role: Role): string[] {
    return ['--state', this.at(`${NAMES[role]}-state`), '--state-key-file', this.at('state.key')];
  }

  /** The states that a party has. */
  states(role: Role): string[] {
    const states = this.at(`${NAMES[role]}-state`);
    return existsSync(states) ? readdirSync(states) : [];
  }

  limits(role: Role): string[] {
    return ['--policy', this.at('policy.json'), '--ledger', this.at(`${NAMES[role]}-ledger.json`)];
  }

  /** Runs that a party has charged to the other one. */
  charged(role: Role): number {
    const { accounts } = JSON.parse(readFileSync(this.at(`${NAMES[role]}-ledger.json`), 'utf8')) as {
      accounts: [string, unknown[]][];
    };
    return accounts.find(([name]) => name === `partner:${NAMES[other(role)]}`)?.[1].length ?? 0;
  }

  begin({ both, receiver = [] }: Case): string[] {
    return [
      ...['psi', 'request', this.at('mine.csv'), '--column', 'phone', ...both, ...receiver],
      ...[...this.key('receiver'), '--peer', 'b', '--peers', this.at('peers.txt')],
      ...[...this.state('receiver'), '-o', this.file(0)],
    ];
  }

  answer({ both, sender = [], files }: Case): string[] {
    return [
      ...['psi', 'respond', this.file(0), this.at('theirs.csv'), '--column', 'phone', ...both, ...sender],
      ...[...this.key('sender'), '--peer', 'a', '--peers', this.at('peers.txt'), ...this.limits('sender')],
      ...['-o', this.file(1), ...(files > 2 ? this.state('sender') : [])],
    ];
  }

  next(i: number): string[] {
    const role = other(roleOf(i));
    const own = [...this.key(role), ...this.state(role), ...this.limits(role)];
    return ['psi', 'next', this.file(i), ...own, '-o', this.file(i + 1)];
  }

  finish(i: number, sends: boolean): string[] {
    const role = other(roleOf(i));
    const sending = sends ? ['--send', this.file(i + 1), ...this.key(role)] : [];
    return ['psi', 'finish', this.file(i), ...this.state(role), ...this.limits(role), ...sending];
  }

  /** The step that reads file i, as the party was told to in its last one. */
  step(tried: Case, i: number, said: Readonly<Record<Role, string>>): string[] {
    const role = other(roleOf(i));
    if (i === -1) return this.begin(tried);
    if (i === 0) return this.answer(tried);
    const [, command, more = ''] =
      /veilmatch psi (next|finish) ANSWER((?: -o NEXT| --send LAST)?) --state/.exec(said[role]) ?? [];
    if (command === 'next') return this.next(i);
    expect(command).toBe('finish');
    const rows = tried.rows?.includes(role) ? ['-o', this.at(`${role}.csv`)] : [];
    return [...this.finish(i, more.includes('--send')), ...rows];
  }

  /** The rows that a party has written, without their names. */
  rows(role: Role): string[][] {
    const [, ...lines] = readFileSync(this.at(`${role}.csv`), 'utf8')
      .trimEnd()
      .split('\n');
    return lines.map((line) => line.split(','));
  }

  /** The telephone numbers that the rows of a case's result say are shared. */
  shared({ title, rows }: Case): (string | undefined)[][] {
    if (title !== 'ids') return (rows ?? []).map((role) => this.rows(role).map(([, phone]) => phone));
    const theirs = new Set(this.rows('sender').map(([, , pseudonym]) => pseudonym));
    return [
      this.rows('receiver')
        .filter(([, , id]) => theirs.has(id))
        .map(([, phone]) => phone),
    ];
  }
}
