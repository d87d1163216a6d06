// SPDX-License-Identifier: Apache-2.0
/** What is said to somebody who mixes files up, types a wrong name or forgets something. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashToken, listen, openRunStore } from '../../src/transport/index.js';
import { createAuthority } from '../support/certificates.js';
import { cli, type Ending, temporary } from './harness.js';

const LIST = 'phone\n+14155550123\n+14155550199\n';
const TOKEN = `vmt_${'a'.repeat(43)}`;
const KEY = 'ab'.repeat(32);

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content);
  return at(name);
};

beforeEach(async () => {
  folder = dirname(temporary('x'));
  mkdirSync(at('folder'));
  put('list.csv', LIST);
  put('state.key', KEY);
  put('acme.token', TOKEN);
  const acme = { name: 'acme', tokens: [`sha256:${'0'.repeat(64)}`] };
  put('partners.json', JSON.stringify({ partners: [acme] }));
  for (const name of ['acme', 'globex']) {
    put(`${name}.pub`, (await cli(['key', name, '-o', at(`${name}.key`)])).stdout);
  }
});

/** In one line, without a stack, with this status; nothing of a result. */
function expectError({ status, stdout, stderr }: Ending, code: 2 | 3, message: RegExp | string): void {
  expect({ status, stdout }).toEqual({ status: code, stdout: '' });
  expect(stderr).toMatch(/(?:^|\n)error: [^\n]*\n$/);
  expect(stderr).toMatch(message);
}

describe('a secret in place of a file name', () => {
  it('is not repeated by hash', async () => {
    const ending = await cli(['hash', at('list.csv'), '--key-file', KEY]);
    expectError(ending, 2, 'where the name of a file is needed');
    expect(ending.stderr).not.toContain('abab');
  });
});

describe('a token on the command line', () => {
  it.each([
    ['a file of connect', () => ['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token-file', TOKEN]],
    ['a file of serve', () => ['serve', at('list.csv'), '--reveal', 'intersection', '--partners', TOKEN]],
    ['an option that there is not', () => ['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token', TOKEN]],
    ['the same, in one word', () => ['serve', at('list.csv'), `--token=${TOKEN}`]],
    ['the name of a new token', () => ['token', TOKEN, '--add', at('partners.json')]],
    ['the name of a new key', () => ['key', TOKEN, '-o', at('new.key')]],
    [
      'the name of a partner',
      () => [
        ...['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token-file', at('acme.token')],
        ...['--partner', TOKEN],
      ],
    ],
    ['a command', () => [TOKEN]],
  ])('is not repeated as %s, and what to do is said', async (_, argv) => {
    const before = readFileSync(at('partners.json'), 'utf8');
    const ending = await cli(argv());
    expectError(ending, 2, /so it is of no use any more: have a new one made .*--token-file FILE\.$/m);
    expect(ending.stderr).not.toContain('aaaa');
    expect(readFileSync(at('partners.json'), 'utf8')).toBe(before);
  });

  it.each(['vmt_', `vmt_${'b'.repeat(20)}`])(
    'is not taken for a name where only a part of it is there: %s',
    async (part) => {
      const partners = put('new.json', JSON.stringify({ partners: [] }));
      for (const argv of [
        ['token', part, '--add', partners],
        ['key', part, '-o', at('new.key')],
        ['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token-file', at('acme.token'), '--partner', part],
      ]) {
        const ending = await cli(argv);
        expectError(ending, 2, 'does not begin like a token');
        expect(ending.stderr).not.toContain('vmt_');
      }
      put('named.json', JSON.stringify({ partners: [{ name: part }] }));
      const ending = await cli([
        'serve',
        at('list.csv'),
        '--reveal',
        'intersection',
        '--partners',
        at('named.json'),
      ]);
      expectError(ending, 3, /partners\[0\]\.name must .* be no token/);
      expect(ending.stderr).not.toContain('vmt_');
    },
  );
});

