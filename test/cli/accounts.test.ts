// SPDX-License-Identifier: Apache-2.0

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AccountFlags, openAccounts } from '../../src/cli/secrets/accounts.js';
import { connect, listen } from '../../src/transport/index.js';
import { expectCode } from '../suites/errors.js';
import { cli, memoryIo, temporary } from './harness.js';

const AUDIENCE = 'directory.example';
const ISSUER = 'https://login.example';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

let pair: Pair;
let other: Pair;
let jwks: string;
beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true });
  other = await generateKeyPair('ES256');
  jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', kid: 'one' }] });
});

interface Token {
  readonly aud?: string | undefined;
  readonly iss?: string | undefined;
  readonly sub?: string | undefined;
  readonly exp?: number | undefined;
  readonly key?: Pair['privateKey'];
  readonly alg?: string;
}

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);

function token(given: Token = {}): Promise<string> {
  const { key = pair.privateKey, alg = 'ES256', ...claims } = given;
  const all = { aud: AUDIENCE, iss: ISSUER, sub: 'ada@example.com', exp: now() + HOUR, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg, kid: 'one' }).sign(key);
}

const flags = (more: Partial<AccountFlags> = {}): AccountFlags => {
  const path = temporary('jwks.json');
  writeFileSync(path, jwks);
  return { jwks: path, jwtAudience: AUDIENCE, jwtAlgorithms: ['ES256'], ...more };
};
const opened = async (more: Partial<AccountFlags> = {}, onUnavailable = (): void => {}) =>
  (await openAccounts(flags(more), memoryIo().io, onUnavailable))!;

describe('an account', () => {
  it('is the issuer and the subject of a token, of which neither is told', async () => {
    const accounts = await opened();
    const ada = await accounts(await token());
    expect(ada).toEqual({
      id: expect.stringMatching(/^account:[0-9a-f]{64}$/),
      name: expect.stringMatching(/^account:[0-9a-f]{16}$/),
    });
    expect(await accounts(await token({ exp: now() + 2 * HOUR }))).toEqual(ada);
    const ids = [
      ada,
      await accounts(await token({ sub: 'hedy' })),
      await accounts(await token({ iss: 'other' })),
    ];
    expect(new Set(ids.map((one) => one!.id)).size).toBe(3);
  });

  it.each<[string, Token]>([
    ['that is over', { exp: now() - 1 }],
    ['without an end', { exp: undefined }],
    ['for somebody else', { aud: 'other.example' }],
    ['for nobody', { aud: undefined }],
    ['of nobody', { iss: undefined }],
    ['about nobody', { sub: undefined }],
    ['about an empty name', { sub: '' }],
  ])('is nobody with a token %s', async (_, given) => {
    expect(await (await opened())(await token(given))).toBeUndefined();
  });

  it('is nobody with a token that another key has signed, that nobody has, or that is changed', async () => {
    const accounts = await opened();
    expect(await accounts(await token({ key: other.privateKey }))).toBeUndefined();
    const claims = { aud: AUDIENCE, iss: ISSUER, sub: 'ada', exp: now() + HOUR };
    expect(await accounts(new UnsecuredJWT(claims).encode())).toBeUndefined();
    // With the public key, which everybody has, as if it were a shared one.
    const shared = new TextEncoder().encode(jwks.padEnd(32));
    const mixed = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(shared);
    expect(await accounts(await mixed)).toBeUndefined();
    const good = await token();
    const [head, , signature] = good.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url');
    expect(await accounts(`${head}.${forged}.${signature}`)).toBeUndefined();
    for (const text of ['', 'a.b.c', `${good}x`, `${good}.x`, 'x'.repeat(5000)])
      expect(await accounts(text)).toBeUndefined();
  });

  it('is nobody with an algorithm or an issuer that was not named', async () => {
    expect(await (await opened({ jwtAlgorithms: ['EdDSA'] }))(await token())).toBeUndefined();
    expect(await (await opened({ jwtIssuer: 'other' }))(await token())).toBeUndefined();
    expect(await (await opened({ jwtIssuer: ISSUER }))(await token())).toBeDefined();
  });

  it('is known by keys that an address has, and by none while it does not answer', async () => {
    let status = 503;
    const server = createServer((_, response) => void response.writeHead(status).end(jwks)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let unavailable = 0;
    const accounts = await opened({ jwks: `http://127.0.0.1:${port}/jwks.json` }, () => void unavailable++);
    expect(await accounts(await token())).toBeUndefined();
    expect(unavailable).toBe(1);
    status = 200;
    const again = await opened({ jwks: `http://127.0.0.1:${port}/jwks.json` });
    expect(await again(await token())).toBeDefined();
    server.close();
  });

  it('comes in through the door, where nobody else does', async () => {
    const reasons: string[] = [];
    const accounts = await opened();
    const listener = await listen({
      accounts,
      onEvent: (event) => event.type === 'turned-away' && reasons.push(event.reason),
    });
    const url = `ws://127.0.0.1:${listener.port}`;
    const channel = await connect(url, { token: await token() });
    const accepted = await listener[Symbol.asyncIterator]().next();
    expect(accepted.value!.peer.name).toMatch(/^account:/);
    await channel.close();
    const wrong = await token({ aud: 'other.example' });
    await expectCode('denied', () => connect(url, { token: wrong }));
    expect(reasons).toEqual(['unknown-token']);
    await listener.close();
  });
});

it('keys, an audience and algorithms that prove something are needed, and named together', async () => {
  const { io } = memoryIo();
  const none = (): void => {};
  expect(await openAccounts({ jwtAlgorithms: ['ES256'] }, io, none)).toBeUndefined();
  for (const wrong of [
    flags({ jwtAudience: undefined as unknown as string }),
    { jwtAudience: AUDIENCE, jwtAlgorithms: ['ES256'] },
    flags({ jwks: 'http://login.example/jwks.json' }),
  ])
    await expectCode('argument', () => openAccounts(wrong, io, none));
  const path = temporary('jwks.json');
  for (const text of ['{', '{}', '{"keys": 1}']) {
    writeFileSync(path, text);
    await expectCode('bad-file', () => openAccounts(flags({ jwks: path }), io, none));
  }
  const argv = ['directory', 'serve', temporary('public'), '--jwks', path, '--jwt-audience', AUDIENCE];
  for (const algorithms of ['HS256', 'none', 'ES256,HS256'])
    expect((await cli([...argv, '--jwt-algorithms', algorithms])).status).toBe(2);
  expect(
    (await cli(['lookup', 'wss://directory.example', 'x.csv', '--token-file', await token()])).stderr,
  ).toContain('stands on the command line');
});
