// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, u32 } from '../../src/bytes.js';
import { delimited, undelimited } from '../../src/wire/framing.js';
import { MAX_MESSAGE_BYTES } from '../../src/wire/messages.js';
import { expectCode } from '../suites/errors.js';

async function all(chunks: Iterable<Uint8Array>): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for await (const message of undelimited(chunks)) messages.push(message);
  return messages;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
  return chunks;
}

describe('messages in a stream', () => {
  it('come out as they went in, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 40 }),
        async (messages, size) => {
          const stream = concatBytes(...messages.map(delimited));
          expect(await all(cut(stream, size))).toEqual(messages);
        },
      ),
    );
  });

  it('may be of the largest size', async () => {
    const message = new Uint8Array(MAX_MESSAGE_BYTES).fill(3);
    const [read, ...others] = await all(cut(delimited(message), 65_536));
    expect(Buffer.compare(read!, message)).toBe(0);
    expect(others).toEqual([]);
  });

  it.each([0, MAX_MESSAGE_BYTES + 1, 0xffffffff])('have no length of %i', async (length) => {
    const good = delimited(Uint8Array.of(1));
    const error = await expectCode('bad-message', () => all([good, u32(length)]));
    expect(error.offset).toBe(good.length);
  });

  it.each([1, 3, 4, 6])('do not end after %i bytes of one', async (length) => {
    const good = delimited(Uint8Array.of(1, 2, 3));
    const error = await expectCode('bad-message', () => all([good, good.subarray(0, length)]));
    expect(error.offset).toBe(good.length);
  });
});
