// SPDX-License-Identifier: Apache-2.0
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv, readCsv } from '../../src/lists/csv.js';
import { detectDialect, type GivenDialect } from '../../src/lists/dialect.js';
import type { ListRecord } from '../../src/lists/record-source.js';

interface ReadOptions {
  readonly dialect?: GivenDialect;
  readonly sizes?: readonly number[];
  readonly maxRecord?: number;
}

async function read(
  text: string,
  { dialect, sizes = [], maxRecord }: ReadOptions = {},
): Promise<ListRecord[]> {
  const chunks = async function* (): AsyncGenerator<string> {
    let start = 0;
    for (const size of sizes) {
      yield text.slice(start, start + size);
      start += size;
    }
    yield text.slice(start);
  };
  const { batches } = await openCsv(chunks(), { source: 'list.csv', dialect, maxRecord });
  const records: ListRecord[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}

/** The first cells of what was read, and the lines of what was not. */
async function told(text: string, options: ReadOptions = {}): Promise<string[]> {
  return (await read(text, options)).map(({ fields, line, damage }) =>
    damage === undefined ? fields.join(' & ') : `line ${line}: ${damage}`,
  );
}

describe('records', () => {
  it('gives every field back, and the line that its record begins on', async () => {
    const field = fc.string({
      unit: fc.constantFrom('a', '1', '"', ',', ';', '\t', '\r', '\n', '\r\n', ' ', 'é', '😀'),
    });
    const record = (cells: number) =>
      fc.record({
        fields: fc.array(field, { minLength: cells, maxLength: cells }),
        lineEnd: fc.constantFrom('\n', '\r\n'),
        emptyLinesBefore: fc.nat(2),
      });
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 4 })
          .chain((cells) => fc.array(record(cells), { minLength: 1, maxLength: 8 })),
        fc.constantFrom(',', ';', '\t', '|', '~'),
        fc.array(fc.nat(8), { maxLength: 6 }),
        async (records, delimiter, sizes) => {
          let text = '';
          const expected: ListRecord[] = [];
          for (const { fields, lineEnd, emptyLinesBefore } of records) {
            text += lineEnd.repeat(emptyLinesBefore);
            expected.push({ fields, line: text.split(/\r\n|\r|\n/).length });
            text += fields.map((f) => `"${f.replaceAll('"', '""')}"`).join(delimiter) + lineEnd;
          }
          const dialect = { delimiter, comment: '', skip: 0 };
          expect(await read(text, { dialect, sizes })).toEqual(expected);
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

  it('takes a backslash before a doubled quote for a backslash', async () => {
    expect((await read('a,"\\"""\nb,c\n')).map(({ fields }) => fields)).toEqual([
      ['a', '\\"'],
      ['b', 'c'],
    ]);
  });

  it('reads what csv-parse reads', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '7', ',', '"', ' ', '\n', '\r\n', 'ü', '\\'),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 4 })
          .chain((cells) =>
            fc.array(fc.array(cell, { minLength: cells, maxLength: cells }), { minLength: 1, maxLength: 6 }),
          ),
        fc.array(fc.nat(20), { maxLength: 5 }),
        async (rows, sizes) => {
          const quoted = (text: string): string =>
            /^ | $|[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
          const text = rows.map((row) => `${row.map(quoted).join(',')}\n`).join('');
          const expected = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
          const ours = await read(text, { dialect: { delimiter: ',', skip: 0, comment: '' }, sizes });
          expect(ours.map(({ fields }) => fields)).toEqual(expected);
        },
      ),
    );
  });

  it('does not depend on where the text was cut', async () => {
    const unit = fc.constantFrom('a', '1', '"', ',', '\r', '\n', '\\', "'", ' ', '=');
    const dialect = { delimiter: ',', skip: 0, comment: '' };
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 60 }), fc.array(fc.nat(9)), async (text, sizes) => {
        expect(await read(text, { dialect, sizes, maxRecord: 200 })).toEqual(
          await read(text, { dialect, maxRecord: 200 }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, string, string[]]>([
    [
      'quotes inside of a quoted field',
      'name,phone\n"George "Buck" Smith",1\nz,2\n',
      ['George "Buck" Smith & 1', 'z & 2'],
    ],
    ['quotes in the middle of a field', 'item,x\n5" pipe,1\n6 " b",2\n', ['5" pipe & 1', '6 " b" & 2']],
    ['backslashes before quotes', 'a,b\n"x \\"y\\" z",1\n', ['x "y" z & 1']],
    ['spaces around a quoted field', 'a,b\n "x, y" ,1\n', ['x, y & 1']],
    [
      'a quote that is never closed, where the cells are as many as there should be',
      'a,b\nc,"d\ne,f\n',
      ['c & "d', 'e & f'],
    ],
    ['tabs and literal quotes', 'a\tb\n"x\ty\n1\t2\n', ['"x & y', '1 & 2']],
  ])('reads %s', async (_, text, records) => {
    expect((await told(text)).slice(1)).toEqual(records);
  });

  it.each<[string, string, string[]]>([
    ['a quote that is never closed', 'a,b,c\n"d,e\nf,g,h\n', ['line 2: quotes', 'f & g & h']],
    [
      'two lines whose quotes would join them',
      'a,b\n"x\ny",2\n"z,3\n"o","p"\n',
      ['x\ny & 2', '"z & 3', 'o & p'],
    ],
    [
      'a cell of two lines with a delimiter too many before it, both its lines',
      'id,name,note,phone\n1,Bob, jr.,"x\ny",4155550123\n2,Ada,,4155550124\n',
      ['line 2: quotes', 'line 3: quotes', '2 & Ada &  & 4155550124'],
    ],
    [
      'a cell of two lines with quotes inside, both its lines',
      'a,b\n"x "y" z\nw",4155550123\nc,2\n',
      ['line 2: quotes', 'w" & 4155550123', 'c & 2'],
    ],
  ])('rejects %s, and goes on with the next line', async (_, text, records) => {
    expect((await told(text)).slice(1)).toEqual(records);
  });

  it('drops a record that is too long, and goes on behind it', async () => {
    const long = 'x'.repeat(300);
    for (const text of [`a,b\n${long},1\nc,2\n`, `a,b\n"${long}\n${long}",1\nc,2\n`]) {
      const records = await told(text, { maxRecord: 100, sizes: Array(20).fill(37) });
      expect(records[0]).toBe('a & b');
      expect(records.slice(1, -1).every((record) => /^line [23]: /.test(record))).toBe(true);
      expect(records.at(-1)).toBe('c & 2');
    }
    expect(await told(`a,b\n${long},1\nc,2\n`, { maxRecord: 400 })).toHaveLength(3);
  });

  it('takes time that grows with the text, whatever its quotes', async () => {
    // Each of these opens a quote that nothing closes before the end.
    const lines = Array.from({ length: 20_000 }, (_, i) => `"${i},${i},x"y`);
    const records = await read(`a,b,c\n${lines.join('\n')}\n`, { dialect: { delimiter: ',' } });
    expect(records).toHaveLength(20_001);
  });

  it('leaves out comments and lines above the table that somebody names', async () => {
    const text = 'title\n\n;a,b\na,b\n;x,y\n1,2\n';
    expect(await told(text, { dialect: { skip: 2, comment: ';' } })).toEqual(['a & b', '1 & 2']);
    expect((await read(text, { dialect: { skip: 2, comment: ';' } })).map(({ line }) => line)).toEqual([
      4, 6,
    ]);
  });

  it('reads other quotes and escapes', async () => {
    expect(await told("a,b\n'x,y',1\n", { dialect: { quote: "'" } })).toEqual(['a & b', 'x,y & 1']);
    expect(await told('a,b\n"x\\",y\\\\",1\n', { dialect: { escape: '\\' } })).toEqual([
      'a & b',
      'x",y\\ & 1',
    ]);
    expect(await told('a,b\n"x,y"\n', { dialect: { quote: '' } })).toEqual(['a & b', '"x & y"']);
  });
});

