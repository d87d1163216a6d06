// SPDX-License-Identifier: Apache-2.0
/** A directory from the list to the members that a client finds, over TLS, and what is refused on the way. */

import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fetchWith } from '../../src/cli/secrets/web-files.js';
import { contactDiscovery, fetchPublishedSet, openPublishedSet } from '../../src/contact/index.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { ALL_PEERS } from '../../src/policy/admission.js';
import { connect, runParty } from '../../src/transport/index.js';
import { type Authority, createAuthority, type Issued } from '../support/certificates.js';
import { cli, type Ending, temporary } from './harness.js';
import { type Line, lineTo, type ServeHere, serveHere } from './server.js';

const phone = (i: number): string => `+1415${2_000_000 + i}`;
const people = (from: number, to: number): string =>
  `name,phone\n${Array.from({ length: to - from }, (_, i) => `person ${from + i},${phone(from + i)}`).join('\n')}\n`;

let authority: Authority;
let own: Issued;
beforeAll(() => {
  authority = createAuthority('the authority');
  own = authority.issue('the server', ['127.0.0.1']);
});

const servers: ServeHere[] = [];
const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
  for (const server of servers.splice(0)) await server.stop();
});

/** A folder with a directory of persons 0 to 20, and what a server and a client need. */
class Place {
  readonly root = dirname(temporary('x'));
  readonly folder = join(this.root, 'public');
  readonly key = join(this.root, 'members.key');

