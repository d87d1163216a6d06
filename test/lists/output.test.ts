// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../src/leftovers.js';
import { csvLine, ReaderGone, withOutputs, writeAll } from '../../src/lists/output.js';
import { memoryIo, temporary } from '../cli/harness.js';

const { io } = memoryIo();

function write(path: string, text = 'new', inputs: readonly string[] = []): Promise<void> {
  return withOutputs([path], inputs, io, async (output) => output!.write(text));
}

describe('withOutputs', () => {
  it('writes a file that appears when it is complete', async () => {
    const path = temporary('out.csv');
    await withOutputs([path], [], io, async (output) => {
      await output!.write('a');
      expect(existsSync(path)).toBe(false);
      await output!.write('b');
    });
    expect(readFileSync(path, 'utf8')).toBe('ab');
    expect(readdirSync(dirname(path))).toEqual(['out.csv']);
  });

  it('leaves the old file and nothing else after a failure', async () => {
    const path = temporary('out.csv');
    writeFileSync(path, 'old');
    const failing = withOutputs([path, join(dirname(path), 'second.csv')], [], io, async (output) => {
      await output!.write('half of it');
      throw new RangeError('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['out.csv']);
  });

  it('opens no output when another one cannot be opened', async () => {
    const first = temporary('first.csv');
    const second = join(dirname(first), 'none', 'second.csv');
    await expect(withOutputs([first, second], [], io, async () => {})).rejects.toMatchObject({ code: 'io' });
    expect(readdirSync(dirname(first))).toEqual([]);
  });

  it('keeps the permissions of the file that it replaces, and a link a link', async () => {
    const path = temporary('out.csv');
    const link = join(dirname(path), 'link.csv');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    symlinkSync(path, link);
    await write(link);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it.each<[string, (input: string) => string]>([
    ['under its own name', (input) => input],
    ['by another path', (input) => join(dirname(input), '.', 'x', '..', 'list.csv')],
    [
      'through a symbolic link',
      (input) => {
        const link = join(dirname(input), 'link');
        symlinkSync(input, link);
        return link;
      },
    ],
    [
      'through a hard link',
      (input) => {
        const link = join(dirname(input), 'link');
        linkSync(input, link);
        return link;
      },
    ],
  ])('refuses to overwrite the input %s', async (_, outputFor) => {
    const input = temporary('list.csv');
    mkdirSync(join(dirname(input), 'x'));
    writeFileSync(input, 'the list');
    await expect(write(outputFor(input), 'new', [input])).rejects.toMatchObject({
      code: 'argument',
      message: expect.stringContaining('is also the input'),
    });
    expect(readFileSync(input, 'utf8')).toBe('the list');
  });

  it('refuses one file for two outputs, before it exists', async () => {
    const path = temporary('out.csv');
    const again = join(dirname(path), '.', 'out.csv');
    await expect(withOutputs([path, again], [], io, async () => {})).rejects.toMatchObject({
      code: 'argument',
    });
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a folder, and a folder that is not there', async () => {
    const folder = temporary();
    await expect(write(folder)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('it is a folder'),
    });
    await expect(write(join(folder, 'none', 'out.csv'))).rejects.toMatchObject({ code: 'io' });
    writeFileSync(join(folder, 'file'), '');
    await expect(write(join(folder, 'file', 'out.csv'))).rejects.toMatchObject({ code: 'io' });
  });

  // The superuser may write everywhere.
  it.skipIf(process.getuid?.() === 0)('refuses a folder that cannot be written to', async () => {
    const folder = temporary();
    chmodSync(folder, 0o500);
    await expect(write(join(folder, 'out.csv'))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('permission denied'),
    });
  });

  it.skipIf(!existsSync('/dev/full'))(
    'writes to a device without replacing it, and reports a full one',
    async () => {
      await expect(write('/dev/full')).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('no space is left'),
      });
      expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
      await withOutputs(['/dev/null', '/dev/null'], [], io, async (output) => output!.write('x'));
      expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    },
  );

  it('waits for standard output when it is slow', async () => {
    let waiting = 0;
    const slow = new Writable({
      highWaterMark: 4,
      write(_chunk, _encoding, done) {
        waiting++;
        setImmediate(() => {
          waiting--;
          done();
        });
      },
    });
    await withOutputs([undefined], [], { ...io, stdout: slow }, async (output) => {
      for (let i = 0; i < 20; i++) {
        await output!.write('twelve bytes');
        expect(slow.writableLength).toBeLessThanOrEqual(12);
      }
    });
    expect(waiting).toBe(0);
  });

  it.each([
    ['EPIPE', ReaderGone],
    ['ENOSPC', 'Cannot write standard output: no space is left.'],
  ])('ends with %s of standard output', async (code, expected) => {
    const broken = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error(code), { code }));
      },
    });
    const writing = withOutputs([undefined], [], { ...io, stdout: broken }, async (output) => {
      for (let i = 0; i < 5; i++) await output!.write('text');
    });
    await expect(writing).rejects.toThrow(expected);
  });
});

describe('CSV that is written', () => {
  it('quotes what needs it', () => {
    expect(csvLine([1, 'a', 'b,c', 'd"e', 'f\ng', ''])).toBe('1,a,"b,c","d""e","f\ng",\n');
  });

  it('is written in order', async () => {
    const { io: memory, stdout } = memoryIo();
    const lines = Array.from({ length: 5000 }, (_, i) => `${i}\n`);
    await withOutputs([undefined], [], memory, (output) => writeAll(output!, lines));
    expect(stdout()).toBe(lines.join(''));
  });
});

it('a program that ends at once leaves no file behind that has not come to its place', async () => {
  const path = temporary('out.csv');
  const kept = temporary('kept.csv');
  await write(kept, 'whole');
  const there: string[][] = [];
  const stopped = withOutputs([path], [], io, async (output) => {
    await output!.write('a part');
    there.push(readdirSync(dirname(path)));
    removeLeftovers();
    there.push(readdirSync(dirname(path)));
    throw new Error('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(there).toEqual([[expect.stringMatching(/^\.out\.csv\..*\.tmp$/)], []]);
  removeLeftovers();
  expect(readFileSync(kept, 'utf8')).toBe('whole');
});
