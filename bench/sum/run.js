// SPDX-License-Identifier: Apache-2.0
// One run of a variant in a process of its own. Answers with its time, its phases, its bytes and its peak memory.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet, identifiersFromRows } from 'veilmatch/identifiers';
import { countPeople, createJoinIds, intersectionSum } from 'veilmatch/psi';

/** @type {{ variant: string, size: number, concurrency: number }} */
const { variant, size, concurrency } = JSON.parse(process.argv[2] ?? '{}');

const half = Math.floor(size / 2);
const right = size - half;
const phoneOf = (/** @type {number} */ i) => `+1415${String(2_000_000 + i)}`;

/** Numbers of which every second one is in both lists. */
const numbers = (/** @type {number} */ first) =>
  IdentifierSet.ofStrings(Array.from({ length: size }, (_, i) => phoneOf(first + i)));

/** Rows with a telephone number and, two of three, an e-mail address. */
async function people(/** @type {number} */ first) {
  const rows = Array.from({ length: size }, (_, i) => ({
    phone: phoneOf(first + i),
    email: i % 3 === 0 ? null : `person${first + i}@example.com`,
  }));
  return (await identifiersFromRows(rows, { concurrency: 1 })).set;
}

const make = variant === 'people' ? people : numbers;
const [receiver, sender] = [await make(0), await make(half)];
const backend = await createBackend({ concurrency });
// Amounts in cents, up to a thousand dollars.
const values = Uint32Array.from({ length: size }, (_, i) => (i * 7919) % 100_000);
const sum = values.subarray(0, right).reduce((total, value) => total + value, 0);

/** @type {Record<string, number>} */
const phases = {};
let phase = '';
let since = performance.now();
let bytes = 0;
const options = {
  backend,
  onProgress(/** @type {string} */ next) {
    const now = performance.now();
    if (phase !== '') phases[phase] = (phases[phase] ?? 0) + (now - since) / 1000;
    phase = next;
    since = now;
  },
  onFrame(/** @type {string} */ _, /** @type {Uint8Array} */ frame) {
    bytes += frame.length;
  },
};

/** @returns {Promise<boolean>} whether the result is right */
async function run() {
  if (variant === 'people') return (await countPeople(receiver, sender, options)) === right;
  if (variant === 'join-ids') return (await createJoinIds(receiver, sender, options)).size === right;
  const result = await intersectionSum(receiver, sender, values, options);
  return result.size === right && result.sum === sum;
}

const started = performance.now();
if (!(await run())) throw new Error(`the variant ${variant} came out wrong`);
const seconds = (performance.now() - started) / 1000;
await backend.dispose();

const round = (/** @type {number} */ value) => Number(value.toFixed(2));
process.send?.({
  variant,
  backend: backend.name,
  threads: backend.concurrency,
  rowsOfEach: size,
  seconds: round(seconds),
  microsecondsPerRow: round((seconds * 1e6) / size),
  secondsByPhase: Object.fromEntries(Object.entries(phases).map(([name, value]) => [name, round(value)])),
  cpuSeconds: round((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  bytesPerRow: round(bytes / size),
  peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
});
