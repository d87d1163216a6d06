// SPDX-License-Identifier: Apache-2.0
/**
 * Lists at https addresses. Text is fetched as a stream, of Parquet only the columns that are needed. Links may have a signature
 * in their parameters that opens them, so these are in no message.
 */

import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { VeilmatchError } from '../errors.js';
import { systemReason } from '../system-reason.js';
import { MAX_ADDRESS, parseAddress } from './address.js';
import { beginsWith, PARQUET, prepend, startOf } from './chunks.js';
import type { Io } from './io.js';
import { openRemoteParquet } from './objects.js';
import type { RecordSource } from './record-source.js';
import { openText, type TextOptions } from './text-records.js';

/** Addresses that one may send to, one after the other. */
const MAX_REDIRECTS = 5;

/** @throws {VeilmatchError} `io`, `bad-file`; `unsupported` for Parquet without the extension */
export async function openWeb(
  url: string,
  source: string,
  options: TextOptions,
  io: Io,
): Promise<RecordSource> {
  const answer = await fetched(url, source, io);
  const { head, iterator } = await startOf(bytesOf(answer, source, io));
  if (!beginsWith(head, PARQUET)) {
    const length = answer.headers.has('content-encoding') ? null : answer.headers.get('content-length');
    const size = length === null ? undefined : Number(length);
    return openText(prepend(head, iterator), size, source, options, io.signal);
  }
  await iterator.return?.();
  // Where it is now: DuckDB opens that one address.
  return openRemoteParquet(answer.url, source, io);
}

/** Follows to where the list is, over TLS throughout, and without the referrer. */
async function fetched(url: string, source: string, io: Io): Promise<Response> {
  let place = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await ask(place, source, io);
    if (answer.status === 200) return answer;
    await answer.body?.cancel();
    const next = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || next === null) {
      throw new VeilmatchError(
        'io',
        `Cannot read ${source}: the server answers with status ${answer.status}.`,
      );
    }
    place = checkedPlace(next, place, source);
  }
  throw new VeilmatchError(
    'io',
    `Cannot read ${source}: the server sends from one address to another, and to no list.`,
  );
}

/** One that a user might have given as well. */
function checkedPlace(next: string, from: string, source: string): string {
  try {
    const address = next.length > MAX_ADDRESS ? undefined : parseAddress(new URL(next, from).href);
    if (address?.kind === 'web') return address.url;
  } catch {
    // Said below.
  }
  throw new VeilmatchError(
    'io',
    `Cannot read ${source}: the server sends to an address that is not taken, such as one without TLS.`,
  );
}

async function ask(url: string, source: string, io: Io): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', ...(io.signal && { signal: io.signal }) });
  } catch (error) {
    io.signal?.throwIfAborted();
    throw unreachable(source, error);
  }
}

async function* bytesOf(
  { body }: Response,
  source: string,
  io: Io,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  try {
    for await (const chunk of Readable.fromWeb(body as ReadableStream<Uint8Array>)) yield chunk as Uint8Array;
  } catch (error) {
    io.signal?.throwIfAborted();
    throw unreachable(source, error);
  }
}

function unreachable(source: string, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  const reason = code === undefined ? 'the connection was lost' : systemReason(code);
  return new VeilmatchError('io', `Cannot read ${source}: ${reason}.`, { cause: error });
}
