// SPDX-License-Identifier: Apache-2.0
/** `--report`: a page to look at, which holds nothing of anybody on a list. How it looks is seen in test/browser/reports.test.ts. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPage } from '../../src/cli/report/run-page.js';
import { describedIntersection } from '../../src/psi/intersection/described.js';
import { cli, temporary } from './harness.js';
import { comparisonSample, runSample } from './pages.js';
import { serveHere } from './server.js';

const NUMBERS = ['+14155550123', '+14155550124', '+14155550199'];
const ADDRESSES = ['ada.lovelace@example.com', 'grace.hopper@example.org'];
const tokenOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Every value of these lists, in every way in which a part of one could be recognised. */
const PERSONAL = [
  ...NUMBERS.flatMap((number) => [
    number.slice(1),
    number.slice(-7),
    `${number.slice(-7, -4)}-${number.slice(-4)}`,
  ]),
  ...ADDRESSES.flatMap((address) => [address, ...address.split('@')[0]!.split('.')]),
  ...NUMBERS.map(tokenOf),
  'Lovelace',
  'Hopper',
  'sesame',
];

function put(name: string, content: string): string {
  const path = temporary(name);
  writeFileSync(path, content);
  return path;
}

const LIST = [
  'Name,Mobile,Email,<b>"note"</b>',
  `"Lovelace, A",${NUMBERS[0]},${ADDRESSES[0]},sesame`,
  `Hopper,(415) 555-0124,${ADDRESSES[1]},`,
  `Hopper,12,${ADDRESSES[1]!.replace('@', ' at ')},sesame`,
  ...Array.from({ length: 11 }, () => `Hopper,${NUMBERS[2]},,`),
  '',
].join('\n');

/** That the page is complete in itself, runs nothing, and names nobody. */
function expectSound(page: string): void {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  for (const value of PERSONAL) expect(page.toLowerCase()).not.toContain(value.toLowerCase());
  expect(page).not.toMatch(
    /<script|<link|<img|<iframe|<base|\bon\w+=|\bstyle=|src=|href=|url\(|@import|https?:/i,
  );
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
  const hash = createHash('sha256').update(style!).digest('base64');
  expect(page.replaceAll('&#39;', "'")).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
  );
  const plots = page.match(/<svg role="img" aria-label="[^"]+"/g) ?? [];
  expect(plots.length).toBeGreaterThan(1);
  expect(page.match(/<svg role/g)).toHaveLength(plots.length);
  expect(page.match(/<table>\n<caption>/g)?.length ?? 0).toBe(page.match(/<table/g)?.length ?? 0);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).toMatch(/@media print/);
}

