// SPDX-License-Identifier: Apache-2.0
/** Sorting is linear in the bytes, whoever chose them, and yields to the event loop: reads are counted, not seconds. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, u32 } from '../src/bytes.js';
import {
  pickRecordsInTurns,
  sortedOrder,
  sortedOrderInTurns,
  sortRecords,
  sortRecordsInTurns,
} from '../src/sorting.js';

const WIDTH = 32;

/** Records that differ in their last four bytes only, which descend. */
const crafted = (count: number): Uint8Array =>
  concatBytes(
    ...Array.from({ length: count }, (_, i) =>
      concatBytes(new Uint8Array(WIDTH - 4).fill(7), u32(count - i)),
    ),
  );

/** The same bytes, which count how often one of them is read. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; reads: number } {
  const meter = {
    reads: 0,
    bytes: new Proxy(bytes, {
      get(target, name) {
        if (typeof name === 'string' && name.charCodeAt(0) <= 57) meter.reads++;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    }),
  };
  return meter;
}

describe('sorting records', () => {
  const lists = fc.integer({ min: 1, max: 6 }).chain((width) =>
    fc.record({
      width: fc.constant(width),
      // Few values, so that records are alike in many bytes, and enough records for every way of sorting.
      items: fc.array(fc.uint8Array({ minLength: width, maxLength: width, max: 3 }), {
        maxLength: 400,
        size: 'max',
      }),
    }),
  );

  it('gives the order of a comparison sort, with turns and without, and keeps that of equal ones', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async ({ width, items }) => {
        const bytes = concatBytes(...items);
        const order = [...items.keys()].sort((a, b) => Buffer.compare(items[a]!, items[b]!));
        expect([...sortedOrder(bytes, width)]).toEqual(order);
        expect([...(await sortedOrderInTurns(bytes, width))]).toEqual(order);
        expect(await sortRecordsInTurns(bytes, width)).toEqual(sortRecords(bytes, width));
      }),
    );
  });

  it('spreads long lists by two bytes at once', () => {
    const bytes = concatBytes(...Array.from({ length: 40_000 }, (_, i) => u32(Math.imul(i, 0x9e3779b1))));
    const sorted = sortRecords(bytes, 4);
    const view = new DataView(sorted.buffer, sorted.byteOffset);
    const descents = Array.from({ length: 39_999 }, (_, i) => i).filter(
      (i) => view.getUint32(4 * i) >= view.getUint32(4 * i + 4),
    );
    expect(descents).toEqual([]);
  });

  it('looks at each byte a few times, also where records were chosen to be alike', () => {
    for (const count of [2_000, 20_000]) {
      const meter = counted(crafted(count));
      sortedOrder(meter.bytes, WIDTH);
      expect(meter.reads).toBeGreaterThan(count * WIDTH * 0.5);
      expect(meter.reads).toBeLessThan(count * WIDTH * 4);
    }
  });

  it.each<[string, (bytes: Uint8Array) => Promise<unknown>]>([
    ['sorting', (bytes) => sortedOrderInTurns(bytes, WIDTH)],
    ['picking', (bytes) => pickRecordsInTurns(bytes, WIDTH, sortedOrder(bytes, WIDTH))],
  ])('%s reads less than a million bytes between two turns of the event loop', async (_, run) => {
    const meter = counted(crafted(60_000));
    let [before, most, turns] = [0, 0, 0];
    let running = true;
    const work = run(meter.bytes);
    before = meter.reads;
    const tick = (): void => {
      most = Math.max(most, meter.reads - before);
      before = meter.reads;
      turns++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    await work;
    running = false;
    expect(turns).toBeGreaterThan(3);
    expect(most).toBeLessThan(1_000_000);
  });
});
