// SPDX-License-Identifier: Apache-2.0
/**
 * More rows than a `Set` or a `Map` can hold, which is 2^24: what a list goes through before, during and after a run. In the
 * place of the group stands one without secrets, whose elements are the identifiers themselves. SLOW=1 only: it takes some
 * minutes and 6 GB.
 */

import { describe, expect, it } from 'vitest';
import type { ByteList } from '../../src/bytes.js';
import { ELEMENT_BYTES, type GroupBackend } from '../../src/group/group.js';
import { ristretto255 } from '../../src/group/ristretto255.js';
import { opaqueBytes } from '../../src/identifiers/identifier.js';
import { IdentifierSet, SetBuilder } from '../../src/identifiers/set.js';
import { intersect } from '../../src/psi/index.js';
import { SLOW } from '../support/effort.js';

const ROWS = 20_000_000;
const nameOf = (row: number): string => String(row).padStart(8, '0');

/** Identifiers, filled up to the width of an element: no scalar changes them. */
async function asElements(messages: ByteList): Promise<Uint8Array> {
  const elements = new Uint8Array(messages.length * ELEMENT_BYTES);
  for (let i = 0; i < messages.length; i++) elements.set(messages.at(i), i * ELEMENT_BYTES);
  return elements;
}

function stubBackend(): GroupBackend {
  const copy = async (elements: Uint8Array): Promise<Uint8Array> => elements.slice();
  const none = async (): Promise<never> => {
    throw new Error('These protocols have no use for it.');
  };
  return {
    ...{ name: 'noble', group: ristretto255, constantTime: false, concurrency: 1 },
    ...{
      hashAndMultiply: asElements,
      hashAndMultiplyEach: asElements,
      hashAndAddBase: asElements,
      mapAndMultiply: none,
      subtractHashAndMultiply: none,
    },
    ...{ multiply: copy, multiplyEach: copy, multiplyBase: copy, subtractBase: copy },
    ...{ add: copy, subtract: copy, progression: none, weightedSum: none },
    dispose: async () => {},
  };
}

/** Every row has a number of its own. */
function manyRows(): IdentifierSet {
  const builder = new SetBuilder();
  for (let row = 0; row < ROWS; row++) builder.add(row, 'opaque', opaqueBytes(nameOf(row)));
  builder.rowCount = ROWS;
  return builder.build();
}

describe.runIf(SLOW)(`a list of ${ROWS} rows`, { timeout: 1_200_000 }, () => {
  const options = { backend: stubBackend(), maxPeerSize: ROWS };
  let made: IdentifierSet | undefined;
  const ours = (): IdentifierSet => (made ??= manyRows());
  const few = IdentifierSet.ofStrings([3, 17_000_001, 18_000_000, 19_999_999].map(nameOf));

  it('knows that its rows have one identifier each, and loses none', () => {
    const set = ours();
    expect([set.size, set.severalPerRow, set.firstOfEachRow().size]).toEqual([ROWS, false, ROWS]);
    const all = set.rowsOf(new Uint32Array(set.size).map((_, i) => ROWS - 1 - i));
    expect([all.length, all[0], all.at(-1)]).toEqual([ROWS, 0, ROWS - 1]);
  });

  it('is intersected, with all of its rows shared', async () => {
    const { size, matches } = await intersect(ours(), ours(), options);
    expect([size, matches.length, matches[ROWS - 1]]).toEqual([ROWS, ROWS, ROWS - 1]);
  });

  it('is counted, and meets a short list from either side', async () => {
    expect((await intersect(ours(), few, { ...options, reveal: 'cardinality' })).size).toBe(few.size);
    expect((await intersect(few, ours(), options)).matches).toEqual([0, 1, 2, 3]);
    expect((await intersect(ours(), few, options)).matches).toEqual([3, 17_000_001, 18_000_000, 19_999_999]);
  });
});
