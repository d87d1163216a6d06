// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CustomerList, type ListOptions } from '../../src/lists/table.js';
import { memoryIo, readList, temporary, type WholeList } from '../cli/harness.js';

function read(text: string | Uint8Array, options: ListOptions = {}): Promise<WholeList> {
  return readList('-', options, memoryIo({ stdin: text }).io);
}

describe('CustomerList', () => {
  it('gives the rows, and the lines that they stood on', async () => {
    const list = await read('id,phone,email\n1,+14155550123,\n\n2,,"A\n<ada@example.com>"\n3, ,\n4,n/a,x\n');
    expect(list.rows).toEqual([
      { phone: '+14155550123' },
      { email: 'A\n<ada@example.com>' },
      {},
      { phone: 'n/a', email: 'x' },
    ]);
    expect([...list.lines]).toEqual([2, 4, 6, 7]);
    expect(list.records).toBe(4);
  });

  it('keeps white space inside a cell: some platforms hash it', async () => {
    expect((await read('email\n Ada@example.com \n')).rows).toEqual([{ email: ' Ada@example.com ' }]);
  });

  it('reads a file as well as standard input', async () => {
    const path = temporary('list.csv');
    writeFileSync(path, '\ufeffphone;mail\r\n+14155550123;ada@example.com\r\n');
    const { rows } = await readList(path, {}, memoryIo().io);
    expect(rows).toEqual([{ phone: '+14155550123', email: 'ada@example.com' }]);
  });

  it('reads UTF-16, tabs, as spreadsheets export them', async () => {
    const text = '\ufeffName\tTéléphone\r\nÉmile\t+33 1 23 45 67 89\r\n';
    const { rows } = await read(Buffer.from(text, 'utf16le'));
    expect(rows).toEqual([{ phone: '+33 1 23 45 67 89' }]);
  });

  it('has the country of a row from its column', async () => {
    const { rows } = await read('phone,land\n030 123456,DE\n01 23 45 67 89,\n', { countryColumn: 'land' });
    expect(rows).toEqual([{ phone: '030 123456', country: 'DE' }, { phone: '01 23 45 67 89' }]);
  });

  it('makes two rows of a record with two telephone numbers', async () => {
    const columns = [
      { name: 'home', field: 'phone' },
      { name: 'work', field: 'phone' },
      { name: 'mail', field: 'email' },
    ] as const;
    const list = await read('home,work,mail\n1,2,a@b.c\n,3,\n4,,\n', { columns });
    expect(list.rows).toEqual([
      { phone: '1', email: 'a@b.c' },
      { phone: '2' },
      { phone: '3' },
      { phone: '4' },
    ]);
    expect([...list.lines]).toEqual([2, 2, 3, 4]);
    expect(list.records).toBe(3);
  });

  it('takes records without their last empty cells, and with empty ones too many', async () => {
    const { rows } = await read('phone,email,note\n+14155550123\n,ada@example.com,x,, \n');
    expect(rows).toEqual([{ phone: '+14155550123' }, { email: 'ada@example.com' }]);
  });

  it('rejects a record with more cells than the first one, and one with quotes that do not fit, and goes on', async () => {
    const { io } = memoryIo({
      stdin:
        'name,phone,note\nAda,+14155550123\nBob, jr.,+14155550124,x\n"Eve,+14155550125\nZoe,+14155550126,\n',
    });
    const list = await CustomerList.open('-', {}, io);
    const placed = [];
    for await (const batch of list.rows()) placed.push(...batch);
    await list.close();
    expect(placed.map(({ line, row }) => [line, row.phone, list.codeAt(line, 'empty')])).toEqual([
      [2, '+14155550123', 'empty'],
      [3, undefined, 'bad-record'],
      [4, undefined, 'bad-record'],
      [5, '+14155550126', 'empty'],
    ]);
    expect(list.records).toBe(4);
  });

  it('refuses one column whose name has another delimiter in it', async () => {
    const failing = read('phone|email\n1|2\n', { dialect: { delimiter: ',' } });
    await expect(failing).rejects.toMatchObject({ code: 'argument' });
    await expect(failing).rejects.toThrow('and pipe in its name');
  });

  it('chooses the columns by the first records, and reads the others in the same way', async () => {
    const count = 2000;
    const lines = Array.from({ length: count }, (_, i) => `${i},+1415555${String(i).padStart(4, '0')}`);
    const list = await read(`${lines.join('\n')}\n`);
    expect(list.columns).toEqual({ header: undefined, phone: [1], email: [], country: undefined });
    expect(list.rows.length).toBe(count);
    expect(list.rows[count - 1]).toEqual({ phone: '+14155551999' });
    expect([...list.lines]).toEqual(lines.map((_, i) => i + 1));
  });

  it('is an empty list when there is nothing below the header', async () => {
    expect(await read('phone,email\n')).toMatchObject({ rows: [], records: 0 });
  });

  it('takes a delimiter that is given', async () => {
    const { rows } = await read('a;b,c;d\n1;2,+14155550123;x\n', { dialect: { delimiter: ',' } });
    expect(rows).toEqual([{ phone: '+14155550123;x' }]);
  });

  it.each([
    ['an empty file', '', 'bad-file', /standard input is empty/],
    ['a file of empty lines', '\n\r\n\n', 'bad-file', /no line, or no whole record/],
    ['no column to use', 'id,name\n1,Ada\n', 'argument', /--column NAME=phone/],
  ])('refuses %s', async (_, text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses a file that is not there, and a folder', async () => {
    const folder = temporary('folder');
    mkdirSync(folder);
    const { io } = memoryIo();
    await expect(readList(temporary('none.csv'), {}, io)).rejects.toMatchObject({ code: 'io' });
    await expect(readList(folder, {}, io)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('it is a folder'),
    });
  });
});
