// SPDX-License-Identifier: Apache-2.0
/** What `serve` and `connect` say where flags do not go together, or the two parties do not. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import { toy } from '../suites/toy-protocol.js';
import { cli, type Ending, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 240_000 });

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};

let server: ServeHere | undefined;
beforeEach(async () => {
  folder = dirname(temporary('x'));
  const rows = Array.from({ length: 20 }, (_, i) => `+1415${2_000_000 + i},${i}.5\n`);
  put('list.csv', `phone,spent\n${rows.join('')}`);
  put('policy.json', '{"budgets": [{"hours": 24, "runs": 1000}]}');
  await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const limits = (name: string): string[] => ['--policy', at('policy.json'), '--ledger', at(`${name}.json`)];
const serve = async (...argv: string[]): Promise<ServeHere> => {
  server = await serveHere([at('list.csv'), '--partners', at('partners.json'), ...limits('l'), ...argv]);
  return server;
};
const connect = (port: number, ...argv: string[]): Promise<Ending> =>
  cli([
    ...['connect', `ws://127.0.0.1:${port}`, at('list.csv'), '--token-file', at('acme.token')],
    ...limits('m'),
    ...argv,
  ]);
const SUM = ['--reveal', 'sum', '--value-digits', '1'];

describe('flags', () => {
  it.each([
    [
      ['--reveal', 'cardinality', '--verifiable'],
      '--verifiable goes with --reveal intersection, and not with --reveal cardinality',
    ],
    [
      ['--reveal', 'intersection', '--people'],
      '--people goes with --reveal cardinality --people or --reveal sum, and not with',
    ],
    [['--reveal', 'cardinality', '--people', '--to', 'both'], 'and not with --reveal cardinality --people'],
    [
      ['--reveal', 'ids', '--to', 'both'],
      '--to goes with --reveal intersection or --reveal cardinality or --reveal sum, and not',
    ],
    [
      ['--reveal', 'ids', '--people'],
      '--people goes with --reveal cardinality --people or --reveal sum, and not with --reveal ids. Leave it away. A pseudonym ' +
        'stands for one identifier: ',
    ],
    [['--reveal', 'intersection', '--to', 'sender'], '--to is receiver or both with --reveal intersection'],
    [[...SUM, '--to', 'both'], '--to is receiver or sender with --reveal sum'],
    [['--reveal', 'cardinality', '--value-digits', '2'], '--value-digits goes with --reveal sum'],
    [['--reveal', 'sum'], '--reveal sum needs --value-digits <N>: digits after the point that amounts have'],
    [[...SUM, '--to', 'sender'], '--accept-chosen-values accepts that'],
    [[...SUM, '--value-column', 'spent'], '--value-column is for the sender, and this party is the receiver'],
    [[...SUM, '--role', 'sender'], 'The sender with --reveal sum needs --value-column <NAME>'],
    [['--reveal', 'sum', '--role', 'sender', '--value-column', 'spent'], 'needs --value-digits <N>'],
    [['--reveal', 'cardinality', '--role', 'sender', '--coarse', '10,10'], '--coarse is for the receiver'],
    [['--value-column', 'spent'], '--value-column'],
    [['--reveal', 'cardinality', '-o', 'x.csv'], 'no rows to write'],
    [['--reveal', 'intersection', '--role', 'sender', '-o', 'x.csv'], 'no rows to write'],
    [['--reveal', 'toy'], 'Allowed choices are intersection, cardinality, sum, ids'],
    [
      ['--reveal', 'intersection', '--pad', '19'],
      'has 20 identifiers, and can be padded to that many or more',
    ],
    [['--reveal', 'sum', '--value-digits', '10'], 'Give a whole number from 0 to 9'],
    [
      ['--reveal', 'sum', '--value-digits', '1', '--role', 'sender', '--value-column', 'no'],
      'has no column "no"',
    ],
  ])('%j is refused before anybody is asked', async (argv, message) => {
    const { status, stdout, stderr } = await connect(1, ...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(existsSync('x.csv')).toBe(false);
  });

  it('of a protocol more are there, are explained, and are refused for the others', async () => {
    const protocols = [...registry, toy];
    for (const command of ['serve', 'connect']) {
      const { stdout } = await cli([command, '--help'], { columns: 100, protocols });
      expect(stdout).toMatch(/--polite +with --reveal toy: begin with a greeting/);
      expect(stdout).toMatch(/"ids",\s+"toy"/);
      expect((await cli([command, '--help'])).stdout).not.toContain('toy');
    }
    const argv = ['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token-file', at('acme.token')];
    const refused = await cli([...argv, '--reveal', 'ids', '--polite'], { protocols });
    expect(refused.stderr).toContain('--polite goes with --reveal toy, and not with --reveal ids');
    const served = await serveHere(
      [at('list.csv'), '--reveal', 'toy', '--polite', '--partners', at('partners.json'), ...limits('l')],
      protocols,
    );
    argv[1] = `ws://127.0.0.1:${served.port}`;
    const { status, stdout } = await cli([...argv, '--reveal', 'toy', '--polite', ...limits('m')], {
      protocols,
    });
    expect(await served.stop()).toBe(0);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^in common {3}20, if you please$/m)]);
  });
});

describe('two parties', () => {
  it('that are the same party are told so at once, whichever it is', async () => {
    const there = await serve('--reveal', 'intersection', '--role', 'receiver');
    const asking = await connect(there.port, '--reveal', 'intersection');
    expect([asking.status, asking.stderr]).toEqual([
      3,
      expect.stringContaining(
        'The partner is the receiver as well, and one of the two must be the other: give --role sender',
      ),
    ]);
    expect((await connect(there.port, '--reveal', 'intersection', '--role', 'sender')).status).toBe(0);
    await there.stop();
    const other = await serve('--reveal', 'intersection');
    const answering = await connect(other.port, '--role', 'sender');
    expect([answering.status, answering.stderr]).toEqual([
      3,
      expect.stringContaining('give --role receiver'),
    ]);
  });

  it('of which one asks for what the other offers, without saying what', async () => {
    const { port } = await serve('--reveal', 'ids');
    const { status, stdout } = await connect(port, '-o', at('ids.csv'));
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^shared {6}20$/m)]);
    expect(readFileSync(at('ids.csv'), 'utf8')).toMatch(
      /^line,phone,pseudonym\n2,\+14152000000,[0-9a-f]{32}\n/,
    );
  });

  it('find what the other offers beside what they want', async () => {
    const { port } = await serve(...SUM, '--value-column', 'spent');
    const wanting = await connect(port, '--reveal', 'ids');
    expect([wanting.status, wanting.stderr]).toEqual([
      3,
      expect.stringContaining("The partner reveals 'sum', not 'ids'"),
    ]);
    const silent = await connect(port);
    expect([silent.status, silent.stderr]).toEqual([2, expect.stringContaining('needs --value-digits <N>')]);
  });

  it('take people for people on both sides, or on none', async () => {
    const { port } = await serve('--reveal', 'cardinality', '--people');
    const { status, stderr } = await connect(port, '--reveal', 'cardinality');
    expect([status, stderr]).toEqual([3, expect.stringContaining('both parties were told the same')]);
  });

  it('count amounts in one unit, or have no sum', async () => {
    const there = await serve(...SUM, '--value-column', 'spent');
    const cents = await connect(there.port, '--reveal', 'sum', '--value-digits', '2');
    expect([cents.status, cents.stdout]).toEqual([3, '']);
    expect(cents.stderr).toContain('both parties were told the same');
    await vi.waitFor(() =>
      expect(there.events().find(({ event }) => event === 'failed')).toMatchObject({
        code: 'incompatible-peer',
      }),
    );
    const { status, stdout } = await connect(there.port, ...SUM);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^sum {9}200\.0$/m)]);
  });

  it('of which the one with the values learns the sum, where the other accepts it', async () => {
    const there = await serve(...SUM, '--value-column', 'spent', '--to', 'sender');
    const { status, stdout } = await connect(there.port, ...SUM, '--to', 'sender', '--accept-chosen-values');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^shared {6}20$/m)]);
    expect(stdout).not.toContain('sum ');
    await vi.waitFor(() =>
      expect(there.events().find(({ event }) => event === 'complete')).toMatchObject({
        shared: 20,
        sum: '200.0',
      }),
    );
  });
});

describe('a budget', () => {
  it('is that of the protocol: a sum is told once a window, where nobody says otherwise', async () => {
    server = await serveHere([
      ...[at('list.csv'), '--partners', at('partners.json'), '--ledger', at('l.json')],
      ...[...SUM, '--value-column', 'spent'],
    ]);
    const small = await connect(server.port, ...SUM);
    expect([small.status, small.stderr]).toEqual([3, expect.stringContaining("The peer's policy")]);
    expect(server.events().find(({ event }) => event === 'refused')).toMatchObject({
      limit: 'smallestCountedSet',
    });
    // Dummies pass for customers: what a smallest size is worth.
    expect((await connect(server.port, ...SUM, '--pad', '1000')).status).toBe(0);
    const second = await connect(server.port, ...SUM, '--pad', '1000');
    expect(second.status).toBe(3);
    expect(
      server
        .events()
        .filter(({ event }) => event === 'refused')
        .at(-1),
    ).toMatchObject({ limit: 'runs' });
  });

  it('holds for whoever connects and gives something away, as for whoever serves', async () => {
    const { port } = await serve('--reveal', 'cardinality', '--role', 'receiver');
    const policy = put('once.json', '{"budgets": [{"hours": 24, "runs": 1}]}');
    const argv = ['--reveal', 'cardinality', '--role', 'sender', '--policy', policy];
    expect((await connect(port, ...argv)).status).toBe(0);
    const { status, stderr } = await connect(port, ...argv);
    expect([status, stderr]).toEqual([
      3,
      expect.stringContaining(
        'Your policy does not allow this run, by its runs (the budget does not reach): no connection',
      ),
    ]);
  });
});
