// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, utf8 } from '../../src/bytes.js';
import {
  campaignKey,
  keyed,
  PBKDF2,
  reversiblePlain,
  reversibleSalted,
  reversibleSlow,
} from '../../src/hashing/index.js';
import { bulkDigest, type HashingScheme, hasherFor } from '../../src/hashing/scheme.js';
import { expectCode } from '../suites/errors.js';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);

describe('plain', () => {
  it("gives the MD5 that the US FTC publishes for 123-456-7890 ('No, hashing still doesn't make your data anonymous', 2024)", () => {
    expect(reversiblePlain({ algorithm: 'md5' }).token('123-456-7890')).toBe(
      '2813448ce6316cb70b38fa29c8c64130',
    );
  });

  it.each(['sha256', 'sha1', 'md5'] as const)('%s equals node:crypto, in both encodings', (algorithm) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const expected = createHash(algorithm).update(text, 'utf8');
        expect(reversiblePlain({ algorithm }).token(text)).toBe(expected.copy().digest('hex'));
        expect(reversiblePlain({ algorithm, encoding: 'base64' }).token(text)).toBe(
          expected.digest('base64'),
        );
      }),
    );
  });

  it('refuses half of a surrogate pair, which has no UTF-8 form', async () => {
    await expectCode('argument', () => reversiblePlain().token('\ud800'));
  });
});

describe('salted', () => {
  it('hashes salt and text in the order that was asked for', () => {
    const salt = utf8('pepper');
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(reversibleSalted({ salt }).token('+14155550123')).toBe(hash('pepper+14155550123'));
    expect(reversibleSalted({ salt, saltPosition: 'suffix' }).token('+14155550123')).toBe(
      hash('+14155550123pepper'),
    );
  });

  it('refuses an empty salt', async () => {
    await expectCode('argument', () => reversibleSalted({ salt: new Uint8Array() }));
  });
});

describe('keyed', () => {
  it('is HMAC-SHA-256: RFC 4231, test case 6 (a key of 131 bytes)', () => {
    const token = keyed({ key: new Uint8Array(131).fill(0xaa) }).token(
      'Test Using Larger Than Block-Size Key - Hash Key First',
    );
    expect(token).toBe('60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54');
  });

  it('equals node:crypto', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 100 }), fc.string(), (key, text) => {
        expect(keyed({ key }).token(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
      }),
    );
  });

  it('refuses a key that could be guessed, without quoting it', async () => {
    const error = await expectCode('argument', () => keyed({ key: hexToBytes('c0ffee') }));
    expect(error.message).not.toContain('c0ffee');
    await expectCode('argument', () => campaignKey(new Uint8Array(31), 'spring'));
    await expectCode('argument', () => campaignKey(key, ''));
  });

  it('gives every campaign a key of its own', () => {
    const keys = ['spring', 'autumn', 'spring '].map((name) => bytesToHex(campaignKey(key, name)));
    expect(new Set(keys).size).toBe(3);
    expect(bytesToHex(campaignKey(key, 'spring'))).toBe(keys[0]);
  });
});

describe('slow', () => {
  it('is scrypt: RFC 7914, section 12 (N = 16384, r = 8, p = 1), as far as 32 bytes go', () => {
    const hasher = reversibleSlow({
      salt: utf8('SodiumChloride'),
      cost: { function: 'scrypt', logN: 14, r: 8, p: 1 },
    });
    // The RFC derives 64 bytes, which PBKDF2 makes block by block: the first 32 are those of a shorter key.
    expect(hasher.token('pleaseletmein')).toBe(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2',
    );
  });

  it('is argon2id: the reference implementation (P-H-C/phc-winner-argon2, test.c: t = 2, m = 256 KiB)', () => {
    const hasher = reversibleSlow({
      salt: utf8('somesalt'),
      cost: { function: 'argon2id', memoryKiB: 256, passes: 2 },
    });
    expect(hasher.token('password')).toBe('9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe');
  });

  it('is PBKDF2 with HMAC-SHA-256, as OpenSSL has it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ minLength: 8, maxLength: 100 }),
        fc.integer({ min: 1, max: 20 }),
        (message, salt, iterations) => {
          const { digest } = reversibleSlow({ salt, cost: { function: 'pbkdf2', iterations } });
          expect(bytesToHex(digest(message))).toBe(
            pbkdf2Sync(message, salt, iterations, 32, 'sha256').toString('hex'),
          );
        },
      ),
    );
    expect(PBKDF2).toEqual({ function: 'pbkdf2', iterations: 600_000 });
  });

  it('refuses a short salt', async () => {
    await expectCode('argument', () => reversibleSlow({ salt: new Uint8Array(7) }));
  });
});

it('bulk digests equal single ones, message after message, for every scheme', () => {
  const salt = randomBytes(16);
  const schemes: HashingScheme[] = [
    { hash: 'plain', algorithm: 'sha256' },
    { hash: 'plain', algorithm: 'sha1' },
    { hash: 'plain', algorithm: 'md5' },
    { hash: 'salted', algorithm: 'sha256', saltPosition: 'prefix', salt },
    { hash: 'salted', algorithm: 'md5', saltPosition: 'suffix', salt },
    { hash: 'keyed', key },
    { hash: 'slow', salt, cost: { function: 'scrypt', logN: 4, r: 1, p: 1 } },
    { hash: 'slow', salt, cost: { function: 'pbkdf2', iterations: 3 } },
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...schemes),
      fc.array(fc.uint8Array({ maxLength: 200 })),
      (scheme, messages) => {
        const digestInto = bulkDigest(scheme);
        const hasher = hasherFor(scheme);
        for (const message of messages) {
          const out = new Uint8Array(hasher.digestBytes);
          digestInto(message, out);
          expect(out).toEqual(hasher.digest(message));
        }
      },
    ),
  );
});
