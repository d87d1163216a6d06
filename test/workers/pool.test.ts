// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import { inOrder } from '../../src/workers/in-order.js';
import { adapt, type WorkerPort } from '../../src/workers/platform.js';
import { WorkerPool } from '../../src/workers/pool.js';
import type { JobAnswer, JobMessage } from '../../src/workers/serve.js';
import { bundled } from '../support/bundled.js';

/** A worker that is driven by hand. */
class HandWorker implements WorkerPort {
  readonly posted: JobMessage[] = [];
  held = false;
  terminated = false;
  #onMessage: (message: unknown) => void = () => {};
  #onFailure: (reason: string) => void = () => {};

  post(message: unknown): void {
    this.posted.push(message as JobMessage);
  }
  listen(onMessage: (message: unknown) => void, onFailure: (reason: string) => void): void {
    this.#onMessage = onMessage;
    this.#onFailure = onFailure;
  }
  hold(alive: boolean): void {
    this.held = alive;
  }
  terminate(): void {
    this.terminated = true;
  }

  answer(value: unknown): void {
    this.#onMessage({ ok: true, value } satisfies JobAnswer);
  }
  fail(failure: Partial<Extract<JobAnswer, { ok: false }>['failure']>): void {
    const nothing = { position: undefined, offset: undefined, field: undefined };
    const whole = { code: 'argument' as const, message: 'no', ...nothing, ...failure };
    this.#onMessage({ ok: false, failure: whole } satisfies JobAnswer);
  }
  die(reason = 'exit status 1'): void {
    this.#onFailure(reason);
  }
}

function handPool(size: number): { pool: WorkerPool; workers: HandWorker[] } {
  const workers: HandWorker[] = [];
  const pool = new WorkerPool(() => {
    const worker = new HandWorker();
    workers.push(worker);
    return worker;
  }, size);
  return { pool, workers };
}

