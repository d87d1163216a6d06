// SPDX-License-Identifier: Apache-2.0
/** Keys and salts come from files: what stands on a command line is seen by every process and kept in its history. */

import { stat } from 'node:fs/promises';
import { VeilmatchError } from '../../errors.js';
import { MIN_KEY_BYTES } from '../../hashing/index.js';
import { placeName, STDIN } from '../../lists/address.js';
import { type Io, ioError, readBytes } from '../../lists/io.js';
import { isToken } from '../../transport/door/tokens.js';

/** Anything larger is the wrong file. */
const MAX_FILE_BYTES = 65_536;

const HOW_TO_MAKE_A_KEY = `Make a key with: openssl rand -hex ${MIN_KEY_BYTES} > key.txt`;

/**
 * @param howToMakeOne is said of a file that holds none
 * @returns the bytes that the file holds in hexadecimal, at least 32
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readKey(
  path: string,
  io: Io,
  howToMakeOne: string = HOW_TO_MAKE_A_KEY,
): Promise<Uint8Array> {
  const text = (await readSecret(path, io)).toString('latin1').trim();
  const source = placeName(path);
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) {
    throw new VeilmatchError(
      'bad-file',
      `${source} does not hold a key in hexadecimal digits. ${howToMakeOne}`,
    );
  }
  const key = Buffer.from(text, 'hex');
  if (key.length < MIN_KEY_BYTES) {
    throw new VeilmatchError(
      'bad-file',
      `${source} holds a key of ${key.length} bytes; at least ${MIN_KEY_BYTES} random ones are needed. ${howToMakeOne}`,
    );
  }
  return new Uint8Array(key);
}

/**
 * @returns the file's bytes without one line break at the end
 * @throws {VeilmatchError} `io`, `bad-file` for an empty file
 */
export async function readSalt(path: string, io: Io): Promise<Uint8Array> {
  const bytes = await readSmall(path, io);
  const end = bytes.at(-1) !== 0x0a ? bytes.length : bytes.length - (bytes.at(-2) === 0x0d ? 2 : 1);
  if (end === 0) {
    throw new VeilmatchError(
      'bad-file',
      `${placeName(path)} holds no salt. Make one with: openssl rand -hex 16 > salt.txt`,
    );
  }
  return new Uint8Array(bytes.subarray(0, end));
}

/** What is a secret itself: a token, a key in hexadecimal digits. */
export function isSecret(text: string): boolean {
  return isToken(text) || (text.length >= 64 && /^[0-9a-f]+$/i.test(text));
}

/**
 * A file that holds a secret or says something about one.
 * @throws {VeilmatchError} `io`, `bad-file` for a long one; `argument` for a secret in place of a file's name
 */
export async function readSmall(path: string, io: Io, maxBytes: number = MAX_FILE_BYTES): Promise<Buffer> {
  if (isSecret(path)) {
    throw new VeilmatchError(
      'argument',
      'A token or a key stands where the name of a file is needed, and every process of this machine could read it there. ' +
        'Make a new one, and put it into a file.',
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readBytes(path, io)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) {
      throw new VeilmatchError(
        'bad-file',
        `${placeName(path)} is longer than ${maxBytes} bytes: it is no key and no salt.`,
      );
    }
  }
  return Buffer.concat(chunks);
}

/**
 * A file that holds a secret. That others can read it is told once, and no more than told.
 * @throws {VeilmatchError} as `readSmall` does
 */
export async function readSecret(path: string, io: Io, maxBytes?: number): Promise<Buffer> {
  const bytes = await readSmall(path, io, maxBytes);
  if (path !== STDIN) await warnOfReaders(path, io);
  return bytes;
}

/** Which files were told of, for each command. */
const toldOf = new WeakMap<Io, Set<string>>();
/** Read, write or execute for the group or for everybody. */
const FOR_OTHERS = 0o077;

async function warnOfReaders(path: string, io: Io): Promise<void> {
  // Windows has no such modes.
  if (process.platform === 'win32') return;
  const found = await stat(path).catch(() => undefined);
  // A pipe, as a shell makes it of a command, is nobody else's.
  if (found === undefined || !found.isFile() || (found.mode & FOR_OTHERS) === 0) return;
  const told = toldOf.get(io) ?? new Set();
  toldOf.set(io, told);
  if (told.has(path)) return;
  told.add(path);
  io.stderr.write(`warning: others can read the secret in ${path}: chmod 600 ${path}\n`);
}

/**
 * What a file holds so far, nothing where there is none.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function existingText(path: string, io: Io, maxBytes?: number): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw ioError('read', path, error);
  });
  return found === undefined ? '' : (await readSmall(path, io, maxBytes)).toString('utf8');
}
