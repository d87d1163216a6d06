// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../../src/lists/json-records.js';
import type { ListRecord } from '../../src/lists/record-source.js';
import { CustomerList, type ListOptions } from '../../src/lists/table.js';
import { memoryIo, readList } from '../cli/harness.js';

const read = (text: string | Uint8Array, options: ListOptions = {}) =>
  readList('-', options, memoryIo({ stdin: text }).io);

describe('JSON Lines', () => {
  const text =
    '{"id":1,"phone":"+14155550123","more":{"email":"ada@example.com"}}\n' +
    '\n{"phone":null,"more":{"email":"bob@example.com"},"new":true}\n{"phone":14155550124}\n';

  it('are rows, whose columns are the names of values', async () => {
    const list = await read(text);
    expect(list.rows).toEqual([
      { phone: '+14155550123', email: 'ada@example.com' },
      { email: 'bob@example.com' },
      { phone: '14155550124' },
    ]);
    expect(list.lines).toEqual([1, 3, 4]);
    expect(list.columns.header).toEqual(['id', 'phone', 'more.email', 'new']);
  });

  it('are read compressed, and with columns that somebody names', async () => {
    const columns = [{ name: 'more.email', field: 'email' }] as const;
    expect((await read(gzipSync(text), { columns })).rows).toEqual([
      { email: 'ada@example.com' },
      { email: 'bob@example.com' },
      {},
    ]);
  });

  it('may hold several values in one', async () => {
    expect((await read('{"phone":["+14155550123","+14155550124"]}\n')).rows).toEqual([
      { phone: '+14155550123\n+14155550124' },
    ]);
  });

  it('may hold objects in arrays, whose values are those of one cell', async () => {
    const line =
      '{"emails":[{"value":"ada@example.com","type":"home"},{"value":"bob@example.com"}],"phones":[]}\n';
    const list = await read(line);
    expect(list.columns.header).toEqual(['emails.value', 'emails.type', 'phones']);
    expect(list.rows).toEqual([{ email: 'ada@example.com\nbob@example.com' }]);
  });

  it('have columns that the first hundreds of lines leave out, and none that comes later in silence', async () => {
    const early = '{"email":"ada@example.com"}\n'.repeat(600);
    const row = { phone: '+14155550123' };
    expect((await read(`${early}{"phone":"+14155550123"}\n`)).rows.at(-1)).toEqual(row);
    async function* chunks(): AsyncGenerator<string> {
      yield '{"email":"ada@example.com"}\n'.repeat(20_000);
      yield '{"phone":"+14155550123"}\n{"email":"bob@example.com","note":"x","phone":""}\n';
    }
    const late: ListRecord[] = [];
    for await (const batch of jsonLines(chunks(), 1000)) late.push(...batch.slice(-2));
    expect(late.slice(-2)).toEqual([
      { fields: [], line: 20_001, damage: 'late-name' },
      { fields: ['bob@example.com'], line: 20_002 },
    ]);
  });

  it('lose the lines that are none, by name', async () => {
    const { io } = memoryIo({
      stdin: '{"email":"ada@example.com"}\n{"email":\n[1]\n{"email":"bob@example.com"}',
    });
    const list = await CustomerList.open('-', {}, io);
    const found: [number, string][] = [];
    for await (const batch of list.rows()) {
      for (const { line } of batch) found.push([line, list.codeAt(line, 'empty')]);
    }
    await list.close();
    expect(found).toEqual([
      [1, 'empty'],
      [2, 'bad-record'],
      [3, 'bad-record'],
      [4, 'empty'],
    ]);
  });

  it('have no header and no delimiter to say', async () => {
    await expect(read(text, { header: false })).rejects.toThrow('is JSON Lines: its columns have names');
  });
});

describe('a JSON array', () => {
  it('is a list of objects, counted', async () => {
    const list = await read('[\n {"email":"ada@example.com"},\n {"email":"bob@example.com", "x":[{}]}\n, 7]');
    expect(list.rows).toEqual([{ email: 'ada@example.com' }, { email: 'bob@example.com' }, {}]);
    expect(list.lines).toEqual([1, 2, 3]);
    expect(list.counts).toBe('row');
  });

  it('is refused when it is cut off, without a word of it', async () => {
    const failing = read('[{"email":"ada@example.com"},');
    await expect(failing).rejects.toMatchObject({ code: 'bad-file' });
    await expect(failing).rejects.not.toThrow('ada');
  });
});
