// SPDX-License-Identifier: Apache-2.0
/** `--column NAME=opaque`: customer numbers, ids of devices and ready-made hashes in place of telephone numbers. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kindOf } from '../../src/identifiers/identifier.js';
import { HASH_ALGORITHMS, looksHashed, readOpaque } from '../../src/identifiers/opaque.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { cli, type Ending, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 60_000 });

const digest = (text: string, algorithm = 'sha256'): Buffer => createHash(algorithm).update(text).digest();
const META = { algorithm: 'sha256', rule: 'meta' } as const;

describe('a cell that is taken as it is', () => {
  it('is its text in UTF-8, but for white space around it, as strings of a program are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const read = readOpaque(` ${text}\n`);
        if (typeof read === 'string') expect(['empty', 'placeholder']).toContain(read);
        else expect(read).toEqual(IdentifierSet.ofStrings([text.trim()]).elements.at(0));
      }),
    );
    expect(readOpaque('Ab-1')).not.toEqual(readOpaque('ab-1'));
  });

  it('is refused where strangers would share it, or it has no bytes', () => {
    const refused = {
      ...{ '': 'empty', ' \t': 'empty', 'n/a': 'placeholder', NULL: 'placeholder', '-': 'placeholder' },
      ...{ '4.15551E+12': 'spreadsheet-damage', '1e+5': 'spreadsheet-damage', '\ud800': 'not-valid' },
    };
    for (const [cell, code] of Object.entries(refused)) expect(readOpaque(cell)).toBe(code);
    expect(readOpaque('x'.repeat(65_536))).toBe('too-long');
    expect(readOpaque('é'.repeat(32_765))).toBe('too-long');
    expect(readOpaque('é'.repeat(32_764))).toHaveLength(65_535);
  });

  it('is one value as a hash, in hexadecimal of either case, base64 and base64url', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...HASH_ALGORITHMS), (text, algorithm) => {
        const bytes = digest(text, algorithm);
        const rule = { algorithm, rule: 'meta' };
        const expected = Buffer.concat([
          Buffer.from('opaque:'),
          Buffer.of(0xff),
          Buffer.from(`${algorithm}:meta:`),
          bytes,
        ]);
        const hex = bytes.toString('hex');
        const base64 = bytes.toString('base64');
        const spellings = [
          hex,
          hex.toUpperCase(),
          base64,
          base64.replace(/=+$/, ''),
          bytes.toString('base64url'),
        ];
        for (const cell of [...spellings, ` ${hex} `])
          expect(Buffer.from(readOpaque(cell, rule))).toEqual(expected);
        expect(kindOf(expected)).toBe('opaque');
        // Another rule, another algorithm of the same length and the text are other values.
        expect(readOpaque(hex, { algorithm, rule: 'google' })).not.toEqual(readOpaque(hex, rule));
        expect(readOpaque(hex)).not.toEqual(readOpaque(hex, rule));
      }),
    );
  });

  it('is no hash in another length, with bits left over, or of nothing', () => {
    const base64 = digest('x').toString('base64');
    // The last character before the padding holds two bits that are zero.
    const other = `${base64.slice(0, -2)}${String.fromCharCode(base64.charCodeAt(42) + 1)}=`;
    for (const cell of [
      '+14155550123',
      digest('x', 'sha1').toString('hex'),
      `0x${digest('x').toString('hex')}`,
      other,
    ])
      expect(readOpaque(cell, META)).toBe('not-valid');
    expect(readOpaque(digest('').toString('hex'), META)).toBe('placeholder');
  });

  it('looks like a hash, or does not', () => {
    for (const text of [
      digest('x').toString('hex'),
      digest('x').toString('base64url'),
      digest('x', 'md5').toString('hex'),
    ])
      expect(looksHashed(text)).toBe(true);
    for (const text of [
      '4711',
      'AbCdEfGhIjKlMnOpQrStUg',
      '6D92078A-8246-4BA4-AE5B-76104861E7DC',
      '+14155550123',
    ])
      expect(looksHashed(text)).toBe(false);
  });
});

describe('lists of such cells', () => {
  let folder: string;
  let server: ServeHere | undefined;
  const at = (name: string): string => join(folder, name);
  const put = (name: string, content: string): string => {
    writeFileSync(at(name), content, { mode: 0o600 });
    return at(name);
  };
  beforeEach(async () => {
    folder = dirname(temporary('x'));
    put('policy.json', '{"budgets": [{"hours": 24, "runs": 1000}]}');
    await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  const KNOWN = (): string[] => ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
  const serve = async (list: string, ...argv: string[]): Promise<void> => {
    server = await serveHere([
      ...[list, '--reveal', 'intersection', '--partners', at('partners.json'), ...KNOWN(), ...argv],
    ]);
  };
  const connect = (list: string, ...argv: string[]): Promise<Ending> =>
    cli([
      ...['connect', `ws://127.0.0.1:${server!.port}`, list, '--token-file', at('acme.token'), ...KNOWN()],
      ...['-o', at('shared.csv'), ...argv],
    ]);
  const shared = (): string => readFileSync(at('shared.csv'), 'utf8');

  it('are matched as texts, whose column stands in the result with those that are kept', async () => {
    put('mine.csv', 'Customer,Device,City\nA-1,x,Linz\na-2,y,Graz\n A-3 ,,Wien\nn/a,,Bonn\n,,Rom\n');
    await serve(put('theirs.csv', 'A-3\nA-1\nA-2\nn/a\n'), '--no-header', '--column', '1=opaque');
    const { status, stderr } = await connect(at('mine.csv'), '--column', 'Customer=opaque', '--keep', 'City');
    expect(status).toBe(0);
    expect(stderr).toContain('column 1 "Customer" holds what is taken as it is (--column)');
    expect(stderr).toMatch(/placeholder \(line 5\)[\s\S]*empty \(line 6\)/);
    expect(shared()).toBe('line,Customer,City\n2,A-1,Linz\n4, A-3 ,Wien\n');
    const both = await connect(at('mine.csv'), '--column', 'Device=opaque', '--column', 'Customer=opaque');
    expect(both.status).toBe(0);
    expect(shared()).toBe('line,Device,Customer\n2,x,A-1\n4,, A-3 \n');
  });

  it('are matched as hashes, whatever their spelling, if both parties say the same of them', async () => {
    const rows = ['14155550123', '14155550124', '14155550125'].map((text) => digest(text));
    const token = ['--column', 'token=opaque:SHA256:meta'];
    await serve(
      put('theirs.csv', `token\n${rows.map((each) => each.toString('hex')).join('\n')}\n`),
      ...token,
    );
    const cells = [
      rows[1]!.toString('base64'),
      rows[2]!.toString('hex').toUpperCase(),
      digest('z').toString('hex'),
      'ab',
    ];
    put('mine.csv', `token\n${cells.join('\n')}\n`);
    const { status, stderr } = await connect(at('mine.csv'), ...token);
    expect(status).toBe(0);
    expect(shared()).toBe(`line,token\n2,${cells[0]}\n3,${cells[1]}\n`);
    expect(stderr).toContain('by the rule "meta": the partner has to say the same');
    expect(stderr).toMatch(/warning: .* can be guessed/);
    expect(stderr).toContain('not-valid (line 5)');
    expect(stderr).not.toContain(cells[0]);
    for (const other of ['sha256:google', 'sha256:acme-2026']) {
      const ending = await connect(at('mine.csv'), '--column', `token=opaque:${other}`);
      expect(ending.status).toBe(0);
      expect(/can be guessed/.test(ending.stderr)).toBe(other === 'sha256:google');
      expect(shared()).toBe('line,token\n');
    }
  });

  it('do not go with lists of telephone numbers, which is said', async () => {
    await serve(put('theirs.csv', 'phone\n+14155550123\n'));
    const mine = put('mine.csv', 'phone\n+14155550123\n');
    const { status, stderr } = await connect(mine, '--column', 'phone=opaque');
    expect(status).not.toBe(0);
    expect(stderr).toContain('both neither (--column NAME=opaque)');
    // The server may still be saying so when its client has ended.
    await vi.waitFor(() =>
      expect(server!.events()).toContainEqual(expect.objectContaining({ code: 'incompatible-lists' })),
    );
    expect(stderr).toContain('warning: the cells look like telephone numbers');
    expect(existsSync(at('shared.csv'))).toBe(false);
  });

  it('go through files', async () => {
    const token = ['--column', 'id=opaque:sha1:acme'];
    put('state.key', 'ab'.repeat(32));
    const key = async (name: string): Promise<string> =>
      (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
    put('peers.txt', (await key('a')) + (await key('b')));
    const list = (name: string, ...texts: string[]): string =>
      put(name, `id,v\n${texts.map((text) => `${digest(text, 'sha1').toString('hex')},1`).join('\n')}\n`);
    const [mine, theirs] = [list('mine.csv', 'a', 'b', 'c'), list('theirs.csv', 'c', 'd', 'a')];
    const state = ['--state', at('state'), '--state-key-file', at('state.key')];
    const own = (name: string, peer: string): string[] => [
      ...[...token, '--reveal', 'intersection', '--key', at(`${name}.key`)],
      ...['--peer', peer, '--peers', at('peers.txt')],
    ];
    const endings = [
      await cli(['psi', 'request', mine, ...own('a', 'b'), ...state, '-o', at('0.vm')]),
      await cli(['psi', 'respond', at('0.vm'), theirs, ...own('b', 'a'), ...KNOWN(), '-o', at('1.vm')]),
      await cli(['psi', 'finish', at('1.vm'), ...state, '-o', at('shared.csv')]),
    ];
    expect(endings.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(
      shared()
        .split('\n')
        .map((line) => line.split(',')[0]),
    ).toEqual(['line', '2', '4', '']);
  });

  it('are warned about where they look like something else', async () => {
    const dry = (...cells: string[]): Promise<Ending> =>
      cli(['connect', 'ws://127.0.0.1:1', '-', '--column', 'id=opaque', '--dry-run'], {
        stdin: `id\n${cells.join('\n')}\n`,
      });
    const hashes = await dry(digest('a').toString('hex'), digest('b').toString('hex'));
    expect(hashes.stderr).toMatch(/warning: the cells look like hashes.*--column NAME=opaque:sha256:RULE/);
    expect((await dry('ada@example.com', 'b@example.com')).stderr).toMatch(/warning: .*e-mail addresses/);
    expect((await dry('A-1', 'A-2')).stderr).not.toContain('warning');
    expect((await dry('A-1', 'A-2')).stdout).toContain('(opaque)');
  });

  it('are refused where nothing is matched, or it is not clear what is said', async () => {
    const connectTo = ['connect', 'ws://127.0.0.1:1', '-', '--dry-run'];
    for (const [argv, says] of [
      [['normalize', '-', '--column', '1=opaque'], 'This command reads telephone numbers'],
      [
        ['compare', '-', 'x', '--country', 'US', '--column', '1=opaque'],
        'This command reads telephone numbers',
      ],
      [['inspect', '-', '--column', '1=opaque'], 'This command reads telephone numbers'],
      [[...connectTo, '--column', '1=opaque'], 'say --header or --no-header'],
      [
        [...connectTo, '--column', 'id=opaque', '--column', 'p=phone'],
        'give every --column as opaque, or none',
      ],
      [
        [...connectTo, '--column', 'id=opaque', '--column', 'p=opaque:md5:x'],
        'All hashes of a list are made in one way',
      ],
      [[...connectTo, '--column', 'id=opaque', '--column', '1=opaque'], 'named by two --column options'],
      [[...connectTo, '--column', 'id=opaque:sha256'], 'NAME=opaque:ALGORITHM:RULE'],
      [[...connectTo, '--column', 'id=opaque:crc:x'], 'NAME=opaque:ALGORITHM:RULE'],
      [[...connectTo, '--column', 'id=opaque:sha256:a:b'], 'NAME=opaque:ALGORITHM:RULE'],
      [[...connectTo, '--column', 'opaque'], 'Give NAME=phone, NAME=email or NAME=opaque'],
    ] as const) {
      const { status, stderr } = await cli([...argv], { stdin: 'id,p\nsecret,1\n' });
      expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
      expect(stderr).not.toContain('secret');
    }
  });
});
