// SPDX-License-Identifier: Apache-2.0
/** A ledger that somebody has named: a file, or a database. */

import { VeilmatchError } from '../../errors.js';
import { type Address, parseAddress, placeName } from '../../lists/address.js';
import {
  type KeptLedger,
  openFileLedger,
  openPostgresLedger,
  openSqliteLedger,
} from '../../transport/index.js';

type LedgerAddress = Extract<Address, { kind: 'file' | 'sqlite' | 'postgres' }>;

/** @throws {VeilmatchError} `argument` */
export function checkedPlace(address: Address): LedgerAddress {
  const { kind } = address;
  if (
    (kind !== 'file' && kind !== 'sqlite' && kind !== 'postgres') ||
    ('table' in address && address.table)
  ) {
    throw new VeilmatchError(
      'argument',
      'A ledger is a file, sqlite:FILE or postgres://HOST/DATABASE, and its tables have names of their own.',
    );
  }
  if (kind === 'postgres' && address.secret !== undefined) {
    throw new VeilmatchError(
      'argument',
      'A ledger is not opened by DuckDB, which has the secrets of secret=NAME: its password comes from PGPASSWORD or ~/.pgpass.',
    );
  }
  return address;
}

/** @throws {VeilmatchError} as `openLedger` does */
export async function openNamed(place: string): Promise<KeptLedger> {
  const address = checkedPlace(parseAddress(place));
  const source = placeName(place);
  if (address.kind === 'file') return openFileLedger(address.path);
  if (address.kind === 'sqlite') return openSqliteLedger(address.path, { source });
  const { host, port, database, user, schema, sslmode, sslrootcert } = address;
  const server = { host, port: port === undefined ? undefined : Number(port), database, user };
  return openPostgresLedger({ ...server, schema, sslmode, sslrootcert, source });
}
