// SPDX-License-Identifier: Apache-2.0
/** Separated values as a stream of records. Messages name lines and never quote what stands there. */

import { throwIfAborted } from '../abort.js';
import { VeilmatchError } from '../errors.js';
import { prepend } from './chunks.js';
import { CsvSplitter } from './csv-splitter.js';
import { type DetectedDialect, type Dialect, detectDialect, type GivenDialect } from './dialect.js';
import type { ListRecord, RecordDamage } from './record-source.js';

/** Characters of a file that tell how it is written. */
const SAMPLE = 65_536;

/** A longer record is most likely a quote that was never closed. */
export const MAX_RECORD = 1_000_000;

/** How separated values are read. */
interface CsvOptions {
  /** How messages name the file. */
  readonly source: string;
  /** What is known of how it is written. */
  readonly dialect?: GivenDialect | undefined;
  /** Characters of the longest record that is taken. Default 1,000,000. */
  readonly maxRecord?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Records that come as they are read. */
interface CsvRecords {
  readonly detected: DetectedDialect;
  /** The records that are not empty lines, as many at a time as a chunk holds. */
  readonly batches: AsyncGenerator<readonly ListRecord[], void, undefined>;
}

/** @param chunks the next one is asked for when its predecessor's records were taken */
export async function openCsv(
  chunks: AsyncIterable<string>,
  { dialect, maxRecord = MAX_RECORD, signal }: CsvOptions,
): Promise<CsvRecords> {
  const iterator = chunks[Symbol.asyncIterator]();
  const sample = await headOf(iterator);
  const detected = detectDialect(wholeLines(sample), dialect);
  return {
    detected,
    batches: split(prepend(sample, iterator), new CsvSplitter(detected.dialect, maxRecord), signal),
  };
}

/** The records of a text that is there as a whole. */
export function recordsOf(
  text: string,
  given: GivenDialect,
): { readonly dialect: Dialect; readonly records: readonly ListRecord[] } {
  const { dialect } = detectDialect(wholeLines(text.slice(0, SAMPLE)), given);
  const splitter = new CsvSplitter(dialect, MAX_RECORD);
  return { dialect, records: [...splitter.push(text), ...splitter.end()] };
}

async function* split(
  chunks: AsyncIterable<string>,
  splitter: CsvSplitter,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  for await (const chunk of chunks) {
    throwIfAborted(signal);
    yield splitter.push(chunk);
  }
  yield splitter.end();
}

/** Enough to tell how the file is written. */
async function headOf(iterator: AsyncIterator<string>): Promise<string> {
  let head = '';
  while (head.length < SAMPLE) {
    const next = await iterator.next();
    if (next.done) break;
    head += next.value;
  }
  return head;
}

/** Without a last line that may be cut. */
function wholeLines(text: string): string {
  if (text.length < SAMPLE) return text;
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Calls `onRecord` for every record of a file in which none may be damaged.
 * @throws {VeilmatchError} `bad-file`, with the line, for one that cannot be read
 */
export async function readCsv(
  chunks: AsyncIterable<string>,
  onRecord: (fields: readonly string[], line: number) => void,
  options: CsvOptions,
): Promise<void> {
  const { batches } = await openCsv(chunks, options);
  for await (const batch of batches) {
    for (const { fields, line, damage } of batch) {
      if (damage !== undefined) throw damagedRecord(damage, options, line);
      onRecord(fields, line);
    }
  }
}

const QUOTES = 'Quotes go around a whole field, and a quote inside one is written twice ("").';

function damagedRecord(
  damage: RecordDamage,
  { source, maxRecord = MAX_RECORD }: CsvOptions,
  line: number,
): VeilmatchError {
  const problem =
    damage === 'too-long'
      ? `is longer than ${maxRecord} characters.`
      : `has quotes that do not fit together. ${QUOTES}`;
  return new VeilmatchError('bad-file', `${source}: the record that begins on line ${line} ${problem}`, {
    position: line - 1,
  });
}