describe('a list of a header alone', () => {
  it.each([
    ['connect', (list: string) => ['ws://127.0.0.1:1', list, '--token-file', at('acme.token')]],
    ['serve', (list: string) => [list, '--reveal', 'intersection', '--partners', at('partners.json')]],
  ])('is refused by %s before anything is sent', async (command, argv) => {
    const ending = await cli([command, ...argv(put('empty.csv', 'phone,email\n'))]);
    expectError(ending, 2, /empty\.csv has a header and no rows, so nothing could ever match/);
  });

  it('is refused by psi request', async () => {
    const empty = put('empty.csv', 'phone,email\n');
    const ending = await cli([
      ...['psi', 'request', empty, '--reveal', 'intersection', '--key', at('acme.key'), '--peer', 'globex'],
      ...['--peers', at('globex.pub'), '-o', at('r.vm'), '--state', at('s.vm')],
      ...['--state-key-file', at('state.key')],
    ]);
    expectError(ending, 2, 'has a header and no rows');
    expect(readdirSync(folder).filter((name) => name.endsWith('.vm'))).toEqual([]);
  });
});

describe('a file for a file', () => {
  it('token adds nothing to what is no list of partners', async () => {
    expectError(await cli(['token', 'acme', '--add', at('list.csv')]), 3, /list\.csv: is not JSON/);
    expect(readFileSync(at('list.csv'), 'utf8')).toBe(LIST);
  });

  it('connect knows the list that is for serve', async () => {
    const argv = ['connect', 'ws://127.0.0.1:1', at('list.csv'), '--token-file', at('partners.json')];
    expectError(
      await cli(argv),
      3,
      /partners\.json is no token; the file of partners is for veilmatch serve/,
    );
  });

  it('a public key is no signing key, and the list of keys says whom it knows', async () => {
    const rest = [
      '--reveal',
      'intersection',
      '-o',
      at('r.vm'),
      '--state',
      at('s.vm'),
      '--state-key-file',
      at('state.key'),
    ];
    const request = (key: string, peer: string): Promise<Ending> =>
      cli([
        'psi',
        'request',
        at('list.csv'),
        '--key',
        at(key),
        '--peer',
        peer,
        '--peers',
        at('globex.pub'),
        ...rest,
      ]);
    expectError(await request('acme.pub', 'globex'), 3, /does not hold a key.*veilmatch key NAME -o FILE/);
    expectError(await request('acme.key', 'globx'), 3, /has no key of globx,.*It has keys of globex\./);
  });

  it.each([
    ['compare', '-', '-', '--country', 'US'],
    ['connect', 'ws://127.0.0.1:1', '-', '--token-file', '-'],
    ['serve', '-', '--reveal', 'intersection', '--partners', '-'],
  ])('%s reads standard input once', async (...argv) => {
    expectError(await cli(argv, { stdin: LIST }), 2, 'Only one file can come from standard input');
  });

  it('a name that is empty is said to be one', async () => {
    expectError(await cli(['normalize', '']), 3, 'Cannot read a file whose name is empty');
  });
});

describe('certificates and keys', () => {
  const authority = createAuthority('authority');
  const server = authority.issue('server', ['localhost']);
  const other = authority.issue('client');
  const serve = (...argv: string[]): Promise<Ending> =>
    cli(['serve', at('list.csv'), '--reveal', 'intersection', '--partners', at('partners.json'), ...argv]);

  it.each([
    [
      'that do not belong together',
      server.cert,
      other.key,
      /key in .* does not belong to the certificate in/,
    ],
    ['that were swapped', server.key, server.cert, /server\.pem holds no certificate/],
    [
      'that are cut',
      server.cert.replace(/\n[^-\n]+\n-----END/, '\n-----END'),
      server.key,
      /Certificate 1 in .* cannot be read/,
    ],
    ['of which the key is none', server.cert, server.cert, /cannot be read: it is no private key/],
  ])('%s are named before the list is read', async (_, cert, key, message) => {
    const pair = [put('server.pem', cert), put('server.key', key)];
    const ending = await serve('--tls-cert', pair[0]!, '--tls-key', pair[1]!);
    expectError(ending, 3, message);
    expect(ending.stderr).not.toContain('list.csv');
    const client = [
      'connect',
      'wss://127.0.0.1:1',
      at('list.csv'),
      '--client-cert',
      pair[0]!,
      '--client-key',
      pair[1]!,
    ];
    expectError(await cli(client), 3, message);
  });

  it('that have expired are not shown to a partner', async () => {
    const old = createAuthority('authority', { hours: -1 }).issue('server', ['localhost']);
    const ending = await serve('--tls-cert', put('c.pem', old.cert), '--tls-key', put('c.key', old.key));
    expectError(ending, 3, /expired on \d{4}-\d\d-\d\d.*Renew it/);
  });

  it('a key is no authority', async () => {
    const argv = ['--tls-cert', put('c.pem', server.cert), '--tls-key', put('c.key', server.key)];
    expectError(
      await serve(...argv, '--client-ca', put('ca.pem', server.key)),
      3,
      /ca\.pem holds no certificate/,
    );
  });
});

