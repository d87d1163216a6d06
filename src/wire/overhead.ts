// SPDX-License-Identifier: Apache-2.0
/**
 * What a message has besides the bytes of a frame, found out before protobuf's decoder makes an object of every field: a
 * mebibyte of fields of two bytes takes it most of a second. Goes from one field's header to the next
 * (protobuf.dev/programming-guides/encoding), into Envelope.frame and nothing else, and no further than a limit.
 */

/** Field numbers and wire types, as they stand in front of a field: Envelope.frame and Frame.data. */
const FRAME = (3 << 3) | 2;
const DATA = (1 << 3) | 2;

/**
 * Whether an encoded Envelope has at most so many bytes that are not the content of Frame.data. What is no encoding is left to
 * the decoder, but for groups, which no version of the schema has, and numbers that are too large.
 */
export function isMostlyFrame(bytes: Uint8Array, most: number): boolean {
  let left = most;
  let at = 0;
  /** Of the Frame that is being walked through; nothing but a Frame has data in it. */
  let frameEnd = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!;
      left--;
      value += (byte & 0x7f) * scale;
      if (byte < 128 || left < 0) break;
    }
    return value;
  };
  while (at < bytes.length && left >= 0) {
    const tag = varint();
    // The decoder would cut off what is above 32 bits, and read on somewhere else.
    if (tag >= 2 ** 32) return false;
    const inFrame = at <= frameEnd;
    const type = tag & 7;
    if (type === 0) varint();
    else if (type === 1 || type === 5) {
      at += type === 1 ? 8 : 4;
      left -= type === 1 ? 8 : 4;
    } else if (type === 2) {
      const length = varint();
      if (length > bytes.length - at) return false;
      if (!inFrame && tag === FRAME) frameEnd = at + length;
      else {
        at += length;
        if (!inFrame || tag !== DATA) left -= length;
      }
    } else return false;
  }
  return left >= 0;
}
