// SPDX-License-Identifier: Apache-2.0
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messageExpander } from '../../src/oprf/expand.js';

it('expands messages as noble does, one after another under one tag', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 255 }),
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
      (dst, messages) => {
        const expand = messageExpander(dst);
        for (const message of messages) {
          expect(expand(message)).toEqual(expand_message_xmd(message, dst, 64, sha512));
        }
      },
    ),
  );
});
