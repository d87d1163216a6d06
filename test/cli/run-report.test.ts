// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { progressLine, startRunProgress, summaryJson, summaryText } from '../../src/cli/report/run-report.js';
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
  const sizes = { ownSize: 1000, peerSize: 2000 };
  const run = { runId: '0123456789abcdef', reveal: 'sum', role: 'receiver' as const, ...sizes };
  const costs = { bytesSent: 32_000, bytesReceived: 50_000, seconds: 2 };
  const summary = { ...run, ...costs, result: { shared: 10 } };
  expect(summaryText(summary, [['shared', '10 (in 12 rows)']])).toBe(
    `run         0123456789abcdef
identifiers 1,000 here, 2,000 at the partner's
shared      10 (in 12 rows)
bytes       32,000 sent, 50,000 received
time        2.0 s
`,
  );
  expect(summaryText(summary, [], true)).toContain("1,000 here, 2,000 people at the partner's\n");
  expect(Object.keys(JSON.parse(summaryJson(summary)))).toEqual([
    ...['runId', 'reveal', 'role', 'ownSize', 'peerSize', 'shared'],
    ...['bytesSent', 'bytesReceived', 'seconds'],
  ]);
});
