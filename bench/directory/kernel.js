// SPDX-License-Identifier: Apache-2.0
// What this machine multiplies a second by itself: batches of as many elements as a client has contacts, several at a time.

import { createBackend, randomScalar } from 'veilmatch/group';

/** @type {{ contacts: number, seconds: number }} */
const { contacts, seconds } = JSON.parse(process.argv[2] ?? '{}');
const backend = await createBackend({ smallBatches: true });
const scalars = new Uint8Array(32 * contacts);
for (let i = 0; i < contacts; i++) scalars.set(randomScalar(), 32 * i);
const elements = await backend.multiplyBase(scalars);
const key = randomScalar();

let count = 0;
const round = async (/** @type {number} */ end) => {
  while (performance.now() < end) {
    await backend.multiply(elements, key);
    count += contacts;
  }
};
const lanes = Array.from({ length: 2 * backend.concurrency }, (_, i) => i);
// The workers have started and their code is compiled.
await Promise.all(lanes.map(() => round(performance.now() + 500)));
count = 0;
const started = performance.now();
await Promise.all(lanes.map(() => round(started + 1000 * seconds)));
const perSecond = Math.round(count / ((performance.now() - started) / 1000));
await backend.dispose();
process.send?.({ perSecond, backend: backend.name, threads: backend.concurrency });