describe('serve', () => {
  const serve = (...argv: string[]): Promise<Ending> =>
    cli(['serve', at('list.csv'), '--reveal', 'intersection', ...argv]);

  it('says which options are missing before it reads a list', async () => {
    for (const [argv, message] of [
      [[], /Give --partners, a file made by veilmatch token NAME --add FILE/],
      [
        ['--partners', at('partners.json'), '--listen', '0.0.0.0:1'],
        /needs TLS: give --tls-cert and --tls-key/,
      ],
    ] as const) {
      const ending = await serve(...argv);
      expectError(ending, 2, message);
      expect(ending.stderr).not.toContain('list.csv');
    }
  });

  it.each(['foo', 'https://example.com/', 'https://example.com/page', 'example.com', 'null'])(
    'takes no origin that no browser would send: %s',
    async (origin) => {
      const { status, stderr } = await serve('--origin', origin);
      expect(status).toBe(2);
      expect(stderr).toContain('such as https://example.com');
    },
  );

  it('says what the system refused in words', async () => {
    const partners = ['--partners', at('partners.json')];
    expectError(
      await serve(...partners, '--ledger', at('none/l.json')),
      3,
      /Cannot read .*: there is no such file or folder/,
    );
    expectError(await serve(...partners, '--listen', '127.9.9.9:1', '--ledger', at('folder')), 3, /a folder/);
  });
});

describe('a list in which nothing can be read', () => {
  it.each([
    ['serve', (list: string) => [list, '--reveal', 'intersection', '--partners', at('partners.json')]],
    ['connect', (list: string) => ['ws://127.0.0.1:1', list, '--token-file', at('acme.token')]],
    ['compare', (list: string) => [list, at('list.csv'), '--plan', 'SG']],
  ])('is told by %s, and not matched in silence', async (command, argv) => {
    const list = put('national.csv', 'phone\n(415) 555-0123\n');
    expectError(
      await cli([command, ...argv(list), '--column', 'phone']),
      2,
      /no-country.*\n.*nothing could ever match/,
    );
  });
});

