// SPDX-License-Identifier: Apache-2.0
/** Messages one after another in a stream of bytes: u32 length, big-endian, then the message. */

import { concatBytes, u32 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { MAX_MESSAGE_BYTES } from './messages.js';

const LENGTH_BYTES = 4;

/** A message with its length before it. */
export function delimited(message: Uint8Array): Uint8Array {
  return concatBytes(u32(message.length), message);
}

/**
 * Takes a stream apart again. Holds one message at most, and what came with it.
 * @throws {VeilmatchError} `bad-message`, with the offset, for a length that is zero or above the limit, and for a
 * stream that ends in the middle of a message
 */
export async function* undelimited(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array = new Uint8Array();
  let more: Uint8Array[] = [];
  let length = 0;
  let needed = LENGTH_BYTES;
  let offset = 0;
  for await (const chunk of chunks) {
    more.push(chunk);
    length += chunk.length;
    // Joined only when a whole message is there: at every chunk it would be quadratic in the size of the message.
    if (length < needed) continue;
    held = concatBytes(held, ...more);
    more = [];
    for (needed = neededBytes(held, offset); held.length >= needed; needed = neededBytes(held, offset)) {
      yield held.slice(LENGTH_BYTES, needed);
      held = held.subarray(needed);
      offset += needed;
    }
    length = held.length;
  }
  if (length > 0) {
    throw new VeilmatchError('bad-message', 'The messages end in the middle of one: something was cut off.', {
      offset,
    });
  }
}

/** Bytes of the message that these begin with, its length included; of the length alone where that is not there yet. */
function neededBytes(bytes: Uint8Array, offset: number): number {
  if (bytes.length < LENGTH_BYTES) return LENGTH_BYTES;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length === 0 || length > MAX_MESSAGE_BYTES) {
    throw new VeilmatchError(
      'bad-message',
      `A message of ${length} bytes: from 1 to ${MAX_MESSAGE_BYTES} are allowed.`,
      { offset },
    );
  }
  return LENGTH_BYTES + length;
}
