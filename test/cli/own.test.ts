// SPDX-License-Identifier: Apache-2.0
/** What a party brings: one identifier of each row or people, and amounts. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import { describedSum } from '../../src/psi/sum/described.js';
import { toy } from '../suites/toy-protocol.js';
import { readParquet, writeParquet } from '../support/parquet.js';
import { cli, type Ending, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 240_000 });

const PEOPLE = 150;
const phone = (i: number): string => `+1415${2_000_000 + i}`;
const email = (i: number): string => `person${i}@example.com`;

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
const table = (header: string, row: (i: number) => string): string =>
  `${header}\n${Array.from({ length: PEOPLE }, (_, i) => `${row(i)}\n`).join('')}`;

let server: ServeHere | undefined;
beforeEach(async () => {
  folder = dirname(temporary('x'));
  put('policy.json', '{"budgets": [{"hours": 24, "runs": 1000}]}');
  await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
  // Everybody is on both lists, a third of them without a number on one.
  put(
    'full.csv',
    table('phone,email,spent', (i) => `${phone(i)},${email(i)},0.1`),
  );
  put(
    'mixed.csv',
    table('phone,email,spent', (i) => (i % 3 === 0 ? `,${email(i)},0.1` : `${phone(i)},,0.1`)),
  );
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const KNOWN = (): string[] => ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
const serve = async (list: string, ...argv: string[]): Promise<number> => {
  server = await serveHere([at(list), '--partners', at('partners.json'), ...KNOWN(), ...argv]);
  return server.port;
};
const connect = (port: number, list: string, ...argv: string[]): Promise<Ending> =>
  cli([
    ...['connect', `ws://127.0.0.1:${port}`, at(list), '--token-file', at('acme.token'), '--json'],
    ...KNOWN(),
    ...argv,
  ]);

describe('rows with both kinds of identifiers', () => {
  it.each([
    ['full.csv', 'has rows with several identifiers'],
    ['mixed.csv', 'has rows with telephone numbers and others with e-mail addresses'],
  ])('are no rows to count or to sum up: %s', async (list, what) => {
    const sum = ['--value-digits', '1'];
    for (const [reveal, ...more] of [['cardinality'], ['sum', ...sum], ['ids']] as const) {
      const ways =
        reveal === 'ids'
          ? /missed\. One column alone, .* such as --column NAME=phone, .*\. Run once for each column, /
          : /missed\. --people on both sides takes all identifiers of a row for one person; or one column alone, .*--column NAME=phone/;
      const values = reveal === 'sum' ? ['--value-column', 'spent'] : [];
      for (const ending of [
        await connect(1, list, '--reveal', reveal, ...more),
        await cli([
          'serve',
          at(list),
          '--partners',
          at('partners.json'),
          '--reveal',
          reveal,
          ...more,
          ...values,
        ]),
      ]) {
        expect(ending).toMatchObject({ status: 2, stdout: '' });
        expect(ending.stderr).toContain(`${list} ${what}`);
        expect(ending.stderr).toMatch(ways);
      }
    }
    const key = (await cli(['key', 'me', '-o', at('me.key')])).stdout;
    put('state.key', 'ab'.repeat(32));
    const request = await cli([
      ...['psi', 'request', at(list), '--reveal', 'cardinality', '--key', at('me.key'), '--peer', 'me'],
      ...['--peers', put('peers', key), '-o', at('r.vm'), '--state', at('s.vm')],
      ...['--state-key-file', at('state.key')],
    ]);
    expect([request.status, request.stderr]).toEqual([2, expect.stringContaining(what)]);
  });

  it('are people where both sides say so, and all of them are counted', async () => {
    const port = await serve('full.csv', '--reveal', 'cardinality', '--people');
    const { status, stdout } = await connect(port, 'mixed.csv', '--reveal', 'cardinality', '--people');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reveal: 'cardinality', peerSize: PEOPLE, shared: PEOPLE });
  });

  it('have each amount added once', async () => {
    const sum = ['--reveal', 'sum', '--people', '--value-digits', '2'];
    const port = await serve('full.csv', ...sum, '--value-column', 'spent');
    const { stdout } = await connect(port, 'mixed.csv', ...sum);
    expect(JSON.parse(stdout)).toMatchObject({ shared: PEOPLE, sum: '15.00' });
  });

  it('are counted by one column where that is named', async () => {
    const port = await serve('full.csv', '--reveal', 'cardinality', '--column', 'phone');
    const { stdout } = await connect(port, 'mixed.csv', '--reveal', 'cardinality', '--column', 'phone');
    expect(JSON.parse(stdout)).toMatchObject({ shared: PEOPLE - PEOPLE / 3 });
  });
});

describe('a row with two columns of numbers', () => {
  beforeEach(() => {
    put(
      'two.csv',
      table('home,mobile,spent', (i) => `${phone(i)},${phone(1000 + i)},1.25`),
    );
    put('home.csv', table('home', phone));
    put(
      'either.csv',
      table('home,mobile', (i) => (i % 2 ? `${phone(i)},` : `,${phone(1000 + i)}`)),
    );
  });
  const TWO = ['--column', 'home=phone', '--column', 'mobile=phone'];

  it('is one person, with one amount', async () => {
    const sum = ['--reveal', 'sum', '--people', '--value-digits', '2'];
    const port = await serve('two.csv', ...TWO, ...sum, '--value-column', 'spent');
    const { stdout } = await connect(port, 'home.csv', '--column', 'home=phone', ...sum);
    expect(JSON.parse(stdout)).toMatchObject({ peerSize: PEOPLE, shared: PEOPLE, sum: '187.50' });
  });

  it('is no row to count, where both are filled', async () => {
    const refused = await connect(1, 'two.csv', ...TWO, '--reveal', 'cardinality');
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('rows with several identifiers'),
    ]);
    const port = await serve('home.csv', '--reveal', 'cardinality');
    const { stdout } = await connect(port, 'either.csv', ...TWO, '--reveal', 'cardinality');
    expect(JSON.parse(stdout)).toMatchObject({ ownSize: PEOPLE, shared: PEOPLE / 2 });
  });

  it('gets one pseudonym', async () => {
    const port = await serve('home.csv', '--reveal', 'ids');
    const output = at('ids.csv');
    const { status } = await connect(port, 'either.csv', ...TWO, '--reveal', 'ids', '-o', output);
    expect(status).toBe(0);
    const rows = readFileSync(output, 'utf8');
    expect(rows.trim().split('\n')).toHaveLength(PEOPLE + 1);
    expect(new Set(rows.match(/\b[0-9a-f]{32}\b/g)).size).toBe(PEOPLE);
  });
});

describe('amounts', () => {
  const SUM = [
    '--reveal',
    'sum',
    '--value-column',
    'spent',
    '--value-digits',
    '2',
    '--column',
    'phone=phone',
  ];
  const dryRun = (content: string, ...argv: string[]): Promise<Ending> =>
    cli(['serve', put('sales.csv', content), ...SUM, ...argv, '--dry-run']);

  it.each([
    ['', 'is missing: write 0 where there is none'],
    ['-3.21', 'is no decimal number from 0'],
    ['"1,234.50"', 'is no decimal number from 0'],
    ['EUR 7.77', 'is no decimal number from 0'],
    ['7.771', 'has more digits after the point than --value-digits 2 allows'],
    ['99999999999.99', 'is above 10995116277.75, which is the most that can be in a row'],
  ])('that are none are refused with their line, and not repeated: %j', async (cell, fault) => {
    const { status, stdout, stderr } = await dryRun(`phone,spent\n${phone(1)},1.00\n${phone(2)},${cell}\n`);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain(`sales.csv: line 3: the amount ${fault}`);
    if (cell !== '') expect(stderr).not.toContain(cell.replaceAll('"', ''));
  });

  it('are bounded by the protocol that is run, whatever another one takes by the same flag', async () => {
    const { commandLine } = toy;
    const values = { flags: '--value-column <NAME>', help: 'its own', most: 99 };
    const flags = { ...toy.flags, valueDigits: describedSum.flags.valueDigits };
    const small: typeof toy = {
      ...{ ...toy, flags },
      commandLine: { ...commandLine, sender: { ...commandLine.sender, columns: { values } } },
    };
    const list = put('sales.csv', `phone,spent\n${phone(1)},1.00\n`);
    const dry = (reveal: string): Promise<Ending> =>
      cli(['serve', list, '--reveal', reveal, ...SUM.slice(2), '--dry-run'], {
        protocols: [...registry, small],
      });
    expect((await dry('sum')).status).toBe(0);
    expect((await dry('toy')).stderr).toContain('line 2: the amount is above 0.99, which is the most');
  });

  it('that add up to more than a sum can be are refused before anybody connects', async () => {
    const content = `phone,spent\n${phone(1)},9999999999.99\n${phone(2)},9999999999.99\n`;
    const { status, stderr } = await cli([
      ...['serve', put('sales.csv', content), ...SUM, '--partners', at('partners.json'), ...KNOWN()],
      ...['--listen', '127.0.0.1:0'],
    ]);
    expect([status, stderr]).toEqual([3, expect.stringContaining('The values add up to 2^40')]);
    expect(stderr).not.toContain('listening');
  });

  it('are summed up exactly, and told in their unit', async () => {
    put(
      'sales.csv',
      table('phone,spent', (i) => `${phone(i)},${i % 2 ? '0.10' : '0.2'}`),
    );
    put('ask.csv', table('phone', phone));
    const port = await serve('sales.csv', ...SUM);
    const { stdout } = await cli([
      ...['connect', `ws://127.0.0.1:${port}`, at('ask.csv'), '--token-file', at('acme.token'), ...KNOWN()],
      ...['--reveal', 'sum', '--value-digits', '2'],
    ]);
    const binary = Array.from<unknown, number>({ length: PEOPLE }, (_, i) => (i % 2 ? 0.1 : 0.2)).reduce(
      (a, b) => a + b,
      0,
    );
    expect(binary).not.toBe(22.5);
    expect(stdout).toMatch(/^shared {6}150\nsum {9}22\.50$/m);
  });
});

describe('Parquet', () => {
  const rows = (value: string): string =>
    `SELECT printf('+1415%d', 2000000 + i) AS phone, ${value} AS spent FROM range(${PEOPLE}) AS t(i)`;

  it('has amounts of every type that is exact', async () => {
    const sum = ['--reveal', 'sum', '--value-digits', '2'];
    put('ask.csv', table('phone', phone));
    for (const [value, total] of [
      ['0.10::DECIMAL(10, 2)', '15.00'],
      ['3::BIGINT', '450.00'],
      ["'0.07'", '10.50'],
    ] as const) {
      await writeParquet(at('sales.parquet'), rows(value));
      const port = await serve('sales.parquet', ...sum, '--value-column', 'spent');
      expect(JSON.parse((await connect(port, 'ask.csv', ...sum)).stdout)).toMatchObject({ sum: total });
      await server!.stop();
    }
    await writeParquet(at('sales.parquet'), rows('0.1::DOUBLE + 0.2::DOUBLE'));
    const { status, stderr } = await cli([
      ...['serve', at('sales.parquet'), '--partners', at('partners.json'), ...sum],
      ...['--value-column', 'spent', '--dry-run'],
    ]);
    expect([status, stderr]).toEqual([
      3,
      expect.stringContaining('sales.parquet: row 1: the amount has more digits'),
    ]);
  });

  it('takes pseudonyms', async () => {
    await writeParquet(at('own.parquet'), rows('1'));
    const port = await serve('full.csv', '--reveal', 'ids', '--column', 'phone');
    const output = at('ids.parquet');
    expect((await connect(port, 'own.parquet', '--reveal', 'ids', '-o', output)).status).toBe(0);
    const written = await readParquet(output);
    expect(written.rows).toHaveLength(PEOPLE);
    expect(written.columns.map(([name]) => name)).toEqual(['line', 'phone', 'pseudonym']);
  });
});
