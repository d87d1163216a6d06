// SPDX-License-Identifier: Apache-2.0
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesToHex, utf8 } from '../src/bytes.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Anew, as it finds its surroundings when it is loaded. */
async function loaded(): Promise<typeof import('../src/sha256.js')> {
  vi.resetModules();
  return import('../src/sha256.js');
}

describe.each(['native', 'noble'])('SHA-256, %s', (kind) => {
  const load = (): ReturnType<typeof loaded> => {
    if (kind === 'noble') vi.stubGlobal('process', undefined);
    return loaded();
  };

  it('has the digests of FIPS 180-4 (examples of NIST, SHA256.pdf)', async () => {
    const { sha256, sha256Hex } = await load();
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex('abc')).toBe(digest);
    expect(bytesToHex(sha256(utf8('abc')))).toBe(digest);
  });

  it('is what noble computes, of bytes and of texts', async () => {
    const { sha256, sha256Hex } = await load();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const digest = sha256(bytes);
        expect(digest).toEqual(nobleSha256(bytes));
        expect(digest.constructor).toBe(Uint8Array);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sha256Hex(text)).toBe(bytesToHex(nobleSha256(utf8(text))));
      }),
    );
  });

  it('has none for half of a surrogate pair', async () => {
    const { sha256Hex } = await load();
    expect(() => sha256Hex('a\ud800')).toThrow(expect.objectContaining({ code: 'argument' }));
  });
});
