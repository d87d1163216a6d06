// SPDX-License-Identifier: Apache-2.0
/** RFC 9497 in the suite ristretto255-SHA512: blind, evaluate, finalize, in one batch, beside @cloudflare/voprf-ts. */

import { ByteList, createBackend } from 'veilmatch/group';
import { generateKeyPair, OPRFClient, OPRFServer, ristretto255Sha512 } from 'veilmatch/oprf';
import { numbers } from '../lists.js';
import { inRounds, ratios, spread } from '../rounds.js';
import { peer } from './peers.js';

/** @type {{ size: number, rounds: number }} */
const { size, rounds } = JSON.parse(process.argv[2] ?? '{}');
const theirs = peer('@cloudflare/voprf-ts');
const { CryptoNoble } = peer('@cloudflare/voprf-ts/crypto-noble');

const backend = await createBackend({ concurrency: 1 });
const suite = ristretto255Sha512(backend);
const { secretKey } = await generateKeyPair(suite);
const items = numbers(size, 0).map((text) => new TextEncoder().encode(text));
const list = ByteList.from(items);

/** @type {Record<string, Uint8Array>} */
const outputs = {};
const contestants = {
  veilmatch: async () => {
    const [client, server] = [new OPRFClient(suite), new OPRFServer(suite, secretKey)];
    const blinding = await client.blind(list);
    const evaluation = await server.blindEvaluate(blinding.blindedElements);
    outputs.veilmatch = await client.finalize(list, blinding, evaluation);
  },
  'voprf-ts': async () => {
    const client = new theirs.OPRFClient(suite.identifier, CryptoNoble);
    const server = new theirs.OPRFServer(suite.identifier, secretKey, CryptoNoble);
    const [data, request] = await client.blind(items);
    outputs['voprf-ts'] = Buffer.concat(await client.finalize(data, await server.blindEvaluate(request)));
  },
};
const seconds = await inRounds(
  Object.entries(contestants).map(([name, run]) => ({ name, operations: 1, run })),
  { rounds, warmUp: 1 },
);
await backend.dispose();
if (Buffer.compare(outputs.veilmatch ?? Buffer.of(0), outputs['voprf-ts'] ?? Buffer.of(1)) !== 0) {
  throw new Error('The outputs differ.');
}
process.send?.({
  cells: Object.entries(seconds).map(([name, values]) => ({
    of: { work: 'oprf', name, size, threads: 1 },
    figures: { seconds: spread(values) },
  })),
  ratios: [
    {
      of: { work: 'oprf', size, threads: 1, fast: 'veilmatch', slow: 'voprf-ts' },
      times: ratios(seconds.veilmatch, seconds['voprf-ts']),
    },
  ],
});
process.disconnect?.();
process.exit();
