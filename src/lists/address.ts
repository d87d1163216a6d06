// SPDX-License-Identifier: Apache-2.0
/**
 * Where a list lives: a file, standard input, a table of a database, an object of a store, a page of the web. What is in an
 * address is said in messages as far as it names a place, and no further: no user, no parameters of a link, and a password is
 * not taken at all, for whoever looks at the processes of a machine sees it.
 */

import { resolve } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { pathName, UNNAMED } from '../path-name.js';

/** The file name that stands for standard input. */
export const STDIN = '-';

/** A table of a SQLite file. */
export interface SqliteAddress {
  readonly kind: 'sqlite';
  readonly path: string;
  /** Without one a query says what is read. */
  readonly table: string | undefined;
}

/** A table of a PostgreSQL database. What is undefined comes from libpq's environment. */
export interface PostgresAddress {
  readonly kind: 'postgres';
  readonly user: string | undefined;
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly database: string | undefined;
  readonly schema: string;
  readonly table: string | undefined;
  /** The name of a secret of DuckDB's, which has what is not said here. */
  readonly secret: string | undefined;
  readonly sslmode: string | undefined;
  readonly sslrootcert: string | undefined;
}

export type DatabaseAddress = SqliteAddress | PostgresAddress;

export type Address =
  | { readonly kind: 'stdin' }
  | { readonly kind: 'file'; readonly path: string }
  /** `s3://` or `gs://`. */
  | { readonly kind: 'object'; readonly url: string }
  | { readonly kind: 'web'; readonly url: string }
  | DatabaseAddress;

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
/** Characters. Signed links are long. */
export const MAX_ADDRESS = 8192;
const POSTGRES_PARAMETERS: readonly string[] = [
  'table',
  'schema',
  'host',
  'secret',
  'sslmode',
  'sslrootcert',
];

/**
 * @param text - as it is given on the command line: `list.csv`, `-`, `sqlite:FILE?table=NAME`,
 * `postgres://USER@HOST/DATABASE?table=NAME`, `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `https://HOST/PATH`
 * @throws {VeilmatchError} `argument` for an address with a password in it, and for one that cannot be read. Nothing of either
 * is repeated
 */
export function parseAddress(text: string): Address {
  if (text === STDIN) return { kind: 'stdin' };
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'sqlite':
      return sqliteAddress(text.slice('sqlite:'.length));
    case 'postgres':
    case 'postgresql':
      return postgresAddress(text);
    case 's3':
    case 'gs':
      return objectAddress(text, scheme);
    case 'http':
    case 'https':
      return webAddress(text);
    default:
      if (scheme === undefined || !text.startsWith('//', scheme.length + 1))
        return { kind: 'file', path: text };
      throw wrong(
        `${scheme}:// is no place that lists are read from or written to. There are files, ${PLACES}.`,
      );
  }
}

const PLACES = 'sqlite:FILE?table=NAME, postgres://HOST/DATABASE?table=NAME, s3://, gs:// and https://';

/** Whether a text is the path of a file, or standard input. */
export function isLocal(text: string): boolean {
  const scheme = SCHEME.exec(text)?.[1];
  return scheme === undefined || parsed(text)?.kind === 'file';
}

/** How messages name a list that is no file: its place alone. */
function addressName(address: Exclude<Address, { kind: 'stdin' }>): string {
  switch (address.kind) {
    case 'file':
      return pathName(address.path);
    case 'sqlite':
      return named('sqlite:', [address.path], address.table);
    case 'postgres': {
      const { host = '', port, database = '', schema, table } = address;
      const place = host.startsWith('/') || port === undefined ? host : `${host}:${port}`;
      const within = schema === 'public' ? table : table && `${schema}.${table}`;
      return named('postgres://', [place, database], within);
    }
    case 'object':
      return pathName(address.url);
    case 'web': {
      const { protocol, host, pathname } = new URL(address.url);
      return named(`${protocol}//`, [`${host}${pathname}`], undefined);
    }
  }
}

function named(scheme: string, parts: readonly string[], table: string | undefined): string {
  const names = [...parts, ...(table === undefined ? [] : [table])].map(pathName);
  if (names.includes(UNNAMED))
    return 'a list (its place is not repeated: it looks like a token, an address or a number)';
  return `${scheme}${parts.join('/')}${table === undefined ? '' : `?table=${table}`}`;
}

/** The same for a text, whatever it is. */
export function placeName(text: string): string {
  if (text === STDIN) return 'standard input';
  // What a variable of a script comes to that was never set.
  if (text === '') return 'a file whose name is empty';
  const address = parsed(text);
  if (address === undefined || address.kind === 'stdin') return 'a list (its address is not repeated)';
  return addressName(address);
}

