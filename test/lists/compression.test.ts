// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressed } from '../../src/lists/compression.js';
import { cli, temporary } from '../cli/harness.js';

/** Absent from Node 20, and from its types. */
const { zstdCompressSync, zstdDecompressSync } = zlib as {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Buffer;
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Buffer;
};

const FORMATS = [
  { name: 'gzip', ending: '.gz', compress: zlib.gzipSync, expand: zlib.gunzipSync },
  { name: 'zstd', ending: '.zst', compress: zstdCompressSync, expand: zstdDecompressSync },
].flatMap(({ compress, expand, ...format }) =>
  compress && expand ? [{ ...format, compress: (b: Uint8Array) => compress(b), expand }] : [],
);

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function expand(bytes: Uint8Array, sizes: readonly number[] = []): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressed(cut(bytes, sizes), 'list.csv')) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const LIST = 'phone,email\n(415) 555-0123,Ada@Example.com\nn/a,\n+14155550124,\n';
const NORMALIZED = 'line,phone,email\n2,+14155550123,ada@example.com\n4,+14155550124,\n';

describe('decompressed', () => {
  it('passes on what is not compressed', async () => {
    const sizes = fc.array(fc.nat(6), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), sizes, async (bytes, cuts) => {
        fc.pre(bytes[0] !== 0x1f && bytes[0] !== 0x28);
        expect([...(await expand(bytes, cuts))]).toEqual([...bytes]);
      }),
    );
  });

  it.each(FORMATS)('gives back all members of a $name file, however it is cut', async ({ compress }) => {
    const members = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(members, fc.array(fc.nat(30), { maxLength: 8 }), async (parts, cuts) => {
        const file = Buffer.concat(parts.map((part) => compress(part)));
        expect([...(await expand(file, cuts))]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  it.each(FORMATS)('refuses a $name file that is cut off, wherever', async ({ compress }) => {
    const file = Buffer.concat([compress(Buffer.from(LIST)), compress(Buffer.from('a second member'))]);
    const boundary = compress(Buffer.from(LIST)).length;
    for (let length = 4; length < file.length; length++) {
      if (length === boundary) continue;
      await expect(expand(file.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'bad-file',
      });
    }
  });

  it.each(FORMATS)('refuses a $name file with something else behind it, or damage in it', async (format) => {
    const file = format.compress(Buffer.from(LIST.repeat(50)));
    const damaged = Buffer.from(file);
    // In the checksum or the data, behind the first bytes.
    damaged[damaged.length - 6]! ^= 0x55;
    for (const bad of [damaged, Buffer.concat([file, Buffer.from('something else')])]) {
      await expect(expand(bad)).rejects.toMatchObject({
        code: 'bad-file',
        message: expect.stringMatching(
          new RegExp(`list.csv is damaged: it is no complete ${format.name} file`),
        ),
      });
    }
  });

  it.each(FORMATS)('reads no more of a $name file than is asked for', async ({ compress }) => {
    // Noise between zeros: many chunks of input, which expand to much more.
    const block = Buffer.concat([randomBytes(1 << 16), Buffer.alloc(1 << 20)]);
    const file = Buffer.concat(Array.from({ length: 32 }, () => compress(block)));
    let taken = 0;
    async function* input(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < file.length; start += 256) {
        taken += 256;
        yield file.subarray(start, start + 256);
      }
    }
    const output = decompressed(input(), 'list.csv');
    expect((await output.next()).value!.length).toBeLessThanOrEqual(131_072);
    await new Promise((resume) => setTimeout(resume, 20));
    expect(taken).toBeLessThan(file.length / 2);
    await output.return();
  });

  it('passes on what goes wrong with the input itself', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield zlib.gzipSync('begun').subarray(0, 12);
      throw new RangeError('from the disk');
    }
    const reading = (async () => {
      for await (const _ of decompressed(failing(), 'list.csv'));
    })();
    await expect(reading).rejects.toThrow('from the disk');
  });
});

describe('compressed lists', () => {
  it.each(FORMATS)('are read from files and standard input, and written as $name', async (format) => {
    const input = temporary('list.csv');
    const output = join(dirname(input), `out.csv${format.ending}`);
    const bytes = format.compress(Buffer.from(LIST));
    // The name says nothing.
    writeFileSync(input, bytes);
    const argv = ['--country', 'US', '-o', output];
    expect((await cli(['normalize', input, ...argv])).status).toBe(0);
    expect(format.expand(readFileSync(output)).toString()).toBe(NORMALIZED);
    const { stdout } = await cli(['normalize', '-', '--country', 'US'], { stdin: bytes });
    expect(stdout).toBe(NORMALIZED);
    const back = await cli(['normalize', output]);
    expect(back).toMatchObject({ status: 0, stdout: expect.stringContaining('+14155550124') });
  });

  it('can be JSON, and what was rejected as well', async () => {
    const [output, rejected] = [temporary('out.json.gz'), temporary('rejected.csv.gz')];
    const argv = ['normalize', '-', '--country', 'US', '--json', '-o', output, '--rejected', rejected];
    expect((await cli(argv, { stdin: LIST })).status).toBe(0);
    expect(JSON.parse(zlib.gunzipSync(readFileSync(output)).toString())).toMatchObject({ rows: 3 });
    expect(zlib.gunzipSync(readFileSync(rejected)).toString()).toBe(
      'line,field,code,value\n3,phone,not-a-number,\n',
    );
  });

  it('are written with the permissions of the file in their place', async () => {
    const output = temporary('out.csv.gz');
    writeFileSync(output, 'old', { mode: 0o600 });
    expect((await cli(['normalize', '-', '-o', output], { stdin: LIST })).status).toBe(0);
    if (process.platform !== 'win32') expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(zlib.gunzipSync(readFileSync(output)).toString()).toContain('ada@example.com');
  });

  it('are refused in one sentence where they are cut off', async () => {
    const stdin = zlib.gzipSync(LIST).subarray(0, 40);
    expect(await cli(['normalize', '-'], { stdin })).toEqual({
      status: 3,
      stdout: '',
      stderr:
        'error: standard input is cut off: it is no complete gzip file. Copy or make it again; gzip -t FILE tests one.\n',
    });
  });

  it.skipIf(zstdCompressSync !== undefined)('say what Zstandard needs on an older Node', async () => {
    const stdin = Buffer.from('28b52ffd00', 'hex');
    expect(await cli(['normalize', '-'], { stdin })).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/Zstandard needs Node 22\.15 or newer; .*zstd -dc/),
    });
    const output = temporary('out.csv.zst');
    expect(await cli(['normalize', '-', '-o', output], { stdin: LIST })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('Zstandard needs Node 22.15 or newer'),
    });
  });
});