const payload = (value: unknown) => () => ({ payload: value });
/** Lets everything happen that only waits for promises. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('WorkerPool', () => {
  test.each([0, -1, 1.5, Number.NaN])('takes no size of %s', (size) => {
    expect(() => new WorkerPool(() => new HandWorker(), size)).toThrow(
      expect.objectContaining({ code: 'argument' }),
    );
  });

  test('starts workers when there is work, and no more than its size', async () => {
    const { pool, workers } = handPool(2);
    expect(workers).toHaveLength(0);
    const jobs = [1, 2, 3].map((n) => pool.run('double', payload(n)));
    expect(workers.map(({ posted }) => posted)).toEqual([
      [{ job: 'double', payload: 1 }],
      [{ job: 'double', payload: 2 }],
    ]);
    workers[1]!.answer(4);
    await expect(jobs[1]).resolves.toBe(4);
    // The one that came free takes the third job; the slow one keeps nobody waiting.
    expect(workers[1]!.posted[1]).toEqual({ job: 'double', payload: 3 });
    workers[1]!.answer(6);
    workers[0]!.answer(2);
    await expect(Promise.all(jobs)).resolves.toEqual([2, 4, 6]);
    expect(workers).toHaveLength(2);
  });

  test('keeps the process alive for as long as there is work', async () => {
    const { pool, workers } = handPool(1);
    const job = pool.run('x', payload(0));
    expect(workers[0]!.held).toBe(true);
    workers[0]!.answer(0);
    await job;
    expect(workers[0]!.held).toBe(false);
  });

  test('hands over the errors of jobs with their details', async () => {
    const { pool, workers } = handPool(1);
    const job = pool.run('x', payload(0));
    workers[0]!.fail({ code: 'bad-element', message: 'Element 7 is bad.', position: 7 });
    await expect(job).rejects.toMatchObject({
      name: 'VeilmatchError',
      code: 'bad-element',
      message: 'Element 7 is bad.',
      position: 7,
    });
    expect(workers[0]!.terminated).toBe(false);
  });

  test('rejects the job of a worker that dies, and gives the next one a new worker', async () => {
    const { pool, workers } = handPool(1);
    const [first, second] = [pool.run('x', payload(1)), pool.run('x', payload(2))];
    workers[0]!.die();
    await expect(first).rejects.toMatchObject({
      code: 'worker-failed',
      message: expect.stringContaining('exit status 1'),
    });
    workers[0]!.die();
    expect(workers).toHaveLength(2);
    workers[1]!.answer('done');
    await expect(second).resolves.toBe('done');
  });

  test('rejects every job when workers cannot be started', async () => {
    const pool = new WorkerPool(() => {
      throw new Error('blocked by policy');
    }, 2);
    const jobs = await Promise.allSettled([pool.run('x', payload(1)), pool.run('x', payload(2))]);
    for (const job of jobs) {
      expect(job).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed' } });
    }
  });

  test('gives results in the order of the items, has two a worker under way, and waits for whoever takes them', async () => {
    const { pool, workers } = handPool(1);
    let asked = 0;
    async function* items(): AsyncGenerator<number> {
      for (; asked < 5; asked++) yield asked;
    }
    const results = inOrder<number, string>(pool, 'x', (item) => item, items());
    const first = results.next();
    await settled();
    expect(asked).toBe(1);
    workers[0]!.answer('0');
    expect(await first).toEqual({ done: false, value: [0, '0'] });
    await settled();
    expect(workers[0]!.posted.map(({ payload }) => payload)).toEqual([0, 1]);
    workers[0]!.answer('1');
    await settled();
    workers[0]!.answer('2');
    await settled();
    // Nobody has asked for them.
    expect(workers[0]!.posted).toHaveLength(3);
    expect(await results.next()).toEqual({ done: false, value: [1, '1'] });
    await settled();
    workers[0]!.answer('3');
    const rest: unknown[] = [];
    const drained = (async () => {
      for await (const result of results) rest.push(result);
    })();
    await settled();
    workers[0]!.answer('4');
    await drained;
    expect(rest).toEqual([
      [2, '2'],
      [3, '3'],
      [4, '4'],
    ]);
  });

  test('tells of a failure behind the results of the items before it', async () => {
    const { pool, workers } = handPool(2);
    async function* items(): AsyncGenerator<number> {
      yield 0;
      throw new RangeError('the file ended');
    }
    const results = inOrder<number, string>(pool, 'x', (item) => item, items());
    const first = results.next();
    await settled();
    workers[0]!.answer('0');
    expect(await first).toEqual({ done: false, value: [0, '0'] });
    await expect(results.next()).rejects.toThrow(RangeError);
  });

  test('rejects a job whose payload cannot be made, and goes on', async () => {
    const { pool, workers } = handPool(1);
    const broken = pool.run('x', () => {
      throw new VeilmatchError('argument', 'no payload');
    });
    await expect(broken).rejects.toMatchObject({ code: 'argument' });
    expect(workers[0]!.held).toBe(false);
    const next = pool.run('x', payload(1));
    workers[0]!.answer(1);
    await expect(next).resolves.toBe(1);
  });

  test('stops everything when it is disposed of', async () => {
    const { pool, workers } = handPool(1);
    const jobs = [pool.run('x', payload(1)), pool.run('x', payload(2))];
    pool.dispose();
    for (const job of await Promise.allSettled([...jobs, pool.run('x', payload(3))])) {
      expect(job).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed' } });
    }
    expect(workers.map(({ terminated }) => terminated)).toEqual([true]);
  });

  describe('map', () => {
    test('hands over every result once, with progress', async () => {
      const { pool, workers } = handPool(2);
      const results = new Map<number, unknown>();
      const progress: [number, number][] = [];
      const whole = pool.map(
        'x',
        5,
        (index) => ({ payload: index }),
        (index, value) => results.set(index, value),
        { onProgress: (done, total) => progress.push([done, total]) },
      );
      while (results.size < 5) {
        // The second worker is the faster one: results come out of order.
        for (const worker of [...workers].reverse()) {
          const last = worker.posted.at(-1);
          if (last !== undefined && worker.held) worker.answer(Number(last.payload) * 10);
        }
        await settled();
      }
      await whole;
      expect([...results].sort()).toEqual([0, 1, 2, 3, 4].map((index) => [index, index * 10]));
      expect(progress).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
    });

    test('makes payloads only when a worker is free for them', async () => {
      const { pool } = handPool(2);
      const made: number[] = [];
      const whole = pool.map(
        'x',
        1000,
        (index) => {
          made.push(index);
          return { payload: index };
        },
        () => {},
      );
      await settled();
      expect(made).toEqual([0, 1]);
      pool.dispose();
      await expect(whole).rejects.toMatchObject({ code: 'worker-failed' });
    });

    test('ends with the first error, and begins nothing afterwards', async () => {
      const { pool, workers } = handPool(1);
      const seen: number[] = [];
      const whole = pool.map(
        'x',
        100,
        (index) => ({ payload: index }),
        (index) => seen.push(index),
      );
      workers[0]!.answer('fine');
      await settled();
      workers[0]!.fail({ code: 'bad-element' });
      await expect(whole).rejects.toMatchObject({ code: 'bad-element' });
      await settled();
      expect(seen).toEqual([0]);
      expect(workers[0]!.posted.length).toBeLessThanOrEqual(4);
    });

    test('ends when the signal fires, without waiting for what is under way', async () => {
      const { pool, workers } = handPool(1);
      const controller = new AbortController();
      const whole = pool.map(
        'x',
        3,
        (index) => ({ payload: index }),
        () => expect.unreachable(),
        { signal: controller.signal },
      );
      controller.abort(new Error('closed the tab'));
      await expect(whole).rejects.toMatchObject({ code: 'aborted', cause: { message: 'closed the tab' } });
      workers[0]!.answer('too late');
      await settled();
    });

    test('does nothing for a signal that has fired already, or for no jobs', async () => {
      const { pool, workers } = handPool(1);
      const signal = AbortSignal.abort();
      const prepare = () => expect.unreachable();
      await expect(pool.map('x', 3, prepare, () => {}, { signal })).rejects.toMatchObject({
        code: 'aborted',
      });
      await pool.map('x', 0, prepare, () => {});
      expect(workers).toHaveLength(0);
    });
  });
});

describe('a real worker', async () => {
  const serving = await bundled('workers/serve.ts');
  /** Serves jobs as the workers of the package do. */
  const script = `
    import(${JSON.stringify(serving)}).then(({ serve }) => serve({
      echo: (payload) => ({ value: payload, transfer: [payload.buffer] }),
      stumble: () => { throw new RangeError('over +14155550123'); },
      leave: () => process.exit(3),
    }));`;
  const pool = (): WorkerPool => new WorkerPool(() => adapt(new Worker(script, { eval: true })), 1);

  test('answers, moving buffers both ways', async () => {
    const workers = pool();
    const bytes = Uint8Array.of(1, 2, 3);
    const echoed = await workers.run<Uint8Array>('echo', () => ({
      payload: bytes,
      transfer: [bytes.buffer],
    }));
    expect(echoed).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes).toHaveLength(0);
    workers.dispose();
  });

  test('says that a job failed, not over which value', async () => {
    const workers = pool();
    const error: VeilmatchError = await workers.run('stumble', payload(0)).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'worker-failed', message: expect.stringContaining('RangeError') });
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toContain('4155550123');
    await expect(workers.run('unheard-of', payload(0))).rejects.toMatchObject({ code: 'worker-failed' });
    workers.dispose();
  });

  test('that leaves in the middle of a job is noticed', async () => {
    const workers = pool();
    await expect(workers.run('leave', payload(0))).rejects.toMatchObject({ code: 'worker-failed' });
    const next = await workers.run<Uint8Array>('echo', payload(Uint8Array.of(7)));
    expect(next).toEqual(Uint8Array.of(7));
    workers.dispose();
  });
});
