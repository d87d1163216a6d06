// SPDX-License-Identifier: Apache-2.0
/** Tokens and certificates from files. */

import { bytesToHex, hexToBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { KnownToken } from '../transport/index.js';
import { hashToken, isToken } from '../transport/tokens.js';
import { type Io, sourceName } from './io.js';
import { readSmall } from './secrets.js';

/** A bundle of authorities is the largest of these files. */
const MAX_PEM_BYTES = 4_194_304;

/**
 * The token that a partner issued, alone in its file.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readToken(path: string, io: Io): Promise<string> {
  const text = (await readSmall(path, io)).toString('latin1').trim();
  if (isToken(text)) return text;
  throw new VeilmatchError(
    'bad-file',
    `${sourceName(path)} does not hold one token and nothing else. The partner makes it with: veilmatch token`,
  );
}

const ENTRY = /^([\w.@-]{1,64})\s+sha256:([0-9a-f]{64})$/;

/** A line of the file that lists who may connect: name, hash of the token. */
export function tokenEntry(name: string, token: string): string {
  return `${name} sha256:${bytesToHex(hashToken(token))}\n`;
}

/** Whether budgets and logs can call somebody this. */
export function isPeerName(name: string): boolean {
  return ENTRY.test(`${name} sha256:${'0'.repeat(64)}`);
}

/**
 * Who may connect: a line for each token. Empty lines and those that begin with # are passed over.
 * @throws {VeilmatchError} `io`; `bad-file`, with the line, for anything else, a token in the clear above all
 */
export async function readTokenList(path: string, io: Io): Promise<KnownToken[]> {
  const known: KnownToken[] = [];
  const lines = (await readSmall(path, io)).toString('latin1').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const [, name, hash] = ENTRY.exec(text) ?? [];
    if (name === undefined || hash === undefined) {
      const why = text.split(/\s/).some(isToken)
        ? 'holds a token itself, and should hold its hash only. Make both with: veilmatch token NAME --add'
        : 'is not of the form NAME sha256:HASH. Such lines are made by: veilmatch token NAME --add';
      throw new VeilmatchError(
        'bad-file',
        `${sourceName(path)}: line ${index + 1} ${why} ${sourceName(path)}`,
        {
          position: index,
        },
      );
    }
    if (known.some((other) => other.name === name)) {
      throw new VeilmatchError('bad-file', `${sourceName(path)}: line ${index + 1} repeats a name.`, {
        position: index,
      });
    }
    known.push({ name, hash: hexToBytes(hash) });
  }
  if (known.length > 0) return known;
  throw new VeilmatchError(
    'bad-file',
    `${sourceName(path)} lists no token. Add one with: veilmatch token NAME --add ${sourceName(path)}`,
  );
}

/**
 * The Ed25519 public key of a partner, from lines `NAME ed25519:KEY`.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readPeerKey(path: string, name: string, io: Io): Promise<Uint8Array> {
  const lines = (await readSmall(path, io)).toString('latin1').split(/\r?\n/);
  const keys = lines.flatMap((line) => {
    const [, peer, key] = /^([\w.@-]{1,64})\s+ed25519:([0-9a-f]{64})$/.exec(line.trim()) ?? [];
    return peer === name && key !== undefined ? [key] : [];
  });
  if (keys.length === 1) return hexToBytes(keys[0]!);
  throw new VeilmatchError(
    'bad-file',
    `${sourceName(path)} has ${keys.length} keys for this partner, and must have one, as a line NAME ed25519:KEY. ` +
      'The partner makes it with: veilmatch key',
  );
}

/**
 * A certificate, several of them, or a key.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readPem(path: string, io: Io): Promise<string> {
  const text = (await readSmall(path, io, MAX_PEM_BYTES)).toString('latin1');
  if (/-----BEGIN [A-Z ]+-----/.test(text)) return text;
  throw new VeilmatchError('bad-file', `${sourceName(path)} is not PEM: it has no line -----BEGIN ...-----.`);
}
