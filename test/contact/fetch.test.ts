// SPDX-License-Identifier: Apache-2.0

import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSegment,
  type ContactKeys,
  fetchPublishedSet,
  generateContactKeys,
  openHeader,
  openPublishedSet,
  type PublishedSet,
  publishedFiles,
  publishSet,
  type SegmentStore,
} from '../../src/contact/index.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { signingPublicKey } from '../../src/signing.js';
import { expectCode } from '../suites/errors.js';

const NAME = { setId: 'members', epoch: 1 } as const;
const URL_OF_IT = 'https://files.example/members/';

let keys: ContactKeys;
let first: PublishedSet;
let second: PublishedSet;
beforeAll(async () => {
  keys = await generateContactKeys({ backend });
  const options = { ...NAME, keys, backend };
  first = await publishSet(IdentifierSet.ofStrings(['ada', 'grace', 'hedy']), options);
  second = await addSegment(first, IdentifierSet.ofStrings(['joan']), options);
});
const pin = () => ({ signer: signingPublicKey(keys.signingKey) });

/** Answers as a web server does, but for what `spoil` makes of it. */
class Web {
  readonly asked: string[] = [];
  readonly files: Map<string, Uint8Array>;
  spoil: (path: string, bytes: Uint8Array) => Uint8Array | 'cut' | number = (_, bytes) => bytes;
  ranges = true;

  constructor(published: PublishedSet) {
    this.files = new Map(
      publishedFiles(published, pin()).map(({ path, bytes }) => [URL_OF_IT + path, bytes]),
    );
  }

  readonly fetch = async (url: string, { headers }: RequestInit): Promise<Response> => {
    const { range } = headers as Record<string, string>;
    const from = range === undefined || !this.ranges ? 0 : Number(/\d+/.exec(range)![0]);
    const path = url.slice(URL_OF_IT.length);
    this.asked.push(from === 0 ? path : `${path} ${from}`);
    const bytes = this.files.get(url);
    if (bytes === undefined) return new Response(null, { status: 404 });
    const sent = this.spoil(path, bytes.slice(from));
    if (sent === 'cut') throw new TypeError('fetch failed');
    if (typeof sent === 'number')
      return new Response(cutBehind(bytes.slice(from, from + sent)), { status: from ? 206 : 200 });
    return new Response(sent.slice(), { status: from === 0 ? 200 : 206 });
  };
}

function cutBehind(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent || bytes.length === 0) controller.error(new TypeError('terminated'));
      else controller.enqueue(bytes);
      sent = true;
    },
  });
}

function memoryStore(): SegmentStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: async (name) => kept.get(name) ?? new Uint8Array(),
    async write(name, at, bytes) {
      const all = new Uint8Array(Math.max(kept.get(name)?.length ?? 0, at + bytes.length));
      all.set(kept.get(name) ?? []);
      all.set(bytes, at);
      kept.set(name, all);
    },
    async remove(name) {
      kept.delete(name);
    },
  };
}

const filterOf = ({ header }: PublishedSet, i: number): string =>
  `segments/${Buffer.from(openHeader(header, pin()).segments[i]!.digest).toString('hex')}`;

