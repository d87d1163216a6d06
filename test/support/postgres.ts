// SPDX-License-Identifier: Apache-2.0
/** A PostgreSQL server of a test's own, on a port of this machine that nobody else has, with a password. */

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian puts the programs of its newest version. */
function programs(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

/** The server does not run as root: there it is Debian's user for it. */
function account(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return { uid: process.getuid!(), gid: process.getgid!() };
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

export function hasPostgres(): boolean {
  return programs() !== undefined && account() !== undefined;
}

export const PASSWORD = 'not-a-secret-of-anybody';

export interface Postgres {
  readonly port: number;
  /** Runs statements, and gives what they print, columns separated by `|`. */
  run(statements: string): string;
  /** Ends it at once, as a crash would; what it has committed is there again after `start`. */
  kill(): void;
  start(): void;
  stop(): void;
}

/** Its user is `ada`, its database `crm`. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs()!;
  const { uid, gid } = account()!;
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-postgres-'));
  chmodSync(folder, 0o700);
  chownSync(folder, uid, gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  chownSync(passwordFile, uid, gid);
  const port = await freePort();
  const call = (program: string, args: readonly string[]): string =>
    execFileSync(join(bin, program), args, {
      uid,
      gid,
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  call('initdb', [
    '-D',
    data,
    '-U',
    'ada',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
  ]);
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB`;
  const start = (): void => {
    // Its output must not be a pipe of ours, which would stay open as long as it runs.
    const args = ['-D', data, '-l', join(folder, 'log'), '-o', options, '-w', 'start'];
    execFileSync(join(bin, 'pg_ctl'), args, { uid, gid, cwd: folder, stdio: 'ignore' });
  };
  const kill = (): void => void call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
  start();
  const run = (statements: string, database = 'crm'): string =>
    execFileSync(
      'psql',
      ['-h', '127.0.0.1', '-p', String(port), '-U', 'ada', '-d', database, '-qAtc', statements],
      {
        encoding: 'utf8',
        env: { ...process.env, PGPASSWORD: PASSWORD },
      },
    );
  run('CREATE DATABASE crm', 'postgres');
  return {
    port,
    run: (statements) => run(statements),
    kill,
    start,
    stop() {
      kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
