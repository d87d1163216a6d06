// SPDX-License-Identifier: Apache-2.0
/** What a message may have besides a frame, before anything is made of it. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import {
  decodeMessage,
  encodeMessage,
  MAX_CONTROL_BYTES,
  MAX_MESSAGE_BYTES,
} from '../../src/wire/messages.js';
import { isMostlyFrame } from '../../src/wire/overhead.js';
import { expectCode } from '../suites/errors.js';

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const field = (number: number, content: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.from([...varint((number << 3) | 2), ...varint(content.length)]), content);
const frame = (...fields: Uint8Array[]): Uint8Array => field(3, concatBytes(...fields));
const data = (length: number): Uint8Array => field(1, new Uint8Array(length));

/** As many of these bytes as a message may have. */
function filled(unit: readonly number[], length: number = MAX_MESSAGE_BYTES): Uint8Array {
  const bytes = new Uint8Array(length - (length % unit.length));
  for (let i = 0; i < bytes.length; i++) bytes[i] = unit[i % unit.length]!;
  return bytes;
}

/** Each took the decoder from 50 to 900 ms. */
const HOSTILE: Readonly<Record<string, Uint8Array>> = {
  'empty Opens and Accepts by turns': filled([0x0a, 0, 0x12, 0]),
  'empty Opens': filled([0x0a, 0]),
  'empty Frames': filled([0x1a, 0]),
  'Opens between Frames': filled([0x1a, 0, 0x0a, 0]),
  'Opens with an empty Held': filled([0x0a, 2, 0x2a, 0]),
  'fields that are not known': filled([0x78, 0]),
  'groups that begin': filled([0x7b]),
  'a Frame with empty data half a million times': frame(filled([0x0a, 0], MAX_MESSAGE_BYTES - 8)),
  'an Open with a million versions': field(1, field(1, filled([1], MAX_MESSAGE_BYTES - 16))),
  'fields of eight bytes': filled([0x79, 0, 0, 0, 0, 0, 0, 0, 0]),
  'a number without an end': concatBytes(Uint8Array.of(0x78), filled([0x80], MAX_MESSAGE_BYTES - 1)),
  'data whose length is 2^32, which is 0 in 32 bits': concatBytes(
    Uint8Array.from([0x1a, ...varint(MAX_MESSAGE_BYTES - 32), 0x0a, 0x80, 0x80, 0x80, 0x80, 0x10]),
    filled([0x0a, 0], MAX_MESSAGE_BYTES - 38),
  ),
};

describe('a message of a mebibyte', () => {
  it.each(Object.keys(HOSTILE))('of %s is refused before it is decoded', async (name) => {
    const error = await expectCode('bad-message', () => decodeMessage(HOSTILE[name]!));
    expect(error.message).toContain('besides the content of a frame');
  });

  it.each(Object.keys(HOSTILE))('of %s is looked at in a few thousand bytes', (name) => {
    let read = 0;
    const counted = new Proxy(HOSTILE[name]!, {
      get(bytes, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) read++;
        return Reflect.get(bytes, key, bytes);
      },
    });
    expect(isMostlyFrame(counted, MAX_CONTROL_BYTES)).toBe(false);
    expect(read).toBeLessThanOrEqual(MAX_CONTROL_BYTES + 16);
  });

  it('that is a frame is taken, with what a later version may add to it', () => {
    const whole = new Uint8Array(1_048_576).fill(9);
    const message = encodeMessage({ type: 'frame', frame: whole });
    expect(decodeMessage(message)).toEqual({ type: 'frame', frame: whole });
    const more = concatBytes(
      field(99, new Uint8Array(20)),
      frame(field(7, new Uint8Array(9)), data(900_000)),
    );
    expect(decodeMessage(more)).toEqual({ type: 'frame', frame: new Uint8Array(900_000) });
  });
});

it('counts every byte but those of a frame, whatever the fields are', () => {
  const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
  /** A field and what counts of it, outside a Frame. */
  const part = fc.oneof(
    fc.tuple(fc.constantFrom(1, 2, 4, 5, 99), bytes(40)).map(([number, content]) => {
      const encoded = field(number, content);
      return { encoded, counts: encoded.length };
    }),
    fc.array(fc.tuple(fc.constantFrom(1, 2, 77), bytes(60)), { maxLength: 4 }).map((fields) => {
      const inside = fields.map(([number, content]) => field(number, content));
      const content = fields.reduce((sum, [number, { length }]) => sum + (number === 1 ? length : 0), 0);
      const encoded = frame(...inside);
      return { encoded, counts: encoded.length - content };
    }),
    fc.nat(2 ** 40).map((value) => {
      const encoded = Uint8Array.from([0x78, ...varint(value)]);
      return { encoded, counts: encoded.length };
    }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const encoded = concatBytes(...parts.map((one) => one.encoded));
      const counts = parts.reduce((sum, one) => sum + one.counts, 0);
      expect(isMostlyFrame(encoded, counts)).toBe(true);
      if (counts > 0) expect(isMostlyFrame(encoded, counts - 1)).toBe(false);
    }),
  );
});
