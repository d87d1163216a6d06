// SPDX-License-Identifier: Apache-2.0
/** Who is limited, by the tool as it is built: what a partner shows, what it asks, and which files others can read. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultLedger } from '../../src/cli/secrets/state-folder.js';
import { intersection } from '../../src/psi/intersection/index.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { encodeFrame, FINISH, HELLO } from '../../src/psi/run/frames.js';
import { encodeHello, type Hello } from '../../src/psi/run/hello.js';
import { TAGS } from '../../src/psi/shuffled/frames.js';
import { openFileLedger } from '../../src/transport/files/file-ledger.js';
import { connect } from '../../src/transport/index.js';
import { chargesOf } from '../suites/ledger.js';
import { bundled } from '../support/bundled.js';
import { createAuthority } from '../support/certificates.js';
import { cli, type Ending, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 240_000 });

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
const numbers = (first: number, count: number): string =>
  `phone\n${Array.from({ length: count }, (_, i) => `+1415${2_000_000 + first + i}\n`).join('')}`;

beforeEach(() => {
  folder = dirname(temporary('x'));
  put('list.csv', numbers(0, 300));
  put('ask.csv', numbers(200, 300));
});

/** The command in this process. */
const serve = (...argv: string[]): Promise<ServeHere> => serveHere([at('list.csv'), ...argv]);

const asking = (port: number, ...argv: string[]): Promise<Ending> =>
  cli(['connect', `ws://127.0.0.1:${port}`, at('ask.csv'), '--token-file', at('acme.token'), ...argv]);

async function issue(...more: string[]): Promise<Ending> {
  return cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token'), ...more]);
}

/** Types of frames. */
const INTERSECTION = ['--reveal', 'intersection'];

