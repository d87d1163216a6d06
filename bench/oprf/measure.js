// SPDX-License-Identifier: Apache-2.0
/** The process that measures for the case `oprf`: both implementations answer the same inputs under one key, in turns. */

import { Oprf, VOPRFClient as PeerClient, VOPRFServer as PeerServer } from '@cloudflare/voprf-ts';
import { CryptoNoble } from '@cloudflare/voprf-ts/crypto-noble';
import { ByteList, createBackend } from 'veilmatch/group';
import { generateKeyPair, ristretto255Sha512, VOPRFClient, VOPRFServer } from 'veilmatch/oprf';
import { inRounds, perSecond, ratio } from '../rounds.js';

/** @type {{ quick: boolean }} */
const { quick } = JSON.parse(process.argv[2] ?? '{"quick":true}');
const SIZE = { rounds: quick ? 3 : 15, warmUp: quick ? 1 : 3 };
/** Elements of one batch, and so of one proof: some 100 ms each. */
const BATCH = 1024;
const PEER_BATCH = 16;

const items = Array.from({ length: BATCH }, (_, i) =>
  new TextEncoder().encode(`tel:+1415555${String(i).padStart(4, '0')}`),
);
const inputs = ByteList.from(items);
const backend = await createBackend({ concurrency: 1 });
const suite = ristretto255Sha512(backend);
const { secretKey, publicKey } = await generateKeyPair(suite);
const [client, server] = [new VOPRFClient(suite, publicKey), new VOPRFServer(suite, secretKey)];
const blinding = await client.blind(inputs);
const evaluation = await server.blindEvaluate(blinding.blindedElements);

const id = Oprf.Suite.RISTRETTO255_SHA512;
const peerClient = new PeerClient(id, publicKey, CryptoNoble);
const peerServer = new PeerServer(id, secretKey, CryptoNoble);
const peerItems = items.slice(0, PEER_BATCH);
const [peerData, peerRequest] = await peerClient.blind(peerItems);
const peerEvaluation = await peerServer.blindEvaluate(peerRequest);

const outputs = await client.finalize(inputs, blinding, evaluation);
const peerOutputs = await peerClient.finalize(peerData, peerEvaluation);
const same = peerOutputs.every((output, i) =>
  Buffer.from(output).equals(outputs.subarray(i * suite.hashBytes, (i + 1) * suite.hashBytes)),
);
if (!same) throw new Error('The two implementations have different outputs.');

const steps = {
  blind: [() => client.blind(inputs), () => peerClient.blind(peerItems)],
  blindEvaluate: [
    () => server.blindEvaluate(blinding.blindedElements),
    () => peerServer.blindEvaluate(peerRequest),
  ],
  finalize: [
    () => client.finalize(inputs, blinding, evaluation),
    () => peerClient.finalize(peerData, peerEvaluation),
  ],
};
/** @type {Record<string, object>} */
const results = {};
for (const [step, [own, peer]] of Object.entries(steps)) {
  process.send?.({ log: step });
  const seconds = await inRounds(
    [
      { name: 'veilmatch', operations: BATCH, run: own },
      { name: 'voprf-ts', operations: PEER_BATCH, run: peer },
    ],
    SIZE,
  );
  results[step] = {
    elementsPerSecond: {
      veilmatch: perSecond(seconds.veilmatch),
      'voprf-ts': perSecond(seconds['voprf-ts']),
    },
    timesFaster: ratio(seconds.veilmatch, seconds['voprf-ts']),
  };
}
process.send?.({ node: process.version, backend: backend.name, elementsOfABatch: BATCH, ...results });
