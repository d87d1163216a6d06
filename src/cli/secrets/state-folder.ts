// SPDX-License-Identifier: Apache-2.0
/** Where budgets are kept unless `--ledger` names another place: a folder of this user's own, for what programs keep. */

import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { parseAddress } from '../../lists/address.js';
import { pathName } from '../../path-name.js';
import { systemReason } from '../../system-reason.js';
import { type KeptLedger, openFileLedger, openSqliteLedger } from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import { checkedPlace, openNamed } from './named-ledger.js';

/** What the ledger is called that nobody has named. */
const LEDGER_FILE = 'ledger.json';

const ledgerHelp = (file: string): string =>
  'where the use of budgets is kept, for any number of commands at a time: a file; sqlite:FILE; or, for several machines, ' +
  `postgres://HOST/DATABASE (default: ${file} in $XDG_STATE_HOME/veilmatch, else ~/.local/state/veilmatch; ` +
  '%LOCALAPPDATA%\\veilmatch on Windows)';

/** @param more of its help @param file what the default is called */
export function ledgerOption(more: string = '', file: string = LEDGER_FILE): Option {
  return new Option('--ledger <PLACE>', ledgerHelp(file) + more).argParser((text: string) => {
    // Not an error of commander's, which would repeat the address and what is in it.
    checkedPlace(parseAddress(text));
    return text;
  });
}

/**
 * The ledger of this user: `$XDG_STATE_HOME/veilmatch`, by default `~/.local/state/veilmatch` (XDG Base Directory
 * Specification 0.8); on Windows in `%LOCALAPPDATA%`.
 */
export function defaultLedger(env: NodeJS.ProcessEnv = process.env, file: string = LEDGER_FILE): string {
  const windows = process.platform === 'win32';
  const given = windows ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
  // The specification has relative paths ignored.
  const usual = windows ? join(homedir(), 'AppData', 'Local') : join(homedir(), '.local', 'state');
  return join(given !== undefined && isAbsolute(given) ? given : usual, 'veilmatch', file);
}

/**
 * The ledger that a command uses.
 * @param place of `--ledger`
 * @throws {VeilmatchError} `io`, also where the default folder cannot be made; `bad-file`; `argument` for an address of something
 * else; `unsupported` where the database cannot be used here
 */
export async function openLedger(place: string | undefined): Promise<KeptLedger> {
  return place === undefined ? openDefault() : openNamed(place);
}

/**
 * The ledger that a dry run looks at: one that is not there yet would be made, so a file that is none is left alone.
 * @throws {VeilmatchError} as `openLedger` does
 */
export async function checkLedger(place: string): Promise<void> {
  const address = parseAddress(place);
  if (address.kind === 'file' || address.kind === 'sqlite') {
    if (!(await isThere(address.path))) return;
  }
  await (await openNamed(place)).close();
}

/** The file that a ledger is in, for a command that must not write over it; undefined where it is elsewhere. */
export function ledgerFile(place: string | undefined): string | undefined {
  const address = place === undefined ? undefined : parseAddress(place);
  return address?.kind === 'file' || address?.kind === 'sqlite' ? address.path : undefined;
}

/**
 * The ledger of a directory's server, which has an account for each of its clients: in SQLite, where this Node has it, unless another
 * place is named.
 * @throws {VeilmatchError} as `openLedger` does
 */
export async function openDatabaseLedger(place: string | undefined): Promise<KeptLedger> {
  if (place !== undefined) return openNamed(place);
  return hasSqlite() ? openDefault('directory.db', openSqliteLedger) : openDefault();
}

function hasSqlite(): boolean {
  return process.getBuiltinModule('node:sqlite' as 'node:fs') !== undefined;
}

async function openDefault(
  file: string = LEDGER_FILE,
  open: (path: string) => Promise<KeptLedger> = openFileLedger,
): Promise<KeptLedger> {
  const place = defaultLedger(process.env, file);
  try {
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotKeep(place, systemReason((error as NodeJS.ErrnoException).code ?? 'unknown'));
  }
  return open(place).catch((error) => {
    if (error instanceof VeilmatchError && error.code === 'io') throw cannotKeep(place, error.message);
    throw error;
  });
}

function cannotKeep(place: string, why: string): VeilmatchError {
  return new VeilmatchError(
    'io',
    `The use of budgets cannot be kept in ${pathName(place)}: ${why.replace(/\.$/, '')}. Name a file that can be written: --ledger FILE.`,
  );
}