describe('a budget', () => {
  it('goes on with a token that was issued anew, over a restart', async () => {
    const policy = put('policy.json', '{"budgets": [{"hours": 24, "runs": 3}]}');
    const statuses: number[] = [];
    for (const name of ['first.token', 'second.token']) {
      await cli(['token', 'acme', '--add', at('partners.json'), '-o', at(name)]);
      // As an operator who withdraws the old one.
      const { partners } = JSON.parse(readFileSync(at('partners.json'), 'utf8'));
      partners[0].tokens = partners[0].tokens.slice(-1);
      put('partners.json', JSON.stringify({ partners }));
      const server = await serve(...INTERSECTION, '--partners', at('partners.json'), '--policy', policy);
      for (let run = 0; run < 2; run++) {
        statuses.push((await asking(server.port, '--token-file', at(name))).status);
      }
      expect(await server.stop()).toBe(0);
    }
    expect(statuses).toEqual([0, 0, 0, 3]);
    const ledger = await openFileLedger(defaultLedger());
    expect(await chargesOf(ledger, 'partner:acme')).toHaveLength(3);
  });

  it('goes on with a certificate that was renewed', async () => {
    const authority = createAuthority('authority');
    const server = authority.issue('server', ['localhost']);
    const first = authority.issue('acme');
    const renewed = authority.issue('acme', undefined, first.key);
    const entry = { name: 'acme', certificates: [{ authority: 'ca.pem', subject: 'CN=acme' }] };
    put('ca.pem', authority.cert);
    put('partners.json', JSON.stringify({ partners: [entry] }));
    const { port, events, stop } = await serve(
      ...[...INTERSECTION, '--partners', at('partners.json')],
      ...['--tls-cert', put('server.pem', server.cert), '--tls-key', put('server.key', server.key)],
      ...['--policy', put('policy.json', '{"budgets": [{"hours": 24, "runs": 1}]}')],
    );
    const ask = async (cert: string): Promise<number> => {
      const key = put('acme.key', first.key);
      const shown = ['--ca', at('ca.pem'), '--client-cert', put('acme.pem', cert), '--client-key', key];
      return (await cli(['connect', `wss://localhost:${port}`, at('ask.csv'), ...shown])).status;
    };
    expect(await ask(first.cert)).toBe(0);
    expect(await ask(renewed.cert)).toBe(3);
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'refused', peer: 'acme', limit: 'runs' }),
    );
    expect(await ask(authority.issue('stranger', undefined, first.key).cert)).toBe(3);
    expect(events()).toContainEqual(
      expect.objectContaining({
        event: 'turned-away',
        reason: 'unknown-certificate',
        certificate: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      }),
    );
    await stop();
  });

  it('is charged for lists that are empty, which make the server tag its own', async () => {
    await issue();
    const policy = put('policy.json', '{"budgets": [{"hours": 24, "elements": 100}]}');
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'), '--policy', policy);
    const token = readFileSync(at('acme.token'), 'utf8').trim();
    const hello: Hello = {
      ...{
        role: 'receiver',
        mode: intersection.mode,
        to: 'receiver',
        verifiable: false,
        identifiersPerRow: 1,
      },
      ...{
        detail: 0,
        kinds: new Set(['phone']),
        size: 0,
        maxPeerSize: 2 ** 24,
        publicKey: new Uint8Array(32),
      },
      nonce: randomBytes(32),
    };
    let answered = 0;
    for (let i = 0; i < 12; i++) {
      const channel = await connect(`ws://127.0.0.1:${server.port}`, { token });
      await channel.send(encodeFrame(HELLO, encodeHello(hello, ristretto255Suite)));
      try {
        for await (const frame of channel) {
          if (frame[0] === TAGS.type) answered++;
          if (frame[0] === FINISH.type) break;
        }
      } catch {}
      await channel.close('aborted');
    }
    // Ten times the list, and no element was used up.
    expect(answered).toBe(10);
    expect(server.events().filter(({ limit }) => limit === 'work')).toHaveLength(2);
    await server.stop();
  });

  it('of all partners together holds besides that of each, which may be one of its own', async () => {
    await issue();
    await cli(['token', 'globex', '--add', at('partners.json'), '-o', at('globex.token')]);
    const content = JSON.parse(readFileSync(at('partners.json'), 'utf8'));
    content.partners[1].policy = { largestSet: 299, budgets: [] };
    content.all = { budgets: [{ hours: 24, runs: 2 }] };
    put('partners.json', JSON.stringify(content));
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'));
    const globex = ['--token-file', at('globex.token')];
    expect((await asking(server.port, ...globex)).status).toBe(3);
    put('ask.csv', numbers(200, 299));
    expect((await asking(server.port, ...globex)).status).toBe(0);
    expect((await asking(server.port)).status).toBe(0);
    expect((await asking(server.port)).status).toBe(3);
    const limits = server
      .events()
      .flatMap(({ event, peer, limit }) => (event === 'refused' ? [[peer, limit]] : []));
    expect(limits).toEqual([
      ['globex', 'largestSet'],
      ['acme', 'allRuns'],
    ]);
    await server.stop();
    const dry = await cli([
      ...['serve', at('list.csv'), ...INTERSECTION, '--partners', at('partners.json'), '--dry-run'],
    ]);
    expect(dry.stdout).toContain('who         acme (1 token); globex (1 token)');
    expect(dry.stdout).toContain('globex has a policy of its own.');
    expect(dry.stdout).toMatch(/All partners together:\nIn any 24 hours: at most 2 runs\.\n/);
  });

  it('is one for servers that use one ledger at a time', async () => {
    await issue();
    const argv = [...INTERSECTION, '--partners', at('partners.json'), '--ledger', at('ledger.json')];
    const policy = ['--policy', put('policy.json', '{"budgets": [{"hours": 24, "runs": 3}]}')];
    const servers = [await serve(...argv, ...policy), await serve(...argv, ...policy)];
    const statuses = await Promise.all([0, 1, 0, 1, 0].map((i) => asking(servers[i]!.port)));
    expect(statuses.filter(({ status }) => status === 0)).toHaveLength(3);
    for (const server of servers) await server.stop();
    expect(readdirSync(folder)).not.toContain('ledger.json.lock');
  });
});

