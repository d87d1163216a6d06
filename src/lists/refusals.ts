// SPDX-License-Identifier: Apache-2.0
/** What DuckDB refuses, and the databases and stores behind it. Their own words may quote cells, queries and keys, so none goes on. */

import { VeilmatchError } from '../errors.js';

export type Refusal =
  | ('login' | 'absent' | 'unreachable' | 'tls' | 'forbidden' | 'busy')
  | ('missing' | 'statement' | 'encoding' | 'no-parquet');

/** What DuckDB, or the database behind it, refused: the first of these of which its message has a phrase. */
const REFUSALS: Readonly<Record<Refusal, readonly string[]>> = {
  login: [
    ...['password authentication failed', 'no password supplied', 'no pg_hba.conf entry', 'fatal:  role "'],
    ...['http 401', 'http 403', 'http code 401', 'http code 403'],
  ],
  absent: ['fatal:  database "', 'http 404', 'http code 404'],
  unreachable: [
    ...[
      'connection refused',
      'could not translate host name',
      'timeout expired',
      'timed out',
      'no route to host',
    ],
    ...[
      'no such file or directory',
      'could not establish connection',
      'could not connect',
      'could not resolve',
    ],
  ],
  tls: [
    ...[
      'support ssl',
      'ssl peer',
      'ssl error',
      'ssl connection',
      'certificate verif',
      'root certificate',
      'server certificate',
    ],
  ],
  forbidden: ['permission denied', 'readonly database', 'read-only transaction'],
  busy: ['database is locked'],
  missing: ['does not exist', 'no such table', 'no such column', 'not found', 'catalog error'],
  statement: [
    'syntax error',
    'must return data',
    'failed to prepare query',
    'cannot insert multiple commands',
  ],
  encoding: ['could not convert blob to utf8', 'invalid byte sequence', 'invalid unicode'],
  'no-parquet': ['no magic bytes', 'too small to be a parquet file'],
};

/** Characters of a message that are looked at: a server may say as much as it likes. */
const MAX_MESSAGE = 2000;

/** An error of DuckDB's. Its message may quote a cell or a query, so it goes no further. */
export class DatabaseError extends Error {
  /** What it says, where that is known. */
  readonly refusal: Refusal | undefined;
  /** The disk or the memory, not the data. */
  readonly resources: boolean;
  constructor(error: unknown) {
    super('DuckDB refused.');
    const message = error instanceof Error ? error.message.slice(0, MAX_MESSAGE) : '';
    this.resources = /^(?:IO|Out of Memory) Error/.test(message);
    const said = message.toLowerCase();
    this.refusal = (Object.keys(REFUSALS) as Refusal[]).find((name) =>
      REFUSALS[name].some((phrase) => said.includes(phrase)),
    );
  }
}

/** What went wrong while something was read or written by DuckDB. @param otherwise for an error in the data */
export function databaseError(
  verb: 'read' | 'write',
  name: string,
  error: unknown,
  otherwise: VeilmatchError,
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (!error.resources) return otherwise;
  return new VeilmatchError(
    'io',
    `Cannot ${verb} ${name}: no space is left on the disk, or too little memory.`,
  );
}