  path(name: string, content?: string): string {
    const path = join(this.root, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  static async make(): Promise<Place> {
    const place = new Place();
    const { stdout } = await cli(['key', 'members', '-o', place.key]);
    place.path('members.pub', stdout);
    place.path('ca.pem', authority.cert);
    place.path('server.pem', own.cert);
    place.path('server.key', own.key);
    await place.do('create', ['--id', 'members', '--key-file', place.key], people(0, 20));
    for (const name of ['ada', 'hedy']) {
      const token = place.path(`${name}.token`);
      await cli(['token', name, '--add', place.path('accounts.json'), '-o', token]);
    }
    return place;
  }

  async do(what: string, more: readonly string[] = [], list?: string): Promise<Ending> {
    const lists = list === undefined ? [] : [this.path(`${what}.csv`, list)];
    const ending = await cli(['directory', what, this.folder, ...lists, ...more]);
    expect(ending).toMatchObject({ status: 0 });
    return ending;
  }

  serve(...more: string[]): Promise<ServeHere> {
    return this.serveFolder(this.folder, ...more);
  }

  async serveFolder(folder: string, ...more: string[]): Promise<ServeHere> {
    const tls = ['--tls-cert', this.path('server.pem'), '--tls-key', this.path('server.key')];
    const argv = [folder, ...tls, '--partners', this.path('accounts.json'), '--ledger', this.path('ledger')];
    const server = await serveHere([...argv, ...more], undefined, ['directory', 'serve']);
    servers.push(server);
    return server;
  }

  lookup(port: number, contacts: string, ...more: string[]): Promise<Ending> {
    const token = more.includes('--token-file') ? [] : ['--token-file', this.path('ada.token')];
    const pinned = more.includes('--signer') || more.includes('--cache');
    const signer = pinned ? [] : ['--signer', this.path('members.pub')];
    const argv = [`wss://127.0.0.1:${port}`, contacts, '--ca', this.path('ca.pem'), ...token, ...signer];
    return cli(['lookup', ...argv, ...more]);
  }

  get segments(): string[] {
    return readdirSync(join(this.folder, 'segments'));
  }
}

describe('a client', () => {
  it('finds its contacts among the members, as they are at the time, without a restart of the server', async () => {
    const place = await Place.make();
    const { port, events } = await place.serve();
    const contacts = place.path('contacts.csv', people(15, 25));
    const found = async (): Promise<string[]> => {
      const out = place.path('found.csv');
      const ending = await place.lookup(port, contacts, '-o', out, '--keep', 'name');
      expect(ending).toMatchObject({ status: 0 });
      const [head, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
      expect(head).toBe('line,phone,name');
      return rows.map((row) => row.split(',')[2]!.slice('person '.length));
    };
    expect(await found()).toEqual(['15', '16', '17', '18', '19']);
    await place.do('add', [], people(20, 22));
    expect(await found()).toEqual(['15', '16', '17', '18', '19', '20', '21']);
    await place.do('remove', [], people(0, 18));
    expect(await found()).toEqual(['18', '19', '20', '21']);
    await place.do('rotate', ['--until', '2099-12-31']);
    expect(await found()).toEqual(['18', '19', '20', '21']);
    expect(events().filter(({ event }) => event === 'changed')).toMatchObject([
      { epoch: 1, size: 22 },
      { epoch: 2, size: 4 },
      { epoch: 3, size: 4 },
    ]);
    const info = JSON.parse((await place.do('info', ['--json'])).stdout);
    expect(info).toMatchObject({ setId: 'members', epoch: 3, size: 4, older: [{ epoch: 2 }] });
    expect(info.signer).toBe(readFileSync(place.path('members.pub'), 'utf8').trim());
  });

  it('that was let in is answered with what its run began with, though the epoch has ended meanwhile', async () => {
    const place = await Place.make();
    const { port } = await place.serve();
    const token = readFileSync(place.path('ada.token'), 'utf8').trim();
    const signer = Buffer.from(readFileSync(place.path('members.pub'), 'utf8').trim().slice(-64), 'hex');
    const pin = { signer: new Uint8Array(signer) };
    const read = async (url: string): Promise<Response> =>
      new Response(new Uint8Array(readFileSync(join(place.folder, new URL(url).pathname))));
    const published = await fetchPublishedSet('https://files.example/', { pin, fetch: read });
    const directory = await openPublishedSet(published, { pin, setId: 'members' });
    const line = await connect(`wss://127.0.0.1:${port}`, { token, tls: { ca: authority.cert }, keep: true });
    await place.do('remove', [], people(0, 18));
    const { set } = await identifiersFromRows([3, 18, 30].map((i) => ({ phone: phone(i) })));
    const old = await runParty(line, contactDiscovery, 'receiver', { set, directory });
    expect(old.matches).toEqual([0, 1]);
    const contacts = place.path('contacts.csv', people(15, 25));
    const now = await place.lookup(port, contacts, '-o', place.path('found.csv'), '--json');
    expect(JSON.parse(now.stdout)).toMatchObject({ epoch: 2, found: 2 });
  });

  it.skipIf(process.platform === 'win32')(
    'is let in by the accounts as they are read at SIGHUP',
    async () => {
      const place = await Place.make();
      const policy = place.path('policy.json', '{"budgets": [{"hours": 24, "elements": 8}]}');
      const { port, events, stop } = await place.serve('--policy', policy);
      const told = async (event: string, count: number = 1): Promise<void> => {
        while (events().filter((one) => one.event === event).length < count)
          await new Promise((resolve) => setTimeout(resolve, 5));
      };
      const contacts = place.path('contacts.csv', people(0, 5));
      const ask = async (name: string): Promise<number> =>
        (await place.lookup(port, contacts, '--token-file', place.path(`${name}.token`))).status;
      expect(await ask('ada')).toBe(0);
      rmSync(place.path('accounts.json'));
      for (const name of ['hedy', 'joan']) {
        rmSync(place.path(`${name}.token`), { force: true });
        await cli(['token', name, '--add', place.path('accounts.json'), '-o', place.path(`${name}.token`)]);
      }
      expect(await ask('joan')).toBe(3);
      process.emit('SIGHUP');
      await told('reloaded');
      expect([await ask('joan'), await ask('ada')]).toEqual([0, 3]);
      // Of the policy that is in force, one question is left, and none of the next one.
      writeFileSync(policy, '{"budgets": [{"hours": 24, "elements": 1}]}');
      writeFileSync(place.path('accounts.json'), '{"partners": [');
      process.emit('SIGHUP');
      await told('reload-failed');
      expect(await ask('hedy')).toBe(0);
      await cli(['token', 'ada', '--add', place.path('others.json'), '-o', place.path('other.token')]);
      writeFileSync(place.path('accounts.json'), readFileSync(place.path('others.json')));
      process.emit('SIGHUP');
      await told('reloaded', 2);
      expect(
        (await place.lookup(port, contacts, '--token-file', place.path('other.token'))).stderr,
      ).toContain('policy on sizes');
      expect(await stop()).toBe(0);
      expect(process.listenerCount('SIGHUP')).toBe(0);
    },
  );

  it('is let in by a file of accounts that was replaced, where it is watched', async () => {
    const place = await Place.make();
    const { port, events } = await place.serve('--watch');
    const contacts = place.path('contacts.csv', people(0, 5));
    const ask = async (): Promise<number> =>
      (await place.lookup(port, contacts, '--token-file', place.path('joan.token'))).status;
    await cli(['token', 'joan', '--add', place.path('accounts.json'), '-o', place.path('joan.token')]);
    // Once more each time: what it is compared with is what was there when somebody looked first.
    const touched = (): void => {
      utimesSync(place.path('accounts.json'), new Date(), new Date());
      expect(events().some(({ event }) => event === 'reloaded')).toBe(true);
    };
    await vi.waitFor(touched, { timeout: 20_000, interval: 500 });
    expect(await ask()).toBe(0);
    // And the members are those of the directory as it is by then.
    await place.do('remove', [], people(0, 18));
    expect(await ask()).toBe(0);
    expect(events().filter(({ event }) => event === 'changed')).toMatchObject([{ epoch: 2, size: 2 }]);
  });

  it('reads a vCard, keeps the filters, and fetches what is new alone', async () => {
    const place = await Place.make();
    const { port } = await place.serve();
    const card = (i: number): string =>
      `BEGIN:VCARD\nVERSION:3.0\nFN:Person ${i}\nTEL:${phone(i)}\nEND:VCARD\n`;
    const contacts = place.path('contacts.vcf', card(3) + card(30));
    const look = async (): Promise<Record<string, number>> => {
      const cache = ['--cache', place.path('cache')];
      const ending = await place.lookup(port, contacts, ...cache, '-o', place.path('found.csv'), '--json');
      expect(ending).toMatchObject({ status: 0 });
      return JSON.parse(ending.stdout);
    };
    const first = await look();
    expect(first).toMatchObject({ set: 'members', epoch: 1, members: 20, contacts: 2, found: 1, rows: 1 });
    expect(first.bytesFetched).toBeGreaterThan(0);
    expect(await look()).toMatchObject({ found: 1, bytesFetched: 0 });
    await place.do('add', [], people(30, 31));
    const grown = await look();
    expect(grown.found).toBe(2);
    expect(grown.bytesFetched).toBeLessThan(first.bytesFetched!);
    await place.do('rotate', ['--until', '2099-12-31']);
    expect((await look()).found).toBe(2);
    expect(readdirSync(place.path('cache')).filter((name) => name.endsWith('.filter'))).toHaveLength(1);
  });

  it('goes on with a download that is cut again and again, and with one that another command has begun', async () => {
    const place = await Place.make();
    const list = place.path('list.csv', people(0, 4000));
    const large = place.path('large');
    const argv = ['create', large, list, '--id', 'large', '--key-file', place.key, '--rate', '1e-12'];
    expect(await cli(['directory', ...argv])).toMatchObject({ status: 0 });
    const { port } = await place.serveFolder(large);
    const line = await lineTo(port);
    lines.push(line);
    const contacts = place.path('contacts.csv', people(3990, 4010));
    const [segment] = readdirSync(join(large, 'segments'));
    const filter = readFileSync(join(large, 'segments', segment!));
    expect(filter.length).toBeGreaterThan(20_000);
    const kept = place.path(`cache/${segment}.filter`);
    const look = (...more: string[]): Promise<Ending> => {
      const cache = ['--cache', place.path('cache'), '--signer', place.path('members.pub')];
      return place.lookup(line.port, contacts, ...cache, '--json', ...more);
    };
    // Room for the handshake of TLS, and for one of its records, but not for two.
    line.cutAfter(20_000, Infinity);
    const first = await look();
    expect(first).toMatchObject({ status: 0 });
    // The header, the filter in two parts, and the question.
    expect(line.connections).toBe(4);
    expect(readFileSync(kept).equals(filter)).toBe(true);
    // As after a command that was ended.
    writeFileSync(kept, filter.subarray(0, 10_000));
    line.cutAfter(0, 0);
    const second = await look();
    expect(JSON.parse(second.stdout)).toMatchObject({ found: 10, bytesFetched: filter.length - 10_000 });
    expect(readFileSync(kept).equals(filter)).toBe(true);
    // Nothing comes any more.
    writeFileSync(kept, filter.subarray(0, 10_000));
    line.cutAfter(4000, Infinity);
    expect(await look()).toMatchObject({ status: 3, stderr: expect.stringContaining('was cut') });
    expect(readFileSync(kept).equals(filter.subarray(0, 10_000))).toBe(true);
  });

  it('whose line is cut asks the same again, is answered in full, and is charged once', async () => {
    const place = await Place.make();
    const { port, events } = await place.serve();
    const line = await lineTo(port);
    lines.push(line);
    const contacts = place.path('contacts.csv', people(15, 25));
    const out = place.path('found.csv');
    const files = ['--files', `https://127.0.0.1:${port}`, '-o', out];
    const charged = (): number => {
      const { accounts } = JSON.parse(readFileSync(place.path('ledger'), 'utf8'));
      return accounts.find(([name]: [string]) => name !== ALL_PEERS)?.[1].length ?? 0;
    };
    const resumed = (): number => events().filter((event) => event.resumed === true).length;
    // What a whole one takes; a few handshakes differ by some bytes.
    line.cutAfter(Infinity);
    expect(await place.lookup(line.port, contacts, ...files)).toMatchObject({ status: 0 });
    const whole = line.received;
    const expected = readFileSync(out, 'utf8');
    let complete = 1;
    for (let bytes = whole - 4; bytes > 0 && complete < 12; bytes -= 55) {
      writeFileSync(out, '');
      line.cutAfter(bytes);
      const { status } = await place.lookup(line.port, contacts, ...files);
      // Before the server has said which run it is, there is none to go on with.
      if (status === 3) break;
      expect(status).toBe(0);
      expect(readFileSync(out, 'utf8')).toBe(expected);
      expect(charged()).toBe(++complete);
    }
    expect(resumed()).toBeGreaterThan(4);
    // Cut again and again, each time a little later, and at last for good.
    const before = resumed();
    line.cutAfter(whole - 100, 2);
    expect(await place.lookup(line.port, contacts, ...files)).toMatchObject({ status: 0 });
    expect(resumed() - before).toBe(2);
    expect(charged()).toBe(complete + 1);
  });

  it('believes the signer that it has seen first, and no other one', async () => {
    const place = await Place.make();
    const { port } = await place.serve();
    const contacts = place.path('contacts.csv', people(0, 3));
    const cache = ['--cache', place.path('cache')];
    const first = await place.lookup(port, contacts, ...cache, '-o', place.path('found.csv'));
    expect(first.stderr).toContain(readFileSync(place.path('members.pub'), 'utf8').trim());
    const other = await Place.make();
    const { port: otherPort } = await other.serve();
    const second = await other.lookup(otherPort, contacts, ...cache, '-o', place.path('other.csv'));
    expect(second).toMatchObject({ status: 3, stderr: expect.stringContaining('not trusted') });
    expect(existsSync(place.path('other.csv'))).toBe(false);
    const pinned = await other.lookup(otherPort, contacts, '--signer', place.path('members.pub'));
    expect(pinned).toMatchObject({ status: 3, stderr: expect.stringContaining('not trusted') });
    const neither = await cli([
      'lookup',
      `wss://127.0.0.1:${port}`,
      contacts,
      '--token-file',
      place.path('ada.token'),
    ]);
    expect(neither).toMatchObject({ status: 2, stderr: expect.stringContaining('--signer') });
  });

  it('takes from a server that nobody knows yet no more than a key has, and says so', async () => {
    const place = new Place();
    let sent = 0;
    const server = createServer((_, response) => {
      const more = (): void => {
        while (sent < 50_000_000 && !response.destroyed && response.write(Buffer.alloc(65_536)))
          sent += 65_536;
        if (sent >= 50_000_000) response.destroy();
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const contacts = place.path('contacts.csv', people(0, 3));
    const token = place.path('ada.token', `vmt_${'A'.repeat(43)}\n`);
    const ask = (files: string): Promise<Ending> =>
      cli([
        ...['lookup', 'ws://127.0.0.1:1', contacts, '--token-file', token, '--cache', place.path('cache')],
        ...['--files', files],
      ]);
    const long = await ask(`http://127.0.0.1:${port}/`);
    expect(long).toMatchObject({ status: 3, stderr: expect.stringContaining('whose signature') });
    expect(sent).toBeLessThan(50_000_000);
    server.close();
    for (const files of ['directory.example', 'file:///etc/passwd']) {
      expect(await ask(files)).toMatchObject({ status: 2, stderr: expect.stringContaining('--files') });
    }
  });

  it('refuses an old directory, and another one than it asks for', async () => {
    const place = await Place.make();
    const { port } = await place.serve();
    const contacts = place.path('contacts.csv', people(0, 3));
    const old = readFileSync(join(place.folder, 'header'));
    const cache = ['--cache', place.path('cache')];
    await place.do('rotate', ['--until', '2099-12-31']);
    expect((await place.lookup(port, contacts, ...cache)).status).toBe(0);
    writeFileSync(join(place.folder, 'header'), old);
    const back = await place.lookup(port, contacts, ...cache);
    expect(back).toMatchObject({ status: 3, stderr: expect.stringContaining('epoch 2 has been seen') });
    const named = await place.lookup(port, contacts, '--id', 'others');
    expect(named).toMatchObject({ status: 3, stderr: expect.stringContaining('another set') });
  });

  it('refuses a filter that was changed, and keeps none of it', async () => {
    const place = await Place.make();
    const { port } = await place.serve();
    const [name] = place.segments;
    const path = join(place.folder, 'segments', name!);
    const filter = readFileSync(path);
    filter[filter.length - 1]! ^= 1;
    writeFileSync(path, filter);
    const contacts = place.path('contacts.csv', people(0, 3));
    const cache = ['--cache', place.path('cache')];
    const ending = await place.lookup(port, contacts, ...cache, '-o', place.path('found.csv'));
    expect(ending).toMatchObject({ status: 3, stderr: expect.stringContaining('Filter 0 is not the one') });
    expect(readdirSync(place.path('cache'))).toEqual([]);
    expect(existsSync(place.path('found.csv'))).toBe(false);
  });

  it('with a wrong token, or over its budget, is refused, and is told no more', async () => {
    const place = await Place.make();
    const policy = place.path('policy.json', '{"largestSet": 8, "budgets": [{"hours": 24, "elements": 8}]}');
    const { port, events } = await place.serve('--policy', policy);
    const contacts = place.path('contacts.csv', people(0, 5));
    const stranger = place.path('stranger.token', `vmt_${'a'.repeat(43)}`);
    const unknown = await place.lookup(port, contacts, '--token-file', stranger);
    expect(unknown).toMatchObject({ status: 3, stderr: expect.stringContaining('denied access') });
    expect((await place.lookup(port, contacts)).status).toBe(0);
    const over = await place.lookup(port, contacts);
    expect(over).toMatchObject({ status: 3, stderr: expect.stringContaining('policy on sizes') });
    // Somebody else's budget is another one.
    expect((await place.lookup(port, contacts, '--token-file', place.path('hedy.token'))).status).toBe(0);
    const large = await place.lookup(
      port,
      place.path('large.csv', people(0, 9)),
      '--token-file',
      place.path('hedy.token'),
    );
    expect(large.status).toBe(3);
    expect(events().filter(({ event }) => event === 'refused')).toMatchObject([
      { peer: 'ada', limit: 'elements' },
      { peer: 'hedy', limit: 'largestSet' },
    ]);
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'turned-away', reason: 'unknown-token' }),
    );
  });
});

describe('the files', () => {
  it('are handed out to anybody, in parts and on condition, to pages of the origins that are named', async () => {
    const place = await Place.make();
    const { port } = await place.serve('--origin', 'https://app.example');
    const get = fetchWith(authority.cert, 5);
    const url = `https://127.0.0.1:${port}`;
    const at = `${url}/segments/${place.segments[0]}`;
    const whole = await get(at, {});
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes.equals(readFileSync(join(place.folder, 'segments', place.segments[0]!)))).toBe(true);
    const part = await get(at, { headers: { range: 'bytes=3-' } });
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(3))]).toEqual([
      206,
      true,
    ]);
    const same = await get(at, { headers: { 'if-none-match': whole.headers.get('etag')! } });
    expect(same.status).toBe(304);
    const page = await get(at, { headers: { origin: 'https://app.example' } });
    expect(page.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await get(at, { headers: { origin: 'https://other.example' } })).status).toBe(403);
    for (const path of ['/', '/segments/', '/directory.json', '/%2e%2e/public.private/directory.json'])
      expect((await get(url + path, {})).status).toBe(404);
    expect(await statusOf(port, '/../public.private/directory.json')).toBe(404);
    expect(await statusOf(port, '/header', 'GET', { host: 'rebound.example' })).toBe(403);
    expect(await statusOf(port, '/header', 'POST')).toBe(405);
    expect(await statusOf(port, '/header', 'OPTIONS', { origin: 'https://app.example' })).toBe(204);
  });
});

