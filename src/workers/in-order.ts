// SPDX-License-Identifier: Apache-2.0
/** A stream of jobs through a pool; beside the pool, because what matches lists has no need of it. */

import type { WorkerPool } from './pool.js';

/**
 * Runs a job for each item, and gives the results in the order of the items. Two for each worker are under way, so
 * that the next one is there when it comes free, and no more: whoever takes the results slowly is waited for.
 * @throws {VeilmatchError} as `run` of the pool; and whatever `items` throws, behind the results of those before
 */
export async function* inOrder<Item, Result>(
  pool: WorkerPool,
  job: string,
  payloadOf: (item: Item) => unknown,
  items: AsyncIterator<Item>,
): AsyncGenerator<[Item, Result], void, undefined> {
  const next = async (): Promise<[Item, Result] | undefined> => {
    const { done, value } = await items.next();
    return done ? undefined : [value, await pool.run<Result>(job, () => ({ payload: payloadOf(value) }))];
  };
  const ahead: Promise<[Item, Result] | undefined>[] = [];
  const begin = (): void => {
    const result = next();
    // Of one that fails is heard when those before it were taken.
    result.catch(() => {});
    ahead.push(result);
  };
  for (let i = 0; i < 2 * pool.size; i++) begin();
  for (let first = await ahead.shift(); first !== undefined; first = await ahead.shift()) {
    begin();
    yield first;
  }
}
