// SPDX-License-Identifier: Apache-2.0
/**
 * `runParty` in a tab of Chromium over `wss`, against a party on Node: sums and pseudonyms, whichever of the two asks. The tab
 * has the packed package, bundled as a page would.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IdentifierSet } from '../../src/identifiers/index.js';
import { joinIds, sum } from '../../src/psi/index.js';
import type { Role } from '../../src/psi/run/suite.js';
import { createToken, hashToken, type Listener, listen, runParty } from '../../src/transport/index.js';
import { installedProject, type Project } from '../package/packed.js';
import { expectCode } from '../suites/errors.js';
import { createAuthority } from '../support/certificates.js';
import { CHROMIUM, CHROMIUM_OPTIONS } from '../support/chromium.js';

/** What the tab does: a party of a run. */
interface Asked {
  readonly url: string;
  readonly token: string;
  readonly protocol: 'sum' | 'joinIds';
  readonly role: Role;
  readonly names: readonly string[];
  readonly values?: readonly number[];
  readonly options?: object;
}

const PAGE = `
  import { IdentifierSet } from 'veilmatch/identifiers';
  import { joinIds, sum } from 'veilmatch/psi';
  import { connect, runParty } from 'veilmatch/transport';

  window.take = async ({ url, token, protocol, role, names, values, options }) => {
    try {
      const channel = await connect(url, { token });
      const own = { set: IdentifierSet.ofStrings(names), values };
      return await runParty(channel, { joinIds, sum }[protocol], role, own, options);
    } catch (error) {
      return { code: error.code };
    }
  };`;

const SHARED = 120;
const nameOf = (i: number): string => `person ${i}`;
const MINE = Array.from({ length: 300 }, (_, i) => nameOf(i));
const THEIRS = Array.from({ length: 200 }, (_, i) => nameOf(i + 300 - SHARED));
/** Of each name, whoever has it: in cents. */
const centsOf = (name: string): number => 10 + 11 * Number(name.slice('person '.length));
const truth = THEIRS.filter((name) => MINE.includes(name)).reduce((all, name) => all + centsOf(name), 0);

describe.runIf(CHROMIUM)('a party in a tab, over wss', { timeout: 120_000 }, () => {
  let project: Project;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let origin: string;
  let listener: Listener | undefined;
  const token = createToken();
  const { cert, key } = createAuthority('authority').issue('server', ['localhost']);

  beforeAll(async () => {
    project = installedProject();
    const folder = join(project.folder, 'party');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'main.js'), PAGE);
    const library = { entry: 'main.js', formats: ['es' as const], fileName: 'page' };
    await build({
      ...{ configFile: false, root: folder, logLevel: 'silent' },
      ...{ build: { target: 'esnext', lib: library }, worker: { format: 'es' } },
    });
    server = createServer(({ url }, response) => {
      if (url === '/') {
        response.setHeader('content-type', 'text/html');
        response.end('<!doctype html><script type="module" src="/page.js"></script>');
        return;
      }
      try {
        const script = readFileSync(join(folder, 'dist', new URL(url!, origin).pathname));
        response.setHeader('content-type', 'text/javascript');
        response.end(script);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: [...CHROMIUM_OPTIONS] });
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => 'take' in globalThis);
  });
  afterEach(() => listener?.close());
  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    project?.remove();
  });

  /** @returns where the tab connects to */
  async function listening(role: Role): Promise<string> {
    const partners = [{ name: 'page', tokens: [hashToken(token)] }];
    listener = await listen({ tls: { cert, key }, partners, origins: [origin], role });
    return `wss://localhost:${listener.port}`;
  }

  const inTab = (asked: Asked): Promise<Record<string, unknown>> =>
    page.evaluate(
      (given) =>
        (globalThis as unknown as { take(asked: Asked): Promise<Record<string, unknown>> }).take(given),
      asked,
    );

  /** The party on Node, for the first that connects. */
  async function here<T>(take: (channel: Parameters<typeof runParty>[0]) => Promise<T>): Promise<T> {
    for await (const channel of listener!) return take(channel);
    throw new Error('Nobody has connected.');
  }

  it.each([
    ['receiver', 'receiver'],
    ['receiver', 'sender'],
    ['sender', 'receiver'],
    ['sender', 'sender'],
  ] as const)('takes part in a sum as the %s, which the %s learns', async (role, to) => {
    const mine = { set: IdentifierSet.ofStrings(THEIRS), values: THEIRS.map(centsOf) };
    const options = { to, valueDigits: 2 } as const;
    const accepting = { ...options, acceptChosenValues: true };
    const url = await listening(role === 'receiver' ? 'sender' : 'receiver');
    const asked = { url, token, protocol: 'sum' as const, role };
    const [there, told] = await Promise.all(
      role === 'receiver'
        ? [
            inTab({ ...asked, names: MINE, options: accepting }),
            here((channel) => runParty(channel, sum, 'sender', mine, options)),
          ]
        : [
            inTab({ ...asked, names: THEIRS, values: THEIRS.map(centsOf), options }),
            here((channel) =>
              runParty(channel, sum, 'receiver', { set: IdentifierSet.ofStrings(MINE) }, accepting),
            ),
          ],
    );
    const sums = role === to ? [truth, undefined] : [undefined, truth];
    expect([there.sum, told.sum]).toEqual(sums);
    const [asking, sizes] = role === 'receiver' ? [there, [200, 300]] : [told, [300, 200]];
    expect(asking.size).toBe(SHARED);
    expect([there.peerSize, told.peerSize]).toEqual(sizes);
  });

  it.each(['receiver', 'sender'] as const)('gets pseudonyms as the %s', async (role) => {
    const other = role === 'receiver' ? 'sender' : 'receiver';
    const url = await listening(other);
    const [there, told] = await Promise.all([
      inTab({ url, token, protocol: 'joinIds', role, names: MINE }),
      here((channel) => runParty(channel, joinIds, other, { set: IdentifierSet.ofStrings(THEIRS) })),
    ]);
    const pseudonyms = there.pseudonyms as readonly string[];
    expect([there.size, told.size, pseudonyms.length]).toEqual([SHARED, SHARED, MINE.length]);
    // Equal where the name is, and nowhere else.
    const rows = new Map(pseudonyms.map((pseudonym, row) => [pseudonym, MINE[row]]));
    const joined = told.pseudonyms.map((pseudonym) => rows.get(pseudonym!));
    expect(joined).toEqual(THEIRS.map((name) => (MINE.includes(name) ? name : undefined)));
  });

  it('is told where the two do not agree, or where it is not let in', async () => {
    const url = await listening('sender');
    const asked = { url, token, protocol: 'sum', role: 'receiver', names: MINE } as const;
    const mine = { set: IdentifierSet.ofStrings(THEIRS), values: THEIRS.map(centsOf) };
    const [there] = await Promise.all([
      inTab({ ...asked, options: { valueDigits: 2 } }),
      expectCode('incompatible-peer', () => here((channel) => runParty(channel, sum, 'sender', mine))),
    ]);
    expect(there).toEqual({ code: 'incompatible-peer' });
    await listener!.close();
    const again = await listening('sender');
    expect(await inTab({ ...asked, url: again, token: createToken() })).toEqual({ code: 'denied' });
  });
});
