// SPDX-License-Identifier: Apache-2.0
/** Lists whose text is there: taken apart, and judged as the command line judges files. */

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openList } from '../../src/lists/open-list.js';
import { readCards, readTable, suggestColumns, tableRows } from '../../src/lists/tables.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';

/** As exports are written, without anybody in them. */
const LISTS: Readonly<Record<string, string>> = {
  'ids of contacts before numbers':
    'Contact ID,Mobile\n4155550100,(628) 555-0142\n4155550101,(628) 555-0143\n',
  'two numbers, of which one is another’s':
    'Default Address Phone,Phone,Email\n628-555-0142,415-555-0142,ada@example.com\n,415-555-0143,\n',
  'a declaration, semicolons and countries':
    'sep=;\nName;Telefon;Land\nAda;030 23125000;Germany\nGrace;020 7946 0000;United Kingdom\n',
  'no header': '+1 415 555 0142,x\n+1 415 555 0143,y\n',
  'a header that is one name short': 'phone,city\n1,+14155550142,Paris\n2,+14155550143,Rome\n',
  'records that are damaged, or too long':
    'phone,city\n415 555 0142,"Paris\n415 555 0143,Rome\n415 555 0144,Oslo,x,y\n\n415 555 0145\n',
  'a mark at its beginning': '\uFEFFphone\n+14155550142\n',
};

describe('a table', () => {
  it.each(Object.entries(LISTS))('is what the same file would be: %s', async (_, text) => {
    const path = temporary('list.csv');
    writeFileSync(path, text);
    const list = await openList(path, { country: 'US' });
    try {
      const table = readTable(text);
      const { columns, chosen, names } = suggestColumns(table, { country: 'US' });
      expect(columns).toEqual(list.columns);
      expect({ chosen, names }).toEqual({ chosen: list.reading.columns, names: list.reading.names });
      const rows = [];
      for await (const batch of list.rows()) rows.push(...batch);
      expect(tableRows(table, columns)).toEqual(rows);
      expect(rows.length).toBeGreaterThan(0);
    } finally {
      await list.close();
    }
  });

  it('of contacts is what the same file would be, whatever stands between the cards', async () => {
    const text = [
      '\uFEFFBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL;TYPE=CELL:(415) 555-0142\r\nTEL:+1 415 555 0143\r\nEND:VCARD',
      'BEGIN:VCARD\nFN:cut off\nBEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB\nEMAIL:zoe@example.com',
      'END:VCARD\nBEGIN:VCARD\nTEL:1\n',
    ].join('\n');
    const path = temporary('contacts.vcf');
    writeFileSync(path, text);
    const list = await openList(path, { country: 'US' });
    try {
      const table = await readCards(text);
      const { columns } = suggestColumns(table, { country: 'US', header: true });
      expect(columns).toEqual(list.columns);
      const rows = [];
      for await (const batch of list.rows()) rows.push(...batch);
      expect(tableRows(table, columns)).toEqual(rows);
      expect(rows.map(({ row, damaged }) => damaged ?? Object.keys(row).join())).toEqual([
        'phone',
        true,
        'email',
        true,
      ]);
      expect(table.records.map(({ fields }) => fields[0])).toEqual([
        'name',
        'Ada',
        undefined,
        'Zoë',
        undefined,
      ]);
    } finally {
      await list.close();
    }
    await expectCode('bad-file', () => readCards('BEGIN:VCARD\nTEL:1\n'));
    await expectCode('argument', () => readCards(undefined as never));
  });

  it('says which columns are taken, and takes others', () => {
    const table = readTable(LISTS['ids of contacts before numbers']!);
    const { columns, chosen, names } = suggestColumns(table, { country: 'US' });
    expect([columns.phone, columns.email, names]).toEqual([[1], [], ['Contact ID', 'Mobile']]);
    expect(chosen).toEqual([{ number: 2, name: 'Mobile', kind: 'phone', why: 'by its name' }]);
    const [first] = tableRows(table, { ...columns, phone: [0] });
    expect(first).toEqual({ row: { phone: '4155550100' }, line: 2 });
    const named = suggestColumns(table, { columns: [{ name: 'contact id', field: 'phone' }] });
    expect(named.columns.phone).toEqual([0]);
  });

  it('without a column that is known has none, and that is no error', () => {
    const table = readTable('city,colour\nParis,red\n');
    expect(suggestColumns(table).columns).toMatchObject({ header: ['city', 'colour'], phone: [], email: [] });
  });

  it('is nothing where nothing is in it, and of nothing else', async () => {
    for (const text of ['', '\n\n', '\uFEFF']) await expectCode('bad-file', async () => readTable(text));
    await expectCode('argument', async () => readTable('a', { delimeter: ';' } as object));
    await expectCode('argument', async () =>
      suggestColumns({ dialect: readTable('a').dialect, records: [] }),
    );
    const unknown = await expectCode('argument', async () =>
      suggestColumns(readTable('a\nb\n'), { countryColumn: 'land' }),
    );
    expect(unknown.message).toContain('The table has no column "land"');
  });
});