describe('--report', () => {
  it('of inspect shows columns, shapes and what was rejected, and no cell', async () => {
    const list = put(`${ADDRESSES[0]}.csv`, LIST);
    const report = join(dirname(list), 'report.html');
    const { status, stdout } = await cli(['inspect', list, '--country', 'US', '--report', report]);
    expect(status).toBe(0);
    expect(stdout).toContain('column 2 "Mobile"');
    const page = readFileSync(report, 'utf8');
    expectSound(page);
    expect(page).toContain('14 rows hold 3 different telephone numbers and 2 different e-mail addresses.');
    expect(page).toContain('<th scope="row">4 &lt;b&gt;&quot;note&quot;&lt;/b&gt;</th>');
    expect(page).toContain('a.a@a.a (2)');
    expect(page).toMatch(
      /<th scope="row">phone too-short<\/th><td class="number">1<\/td><td class="text">4</,
    );
    expect(page).toContain('US: 3');
    expect(page).toContain('5, 6, 7, 8, 9, ...');
  });

  it('of a list whose first row is taken for names shows none that could be a value', async () => {
    const list = put(
      'list.csv',
      `${NUMBERS[0]},${ADDRESSES[0]},${tokenOf(NUMBERS[0]!)}\n${NUMBERS[1]},${ADDRESSES[1]},\n`,
    );
    const report = join(dirname(list), 'report.html');
    const argv = ['inspect', list, '--header', '--column', '1=phone', '--report', report];
    expect(await cli(argv)).toMatchObject({ status: 0 });
    expectSound(readFileSync(report, 'utf8'));
  });

  it('of reverse says how much can be read, and none of it', async () => {
    const tokens = put('tokens.txt', `${[...NUMBERS, 'elsewhere'].map(tokenOf).join('\n')}\n`);
    const at = (name: string): string => join(dirname(tokens), name);
    const plan = ['--country', 'US', '--area-codes', '41555501'];
    const found = ['--reveal', '-o', at('found.csv')];
    const argv = ['reverse', tokens, ...plan, ...found, '--report', at('report.html')];
    expect(await cli(argv)).toMatchObject({ status: 0 });
    const page = readFileSync(at('report.html'), 'utf8');
    expectSound(page);
    expect(page).toContain('75 % of the list was read back: 3 of 4 different tokens.');
    expect(page).toContain('written as e164: 3');
    // Both files are there, each in its own place.
    expect(readFileSync(at('found.csv'), 'utf8')).toContain(NUMBERS[0]);
  });

  it('of connect says what is shared, who learns what, and what it cost', async () => {
    const mine = put('mine.csv', `phone\n${NUMBERS.join('\n')}\n`);
    const at = (name: string): string => join(dirname(mine), name);
    writeFileSync(at('theirs.csv'), `phone\n${NUMBERS.slice(1).join('\n')}\n+14155550777\n`);
    writeFileSync(at('policy.json'), '{"budgets": [{"hours": 24, "runs": 1000}]}');
    await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
    const known = ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
    const server = await serveHere([
      ...[at('theirs.csv'), '--reveal', 'intersection', '--partners', at('partners.json'), ...known],
    ]);
    try {
      const url = `ws://127.0.0.1:${server.port}`;
      const argv = ['connect', url, mine, '--token-file', at('acme.token'), ...known];
      const outputs = ['-o', at('shared.csv'), '--report', at('report.html')];
      expect(await cli([...argv, ...outputs])).toMatchObject({ status: 0 });
    } finally {
      await server.stop();
    }
    const page = readFileSync(at('report.html'), 'utf8');
    expectSound(page);
    expect(page).toContain('The two lists share 2 identifiers.');
    expect(page).toMatch(/on this list: 3; on the partner&#39;s list: 3; on both: 2\./);
    expect(page).toContain('<dt>receiver (this party)</dt>');
    expect(readFileSync(at('shared.csv'), 'utf8')).toContain('+14155550124');
  });

  it('of compare shows what was read after each protocol, and what each cost', () => {
    const page = comparisonSample();
    expectSound(page);
    expect(page).toContain(
      'After 1 of 2 protocols the partner reads numbers of the other list that it never had.',
    );
    expect(page).toContain(
      'partner, outsider, enumerating. plain: 100 %, 100 %, 99 %; ecdh-psi: 0 %, 0 %, 3 %.',
    );
    expect(page).toContain('<td class="number">~20 of 20</td>');
  });

  it('of a run that tells a party nothing says so', () => {
    const page = runSample({ role: 'sender', result: {} });
    expectSound(page);
    expect(page).toContain('this party learnt nothing of what the lists share');
    const { title, leakage } = describedIntersection;
    const told = { title, leakage: leakage({}), words: [], people: true };
    const run = { runId: '00', reveal: 'cardinality', role: 'receiver' as const, ownSize: 0, peerSize: 0 };
    const costs = { bytesSent: 0, bytesReceived: 0, seconds: 0 };
    // Of empty lists there is no share of anything.
    expect(runPage({ ...run, ...costs, result: { shared: 0 } }, told)).not.toMatch(/NaN|Infinity/);
  });

  it('is there when all is done, and is not left behind by a command that fails', async () => {
    const list = put('list.csv', LIST);
    const report = join(dirname(list), 'report.html');
    const before = readdirSync(dirname(list));
    const fails = ['inspect', join(dirname(list), 'missing.csv'), '--report', report];
    expect(await cli(fails)).toMatchObject({ status: 3 });
    expect(readdirSync(dirname(list))).toEqual(before);
    expect(await cli(['inspect', list, '--report', list])).toMatchObject({ status: 2 });
    expect(readFileSync(list, 'utf8')).toBe(LIST);
    for (const name of ['-', 'report.parquet', 'sqlite:a.db?table=t']) {
      const { status, stderr } = await cli(['inspect', list, '--report', name]);
      expect({ status, name: basename(name) }).toEqual({ status: 2, name: basename(name) });
      expect(stderr).toMatch(/^error: /);
    }
    const dry = ['connect', 'ws://127.0.0.1:1', list, '--dry-run', '--report', report];
    expect(await cli(dry)).toMatchObject({ status: 2 });
    expect(existsSync(report)).toBe(false);
  });
});
