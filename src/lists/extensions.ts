// SPDX-License-Identifier: Apache-2.0
/** DuckDB's extensions for databases and stores: what is installed is loaded, and nothing is fetched. */

import { VeilmatchError } from '../errors.js';
import { DatabaseError } from './refusals.js';
import { quoted } from './sql.js';

/** What reads a database or an object store. */
export type Extension = 'sqlite_scanner' | 'postgres_scanner' | 'httpfs';

/** How DuckDB's INSTALL calls them. */
const EXTENSION_NAMES: Readonly<Record<Extension, string>> = {
  sqlite_scanner: 'sqlite',
  postgres_scanner: 'postgres',
  httpfs: 'httpfs',
};

/** An extension, and what it attaches before all else is locked. */
export interface Attachment {
  readonly name: Extension;
  /** Statements. */
  readonly attach?: readonly string[] | undefined;
}

/** As much of DuckDB's as it takes. */
interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
}

/** Loads an extension and attaches what it is for. @throws {VeilmatchError} `unsupported`; {DatabaseError} */
export async function prepare(
  connection: Connection,
  { name, attach = [] }: Attachment,
  purpose: string,
): Promise<void> {
  try {
    await connection.run(`LOAD ${name}`);
  } catch (error) {
    throw new VeilmatchError(
      'unsupported',
      `${purpose} an extension of DuckDB's that is not installed for this version of it: ${EXTENSION_NAMES[name]}. Nothing is ` +
        'fetched unasked: docs/lists.md, "Where lists live", says how to install it.',
      { cause: error },
    );
  }
  try {
    if (name === 'httpfs') {
      // One of the ways that it has to the network takes any certificate unless told otherwise.
      const settings = await connection.runAndReadAll(
        "SELECT name FROM duckdb_settings() WHERE name LIKE 'enable%server_cert_verification'",
      );
      for (const [setting] of settings.getRows()) await connection.run(`SET ${setting} = true`);
      const authority = process.env.SSL_CERT_FILE;
      if (authority) await connection.run(`SET ca_cert_file = ${quoted(authority)}`);
    }
    // Secrets are read when they are first looked for, and behind the lock no more.
    await connection.run('SELECT count(*) FROM duckdb_secrets()');
    for (const statement of attach) await connection.run(statement);
  } catch (error) {
    throw new DatabaseError(error);
  }
}
