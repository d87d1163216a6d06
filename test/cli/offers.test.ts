// SPDX-License-Identifier: Apache-2.0
/** One server with several agreements: what each partner is offered, and what is read anew while it runs. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { settingNames } from '../../src/cli/flags/offers.js';
import { registry } from '../../src/compare/registry.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { connect, hashToken, receive } from '../../src/transport/index.js';
import { cli, type Ending, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
const phones = (first: number, count: number, more = (_: number): string => ''): string =>
  Array.from({ length: count }, (_, i) => `+1415${2_000_000 + first + i}${more(i)}\n`).join('');

const TOKENS = { acme: `vmt_${'a'.repeat(43)}`, globex: `vmt_${'g'.repeat(43)}` };
const known = (name: keyof typeof TOKENS): object => ({
  name,
  tokens: [`sha256:${bytesToHex(hashToken(TOKENS[name]))}`],
});
const anyRun = { budgets: [] };
const MEMBERS = { name: 'members', list: 'members.csv', reveal: 'intersection', policy: anyRun };
const SALES = {
  ...{ name: 'sales', list: 'sales.csv', reveal: 'sum', column: ['phone=phone'] },
  ...{ 'value-column': 'amount', 'value-digits': 2, policy: anyRun },
};
const putPartners = (...partners: object[]): string => put('partners.json', JSON.stringify({ partners }));

const asking = (port: number, name: keyof typeof TOKENS, path: string, ...argv: string[]): Promise<Ending> =>
  cli([
    ...['connect', `ws://127.0.0.1:${port}/${path}`, at('ask.csv'), '--token-file', at(`${name}.token`)],
    ...argv,
    '--json',
  ]);
const shared = ({ status, stdout, stderr }: Ending): unknown => {
  expect(status, stderr).toBe(0);
  const { shared: size, sum } = JSON.parse(stdout);
  return sum === undefined ? { size } : { size, sum };
};

beforeEach(() => {
  folder = dirname(temporary('x'));
  put('members.csv', `phone\n${phones(0, 40)}`);
  put('sales.csv', `phone,amount\n${phones(30, 30, (i) => `,${i}.50`)}`);
  put('ask.csv', `phone\n${phones(35, 10)}`);
  for (const [name, token] of Object.entries(TOKENS)) put(`${name}.token`, `${token}\n`);
});

const serve = (...argv: string[]): Promise<ServeHere> =>
  serveHere(['--partners', at('partners.json'), '--ledger', at('ledger.json'), ...argv]);
const until = async (server: ServeHere, event: string, count = 1): Promise<void> => {
  while (server.events().filter((line) => line.event === event).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('offers of the partners file', () => {
  it('give each partner its own protocol and list, at one server', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] }, { ...known('globex'), offers: [MEMBERS, SALES] });
    const server = await serve();
    // The only one needs no name.
    expect(shared(await asking(server.port, 'acme', ''))).toEqual({ size: 5 });
    expect(shared(await asking(server.port, 'acme', 'members'))).toEqual({ size: 5 });
    expect(shared(await asking(server.port, 'globex', 'sales', '--value-digits', '2'))).toMatchObject({
      size: 10,
      sum: '100.00',
    });
    expect(await server.stop()).toBe(0);
    const complete = server.events().filter(({ event }) => event === 'complete');
    expect(complete.map(({ peer, offer }) => [peer, offer])).toEqual([
      ['acme', 'members'],
      ['acme', 'members'],
      ['globex', 'sales'],
    ]);
  });

  it('are all that a partner may have: anything else is refused before it costs anything', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] }, { ...known('globex'), offers: [MEMBERS, SALES] });
    const server = await serve();
    for (const [name, path, ...argv] of [
      ['acme', 'sales', '--value-digits', '2'],
      ['acme', 'nothing'],
      // Which of two is not said.
      ['globex', ''],
      // Another protocol than the one that is offered there.
      ['acme', 'members', '--reveal', 'cardinality'],
    ] as const) {
      expect((await asking(server.port, name, path, ...argv)).status, path).toBe(3);
    }
    await server.stop();
    const away = server.events().filter(({ event }) => event === 'turned-away');
    expect(away.map(({ reason }) => reason)).toEqual(['not-offered', 'not-offered', 'not-offered']);
    expect(JSON.parse(readFileSync(at('ledger.json'), 'utf8')).accounts).toEqual([]);
  });

  it('stand beside what the command line offers to all others', async () => {
    putPartners(known('acme'), { ...known('globex'), offers: [SALES] });
    const server = await serveHere([
      ...[at('members.csv'), '--reveal', 'intersection', '--partners', at('partners.json')],
      ...['--ledger', at('ledger.json')],
    ]);
    expect(shared(await asking(server.port, 'acme', ''))).toEqual({ size: 5 });
    expect(shared(await asking(server.port, 'globex', '', '--value-digits', '2'))).toMatchObject({
      size: 10,
    });
    expect((await asking(server.port, 'globex', 'default')).status).toBe(3);
    await server.stop();
  });

  it('have policies of their own, before that of the partner, and one account', async () => {
    const once = { budgets: [{ hours: 1, runs: 1 }] };
    const twice = { budgets: [{ hours: 1, runs: 2 }] };
    const { policy: _, ...plain } = MEMBERS;
    putPartners({ ...known('acme'), policy: twice, offers: [{ ...SALES, policy: once }, plain] });
    const server = await serve();
    const ask = async (path: string, ...argv: string[]): Promise<number> =>
      (await asking(server.port, 'acme', path, ...argv)).status;
    expect(await ask('members')).toBe(0);
    expect(await ask('sales', '--value-digits', '2')).toBe(3);
    expect(await ask('members')).toBe(0);
    expect(await ask('members')).toBe(3);
    await server.stop();
  });

  it('are told by a dry run, each with who learns what', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] }, { ...known('globex'), offers: [SALES] });
    const { status, stdout, stderr } = await cli(['serve', '--partners', at('partners.json'), '--dry-run']);
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(stdout).toMatch(/who {9}acme \(1 token\), at \/members\nlearns.*40 identifiers/);
    expect(stdout).toMatch(/who {9}globex \(1 token\), at \/sales\nlearns.*30 identifiers/);
  });

  it.each<[string, object]>([
    ['partners[0].offers[0].list is missing', { reveal: 'sum' }],
    ['partners[0].offers[0].reveal is missing', { list: 'members.csv' }],
    ['partners[0].offers[0] may have name, policy, list, reveal', { ...MEMBERS, listen: '0.0.0.0:1' }],
    ['partners[0].offers[0].list must be a file or an address', { ...MEMBERS, list: '-' }],
    ['partners[0].offers[0].reveal is wrong.', { ...MEMBERS, reveal: 'everything' }],
    ['partners[0].offers[0].country is wrong. Give two letters', { ...MEMBERS, country: 'secretland' }],
    ['partners[0].offers[0].pad needs a value', { ...MEMBERS, pad: true }],
    ['partners[0].offers[0].strict must be true', { ...MEMBERS, strict: 5 }],
    ['partners[0].offers[0].strict must be true', { ...MEMBERS, strict: false }],
    ['partners[0].offers[0] cannot be run: --people goes with', { ...MEMBERS, people: true }],
    ['partners[0].offers[0] cannot be run: The sender with', { ...MEMBERS, reveal: 'sum' }],
    ['partners[0].offers[0]: Cannot read', { ...MEMBERS, list: 'none.csv' }],
    ['partners[0].offers[0]: No', { ...MEMBERS, column: ['email=email'], list: 'members.csv' }],
  ])('are refused where they are wrong: %s', async (message, offer) => {
    putPartners({ ...known('acme'), offers: [{ name: 'x', ...offer }] });
    const { status, stderr } = await cli(['serve', '--partners', at('partners.json'), '--dry-run']);
    expect(status).toBe(3);
    expect(stderr).toContain(message === 'partners[0].offers[0]: No' ? 'partners[0].offers[0]: ' : message);
    expect(stderr).not.toMatch(/secretland|everything/);
  });

  it('are needed where the command line has no list, which needs --reveal', async () => {
    putPartners(known('acme'));
    const partners = ['--partners', at('partners.json')];
    const none = await cli(['serve', ...partners, '--dry-run']);
    expect([none.status, none.stderr]).toEqual([3, expect.stringContaining('partners[0] has no offers')]);
    for (const argv of [[at('members.csv')], ['--reveal', 'sum'], []]) {
      const told = await cli(['serve', ...argv, ...(argv.length === 0 ? [] : partners)]);
      expect([told.status, told.stderr]).toEqual([2, expect.stringContaining('Give a list and what')]);
    }
  });

  it('keep to the schema that is published, which has every setting', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/partners.schema.json', import.meta.url), 'utf8'),
    );
    const { properties } = schema.$defs.offer;
    expect(Object.keys(properties)).toEqual(['name', 'policy', ...settingNames(registry)]);
    const keeps = new Ajv2020({ allErrors: true }).compile(schema);
    expect(keeps({ partners: [{ ...known('acme'), offers: [MEMBERS, SALES] }] })).toBe(true);
    expect(keeps({ partners: [{ ...known('acme'), offers: [{ ...MEMBERS, listen: 'x' }] }] })).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('what is offered', () => {
  it('is read anew at SIGHUP, list and partners, and a run under way ends with what it began with', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] });
    const server = await serve();
    // Let in, and its run is not begun.
    const line = await connect(`ws://127.0.0.1:${server.port}/members`, { token: TOKENS.acme });
    put('members.csv', `phone\n${phones(35, 40)}`);
    putPartners({ ...known('globex'), offers: [{ ...MEMBERS, name: 'renamed' }] });
    process.emit('SIGHUP');
    await until(server, 'reloaded');
    const rows = Array.from({ length: 10 }, (_, i) => ({ phone: `+1415${2_000_035 + i}` }));
    const { set } = await identifiersFromRows(rows, { country: 'US' });
    expect((await receive(line, set)).size).toBe(5);
    expect(shared(await asking(server.port, 'globex', 'renamed'))).toEqual({ size: 10 });
    expect((await asking(server.port, 'acme', 'members')).status).toBe(3);
    await server.stop();
    expect(server.events()).toContainEqual(
      expect.objectContaining({ event: 'turned-away', reason: 'unknown-token' }),
    );
  });

  it('stays as it was where the new file or list cannot be read, and says so', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] });
    const server = await serve();
    const broken = [
      () => put('partners.json', '{"partners": [],\n5}'),
      () => putPartners({ ...known('acme'), offers: [{ ...MEMBERS, reveal: 'sum' }] }),
      () => putPartners(),
      () => putPartners({ ...known('acme'), offers: [{ ...MEMBERS, list: 'none.csv' }] }),
    ];
    for (const [i, act] of broken.entries()) {
      act();
      process.emit('SIGHUP');
      await until(server, 'reload-failed', i + 1);
      expect(shared(await asking(server.port, 'acme', 'members'))).toEqual({ size: 5 });
    }
    const [first] = server.events().filter(({ event }) => event === 'reload-failed');
    expect(first).toMatchObject({
      code: 'bad-file',
      reason: expect.stringContaining('line 2 does not fit'),
      inForce: 'what was read before',
    });
    // And goes on from there.
    putPartners({ ...known('acme'), offers: [{ ...MEMBERS, name: 'mended' }] });
    process.emit('SIGHUP');
    await until(server, 'reloaded');
    expect(shared(await asking(server.port, 'acme', 'mended'))).toEqual({ size: 5 });
    await server.stop();
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });

  it('is read anew when the watched file is replaced', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS] });
    const server = await serve('--watch');
    expect((await cli(['token', 'globex', '--add', at('partners.json'), '-o', at('new.token')])).status).toBe(
      0,
    );
    const content = JSON.parse(readFileSync(at('partners.json'), 'utf8'));
    content.partners[1].offers = [MEMBERS];
    put('partners.json', JSON.stringify(content));
    await until(server, 'reloaded');
    expect(existsSync(at('new.token'))).toBe(true);
    put('globex.token', readFileSync(at('new.token'), 'utf8'));
    expect(shared(await asking(server.port, 'globex', 'members'))).toEqual({ size: 5 });
    await server.stop();
  });

  it('is kept with --state, each offer under its own terms', async () => {
    putPartners({ ...known('acme'), offers: [MEMBERS, { ...MEMBERS, name: 'again', list: 'ask.csv' }] });
    const key = put('state.key', 'ab'.repeat(32));
    const server = await serve('--state', at('runs'), '--state-key-file', key);
    const kept = ['--state', at('kept'), '--state-key-file', key];
    expect(shared(await asking(server.port, 'acme', 'again', ...kept))).toEqual({ size: 10 });
    expect(shared(await asking(server.port, 'acme', 'members', ...kept))).toEqual({ size: 5 });
    expect(await server.stop()).toBe(0);
  });
});
