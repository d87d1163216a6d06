// SPDX-License-Identifier: Apache-2.0
/** ristretto255 (RFC 9496) as a value: the group of every backend that this package makes. */

import { randomScalars } from '../random.js';
import { ELEMENT_BYTES, type Group, SCALAR_BYTES } from './group.js';
import { addScalars, invertScalars, multiplyScalars } from './scalar.js';

export const ristretto255: Group = {
  name: 'ristretto255',
  elementBytes: ELEMENT_BYTES,
  scalarBytes: SCALAR_BYTES,
  identity: new Uint8Array(ELEMENT_BYTES),
  scalars: {
    random: (random, count = 1) => randomScalars(count, random),
    of(value) {
      const scalar = new Uint8Array(SCALAR_BYTES);
      new DataView(scalar.buffer).setBigUint64(0, BigInt(value), true);
      return scalar;
    },
    // L - 1, little-endian.
    minusOne: Uint8Array.of(
      ...[0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
    ),
    add: addScalars,
    multiply: multiplyScalars,
    invert: invertScalars,
  },
};
