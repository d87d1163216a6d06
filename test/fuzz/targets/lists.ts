// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { ColumnOptions } from '../../../src/lists/columns.js';
import { CustomerList, type ListOptions } from '../../../src/lists/table.js';
import { writeParquet } from '../../support/parquet.js';
import { scratch } from '../support/scratch.js';
import { attempt, CANARY, demand, type FuzzTarget, Reader, texts } from '../support/target.js';
import { ioOf } from './tokens.js';

const OPTIONS: readonly ListOptions[] = [
  {},
  { header: true },
  { header: false },
  { dialect: { delimiter: ';', escape: '\\', comment: '#' }, maxRecord: 64 },
  { columns: [{ name: 'email', field: 'email' }] },
  {
    columns: [
      { name: '1', field: 'phone' },
      { name: '2', field: 'email' },
    ],
    countryColumn: '3',
  } satisfies ColumnOptions,
  { country: 'US', countryColumn: 'country' },
];

const TABLE = `name,email,phone,country\nAda,${CANARY.email},${CANARY.phone},US\n"Grace, H.","grace@example.com",,\n`;

async function readList(path: string, which: number, bytes: Uint8Array): Promise<void> {
  const io = ioOf(bytes);
  await attempt(async () => {
    const list = await CustomerList.open(path, OPTIONS[which % OPTIONS.length]!, io);
    try {
      let rows = 0;
      let last = 0;
      for await (const batch of list.rows()) {
        for (const { line } of batch) {
          demand(line >= last && line > 0, 'Lines do not go forward.');
          last = line;
          rows++;
        }
      }
      demand(rows <= 4 * bytes.length || path !== '-', 'There are more rows than bytes.');
    } finally {
      await list.close();
    }
  });
}

/** CSV in every encoding, as it stands or compressed: the first byte says how, the second one how it is read. */
export const lists: FuzzTarget = {
  name: 'lists',
  reads: 'lists as CSV, JSON and vCard: encodings, compression, quotes, columns',
  sources: [
    'src/lists/csv.ts',
    'src/lists/csv-splitter.ts',
    'src/lists/dialect.ts',
    'src/lists/json-records.ts',
    'src/lists/vcard.ts',
    'src/lists/column-names.ts',
    'src/lists/encoding.ts',
    'src/lists/compression.ts',
    'src/lists/chunks.ts',
    'src/lists/columns.ts',
    'src/lists/column-content.ts',
    'src/lists/records.ts',
    'src/lists/table.ts',
  ],
  maxBytes: 2048,
  steps: [20_000, 200],
  words: [
    CANARY.email,
    CANARY.phone,
    '"',
    '""',
    '\r\n',
    '\n',
    '\r',
    ';',
    '\t',
    'email',
    'phone',
    'country',
    'BEGIN:VCARD',
    'END:VCARD',
    '{"',
    '\\',
    '\ufeff',
    '\0',
  ],
  seeds: () => [
    ...texts(
      TABLE,
      TABLE.replaceAll(',', ';').replaceAll('\n', '\r\n'),
      `${CANARY.phone}\n${CANARY.phone}\n`,
      `e-mail\tMobile number\n${CANARY.email}\t0151 12345678\n`,
      `"a\r\nb","${CANARY.email}"\n"c"d,e\n`,
      `\ufeff${TABLE}`,
      `sep=|\n${TABLE.replaceAll(',', '|')}`,
      `{"email":"${CANARY.email}","more":{"phone":["${CANARY.phone}"]}}\n{"email":1}\n`,
      `[{"email":"${CANARY.email}"}]`,
      `BEGIN:VCARD\nFN:Ada\nTEL;TYPE=CELL:${CANARY.phone}\nEMAIL:${CANARY.email}\nEND:VCARD\n`,
    ).flatMap((bytes) => OPTIONS.map((_, which) => Uint8Array.of(0, which, ...bytes))),
    Uint8Array.of(1, 0, ...texts(TABLE)[0]!),
    Uint8Array.of(0, 0, ...gzipSync(TABLE)),
    Uint8Array.of(0, 0, 0xff, 0xfe, ...Buffer.from(TABLE, 'utf16le')),
    Uint8Array.of(0, 0, 0xfe, 0xff, ...Buffer.from(TABLE, 'utf16le').swap16()),
    Uint8Array.of(0, 0, 0x28, 0xb5, 0x2f, 0xfd, 4),
    Uint8Array.of(0, 0, 0x50, 0x4b, 3, 4),
    Uint8Array.of(0, 0, 0x50, 0x41, 0x52, 0x31),
  ],
  async run(input) {
    const reader = new Reader(input);
    const [how, which] = [reader.byte(), reader.byte()];
    const bytes = reader.rest();
    await readList('-', which, how % 4 === 1 ? new Uint8Array(gzipSync(bytes)) : bytes);
  },
};

async function parquetFile(query: string): Promise<Uint8Array> {
  const path = scratch('seed.parquet');
  await writeParquet(path, query);
  return new Uint8Array(readFileSync(path));
}

/** Parquet is read by DuckDB, in native code that is not counted: what is looked at is what becomes of its refusals. */
export const parquet: FuzzTarget = {
  name: 'parquet',
  reads: 'lists as Parquet',
  sources: ['src/lists/parquet.ts', 'src/lists/table-records.ts'],
  maxBytes: 4096,
  steps: [20_000, 200],
  words: ['PAR1', 'PARE', CANARY.email],
  seeds: async () => [
    Uint8Array.of(0, ...(await parquetFile(`SELECT '${CANARY.email}' AS email, '${CANARY.phone}' AS phone`))),
    Uint8Array.of(
      0,
      ...(await parquetFile(`SELECT [1, 2] AS list, 4155550142 AS phone, DATE '2020-01-01' AS day`)),
    ),
  ],
  async run(input) {
    const reader = new Reader(input);
    const which = reader.byte();
    const bytes = reader.rest();
    const path = scratch('list.parquet');
    writeFileSync(path, bytes);
    await readList(path, which, bytes);
  },
};
