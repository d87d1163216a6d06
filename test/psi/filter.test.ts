// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { buildFilter, filterKinds, parseFilter } from '../../src/contact/index.js';
import { BitReader, BitWriter } from '../../src/filter/bits.js';
import { expectCode } from '../suites/errors.js';
import { filterSuite, hashes } from '../suites/filter.js';

filterSuite('golomb', (bits) => (bits + 1.6) / 8);
filterSuite('binary-fuse', (bits) => (1.25 * bits) / 8);

it('every kind is tested', () => {
  expect(filterKinds).toEqual(['golomb', 'binary-fuse']);
});

it('an unknown kind is refused by name and by code', async () => {
  await expectCode('argument', () => buildFilter(hashes(1), { kind: 'bloom' as 'golomb' }));
  const bytes = buildFilter(hashes(1)).toBytes();
  bytes[17] = 3;
  await expectCode('bad-message', () => parseFilter(bytes));
});

it('a Golomb filter is written as the specification says', () => {
  // Two hashes, b = 3, so numbers below 16: h = 1/4 gives 4, h = 3/4 gives 12. Differences 4 = 0*8 + 4 and 8 = 1*8 + 0:
  // 0 100, 10 000.
  const low = new Uint8Array(20);
  const high = new Uint8Array(20);
  low[0] = 0x40;
  high[0] = 0xc0;
  const filter = buildFilter(Uint8Array.of(...high, ...low), { kind: 'golomb', falsePositiveRate: 1 / 8 });
  expect(bytesToHex(filter.toBytes().subarray(16))).toBe('01010300' + '00000002' + '4800');
});

it('bits come back as they were written', async () => {
  const width = fc.integer({ min: 1, max: 48 });
  const field = fc.oneof(
    fc.record({ ones: fc.oneof(fc.nat(8), fc.nat(120)) }),
    width.chain((bits) =>
      fc.record({ bits: fc.constant(bits), value: fc.maxSafeNat().map((n) => n % 2 ** bits) }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(field), async (fields) => {
      const writer = new BitWriter(fields.length * 128);
      for (const one of fields) {
        if ('ones' in one) writer.writeUnary(one.ones);
        else writer.write(one.value, one.bits);
      }
      const bytes = writer.finish();
      const read = (reader: BitReader) =>
        fields.map((one) =>
          'ones' in one ? { ones: reader.readUnary() } : { bits: one.bits, value: reader.read(one.bits) },
        );
      const reader = new BitReader(bytes);
      expect(read(reader)).toEqual(fields);
      expect(reader.atEnd).toBe(true);
      if (bytes.length > 0) await expectCode('bad-message', () => read(new BitReader(bytes.subarray(0, -1))));
    }),
  );
  await expectCode('bad-message', () => new BitReader(Uint8Array.of(255)).readUnary());
});
