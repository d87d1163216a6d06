// SPDX-License-Identifier: Apache-2.0
/** The records of text, wherever its bytes come from: CSV, JSON or vCard as they stand or compressed. */

import { BufferedSource } from './buffered-source.js';
import { prepend } from './chunks.js';
import { decompressed } from './compression.js';
import { MAX_RECORD, openCsv } from './csv.js';
import type { GivenDialect } from './dialect.js';
import { dumpRecords, isDump } from './dumps.js';
import { type Text, textOf } from './encoding.js';
import { jsonArray, jsonLines } from './json-records.js';
import type { ListRecord, RecordSource } from './record-source.js';
import { vcardRecords } from './vcard.js';

/** How text is read; what is not said is found out. */
export interface TextOptions {
  readonly dialect?: GivenDialect | undefined;
  /** As `TextDecoder` calls it. Default: UTF-8, or what a byte order mark says. */
  readonly encoding?: string | undefined;
  /** Characters of the longest record that is taken. Default 1,000,000. */
  readonly maxRecord?: number | undefined;
}

/**
 * @param size how many bytes there are, where that is known
 * @throws {VeilmatchError} `bad-file`; `unsupported` where a newer Node is needed to read it
 */
export async function openText(
  bytes: AsyncIterable<Uint8Array>,
  size: number | undefined,
  source: string,
  options: TextOptions,
  signal: AbortSignal | undefined,
): Promise<RecordSource> {
  let read = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      read += chunk.length;
      yield chunk;
    }
  };
  const text = await textOf(decompressed(counted(), source), source, options.encoding);
  const share = (): number | undefined => (size === undefined ? undefined : read / Math.max(1, size));
  return textRecords(text, source, options, share, signal);
}

async function textRecords(
  { encoding, chunks }: Text,
  source: string,
  { dialect, maxRecord = MAX_RECORD }: TextOptions,
  share: () => number | undefined,
  signal: AbortSignal | undefined,
): Promise<RecordSource> {
  const { value: head = '' } = await chunks.next();
  const text = prepend(head, chunks);
  const named = (
    format: 'JSON' | 'JSON Lines' | 'vCard' | 'PostgreSQL dump',
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
    if (dialect?.skip === undefined && isDump(head))
      return named('PostgreSQL dump', 'line', dumpRecords(text, source, maxRecord));
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
