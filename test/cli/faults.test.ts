// SPDX-License-Identifier: Apache-2.0
/** Two processes over TLS that are killed, and a line that is cut, with every protocol: the run comes to the same end. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registry } from '../../src/compare/registry.js';
import { type Fault, Machines, RUN_NAMES } from '../support/faults.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const WHO = ['receiver', 'sender', 'line'] as const;
type Point = readonly [what: Fault['what'], share: number];

/** Shares of what a run transmits: in the handshake, between questions and answers, close to the end. */
const POINTS: readonly Point[] = WHO.flatMap((what) =>
  [0.02, 0.5, 0.98].map((share): Point => [what, share]),
);
/** Lines are cut in one process as well, with every protocol (protocols.test.ts). */
const FEW: readonly Point[] = [
  ['receiver', 0.4],
  ['sender', 0.7],
];

it('every protocol that two lists are run by is among those that are cut', () => {
  expect(RUN_NAMES).toHaveLength(registry.length);
});

describe.skipIf(process.platform === 'win32').each(RUN_NAMES)('%s over TLS', (run) => {
  const points = run === 'intersection' ? POINTS : FEW;
  const machines = new Machines({ size: run === 'intersection' ? 3000 : 1000, run });
  let total: number;
  beforeAll(async () => {
    await machines.start();
    const { result, bytes, attempts } = await machines.run();
    expect(attempts).toBe(1);
    expect(result).toBe(machines.expected);
    total = bytes;
  });
  afterAll(() => machines.stop());

  it.each(points)('whose %s is cut off at %f of its bytes comes to the same end', async (what, share) => {
    const course = await machines.run({ what, afterBytes: Math.floor(share * total) });
    expect(course.hit).toBe(true);
    expect(course.result).toBe(machines.expected);
    // Before the handshake is over there is no run yet that could go on.
    if (share > 0.1) expect(course.resumed).toBe(true);
  });

  it('is charged once, however often it goes on', () => {
    expect(machines.charged).toBe(1 + points.length);
  });
});
