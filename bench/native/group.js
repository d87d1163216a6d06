// SPDX-License-Identifier: Apache-2.0
/** Operations a second of the fastest backend here, on one thread and in batches: `group.js SECONDS`. */

import { ByteList, createBackend, randomScalar } from 'veilmatch/group';

const BATCH = 4096;
const seconds = Number(process.argv[2]);
const backend = await createBackend({ concurrency: 1 });
const tag = new TextEncoder().encode('bench ristretto255_XMD:SHA-512_R255MAP_RO_');
const messages = ByteList.from(
  Array.from({ length: BATCH }, (_, i) =>
    new TextEncoder().encode(`tel:+1415555${String(i).padStart(4, '0')}`),
  ),
);
const scalar = randomScalar();
const scalars = Buffer.concat(Array.from({ length: BATCH }, () => randomScalar()));
const elements = await backend.hashAndMultiply(messages, tag, scalar);

/** @param {() => Promise<unknown>} batch */
async function rate(batch) {
  // What is compiled is compiled.
  for (let i = 0; i < 3; i++) await batch();
  const started = performance.now();
  let operations = 0;
  while (performance.now() - started < 1000 * seconds) {
    await batch();
    operations += BATCH;
  }
  return operations / ((performance.now() - started) / 1000);
}

console.log(
  JSON.stringify({
    multiply: await rate(() => backend.multiply(elements, scalar)),
    'hash and multiply': await rate(() => backend.hashAndMultiply(messages, tag, scalar)),
    'multiply a fixed base': await rate(() => backend.multiplyBase(scalars)),
  }),
);
await backend.dispose();