describe('the party that connects', () => {
  const invented = (): string =>
    put('list.csv', `phone\n${Array.from({ length: 3_000 }, (_, i) => `+3546${122_000 + i}`).join('\n')}\n`);
  const both = [...INTERSECTION, '--to', 'both'];

  it('is not read by a server with a thousand invented numbers for each of its own', async () => {
    await issue();
    invented();
    put('ask.csv', 'phone\n+3546123456\n+3546124777\n+4915112345678\n');
    const server = await serve(...both, '--partners', at('partners.json'), '--once', '-o', at('learnt.csv'));
    const client = await asking(server.port, '--to', 'both');
    expect([client.status, client.stderr]).toEqual([
      3,
      expect.stringMatching(/by its largestRatio \(.*it may have counted the run\./),
    ]);
    expect(client.stdout).toBe('');
    await server.stop();
    expect(existsSync(at('learnt.csv'))).toBe(false);
    expect(server.events().some(({ event }) => event === 'complete')).toBe(false);
  });

  it('asks a list of any size where it alone learns, and writes no ledger', async () => {
    await issue();
    invented();
    put('ask.csv', 'phone\n+3546123456\n');
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'), '--ledger', at('l.json'));
    expect(await asking(server.port, '--json')).toMatchObject({ status: 0 });
    expect(existsSync(defaultLedger())).toBe(false);
    const policy = put('policy.json', '{"largestSet": 2999, "budgets": []}');
    const limited = await asking(server.port, '--policy', policy);
    expect([limited.status, limited.stderr]).toEqual([3, expect.stringContaining('largestSet')]);
    await server.stop();
  });

  it('has a budget for a partner by name, in the same ledger as the one that serves', async () => {
    await issue();
    const server = await serve(...both, '--partners', at('partners.json'), '--ledger', at('theirs.json'));
    const policy = put('policy.json', '{"budgets": [{"hours": 24, "runs": 2}]}');
    const ask = async (...argv: string[]): Promise<number> =>
      (await asking(server.port, '--to', 'both', '--policy', policy, ...argv)).status;
    expect(await ask('--partner', 'globex')).toBe(0);
    expect(await ask()).toBe(0);
    const ledger = await openFileLedger(defaultLedger());
    expect(await chargesOf(ledger, 'partner:globex')).toMatchObject([{ elements: 300, work: 600 }]);
    expect(await chargesOf(ledger, 'partner:127.0.0.1')).toHaveLength(1);
    expect([await ask('--partner', 'globex'), await ask('--partner', 'globex')]).toEqual([0, 3]);
    expect(await ask('--partner', 'a b')).toBe(2);
    // What is used up here is found out before the partner counts another run, or is there at all.
    const theirs = await openFileLedger(at('theirs.json'));
    expect(await chargesOf(theirs, 'partner:acme')).toHaveLength(3);
    await server.stop();
    const unasked = await asking(1, '--to', 'both', '--policy', policy, '--partner', 'globex');
    expect([unasked.status, unasked.stderr]).toEqual([
      3,
      expect.stringMatching(/by its runs \(.*\): no connection was made, and nothing was counted\./),
    ]);
    expect(await chargesOf(ledger, 'partner:globex')).toHaveLength(2);
    const dry = await asking(1, '--to', 'both', '--policy', policy, '--partner', 'globex', '--dry-run');
    expect(dry.stdout).toMatch(
      /What globex may learn so is limited\.[\s\S]*In any 24 hours: at most 2 runs\./,
    );
  });
});

describe('two files', () => {
  const own = (name: string): string[] => ['--key', at(`${name}.key`), '--peers', at('peers.txt')];
  const request = (name: string, list = 'ask.csv'): Promise<Ending> =>
    cli([
      ...[
        'psi',
        'request',
        at(list),
        ...INTERSECTION,
        ...own(name),
        '--peer',
        'server',
        '-o',
        at(`${name}.vm`),
      ],
      ...['--state', at(`${name}.state`), '--state-key-file', at('state.key')],
    ]);
  const respond = (name: string, ...more: string[]): Promise<Ending> =>
    cli([
      ...['psi', 'respond', at(`${name}.vm`), at('list.csv'), ...INTERSECTION, ...own('server')],
      ...['--peer', name, '-o', at(`${name}.answer`), ...more],
    ]);
  beforeEach(async () => {
    put('state.key', randomBytes(32).toString('hex'));
    let peers = '';
    for (const name of ['acme', 'globex', 'server']) {
      peers += (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
    }
    put('peers.txt', peers);
  });

  it('that one partner has seen are not used up by it for another', async () => {
    // The other's own request, with the id of acme's: 16 bytes, drawn in halves, which are no secret.
    const real = crypto.getRandomValues.bind(crypto);
    const id = randomBytes(8);
    const drawn = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      const bytes = real(array);
      if (bytes instanceof Uint8Array && bytes.length === 8) bytes.set(id);
      return bytes;
    });
    expect((await request('acme')).status).toBe(0);
    expect((await request('globex')).status).toBe(0);
    drawn.mockRestore();
    for (const name of ['acme', 'globex']) {
      expect(readFileSync(at(`${name}.vm`)).includes(Buffer.concat([id, id]))).toBe(true);
    }
    expect((await respond('globex')).status).toBe(0);
    expect(await respond('acme')).toMatchObject({ status: 0 });
    expect(await respond('acme')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('answered already'),
    });
  });

  it('are in the budget of the same name as runs over a line', async () => {
    const ledger = ['--ledger', at('ledger.json')];
    const policy = ['--policy', put('policy.json', '{"budgets": [{"hours": 24, "runs": 1}]}')];
    await issue();
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'), ...ledger, ...policy);
    expect((await asking(server.port)).status).toBe(0);
    await server.stop();
    await request('acme');
    expect(await respond('acme', ...ledger, ...policy)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('by its runs'),
    });
  });

  it('are finished within the limit on the size of the other list', async () => {
    await request('acme');
    expect((await respond('acme')).status).toBe(0);
    expect(existsSync(defaultLedger())).toBe(true);
    const finish = (largestSet: number): Promise<Ending> =>
      cli([
        ...['psi', 'finish', at('acme.answer'), '--state', at('acme.state')],
        ...['--state-key-file', at('state.key')],
        ...['--policy', put('policy.json', JSON.stringify({ largestSet, budgets: [] }))],
      ]);
    expect((await finish(299)).status).toBe(3);
    expect((await finish(300)).status).toBe(0);
  });
});

