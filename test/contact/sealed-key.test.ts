// SPDX-License-Identifier: Apache-2.0
import { createCipheriv } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, u32, utf8 } from '../../src/bytes.js';
import { randomScalar, replayedRandom } from '../../src/random.js';
import { openKey, sealKey, type Unlock } from '../../src/transport/index.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

const scrypt = { logN: 4, r: 1, p: 1 };
const secret = randomScalar();
const key = new Uint8Array(32).fill(7);

describe.each<[string, Unlock, Unlock]>([
  ['a passphrase', { passphrase: 'correct horse' }, { passphrase: 'correct horsf' }],
  ['a key file', { key }, { key: new Uint8Array(32).fill(8) }],
])('a secret that is sealed with %s', (_, unlock, other) => {
  it('is opened with it, and with nothing else', async () => {
    const sealed = await sealKey(secret, unlock, { scrypt });
    expect(await openKey(sealed, unlock)).toEqual(secret);
    await expectCode('bad-file', () => openKey(sealed, other));
    await expectCode('bad-file', () => openKey(sealed, 'key' in unlock ? { passphrase: 'x' } : { key }));
  });

  it('is sealed anew each time: no two share salt, nonce or ciphertext', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => sealKey(secret, unlock, { scrypt })));
    const parts = [a!, b!].flatMap((sealed) => [
      sealed.slice(24, 56),
      sealed.slice(64, 76),
      sealed.slice(76),
    ]);
    expect(new Set(parts.map(bytesToHex)).size).toBe(6);
    expect(bytesToHex(a!)).not.toContain(bytesToHex(secret));
  });

  it('is not opened where any byte was changed, cut or added', async () => {
    const sealed = await sealKey(secret, unlock, { scrypt });
    expect(sealed.length).toBe(92 + 32);
    // But for scrypt's cost, where a change may ask for gigabytes: those bytes follow below.
    const places = fc.nat(sealed.length - 1).filter((at) => at < 19 || at > 21);
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, difference) => {
        const changed = sealed.slice();
        changed[at]! ^= difference;
        await expectCode('bad-file', () => openKey(changed, unlock));
      }),
      { numRuns: times(60) },
    );
    for (const length of [0, 15, 16, 55, 56, 64, 91, sealed.length - 1]) {
      await expectCode('bad-file', () => openKey(sealed.subarray(0, length), unlock));
    }
    await expectCode('bad-file', () => openKey(concatBytes(sealed, new Uint8Array(1)), unlock));
  });

  it.each([
    [0, 1, 1],
    [21, 1, 1],
    [5, 0, 1],
    [5, 9, 1],
    [5, 1, 0],
    [5, 1, 5],
    [5, 1, 1],
  ])('is not opened with another cost of scrypt: %i, %i, %i', async (logN, r, p) => {
    const sealed = await sealKey(secret, unlock, { scrypt });
    sealed.set([logN, r, p], 19);
    await expectCode('bad-file', () => openKey(sealed, unlock));
  });
});

it('is sealed as the format says, by another implementation of AES-GCM', async () => {
  const salt = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(12).fill(2);
  const sealed = await sealKey(secret, { key }, { random: replayedRandom([salt, nonce]) });
  const header = concatBytes(utf8('veilmatch-sealed'), Uint8Array.of(2, 1, 1, 0, 0, 0, 0, 0), salt);
  const cipher = createCipheriv(
    'aes-256-gcm',
    hkdf(sha256, key, salt, utf8('veilmatch-sealed-v2 key'), 32),
    nonce,
  );
  cipher.setAAD(concatBytes(header, u32(0)));
  const record = concatBytes(nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag());
  const lengths = concatBytes(u32(record.length), u32(~record.length >>> 0));
  expect(bytesToHex(sealed)).toBe(bytesToHex(concatBytes(header, lengths, record)));
});

it('a passphrase is the same however its accents were typed', async () => {
  const sealed = await sealKey(secret, { passphrase: 'caf\u00e9' }, { scrypt });
  expect(await openKey(sealed, { passphrase: 'cafe\u0301' })).toEqual(secret);
});

it('short keys, empty passphrases and costs out of range are refused', async () => {
  await expectCode('argument', () => sealKey(secret, { passphrase: '' }, { scrypt }));
  await expectCode('argument', () => sealKey(secret, { key: new Uint8Array(31) }));
  for (const cost of [{ logN: 21 }, { logN: 0 }, { r: 9 }, { p: 1.5 }]) {
    await expectCode('argument', () =>
      sealKey(secret, { passphrase: 'x' }, { scrypt: { ...scrypt, ...cost } }),
    );
  }
});
