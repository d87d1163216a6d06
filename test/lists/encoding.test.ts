// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/lists/encoding.js';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function decode(
  bytes: Uint8Array,
  sizes: readonly number[] = [],
  encoding?: string | undefined,
): Promise<string> {
  const { chunks } = await textOf(chunked(bytes, sizes), 'list.csv', encoding);
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

function utf16(text: string, littleEndian: boolean): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return littleEndian ? bytes : bytes.swap16();
}

/** No zero bytes, and nothing at the start that is a mark or another file's. */
const text = fc.string({ unit: 'binary', minLength: 1 }).map((s) => `a${s.replaceAll('\0', '')}`);
const sizes = fc.array(fc.nat(6), { maxLength: 12 });

describe('the encoding of a list', () => {
  it('passes UTF-8 on unchanged, however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(text, sizes, async (s, cuts) => {
        expect(await decode(Buffer.from(s), cuts)).toBe(s);
      }),
    );
  });

  it('drops a byte order mark', async () => {
    for (const cuts of [[], [1], [1, 1, 1], [3]]) {
      expect(await decode(Buffer.from('\ufeffphone,é'), cuts)).toBe('phone,é');
    }
    expect(await decode(Buffer.from('\ufeff'))).toBe('');
  });

  it('decodes UTF-16 of both byte orders when a byte order mark announces it', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), sizes, async (s, littleEndian, cuts) => {
        expect(await decode(utf16(s, littleEndian), cuts)).toBe(s);
      }),
    );
  });

  it('decodes what somebody says that it is, unless a byte order mark says otherwise', async () => {
    const latin = Buffer.from('phone,café\n', 'latin1');
    await expect(decode(latin)).rejects.toThrow('--charset windows-1252');
    expect(await decode(latin, [3, 4], 'windows-1252')).toBe('phone,café\n');
    expect(await decode(Buffer.from('phone,é', 'utf16le'), [1, 1], 'utf-16le')).toBe('phone,é');
    expect(await decode(utf16('phone,é', false), [], 'windows-1252')).toBe('phone,é');
    await expect(decode(Uint8Array.of(0x81, 0x20), [], 'shift_jis')).rejects.toMatchObject({
      code: 'bad-file',
    });
  });

  it('names the offset of the first byte that is not UTF-8', async () => {
    const invalid = fc.constantFrom([0xff], [0xe9, 0x2c], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x80]);
    await fc.assert(
      fc.asyncProperty(text, invalid, text, sizes, async (before, bad, after, cuts) => {
        const offset = Buffer.byteLength(before);
        const bytes = Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]);
        await expect(decode(bytes, cuts)).rejects.toMatchObject({ code: 'bad-file', offset });
      }),
    );
  });

  it('is not misled by replacement characters that are in the file', async () => {
    const bytes = Buffer.concat([Buffer.from('a,\ufffd\ufffd,'), Buffer.from([0xe4])]);
    await expect(decode(Buffer.concat([bytes, Buffer.from(',b')]))).rejects.toMatchObject({ offset: 9 });
    expect(await decode(Buffer.from('a,\ufffd'))).toBe('a,\ufffd');
  });

  it('refuses a character that is cut off at the end', async () => {
    const bytes = Buffer.from('abcde€').subarray(0, 7);
    await expect(decode(bytes)).rejects.toMatchObject({ code: 'bad-file', offset: 5 });
  });

  it('refuses UTF-16 with half a surrogate pair, or with half a character at the end', async () => {
    await expect(decode(utf16('abc\ud800def', true))).rejects.toMatchObject({ code: 'bad-file' });
    await expect(decode(utf16('abc', true).subarray(0, 7))).rejects.toMatchObject({ code: 'bad-file' });
  });

  it.each([
    ['nothing', new Uint8Array(0), /is empty/],
    [
      'UTF-16 without a mark',
      Buffer.from('phone\n', 'utf16le'),
      /zero bytes \(the first at byte 1\).*UTF-16/,
    ],
    ['a workbook', Buffer.from('PK\u0003\u0004rest of it'), /workbook.*Export it as CSV/],
    ['a PDF', Buffer.from('%PDF-1.4'), /PDF.*CSV/],
    ['a page', Buffer.from('\ufeff\n<HTML><table>'), /web page.*CSV/],
    ['gzip', gzipSync('phone\n'), /compressed.*gzip -dc/],
    ['Parquet', Buffer.from('PAR1 and more'), /Parquet/],
  ])('refuses %s, and says what to do', async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(message),
    });
  });
});
