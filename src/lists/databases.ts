// SPDX-License-Identifier: Apache-2.0
/**
 * Tables of SQLite files and PostgreSQL servers, through DuckDB's extensions for them. DuckDB attaches the one database before
 * its locks fall. A query is run by that database in its own SQL, for reading alone, and never by DuckDB.
 */

import { VeilmatchError } from '../errors.js';
import { type DatabaseAddress, isLoopback, type PostgresAddress } from './address.js';
import { BufferedSource } from './buffered-source.js';
import { beginsWith, SQLITE, startOf } from './chunks.js';
import { Database } from './duckdb.js';
import type { Extension } from './extensions.js';
import { type Io, readBytes } from './io.js';
import type { RecordSource } from './record-source.js';
import { DatabaseError, type Refusal } from './refusals.js';
import { identifier, quoted } from './sql.js';
import { type Relation, TableRecords } from './table-records.js';

/** What DuckDB calls the database that is attached. */
export const CATALOG = 'list';
/** Rows come in chunks, and go on as they come. */
const MEMORY_MEGABYTES = 256;
/** Seconds after which a server that says nothing is given up. libpq by itself waits for ever. */
const CONNECT_SECONDS = 30;

/**
 * @param query - what is read, where the address names no table
 * @throws {VeilmatchError} `argument` where both or none say what is read, or it is not there; `unsupported` without the
 * extension; `io` where the database cannot be reached or does not let the user in; `bad-file`
 */
export async function openDatabase(
  address: DatabaseAddress,
  query: string | undefined,
  source: string,
  io: Io,
): Promise<RecordSource> {
  if ((address.table === undefined) === (query === undefined)) {
    throw new VeilmatchError(
      'argument',
      query === undefined
        ? `Say which table of ${source}: ?table=NAME, or a query with --query.`
        : `${source} names a table, and --query says what is read, too. Give one of them.`,
    );
  }
  if (address.kind === 'sqlite') await checkSqlite(address.path, source, io);
  const database = await attached(address, 'read', source, io);
  const explain = (error: unknown, position?: number): unknown =>
    databaseRefusal(error, { verb: 'read', source, isQuery: query !== undefined, position });
  const relation: Relation = { ...FORMATS[address.kind], from: fromClause(address, query), explain };
  try {
    // All that is read is of one state of the database, and a query is prepared and run on one connection to it.
    await database.begin('read');
    const records = await TableRecords.open(database, relation);
    if (query === undefined) return records;
    // A query is run once: what is looked at beforehand is the beginning of what is read.
    return new BufferedSource(
      records,
      records.whole,
      () => undefined,
      () => records.close(),
    );
  } catch (error) {
    await database.close();
    throw explain(error);
  }
}

const FORMATS: Readonly<Record<DatabaseAddress['kind'], Pick<Relation, 'format' | 'cell'>>> = {
  sqlite: {
    format: 'SQLite',
    // Its columns hold anything. Bytes that are no UTF-8 end the reading: replaced by others they would match nobody.
    cell(column, isGlance) {
      const text = `decode(encode(CAST(${column} AS VARCHAR)))`;
      return isGlance ? `try(${text})` : text;
    },
  },
  postgres: { format: 'PostgreSQL' },
};

function fromClause(address: DatabaseAddress, query: string | undefined): string {
  if (query !== undefined) {
    let end = query.length;
    while (end > 0 && /[;\s]/.test(query[end - 1]!)) end--;
    return `${address.kind}_query(${quoted(CATALOG)}, ${quoted(query.slice(0, end))})`;
  }
  return [CATALOG, schemaOf(address), address.table!].map(identifier).join('.');
}

/** Where in the database its table is. */
export function schemaOf(address: DatabaseAddress): string {
  return address.kind === 'sqlite' ? 'main' : address.schema;
}

const EXTENSIONS: Readonly<Record<DatabaseAddress['kind'], readonly [Extension, string]>> = {
  sqlite: ['sqlite_scanner', 'SQLite databases need'],
  postgres: ['postgres_scanner', 'PostgreSQL databases need'],
};

