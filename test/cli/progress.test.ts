// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { startProgress } from '../../src/cli/report/progress.js';
import { memoryIo } from './harness.js';

test('a long search says without a terminal how far it is, in a line every ten seconds', () => {
  const { io, stderr } = memoryIo();
  let time = 0;
  const progress = startProgress(io, 'reverse', 'candidates', () => time);
  for (; time <= 25_000; time += 500) progress.update(time, 100_000);
  progress.clear();
  const lines = stderr().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^reverse: 10 %, 1 thousand candidates a second, .* left$/);
  expect(lines[2]).toBe('');
});

test('other commands say nothing without a terminal', () => {
  const { io, stderr } = memoryIo();
  let time = 0;
  const progress = startProgress(io, 'list.csv', undefined, () => time);
  for (; time <= 25_000; time += 500) progress.update(time, 100_000);
  expect(stderr()).toBe('');
});
