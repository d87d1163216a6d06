// SPDX-License-Identifier: Apache-2.0
/** JSON that an operator writes: a policy, a job. What stands in it is never repeated. */

import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import { type Io, readBytes } from '../../lists/io.js';
import { withoutMark } from '../../transport/door/partners-file.js';

/**
 * @param maxBytes - anything longer is the wrong file
 * @param what - it is, as `a policy`
 * @param more - is said of a text that is no JSON
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readJson(
  path: string,
  io: Io,
  maxBytes: number,
  what: string,
  more: string,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readBytes(path, io)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes)
      throw new VeilmatchError('bad-file', `${placeName(path)} is too long for ${what}.`);
  }
  try {
    return JSON.parse(withoutMark(Buffer.concat(chunks).toString('utf8')));
  } catch (error) {
    // The rest of the message quotes what stands there.
    const [, place] = /at position (\d+)/.exec((error as SyntaxError).message) ?? [];
    throw new VeilmatchError(
      'bad-file',
      `${placeName(path)} is not JSON${place === undefined ? '' : `: character ${Number(place) + 1} does not fit`}. ${more}`,
    );
  }
}
