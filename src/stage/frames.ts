// SPDX-License-Identifier: Apache-2.0
/** Frames of a worker on a stream: u32 length, big-endian, of what follows; u8 operation; a body. */

import { VeilmatchError } from '../errors.js';
import { MAX_FRAME_BYTES } from './operations.js';

const LENGTH_BYTES = 4;

/** A question or an answer. */
export interface Frame {
  readonly operation: number;
  /** Of a frame that was read: an array of its own, which begins with it. */
  readonly body: Uint8Array;
}

/** What stands before the body of a frame. */
export function frameHead(operation: number, bodyBytes: number): Uint8Array {
  const head = new Uint8Array(LENGTH_BYTES + 1);
  new DataView(head.buffer).setUint32(0, bodyBytes + 1);
  head[LENGTH_BYTES] = operation;
  return head;
}

/**
 * That an answer fits into a frame, as its question had to: before it is computed, where its length is known by then.
 * @throws {VeilmatchError} `argument`
 */
export function requireFits(bodyBytes: number): void {
  if (bodyBytes < MAX_FRAME_BYTES) return;
  throw new VeilmatchError(
    'argument',
    `The answer would have more than the ${MAX_FRAME_BYTES} bytes that a frame has at most. Send fewer rows at once.`,
  );
}

/**
 * Takes a stream apart. What is held is what has come, not what a length promises; a body is put together once.
 * @throws {VeilmatchError} `bad-message`, with the offset in the stream, for a length that is zero or above the limit, and for a
 * stream that ends in the middle of a frame
 */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Frame, void, void> {
  let held: Uint8Array[] = [];
  let length = 0;
  let offset = 0;
  let needed = LENGTH_BYTES;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    while (length >= needed) {
      if (needed === LENGTH_BYTES) {
        const joined = joinTo(held, LENGTH_BYTES);
        needed += lengthIn(joined[0]!, offset);
        held = joined;
        continue;
      }
      const [whole, ...rest] = joinTo(held, needed) as [Uint8Array, ...Uint8Array[]];
      // A copy that begins an array, so that its parts are aligned as an engine's are; of Buffers, `slice` is none.
      const body = new Uint8Array(whole.subarray(LENGTH_BYTES + 1, needed));
      yield { operation: whole[LENGTH_BYTES]!, body };
      held = whole.length > needed ? [whole.subarray(needed), ...rest] : rest;
      offset += needed;
      length -= needed;
      needed = LENGTH_BYTES;
    }
  }
  if (length === 0) return;
  throw new VeilmatchError('bad-message', 'The frames end in the middle of one: something was cut off.', {
    offset,
  });
}

function lengthIn(bytes: Uint8Array, offset: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length > 0 && length <= MAX_FRAME_BYTES) return length;
  throw new VeilmatchError(
    'bad-message',
    `A frame of ${length} bytes: from 1 to ${MAX_FRAME_BYTES} are allowed. Give a batch of fewer rows.`,
    { offset },
  );
}

/** The same chunks, of which the first has as many bytes at least. */
function joinTo(chunks: readonly Uint8Array[], least: number): Uint8Array[] {
  if (chunks[0]!.length >= least) return [...chunks];
  let bytes = 0;
  let count = 0;
  while (bytes < least) bytes += chunks[count++]!.length;
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks.slice(0, count)) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return [joined, ...chunks.slice(count)];
}