/** DuckDB with nothing but this database. @throws {VeilmatchError} `unsupported`, `io` */
export async function attached(
  address: DatabaseAddress,
  verb: 'read' | 'write',
  source: string,
  io: Io,
): Promise<Database> {
  const [extension, purpose] = EXTENSIONS[address.kind];
  const place = address.kind === 'sqlite' ? address.path : connection(address);
  const options = [
    `TYPE ${address.kind}`,
    ...(verb === 'read' ? ['READ_ONLY'] : []),
    ...(address.kind === 'postgres' && address.secret !== undefined
      ? [`SECRET ${identifier(address.secret)}`]
      : []),
  ];
  const attach = [
    ...(address.kind === 'sqlite' && verb === 'read' ? ['SET sqlite_all_varchar = true'] : []),
    `ATTACH ${quoted(place)} AS ${identifier(CATALOG)} (${options.join(', ')})`,
  ];
  try {
    return await Database.open(
      { purpose, extension: { name: extension, attach }, memoryMegabytes: MEMORY_MEGABYTES },
      io,
    );
  } catch (error) {
    throw databaseRefusal(error, { verb, source });
  }
}

/** As libpq reads it: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING */
function connection({ user, host, port, database, secret, sslmode, sslrootcert }: PostgresAddress): string {
  const server = host ?? (secret === undefined ? (process.env.PGHOST ?? '') : undefined);
  const isHere = server !== undefined && (server === '' || server.startsWith('/') || isLoopback(server));
  const parameters = {
    ...{ host, port, user, dbname: database, sslrootcert },
    // libpq by itself goes on in the clear with a server that has no TLS.
    sslmode: sslmode ?? (isHere || process.env.PGSSLMODE !== undefined ? undefined : 'require'),
    connect_timeout: process.env.PGCONNECT_TIMEOUT === undefined ? String(CONNECT_SECONDS) : undefined,
    application_name: process.env.PGAPPNAME === undefined ? 'veilmatch' : undefined,
  };
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}='${value.replace(/[\\']/g, '\\$&')}'`]))
    .join(' ');
}

/** @throws {VeilmatchError} `io`; `bad-file` for what is no SQLite database, which the extension finds out late or never */
async function checkSqlite(path: string, source: string, io: Io): Promise<void> {
  const { head, iterator } = await startOf(readBytes(path, io));
  await iterator.return?.();
  if (beginsWith(head, SQLITE)) return;
  throw new VeilmatchError('bad-file', `${source} is no SQLite database: its first bytes say so.`);
}

interface Refused {
  readonly verb: 'read' | 'write';
  readonly source: string;
  readonly isQuery?: boolean | undefined;
  /** Rows that were read before. */
  readonly position?: number | undefined;
}

const REASONS: Partial<Readonly<Record<Refusal, string>>> = {
  login:
    "the server does not let this user in. The password comes from PGPASSWORD, from ~/.pgpass or from a secret of DuckDB's " +
    '(secret=NAME), the user from the address or PGUSER',
  absent: 'there is no such database',
  unreachable: 'nothing answers there. Look at the host and the port, and whether the server runs',
  tls:
    'no connection with TLS comes about. sslrootcert=FILE names the authority of its certificate; for a server without TLS on a ' +
    'network that nobody else listens to there is sslmode=disable',
  forbidden: 'this user may not do that; and lists are read alone, by statements that change nothing',
  busy: 'another program holds a lock on it. Try again when that has ended',
};

/** What a database refused, in words; other errors pass unchanged. */
export function databaseRefusal(error: unknown, { verb, source, isQuery, position }: Refused): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { refusal } = error;
  const at = position === undefined || position === 0 ? '' : ` behind row ${position}`;
  const details = position === undefined ? {} : { position };
  if (refusal === 'missing' || refusal === 'statement') {
    return new VeilmatchError(
      'argument',
      isQuery
        ? `The query cannot be run in ${source}: it is not one statement that gives rows, or names a table or column that is not there.`
        : `There is no such table in ${source}, or this user may not see it. Names are written as the database has them.`,
      details,
    );
  }
  if (refusal === 'encoding') {
    return new VeilmatchError(
      'bad-file',
      `${source} holds text that is not UTF-8${at}. Read the columns that are text alone, with --query.`,
      details,
    );
  }
  const reason = refusal === undefined ? undefined : REASONS[refusal];
  const otherwise = isQuery
    ? 'the database ended the query, or the connection was lost'
    : 'the database refused, or the connection was lost';
  return new VeilmatchError('io', `Cannot ${verb} ${source}${at}: ${reason ?? otherwise}.`, details);
}