describe('the ledger', () => {
  it('is in the folder of this user for what programs keep', () => {
    const name = join('veilmatch', 'ledger.json');
    if (process.platform === 'win32')
      return expect(defaultLedger({ LOCALAPPDATA: 'C:\\x' })).toBe(join('C:\\x', name));
    expect(defaultLedger({ XDG_STATE_HOME: '/state' })).toBe(join('/state', name));
    // What the tests set.
    expect(defaultLedger().startsWith(homedir())).toBe(false);
    for (const env of [{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'relative' }]) {
      expect(defaultLedger(env)).toBe(join(homedir(), '.local', 'state', name));
    }
  });

  it('is on by default, for its owner alone', async () => {
    await issue();
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'));
    expect((await asking(server.port)).status).toBe(0);
    await server.stop();
    if (process.platform === 'win32') return;
    expect(statSync(defaultLedger()).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(defaultLedger())).mode & 0o777).toBe(0o700);
  });

  it('that cannot be kept is told before anybody can connect', async () => {
    await issue();
    // A file where the folder would be: nothing can be made there, by root neither.
    process.env.XDG_STATE_HOME = put('state', '');
    process.env.LOCALAPPDATA = process.env.XDG_STATE_HOME;
    const argv = ['serve', at('list.csv'), '--listen', '127.0.0.1:0', ...INTERSECTION];
    const { status, stderr } = await cli([...argv, '--partners', at('partners.json')]);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /use of budgets cannot be kept in .*ledger\.json: .*Name a file .*: --ledger FILE\.\n$/,
    );
    expect(stderr).not.toContain('listening');
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'in a folder that is read-only is told in words',
    async () => {
      await issue();
      mkdirSync(at('state'), { mode: 0o500 });
      process.env.XDG_STATE_HOME = at('state');
      const argv = ['serve', at('list.csv'), ...INTERSECTION, '--partners', at('partners.json')];
      expect(await cli(argv)).toMatchObject({
        status: 3,
        stderr: expect.stringMatching(/permission denied\. Name a file that can be written: --ledger FILE/),
      });
    },
  );
});

