// SPDX-License-Identifier: Apache-2.0
/** Runs that a directory keeps in memory: whose they are, how long, and how much of them. */

import { describe, expect, it } from 'vitest';
import type { ServedSet } from '../../src/contact/index.js';
import { KeptRuns } from '../../src/directory/kept-runs.js';

const ONE = '0123456789abcdef';
const TWO = 'fedcba9876543210';
const THREE = 'aaaaaaaaaaaaaaaa';

/** Runs that begin now, of a directory whose epoch goes up with each. */
function kept(options: ConstructorParameters<typeof KeptRuns>[1] = {}): {
  readonly runs: KeptRuns;
  readonly clock: { at: number };
} {
  const clock = { at: 1_700_000_000_000 };
  let epoch = 0;
  const served = async (): Promise<ServedSet[]> => [
    { setId: 'members', epoch: ++epoch, secretKey: new Uint8Array(32).fill(epoch), size: 5 },
  ];
  return { runs: new KeptRuns(served, { now: () => clock.at, ...options }), clock };
}

describe('a run of a client', () => {
  it('comes back to what it was, and to what it began with, for who began it alone', async () => {
    const { runs } = kept();
    const journal = await runs.begin('ada', ONE);
    await journal.addFrame(Uint8Array.of(1, 2));
    await journal.addOutcome(new Uint8Array(32), Uint8Array.of(3));
    await journal.close();
    await (await runs.begin('hedy', TWO)).close();
    expect(await runs.resume('hedy', ONE)).toBe(undefined);
    expect(await runs.resume('ada', TWO)).toBe(undefined);
    const again = (await runs.resume('ada', ONE))!;
    expect(again.seed).toEqual(journal.seed);
    expect(again.held.frames).toBe(1);
    expect(await again.frame(0)).toEqual(Uint8Array.of(1, 2));
    expect(await again.outcome(new Uint8Array(32))).toEqual(Uint8Array.of(3));
    expect(again.terms).toMatchObject({ protocol: 'contact-discovery', role: 'sender', served: 'members 1' });
    expect(runs.servedTo(again)).toMatchObject([{ epoch: 1 }]);
  });

  it('is had by one connection at a time: the next one waits until the first lets go', async () => {
    const { runs } = kept();
    const journal = await runs.begin('ada', ONE);
    let had = false;
    const waiting = runs.resume('ada', ONE).then((again) => {
      had = true;
      return again;
    });
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(had).toBe(false);
    await journal.close();
    expect((await waiting)!.runId).toBe(ONE);
    const gone = runs.resume('ada', ONE);
    await journal.erase();
    expect(await gone).toBe(undefined);
  });

  it('is forgotten after its time, or for newer ones of the same client, but not while it is under way', async () => {
    const { runs, clock } = kept({ lifetimeSeconds: 60, runsPerPeer: 2 });
    await (await runs.begin('ada', ONE)).close();
    clock.at += 59_999;
    await (await runs.resume('ada', ONE))!.close();
    clock.at += 1;
    expect(await runs.resume('ada', ONE)).toBe(undefined);

    const busy = await runs.begin('ada', ONE);
    await (await runs.begin('ada', TWO)).close();
    await (await runs.begin('ada', THREE)).close();
    expect(await runs.resume('ada', TWO)).toBe(undefined);
    await busy.close();
    for (const run of [ONE, THREE]) expect((await runs.resume('ada', run))!.runId).toBe(run);
  });

  it('is forgotten where all together are too much: the oldest, as soon as nobody works on it', async () => {
    const empty = kept();
    await (await empty.runs.begin('ada', ONE)).close();
    const ofRun = empty.runs.bytes;
    await (await empty.runs.resume('ada', ONE))!.addFrame(new Uint8Array(99));
    // With the byte that says what it is.
    const ofRecord = empty.runs.bytes - ofRun;
    expect(ofRecord).toBeGreaterThan(100);
    const each = ofRun + ofRecord;

    const { runs } = kept({ maxBytes: 2 * each + 50 });
    const fill = async (peer: string, run: string): Promise<void> => {
      const journal = await runs.begin(peer, run);
      await journal.addFrame(new Uint8Array(99));
      await journal.close();
    };
    await fill('ada', ONE);
    await fill('hedy', TWO);
    expect(runs.bytes).toBe(2 * each);
    await fill('joan', THREE);
    expect(runs.bytes).toBe(2 * each);
    expect(await runs.resume('ada', ONE)).toBe(undefined);
    const journal = (await runs.resume('hedy', TWO))!;
    await journal.addFrame(new Uint8Array(99));
    expect(runs.bytes).toBe(2 * each + ofRecord);
    await journal.close();
    expect(runs.bytes).toBe(each);
    await (await runs.resume('joan', THREE))!.erase();
    expect(runs.bytes).toBe(0);
  });

  it('counts where there is nothing in it: as many clients as like to come do not fill the memory', async () => {
    const { runs } = kept({ maxBytes: 100_000 });
    for (let i = 0; i < 200; i++) await (await runs.begin(`account ${i}`, ONE)).close();
    expect(runs.bytes).toBeLessThanOrEqual(100_000);
    expect(await runs.resume('account 0', ONE)).toBe(undefined);
    expect((await runs.resume('account 199', ONE))!.runId).toBe(ONE);
    // Frames of nothing, too.
    const journal = await runs.begin('ada', TWO);
    for (let i = 0; i < 500; i++) await journal.addFrame(new Uint8Array());
    await journal.close();
    expect(await runs.resume('ada', TWO)).toBe(undefined);
  });
});
