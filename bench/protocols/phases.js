// SPDX-License-Identifier: Apache-2.0
/** Where the time of a balanced intersection goes on one thread: group operations by kind, and all the rest. */

import { createBackend } from 'veilmatch/group';
import { intersect } from 'veilmatch/psi';
import { overlapping, setOf } from '../lists.js';
import { spread } from '../rounds.js';

/** @type {{ size: number, rounds: number }} */
const { size, rounds } = JSON.parse(process.argv[2] ?? '{}');
const lists = overlapping(size);
const [receiver, sender] = [setOf(lists.receiver), setOf(lists.sender)];
const inner = await createBackend({ concurrency: 1 });

/** @type {Record<string, number>} */
let spent = {};
/** Operations on their way: both parties' may be, and then share the time that passes. @type {string[]} */
const running = [];
let since = 0;

function settle() {
  const now = performance.now();
  for (const name of running) spent[name] = (spent[name] ?? 0) + (now - since) / 1000 / running.length;
  since = now;
}

const backend = new Proxy(inner, {
  get(target, name) {
    const member = Reflect.get(target, name);
    if (typeof member !== 'function') return member;
    return async (/** @type {any[]} */ ...rest) => {
      settle();
      running.push(String(name));
      try {
        return await member.apply(target, rest);
      } finally {
        settle();
        running.splice(running.indexOf(String(name)), 1);
      }
    };
  },
});

/** @type {Record<string, number[]>} */
const all = {};
for (let round = -1; round < rounds; round++) {
  spent = {};
  const started = performance.now();
  const { size: found } = await intersect(receiver, sender, { backend });
  const total = (performance.now() - started) / 1000;
  if (found !== lists.shared) throw new Error(`found ${found} of ${lists.shared}`);
  const group = Object.values(spent).reduce((sum, seconds) => sum + seconds, 0);
  if (round < 0) continue;
  for (const [name, seconds] of Object.entries({ ...spent, rest: total - group, total })) {
    all[name] ??= [];
    all[name].push((seconds / size) * 1e6);
  }
}
await inner.dispose();
process.send?.({
  cells: Object.entries(all).map(([phase, microseconds]) => ({
    of: { part: 'phase', phase },
    figures: { microsecondsPerElement: spread(microseconds) },
  })),
});
process.disconnect?.();
