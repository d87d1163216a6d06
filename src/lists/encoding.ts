// SPDX-License-Identifier: Apache-2.0
/**
 * A file's bytes as text, or a refusal. UTF-16 is decoded when a byte order mark announces it, another encoding when somebody
 * says so. Nothing is guessed or replaced: a wrong guess changes e-mail addresses without a word, and they would never match again.
 */

import { isUtf8 } from 'node:buffer';
import { VeilmatchError } from '../errors.js';
import { beginsWith, ENCRYPTED_PARQUET, GZIP, PARQUET, prepend, startOf, ZSTD } from './chunks.js';

/** Files that people export by mistake, by their first bytes. */
const NOT_TEXT: readonly { readonly magic: readonly number[]; readonly advice: string }[] = [
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    advice: 'is a spreadsheet workbook or another zip file. Export it as CSV (UTF-8)',
  },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], advice: 'is an old spreadsheet workbook. Export it as CSV (UTF-8)' },
  { magic: GZIP, advice: 'is compressed twice. Decompress it first: gzip -dc FILE | veilmatch ... -' },
  { magic: ZSTD, advice: 'is compressed twice. Decompress it first: zstd -dc FILE | veilmatch ... -' },
  { magic: PARQUET, advice: 'is a Parquet file, which cannot be read from a stream. Name the file itself' },
  { magic: ENCRYPTED_PARQUET, advice: 'is an encrypted Parquet file. Export it unencrypted, or as CSV' },
];

const BYTE_ORDER_MARKS: readonly { readonly magic: readonly number[]; readonly encoding: string }[] = [
  { magic: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { magic: [0xff, 0xfe], encoding: 'utf-16le' },
  { magic: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** Documents that are called like lists: `.xls` of older programs is a web page. */
const DOCUMENTS: readonly { readonly begins: RegExp; readonly advice: string }[] = [
  { begins: /^%PDF-/, advice: 'is a PDF. Export the list as CSV (UTF-8)' },
  {
    begins: /^\s*<(?:!doctype|html|\?xml|table)/i,
    advice:
      'is a web page or XML, as some programs call a workbook. Open it there and save it as CSV (UTF-8)',
  },
];
/** In which a document says what it is. */
const DOCUMENT_HEAD = 64;

/** A file's text. */
export interface Text {
  /** Its encoding, as `TextDecoder` calls it. */
  readonly encoding: string;
  /** Without a byte order mark; no character is split between two of them. */
  readonly chunks: AsyncGenerator<string, void, undefined>;
}

/**
 * @param source how messages name the file
 * @param given the encoding, where somebody says so; otherwise it is UTF-8, or what a byte order mark says
 * @throws {VeilmatchError} `bad-file`, with the byte offset where there is one
 */
export async function textOf(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  given?: string | undefined,
): Promise<Text> {
  const { head, iterator } = await startOf(chunks);
  if (head.length === 0) throw new VeilmatchError('bad-file', `${source} is empty.`);
  const startsWith = ({ magic }: { readonly magic: readonly number[] }): boolean => beginsWith(head, magic);
  // A byte order mark counts as white space.
  const beginning = Buffer.from(head.subarray(0, DOCUMENT_HEAD)).toString('utf8');
  const wrong = NOT_TEXT.find(startsWith) ?? DOCUMENTS.find(({ begins }) => begins.test(beginning));
  if (wrong) throw new VeilmatchError('bad-file', `${source} ${wrong.advice}.`);
  const mark = BYTE_ORDER_MARKS.find(startsWith);
  const start = mark?.magic.length ?? 0;
  const encoding = mark?.encoding ?? given ?? 'utf-8';
  const bytes = prepend(head.subarray(start), iterator);
  return {
    encoding,
    chunks:
      encoding === 'utf-8' ? checkedUtf8(bytes, start, source) : decoded(bytes, start, encoding, source),
  };
}

async function* checkedUtf8(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  source: string,
): AsyncGenerator<string, void, undefined> {
  let offset = start;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.subarray(0, bytes.length - incompleteTail(bytes));
    const nul = whole.indexOf(0);
    if (nul >= 0) throw nulError(source, offset + nul);
    if (!isUtf8(whole)) throw invalid(source, 'UTF-8', offset + firstInvalid(whole));
    rest = bytes.subarray(whole.length);
    offset += whole.length;
    if (whole.length > 0) yield textFrom(whole);
  }
  if (rest.length > 0) throw invalid(source, 'UTF-8', offset);
}

/** How many bytes at the end begin a character that the next chunk may complete. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Where the decoder had to put a replacement character that is not in the file itself. */
function firstInvalid(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\ufffd', from);
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return offset;
    offset += 3;
    from = at + 1;
  }
}

/** Bytes that are UTF-8. */
function textFrom({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  encoding: string,
  source: string,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const decode = (chunk: Uint8Array | undefined, offset: number): string => {
    let text: string;
    try {
      text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw invalid(source, encoding.replace(/^utf-16[lb]e$/, 'UTF-16'), offset, 'at or after');
    }
    if (text.includes('\0')) throw nulError(source, offset);
    return text;
  };
  let offset = start;
  for await (const chunk of chunks) {
    const text = decode(chunk, offset);
    if (text !== '') yield text;
    offset += chunk.length;
  }
  const text = decode(undefined, offset);
  if (text !== '') yield text;
}

function invalid(source: string, encoding: string, offset: number, where = 'at'): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} is not valid ${encoding} ${where} byte ${offset}. Say what it is, for example --charset windows-1252, or save ` +
      'it as UTF-8 (spreadsheets: "CSV UTF-8").',
    { offset },
  );
}

function nulError(source: string, offset: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} holds zero bytes (the first at byte ${offset}): it is binary, or UTF-16 without a byte order mark. ` +
      'Say so with --charset utf-16le, or save it as UTF-8.',
    { offset },
  );
}
