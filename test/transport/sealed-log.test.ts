// SPDX-License-Identifier: Apache-2.0
/** Records in a sealed file: where it may be cut, and that nothing else may happen to it. */

import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { concatBytes, utf8 } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { createLog, openLog, type SealedLog } from '../../src/transport/resume/sealed-log.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, sample, times } from '../support/effort.js';

const unlock = { key: new Uint8Array(32).fill(7) };
const HEAD = utf8('what run it is');
const RECORDS = [utf8('one'), new Uint8Array(40).fill(2), new Uint8Array(), utf8('the last one')];

type Write = (bytes: unknown, from: unknown, length: number, at: unknown) => Promise<unknown>;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

async function written(name: string, records: readonly Uint8Array[] = RECORDS): Promise<Buffer> {
  const log = await createLog(at(name), HEAD, unlock);
  for (const record of records) await log.append(record);
  await log.close();
  return readFileSync(at(name));
}

async function opened(name: string, take: (record: Uint8Array) => void = () => {}): Promise<SealedLog> {
  const log = await openLog(at(name), unlock);
  await log.scan(take).catch(async (error) => {
    await log.close();
    throw error;
  });
  return log;
}

async function read(name: string): Promise<Uint8Array[]> {
  const records: Uint8Array[] = [];
  const log = await opened(name, (record) => records.push(record));
  for (const [i, record] of records.entries()) expect(await log.read(i)).toEqual(record);
  await log.close();
  return records;
}

/** Where each record behind the head begins, and where the last one ends. */
function boundaries(bytes: Buffer): number[] {
  const behind = (place: number): number => place + 8 + bytes.readUInt32BE(place);
  const places = [behind(56)];
  while (places.at(-1)! < bytes.length) places.push(behind(places.at(-1)!));
  return places;
}

describe('a sealed log', () => {
  it('gives back what was put in, in order, and takes more', async () => {
    await written('whole');
    const log = await opened('whole');
    expect(log.head).toEqual(HEAD);
    expect(await log.append(utf8('more'))).toBe(RECORDS.length);
    await log.close();
    expect(await read('whole')).toEqual([...RECORDS, utf8('more')]);
    if (process.platform !== 'win32') expect(statSync(at('whole')).mode & 0o777).toBe(0o600);
  });

  it('is nothing like what is in it, and never twice the same', async () => {
    const records = [utf8('the same words'), utf8('the same words')];
    const files = [await written('x', records), await written('y', records)];
    const sealed = files.flatMap((bytes) => {
      const [first, second, end] = boundaries(bytes);
      return [bytes.subarray(first! + 8, second), bytes.subarray(second! + 8, end)].map(String);
    });
    expect(new Set(sealed).size).toBe(4);
    for (const bytes of files) expect(bytes.toString('latin1')).not.toMatch(/same words|what run/);
  });

  it('that was cut anywhere holds the records before the cut and goes on, or is refused', async () => {
    const whole = await written('cut');
    const places = boundaries(whole);
    for (const length of sample([...whole.keys()])) {
      writeFileSync(at('cut'), whole.subarray(0, length));
      if (length < places[0]!) {
        await expectCode('bad-file', () => read('cut'));
        continue;
      }
      const complete = places.filter((place) => place <= length).length - 1;
      const log = await opened('cut');
      await log.append(utf8('next'));
      await log.close();
      expect(await read('cut')).toEqual([...RECORDS.slice(0, complete), utf8('next')]);
    }
  });

  it('with any other byte in it is refused, and left as it is', async () => {
    const whole = await written('damaged');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (offset, bits) => {
        const changed = Buffer.from(whole);
        changed[offset]! ^= bits;
        writeFileSync(at('damaged'), changed);
        await expectCode('bad-file', () => read('damaged'));
        expect(readFileSync(at('damaged')).equals(changed)).toBe(true);
      }),
      { numRuns: times(300) },
    );
  });

  it('whose records were swapped, repeated, left out or come from another file is refused', async () => {
    const whole = await written('mixed');
    const other = await written('other');
    const [head, a, b, c, end] = boundaries(whole) as [number, number, number, number, number];
    const part = (from: number, to: number, bytes = whole): Buffer => bytes.subarray(from, to);
    const places = boundaries(other);
    for (const parts of [
      [part(0, head), part(a, b), part(head, a), part(b, end)],
      [part(0, a), part(head, a), part(b, end)],
      [part(0, head), part(a, end)],
      [part(0, b), part(c, end)],
      [part(0, head), part(places[0]!, places[1]!, other), part(a, end)],
      [part(0, places[0]!, other), part(head, end)],
    ]) {
      writeFileSync(at('mixed'), concatBytes(...parts));
      await expectCode('bad-file', () => read('mixed'));
    }
  });

  it('opens with its own key or passphrase alone', async () => {
    await written('key');
    const other = { key: new Uint8Array(32).fill(8) };
    for (const wrong of [other, { passphrase: 'a guess' }]) {
      const error = await expectCode('bad-file', () => openLog(at('key'), wrong));
      expect(error.message).toContain(at('key'));
    }
  });

  it.skipIf(QUICK)('opens with its own passphrase alone', async () => {
    await (await createLog(at('phrase'), HEAD, { passphrase: 'correct horse' })).close();
    const log = await openLog(at('phrase'), { passphrase: 'correct horse' });
    expect(log.head).toEqual(HEAD);
    await log.close();
    await expectCode('bad-file', () => openLog(at('phrase'), { passphrase: 'battery staple' }));
  });

  it('takes nothing more after a record that could not be written', async () => {
    await written('full');
    const file = await open(at('full'));
    const prototype: FileHandle = Object.getPrototypeOf(file);
    await file.close();
    const log = await opened('full');
    const write = prototype.write as unknown as Write;
    const halfway = async function (
      this: FileHandle,
      bytes: unknown,
      from: unknown,
      _: unknown,
      at: unknown,
    ) {
      await write.call(this, bytes, from, 10, at);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const spy = vi.spyOn(prototype, 'write').mockImplementation(halfway as unknown as FileHandle['write']);
    const error = await expectCode('io', () => log.append(utf8('too much')));
    spy.mockRestore();
    expect(error.message).toContain('no space is left');
    await expectCode('io', () => log.append(utf8('after it')));
    await log.close();
    expect(await read('full')).toEqual(RECORDS);
  });

  it('says what is wrong with a file that is something else, or not there', async () => {
    await expectCode('io', () => read('nowhere'));
    writeFileSync(at('text'), 'phone\n+14155550123\n');
    const error = await expectCode('bad-file', () => read('text'));
    expect(error).toBeInstanceOf(VeilmatchError);
    expect(error.message).not.toContain('415');
    await written('short');
    truncateSync(at('short'), 30);
    await expectCode('bad-file', () => read('short'));
  });
});
