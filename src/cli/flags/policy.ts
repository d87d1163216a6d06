// SPDX-License-Identifier: Apache-2.0
/** A policy, read from the file that a flag names. */

import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import { type Io, readBytes } from '../../lists/io.js';
import { checkPolicy, type Policy } from '../../psi/index.js';

/** Anything larger is the wrong file. */
const MAX_POLICY_BYTES = 65_536;

/** @throws {VeilmatchError} `io`, `bad-file` */
export async function readPolicy(path: string, io: Io): Promise<Policy> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readBytes(path, io)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_POLICY_BYTES)
      throw new VeilmatchError('bad-file', `${placeName(path)} is too long for a policy.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    // The rest of the message quotes what stands there.
    const [, place] = /at position (\d+)/.exec((error as SyntaxError).message) ?? [];
    throw new VeilmatchError(
      'bad-file',
      `${placeName(path)} is not JSON${place === undefined ? '' : `: character ${Number(place) + 1} does not fit`}. ` +
        'veilmatch budget --help shows a policy.',
    );
  }
  try {
    return checkPolicy(value);
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw new VeilmatchError('bad-file', `${placeName(path)}: ${error.message}`);
  }
}
