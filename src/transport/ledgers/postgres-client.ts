// SPDX-License-Identifier: Apache-2.0
/**
 * Connections to PostgreSQL by `pg`, an optional peer that is asked for here alone, and what its errors mean. Whoever stands
 * between a server and its ledger could answer that nothing was used up, so off this machine the server's certificate is
 * checked unless somebody says otherwise.
 */

import { VeilmatchError } from '../../errors.js';
import { isLoopback } from '../door/address.js';
import { readIfThere } from '../files/files.js';
import { noLedger } from '../files/ledger-place.js';

/** A PostgreSQL database. What is left out comes from libpq's environment: PGHOST, PGPORT, PGUSER, PGDATABASE, PGSSLMODE. */
export interface PostgresServer {
  /** A name, an IP address, or the folder of a socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  /** The password is PGPASSWORD, or stands in `~/.pgpass` or the file of PGPASSFILE. */
  readonly user?: string | undefined;
  /**
   * `verify-full`: TLS, and the certificate must be the host's. `require`: TLS with whatever certificate. `disable`: none.
   * Default: `verify-full`, and on this machine `disable`.
   */
  readonly sslmode?: string | undefined;
  /** A file with the authorities of the server's certificate, in PEM. Default: PGSSLROOTCERT, or Node's own. */
  readonly sslrootcert?: string | undefined;
}

/** The parts of `pg` that are used. */
export interface Client {
  connect(): Promise<void>;
  query(statement: string, values?: readonly unknown[]): Promise<Result>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
/** What a statement gave; of several statements at once there is one each. */
export interface Result {
  readonly rows: readonly object[];
  /** The first word of what was done: `COMMIT`, or `ROLLBACK` where that was asked in vain. */
  readonly command: string;
}
interface Pg {
  readonly Client: new (options: object) => Client;
}

/** Milliseconds after which a server that says nothing is given up. */
const PATIENCE = 15_000;
const AUTHORITIES_BYTES = 4_194_304;

/** @param onLoss told of a connection that was lost while nothing was asked of it */
export type Connect = (onLoss: (client: Client) => void) => Promise<Client>;

/**
 * Makes connections, each time this is called.
 * @throws {VeilmatchError} `unsupported` without `pg`; `argument`, `io`, `bad-file` for how TLS is to be done. The function that is
 * returned: what the server or the system refuses
 */
export async function connector(server: PostgresServer): Promise<Connect> {
  const { Client } = loadPg();
  const { env } = process;
  const host = server.host ?? env.PGHOST ?? 'localhost';
  const options = {
    ...{ host, port: portOf(server.port ?? env.PGPORT), database: server.database, user: server.user },
    ssl: await tlsFor(host, server),
    application_name: env.PGAPPNAME ?? 'veilmatch',
    keepAlive: true,
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  };
  return async (onLoss) => {
    const client = new Client(options);
    // Without somebody who listens it would end the process.
    client.on('error', () => onLoss(client));
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  };
}

/**
 * Looked at here: refused by the socket, it would leave a timer of `pg` behind that ends the process.
 * @throws {VeilmatchError} `argument`
 */
function portOf(given: number | string | undefined): number | undefined {
  const port = given === undefined || given === '' ? undefined : Number(given);
  if (port === undefined || (Number.isInteger(port) && port > 0 && port < 65_536)) return port;
  throw new VeilmatchError(
    'argument',
    'The port of PostgreSQL (port, or PGPORT) must be a whole number from 1 to 65535.',
  );
}

/** By `require`, so that no bundler of a page sees it. @throws {VeilmatchError} `unsupported` */
function loadPg(): Pg {
  const module = globalThis.process?.getBuiltinModule?.('node:module');
  if (module === undefined) {
    throw new VeilmatchError('unsupported', 'Only Node can keep a ledger in PostgreSQL.');
  }
  try {
    return module.createRequire(import.meta.url)('pg') as Pg;
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new VeilmatchError(
      'unsupported',
      `A ledger in PostgreSQL needs the package pg, which ${absent ? 'is not installed' : 'cannot be loaded here'}. ` +
        'Install it where veilmatch is: npm install pg (with -g where veilmatch was installed with -g).',
      { cause: error },
    );
  }
}

/** What `pg` takes as `ssl`. */
async function tlsFor(host: string, server: PostgresServer): Promise<object | false> {
  const here = host.startsWith('/') || isLoopback(host);
  const mode = server.sslmode ?? process.env.PGSSLMODE ?? (here ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  if (mode !== 'require' && mode !== 'verify-full') {
    throw new VeilmatchError(
      'argument',
      'For a ledger sslmode is verify-full, require or disable: the others may go on in the clear, or with another server.',
    );
  }
  const authorities = server.sslrootcert ?? process.env.PGSSLROOTCERT;
  if (authorities === undefined || authorities === 'system')
    return { rejectUnauthorized: mode !== 'require' };
  const ca = await readIfThere(authorities, AUTHORITIES_BYTES);
  if (ca === undefined) throw new VeilmatchError('io', 'There is no such file as sslrootcert names.');
  // As libpq does: with an authority of one's own, `require` checks the certificate as well.
  return { ca: new TextDecoder().decode(ca), rejectUnauthorized: true };
}

/** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^28/,
    'the server does not let this user in. The password comes from PGPASSWORD or ~/.pgpass, the user from the address or PGUSER',
  ],
  [/^3D000$/, 'there is no such database'],
  [/^3F000$/, 'there is no such schema'],
  [/^42501$/, 'this user may not read and write the tables of the ledger, or make them'],
  [/^25006$/, 'the database can only be read: it is a standby, perhaps'],
  [/^(?:55P03|57014|25P0[34])$/, 'others hold the ledger for too long'],
  [/^53/, 'the server has no room: for connections, or on its disk'],
  [/^(?:57P0\d|08)/, 'the server ended the connection'],
  [
    /^(?:ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENOENT|EAI_AGAIN|ETIMEDOUT)$/,
    'nothing answers there',
  ],
  [/^(?:ECONNRESET|EPIPE)$/, 'the connection was lost'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/,
    "the server's certificate is not one that is trusted here. sslrootcert=FILE names its authority",
  ],
];

/** A table that is not there, a column, or what is no table of ours. */
const OTHER_TABLES = /^42(?:P01|703|P0[27]|804|883)$/;

/**
 * What the server or the line refused, in words; other errors pass unchanged.
 * @param charged what became of the update
 */
export function postgresRefusal(error: unknown, source: string, charged: string): unknown {
  if (error instanceof VeilmatchError) return error;
  const { code } = (error ?? {}) as { code?: unknown };
  const known = typeof code === 'string' ? code : '';
  if (OTHER_TABLES.test(known)) return noLedger(source, error);
  const reason =
    REASONS.find(([codes]) => codes.test(known))?.[1] ?? 'the server refused, or the connection was lost';
  // Not the error itself: what a server says may hold names and values.
  return new VeilmatchError('io', `The ledger ${source} cannot be used: ${reason}. ${charged}`);
}
