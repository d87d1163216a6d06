// SPDX-License-Identifier: Apache-2.0
/** What seals a state: a key from a file, or a passphrase. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import type { Unlock } from '../../sealed/unlock.js';
import { askPassphrase, canAsk } from './passphrase.js';
import { readKey } from './secrets.js';

export function stateKeyOption(): Option {
  return new Option(
    '--state-key-file <FILE>',
    'the key that seals the state, made by: openssl rand -hex 32 (default: a passphrase, asked for on the terminal)',
  );
}

/**
 * @param isNew - whether the state is about to be made
 * @throws {VeilmatchError} `io`, `bad-file`; `argument` where there is neither a file nor a terminal
 */
export async function readUnlock(keyFile: string | undefined, isNew: boolean, io: Io): Promise<Unlock> {
  if (keyFile !== undefined) return { key: await readKey(keyFile, io) };
  if (canAsk(io)) return { passphrase: await askPassphrase('the state', isNew, io) };
  throw new VeilmatchError(
    'argument',
    'The state is kept sealed: give --state-key-file, or a terminal on standard input to be asked for a passphrase.',
  );
}
