// SPDX-License-Identifier: Apache-2.0
/** Commands out of files: jobs with their reports, and the configuration of a server. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli, type Ending, temporary } from './harness.js';

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string | object): string => {
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return at(name);
};
const report = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));

beforeEach(() => {
  folder = dirname(temporary('x'));
  mkdirSync(at('jobs'));
  put('jobs/list.csv', 'phone,email\n(415) 555-0123,ada@example.com\nnobody,\n');
});

describe('veilmatch run', () => {
  it('reports what the command says of itself, with when and how it ended', async () => {
    put('job.json', { command: 'budget', arguments: { country: 'US', 'area-codes': '415' } });
    const { status, stdout, stderr } = await cli(['run', at('job.json')]);
    expect([status, stderr]).toEqual([0, '']);
    const plain = await cli(['budget', '--country', 'US', '--area-codes', '415', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ command: 'budget', status: 0, outcome: 'done', messages: [] },
      started: expect.stringMatching(/^\d{4}-.*Z$/),
      seconds: expect.any(Number),
      result: JSON.parse(plain.stdout),
    });
    expect(JSON.parse(stdout)).not.toHaveProperty('error');
  });

  it('reads and writes from the folder of the job, wherever it is run', async () => {
    put('jobs/weekly.json', {
      command: 'normalize',
      arguments: { file: 'list.csv', country: 'US', output: 'out.csv' },
    });
    const { status } = await cli(['run', at('jobs/weekly.json'), '-o', at('report.json')]);
    expect(status).toBe(0);
    // Rows stay what they were to be: the report is no reason to write them as JSON.
    expect(readFileSync(at('jobs/out.csv'), 'utf8')).toMatch(/^line,phone,email\n2,\+14155550123,/);
    const { outcome, messages, result } = report(at('report.json'));
    expect([outcome, result]).toEqual(['done', undefined]);
    expect((messages as string[]).join('\n')).toContain('rejected');
  });

  it('ends with the status of the command, and has a report of each ending', async () => {
    put('jobs/strict.json', {
      command: 'normalize',
      arguments: { file: 'list.csv', strict: true, output: 'o.csv', country: 'US' },
    });
    put('jobs/usage.json', { command: 'hash', arguments: { file: 'list.csv', output: 'o.csv' } });
    put('jobs/failed.json', { command: 'inspect', arguments: { file: 'absent.csv' } });
    const ran = async (name: string): Promise<unknown> => {
      const { status } = await cli(['run', at(`jobs/${name}.json`), '-o', at(`${name}.report.json`)]);
      const { outcome, error, status: told } = report(at(`${name}.report.json`));
      expect(told).toBe(status);
      return [status, outcome, (error as { code: string } | undefined)?.code];
    };
    expect(await ran('strict')).toEqual([1, 'rejected', undefined]);
    expect(await ran('usage')).toEqual([2, 'usage', 'argument']);
    expect(await ran('failed')).toEqual([3, 'failed', 'io']);
  });

  it('is quiet where that is wanted, as long as nothing is wrong', async () => {
    const normalizing = { file: 'list.csv', country: 'US', output: 'out.csv' };
    put('jobs/good.json', { command: 'normalize', arguments: normalizing });
    put('jobs/bad.json', { command: 'inspect', arguments: { file: 'absent.csv' } });
    const ran = (name: string, ...more: string[]): Promise<Ending> =>
      cli(['run', at(`jobs/${name}.json`), '-o', at('r.json'), ...more]);
    expect((await ran('good')).stderr).toContain('holds telephone numbers');
    expect((await ran('good', '--quiet')).stderr).toBe('');
    expect(report(at('r.json')).messages).not.toEqual([]);
    expect((await ran('bad', '--quiet')).stderr).toMatch(/^error: .*absent\.csv/m);
  });

  it('writes no report over a file of the job, and takes no list from where the job comes from', async () => {
    const job = { command: 'normalize', arguments: { file: 'li*.csv', country: 'US', output: 'out.csv' } };
    put('jobs/a.json', job);
    const before = readFileSync(at('jobs/list.csv'), 'utf8');
    for (const name of ['list.csv', 'out.csv', 'a.json']) {
      for (const more of [[], ['--dry-run']]) {
        const ending = await cli(['run', at('jobs/a.json'), '-o', at(`jobs/${name}`), ...more]);
        expect([ending.status, ending.stderr]).toEqual([2, expect.stringContaining('Write to another file')]);
      }
    }
    expect(readFileSync(at('jobs/list.csv'), 'utf8')).toBe(before);
    expect(existsSync(at('jobs/out.csv'))).toBe(false);
    const stdin = JSON.stringify({ ...job, arguments: { file: '-', country: 'US' } });
    const ending = await cli(['run', '-'], { stdin });
    expect([ending.status, ending.stderr]).toEqual([3, expect.stringContaining('job itself comes from')]);
  });

  it('reads a job that an editor has begun with a byte order mark', async () => {
    const job = { command: 'budget', arguments: { country: 'US', 'area-codes': '415' } };
    put('job.json', `\ufeff${JSON.stringify(job)}`);
    expect((await cli(['run', at('job.json'), '--dry-run'])).stdout).toMatch(/^veilmatch budget /);
  });

  it('says what it would run, and does not', async () => {
    put('jobs/a.json', {
      command: 'normalize',
      arguments: { file: 'list.csv', column: ['a b=phone', 'email'], header: false, output: 'out.csv' },
    });
    const { status, stdout } = await cli(['run', at('jobs/a.json'), '--dry-run']);
    expect([status, existsSync(at('jobs/out.csv'))]).toEqual([0, false]);
    expect(stdout).toMatch(/^veilmatch normalize .* \S+list\.csv\n$/);
    const words = [`--output=${at('jobs/out.csv')}`, "'--column=a b=phone'", '--column=email', '--no-header'];
    for (const word of words) expect(stdout).toContain(` ${word} `);
  });

  it('writes a report to a file where the command has standard output for itself', async () => {
    put('jobs/token.json', { command: 'token' });
    const { status, stderr } = await cli(['run', at('jobs/token.json')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--output')]);
    const other = await cli(['run', at('jobs/token.json'), '-o', at('r.json')]);
    expect([other.status, other.stdout]).toEqual([0, expect.stringMatching(/^vmt_/)]);
    expect(readFileSync(at('r.json'), 'utf8')).not.toContain('vmt_');
  });

  const VALUE = 'secretvalue';
  const list = { file: 'list.csv' };
  it.each<[string, unknown]>([
    ['is not JSON', '{"command": '],
    ['must be an object', [1]],
    ['command must be one of inspect, normalize', { command: VALUE }],
    ['may have command and arguments, and nothing else', { command: 'inspect', more: VALUE }],
    ['arguments must be an object', { command: 'inspect', arguments: VALUE }],
    ['arguments.file is missing', { command: 'inspect' }],
    ['arguments.country is missing', { command: 'budget', arguments: {} }],
    ['arguments may have file', { command: 'inspect', arguments: { ...list, frobnicate: VALUE } }],
    ['arguments may have file', { command: 'serve', arguments: { config: VALUE } }],
    ['arguments.file must be a text', { command: 'inspect', arguments: { file: [VALUE] } }],
    [
      'arguments.country is wrong. Give two letters',
      { command: 'inspect', arguments: { ...list, country: VALUE } },
    ],
    ['arguments.country takes one value', { command: 'inspect', arguments: { ...list, country: ['US'] } }],
    ['arguments.country must be a text', { command: 'inspect', arguments: { ...list, country: { VALUE } } }],
    ['arguments.country needs a value', { command: 'inspect', arguments: { ...list, country: true } }],
    ['arguments.json must be true', { command: 'inspect', arguments: { ...list, json: VALUE } }],
    ['arguments.ledger is wrong', { command: 'serve', arguments: { ledger: `postgres://a:${VALUE}@h/d` } }],
    ['arguments cannot be', { command: 'normalize', arguments: { ...list, json: true, spreadsheet: true } }],
  ])('refuses what is none: %s', async (message, job) => {
    put('jobs/x.json', job as string | object);
    const { status, stdout, stderr } = await cli(['run', at('jobs/x.json'), '-o', at('r.json')]);
    expect([status, stdout, existsSync(at('r.json'))]).toEqual([3, '', false]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(VALUE);
  });

  it('refuses a secret in the file, and does not repeat it', async () => {
    const secrets = [`vmt_${'a'.repeat(43)}`, 'ab'.repeat(32)];
    for (const secret of secrets) {
      const given = { url: 'wss://h', file: 'list.csv', 'token-file': secret };
      put('jobs/x.json', { command: 'connect', arguments: given });
      const { status, stderr } = await cli(['run', at('jobs/x.json')]);
      expect(status).toBe(3);
      expect(stderr).toContain('arguments.token-file is a token or a key itself');
      expect(stderr).not.toContain(secret);
    }
  });
});

describe('veilmatch serve --config', () => {
  const partner = { name: 'acme', tokens: [`sha256:${'0'.repeat(64)}`] };

  it('takes flags from the file, named from its folder, and those that are typed before them', async () => {
    put('jobs/partners.json', { partners: [partner] });
    const config = {
      file: 'list.csv',
      country: 'US',
      reveal: 'cardinality',
      column: 'phone',
      partners: 'partners.json',
    };
    put('jobs/serve.json', { $schema: 'serve.schema.json', ...config, 'dry-run': true });
    const one = await cli(['serve', '--config', at('jobs/serve.json')]);
    expect([one.status, one.stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(one.stdout).toMatch(/who {9}acme \(1 token\)\nlearns {6}how many .*1 identifiers/);
    const other = await cli([
      'serve',
      '--config',
      at('jobs/serve.json'),
      '--reveal',
      'intersection',
      '--pad',
      '50',
    ]);
    expect(other.stdout).toMatch(/learns {6}which .*at most 50 identifiers/);
    put('other.csv', 'phone\n4155550111\n4155550112\n');
    const third = await cli(['serve', at('other.csv'), '--config', at('jobs/serve.json')]);
    expect(third.stdout).toMatch(/2 identifiers/);
  });

  it('says where the file is wrong', async () => {
    put('serve.json', { listen: 'everywhere' });
    const { status, stderr } = await cli(['serve', '--config', at('serve.json')]);
    expect(status).toBe(3);
    expect(stderr).toContain('serve.json: listen is wrong. Give HOST:PORT');
    expect(stderr).not.toContain('everywhere');
  });
});
