// SPDX-License-Identifier: Apache-2.0
/** On the built package: only there is a worker's file to be started. */

import { identifiersFromRows, type Row } from 'veilmatch/identifiers';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/bytes.js';
import type { ErrorCode } from '../../src/errors.js';

const code = (expected: ErrorCode): unknown =>
  expect.objectContaining({ name: 'VeilmatchError', code: expected });

describe('rows on workers', () => {
  /** Above the size from which workers are used. */
  const rows: Row[] = Array.from({ length: 30_000 }, (_, i) => {
    const kind = (i * 7919) % 10;
    const digits = String((i * 104729) % 30_000).padStart(7, '2');
    return {
      ...(kind < 8 && {
        phone:
          kind === 0
            ? 'n/a'
            : i % 13 === 0
              ? '4917112345678'
              : `${kind < 4 ? '+1 ' : ''}415-${digits.slice(0, 3)}-${digits.slice(3)}`,
      }),
      ...(kind > 4 && { email: kind === 9 ? `ü${i % 500}@x.org` : `Ada${i % 9000}@X.org` }),
      ...(i % 13 === 0 ? { country: 'DE' } : i % 11 === 0 && { country: 'CA' }),
    };
  });

  test.each(['any', 'all'] as const)(
    "the result does not depend on the number of workers, match '%s'",
    async (match) => {
      const here = await identifiersFromRows(rows, { country: 'US', match, concurrency: 1 });
      expect(here.rejected.length).toBeGreaterThan(1000);
      expect(here.set.size).toBeGreaterThan(9_000);
      expect(here.ambiguous.length).toBeGreaterThan(1000);
      for (const concurrency of [2, 3]) {
        const there = await identifiersFromRows(rows, { country: 'US', match, concurrency });
        // By their bytes: comparing long typed arrays item by item takes seconds.
        expect(equalBytes(there.set.elements.bytes, here.set.elements.bytes)).toBe(true);
        expect(there.set.elements.offsets.join()).toBe(here.set.elements.offsets.join());
        expect(there.set.kinds).toEqual(here.set.kinds);
        expect(there.set.rowCount).toBe(here.set.rowCount);
        expect(there.rejected).toEqual(here.rejected);
        expect(there.ambiguous).toEqual(here.ambiguous);
        for (let element = 0; element < here.set.size; element += 97) {
          expect(there.set.rowsOf([element])).toEqual(here.set.rowsOf([element]));
        }
      }
    },
  );

  test('the signal stops workers, and a bad row far down is an error with its position', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const stopped = identifiersFromRows(rows, {
      country: 'US',
      concurrency: 2,
      signal: controller.signal,
      onProgress,
    });
    await expect(stopped).rejects.toThrow(code('aborted'));

    const broken = [...rows, 'not a row' as Row];
    const failing = identifiersFromRows(broken, { country: 'US', concurrency: 2 });
    await expect(failing).rejects.toThrow(
      expect.objectContaining({ code: 'argument', position: rows.length }),
    );
  });

  test('an error of the caller’s own iterable comes out as it is', async () => {
    function* failing(): Generator<Row> {
      yield* rows;
      throw new RangeError('the file ended');
    }
    await expect(identifiersFromRows(failing(), { concurrency: 2 })).rejects.toThrow(RangeError);
  });
});