/** As it stands: `fetch` and `URL` resolve paths before they ask. */
function statusOf(
  port: number,
  path: string,
  method: string = 'GET',
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        host: '127.0.0.1',
        servername: '',
        port,
        path,
        method,
        ca: authority.cert,
        headers,
        checkServerIdentity: () => undefined,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

describe('the commands', () => {
  it('seal the private part with a key, and need it from then on', async () => {
    const place = await Place.make();
    const seal = ['--private-key-file', place.path('seal.key', `${'ab'.repeat(32)}\n`)];
    await place.do('add', seal, people(20, 22));
    expect((await place.do('info', [...seal, '--json'])).stdout).toContain('"size": 22');
    for (const argv of [
      ['info', place.folder],
      ['remove', place.folder, place.path('gone.csv', people(0, 1))],
      ['serve', place.folder, '--partners', place.path('accounts.json'), '--listen', '127.0.0.1:0'],
    ]) {
      const ending = await cli(['directory', ...argv]);
      expect(ending).toMatchObject({ status: 2, stderr: expect.stringContaining('--private-key-file') });
    }
    const { port } = await place.serve(...seal);
    const contacts = place.path('contacts.csv', people(15, 25));
    const ending = await place.lookup(port, contacts, '--json', '-o', place.path('found.csv'));
    expect(JSON.parse(ending.stdout)).toMatchObject({ found: 7 });
  });

  it('refuse a private part where everybody could fetch it', async () => {
    const place = new Place();
    await cli(['key', 'members', '-o', place.key]);
    const list = place.path('list.csv', people(0, 2));
    const inside = join(place.folder, 'segments', 'private');
    const argv = [
      'create',
      place.folder,
      list,
      '--id',
      'members',
      '--key-file',
      place.key,
      '--private',
      inside,
    ];
    const ending = await cli(['directory', ...argv]);
    expect(ending).toMatchObject({ status: 2, stderr: expect.stringContaining('--private') });
    expect(existsSync(place.folder)).toBe(false);
  });

  it('say where the key is needed, and what does not fit', async () => {
    const place = await Place.make();
    const list = place.path('list.csv', people(0, 2));
    const directory = (...argv: string[]): Promise<Ending> => cli(['directory', ...argv]);
    const twice = ['create', place.folder, list, '--id', 'members', '--key-file', place.key];
    expect(await directory(...twice)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('already'),
    });
    const spaces = ['create', place.path('other'), list, '--id', 'two words', '--key-file', place.key];
    expect(await directory(...spaces)).toMatchObject({ status: 2, stderr: expect.stringContaining('--id') });
    expect(await directory('rotate', place.folder, '--until', '2001-01-01')).toMatchObject({ status: 2 });
    expect(await directory('rotate', place.folder, '--until', '2099-02-30')).toMatchObject({ status: 2 });
    const mails = place.path('mails.csv', 'email\nada@example.com\n');
    expect(await directory('add', place.folder, mails)).toMatchObject({ status: 3 });
    await cli(['key', 'members', '-o', place.path('other.key')]);
    const key = ['--key-file', place.path('other.key')];
    expect(await directory('add', place.folder, list, ...key)).toMatchObject({ status: 2 });
    expect((await directory('info', place.path('nothing'))).status).toBe(3);
    expect((await directory('serve', place.folder, '--listen', '127.0.0.1:0')).status).toBe(2);
  });
});
