// SPDX-License-Identifier: Apache-2.0
/** One protocol at one size in a process of its own: time, bytes, peak memory and group operations. */

import { protocols } from 'veilmatch/compare';
import { createBackend } from 'veilmatch/group';
import { counting } from '../counting.js';
import { overlapping, setOf } from '../lists.js';
import { spread } from '../rounds.js';

/** @type {{ protocol: string, size: number, concurrency: number, rounds: number }} */
const { protocol: id, size, concurrency, rounds } = JSON.parse(process.argv[2] ?? '{}');

const protocol = protocols.find((one) => one.id === id);
if (protocol === undefined) throw new Error(`There is no protocol ${id}.`);
const lists = overlapping(size);
const receiver = setOf(lists.receiver);
const sender = setOf(lists.sender);
const { backend, counts } = counting(await createBackend({ concurrency }));
// Kernels are compiled and workers started before the clock starts.
if (rounds > 1)
  await protocol.run(setOf(lists.receiver.slice(0, 64)), setOf(lists.sender.slice(0, 64)), { backend });
const before = process.resourceUsage().maxRSS;

/** @type {number[]} */
const seconds = [];
let bytes = 0;
for (let round = 0; round < rounds; round++) {
  Object.assign(counts, { multiplications: 0, fixedBase: 0, weighted: 0 });
  const outcome = await protocol.run(receiver, sender, { backend });
  if (outcome.size !== lists.shared) throw new Error(`${id} found ${outcome.size} of ${lists.shared}.`);
  seconds.push(outcome.seconds);
  bytes = outcome.bytes.toSender + outcome.bytes.toReceiver;
}
await backend.dispose();

const peak = process.resourceUsage().maxRSS;
process.send?.({
  seconds: rounds === 1 ? Number(seconds[0]?.toPrecision(4)) : spread(seconds),
  bytes,
  multiplications: counts.multiplications,
  fixedBaseMultiplications: counts.fixedBase,
  weightedTerms: counts.weighted,
  peakMemoryMB: Math.round((peak * 1024) / 1e6),
  addedMemoryMB: Math.round(((peak - before) * 1024) / 1e6),
});
process.disconnect?.();
