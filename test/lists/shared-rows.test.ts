// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, withOutputs } from '../../src/lists/output.js';
import type { CustomerRow } from '../../src/lists/record-rows.js';
import { SharedRows, type Spill } from '../../src/lists/shared-rows.js';
import { Uint32List } from '../../src/lists/uint32-list.js';
import { cli, memoryIo, temporary } from '../cli/harness.js';
import { QUICK, times } from '../support/effort.js';

const BOTH = ['phone', 'email'] as const;

interface Written {
  readonly text: string;
  /** What stood in the output's folder while the rows waited, but for the output itself. */
  readonly folders: readonly string[];
}

async function written(
  rows: readonly CustomerRow[],
  wanted: readonly number[],
  spill: Spill,
  memoryBytes?: number,
  chunk = 1,
): Promise<Written> {
  const output = temporary('shared.csv');
  const { io } = memoryIo();
  const lines = new Uint32List();
  const kept = new SharedRows(output, spill, io, memoryBytes);
  try {
    for (let from = 0; from < rows.length; from += chunk) {
      const some = rows.slice(from, from + chunk);
      for (const i of some.keys()) lines.push(2 * (from + i) + 2);
      await kept.add({
        phone: some.map(({ phone = '' }) => phone),
        email: some.map(({ email = '' }) => email),
      });
    }
    const folders = readdirSync(dirname(output));
    await withOutputs([output], [], io, (file) => kept.write(file!, wanted, { lines, kinds: BOTH }));
    return { text: readFileSync(output, 'utf8'), folders };
  } finally {
    await kept.close();
    expect(readdirSync(dirname(output)).filter((name) => name !== 'shared.csv')).toEqual([]);
  }
}

describe('rows that wait', () => {
  const cell = fc.oneof(
    fc.constantFrom(undefined, '+14155550123', ' a,"b" ', 'é\n', '\u{1f600}', "it's", '\\x00'),
    fc.string({ unit: 'grapheme' }).map((text) => (text.trim() === '' ? undefined : text)),
  );
  const row = fc.record({ phone: cell, email: cell }).map(
    ({ phone, email }): CustomerRow => ({
      ...(phone !== undefined && { phone }),
      ...(email !== undefined && { email }),
    }),
  );

  it('are the same on disk and in memory, and when they went from one to the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.infiniteStream(fc.boolean()),
        fc.nat(300),
        fc.integer({ min: 1, max: 60 }),
        async (rows, picks, bytes, chunk) => {
          const wanted = [...rows.keys()].filter(() => picks.next().value);
          const inMemory = await written(rows, wanted, 'never');
          // What is written is what was kept, whatever is decoded together.
          const expected = wanted.map((i) => csvLine([2 * i + 2, rows[i]!.phone, rows[i]!.email]));
          expect(inMemory.text).toBe(`line,phone,email\n${expected.join('')}`);
          expect((await written(rows, wanted, 'never', undefined, chunk)).text).toBe(inMemory.text);
          expect(inMemory.folders).toEqual([]);
          const onDisk = await written(rows, wanted, 'always');
          expect(onDisk.folders).toEqual([expect.stringMatching(/^\.veilmatch-/)]);
          expect(onDisk.text).toBe(inMemory.text);
          expect((await written(rows, wanted, 'auto', bytes, chunk)).text).toBe(inMemory.text);
        },
      ),
      { numRuns: times(25) },
    );
  });

  it.skipIf(QUICK)('are the same over many chunks', async () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => ({
      phone: `${i * 7_919}`,
      email: `${i}@example.com`,
    }));
    const wanted = [...rows.keys()].filter((i) => i % 3 !== 1);
    const expected = wanted.map((i) => `${2 * i + 2},${rows[i]!.phone},${rows[i]!.email}\n`);
    const { text } = await written(rows, wanted, 'always', undefined, 4096);
    expect(text === `line,phone,email\n${expected.join('')}`).toBe(true);
  });

  it('stay in memory while they are few', async () => {
    const few = await written([{ phone: '123456' }, { phone: '123456' }], [1], 'auto', 12);
    expect(few).toEqual({ text: 'line,phone,email\n4,123456,\n', folders: [] });
    const more = await written([{ phone: '123456' }, { phone: '1234567' }], [1], 'auto', 12);
    expect(more.folders.length).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('wait where only their owner may look', async () => {
    const output = temporary('shared.csv');
    const kept = new SharedRows(output, 'always', memoryIo().io);
    await kept.add({ phone: ['1'], email: [''] });
    const [folder] = readdirSync(dirname(output));
    expect(statSync(join(dirname(output), folder!)).mode & 0o777).toBe(0o700);
    await kept.close();
    expect(readdirSync(dirname(output))).toEqual([]);
  });

  it('are no file where nothing can be written', async () => {
    const kept = new SharedRows('/none/shared.csv', 'always', memoryIo().io);
    await expect(kept.add({ phone: ['1'], email: [''] })).rejects.toMatchObject({ code: 'io' });
    await kept.close();
  });
});

describe('connect with rows on disk', () => {
  const token = (): string => {
    const path = temporary('token');
    writeFileSync(path, `vmt_${'a'.repeat(43)}\n`);
    return path;
  };
  /** Nobody listens there: the list is read first. */
  const connect = (list: string, output: string, ...argv: string[]): string[] => [
    ...['connect', 'ws://127.0.0.1:1', list, '--token-file', token(), '-o', output, ...argv],
  ];

  it('leaves nothing behind when the run fails, or the list is bad', async () => {
    const output = temporary('shared.csv');
    for (const stdin of ['phone\n+14155550123\n', `phone\n${'+14155550123\n'.repeat(9000)}"bad`]) {
      const { status } = await cli(connect('-', output, '--spill', 'always'), { stdin });
      expect(status).toBe(3);
      expect(readdirSync(dirname(output))).toEqual([]);
    }
  });

  it('keeps no row for a dry run', async () => {
    const output = temporary('shared.csv');
    const argv = connect('-', output, '--spill', 'always', '--dry-run');
    expect((await cli(argv, { stdin: 'phone\n+14155550123\n' })).status).toBe(0);
  });
});