describe('a published set', () => {
  it('is fetched as it was made', async () => {
    const web = new Web(second);
    const steps: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void steps.push([done, total]);
    const published = await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, onProgress });
    expect(published.header).toEqual(second.header);
    expect(published.filters).toEqual(second.filters);
    expect((await openPublishedSet(published, { ...NAME, pin: pin() })).size).toBe(4);
    const total = second.filters.reduce((sum, { length }) => sum + length, 0);
    expect(steps.at(-1)).toEqual([total, total]);
  });

  it('is fetched in parts where it is cut, of which none is fetched twice', async () => {
    const web = new Web(second);
    web.spoil = (path, bytes) => (path === 'header' ? bytes : 5);
    const published = await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch });
    expect(published.filters).toEqual(second.filters);
    const [name] = [filterOf(second, 0)];
    const parts = Math.ceil(second.filters[0]!.length / 5);
    const asked = web.asked.filter((path) => path.startsWith(name));
    expect(asked).toEqual(Array.from({ length: parts }, (_, i) => (i === 0 ? name : `${name} ${5 * i}`)));
  });

  it('is fetched from who has no ranges, too', async () => {
    const web = new Web(first);
    web.ranges = false;
    const store = memoryStore();
    store.kept.set(filterOf(first, 0).slice(9), first.filters[0]!.slice(0, 4));
    const published = await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, store });
    expect(published.filters).toEqual(first.filters);
  });

  it('is fetched as far as it is not there', async () => {
    const store = memoryStore();
    await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: new Web(first).fetch, store });
    const web = new Web(second);
    const published = await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, store });
    expect(published.filters).toEqual(second.filters);
    expect(web.asked).toEqual(['header', filterOf(second, 1)]);
  });

  it('is fetched anew where what was kept is something else, and refused where that does not help', async () => {
    const store = memoryStore();
    const name = filterOf(first, 0).slice(9);
    for (const wrong of [new Uint8Array(4), new Uint8Array(first.filters[0]!.length), new Uint8Array(9999)]) {
      store.kept.set(name, wrong);
      const published = await fetchPublishedSet(URL_OF_IT, {
        pin: pin(),
        fetch: new Web(first).fetch,
        store,
      });
      expect(published.filters).toEqual(first.filters);
    }
    store.kept.delete(name);
    const web = new Web(first);
    web.spoil = (path, bytes) => (path === 'header' ? bytes : bytes.map((byte) => byte ^ 1));
    await expectCode('wrong-pin', () =>
      fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, store }),
    );
    expect(store.kept.size).toBe(0);
    web.spoil = (path, bytes) => (path === 'header' ? bytes : Uint8Array.of(...bytes, 0));
    await expectCode('wrong-pin', () =>
      fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, store }),
    );
  });

  it('keeps what has come where nothing more comes, and says so', async () => {
    const store = memoryStore();
    const web = new Web(first);
    let times = 0;
    web.spoil = (path, bytes) => (path === 'header' ? bytes : times++ === 0 ? 5 : 'cut');
    await expectCode('disconnected', () =>
      fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, store }),
    );
    expect([...store.kept.values()]).toEqual([first.filters[0]!.slice(0, 5)]);
    web.spoil = () => 'cut';
    await expectCode('disconnected', () => fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch }));
  });

  it('is read once more where it was replaced meanwhile, and not for ever', async () => {
    const web = new Web(first);
    const asked = web.fetch;
    const fetch: typeof asked = async (url, init) => {
      const answer = await asked(url, init);
      // Right behind the header its filters are gone, and another set is there.
      if (url.endsWith('header') && web.asked.length === 1) {
        web.files.clear();
        for (const [path, bytes] of new Web(second).files) web.files.set(path, bytes);
        web.files.delete(URL_OF_IT + filterOf(first, 0));
        web.files.set(`${URL_OF_IT}header`, second.header);
        queueMicrotask(() => web.files.set(URL_OF_IT + filterOf(second, 0), second.filters[0]!));
      }
      return answer;
    };
    expect((await fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch })).header).toEqual(
      expect.any(Uint8Array),
    );
    const gone = new Web(first);
    gone.files.delete(URL_OF_IT + filterOf(first, 0));
    await expectCode('io', () => fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: gone.fetch }));
    expect(gone.asked.filter((path) => path === 'header')).toHaveLength(3);
  });

  it('is not believed under another key, nor fetched beyond what is taken, nor from what is no address', async () => {
    const other = { signer: signingPublicKey((await generateContactKeys({ backend })).signingKey) };
    const web = new Web(first);
    await expectCode('wrong-pin', () => fetchPublishedSet(URL_OF_IT, { pin: other, fetch: web.fetch }));
    expect(web.asked).toEqual(['header']);
    await expectCode('wrong-size', () =>
      fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, maxBytes: 9 }),
    );
    web.spoil = () => new Uint8Array(3_000_000);
    await expectCode('bad-message', () => fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch }));
    web.files.clear();
    await expectCode('io', () => fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch }));
    for (const url of ['members', 'file:///members', 'wss://files.example'])
      await expectCode('argument', () => fetchPublishedSet(url, { pin: pin(), fetch: web.fetch }));
    const signal = AbortSignal.abort();
    await expectCode('aborted', () => fetchPublishedSet(URL_OF_IT, { pin: pin(), fetch: web.fetch, signal }));
  });
});
