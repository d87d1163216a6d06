// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { WorkerPort } from '../../src/workers/platform.js';
import { WorkerPool } from '../../src/workers/pool.js';
import type { JobAnswer, JobMessage } from '../../src/workers/serve.js';
import { expectCode } from '../suites/errors.js';

/** A worker in this thread: answers every message, in order, a turn of the event loop later. */
function worker(answer: (message: JobMessage) => JobAnswer, log: string[]): WorkerPort {
  let onMessage: (message: unknown) => void = () => {};
  let alive = true;
  return {
    post(message) {
      log.push((message as JobMessage).job);
      setTimeout(() => alive && onMessage(answer(message as JobMessage)));
    },
    listen(listener) {
      onMessage = listener;
    },
    hold() {},
    terminate() {
      alive = false;
    },
  };
}

describe('the preparation of a pool', () => {
  it('goes to each worker once, before its jobs, and its answer is nobody’s', async () => {
    const logs: string[][] = [];
    const start = (): WorkerPort => {
      const log: string[] = [];
      logs.push(log);
      return worker(({ job, payload }) => ({ ok: true, value: `${job} ${payload}` }), log);
    };
    const pool = new WorkerPool(start, 2, { job: 'prepare', payload: 'all' });
    const results = new Map<number, string>();
    await pool.map<string>(
      'square',
      7,
      (i) => ({ payload: i }),
      (i, value) => results.set(i, value),
    );
    pool.dispose();
    expect([...results].sort()).toEqual(Array.from({ length: 7 }, (_, i) => [i, `square ${i}`]));
    expect(logs.length).toBe(2);
    for (const [first, ...others] of logs) {
      expect(first).toBe('prepare');
      expect(others.length).toBeGreaterThan(0);
      expect(others.every((job) => job === 'square')).toBe(true);
    }
  });

  it('fails the jobs of a worker that cannot be prepared, with its error', async () => {
    const failure = {
      code: 'unsupported',
      message: 'Not here.',
      position: undefined,
      offset: undefined,
      field: undefined,
    } as const;
    const start = (): WorkerPort =>
      worker(({ job }) => (job === 'prepare' ? { ok: false, failure } : { ok: true, value: job }), []);
    const pool = new WorkerPool(start, 2, { job: 'prepare', payload: undefined });
    await expectCode('unsupported', () => pool.run('square', () => ({ payload: 1 })));
    await expectCode('unsupported', () =>
      pool.map(
        'square',
        3,
        () => ({ payload: 1 }),
        () => expect.unreachable(),
      ),
    );
    pool.dispose();
  });
});