describe('psi', () => {
  const common = (own: string, peer: string): string[] => [
    ...['--country', 'US', '--reveal', 'intersection', '--key', at(`${own}.key`)],
    ...['--peer', peer, '--peers', at(`${peer}.pub`)],
  ];
  const state = (): string[] => ['--state', at('state'), '--state-key-file', at('state.key')];
  const request = (output: string, ...argv: string[]): Promise<Ending> =>
    cli([
      'psi',
      'request',
      at('list.csv'),
      ...common('acme', 'globex'),
      '-o',
      output,
      ...(argv.length > 0 ? argv : state()),
    ]);
  const respond = (output: string): Promise<Ending> =>
    cli([
      ...['psi', 'respond', at('request.vm'), at('list.csv'), ...common('globex', 'acme')],
      ...['--ledger', at('ledger.json'), '-o', output],
    ]);

  it('request overwrites neither the list nor a key', async () => {
    const before = readdirSync(folder);
    expectError(await request(at('list.csv')), 2, /is also the input/);
    expectError(await request(at('globex.pub')), 2, /is also the input/);
    expectError(await request('-'), 2, /--output needs the name of a file/);
    if (process.platform !== 'win32') expectError(await request('/dev/null'), 3, /it is no ordinary file/);
    expectError(await request(at('none/request.vm')), 3, /there is no such file or folder/);
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(at('list.csv'), 'utf8')).toBe(LIST);
  });

  it('respond finds out that its file cannot come there before the request counts as answered', async () => {
    expect((await request(at('request.vm'))).status).toBe(0);
    for (const [output, code, message] of [
      [at('none/response.vm'), 3, /there is no such file or folder/],
      [at('folder'), 3, /it is a folder/],
      [at('list.csv'), 2, /is also the input/],
      [at('ledger.json'), 2, /is also another output/],
    ] as const) {
      expectError(await respond(output), code, message);
    }
    expect((await respond(at('response.vm'))).status).toBe(0);
    expect(readFileSync(at('list.csv'), 'utf8')).toBe(LIST);
  });

  it('finish does not write the rows where the state is, which it erases', async () => {
    expect((await request(at('request.vm'))).status).toBe(0);
    expect((await respond(at('response.vm'))).status).toBe(0);
    const finish = (output: string): Promise<Ending> =>
      cli(['psi', 'finish', at('response.vm'), ...state(), '-o', output]);
    const [kept] = readdirSync(at('state'));
    expectError(await finish(at(`state/${kept}`)), 2, /is also the input/);
    expect(await finish(at('shared.csv'))).toMatchObject({ status: 0 });
    expect(readFileSync(at('shared.csv'), 'utf8')).toBe('line,phone\n2,+14155550123\n3,+14155550199\n');
    expect(readdirSync(at('state'))).toEqual([]);
  });

  it('names a file that is none of its own', async () => {
    put('request.vm', LIST);
    expectError(
      await respond(at('response.vm')),
      3,
      /request\.vm is not taken: it is no file of veilmatch psi/,
    );
  });
});

describe('a policy', () => {
  it.each([
    ['{nope', /is not JSON.*veilmatch budget --help/],
    ['{"largestset": 5, "budgets": []}', /largestSet.*"largestset" is none of them/],
    [
      '{"budgets": [{"hours": 1}, {"hour": 24}]}',
      /budgets\[1\] in a policy may have hours.*"hour" is none of them/,
    ],
    ['{"budgets": [{"runs": 24}]}', /budgets\[0\] in a policy needs hours/],
    ['{"14155550123": 5, "budgets": []}', /and nothing else\.$/m],
  ])('%s is told where it is wrong', async (content, message) => {
    const ending = await cli(['budget', '--country', 'US', '--policy', put('policy.json', content)]);
    expectError(ending, 3, message);
    expect(ending.stderr).not.toContain('14155550123');
  });
});

describe('a state', () => {
  const serve = (...argv: string[]): Promise<Ending> =>
    cli([
      ...['serve', at('list.csv'), '--reveal', 'intersection', '--partners', at('partners.json')],
      ...['--listen', '127.0.0.1:0', '--state-key-file', at('state.key'), ...argv],
    ]);

  it('that is to be a folder and is a file is said to be one', async () => {
    expectError(
      await serve('--state', at('list.csv')),
      3,
      'there is a file of that name, and a folder is needed',
    );
  });

  it('that another key opens is called by its name, in whatever command', async () => {
    put('other.key', 'cd'.repeat(32));
    const request = await cli([
      ...['psi', 'request', at('list.csv'), '--reveal', 'intersection', '--key', at('acme.key')],
      ...['--peer', 'globex', '--peers', at('globex.pub'), '-o', at('r.vm')],
      ...['--state', at('s'), '--state-key-file', at('state.key')],
    ]);
    expect(request.status).toBe(0);
    const finish = ['psi', 'finish', at('r.vm'), '--state', at('s')];
    expectError(
      await cli([...finish, '--state-key-file', at('other.key')]),
      3,
      /error: .*s.[0-9a-f]{16}\.vm cannot be opened: the passphrase or key is another one/,
    );
    const runs = await openRunStore(at('runs'), { key: new Uint8Array(32) }, { terms: {} });
    await runs.close();
    expectError(await serve('--state', at('runs')), 3, /error: .*runs.*key\.vm cannot be opened: /);
  });
});

