// SPDX-License-Identifier: Apache-2.0
import { concatBytes, equalBytes, u32 } from '../../../src/bytes.js';
import { filterDigest, headerDigest, openHeader, signHeader } from '../../../src/contact/header.js';
import { openPublishedSet } from '../../../src/contact/published.js';
import { encodeFilter } from '../../../src/filter/filter.js';
import { buildFilter, filterKinds, parseFilter } from '../../../src/filter/formats.js';
import { attempt, attemptSync, blocks, demand, type FuzzTarget, Reader } from '../support/target.js';

const SIGNING_KEY = new Uint8Array(32).fill(4);

function hashes(count: number): Uint8Array {
  const bytes = new Uint8Array(20 * count);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(i + 1, 0x9e3779b1) >>> 24;
  return bytes;
}

/** Filters, whole or with a header that fits what the fuzzer makes of the body. */
export const filters: FuzzTarget = {
  name: 'filters',
  reads: 'filters of published sets, of either kind',
  sources: ['src/filter/'],
  maxBytes: 2048,
  steps: [50_000, 1_000],
  seeds: () =>
    filterKinds.flatMap((kind) =>
      [0, 1, 5, 40].flatMap((count) =>
        [0.5, 1e-2, 1e-9].map((falsePositiveRate) =>
          Uint8Array.of(0, ...buildFilter(hashes(count), { kind, falsePositiveRate }).toBytes()),
        ),
      ),
    ),
  run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 2;
    const bytes =
      how === 0 ? reader.rest() : encodeFilter(reader.byte(), reader.byte(), reader.byte(), reader.rest());
    attemptSync(() => {
      const filter = parseFilter(bytes);
      const again = parseFilter(filter.toBytes());
      demand(equalBytes(again.toBytes(), filter.toBytes()), 'A filter has two forms.');
      for (let from = 0; from < 60; from += 20) filter.has(hashes(3).subarray(from, from + 20));
      demand(filter.size > 0 || !filter.has(hashes(1)), 'An empty filter holds something.');
    });
  },
};

/** A header and its filters. The digests are put right, so that what the fuzzer makes of the rest is looked at. */
export const publishedSets: FuzzTarget = {
  name: 'published-sets',
  reads: 'headers and filters of published sets',
  sources: ['src/contact/header.ts', 'src/contact/published.ts'],
  maxBytes: 2048,
  steps: [10_000, 500],
  async seeds() {
    const made: Uint8Array[] = [];
    for (const segments of [0, 1, 2]) {
      const all = await Promise.all(
        Array.from({ length: segments }, async (_, i) => {
          const filter = buildFilter(hashes(2 + i), { kind: filterKinds[i]! });
          const bytes = filter.toBytes();
          return {
            bytes,
            size: filter.size,
            filterBytes: bytes.length,
            bits: filter.bits,
            digest: await filterDigest(bytes),
          };
        }),
      );
      const publicKey = new Uint8Array(32).fill(6);
      const kinds = new Set(['phone'] as const);
      const header = signHeader({ setId: 'members', epoch: 2, kinds, publicKey, segments: all }, SIGNING_KEY);
      made.push(Uint8Array.of(1, ...blocks(header, ...all.map(({ bytes }) => bytes))));
    }
    return made;
  },
  async run(input) {
    const reader = new Reader(input);
    const mend = reader.byte() % 2 === 1;
    const header = reader.block();
    const filters: Uint8Array[] = [];
    while (!reader.ended && filters.length < 8) filters.push(reader.block());
    if (mend) {
      // The digests of the filters, from the end of the header, where 41 bytes describe each.
      for (const [i, bytes] of filters.entries()) {
        const at = header.length - 64 - 41 * (filters.length - i);
        if (at < 0) break;
        header.set(concatBytes(u32(bytes.length)), at + 4);
        header.set(await filterDigest(bytes), at + 9);
      }
    }
    const pin = { digest: headerDigest(header) };
    const opened = attemptSync(() => openHeader(header, pin));
    if (opened === undefined) return;
    const again = signHeader(opened, SIGNING_KEY);
    demand(equalBytes(again.subarray(0, -64), header.subarray(0, -64)), 'A header has two forms.');
    await attempt(async () => {
      const directory = await openPublishedSet({ header, filters }, { pin, setId: opened.setId });
      directory.has(hashes(1));
    });
  },
};
