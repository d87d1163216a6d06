// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { nextTurn } from '../../src/workers/turn.js';

afterEach(() => void vi.unstubAllGlobals());

/** What other work gets done while a computation waits for its next turn. */
async function orderOfEvents(): Promise<string[]> {
  const events: string[] = [];
  setTimeout(() => events.push('timer'));
  while (!events.includes('timer')) {
    await nextTurn();
    events.push('turn');
  }
  return events;
}

test('lets other work of the event loop happen', async () => {
  expect(await orderOfEvents()).toContain('timer');
});

test('does so in browsers, too, which have no setImmediate', async () => {
  vi.stubGlobal('setImmediate', undefined);
  expect(await orderOfEvents()).toContain('timer');
});
