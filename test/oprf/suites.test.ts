// SPDX-License-Identifier: Apache-2.0
/** RFC 9497 in both suites: ristretto255-SHA512 on every backend, P256-SHA256 through noble. */

import { expect, test } from 'vitest';
import { hexToBytes } from '../../src/bytes.js';
import { createBackend } from '../../src/group/select.js';
import { p256Sha256, ristretto255Sha512 } from '../../src/oprf/index.js';
import { scalarBytes } from '../suites/group-backend.js';
import { testOprf } from '../suites/oprf.js';
import { testableBackends } from '../support/backends.js';
import { QUICK } from '../support/effort.js';
import rfc9496 from '../vectors/rfc9496-ristretto255.json' with { type: 'json' };

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

for (const backend of testableBackends) {
  testOprf({
    name: `ristretto255-SHA512 on ${backend}`,
    create: async () => ristretto255Sha512(await createBackend({ backend, concurrency: 1 })),
    badElements: rfc9496.invalidEncodings.slice(0, 4).map(({ encoding }) => hexToBytes(encoding)),
    identity: new Uint8Array(32),
    badScalars: [scalarBytes(ORDER), scalarBytes(2n ** 256n - 1n)],
  });
}

if (!QUICK) testP256();

function testP256(): void {
  testOprf({
    name: 'P256-SHA256',
    create: () => p256Sha256,
    badElements: [
      new Uint8Array(33),
      new Uint8Array(33).fill(0xff),
      // x = 0 with a bad prefix, x above the field's modulus, and an x that is on no point of the curve.
      hexToBytes(`05${'00'.repeat(32)}`),
      hexToBytes(`02${'ff'.repeat(32)}`),
      hexToBytes(`02${'00'.repeat(31)}07`),
    ],
    badScalars: [
      hexToBytes('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
      new Uint8Array(32).fill(0xff),
    ],
  });
}

test('a suite says whether its group is constant time', async () => {
  for (const backend of testableBackends) {
    const { group } = ristretto255Sha512(await createBackend({ backend, concurrency: 1 }));
    expect(group.constantTime).toBe(backend !== 'noble');
  }
  expect(p256Sha256.group.constantTime).toBe(false);
});
