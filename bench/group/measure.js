// SPDX-License-Identifier: Apache-2.0
/** The process that measures for the case `group`: one engine, every implementation in turn, ratios within rounds. */

import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { ByteList, createBackend, randomScalar } from 'veilmatch/group';
import { inRounds, ratios, spread } from '../rounds.js';

/** @type {{ quick: boolean }} */
const { quick } = JSON.parse(process.argv[2] ?? '{"quick":true}');
const SIZE = { rounds: quick ? 5 : 25, warmUp: quick ? 3 : 6 };
const BATCH = 4096;
/** Calls of a peer in one turn: some 20 ms each. */
const SODIUM_CALLS = 200;
const X25519_CALLS = 500;
const NOBLE_CALLS = 20;
const OPENMINED_CALLS = 25;

const PEERS = new URL('../peers/', import.meta.url);
if (!existsSync(new URL('node_modules', PEERS))) {
  throw new Error('The peers are not installed: npm ci --ignore-scripts --prefix bench/peers');
}
const peer = createRequire(fileURLToPath(new URL('package.json', PEERS)));

const tag = new TextEncoder().encode('bench ristretto255_XMD:SHA-512_R255MAP_RO_');
const scalar = randomScalar();
const messages = Array.from({ length: BATCH }, (_, i) =>
  new TextEncoder().encode(`tel:+1415555${String(i).padStart(4, '0')}`),
);
const list = ByteList.from(messages);
const uniform = randomBytes(64 * BATCH);
const scalars = Buffer.concat(Array.from({ length: BATCH }, () => randomScalar()));
const elementAt = (i) => elements.subarray(32 * i, 32 * i + 32);

const backends = {};
for (const name of ['fma', 'integer', 'noble']) {
  try {
    backends[name] = await createBackend({ backend: name, concurrency: 1 });
  } catch (error) {
    process.send?.({ log: error.message });
  }
}
const { fma, integer } = backends;
const best = fma ?? integer;
const elements = await best.hashAndMultiply(list, tag, scalar);

const sodium = peer('libsodium-wrappers-sumo');
await sodium.ready;
const openMined = await peer('@openmined/psi.js')();
const client = openMined.client.createWithNewKey(true);
const words = Array.from({ length: OPENMINED_CALLS }, (_, i) => `tel:+1415555${String(i).padStart(4, '0')}`);
const ours = generateKeyPairSync('x25519');
// Keys are imported beforehand, as a program that reuses them would have done.
const privateKey = createPrivateKey(ours.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const publicKey = createPublicKey(
  generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }),
);
const factor = bytesToNumberLE(scalar);

const repeated = (operations, call) => () => {
  for (let i = 0; i < operations; i++) call(i);
};
const kernels = (call) =>
  [fma, integer].flatMap((group) =>
    group === undefined
      ? []
      : [{ name: group.name, operations: group === fma ? BATCH : BATCH / 2, run: () => call(group) }],
  );
const half = (group, bytes) => (group === fma ? bytes : bytes.subarray(0, bytes.length / 2));

process.send?.({ log: `multiply, ${process.version}` });
const multiply = await inRounds(
  [
    ...kernels((group) => group.multiply(half(group, elements), scalar)),
    {
      name: 'libsodium',
      operations: SODIUM_CALLS,
      run: repeated(SODIUM_CALLS, (i) => sodium.crypto_scalarmult_ristretto255(scalar, elementAt(i))),
    },
    {
      name: 'x25519',
      operations: X25519_CALLS,
      run: repeated(X25519_CALLS, () => diffieHellman({ privateKey, publicKey })),
    },
    {
      name: 'noble',
      operations: NOBLE_CALLS,
      run: repeated(NOBLE_CALLS, (i) =>
        ristretto255.Point.fromBytes(elementAt(i)).multiply(factor).toBytes(),
      ),
    },
  ],
  SIZE,
);

process.send?.({ log: `hash and multiply, ${process.version}` });
const hashed = await inRounds(
  [
    ...kernels((group) =>
      group.hashAndMultiply(group === fma ? list : list.slice(0, BATCH / 2), tag, scalar),
    ),
    {
      // From 64 uniform bytes that are there already: the hashing of the message is not counted.
      name: 'libsodium',
      operations: SODIUM_CALLS,
      run: repeated(SODIUM_CALLS, (i) =>
        sodium.crypto_scalarmult_ristretto255(
          scalar,
          sodium.crypto_core_ristretto255_from_hash(uniform.subarray(64 * i, 64 * i + 64)),
        ),
      ),
    },
    {
      name: 'noble',
      operations: NOBLE_CALLS,
      run: repeated(NOBLE_CALLS, (i) =>
        ristretto255_hasher.hashToCurve(messages[i], { DST: tag }).multiply(factor).toBytes(),
      ),
    },
    {
      name: 'openmined',
      operations: OPENMINED_CALLS,
      run: () => client.createRequest(words).serializeBinary(),
    },
  ],
  SIZE,
);

process.send?.({ log: `the other operations, ${process.version}` });
const others = await inRounds(
  [
    { name: 'multiplyEach', operations: BATCH, run: () => best.multiplyEach(elements, scalars) },
    { name: 'multiplyBase', operations: BATCH, run: () => best.multiplyBase(scalars) },
    { name: 'add', operations: BATCH, run: () => best.add(elements, elements) },
    { name: 'weightedSum', operations: BATCH, run: () => best.weightedSum(elements, scalars) },
  ],
  { rounds: Math.ceil(SIZE.rounds / 3), warmUp: 2 },
);

process.send?.({ log: `two threads, ${process.version}` });
const many = Buffer.concat([elements, elements, elements, elements]);
const two = await createBackend({ backend: best.name, concurrency: 2 });
const threads = await inRounds(
  [
    { name: 'one', operations: 4 * BATCH, run: () => best.multiply(many, scalar) },
    { name: 'two', operations: 4 * BATCH, run: () => two.multiply(many, scalar) },
  ],
  { rounds: Math.ceil(SIZE.rounds / 3), warmUp: 2 },
);
await two.dispose();

const node = Number(process.versions.node.split('.')[0]);
const cells = Object.entries({ multiply, hashAndMultiply: hashed, others, threads }).flatMap(
  ([work, seconds]) =>
    Object.entries(seconds).map(([name, values]) => ({
      of: { node, work, name },
      figures: { operationsPerSecond: spread(values.map((value) => 1 / value)) },
    })),
);
const against = (work, seconds, fast) =>
  seconds[fast] === undefined
    ? []
    : Object.entries(seconds)
        .filter(([slow]) => slow !== fast && slow !== 'fma')
        .map(([slow, values]) => ({ of: { node, work, fast, slow }, times: ratios(seconds[fast], values) }));

process.send?.({
  cells,
  ratios: [
    ...against('multiply', multiply, 'fma'),
    ...against('multiply', multiply, 'integer'),
    ...against('hashAndMultiply', hashed, 'fma'),
    ...against('hashAndMultiply', hashed, 'integer'),
    ...against('threads', threads, 'two'),
  ],
});
process.disconnect?.();
process.exit();