describe('veilmatch token', () => {
  it('adds hashes to the partner of that name, and leaves all else as it is', async () => {
    const before = {
      $schema: 'x',
      partners: [
        { name: 'globex', tokens: [`sha256:${'1'.repeat(64)}`], policy: { budgets: [] } },
        { name: 'acme', certificates: [{ key: `sha256:${'2'.repeat(64)}` }] },
      ],
      all: { budgets: [{ hours: 1 }] },
    };
    // With the mark that editors on Windows put in front.
    put('partners.json', `\ufeff${JSON.stringify(before)}`);
    expect(await issue()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const again = await cli(['token', 'acme', '--add', at('partners.json')]);
    expect(again).toMatchObject({ status: 0, stdout: expect.stringMatching(/^vmt_[\w-]{43}\n$/) });
    expect(again.stderr).toContain('acme has 2 tokens');
    await cli(['token', 'new', '--add', at('partners.json')]);
    const hash = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const after = readFileSync(at('partners.json'), 'utf8');
    expect(JSON.parse(after)).toEqual({
      ...before,
      partners: [
        before.partners[0],
        { ...before.partners[1], tokens: [hash, hash] },
        { name: 'new', tokens: [hash] },
      ],
    });
    expect(after).not.toContain(again.stdout.trim());
    expect(readdirSync(folder).filter((name) => name.startsWith('partners'))).toEqual(['partners.json']);
  });

  it('loses none of those that are added at a time', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `partner-${i}`);
    await Promise.all(names.map((name) => cli(['token', name, '--add', at('partners.json')])));
    const { partners } = JSON.parse(readFileSync(at('partners.json'), 'utf8'));
    expect(partners.map(({ name }: { name: string }) => name).sort()).toEqual(names);
  });

  it('overwrites no token, and takes no name that is none', async () => {
    expect((await issue()).status).toBe(0);
    const token = readFileSync(at('acme.token'), 'utf8');
    const partners = readFileSync(at('partners.json'), 'utf8');
    expect(await issue()).toMatchObject({ status: 2, stderr: expect.stringContaining('not overwritten') });
    expect(await cli(['token', 'a b'])).toMatchObject({ status: 2, stdout: '' });
    expect(readFileSync(at('acme.token'), 'utf8')).toBe(token);
    expect(readFileSync(at('partners.json'), 'utf8')).toBe(partners);
  });
});

