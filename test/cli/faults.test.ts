// SPDX-License-Identifier: Apache-2.0
/** Two processes over TLS that are killed, and a line that is cut: the run comes to the same end. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fault, Machines } from '../support/faults.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

describe.skipIf(process.platform === 'win32')('a run over TLS', () => {
  const machines = new Machines({ size: 3000 });
  let total: number;
  beforeAll(async () => {
    await machines.start();
    const { rows, bytes, attempts } = await machines.run();
    expect(attempts).toBe(1);
    expect(rows).toBe(machines.expected);
    total = bytes;
  });
  afterAll(() => machines.stop());

  // Shares of what a run transmits: in the handshake, between questions and answers, close to the end.
  const points: [Fault['what'], number][] = (['receiver', 'sender', 'line'] as const).flatMap((what) =>
    [0.02, 0.5, 0.98].map((share): [Fault['what'], number] => [what, share]),
  );

  it.each(points)('whose %s is cut off at %f of its bytes comes to the same end', async (what, share) => {
    const course = await machines.run({ what, afterBytes: Math.floor(share * total) });
    expect(course.hit).toBe(true);
    expect(course.rows).toBe(machines.expected);
    // Before the handshake is over there is no run yet that could go on.
    if (share > 0.1) expect(course.resumed).toBe(true);
  });

  it('is charged once, however often it goes on', () => {
    expect(machines.charged).toBe(1 + points.length);
  });
});
