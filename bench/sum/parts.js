// SPDX-License-Identifier: Apache-2.0
// The parts of an intersection-sum, one thread each: encrypting and adding up a row, and the logarithm. Beside them what
// Paillier needs to encrypt a row.

import { createDiffieHellman, generatePrimeSync, randomBytes } from 'node:crypto';
import { createBackend } from 'veilmatch/group';
import { LOGARITHM_LIMIT, Logarithms } from 'veilmatch/psi';
// The encryption is no public part of the package, so it is taken from where the package was built.
import { addCiphertexts, CIPHERTEXT_BYTES, encryptOwn } from '../../dist/psi/sum/elgamal.js';
import { scalarOf } from '../../dist/psi/sum/logarithm.js';
import { randomScalar, secureRandom } from '../../dist/random.js';

/** @type {{ rows: number, quick: boolean }} */
const { rows, quick } = JSON.parse(process.argv[2] ?? '{}');
const backend = await createBackend({ concurrency: 1 });
const round = (/** @type {number} */ value) => Number(value.toFixed(3));

/**
 * @template T
 * @param {() => Promise<T> | T} work
 * @returns {Promise<[number, T]>} seconds and result
 */
async function timed(work) {
  const started = performance.now();
  const result = await work();
  return [(performance.now() - started) / 1000, result];
}

const secret = randomScalar();
const values = Uint32Array.from({ length: rows }, (_, i) => i);
await encryptOwn(backend, secret, values.subarray(0, 1000), secureRandom);
const [encrypting, ciphertexts] = await timed(() => encryptOwn(backend, secret, values, secureRandom));
const [adding] = await timed(() => addCiphertexts(backend, ciphertexts));

const logarithms = new Logarithms(backend);
const [preparing] = await timed(() => logarithms.prepare());
const largest = await backend.multiplyBase(scalarOf(LOGARITHM_LIMIT - 1));
const [solving, found] = await timed(() => logarithms.solve(largest));
if (found !== LOGARITHM_LIMIT - 1) throw new Error('the logarithm is wrong');
await backend.dispose();

// Paillier encrypts m as (1 + mn) * r^n mod n^2: all but one exponentiation is next to nothing, and that one is timed in
// OpenSSL, by way of its Diffie-Hellman. The modulus has the length that Private Join and Compute has by default (its flag
// paillier_modulus_size). What that program gains with the factorisation of n and with tables is not in here.
const MODULUS_BITS = 1536;
const prime = () => generatePrimeSync(MODULUS_BITS / 2, { bigint: true });
const n = prime() * prime();
const bytesOf = (/** @type {bigint} */ value) => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
};
const group = createDiffieHellman(bytesOf(n * n), 2);
group.setPrivateKey(bytesOf(n));
const modulusBytes = bytesOf(n * n).length;
const exponentiations = quick ? 20 : 200;
const [exponentiating] = await timed(() => {
  for (let i = 0; i < exponentiations; i++) group.computeSecret(randomBytes(modulusBytes - 1));
});

process.send?.({
  elGamal: {
    backend: backend.name,
    encryptMicrosecondsPerRow: round((encrypting * 1e6) / rows),
    addMicrosecondsPerMatch: round((adding * 1e6) / rows),
    ciphertextBytes: CIPHERTEXT_BYTES,
  },
  logarithmTo2Exp40: { setUpSeconds: round(preparing), slowestSeconds: round(solving) },
  paillierOfTheSameMachine: {
    implementation: 'r^n mod n^2 alone, OpenSSL',
    modulusBits: MODULUS_BITS,
    encryptMicrosecondsPerRow: round((exponentiating * 1e6) / exponentiations),
    ciphertextBytes: modulusBytes,
  },
});