describe.skipIf(process.platform === 'win32')('files that others could read', () => {
  const modeOf = (name: string): string => (statSync(at(name)).mode & 0o777).toString(8);

  it('are not made: results, tokens, keys, states, requests and answers are for their owner alone', async () => {
    const before = process.umask(0);
    try {
      await issue();
      const server = await serve(...INTERSECTION, '--partners', at('partners.json'));
      const state = ['--state', at('runs'), '--state-key-file', put('state.key', 'ab'.repeat(32))];
      for (const name of ['shared.csv', 'shared.csv.gz', 'shared.parquet']) {
        expect(await asking(server.port, '-o', at(name))).toMatchObject({ status: 0 });
      }
      await server.stop();
      for (const name of ['a', 'b']) {
        put(`${name}.pub`, (await cli(['key', name, '-o', at(`${name}.key`)])).stdout);
      }
      const request = ['psi', 'request', at('ask.csv'), ...INTERSECTION, '--key', at('a.key'), '--peer', 'b'];
      await cli([...request, '--peers', at('b.pub'), '-o', at('request.vm'), ...state]);
      const respond = [
        'psi',
        'respond',
        at('request.vm'),
        at('list.csv'),
        ...INTERSECTION,
        '--key',
        at('b.key'),
      ];
      await cli([...respond, '--peer', 'a', '--peers', at('a.pub'), '-o', at('response.vm')]);
      await cli(['normalize', at('ask.csv'), '-o', at('normal.csv')]);
      for (const name of [
        ...[
          'acme.token',
          'partners.json',
          'shared.csv',
          'shared.csv.gz',
          'shared.parquet',
          'a.key',
          ...readdirSync(at('runs')).map((kept) => join('runs', kept)),
        ],
        ...['request.vm', 'response.vm', 'normal.csv'],
      ]) {
        expect([name, modeOf(name)]).toEqual([name, '600']);
      }
    } finally {
      process.umask(before);
    }
  });

  it('keep the mode that their owner gave them', async () => {
    writeFileSync(at('normal.csv'), '');
    chmodSync(at('normal.csv'), 0o640);
    await cli(['normalize', at('ask.csv'), '-o', at('normal.csv')]);
    expect(modeOf('normal.csv')).toBe('640');
  });

  it('are warned of where they hold a token or a key, once, and no more than warned', async () => {
    await issue();
    const server = await serve(...INTERSECTION, '--partners', at('partners.json'));
    const quiet = await asking(server.port);
    expect([quiet.status, quiet.stderr]).toEqual([0, expect.not.stringContaining('warning')]);
    chmodSync(at('acme.token'), 0o640);
    const told = await asking(server.port);
    expect(told.status).toBe(0);
    expect(told.stderr.match(/^warning: .*$/gm)).toEqual([
      `warning: others can read the secret in ${at('acme.token')}: chmod 600 ${at('acme.token')}`,
    ]);
    await server.stop();
    writeFileSync(at('hash.key'), 'ab'.repeat(32), { mode: 0o644 });
    chmodSync(at('hash.key'), 0o644);
    const hashed = await cli(['hash', at('ask.csv'), '--key-file', at('hash.key')]);
    expect([hashed.status, hashed.stderr]).toEqual([
      0,
      expect.stringContaining(`chmod 600 ${at('hash.key')}`),
    ]);
    const { key, cert } = createAuthority('a').issue('server', ['localhost']);
    put('server.pem', cert);
    writeFileSync(at('server.key'), key);
    chmodSync(at('server.key'), 0o604);
    const dry = await cli([
      ...['serve', at('list.csv'), ...INTERSECTION, '--partners', at('partners.json'), '--dry-run'],
      ...['--tls-cert', at('server.pem'), '--tls-key', at('server.key')],
    ]);
    expect(dry.stderr.match(/^warning: .*$/gm)).toEqual([expect.stringContaining(at('server.key'))]);
  });
});

describe('two processes that use one ledger', () => {
  it('lose no charge, and one that is killed blocks nobody', async () => {
    const path = at('ledger.json');
    const built = await bundled('transport/files/file-ledger.ts');
    const program = `
      const { openFileLedger } = await import(${JSON.stringify(built)});
      const ledger = await openFileLedger(${JSON.stringify(path)});
      for (let i = 0; i < Number(process.argv[1]); i++) {
        await ledger.update([process.argv[2]], ([charges]) => [[...charges, { at: i, elements: 1, work: 1 }]]);
        process.stdout.write('.');
      }`;
    const start = (updates: number, account: string): ChildProcess =>
      spawn(process.execPath, ['--input-type=module', '-e', program, `${updates}`, account], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const killed = start(1e9, 'killed');
    let confirmed = 0;
    killed.stdout!.on('data', (dots: Buffer) => {
      confirmed += dots.length;
      if (confirmed >= 10) killed.kill('SIGKILL');
    });
    const others = [start(30, 'one'), start(30, 'one'), start(30, 'two')];
    for (const other of others) other.stdout!.resume();
    await Promise.all([killed, ...others].map((child) => once(child, 'close')));
    const ledger = await openFileLedger(path);
    expect(await chargesOf(ledger, 'one')).toHaveLength(60);
    expect(await chargesOf(ledger, 'two')).toHaveLength(30);
    expect((await chargesOf(ledger, 'killed')).length - confirmed).toBeOneOf([0, 1]);
  });
});
