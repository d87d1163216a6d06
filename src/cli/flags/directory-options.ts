// SPDX-License-Identifier: Apache-2.0
/** The options that the commands of a directory share, and where it lies by them. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { DirectoryPlaces } from '../../directory/directory.js';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import { readKey } from '../secrets/secrets.js';

export interface DirectoryFlags {
  readonly private?: string;
  readonly privateKeyFile?: string;
}

export const FOLDER_ARGUMENT = {
  name: '<folder>',
  description: 'what is handed out: files, for any web server',
};

export function privateOptions(): Option[] {
  return [
    new Option(
      '--private <FOLDER>',
      'the keys and the members, which nobody else may read (default: beside it, with .private behind its name)',
    ),
    new Option(
      '--private-key-file <FILE>',
      'the key that seals what is in there, made by: openssl rand -hex 32 (default: it is not sealed)',
    ),
  ];
}

/** @throws {VeilmatchError} `argument` for a private part inside of what is handed out; `io`, `bad-file` of the key that seals it */
export async function placesOf(folder: string, flags: DirectoryFlags, io: Io): Promise<DirectoryPlaces> {
  const own = resolve(folder);
  const hidden = flags.private ?? `${own}.private`;
  const [outer, inner] = await Promise.all([real(own), real(resolve(hidden))]);
  if (inner !== outer && !inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)) {
    const { privateKeyFile: path } = flags;
    return path === undefined
      ? { folder, hidden }
      : { folder, hidden, unlock: { key: await readKey(path, io) } };
  }
  throw new VeilmatchError(
    'argument',
    `${pathName(hidden)} lies in what is handed out, where everybody could fetch the keys. Name another folder with --private.`,
  );
}

/** Of what is not there yet, as much as there is. */
async function real(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined || dirname(path) === path) return found ?? path;
  return join(await real(dirname(path)), basename(path));
}

const DAY = 86_400_000;

/** A day, to whose end in UTC it is, or a time in UTC. @returns milliseconds since 1970 */
export function parseUntil(text: string): number {
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(text);
  const at = day || time ? Date.parse(text) : Number.NaN;
  // A day that no calendar has becomes another one.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text.slice(0, 10)) {
    throw new InvalidArgumentError(
      'Give a day, such as 2027-01-31, or a time in UTC, such as 2027-01-31T12:00Z.',
    );
  }
  const end = day ? at + DAY : at;
  if (end > Date.now()) return end;
  throw new InvalidArgumentError('This is over. Give a day to come: until then the old key is answered.');
}

/** From 2^-40 to 1/2. */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (/^[\d.e-]{1,24}$/i.test(text) && rate >= 2 ** -40 && rate <= 0.5) return rate;
  throw new InvalidArgumentError('Give a number from 1e-12 to 0.5, such as 1e-9.');
}
