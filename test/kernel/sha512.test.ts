// SPDX-License-Identifier: Apache-2.0
import { sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesToHex, concatBytes, utf8 } from '../../src/bytes.js';
import { createSha512, type Sha512, sha512 } from '../../src/kernel/sha512.js';

/** What a browser has: no modules of Node. */
function withoutNode(): void {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
}

/** Around the ends of a block, of its padding, and of what the module takes in one go. */
const EDGES = [
  0, 1, 110, 111, 112, 113, 127, 128, 129, 239, 240, 256, 32_640, 32_641, 32_767, 32_768, 32_769, 98_305,
];
const counted = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 131) >>> 3);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('SHA-512', () => {
  it('has the digests of FIPS 180-4 (examples of NIST, SHA512.pdf)', () => {
    expect(bytesToHex(sha512(utf8('abc')))).toBe(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    );
  });

  it('is what noble computes, at all edges', () => {
    for (const length of EDGES) {
      const message = counted(length);
      expect(sha512(message), `${length} bytes`).toEqual(nobleSha512(message));
      expect(createSha512().update(message).digest(), `${length} bytes`).toEqual(nobleSha512(message));
    }
    withoutNode();
    for (const length of EDGES) {
      const message = counted(length);
      expect(createSha512().update(message).digest(), `${length} bytes`).toEqual(nobleSha512(message));
    }
  });

  it.each([
    ['Node', () => {}],
    ['the kernel', withoutNode],
  ])(
    'is what noble computes, for messages in any parts, several at a time, and copies of what is under way: %s',
    (_, prepare) => {
      prepare();
      const parts = fc.array(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...EDGES).map(counted)),
        {
          maxLength: 6,
        },
      );
      fc.assert(
        fc.property(parts, parts, (ours, theirs) => {
          const [a, b] = [createSha512(), createSha512()];
          const copies: [Sha512, Uint8Array[]][] = [];
          for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
            if (i < ours.length) a.update(ours[i]!);
            if (i < theirs.length) b.update(theirs[i]!);
            copies.push([a.clone(), ours.slice(0, i + 1)]);
          }
          expect(a.digest()).toEqual(nobleSha512(concatBytes(...ours)));
          expect(b.digest()).toEqual(nobleSha512(concatBytes(...theirs)));
          for (const [copy, seen] of copies) expect(copy.digest()).toEqual(nobleSha512(concatBytes(...seen)));
        }),
      );
    },
  );

  it('is hashed by noble where there is no WebAssembly', async () => {
    withoutNode();
    const ofTheKernel = createSha512().constructor;
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const without = await import('../../src/kernel/sha512.js');
    const message = counted(1000);
    expect(without.sha512(message)).toEqual(nobleSha512(message));
    const hash = without.createSha512().update(message);
    expect(hash.clone().digest()).toEqual(nobleSha512(message));
    expect(hash.constructor.name).not.toBe(ofTheKernel.name);
  });
});
