// SPDX-License-Identifier: Apache-2.0
/** Bins on several threads: the threads are this one, behind lines that move and clone as those between threads do. */

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { VeilmatchError } from '../../../src/errors.js';
import { createBackend, type GroupBackend } from '../../../src/group/index.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { OtKernel } from '../../../src/kernel/ot.js';
import { otIntersection, runBoth } from '../../../src/psi/index.js';
import { binJobs } from '../../../src/psi/ot/bin-jobs.js';
import { maskOf } from '../../../src/psi/ot/columns.js';
import { Lanes } from '../../../src/psi/ot/lanes.js';
import { type RandomSource, secureRandom } from '../../../src/random.js';
import { seededRandom } from '../../../src/transport/resume/seeded-random.js';
import type { WorkerPort } from '../../../src/workers/platform.js';
import { type JobAnswer, type JobMessage, toFailure } from '../../../src/workers/serve.js';
import { expectCode } from '../../suites/errors.js';

/** What the threads are like, and what was seen of them. */
const threads = { started: 0, ended: 0, missing: false, jobs: [] as string[], underWay: 0, most: 0 };
const received: ArrayBuffer[] = [];

vi.mock('../../../src/workers/platform.js', async (original) => ({
  ...(await original<object>()),
  startWorker: (): WorkerPort => {
    threads.started++;
    let answer: (message: unknown) => void = () => {};
    let fail: (reason: string) => void = () => {};
    const jobs = binJobs() as unknown as Record<string, (payload: unknown) => { value: unknown }>;
    return {
      post(message, transfer) {
        const { job, payload } = message as JobMessage;
        if (threads.missing) {
          setImmediate(() => fail('there is no such file'));
          return;
        }
        threads.jobs.push(job);
        threads.underWay += Number(job === 'make');
        threads.most = Math.max(threads.most, threads.underWay);
        const copy = structuredClone(payload, { transfer: [...transfer] as ArrayBuffer[] });
        if (job === 'make' || job === 'set')
          received.push(
            ...Object.values(copy as object).flatMap((part) =>
              ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : [],
            ),
          );
        setImmediate(async () => {
          let said: JobAnswer;
          try {
            said = { ok: true, value: (await jobs[job]!(copy)).value };
          } catch (error) {
            said = { ok: false, failure: toFailure(error, job) };
          }
          threads.underWay -= Number(job === 'make');
          answer(said);
        });
      },
      listen(onMessage, onFailure) {
        answer = onMessage;
        fail = onFailure;
      },
      hold: () => {},
      terminate: () => {
        threads.ended++;
      },
    };
  },
}));

/** Enough for workers to pay. */
const COUNT = 17 * 4096;
const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);
const own = {
  receiver: { set: IdentifierSet.ofStrings(names(0, COUNT)) },
  sender: { set: IdentifierSet.ofStrings(names(COUNT - 5, 2000)) },
};
const seeded = (seed: number): RandomSource => seededRandom(new Uint8Array(32).fill(seed));

let backend: GroupBackend;
let one: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
  one = await run(1);
  expect(threads.started).toBe(0);
});
afterAll(() => backend.dispose());
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(threads, { started: 0, ended: 0, missing: false, jobs: [], underWay: 0, most: 0 });
  received.length = 0;
});

