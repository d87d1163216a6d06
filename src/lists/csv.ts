// SPDX-License-Identifier: Apache-2.0
/** CSV records and the lines they begin on, through csv-parse. Messages name lines and never quote what stands there. */

import { throwIfAborted } from '../abort.js';
import { VeilmatchError } from '../errors.js';
import { prepend } from './chunks.js';
import { type CsvError, type InfoRecord, type Parser, parse } from './csv-parse.js';
import { unguarded } from './spreadsheet.js';

export type Delimiter = ',' | ';' | '\t';

export const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];

/** Enough of a file to tell its delimiter. */
const SAMPLE_BYTES = 65_536;
const SAMPLE_LINES = 50;

/** A record of this size is a quote that was never closed. */
const MAX_RECORD_BYTES = 1_000_000;

interface CsvOptions {
  /** How messages name the file. */
  readonly source: string;
  /** Detected when it is not given. */
  readonly delimiter?: Delimiter | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A record of a list, and where it stands. */
export interface ListRecord {
  readonly fields: readonly string[];
  /** From 1: the line that it begins on; in a file that has no lines, the row. */
  readonly line: number;
}

/**
 * The records that are not empty lines, as many at a time as a chunk holds.
 * @param chunks UTF-8; the next one is asked for when its predecessor's records were taken
 * @throws {VeilmatchError} `bad-file`, with the line, for quotes that do not fit together
 */
export async function* csvRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const lines = new LineCounter();
  let records: ListRecord[] = [];
  let parser: Parser | undefined;
  try {
    const sample = await headOf(iterator);
    parser = parse({
      delimiter: options.delimiter ?? detectDelimiter(sample.toString('utf8')),
      // A list put together from several exports mixes them.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
      on_record: (fields: string[], info: InfoRecord) => {
        const line = lines.next(fields, info);
        records.push({ fields: fields.map(unguarded), line });
        // Nothing goes on to the parser's readable side.
        return null;
      },
    });
    parser.resume();
    // Whoever writes hears of it.
    parser.on('error', () => {});
    const taken = (): readonly ListRecord[] => {
      const batch = records;
      records = [];
      return batch;
    };
    for await (const chunk of prepend(sample, iterator)) {
      throwIfAborted(options.signal);
      await fed(parser, chunk);
      yield taken();
    }
    await fed(parser);
    yield taken();
  } catch (error) {
    throw isCsvError(error) ? csvError(error, options.source, lines.begun(error)) : error;
  } finally {
    parser?.destroy();
    await iterator.return?.();
  }
}

/** Enough to tell the delimiter. */
async function headOf(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes < SAMPLE_BYTES; ) {
    const next = await iterator.next();
    if (next.done) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  return Buffer.concat(head);
}

/** Resolves when the parser is done with a chunk; with none, when it has ended. */
function fed(parser: Parser, chunk?: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (chunk === undefined) parser.end(done);
    else parser.write(chunk, done);
  });
}

/** Calls `onRecord` for every record. @throws {VeilmatchError} as `csvRecords` does */
export async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  onRecord: (fields: readonly string[], line: number) => void,
  options: CsvOptions,
): Promise<void> {
  for await (const batch of csvRecords(chunks, options)) {
    for (const { fields, line } of batch) onRecord(fields, line);
  }
}

type Counts = Pick<InfoRecord, 'lines' | 'empty_lines'>;

/** csv-parse counts the line that a record ends on, and takes CRLF inside quotes for two lines. */
class LineCounter {
  #nextLine = 1;
  #overcounted = 0;
  #emptyLines = 0;

  /** @returns the line that this record begins on */
  next(fields: readonly string[], counts: Counts): number {
    const line = this.begun(counts);
    this.#nextLine = counts.lines - this.#overcounted + 1;
    if (this.#nextLine > line + 1) {
      for (const field of fields) {
        const crlf = field.split('\r\n').length - 1;
        this.#overcounted += crlf;
        this.#nextLine -= crlf;
      }
    }
    this.#emptyLines = counts.empty_lines;
    return line;
  }

  /** The line that the record which is under way begins on. */
  begun(counts: Counts): number {
    return this.#nextLine + counts.empty_lines - this.#emptyLines;
  }
}

/**
 * The delimiter that the first lines have in common: the one that occurs equally often in most of them, then the one
 * that occurs most often. A file of one column has none, and the comma does no harm there.
 */
export function detectDelimiter(sample: string): Delimiter {
  const lines = sample
    .replace(/"[^"]*"/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .slice(0, SAMPLE_LINES);
  let best: { delimiter: Delimiter; agreeing: number; count: number } = {
    delimiter: ',',
    agreeing: 0,
    count: 0,
  };
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const count = counts[0] ?? 0;
    if (count === 0) continue;
    const agreeing = counts.filter((other) => other === count).length;
    if (agreeing > best.agreeing || (agreeing === best.agreeing && count > best.count)) {
      best = { delimiter, agreeing, count };
    }
  }
  return best.delimiter;
}

function isCsvError(error: unknown): error is CsvError & Counts {
  return error instanceof Error && /^(?:CSV_|INVALID_)/.test((error as { code?: string }).code ?? '');
}

const QUOTES = 'Quotes go around a whole field, and a quote inside one is written twice ("").';

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: `has a quote that is never closed. ${QUOTES}`,
  CSV_INVALID_CLOSING_QUOTE: `has text after a closing quote, or a quote that is not closed. ${QUOTES}`,
  INVALID_OPENING_QUOTE: `has a quote in the middle of a field. ${QUOTES}`,
  CSV_MAX_RECORD_SIZE: `is longer than ${MAX_RECORD_BYTES} bytes: most likely a quote that is never closed. ${QUOTES}`,
};

/** csv-parse's own messages quote the field that they stumbled over. */
function csvError(error: CsvError, source: string, line: number): VeilmatchError {
  const problem = PROBLEMS[error.code] ?? 'cannot be read as CSV.';
  return new VeilmatchError('bad-file', `${source}: the record that begins on line ${line} ${problem}`, {
    position: line - 1,
  });
}
