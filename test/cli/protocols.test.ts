// SPDX-License-Identifier: Apache-2.0
/** Every protocol of the registry, and one more, by `serve` and `connect`: whoever listens, and however often the line is cut. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flagsOf, longOf } from '../../src/cli/flags/protocol-options.js';
import { registry } from '../../src/compare/registry.js';
import type { ListProtocol } from '../../src/psi/described/command-line.js';
import type { Role } from '../../src/psi/run/suite.js';
import { openFileLedger, partnerId } from '../../src/transport/index.js';
import { chargesOf } from '../suites/ledger.js';
import { toy } from '../suites/toy-protocol.js';
import { cli, type Ending, temporary } from './harness.js';
import { type Line, lineTo, type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 240_000 });

const ALL: readonly ListProtocol[] = [...registry, toy];
const ROLES = ['receiver', 'sender'] as const;
const SHARED = 12;
const other = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');
const phone = (i: number): string => `+1415${2_000_000 + i}`;
/** Amounts that no binary fraction is, of 0.10, 0.21, 0.32 and so on. */
const amountOf = (row: number): string =>
  `${Math.floor((10 + 11 * row) / 100)}.${`${10 + 11 * row}`.slice(-2)}`;

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
const listOf = (first: number, count: number): string =>
  `phone,amount\n${Array.from({ length: count }, (_, i) => `${phone(first + i)},${amountOf(i)}\n`).join('')}`;

let server: ServeHere | undefined;
let line: Line | undefined;
beforeEach(async () => {
  folder = dirname(temporary('x'));
  put('receiver.csv', listOf(0, 30));
  put('sender.csv', listOf(30 - SHARED, 25));
  put('policy.json', '{"budgets": [{"hours": 24, "runs": 1000}]}');
  put('key', 'ab'.repeat(32));
  await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
});
afterEach(async () => {
  await line?.close();
  await server?.stop();
  [line, server] = [undefined, undefined];
});

/** What a party says of a protocol: what is revealed, who it is, and the columns that it brings. */
function flagsFor(protocol: ListProtocol, role: Role): string[] {
  const { reveal, choice, [role]: party } = protocol.commandLine;
  const columns = Object.values(party.columns ?? {}).flatMap((column) => [longOf(column), 'amount']);
  const digits = flagsOf(protocol).some(({ flag }) => longOf(flag) === '--value-digits');
  return [
    ...['--reveal', reveal, '--role', role, '--policy', at('policy.json'), '--ledger', at(`${role}.json`)],
    ...(choice === undefined ? [] : [longOf(choice), ...(choice.value === undefined ? [] : [choice.value])]),
    ...columns,
    ...(digits ? ['--value-digits', '2'] : []),
    ...(protocol === toy ? ['--thanks', '2'] : []),
  ];
}

const serve = (protocol: ListProtocol, role: Role, ...argv: string[]): Promise<ServeHere> =>
  serveHere(
    [at(`${role}.csv`), ...flagsFor(protocol, role), '--partners', at('partners.json'), ...argv],
    ALL,
  );

const ask = (port: number, protocol: ListProtocol, role: Role, ...argv: string[]): Promise<Ending> =>
  cli(
    [
      ...['connect', `ws://127.0.0.1:${port}`, at(`${role}.csv`), ...flagsFor(protocol, role)],
      ...['--token-file', at('acme.token'), '--json', ...argv],
    ],
    { protocols: ALL },
  );

/** What a party is told besides sizes and costs. */
function resultOf(told: Record<string, unknown>): Record<string, unknown> {
  const { runId, run, time, event, peer, reveal, role, resumed, ownSize, ...rest } = told;
  const { peerSize, bytesSent, bytesReceived, seconds, ...result } = rest;
  expect(peerSize).toBeTypeOf('number');
  return result;
}

const completed = (): Record<string, unknown> | undefined =>
  server!.events().findLast(({ event }) => event === 'complete');