function parsed(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

/**
 * The same place from any folder.
 * @param folder from which the text names it; by default the one that this process is in
 */
export function absoluteAddress(text: string, folder: string = ''): string {
  const address = parseAddress(text);
  if (address.kind === 'file') return resolve(folder, text);
  return address.kind === 'sqlite'
    ? `sqlite:${resolve(folder, address.path)}${text.slice(text.split('?', 1)[0]!.length)}`
    : text;
}

function sqliteAddress(text: string): SqliteAddress {
  const end = text.indexOf('?');
  const path = end < 0 ? text : text.slice(0, end);
  if (path === '') throw wrong('The address names no file: sqlite:FILE?table=NAME.');
  const parameters = new URLSearchParams(end < 0 ? '' : text.slice(end + 1));
  checkParameters(parameters, ['table'], 'sqlite:FILE');
  return { kind: 'sqlite', path, table: given(parameters, 'table') };
}

function postgresAddress(text: string): PostgresAddress {
  const url = urlOf(text);
  const parameters = url.searchParams;
  if (url.password !== '' || parameters.has('password') || parameters.has('sslpassword')) {
    throw wrong(
      'The address has a password in it, which everybody sees who lists the processes of this machine. Leave it out: it is taken ' +
        "from PGPASSWORD, from ~/.pgpass, or from a secret of DuckDB's that secret=NAME names. And change it, where others may have seen it.",
    );
  }
  checkParameters(parameters, POSTGRES_PARAMETERS, 'postgres://HOST/DATABASE');
  const database = decoded(url.pathname.slice(1));
  const table = given(parameters, 'table');
  const schema = given(parameters, 'schema');
  // A name with a point in it needs schema=, so that nothing is guessed.
  const [outer, ...inner] = table?.split('.') ?? [];
  if (schema === undefined && inner.length > 1) {
    throw wrong(
      'table=SCHEMA.NAME has one point. Give schema= and table= apart where a name has points in it.',
    );
  }
  const within = schema === undefined && inner.length === 1;
  return {
    kind: 'postgres',
    user: decoded(url.username) || undefined,
    host: given(parameters, 'host') ?? (decoded(url.hostname).replace(/^\[|\]$/g, '') || undefined),
    port: url.port || undefined,
    database: database || undefined,
    schema: within ? outer! : (schema ?? 'public'),
    table: within ? inner[0] : table,
    secret: given(parameters, 'secret'),
    sslmode: given(parameters, 'sslmode'),
    sslrootcert: given(parameters, 'sslrootcert'),
  };
}

function objectAddress(text: string, scheme: string): Address {
  const [, bucket = '', key = ''] = /^[^:]*:\/\/([^/]*)\/(.*)$/s.exec(text) ?? [];
  if (bucket.includes('@') || key.includes('?')) {
    throw wrong(
      `An address of ${scheme}:// has no login and no parameters. Keys come from the environment or from a secret of DuckDB's.`,
    );
  }
  if (bucket === '' || key === '') throw wrong(`The address names no object: ${scheme}://BUCKET/KEY.`);
  return { kind: 'object', url: `${scheme}://${bucket}/${key}` };
}

function webAddress(text: string): Address {
  const url = urlOf(text);
  if (url.username !== '' || url.password !== '') {
    throw wrong(
      'The address has a login in it, which everybody sees who lists the processes of this machine. Fetch the list with a program ' +
        'that keeps logins, and name the file or pipe it to -.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw wrong('A list does not travel in the clear: give an address of https://.');
  }
  url.hash = '';
  return { kind: 'web', url: url.href };
}

/** This machine itself, by the names that it has everywhere. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function urlOf(text: string): URL {
  try {
    if (text.length <= MAX_ADDRESS) return new URL(text);
  } catch {
    // Said below.
  }
  throw wrong(
    `An address cannot be read (it is not repeated). Of places that are no files there are ${PLACES}.`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('An address has a % in it that begins no escaped byte. Write %25 for it.');
  }
}

function given(parameters: URLSearchParams, name: string): string | undefined {
  return parameters.get(name) || undefined;
}

function checkParameters(parameters: URLSearchParams, known: readonly string[], form: string): void {
  const names = [...parameters.keys()];
  if (names.every((name) => known.includes(name)) && new Set(names).size === names.length) return;
  throw wrong(`${form} takes the parameters ${known.join(', ')}, each once, and no others.`);
}

function wrong(message: string): VeilmatchError {
  return new VeilmatchError('argument', message);
}
