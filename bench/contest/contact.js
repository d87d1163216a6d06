// SPDX-License-Identifier: Apache-2.0
/** Contact discovery: what a client has to do for its contacts, on one thread, against a set that is published once. */

import { contactDiscovery, generateContactKeys, openPublishedSet, publishSet } from 'veilmatch/contact';
import { createBackend } from 'veilmatch/group';
import { signingPublicKey } from 'veilmatch/transport';
import { numbers, setOf } from '../lists.js';
import { spread } from '../rounds.js';

/** @type {{ size: number, contacts: number, rounds: number }} */
const { size, contacts, rounds } = JSON.parse(process.argv[2] ?? '{}');
const NAME = { setId: 'bench', epoch: 1 };

const publisher = await createBackend();
const keys = await generateContactKeys({ backend: publisher });
let started = performance.now();
const published = await publishSet(setOf(numbers(size, 0)), { ...NAME, keys, backend: publisher });
const publishSeconds = (performance.now() - started) / 1000;
await publisher.dispose();
const filterBytes = published.filters.reduce((sum, filter) => sum + filter.length, 0);

const backend = await createBackend({ concurrency: 1 });
const half = Math.floor(contacts / 2);
const own = setOf(numbers(contacts, size - half));
const opening = [];
const work = [];
for (let round = -2; round < rounds; round++) {
  started = performance.now();
  const pin = { signer: signingPublicKey(keys.signingKey) };
  const directory = await openPublishedSet(published, { setId: NAME.setId, pin });
  const opened = performance.now() - started;
  const client = contactDiscovery.receiver.machine({ set: own, directory }, { backend });
  const served = [{ ...NAME, secretKey: keys.secretKey, size }];
  const server = contactDiscovery.sender.machine({ served }, { backend });
  let milliseconds = 0;
  /** @param {AsyncIterable<Uint8Array>} frames */
  const draw = async (frames) => {
    const from = performance.now();
    const drawn = [];
    for await (const frame of frames) drawn.push(frame);
    milliseconds += performance.now() - from;
    return drawn;
  };
  for await (const _ of server.start());
  const toServer = await draw(client.start());
  for (let frame = toServer.shift(); frame !== undefined; frame = toServer.shift()) {
    const answers = [];
    for await (const answer of server.receive(frame)) answers.push(answer);
    for (const answer of answers) toServer.push(...(await draw(client.receive(answer))));
  }
  if (client.result.size !== half) throw new Error(`found ${client.result.size} of ${half}`);
  if (round < 0) continue;
  opening.push(opened);
  work.push(milliseconds);
}
await backend.dispose();
process.send?.({
  cells: [
    {
      of: { work: 'contact discovery', name: 'veilmatch', size, contacts, threads: 1 },
      figures: {
        clientMilliseconds: spread(work),
        openMilliseconds: spread(opening),
        publishSeconds: Number(publishSeconds.toPrecision(4)),
        filterBytesPerElement: Number((filterBytes / size).toFixed(3)),
      },
    },
  ],
});
process.disconnect?.();
process.exit();
