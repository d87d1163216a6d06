// SPDX-License-Identifier: Apache-2.0
/** What lies beside the place of a result while there is none yet. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { withOutputs } from '../../src/lists/output.js';
import { memoryIo, temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';

const { io } = memoryIo();

it('is nothing before the first row, so that a run that is killed leaves nothing', async () => {
  const path = temporary('out.csv');
  const seen: string[][] = [];
  await withOutputs([path], [], io, async (output) => {
    seen.push(readdirSync(dirname(path)));
    await output!.write('line\n');
    seen.push(readdirSync(dirname(path)));
  });
  expect(seen).toEqual([[], [expect.stringMatching(/^\.out\.csv\.[0-9a-f]{12}\.tmp$/)]]);
  expect(readdirSync(dirname(path))).toEqual(['out.csv']);
  expect(readFileSync(path, 'utf8')).toBe('line\n');
});

it('is found out beforehand: a place that cannot be written ends a run before its work', async () => {
  let worked = false;
  const path = join(temporary('absent'), 'out.csv');
  const writing = withOutputs([path], [], io, async () => {
    worked = true;
  });
  await expectCode('io', () => writing);
  expect([worked, existsSync(path)]).toEqual([false, false]);
});

it('comes to be a result without rows, too', async () => {
  const path = temporary('out.csv');
  await withOutputs([path], [], io, async () => {});
  expect(readFileSync(path, 'utf8')).toBe('');
});
