// SPDX-License-Identifier: Apache-2.0
/**
 * Dumps of databases. The rows that `pg_dump` and `psql` write behind `COPY ... FROM stdin;` are a list as any other, in PostgreSQL's
 * text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"); rows inside of statements are not read.
 */

import { VeilmatchError } from '../errors.js';
import type { ListRecord } from './record-source.js';

/** Remarks, and what `psql` alone reads, which stand above the first statement. */
const REMARK = /^(?:--.*|\/\*.*\*\/;?|\\\w.*|\s*)$/;
/** How the first statement of a dump begins; no header of a table does. */
const STATEMENT =
  /^(?:(?:INSERT|INSERT IGNORE|REPLACE) INTO [`"[\w]|SET @?\w[\w.]{0,60} ?(?:=|TO )|SELECT pg_catalog\.|PRAGMA \w{1,60} ?=|BEGIN(?: TRANSACTION)?;|USE [`"]?\w{1,60}[`"]?;|LOCK TABLES )/i;
/** The line ends as one of SQL does, too. */
const DEFINITION = /^(?:CREATE|DROP|ALTER) (?:TABLE|DATABASE|SCHEMA|EXTENSION|TYPE|SEQUENCE) [`"[\w]/i;
/** What the programs write first. */
const TITLE = /^-- (?:PostgreSQL database (?:cluster )?dump|(?:MySQL|MariaDB|phpMyAdmin) )/im;
/** Characters that tell. */
const MOST_LOOKED_AT = 8192;

/** Whether a text is a dump of a database: statements in place of a table. */
export function isDump(head: string): boolean {
  const text = head.slice(0, MOST_LOOKED_AT);
  if (!/^\s*(?:--|\/\*|\\|[a-z])/i.test(text)) return false;
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => !REMARK.test(line));
  const above = lines.slice(0, first < 0 ? lines.length : first).join('\n');
  return (first >= 0 && isStatement(lines[first]!)) || TITLE.test(above);
}

const isStatement = (line: string): boolean =>
  STATEMENT.test(line) || (DEFINITION.test(line) && /[;(]$/.test(line)) || COPY.test(line);

const COPY = /^COPY \S[^(]*(?:\((.*)\) )?FROM stdin;\s*$/i;
const IN_STATEMENT = /^(?:INSERT (?:IGNORE )?|REPLACE )INTO /i;

/**
 * The rows of the one table of a dump that has some.
 * @param maxRecord characters of the longest row that is taken
 * @throws {VeilmatchError} `bad-file` for rows inside of statements, rows of several tables, and where there are none
 */
export async function* dumpRecords(
  chunks: AsyncIterable<string>,
  source: string,
  maxRecord: number,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  /** The names of the table whose rows are read. */
  let header: ListRecord | undefined;
  let inTable = false;
  let tables = 0;
  for await (const lines of linesOf(chunks, maxRecord)) {
    const records: ListRecord[] = [];
    for (const { text, line, isLong } of lines) {
      if (!inTable) {
        if (IN_STATEMENT.test(text)) throw inStatements(source, line);
        const copy = COPY.exec(text);
        if (copy === null) continue;
        [inTable, header] = [true, { fields: namesIn(copy[1] ?? ''), line }];
      } else if (text === '\\.') inTable = false;
      else {
        if (header !== undefined) {
          if (++tables > 1) throw severalTables(source, header.line);
          const cells = text.split('\t').length;
          records.push(header.fields.length > 0 ? header : { ...header, fields: Array(cells).fill('') });
          header = undefined;
        }
        records.push(
          isLong ? { fields: [], line, damage: 'too-long' } : { fields: text.split('\t').map(cellOf), line },
        );
      }
    }
    if (records.length > 0) yield records;
  }
  if (tables === 0) throw noRows(source);
}

/** Of `id, "Full Name"`. */
function namesIn(list: string): string[] {
  const names = list.match(/"(?:[^"]|"")*"|[^\s,"]+/g) ?? [];
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name));
}

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function cellOf(written: string): string {
  if (written === '\\N') return '';
  return written.includes('\\')
    ? written.replace(/\\(.)/gs, (_, sign: string) => ESCAPED[sign] ?? sign)
    : written;
}

interface DumpLine {
  readonly text: string;
  readonly line: number;
  readonly isLong: boolean;
}

/** Lines as they come; what is longer than a row may be is cut. */
async function* linesOf(
  chunks: AsyncIterable<string>,
  maxRecord: number,
): AsyncGenerator<readonly DumpLine[], void, undefined> {
  let rest = '';
  let line = 0;
  const numbered = (text: string): DumpLine => ({
    text: text.endsWith('\r') ? text.slice(0, -1) : text,
    line: ++line,
    isLong: text.length > maxRecord,
  });
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!.slice(0, maxRecord + 1);
    yield lines.map(numbered);
  }
  if (rest !== '') yield [numbered(rest)];
}

const EXPORT =
  'Export the one table as a list: psql -c "\\copy (SELECT phone, email FROM customers) TO list.csv CSV HEADER", ' +
  'mysql --batch -e "SELECT phone, email FROM customers" DATABASE > list.tsv, or sqlite3 -csv -header FILE "SELECT ..." > list.csv.';

function inStatements(source: string, line: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} is a dump of a database and no list: from line ${line} on its rows stand inside of INSERT statements. ${EXPORT}`,
    { position: line - 1 },
  );
}

function severalTables(source: string, line: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} is a dump of a database with the rows of several tables, the second one's from line ${line} on. Take one alone: ` +
      `pg_dump --data-only --table=customers. Or: ${EXPORT}`,
    { position: line - 1 },
  );
}

function noRows(source: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} is a dump of a database and no list, and there are no rows in it that can be read. ${EXPORT}`,
  );
}
