// SPDX-License-Identifier: Apache-2.0
/** Tables that a peer or a file fills: what is put into them is chosen by somebody else, and must not choose the work. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { TargetTable } from '../src/attack/targets.js';
import { concatBytes, DistinctBytes, u32, utf8 } from '../src/bytes.js';
import { joinTokens } from '../src/hashing/join.js';
import { identifiersFromRows } from '../src/identifiers/index.js';
import { halfSipHash, sipKey } from '../src/siphash.js';
import { collidingAddresses, collidingRecords, fnv1a } from './support/collisions.js';

/** A table of half its slots, hashed at random, takes 1.5 probes for what is in it and 2.5 for what is not; and it grows. */
const PROBES_EACH = 6;
/** What fills a frame of elements. */
const FRAME = 32_767;

afterEach(() => void vi.restoreAllMocks());

/** Runs `work` and returns the tables that something was added to or looked up in. */
async function tablesOf(work: () => unknown): Promise<DistinctBytes[]> {
  const spies = [vi.spyOn(DistinctBytes.prototype, 'add'), vi.spyOn(DistinctBytes.prototype, 'indexOf')];
  await work();
  return [...new Set(spies.flatMap((spy) => spy.mock.contexts as DistinctBytes[]))];
}

describe('a table of byte strings', () => {
  it('takes a frame of records that collide under FNV-1a with a few probes each', () => {
    const records = collidingRecords(FRAME);
    expect(new Set(records.map(fnv1a)).size).toBe(1);
    const table = new DistinctBytes();
    for (const record of records) table.add(record);
    expect(table.size).toBe(FRAME);
    expect(records.filter((record, i) => table.indexOf(record) !== i)).toEqual([]);
    expect(table.probes).toBeLessThan(2 * PROBES_EACH * FRAME);
  });

  it('takes a list of addresses that collide under FNV-1a with a few probes each', async () => {
    const addresses = collidingAddresses(2_000);
    expect(new Set(addresses.map((address) => fnv1a(utf8(`mailto:${address}`)))).size).toBe(1);
    const rows = addresses.map((email) => ({ email }));
    let size = 0;
    const tables = await tablesOf(async () => {
      size = (await identifiersFromRows(rows, { concurrency: 1 })).set.size;
    });
    expect(size).toBe(2_000);
    expect(tables).toHaveLength(1);
    expect(tables[0]!.probes).toBeLessThan(PROBES_EACH * 2_000);
  });

  it('has a key of its own, of 64 random bits', () => {
    const draw = vi.spyOn(crypto, 'getRandomValues');
    const tables = [new DistinctBytes(), new DistinctBytes(), new TargetTable(new Uint8Array(), 32)];
    const keys = draw.mock.results.map(({ value }) => [...(value as Uint8Array)]);
    expect(keys.map((key) => key.length)).toEqual([8, 8, 8]);
    expect(new Set(keys.map(String)).size).toBe(tables.length);
  });

  it('is slow for whoever knows its key, and for nobody else', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const key = sipKey(bytes);
    const meeting: Uint8Array[] = [];
    // The first slots of a shard: what comes there lines up behind one another.
    for (let i = 0; meeting.length < 400; i++) {
      const record = u32(i);
      if ((halfSipHash(key, record, 0, 4) & 2047) < 2) meeting.push(record);
    }
    const probes = [new DistinctBytes(undefined, () => bytes), new DistinctBytes()].map((table) => {
      for (const record of meeting) table.add(record);
      return table.probes;
    });
    expect(probes[0]).toBeGreaterThan((400 * 400) / 4);
    expect(probes[1]).toBeLessThan(PROBES_EACH * 400);
  });

  it('moves a bounded number of strings at a time when it grows', () => {
    const table = new DistinctBytes();
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      const before = table.probes;
      table.add(u32(i));
      most = Math.max(most, table.probes - before);
    }
    // Half a shard is moved, and its neighbours are looked through; not the table.
    expect(most).toBeGreaterThan(1_000);
    expect(most).toBeLessThan(4_000);
  });
});

describe('other tables that a file fills', () => {
  it('targets of a reversal whose first bytes are the same take a few probes each', () => {
    const tokens = Array.from({ length: 20_000 }, (_, i) => concatBytes(u32(7), u32(i)));
    const table = new TargetTable(concatBytes(...tokens), 8);
    expect(tokens.filter((token, i) => table.indexOf(token) !== i)).toEqual([]);
    expect(table.probes).toBeLessThan(2 * PROBES_EACH * 20_000);
  });

  it('tokens of digits alone are joined in a keyed table', async () => {
    const tokens = Array.from({ length: 20_000 }, (_, i) => String(1_000_000_000 + i * 32_768));
    const tables = await tablesOf(() => expect(joinTokens(tokens, tokens).size).toBe(20_000));
    expect(tables).toHaveLength(1);
    expect(tables[0]!.probes).toBeLessThan(2 * PROBES_EACH * 20_000);
  });
});
