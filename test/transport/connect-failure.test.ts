// SPDX-License-Identifier: Apache-2.0
/** Connections that cannot come about, over real sockets: the message says why, and what to look at. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type ConnectOptions, connect } from '../../src/transport/door/connect.js';
import { type Listener, type ListenOptions, listen } from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { expectCode } from '../suites/errors.js';
import { createAuthority } from '../support/certificates.js';

const token = createToken();
const partners = [{ name: 'partner', tokens: [hashToken(token)] }];
const authority = createAuthority('authority');
const tls = authority.issue('server', ['partner.example']);
const trusting: ConnectOptions = { token, tls: { ca: authority.cert } };

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(options: ListenOptions): Promise<Listener> {
  const listener = await listen({ partners, ...options });
  open.push(listener);
  return listener;
}

async function expectFailure(
  url: string,
  message: RegExp,
  options: ConnectOptions = trusting,
): Promise<void> {
  const error = await expectCode('disconnected', () => connect(url, options));
  expect(error.message).toMatch(/^Cannot connect to [^ ]+ \(.+\): .+\.$/);
  expect(error.message).toMatch(message);
}

it('tells TLS asked of a party that has none, and none asked of one that has it', async () => {
  const plain = await serve({});
  await expectFailure(`wss://127.0.0.1:${plain.port}`, /EPROTO\): it does not speak TLS 1\.3 there/);
  const secured = await serve({ tls });
  await expectFailure(
    `ws://127.0.0.1:${secured.port}`,
    /(?:ECONNRESET|HPE_\w+)\): what is there does not answer.*wss:\/\//,
    {
      token,
    },
  );
});

it('tells an authority that is not trusted, another name and a time that is over', async () => {
  const { port } = await serve({ tls, hosts: ['localhost'] });
  await expectFailure(`wss://127.0.0.1:${port}`, /of an authority that is not trusted here.*--ca FILE/, {
    token,
  });
  await expectFailure(`wss://localhost:${port}`, /ALTNAME.*certificate is for other names/);
  const old = createAuthority('old', { hours: -1 });
  const expired = await serve({ tls: old.issue('server', ['localhost']) });
  await expectFailure(`wss://127.0.0.1:${expired.port}`, /CERT_HAS_EXPIRED\): its certificate has expired/, {
    token,
    tls: { ca: old.cert },
  });
});

it('tells a path, and another program', async () => {
  const { port } = await serve({});
  await expectFailure(`ws://127.0.0.1:${port}/data`, /HTTP status 403\): it turned the request away/);
  const other = createServer((_, response) => response.writeHead(404).end());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  open.push(other);
  const { port: otherPort } = other.address() as AddressInfo;
  await expectFailure(`ws://127.0.0.1:${otherPort}`, /HTTP status 404\): something else than veilmatch/);
});

it('tells where nobody listens, and a port that is taken', async () => {
  const { port } = await serve({});
  const taken = await expectCode('io', () => listen({ partners, port }));
  expect(taken.message).toBe(
    `Cannot listen on 127.0.0.1, port ${port}: another program listens there. End it, or take another port.`,
  );
  await open.pop()!.close();
  await expectFailure(`ws://127.0.0.1:${port}`, /ECONNREFUSED\): nobody listens there/);
});
