// SPDX-License-Identifier: Apache-2.0
/** What tests of databases need beside the package, of which a machine may have none; a test without it is skipped and says so. */

import { execFileSync } from 'node:child_process';
import { DuckDBInstance } from '@duckdb/node-api';

/** Whether an extension of DuckDB's is installed for the version that is tested. `.ci/run` installs them. */
export async function hasExtension(name: 'sqlite_scanner' | 'postgres_scanner' | 'httpfs'): Promise<boolean> {
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  try {
    await connection.run(`LOAD ${name}`);
    return true;
  } catch {
    return false;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Whether Debian's `sqlite3` is there, which makes and reads files without DuckDB. */
export function hasSqlite(): boolean {
  try {
    execFileSync('sqlite3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs statements in a SQLite file, and gives what they print, columns separated by `|`. */
export function sqlite(path: string, statements: string): string {
  return execFileSync('sqlite3', [path, statements], { encoding: 'utf8' });
}
