// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch doctor` says of a machine and of files. */

import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { machineFindings, thisMachine } from '../../src/cli/commands/doctor-machine.js';
import { createAuthority } from '../support/certificates.js';
import { cli, temporary } from './harness.js';

interface Told {
  readonly well: boolean;
  readonly findings: readonly { readonly what: string; readonly state: string; readonly says: string }[];
}

let folder: string;
const put = (name: string, content: string | object, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode });
  chmodSync(path, mode);
  return path;
};
beforeEach(() => {
  folder = dirname(temporary('x'));
});

/** What is said of files, `state says` by their names within the folder. */
async function told(...files: string[]): Promise<{ status: number; of: Record<string, string> }> {
  const { status, stdout } = await cli(['doctor', ...files, '--json']);
  const { well, findings } = JSON.parse(stdout) as Told;
  expect(status).toBe(well ? 0 : 1);
  const of = findings
    .filter(({ what }) => what.startsWith(folder))
    .map(({ what, state, says }) => [what.slice(folder.length + 1), `${state} ${says}`]);
  return { status, of: Object.fromEntries(of) };
}

describe('of the machine', () => {
  it('says what a run finds here, and why the kernel is the one that it is', async () => {
    const { status, stdout, stderr } = await cli(['doctor']);
    expect([status, stderr]).toEqual([0, '']);
    for (const what of ['runtime', 'kernel', 'cores', 'memory', 'DuckDB', 'clock', 'ledger'])
      expect(stdout).toMatch(new RegExp(`^(?:ok|note) +${what} +\\S`, 'm'));
    expect(stdout).toMatch(/kernel +(?:fma|integer|noble): \S/);
    expect(stdout).toContain('Nothing here would stop a run.');
  });

  it.each([
    ['runtime', { node: '18.20.4' }],
    ['clock', { now: Date.parse('2001-01-01') }],
  ])('says what would stop every run: %s', async (what, other) => {
    const findings = await machineFindings({ ...thisMachine(), ...other });
    expect(findings.filter(({ state }) => state === 'wrong').map((finding) => finding.what)).toEqual([what]);
  });

  it.each([
    [{ node: '20.19.0' }, 'ok'],
    [{ node: '26.0.0' }, 'ok'],
    [{ node: '20.18.9' }, 'wrong'],
  ])('compares versions by their numbers: %j', async (other, state) => {
    const [runtime] = await machineFindings({ ...thisMachine(), ...other });
    expect(runtime).toMatchObject({ what: 'runtime', state });
  });

  it('notes a container that is too small', async () => {
    const findings = await machineFindings({ ...thisMachine(), memory: 2 ** 27 });
    expect(findings.find(({ what }) => what === 'memory')).toMatchObject({ state: 'note' });
  });
});

describe('of files', () => {
  it('reads the dates of certificates', async () => {
    const issued = (hours: number): string => createAuthority('a', { hours }).issue('b', ['b']).cert;
    const { status, of } = await told(
      put('year.pem', issued(9000)),
      put('week.pem', issued(200)),
      put('over.pem', issued(-1)),
    );
    expect(status).toBe(1);
    expect(of['year.pem']).toMatch(/^ok a certificate until \d{4}-/);
    expect(of['week.pem']).toMatch(/^note .*renew it$/);
    expect(of['over.pem']).toMatch(/^wrong .*Renew it\.$/);
  });

  it('knows secrets by what they are, and who can read them', async () => {
    const token = `vmt_${'a'.repeat(43)}`;
    const { key } = createAuthority('a').issue('b');
    const { status, of } = await told(
      put('own.token', token),
      put('open.token', token, 0o644),
      put('signing.key', 'ab'.repeat(32)),
      put('tls.key', key),
      put('broken.key', '-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n'),
    );
    expect(status).toBe(1);
    expect(of).toMatchObject({
      'own.token': 'ok a token, for its owner alone',
      'open.token': expect.stringMatching(/^note a token, which others .*chmod 600/),
      'signing.key': 'ok a key, for its owner alone',
      'tls.key': 'ok a private key, for its owner alone',
      'broken.key': expect.stringMatching(/^wrong /),
    });
    expect(JSON.stringify(of)).not.toContain(token);
  });

  it('follows a job to all that it names', async () => {
    const { cert, key } = createAuthority('a', { hours: -1 }).issue('b');
    put('ours.csv', 'phone\n+14155550123\n');
    put('tls.pem', cert);
    put('tls.key', key);
    const names = { 'client-cert': 'tls.pem', 'client-key': 'tls.key', 'token-file': 'absent.token' };
    const places = { output: 'nowhere/out.csv', ledger: 'ledger.json' };
    const job = { url: 'wss://partner.example', file: 'ours.csv', ...names, ...places };
    const { status, of } = await told(put('job.json', { command: 'connect', arguments: job }));
    expect(status).toBe(1);
    expect(of).toEqual({
      'job.json': 'ok a job for veilmatch connect',
      'ours.csv': 'ok readable',
      'tls.pem': expect.stringMatching(/^wrong .*Renew it/),
      'tls.key': 'ok a private key, for its owner alone',
      'absent.token': 'wrong Cannot be read: there is no such file or folder.',
      'nowhere/out.csv': expect.stringMatching(/^wrong "output" cannot be written there/),
    });
  });

  it('reads configurations, partners with their authorities, and policies', async () => {
    put('list.csv', 'phone\n+14155550123\n');
    put('ca.pem', createAuthority('a').cert);
    put('partners.json', { partners: [{ name: 'acme', certificates: [{ authority: 'ca.pem' }] }] });
    put('policy.json', { budgets: [] });
    const config = {
      file: 'list.csv',
      partners: 'partners.json',
      policy: 'policy.json',
      reveal: 'cardinality',
    };
    const { status, of } = await told(
      put('serve.json', config),
      put('bad.json', { command: 'connect', arguments: {} }),
      put('bad-policy.json', { budgets: 'many' }),
    );
    expect(status).toBe(1);
    expect(of).toMatchObject({
      'serve.json': 'ok a configuration of veilmatch serve',
      'list.csv': 'ok readable',
      'partners.json': 'ok partners: acme',
      'ca.pem': expect.stringMatching(/^(?:ok|note) a certificate until/),
      'policy.json': 'ok a policy',
      'bad.json': expect.stringMatching(/^wrong .*arguments\.url is missing/),
      'bad-policy.json': expect.stringMatching(/^wrong /),
    });
  });
});
