// SPDX-License-Identifier: Apache-2.0
/**
 * The records of a list, whatever kind of file it is: CSV, JSON or vCard as they stand or compressed, or Parquet. The kind is
 * told from the first bytes, never from the name.
 */

import { stat } from 'node:fs/promises';
import { BufferedSource } from './buffered-source.js';
import { beginsWith, PARQUET, prepend, startOf } from './chunks.js';
import { decompressed } from './compression.js';
import { MAX_RECORD, openCsv } from './csv.js';
import type { GivenDialect } from './dialect.js';
import { type Text, textOf } from './encoding.js';
import { type Io, readBytes, STDIN, sourceName } from './io.js';
import { jsonArray, jsonLines } from './json-records.js';
import { openParquet } from './parquet.js';
import type { ListRecord, RecordSource } from './record-source.js';
import { vcardRecords } from './vcard.js';

/** How a file is read; what is not said is found out. */
export interface RecordOptions {
  readonly dialect?: GivenDialect | undefined;
  /** As `TextDecoder` calls it. Default: UTF-8, or what a byte order mark says. */
  readonly encoding?: string | undefined;
  /** Characters of the longest record that is taken. Default 1,000,000. */
  readonly maxRecord?: number | undefined;
}

/**
 * @param path a file, or `-` for standard input
 * @throws {VeilmatchError} `io`, `bad-file`; `unsupported` where a package or a newer Node is needed to read it
 */
export async function openRecords(path: string, options: RecordOptions, io: Io): Promise<RecordSource> {
  const source = sourceName(path);
  const file = path === STDIN ? undefined : await stat(path).catch(() => undefined);
  const { head, iterator } = await startOf(readBytes(path, io));
  if (file?.isFile() && beginsWith(head, PARQUET)) {
    await iterator.return?.();
    return openParquet(path, source, io);
  }
  const size = file?.isFile() ? file.size : undefined;
  let read = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of prepend(head, iterator)) {
      read += chunk.length;
      yield chunk;
    }
  };
  const text = await textOf(decompressed(counted(), source), source, options.encoding);
  const share = (): number | undefined => (size === undefined ? undefined : read / Math.max(1, size));
  return textRecords(text, source, options, share, io.signal);
}

/** Text of a file, decompressed if need be. @throws {VeilmatchError} `io`, `bad-file` */
export async function* readText(path: string, io: Io): AsyncGenerator<string, void, undefined> {
  const source = sourceName(path);
  yield* (await textOf(decompressed(readBytes(path, io), source), source)).chunks;
}

async function textRecords(
  { encoding, chunks }: Text,
  source: string,
  { dialect, maxRecord = MAX_RECORD }: RecordOptions,
  share: () => number | undefined,
  signal: AbortSignal | undefined,
): Promise<RecordSource> {
  const { value: head = '' } = await chunks.next();
  const text = prepend(head, chunks);
  const named = (
    format: 'JSON' | 'JSON Lines' | 'vCard',
    counts: 'line' | 'row',
    batches: AsyncGenerator<readonly ListRecord[], void, undefined>,
  ): RecordSource => {
    const reading = { format, encoding };
    return new BufferedSource({ reading, counts, hasHeader: true }, batches, share);
  };
  if (dialect?.delimiter === undefined) {
    if (/^\s*BEGIN:VCARD\s/i.test(head)) return named('vCard', 'line', vcardRecords(text, maxRecord));
    if (/^\s*\{\s*(?:"|\})/.test(head)) return named('JSON Lines', 'line', jsonLines(text, maxRecord));
    if (/^\s*\[\s*(?:\{|\])/.test(head)) return named('JSON', 'row', jsonArray(text, source));
  }
  const { detected, batches } = await openCsv(text, { source, dialect, maxRecord, signal });
  const reading = {
    format: 'CSV',
    encoding,
    delimiter: detected.dialect.delimiter,
    delimiterWhy: detected.why,
    passed: detected.passed,
  } as const;
  return new BufferedSource({ reading, counts: 'line', hasHeader: undefined }, batches, share);
}
