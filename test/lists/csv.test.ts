// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DELIMITERS, type Delimiter, detectDelimiter, readCsv } from '../../src/lists/csv.js';

interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

async function read(
  text: string,
  options: { readonly delimiter?: Delimiter; readonly sizes?: readonly number[] } = {},
): Promise<CsvRecord[]> {
  const { delimiter, sizes = [] } = options;
  const bytes = Buffer.from(text);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    let start = 0;
    for (const size of sizes) {
      yield bytes.subarray(start, start + size);
      start += size;
    }
    yield bytes.subarray(start);
  };
  const records: CsvRecord[] = [];
  await readCsv(chunks(), (fields, line) => records.push({ fields, line }), {
    source: 'list.csv',
    delimiter,
  });
  return records;
}

describe('readCsv', () => {
  it('gives every field back, and the line that its record begins on', async () => {
    const field = fc.string({
      unit: fc.constantFrom('a', '1', '"', ',', ';', '\t', '\r', '\n', '\r\n', ' ', 'é', '😀'),
    });
    const record = fc.record({
      fields: fc.array(field, { minLength: 1, maxLength: 4 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      emptyLinesBefore: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...DELIMITERS),
        fc.array(fc.nat(8), { maxLength: 6 }),
        async (records, delimiter, sizes) => {
          let text = '';
          const expected: CsvRecord[] = [];
          for (const { fields, lineEnd, emptyLinesBefore } of records) {
            text += lineEnd.repeat(emptyLinesBefore);
            expected.push({ fields, line: text.split(/\r\n|\r|\n/).length });
            text += fields.map((f) => `"${f.replaceAll('"', '""')}"`).join(delimiter) + lineEnd;
          }
          expect(await read(text, { delimiter, sizes })).toEqual(expected);
        },
      ),
    );
  });

  it('takes LF, CRLF and CR, also mixed, and a last line without one', async () => {
    const records = await read('a,b\r\nc,d\ne,f\rg,h');
    expect(records.map(({ fields }) => fields.join(''))).toEqual(['ab', 'cd', 'ef', 'gh']);
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });

  it('skips empty lines and counts them', async () => {
    expect((await read('a\n\n\nb\n\n')).map(({ line }) => line)).toEqual([1, 4]);
  });

  it.each([
    ['a quote that is never closed', 'a,b\nc,"d\ne,f\n', 2, /never closed/],
    ['text after a closing quote', 'a,b\n\nc,"d"e\n', 3, /after a closing quote/],
    ['a quote in the middle of a field', 'a,b\nc,"x\r\ny"\nd,e"f\n', 4, /middle of a field/],
    ['a record without an end', `a,b\n"${'x'.repeat(1_000_100)}`, 2, /longer than 1000000 bytes/],
  ])('refuses %s with the line that the record begins on', async (_, text, line, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'bad-file',
      position: line - 1,
      message: expect.stringMatching(message),
    });
    await expect(read(text)).rejects.toThrow(`begins on line ${line} `);
  });

  it('quotes nothing of the file in its messages', async () => {
    await expect(read('a\n4155550123"\n')).rejects.not.toThrow('4155550123');
    await expect(read('a\n"4155550123"x,ada@example.com\n')).rejects.not.toThrow(/4155550123|ada/);
  });

  it('passes on what onRecord throws', async () => {
    const chunks = (async function* () {
      yield Buffer.from('a\n');
    })();
    const failing = (): never => {
      throw new RangeError('from the caller');
    };
    await expect(readCsv(chunks, failing, { source: 'list.csv' })).rejects.toThrow('from the caller');
  });
});

describe('detectDelimiter', () => {
  it.each<[string, Delimiter]>([
    ['id,phone,email\n1,2,3\n', ','],
    ['id;phone;email\r\n1;2;3\r\n', ';'],
    ['id\tphone\temail\r1\t2\t3\r', '\t'],
    ['phone\n4155550123\n', ','],
    ['name;"a, b, c, d";phone\nx;y;z\n', ';'],
    ['+14155550123;ext=5,ada@example.com\n+14155550124,bob@example.com\n', ','],
    ['name;notes\nada;one, two, three\nbob;four, five\n', ';'],
    ['', ','],
  ])('%j', (sample, delimiter) => {
    expect(detectDelimiter(sample)).toBe(delimiter);
  });
});