/** Waits for the end of a run at the party that serves, which may come after that of the other. */
async function served(): Promise<Record<string, unknown>> {
  for (;;) {
    const found = completed();
    if (found !== undefined) return resultOf(found);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The first rows that the two lists share have the sender's first amounts. */
const SUM = `${Array.from({ length: SHARED }, (_, row) => 10 + 11 * row).reduce((a, b) => a + b) / 100}`;

/** What each party learns, by protocol. */
const LEARNT: Readonly<Record<string, Readonly<Record<Role, object>>>> = {
  'ecdh-psi': { receiver: { shared: SHARED, rows: SHARED }, sender: {} },
  'ot-psi': { receiver: { shared: SHARED, rows: SHARED }, sender: {} },
  auto: {
    receiver: { protocol: 'ecdh', shared: SHARED, rows: SHARED },
    sender: { protocol: 'ecdh' },
  },
  'ecdh-psi-cardinality': { receiver: { shared: SHARED }, sender: {} },
  'ecdh-psi-people': { receiver: { shared: SHARED }, sender: {} },
  'ecdh-psi-sum': { receiver: { shared: SHARED, sum: SUM }, sender: {} },
  'join-ids': { receiver: { shared: SHARED, rows: 30 }, sender: { shared: SHARED, rows: 25 } },
  toy: { receiver: { common: SHARED, thanks: 2 }, sender: { common: SHARED, thanks: 2 } },
};

const CASES = ALL.flatMap((protocol) =>
  ROLES.map((listening) => ({ title: protocol.id, protocol, listening })),
);

describe.each(CASES)('$title, where the $listening listens', ({ protocol, listening }) => {
  const asking = other(listening);

  it('comes to its result at both parties, and writes the rows that there are', async () => {
    const output = (role: Role): string[] =>
      protocol.commandLine[role].rows?.when({}) ? ['-o', at(`${role}-out.csv`)] : [];
    server = await serve(protocol, listening, '--once', ...output(listening));
    const begun = server.events().find(({ event }) => event !== 'note');
    expect(begun).toMatchObject({ reveal: protocol.commandLine.reveal, role: listening });
    const { status, stdout, stderr } = await ask(server.port, protocol, asking, ...output(asking));
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(await server.ended).toBe(0);
    expect(resultOf(JSON.parse(stdout))).toEqual(LEARNT[protocol.id]![asking]);
    expect(await served()).toEqual(LEARNT[protocol.id]![listening]);
    const rows = ROLES.map((role) =>
      existsSync(at(`${role}-out.csv`)) ? readFileSync(at(`${role}-out.csv`), 'utf8').split('\n') : [],
    );
    if (['ecdh-psi', 'ot-psi', 'auto'].includes(protocol.id)) {
      const shared = Array.from({ length: SHARED }, (_, i) => `${20 + i},${phone(30 - SHARED + i)}`);
      expect(rows).toEqual([['line,phone', ...shared, ''], []]);
    } else if (protocol.id === 'join-ids') {
      for (const [i, size] of [30, 25].entries()) {
        expect(rows[i]![0]).toBe('line,phone,pseudonym');
        expect(rows[i]).toHaveLength(size + 2);
      }
      const pseudonyms = (table: readonly string[]): Map<string, string> =>
        new Map(table.slice(1, -1).map((row) => row.split(',').slice(1) as [string, string]));
      const [ours, theirs] = rows.map(pseudonyms) as [Map<string, string>, Map<string, string>];
      for (const [number, pseudonym] of ours) {
        expect(pseudonym).toMatch(/^[0-9a-f]{32}$/);
        expect(theirs.get(number) ?? pseudonym).toBe(pseudonym);
      }
      expect(new Set([...ours.values(), ...theirs.values()]).size).toBe(30 + 25 - SHARED);
    } else {
      expect(rows).toEqual([[], []]);
    }
  });

  it('goes on where it was cut, to the same result and for one charge', async () => {
    server = await serve(protocol, listening, '--state', at('runs'), '--state-key-file', at('key'));
    line = await lineTo(server.port);
    const state = ['--state', at('mine'), '--state-key-file', at('key'), '--pad', '40'];
    const charged = listening === 'sender' ? 'acme' : '127.0.0.1';
    let resumed = 0;
    for (const bytes of [700, 1500, 2400]) {
      line.cutAfter(bytes);
      let ending = await ask(line.port, protocol, asking, ...state);
      for (let attempt = 0; ending.status !== 0 && attempt < 3; attempt++) {
        expect([ending.status, ending.stderr]).toEqual([3, expect.stringMatching(/\nerror: /)]);
        const kept = existsSync(at('mine/run.vm')) ? ['--resume'] : [];
        ending = await ask(line.port, protocol, asking, ...state, ...kept);
      }
      expect([ending.status, ending.stderr]).toEqual([0, expect.not.stringContaining('error')]);
      const told = JSON.parse(ending.stdout);
      expect(resultOf(told)).toEqual(LEARNT[protocol.id]![asking]);
      if (told.resumed) resumed++;
      if (existsSync(at('mine/run.vm'))) {
        // The partner had not heard that the run was complete.
        const again = await ask(line.port, protocol, asking, ...state, '--resume');
        expect(again.status).toBe(0);
        expect(resultOf(JSON.parse(again.stdout))).toEqual(LEARNT[protocol.id]![asking]);
      }
      expect(readdirSync(at('mine'))).toEqual([]);
      const ledger = await openFileLedger(at('sender.json'));
      const charges = await chargesOf(ledger, partnerId(charged));
      await ledger.close();
      expect(charges.filter(({ run }) => run === told.runId)).toHaveLength(1);
    }
    expect(resumed).toBeGreaterThan(0);
    expect(await served()).toEqual(LEARNT[protocol.id]![listening]);
    expect(completed()).toMatchObject({ peerSize: 40 });
    expect(await server.stop()).toBe(0);
    expect(readdirSync(at('runs')).filter((name) => /^[0-9a-f]{16}/.test(name))).toEqual([]);
  });

  it('says in a dry run who would learn what, and opens nothing', async () => {
    const flags = (role: Role): string[] => [...flagsFor(protocol, role), '--dry-run'];
    const { status, stdout } = await cli(
      ['serve', at(`${listening}.csv`), ...flags(listening), '--partners', at('partners.json')],
      { protocols: ALL },
    );
    expect(status).toBe(0);
    const theirs = protocol.commandLine[asking].learns({ own: 'its', other: 'this' }, {});
    expect(stdout).toContain(`learns      ${theirs === undefined ? '' : `${theirs}; `}that this list has`);
    const there = await cli(['connect', 'wss://nobody.example', at(`${asking}.csv`), ...flags(asking)], {
      protocols: ALL,
    });
    expect(there.status).toBe(0);
    const own = protocol.commandLine[asking].learns({ own: 'your', other: 'its' }, {});
    expect(there.stdout).toContain(`you learn   ${own ?? 'nothing of the result'}; `);
  });
});
