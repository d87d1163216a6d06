// SPDX-License-Identifier: Apache-2.0
/**
 * The same two lists, intersected end to end by everybody: both parties in one process, in turns. Peers that are groups,
 * not protocols, run the plain protocol: a * H(x) there, b and back, b * H(y) into a set.
 */

import { createHash } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { createBackend } from 'veilmatch/group';
import { intersect } from 'veilmatch/psi';
import { overlapping, setOf } from '../lists.js';
import { ratios, spread } from '../rounds.js';
import { peer } from './peers.js';

/** @type {{ size: number, rounds: number, threads: number, contestants: string[] }} */
const { size, rounds, threads, contestants } = JSON.parse(process.argv[2] ?? '{}');
/** Of a false positive anywhere in the result; veilmatch's is below 2^-40. */
const FALSE_POSITIVES = 1e-9;

const sodium = peer('libsodium-wrappers-sumo');
await sodium.ready;
const psi = await peer('@openmined/psi.js')();
const backend = await createBackend({ concurrency: threads });
const tag = new TextEncoder().encode('bench ristretto255_XMD:SHA-512_R255MAP_RO_');

/** @typedef {{ receiver: string[], sender: string[], shared: number }} Lists */
/** @typedef {{ size: number, bytes?: number }} Found */

/** @param {Lists} lists @returns {Promise<Found>} */
async function veilmatch({ receiver, sender }) {
  let bytes = 0;
  const onFrame = (/** @type {unknown} */ _, /** @type {Uint8Array} */ frame) => {
    bytes += frame.length;
  };
  const { size: found } = await intersect(setOf(receiver), setOf(sender), { backend, onFrame });
  return { size: found, bytes };
}

/** @param {'Raw' | 'GCS' | 'BloomFilter'} structure */
const openMined =
  (structure) =>
  (/** @type {Lists} */ { receiver, sender }) => {
    const server = psi.server.createWithNewKey(true);
    const client = psi.client.createWithNewKey(true);
    try {
      // Every message is serialised and read again, as between two machines.
      const setup = server
        .createSetupMessage(FALSE_POSITIVES, receiver.length, sender, psi.dataStructure[structure])
        .serializeBinary();
      const request = client.createRequest(receiver).serializeBinary();
      const response = server.processRequest(psi.request.deserializeBinary(request)).serializeBinary();
      const found = client.getIntersection(
        psi.serverSetup.deserializeBinary(setup),
        psi.response.deserializeBinary(response),
      );
      return { size: found.length, bytes: setup.length + request.length + response.length };
    } finally {
      server.delete();
      client.delete();
    }
  };

/**
 * @template S
 * @param {(text: string, scalar: S) => Uint8Array} hashAndMultiply
 * @param {(element: Uint8Array, scalar: S) => Uint8Array} multiply
 * @param {() => [S, S, S]} draw - a, its inverse, b
 */
const byGroup =
  (hashAndMultiply, multiply, draw) =>
  (/** @type {Lists} */ { receiver, sender }) => {
    const [a, inverse, b] = draw();
    const text = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('latin1');
    const theirs = new Set(sender.map((one) => text(hashAndMultiply(one, b))));
    const answers = receiver.map((one) => multiply(hashAndMultiply(one, a), b));
    const found = answers.filter((answer) => theirs.has(text(multiply(answer, inverse)))).length;
    return { size: found, bytes: 32 * (sender.length + 2 * receiver.length) };
  };

const sodiumPsi = byGroup(
  (text, scalar) => {
    const uniform = createHash('sha512').update(text).digest();
    return sodium.crypto_scalarmult_ristretto255(scalar, sodium.crypto_core_ristretto255_from_hash(uniform));
  },
  (element, scalar) => sodium.crypto_scalarmult_ristretto255(scalar, element),
  () => {
    const a = sodium.crypto_core_ristretto255_scalar_random();
    const b = sodium.crypto_core_ristretto255_scalar_random();
    return [a, sodium.crypto_core_ristretto255_scalar_invert(a), b];
  },
);

const { Fn } = ristretto255.Point;
const noblePsi = byGroup(
  (/** @type {string} */ text, /** @type {bigint} */ scalar) =>
    ristretto255_hasher.hashToCurve(new TextEncoder().encode(text), { DST: tag }).multiply(scalar).toBytes(),
  (element, scalar) => ristretto255.Point.fromBytes(element).multiply(scalar).toBytes(),
  () => {
    const draw = () =>
      Fn.create(BigInt(`0x${Buffer.from(crypto.getRandomValues(new Uint8Array(31))).toString('hex')}`));
    const a = draw();
    return [a, Fn.inv(a), draw()];
  },
);

/** @type {Record<string, (lists: Lists) => Found | Promise<Found>>} */
const ALL = {
  veilmatch,
  'psi.js GCS': openMined('GCS'),
  'psi.js Bloom': openMined('BloomFilter'),
  'psi.js Raw': openMined('Raw'),
  libsodium: sodiumPsi,
  noble: noblePsi,
};

/** @type {Record<string, number[]>} */
const seconds = {};
/** @type {Record<string, string>} */
const failures = {};
/** @type {Record<string, number | undefined>} */
const bytes = {};
// A fiftieth of a long list: enough for threads to be started.
const [lists, warmUp] = [overlapping(size), overlapping(Math.min(size, Math.max(100, size / 50)))];
for (const name of contestants) await ALL[name]?.(warmUp);
for (let round = 0; round < rounds; round++) {
  for (const name of contestants) {
    if (failures[name] !== undefined) continue;
    process.send?.({ log: `${name}, ${size.toLocaleString('en-US')}, round ${round + 1} of ${rounds}` });
    try {
      const started = performance.now();
      const found = await ALL[name]?.(lists);
      const elapsed = (performance.now() - started) / 1000;
      if (found?.size !== lists.shared) throw new Error(`found ${found?.size} of ${lists.shared}`);
      seconds[name] ??= [];
      seconds[name].push(elapsed);
      bytes[name] = found.bytes;
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
    }
  }
}
await backend.dispose();

const labels = (/** @type {string} */ name) => ({
  work: 'intersection',
  name,
  size,
  threads: name === 'veilmatch' ? threads : 1,
});
process.send?.({
  cells: contestants.map((name) =>
    failures[name] === undefined
      ? {
          of: labels(name),
          figures: {
            seconds: spread(seconds[name] ?? []),
            bytesPerElement: Number(((bytes[name] ?? 0) / size).toFixed(2)),
          },
        }
      : { of: labels(name), figures: {}, failure: failures[name] },
  ),
  ratios: contestants
    .filter((slow) => slow !== 'veilmatch' && failures[slow] === undefined && seconds.veilmatch !== undefined)
    .map((slow) => ({
      of: { work: 'intersection', size, threads, fast: 'veilmatch', slow },
      times: ratios(seconds.veilmatch ?? [], seconds[slow] ?? []),
    })),
});
process.disconnect?.();
process.exit();
