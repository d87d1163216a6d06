// SPDX-License-Identifier: Apache-2.0
// One run of `intersect` in a process of its own. Answers with its time, its phases and its peak memory.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet, intersect } from 'veilmatch/psi';

/** @type {{ size: number, concurrency: number, reveal: import('veilmatch/psi').Reveal }} */
const { size, concurrency, reveal } = JSON.parse(process.argv[2] ?? '{}');

/** Numbers of which every second one is in both lists. */
function* numbers(/** @type {number} */ first) {
  for (let i = 0; i < size; i++) yield `+1415${String(first + i).padStart(7, '0')}`;
}

const receiver = IdentifierSet.ofStrings(numbers(0));
const sender = IdentifierSet.ofStrings(numbers(Math.floor(size / 2)));
const backend = await createBackend({ concurrency });
const before = process.resourceUsage().maxRSS * 1024;

/** @type {Record<string, number>} */
const phases = {};
let phase = '';
let since = performance.now();
let bytes = 0;
const started = performance.now();
const result = await intersect(receiver, sender, {
  backend,
  reveal,
  onProgress(next) {
    const now = performance.now();
    if (phase !== '') phases[phase] = (phases[phase] ?? 0) + (now - since) / 1000;
    phase = next;
    since = now;
  },
  onFrame(_, frame) {
    bytes += frame.length;
  },
});
const seconds = (performance.now() - started) / 1000;
const right = Math.ceil(size / 2);
if (result.size !== right) throw new Error(`found ${result.size} of ${right}`);
await backend.dispose();

const round = (/** @type {number} */ value) => Number(value.toFixed(2));
process.send?.({
  backend: backend.name,
  threads: backend.concurrency,
  elementsOfEach: size,
  reveal,
  seconds: round(seconds),
  secondsByPhase: Object.fromEntries(Object.entries(phases).map(([name, value]) => [name, round(value)])),
  cpuSeconds: round((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  bytesPerElement: round(bytes / size),
  peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  memoryBeforeMB: Math.round(before / 1e6),
});
