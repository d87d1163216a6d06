// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { CustomerList } from '../../src/lists/table.js';
import { vcardRecords } from '../../src/lists/vcard.js';
import { memoryIo, readList } from '../cli/harness.js';

const read = (text: string) => readList('-', {}, memoryIo({ stdin: text }).io);

describe('vCard', () => {
  it('gives the numbers of each card, mobile ones first and faxes never, its addresses and its country', async () => {
    const list = await read(
      [
        'BEGIN:VCARD',
        'VERSION:3.0',
        'FN:Ada\\, Lovelace',
        'TEL;TYPE=WORK,VOICE:+1 415 555 0199',
        'TEL;TYPE=FAX:+1 415 555 0198',
        'item1.TEL;type=CELL;type=pref:(415) 555-',
        ' 0123',
        'EMAIL;TYPE=INTERNET:ada@example.com',
        'item2.EMAIL:ada@example.org',
        'ADR;TYPE=HOME:;;1 Main St;Springfield;CA;94000;US',
        'PHOTO;ENCODING=b;TYPE=JPEG:AAAA',
        ' BBBB==',
        'END:VCARD',
        '',
        'BEGIN:VCARD',
        'VERSION:4.0',
        'FN:Bob',
        'TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-123456;ext=7',
        'END:VCARD',
        'BEGIN:VCARD',
        'VERSION:2.1',
        'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=',
        '=AB',
        'TEL;CELL:+14155550124',
        'END:VCARD',
      ].join('\r\n'),
    );
    expect(list.rows).toEqual([
      {
        phone: '(415) 555-0123\n+1 415 555 0199',
        email: 'ada@example.com\nada@example.org',
        country: 'US',
      },
      { phone: '+49-30-123456' },
      { phone: '+14155550124' },
    ]);
    expect(list.lines).toEqual([1, 15, 20]);
  });

  it('names a card without an end, and goes on with the next one', async () => {
    const { io } = memoryIo({
      stdin: 'BEGIN:VCARD\nTEL:+14155550123\nBEGIN:VCARD\nTEL:+14155550124\nEND:VCARD\nBEGIN:VCARD\nTEL:1\n',
    });
    const list = await CustomerList.open('-', {}, io);
    const found: [number, string | undefined, string][] = [];
    for await (const batch of list.rows()) {
      for (const { line, row } of batch) found.push([line, row.phone, list.codeAt(line, 'empty')]);
    }
    await list.close();
    expect(found).toEqual([
      [1, undefined, 'bad-record'],
      [3, '+14155550124', 'empty'],
      [6, undefined, 'bad-record'],
    ]);
  });

  it('hands cards on while it reads, where none of them ends either', async () => {
    let given = 0;
    async function* chunks(): AsyncGenerator<string> {
      for (; given < 100; given++) yield 'BEGIN:VCARD\n'.repeat(1000);
    }
    let taken = 0;
    for await (const records of vcardRecords(chunks(), 1_000_000)) {
      taken += records.length;
      // The first is the header.
      expect(1000 * given - taken).toBeLessThan(3000);
    }
    expect(taken).toBe(100_001);
  });
});