describe('readCsv', () => {
  it('refuses a file with a damaged record, by its line, and quotes nothing of it', async () => {
    const failing = readCsv(
      (async function* () {
        yield 'a,b,c\n1,2,3\n"4155550123"x,ada@example.com\n';
      })(),
      () => {},
      { source: 'list.csv' },
    );
    await expect(failing).rejects.toMatchObject({ code: 'bad-file', position: 2 });
    await expect(failing).rejects.toThrow('the record that begins on line 3 has quotes');
    await expect(failing).rejects.not.toThrow(/4155550123|ada/);
  });

  it('passes on what onRecord throws', async () => {
    const chunks = (async function* () {
      yield 'a\n';
    })();
    const failing = (): never => {
      throw new RangeError('from the caller');
    };
    await expect(readCsv(chunks, failing, { source: 'list.csv' })).rejects.toThrow('from the caller');
  });
});

describe('the dialect of a file', () => {
  it.each([
    ['id,phone,email\n1,2,3\n', ','],
    ['id;phone;email\r\n1;2;3\r\n', ';'],
    ['id\tphone\temail\r1\t2\t3\r', '\t'],
    ['phone|email\n4155550123|ada@example.com\n', '|'],
    ['phone|email', '|'],
    ['phone~email\n1~2\n', '~'],
    ['phone:email\n1:2\n', ':'],
    ['phone\x01email\n1\x012\n', '\x01'],
    ['phone\n4155550123\n', ','],
    ['name;"a, b, c, d";phone\nx;y;z\n', ';'],
    ['+14155550123;ext=5,ada@example.com\n+14155550124,bob@example.com\n', ','],
    ['name;notes\nada;one, two, three\nbob;four, five\n', ';'],
    ['name;price\nada;1,5\nbob;2,5\n', ';'],
    ['whatsapp:+14155550123\nwhatsapp:+14155550124\n', ','],
    ['sep=^\na^b\n', '^'],
    // Signs that only a header of both kinds, an address in each line, or quotes around everything, make a delimiter.
    ['email#phone\nada@example.com#4155550123\n', '#'],
    ['email/phone\nada@example.com/4155550123\n', '/'],
    ['phone-email\n4155550123-ada@example.com\n', '-'],
    ['phone email\n4155550123 ada@example.com\n', ' '],
    ['"email" "phone"\n"1" "ada@example.com" "4155550101"\n', ' '],
    ['"name" "phone"\n"1" "Ada Lovelace" "4155550101"\n', ' '],
    ['e-mail\nmary-ann@example.com\njean-luc@example.com\n', ','],
    ['phone number\n415 5550123\n', ','],
    ['phone\n+1 4155550123\n+1 4155550124\n', ','],
    ['phone/email\nada@example.com\n4155550123\n', ','],
    ['', ','],
  ])('%j', (sample, delimiter) => {
    expect(detectDialect(sample).dialect.delimiter).toBe(delimiter);
  });

  it.each([
    ['sep=;\na;b\n', 1],
    ['# made today\n#\na,b\n', 2],
    ['Members of 2026\n\nid,name,phone\n1,Ada,2\n2,Bob,3\n', 2],
    ['"Members, all of them",,\nid,name,phone\n1,Ada,2\n2,Bob,3\n', 1],
    ['Made on 1 May, 12:30\nid,name,phone\n1,Ada,2\n2,Bob,3\n', 1],
    ['Person,,Contact\nid,name,phone\n1,Ada,2\n2,Bob,3\n', 1],
    ['id,name,likes\n1,Ada,phone\n2,Bob,email\n', 0],
    ['1,,4155550123\nid,name,phone\n', 0],
    ['Members,,\nid,name,phone\n1,Ada,2\n2,Bob,3\n', 1],
    ['#,name,phone\n1,Ada,2\n', 0],
    ['phone\n1\n2\n', 0],
    ['id,name,phone\n1,Ada,2\n', 0],
  ])('lines above the table: %j', (sample, skip) => {
    expect(detectDialect(sample).dialect.skip).toBe(skip);
  });
});
