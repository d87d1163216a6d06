// SPDX-License-Identifier: Apache-2.0
/**
 * (Client) Fetches a published set from wherever its files lie: the header, and of the filters what is not there already. A
 * download that is cut goes on where it was. Nothing is believed that the pinned key has not signed, so the files may come from
 * anybody.
 *
 * **What it leaks**: to whoever hands the files out, the client's address, and which segments it did not have.
 */

import { throwIfAborted } from '../abort.js';
import {
  type OptionNames,
  requireCallbacks,
  requireMethods,
  requireNumber,
  requireObject,
  requireOptions,
  requireSignal,
  requireText,
} from '../arguments.js';
import { bytesToHex, concatBytes, equalBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { HEADER_FILE, segmentFile } from './files.js';
import { filterDigest, type HeaderPin, MAX_HEADER_BYTES, openHeader, type Segment } from './header.js';
import type { PublishedSet } from './published.js';

/** Where a client keeps filters, whole ones and the beginnings of others, by the digests of the whole in hexadecimal. */
export interface SegmentStore {
  /** What is there of one; empty where there is nothing. */
  load(name: string): Promise<Uint8Array>;
  /** Puts bytes behind the first `at` ones. */
  write(name: string, at: number, bytes: Uint8Array): Promise<void>;
  /** Forgets one. */
  remove(name: string): Promise<void>;
}

/** How a set is fetched. */
export interface FetchOptions {
  /** By what the header is known to be the server's. */
  readonly pin: HeaderPin;
  /** Where filters are kept. Default: nowhere, so that all are fetched. */
  readonly store?: SegmentStore | undefined;
  /** Bytes of all filters at most. Default 2^30: a set of a hundred million. */
  readonly maxBytes?: number | undefined;
  /** Gets one file. Default: the platform's `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Stops it, with code `aborted`; what was kept stays. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of filters that are there, and of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const NAMES: OptionNames<FetchOptions> = {
  ...{ pin: true, store: true, maxBytes: true, fetch: true, signal: true, onProgress: true },
};

const MAX_BYTES = 2 ** 30;
/** A header whose filters are not there any more was replaced meanwhile: it is fetched anew so often. */
const HEADERS = 3;

/**
 * Fetches a published set.
 * @param url the address of its folder, `https://example.com/members/`; `http://` as well, for what is signed
 * @returns header and filters, for `openPublishedSet`: the header is known by the pin, and the filters by the header
 * @throws {VeilmatchError} `wrong-pin` for a header that is not trusted, or a filter that is not the header's; `disconnected`
 * where a download ends and nothing more comes; `io` for what is not there; `wrong-size` above `maxBytes`; `bad-message`,
 * `incompatible-peer`, `aborted`; what the store throws
 * @example
 * ```ts
 * import { fetchPublishedSet, generateContactKeys, openPublishedSet, publishedFiles, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { signingPublicKey } from 'veilmatch/transport';
 *
 * const keys = await generateContactKeys();
 * const made = await publishSet(IdentifierSet.ofStrings(['ada']), { setId: 'members', epoch: 1, keys });
 * const pin = { signer: signingPublicKey(keys.signingKey) };
 * const files = new Map(publishedFiles(made, pin).map(({ path, bytes }) => [`https://example.com/${path}`, bytes]));
 * const fetch = async (url: string) => new Response(files.get(url)!.slice());
 * const published = await fetchPublishedSet('https://example.com/', { pin, fetch });
 * console.log((await openPublishedSet(published, { setId: 'members', pin })).size); // → 1
 * ```
 */
export async function fetchPublishedSet(url: string, options: FetchOptions): Promise<PublishedSet> {
  requireText(url, 'The address');
  requireOptions(options, NAMES);
  const { pin, store, maxBytes = MAX_BYTES, signal } = options;
  requireObject(pin, 'The pin');
  requireNumber(maxBytes, 'The bytes of all filters');
  requireSignal(signal);
  requireCallbacks(options, 'fetch', 'onProgress');
  if (store !== undefined) requireMethods(store, 'The option store', 'load', 'write', 'remove');
  const files = new Files(url, options);
  for (let tries = 1; ; tries++) {
    const header = await files.whole(HEADER_FILE, MAX_HEADER_BYTES);
    const { segments } = openHeader(header, pin);
    const total = segments.reduce((sum, { filterBytes }) => sum + filterBytes, 0);
    if (total > maxBytes) {
      throw new VeilmatchError(
        'wrong-size',
        `The filters of the published set have ${total} bytes together, and ${maxBytes} are taken at most.`,
      );
    }
    const filters: Uint8Array[] = [];
    let before = 0;
    for (const [position, segment] of segments.entries()) {
      const told = (there: number): void => options.onProgress?.(before + there, total);
      const filter = await fetchSegment(files, segment, position, store, told);
      if (filter === undefined) break;
      filters.push(filter);
      before += filter.length;
    }
    if (filters.length === segments.length) return { header, filters };
    if (tries === HEADERS) {
      throw new VeilmatchError(
        'io',
        `Filter ${filters.length} of the published set is not where its header says. Try again later, or ask who hands it out.`,
        { position: filters.length },
      );
    }
  }
}

/**
 * The filter of a segment, from the store as far as it is there.
 * @returns undefined where it is not handed out
 */
async function fetchSegment(
  files: Files,
  segment: Segment,
  position: number,
  store: SegmentStore | undefined,
  onProgress: (there: number) => void,
): Promise<Uint8Array | undefined> {
  const { filterBytes, digest } = segment;
  const name = bytesToHex(digest);
  let kept = (await store?.load(name)) ?? new Uint8Array();
  for (;;) {
    const filter = new Uint8Array(filterBytes);
    // What is longer is not the beginning of this one.
    let there = kept.length > filterBytes ? 0 : kept.length;
    if (there > 0) filter.set(kept);
    const before = there;
    while (there < filterBytes) {
      const from = there;
      const found = await files.from(segmentFile(segment), from, async (chunk, at) => {
        there = at;
        if (chunk.length > filterBytes - there) throw otherFilter(position);
        filter.set(chunk, there);
        await store?.write(name, there, chunk);
        there += chunk.length;
        onProgress(there);
      });
      if (!found) return undefined;
      if (there <= from && there < filterBytes) throw cut(position);
    }
    onProgress(there);
    if (equalBytes(await filterDigest(filter), digest)) return filter;
    await store?.remove(name);
    if (before === 0) throw otherFilter(position);
    // What was kept may have been changed: once more, all of it.
    kept = new Uint8Array();
  }
}

function otherFilter(position: number): VeilmatchError {
  return new VeilmatchError(
    'wrong-pin',
    `Filter ${position} is not the one that the header names, and is not used. Try again, or ask who hands it out.`,
    { position },
  );
}

function cut(position: number): VeilmatchError {
  return new VeilmatchError(
    'disconnected',
    `The download of filter ${position} was cut. Try again: what was kept of it is not fetched once more.`,
    { position },
  );
}

/** Characters of an address at the most: how long it takes to read one is not linear in them. */
const MAX_ADDRESS = 2048;

/** Files below an address. */
class Files {
  readonly #base: URL;
  readonly #fetch: NonNullable<FetchOptions['fetch']>;
  readonly #signal: AbortSignal | undefined;

  constructor(
    url: string,
    { fetch = (address, init) => globalThis.fetch(address, init), signal }: FetchOptions,
  ) {
    if (url.length > MAX_ADDRESS || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new VeilmatchError(
        'argument',
        `The address of the published set must be a URL of at most ${MAX_ADDRESS} characters that begins with https://.`,
      );
    }
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.#fetch = fetch;
    this.#signal = signal;
  }

  /** @throws {VeilmatchError} `io` where there is none, `disconnected`, `bad-message` for a longer one */
  async whole(path: string, most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const answer = await this.#ask(path, {});
    if (answer === undefined || !answer.ok) throw this.#notThere(path, answer?.status);
    const done = await this.#read(answer, async (chunk) => {
      length += chunk.length;
      if (length > most) {
        throw new VeilmatchError('bad-message', 'The header of the published set is longer than one can be.');
      }
      chunks.push(chunk);
    });
    if (done) return concatBytes(...chunks);
    throw new VeilmatchError('disconnected', 'The header of the published set was cut. Try again.');
  }

  /**
   * Takes what is there of a file from a place on; from its beginning where the server hands out whole files alone.
   * @param take is told where each part stands; the parts come one behind the other
   * @returns whether there is such a file; what was cut ends as what was not
   */
  async from(
    path: string,
    first: number,
    take: (chunk: Uint8Array, at: number) => Promise<void>,
  ): Promise<boolean> {
    const answer = await this.#ask(path, first === 0 ? {} : { range: `bytes=${first}-` });
    if (answer === undefined) return true;
    if (answer.status === 404 || answer.status === 410) {
      await answer.body?.cancel().catch(() => {});
      return false;
    }
    if (!answer.ok) throw this.#notThere(path, answer.status);
    let at = answer.status === 206 ? first : 0;
    await this.#read(answer, async (chunk) => {
      await take(chunk, at);
      at += chunk.length;
    });
    return true;
  }

  /** @returns undefined where nobody answers */
  async #ask(path: string, headers: Record<string, string>): Promise<Response | undefined> {
    throwIfAborted(this.#signal);
    try {
      return await this.#fetch(new URL(path, this.#base).href, {
        headers,
        redirect: 'error',
        credentials: 'omit',
        cache: path === HEADER_FILE ? 'no-cache' : 'default',
        ...(this.#signal && { signal: this.#signal }),
      });
    } catch (error) {
      throwIfAborted(this.#signal);
      if (error instanceof VeilmatchError) throw error;
      return undefined;
    }
  }

  /** @returns whether it came to its end */
  async #read({ body }: Response, take: (chunk: Uint8Array) => Promise<void>): Promise<boolean> {
    const reader = body?.getReader();
    for (;;) {
      const next = await reader?.read().catch(() => {
        throwIfAborted(this.#signal);
        return 'cut' as const;
      });
      if (next === 'cut') return false;
      if (next === undefined || next.done) return true;
      try {
        await take(next.value);
      } catch (error) {
        await reader?.cancel().catch(() => {});
        throw error;
      }
    }
  }

  #notThere(path: string, status: number | undefined): VeilmatchError {
    const { host } = this.#base;
    if (status === undefined) {
      return new VeilmatchError('disconnected', `${host} does not answer. Is the address right?`);
    }
    const what = path === HEADER_FILE ? 'the header of a published set' : 'a filter of the published set';
    return new VeilmatchError('io', `${host} does not hand out ${what}: it answers with status ${status}.`);
  }
}
