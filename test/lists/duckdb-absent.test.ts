// SPDX-License-Identifier: Apache-2.0
/** What works without DuckDB's package, and what is said where it is needed. */

import { writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { SharedRows } from '../../src/lists/shared-rows.js';
import { cli, memoryIo, temporary } from '../cli/harness.js';

vi.mock('@duckdb/node-api', () => {
  throw new Error('not there');
});

const ADVICE = expect.stringContaining('npm install @duckdb/node-api');

describe('without DuckDB', () => {
  it('a Parquet file is refused with the command that helps', async () => {
    const path = temporary('list.parquet');
    writeFileSync(path, 'PAR1 and the rest');
    expect(await cli(['normalize', path])).toMatchObject({ status: 3, stdout: '', stderr: ADVICE });
  });

  it('a Parquet output is refused before anything is read', async () => {
    const output = temporary('out.parquet');
    const ending = await cli(['normalize', '/none/list.csv', '-o', output]);
    expect(ending).toMatchObject({ status: 3, stderr: ADVICE });
    expect(ending.stderr).not.toContain('list.csv');
  });

  it('a large list stays in memory, which is said once', async () => {
    const { io, stderr } = memoryIo();
    const kept = new SharedRows(temporary('shared.csv'), 'auto', io, 10);
    for (let i = 0; i < 20; i++) await kept.add({ phone: [`+1415555${i}`], email: [''] });
    await kept.close();
    expect(stderr()).toBe(
      'the list is large: its rows could wait on disk in place of memory with: npm install @duckdb/node-api\n',
    );
  });

  it('rows that must wait on disk are refused', async () => {
    const kept = new SharedRows(temporary('shared.csv'), 'always', memoryIo().io);
    await expect(kept.add({ phone: ['1'], email: [''] })).rejects.toMatchObject({
      code: 'unsupported',
      message: ADVICE,
    });
    await kept.close();
  });

  it('all else works', async () => {
    expect(await cli(['normalize', '-'], { stdin: 'phone\n+14155550123\n' })).toMatchObject({
      status: 0,
      stdout: 'line,phone\n2,+14155550123\n',
    });
  });
});