/** A backend that says it has so many threads; what it computes, it computes on this one. */
const spread = (concurrency: number): GroupBackend =>
  new Proxy(backend, {
    get: (target, name) => {
      if (name === 'concurrency') return concurrency;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

async function run(
  concurrency: number,
): Promise<{ frames: Buffer[]; matches: readonly number[] | undefined }> {
  const frames: Buffer[] = [];
  const told = await runBoth(otIntersection, own, {
    backend: spread(concurrency),
    to: 'both',
    random: { receiver: seeded(1), sender: seeded(2) },
    onFrame: (_, frame) => frames.push(Buffer.from(frame)),
  });
  expect(told.receiver.size).toBe(5);
  return { frames, matches: told.sender.matches };
}

describe('bins on several threads', () => {
  it('are the same frames, byte for byte', async () => {
    for (const concurrency of [2, 9]) {
      const several = await run(concurrency);
      expect(several.frames.length).toBe(one.frames.length);
      expect(several.frames.every((frame, i) => frame.equals(one.frames[i]!))).toBe(true);
      expect(several.matches).toEqual(one.matches);
    }
    // Two of each party: of 17 bins no more pay.
    expect(threads).toMatchObject({ started: 8, ended: 8 });
    expect(threads.jobs.filter((job) => job === 'make')).toHaveLength(34);
    expect(threads.most).toBeLessThanOrEqual(2);
  });

  it('leave nothing of keys and digests in what the threads were given', async () => {
    const wiped = vi.spyOn(OtKernel.prototype, 'wipe');
    await run(2);
    // What has moved on, to be worked on again, is not the thread's any more.
    const kept = received.filter(({ byteLength }) => byteLength > 0);
    expect(kept.length).toBeGreaterThan(17);
    for (const buffer of kept) {
      const bytes = Buffer.from(buffer);
      expect(bytes.equals(Buffer.alloc(bytes.length))).toBe(true);
    }
    // Both kernels of both threads of both parties.
    expect(wiped).toHaveBeenCalledTimes(8);
  });

  it('stay on the own thread where no worker can be started', async () => {
    threads.missing = true;
    const told = await run(2);
    expect(told.frames.every((frame, i) => frame.equals(one.frames[i]!))).toBe(true);
    expect([threads.started, threads.ended]).toEqual([4, 4]);
  });

  it('are caught like those of one where they are no code words', async () => {
    const { view, makeTable } = OtKernel.prototype;
    const receivers = new WeakSet<OtKernel>();
    let made = 0;
    vi.spyOn(OtKernel.prototype, 'makeTable').mockImplementation(function (this: OtKernel, ...given) {
      receivers.add(this);
      made++;
      return makeTable.apply(this, given);
    });
    vi.spyOn(OtKernel.prototype, 'view').mockImplementation(function (this: OtKernel, region, bytes) {
      const seen = view.call(this, region, bytes);
      if (region !== 'FRAME' || !receivers.has(this) || made < 12) return seen;
      const copy = seen.slice();
      for (let c = 0; c < 40; c++) copy[16 * c]! ^= 1;
      return copy;
    });
    await expectCode('bad-proof', () => runBoth(otIntersection, own, { backend: spread(2) }));
    expect(threads.ended).toBe(threads.started);
  });

  it('end with the error of the bin that has no table, and all threads with it', async () => {
    let calls = 0;
    const { makeTable } = OtKernel.prototype;
    vi.spyOn(OtKernel.prototype, 'makeTable').mockImplementation(function (this: OtKernel, ...given) {
      return ++calls === 6 ? false : makeTable.apply(this, given);
    });
    await expectCode('overflow', () => runBoth(otIntersection, own, { backend: spread(2) }));
    expect(threads.ended).toBe(threads.started);
  });
});

describe('tags that threads sort by ranges', () => {
  it.each([1, 2, 3])('are those that one sorts: on %i', async (concurrency) => {
    const tags = secureRandom(16 * 3000);
    tags.copyWithin(0, 16 * 2999);
    const lanes = await Lanes.open(concurrency, 100);
    try {
      const { tags: sorted, order } = await lanes.sort(tags.slice());
      const records = Array.from({ length: 3000 }, (_, i) => Buffer.from(tags.subarray(16 * i, 16 * i + 16)));
      expect(Buffer.from(sorted)).toEqual(Buffer.concat([...records].sort(Buffer.compare)));
      expect(Buffer.concat(Array.from(order, (i) => records[i]!))).toEqual(Buffer.from(sorted));
      expect(new Set(order).size).toBe(3000);
    } finally {
      await lanes.close();
    }
  });
});

it('names the error of a thread that was told nothing', () => {
  expect(() => binJobs().hide({ tableKey: new Uint8Array(32) })).toThrow(VeilmatchError);
});

it('makes masks of bits that are whole numbers of one kind', () => {
  expect([maskOf(0), maskOf(1)]).toEqual([0, -1]);
  expect(Object.is(maskOf(0), 0)).toBe(true);
});