it('budgets of all partners that are none are told of as what they are', async () => {
  const partners = [{ name: 'acme', tokens: [`sha256:${'0'.repeat(64)}`] }];
  put('all.json', JSON.stringify({ partners, all: {} }));
  const ending = await cli([
    'serve',
    at('list.csv'),
    '--reveal',
    'intersection',
    '--partners',
    at('all.json'),
  ]);
  expectError(ending, 3, /all\.json: all\.budgets is wrong: a list is needed, such as /);
});

it('connect that is stopped says what may have become of the run', async () => {
  const controller = new AbortController();
  const listener = await listen({
    partners: [{ name: 'acme', tokens: [hashToken(TOKEN)] }],
    onEvent: ({ type }) => type === 'accepted' && controller.abort(),
  });
  try {
    const argv = [
      'connect',
      `ws://127.0.0.1:${listener.port}`,
      at('list.csv'),
      '--token-file',
      at('acme.token'),
    ];
    const { status, stderr } = await cli(argv, { signal: controller.signal });
    expect([status, stderr]).toEqual([
      130,
      expect.stringMatching(
        /\nstopped; nothing was (?:written; the partner may have counted the run|sent or written)\n$/,
      ),
    ]);
  } finally {
    await listener.close();
  }
});

describe('serve --dry-run', () => {
  const authority = createAuthority('authority');
  const server = authority.issue('server', ['localhost']);
  const tls = (): string[] => [
    ...['--tls-cert', put('server.pem', server.cert), '--tls-key', put('server.key', server.key)],
  ];
  const KEY_HASH = { key: `sha256:${'1'.repeat(64)}` };
  const dry = (partners: readonly object[], ...argv: string[]): Promise<Ending> => {
    put('ca.pem', authority.cert);
    put('dry.json', JSON.stringify({ partners }));
    return cli([
      ...['serve', at('list.csv'), '--reveal', 'intersection', '--partners', at('dry.json'), '--dry-run'],
      ...argv,
    ]);
  };

  it('refuses what serve would refuse', async () => {
    const byKey = [{ name: 'acme', certificates: [KEY_HASH] }];
    expectError(await dry(byKey), 2, 'which takes TLS');
    expectError(await dry(byKey, ...tls()), 2, 'give that of their certificates with --client-ca');
    const acme = [{ name: 'acme', tokens: [`sha256:${'0'.repeat(64)}`] }];
    expectError(await dry(acme, '--listen', '0.0.0.0:8443'), 2, 'needs TLS');
    expectError(await dry(acme, '--ledger', at('list.csv')), 3, 'is no ledger');
    expect((await dry(acme, '--ledger', at('new.json'))).status).toBe(0);
    expect(readdirSync(folder)).not.toContain('new.json');
  });

  it.each(['C=US,O=Acme,CN=acme', 'CN=acme, O=Acme'])(
    'warns of a subject that no certificate has: %s',
    async (subject) => {
      const ending = await dry(
        [{ name: 'acme', certificates: [{ authority: 'ca.pem', subject }] }],
        ...tls(),
      );
      expect(ending.status).toBe(0);
      expect(ending.stderr).toMatch(/warning: .*certificates\[0\]\.subject has the order of openssl/);
      const right = [
        { name: 'acme', certificates: [{ authority: 'ca.pem', subject: 'CN=acme,O=Acme,C=US' }] },
      ];
      expect((await dry(right, ...tls())).stderr).not.toContain('has the order');
    },
  );

  it('warns of a key that only other partners have authorities for', async () => {
    const partners = [
      { name: 'acme', certificates: [KEY_HASH] },
      { name: 'globex', certificates: [{ authority: 'ca.pem' }] },
    ];
    const ending = await dry(partners, ...tls());
    expect([ending.status, ending.stderr]).toEqual([
      0,
      expect.stringMatching(/warning: .*is a key, and the only/),
    ]);
    expect((await dry(partners, ...tls(), '--client-ca', at('ca.pem'))).stderr).not.toContain('is a key');
  });
});
