// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { progressLine, startRunProgress, summaryText } from '../../src/cli/report/run-report.js';
import { memoryIo } from './harness.js';

it('shows a bar, the rate and the time left', () => {
  expect(progressLine('blind', 0, 1000, 0)).toBe('blinding [....................] 0 %');
  expect(progressLine('evaluate', 250_000, 1_000_000, 10)).toBe(
    'answering the partner [#####...............] 25 %, 25,000/s, 30.0 s left',
  );
  expect(progressLine('tag', 0, 0, 0)).toContain('0 %');
});

it('shows progress on a terminal only, and takes it off again', () => {
  for (const terminal of [true, false]) {
    const { io, stderr } = memoryIo({ terminal });
    const progress = startRunProgress(io);
    progress.update('blind', 1, 2);
    progress.clear();
    expect(stderr()).toBe(terminal ? '\rblinding [##########..........] 50 %\x1b[K\r\x1b[K' : '');
  }
});

it('keeps to one line of a narrow terminal', () => {
  const { io, stderr } = memoryIo({ terminal: true, columns: 20 });
  const progress = startRunProgress(io);
  progress.update('blind', 1, 2);
  expect(stderr()).toBe('\rblinding [#########\x1b[K');
});

it('sums a run up: sizes, matches, bytes and time', () => {
  const run = { runId: '0123456789abcdef', reveal: 'intersection', ownSize: 1000, peerSize: 2000 };
  const costs = { bytesSent: 32_000, bytesReceived: 50_000, seconds: 2 };
  expect(summaryText({ ...run, ...costs, shared: 10, rows: 12 })).toBe(
    `run         0123456789abcdef
identifiers 1,000 here, 2,000 at the partner's
shared      10 (in 12 rows)
bytes       32,000 sent, 50,000 received
time        2.0 s
`,
  );
  expect(summaryText({ ...run, ...costs, shared: 900, coarse: { step: 100, atLeast: 500 } })).toContain(
    'shared      900 (rounded down to a multiple of 100; 0 stands for fewer than 500)\n',
  );
});
