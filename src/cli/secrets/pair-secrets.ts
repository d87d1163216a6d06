// SPDX-License-Identifier: Apache-2.0
/** Salts and keys of PAIR in files: a salt as it is, for it goes to the partner, too; a key sealed, for it goes nowhere. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { type PairSecret, pairSecretFromBytes, pairSecretToBytes } from '../../pair/index.js';
import { pathName } from '../../path-name.js';
import type { Unlock } from '../../sealed/unlock.js';
import { readIfThere, replaceFile } from '../../transport/files/files.js';
import { readKeyFile, writeKeyFile } from '../../transport/index.js';
import { askPassphrase, canAsk } from './passphrase.js';
import { readKey, readSecret } from './secrets.js';

export const sealOption = (): Option =>
  new Option(
    '--seal-key-file <FILE>',
    'the key that seals the key of PAIR, made by: openssl rand -hex 32 (default: a passphrase, asked for on the terminal)',
  );

/** @throws {VeilmatchError} `io`, `bad-file`; `argument` where there is neither a file nor a terminal */
async function readSeal(sealKeyFile: string | undefined, isNew: boolean, io: Io): Promise<Unlock> {
  if (sealKeyFile !== undefined) return { key: await readKey(sealKeyFile, io) };
  if (canAsk(io)) return { passphrase: await askPassphrase('the key of PAIR', isNew, io) };
  throw new VeilmatchError(
    'argument',
    'The key is kept sealed: give --seal-key-file, or a terminal on standard input to be asked for a passphrase.',
  );
}

/** @throws {VeilmatchError} `argument` for a file that is there already; `io` */
export async function writePairKey(
  path: string,
  key: PairSecret,
  sealKeyFile: string | undefined,
  io: Io,
): Promise<void> {
  await checkNew(path, 'key');
  await writeKeyFile(path, pairSecretToBytes(key), await readSeal(sealKeyFile, true, io));
}

/** @throws {VeilmatchError} `io`; `bad-file` for what is no key of PAIR, or sealed with another key or passphrase */
export async function readPairKey(
  path: string,
  sealKeyFile: string | undefined,
  io: Io,
): Promise<PairSecret> {
  const bytes = await readKeyFile(path, await readSeal(sealKeyFile, false, io));
  try {
    return pairSecretFromBytes(bytes, 'key', pathName(path));
  } finally {
    bytes.fill(0);
  }
}

/** @throws {VeilmatchError} `argument` for a file that is there already; `io` */
export async function writePairSalt(path: string, salt: PairSecret): Promise<void> {
  await checkNew(path, 'salt');
  await replaceFile(path, pairSecretToBytes(salt));
}

/** @throws {VeilmatchError} `io`; `bad-file` for what is no salt of PAIR */
export async function readPairSalt(path: string, io: Io): Promise<PairSecret> {
  return pairSecretFromBytes(await readSecret(path, io), 'salt', pathName(path));
}

async function checkNew(path: string, kind: PairSecret['kind']): Promise<void> {
  if ((await readIfThere(path)) === undefined) return;
  throw new VeilmatchError(
    'argument',
    `${pathName(path)} exists. A ${kind} is not overwritten: what was encrypted with it could not be matched any more. Take another name.`,
  );
}
