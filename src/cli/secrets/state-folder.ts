// SPDX-License-Identifier: Apache-2.0
/** Where budgets are kept unless `--ledger` names another place: a folder of this user's own, for what programs keep. */

import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { systemReason } from '../../system-reason.js';
import { type FileLedger, openFileLedger } from '../../transport/index.js';

export const LEDGER_HELP: string =
  'where the use of budgets is kept, for any number of commands at a time (default: ledger.json in ' +
  '$XDG_STATE_HOME/veilmatch, else ~/.local/state/veilmatch; %LOCALAPPDATA%\\veilmatch on Windows)';

/**
 * The ledger of this user: `$XDG_STATE_HOME/veilmatch`, by default `~/.local/state/veilmatch` (XDG Base Directory
 * Specification 0.8); on Windows in `%LOCALAPPDATA%`.
 */
export function defaultLedger(env: NodeJS.ProcessEnv = process.env): string {
  const windows = process.platform === 'win32';
  const given = windows ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
  // The specification has relative paths ignored.
  const usual = windows ? join(homedir(), 'AppData', 'Local') : join(homedir(), '.local', 'state');
  return join(given !== undefined && isAbsolute(given) ? given : usual, 'veilmatch', 'ledger.json');
}

/**
 * The ledger that a command uses.
 * @param path of `--ledger`
 * @throws {VeilmatchError} `io`, also where the default folder cannot be made; `bad-file`
 */
export async function openLedger(path: string | undefined): Promise<FileLedger> {
  if (path !== undefined) return openFileLedger(path);
  const place = defaultLedger();
  try {
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotKeep(place, systemReason((error as NodeJS.ErrnoException).code ?? 'unknown'));
  }
  return openFileLedger(place).catch((error) => {
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
