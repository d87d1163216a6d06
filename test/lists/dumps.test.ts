// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { isDump } from '../../src/lists/dumps.js';
import { memoryIo, readList } from '../cli/harness.js';

const read = (text: string, options = {}) => readList('-', options, memoryIo({ stdin: text }).io);

const TOP = '--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\n';
const PEOPLE = [
  'COPY public.customers (id, "Full, Name", phone, email) FROM stdin;',
  '1\tAda\\tLovelace\t+14155550123\tada@example.com',
  '2\t\\N\t+14155550124\\n+14155550125\t\\N',
  '3\tBob\t\\N\tbob\\x@example.com',
  '\\.',
  '',
  '',
].join('\n');
const EMPTY = 'COPY public.notes (id, note) FROM stdin;\n\\.\n\n';

describe('dumps of databases', () => {
  it('gives the rows of the one table that has some, with the lines that they stand on', async () => {
    const list = await read(
      `${TOP}CREATE TABLE public.customers (id integer);\n${EMPTY}${PEOPLE}SELECT 1;\n`,
    );
    expect(list.rows).toEqual([
      { phone: '+14155550123', email: 'ada@example.com' },
      { phone: '+14155550124\n+14155550125' },
      { email: 'bobx@example.com' },
    ]);
    expect(list.lines).toEqual([13, 14, 15]);
  });

  test.each([
    [
      'rows of several tables',
      `${TOP}${PEOPLE}${PEOPLE}`,
      /several tables, the second one's from line 14 on.*pg_dump/,
    ],
    [
      'rows inside of statements',
      "-- MySQL dump 10.13  Distrib 8.0\n/*!40101 SET NAMES utf8 */;\nLOCK TABLES `c` WRITE;\nINSERT INTO `c` VALUES (1,'a@example.com','+14155550123');\n",
      /is a dump of a database and no list: from line 4 on .*INSERT.*mysql --batch/,
    ],
    [
      'rows of SQLite',
      "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nINSERT INTO c VALUES(1,'a@example.com');\n",
      /dump of a database.*from line 3 on.*sqlite3 -csv/,
    ],
    ['no rows', TOP, /dump of a database and no list, and there are no rows/],
  ])('says of one with %s what it is and what to do', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(message),
    });
  });

  it('is not looked for where it is said how the text is written', async () => {
    const text = 'COPY c FROM stdin;\n+14155550123\tada@example.com\n';
    const { rows } = await read(text, { dialect: { skip: 1, delimiter: '\t' } });
    expect(rows).toEqual([{ phone: '+14155550123', email: 'ada@example.com' }]);
  });

  test.each([
    'Set,Phone\nA,+14155550123\n',
    'use,email\n',
    '-- Customers\nphone,email\n',
    'copy,phone\nCOPY x,+14155550123\n',
    'phone\n+14155550123\n',
    'Drop table number,email\n',
    '',
  ])('is none where a table only resembles one: %j', (text) => {
    expect(isDump(text)).toBe(false);
  });
});
