// SPDX-License-Identifier: Apache-2.0
// ot-psi and ECDH-PSI by turns in one process and on one thread, over lists of the same size: the time that the processor took, by
// which other programs on the machine count little. Answers with the median of each, the ratio, and bytes.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { intersection, otIntersection, runBoth } from 'veilmatch/psi';

/** @type {{ size: number, rounds: number, ecdhSize: number, threads?: number }} */
const { size, rounds, ecdhSize, threads = 1 } = JSON.parse(process.argv[2] ?? '{}');

/** Numbers of which every second one is in both lists. @param {number} count @param {number} first */
const stringsOf = (count, first) =>
  Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);
/** @param {number} count @param {number} first */
const listOf = (count, first) => IdentifierSet.ofStrings(stringsOf(count, first));
/** @param {number} count */
const listsOf = (count) => ({
  receiver: { set: listOf(count, 0) },
  sender: { set: listOf(count, count / 2) },
});

const backend = await createBackend({ concurrency: 1 });

/**
 * Microseconds of the processor an element, and bytes.
 * @param {import('veilmatch/psi').Protocol<any, any, any>} protocol
 * @param {ReturnType<typeof listsOf>} lists
 * @param {import('veilmatch/group').GroupBackend} [on]
 */
async function measure(protocol, lists, on = backend) {
  const count = lists.receiver.set.size;
  let bytes = 0;
  const onFrame = (/** @type {unknown} */ _, /** @type {Uint8Array} */ frame) => {
    bytes += frame.length;
  };
  const started = performance.now();
  const before = process.cpuUsage();
  const { receiver } = await runBoth(protocol, lists, { backend: on, onFrame });
  const { user, system } = process.cpuUsage(before);
  if (receiver.size !== count / 2) throw new Error(`${protocol.id} found ${receiver.size} of ${count / 2}.`);
  const seconds = (performance.now() - started) / 1000;
  return { each: (user + system) / count, bytes: bytes / count, seconds };
}

const lists = listsOf(size);
const ecdhLists = ecdhSize === size ? lists : listsOf(ecdhSize);
// For the optimising tier of the engine.
await measure(otIntersection, listsOf(2 ** 14));
/** @type {{ ot: number, ecdh: number, ratio: number }[]} */
const runs = [];
let [bytes, ecdhBytes] = [0, 0];
for (let round = 0; round < rounds; round++) {
  const ecdh = await measure(intersection, ecdhLists);
  const ot = await measure(otIntersection, lists);
  [bytes, ecdhBytes] = [ot.bytes, ecdh.bytes];
  runs.push({ ot: ot.each, ecdh: ecdh.each, ratio: ecdh.each / ot.each });
}
/** By turns on one thread and on several, by the clock; and the whole way from strings to rows on one thread. */
async function byTheClock() {
  const several = await createBackend({ concurrency: threads });
  /** @type {{ one: number, several: number, times: number, whole: number }[]} */
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    const one = (await measure(otIntersection, lists)).seconds;
    const more = (await measure(otIntersection, lists, several)).seconds;
    const [mine, theirs] = [stringsOf(size, 0), stringsOf(size, size / 2)];
    const started = performance.now();
    const own = {
      receiver: { set: IdentifierSet.ofStrings(mine) },
      sender: { set: IdentifierSet.ofStrings(theirs) },
    };
    const { receiver } = await runBoth(otIntersection, own, { backend });
    if (receiver.matches.length !== size / 2) throw new Error('The whole way leads elsewhere.');
    turns.push({ one, several: more, times: one / more, whole: (performance.now() - started) / 1000 });
  }
  await several.dispose();
  /** @param {'one' | 'several' | 'times' | 'whole'} name */
  const middle = (name) => turns.map((turn) => turn[name]).sort((a, b) => a - b)[rounds >> 1];
  return {
    threads,
    secondsOnOneThread: middle('one'),
    secondsOnThreads: middle('several'),
    timesFasterOnThreads: middle('times'),
    secondsFromStrings: middle('whole'),
  };
}
const clock = threads > 1 ? await byTheClock() : {};
await backend.dispose();
/** @param {'ot' | 'ecdh' | 'ratio'} name */
const median = (name) => runs.map((run) => run[name]).sort((a, b) => a - b)[rounds >> 1];
process.send?.({
  size,
  ecdhSize,
  rounds,
  otMicrosecondsPerElement: median('ot'),
  ecdhMicrosecondsPerElement: median('ecdh'),
  timesFaster: median('ratio'),
  otBytesPerElement: bytes,
  ecdhBytesPerElement: ecdhBytes,
  ...clock,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
});
