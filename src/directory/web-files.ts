// SPDX-License-Identifier: Apache-2.0
/**
 * The files of a directory over HTTP (RFC 9110): entity tags, conditions, one range of bytes. What is asked for is never a path: it
 * is one of two names, or 64 hexadecimal digits.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HEADER_FILE, SEGMENT_FOLDER, SIGNER_FILE } from '../contact/files.js';
import { MAX_HEADER_BYTES } from '../contact/header.js';
import { openRegular, readAtMost } from '../transport/files/files.js';
import type { AnswerRequest, WebAnswer, WebRequest } from '../transport/index.js';

const SEGMENTS = `/${SEGMENT_FOLDER}/`;
const SEGMENT = /^[0-9a-f]{64}$/;
const CHUNK_BYTES = 65_536;
/** A year, which is what caches take for always (RFC 8246). */
const ALWAYS = 'public, max-age=31536000, immutable';

/** What is handed out under a name. */
interface Found {
  readonly size: number;
  readonly tag: string;
  readonly type: string;
  readonly caching: string;
  /** Bytes `from` to `to`, exclusive. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Answers for the files of a folder. */
export function answerFiles(folder: string): AnswerRequest {
  return async (request) => {
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
    const found = await find(folder, path);
    if (found === undefined) return { status: 404, headers: { 'cache-control': 'no-store' } };
    const { body, ...answer } = answerOf(found, request);
    if (body !== undefined && method === 'GET') return { ...answer, body };
    await found.close();
    return answer;
  };
}

function answerOf(found: Found, { header }: WebRequest): WebAnswer {
  const { size, tag, type, caching } = found;
  const known = { etag: tag, 'cache-control': caching };
  if (matches(header('if-none-match'), tag)) return { status: 304, headers: known };
  const all = { ...known, 'content-type': type, 'accept-ranges': 'bytes' };
  const wanted = header('if-range');
  const range = wanted === undefined || wanted === tag ? rangeOf(header('range'), size) : undefined;
  if (range === 'none') return { status: 416, headers: { ...known, 'content-range': `bytes */${size}` } };
  const [from, to] = range ?? [0, size];
  const length = { 'content-length': String(to - from) };
  const body = closing(found, from, to);
  if (range === undefined) return { status: 200, headers: { ...all, ...length }, body };
  return {
    status: 206,
    headers: { ...all, ...length, 'content-range': `bytes ${from}-${to - 1}/${size}` },
    body,
  };
}

/** Entity tags of `If-None-Match`, compared weakly (RFC 9110, section 13.1.2). */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
}

/**
 * The one range that is asked for; undefined where the whole is given: for none, for several, for what is no range.
 * @returns from and to, exclusive; `none` for one that is not there
 */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | 'none' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first === '') {
    const length = Math.min(size, Number(last));
    return length === 0 ? 'none' : [size - length, size];
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return 'none';
  return [Number(first), last === '' ? size : Math.min(size, Number(last) + 1)];
}

async function* closing(found: Found, from: number, to: number): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* found.read(from, to);
  } finally {
    await found.close();
  }
}

async function find(folder: string, path: string): Promise<Found | undefined> {
  const named = path.startsWith(SEGMENTS) ? path.slice(SEGMENTS.length) : '';
  const digest = SEGMENT.test(named) ? named : undefined;
  try {
    if (digest !== undefined) return await segment(join(folder, SEGMENT_FOLDER, digest), digest);
    if (path === `/${HEADER_FILE}`) return await small(join(folder, HEADER_FILE), 'application/octet-stream');
    if (path === `/${SIGNER_FILE}`)
      return await small(join(folder, SIGNER_FILE), 'text/plain; charset=utf-8');
  } catch {
    // Not there, or no file: which of them is nobody else's business.
  }
  return undefined;
}

/** Read as it is sent: several megabytes. One that is taken away meanwhile is sent to its end. */
async function segment(path: string, digest: string): Promise<Found> {
  const file = await openRegular(path);
  const { size } = await file.stat();
  return {
    ...{ size, tag: `"${digest}"`, type: 'application/octet-stream', caching: ALWAYS },
    async *read(from, to) {
      for (let at = from; at < to; ) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, to - at));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0) throw new Error('The file has become shorter.');
        yield chunk.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    close: () => file.close(),
  };
}

/** Read whole, since another may take its place. */
async function small(path: string, type: string): Promise<Found> {
  const file = await openRegular(path);
  try {
    const bytes = (await readAtMost(file, MAX_HEADER_BYTES)) ?? new Uint8Array();
    const tag = createHash('sha256').update(bytes).digest('hex');
    return {
      ...{ size: bytes.length, tag: `"${tag}"`, type, caching: 'no-cache' },
      async *read(from, to) {
        yield bytes.subarray(from, to);
      },
      close: async () => {},
    };
  } finally {
    await file.close();
  }
}
