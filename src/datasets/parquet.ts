// SPDX-License-Identifier: Apache-2.0
/**
 * A part as Parquet (apache/parquet-format): one row group, one page a column, PLAIN, required columns. There are no statistics, no
 * dictionary and no compression, so **the length of a file depends on how many rows it has, and on nothing else**: every number in it
 * is a count of rows or a sum of lengths. That is why the few lines are here. DuckDB's writer has no such columns of fixed width,
 * and keeps statistics.
 */

import { concatBytes, utf8 } from '../bytes.js';

/** What the rows of a part hold. */
export interface PartRows {
  /** Number of the first row in the whole list, where its rows are numbered: the column `idx`, one more in every row. */
  readonly first: number | undefined;
  /** What the column of records is called. */
  readonly name: 'element' | 'tag';
  /** Bytes of a record. */
  readonly width: number;
  /** The records, concatenated. */
  readonly records: Uint8Array;
}

const MAGIC = utf8('PAR1');
const CREATED_BY = utf8('veilmatch');
const INT64 = 2;
const FIXED_LEN_BYTE_ARRAY = 7;
const REQUIRED = 0;
const PLAIN = 0;
const RLE = 3;
const UNCOMPRESSED = 0;
const DATA_PAGE = 0;

/** A page, and what the footer says of its column. */
interface Column {
  readonly name: Uint8Array;
  readonly type: number;
  readonly width: number;
  readonly values: Uint8Array;
}

/** The bytes of a part. */
export function encodePart(part: PartRows): Uint8Array {
  const rows = part.records.length / part.width;
  const columns: Column[] = [
    {
      name: utf8(part.name),
      type: FIXED_LEN_BYTE_ARRAY,
      width: part.width,
      values: part.records,
    },
  ];
  if (part.first !== undefined) {
    columns.unshift({ name: utf8('idx'), type: INT64, width: 8, values: numbersFrom(part.first, rows) });
  }
  const chunks: Uint8Array[] = [];
  const pages: Uint8Array[] = [MAGIC];
  let at = MAGIC.length;
  let total = 0;
  for (const column of columns) {
    const header = pageHeader(column.values.length, rows);
    const bytes = header.length + column.values.length;
    chunks.push(columnChunk(column, rows, at, bytes));
    pages.push(header, column.values);
    at += bytes;
    total += bytes;
  }
  const group = struct([1, list(STRUCT, chunks)], [2, i64(total)], [3, i64(rows)]);
  const footer = struct(
    [1, i32(1)],
    [2, list(STRUCT, [rootElement(columns.length), ...columns.map(schemaElement)])],
    [3, i64(rows)],
    [4, list(STRUCT, rows === 0 ? [] : [group])],
    [6, binary(CREATED_BY)],
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return rows === 0
    ? concatBytes(MAGIC, footer, length, MAGIC)
    : concatBytes(...pages, footer, length, MAGIC);
}

function numbersFrom(first: number, rows: number): Uint8Array {
  const bytes = new Uint8Array(8 * rows);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < rows; i++) view.setBigInt64(8 * i, BigInt(first + i), true);
  return bytes;
}

const pageHeader = (bytes: number, rows: number): Uint8Array =>
  struct(
    [1, i32(DATA_PAGE)],
    [2, i32(bytes)],
    [3, i32(bytes)],
    [5, nested(struct([1, i32(rows)], [2, i32(PLAIN)], [3, i32(RLE)], [4, i32(RLE)]))],
  );

const columnChunk = ({ name, type }: Column, rows: number, at: number, bytes: number): Uint8Array =>
  struct(
    [2, i64(at)],
    [
      3,
      nested(
        struct(
          [1, i32(type)],
          [2, list(I32, [varint(zigzag(PLAIN)), varint(zigzag(RLE))])],
          [3, list(BINARY, [binary(name).bytes])],
          [4, i32(UNCOMPRESSED)],
          [5, i64(rows)],
          [6, i64(bytes)],
          [7, i64(bytes)],
          [9, i64(at)],
        ),
      ),
    ],
  );

const rootElement = (columns: number): Uint8Array => struct([4, binary(utf8('schema'))], [5, i32(columns)]);

const schemaElement = ({ name, type, width }: Column): Uint8Array =>
  struct(
    [1, i32(type)],
    ...(type === FIXED_LEN_BYTE_ARRAY ? ([[2, i32(width)]] as const) : []),
    [3, i32(REQUIRED)],
    [4, binary(name)],
  );

/** Thrift's compact protocol, as far as the footer needs it. */
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

interface Value {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Numbers here are below 2^51: twice that is exact. */
const zigzag = (value: number): number => 2 * value;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const i32 = (value: number): Value => ({ type: I32, bytes: varint(zigzag(value)) });
const i64 = (value: number): Value => ({ type: I64, bytes: varint(zigzag(value)) });
const binary = (bytes: Uint8Array): Value => ({
  type: BINARY,
  bytes: concatBytes(varint(bytes.length), bytes),
});
const nested = (bytes: Uint8Array): Value => ({ type: STRUCT, bytes });
const list = (type: number, items: readonly Uint8Array[]): Value => ({
  type: LIST,
  bytes: concatBytes(Uint8Array.of((items.length << 4) | type), ...items),
});

/** Fields in ascending order, each by its number. */
function struct(...fields: readonly (readonly [number, Value])[]): Uint8Array {
  let last = 0;
  const parts: Uint8Array[] = [];
  for (const [number, { type, bytes }] of fields) {
    parts.push(Uint8Array.of(((number - last) << 4) | type), bytes);
    last = number;
  }
  return concatBytes(...parts, Uint8Array.of(0));
}
