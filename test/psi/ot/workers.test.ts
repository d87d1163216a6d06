// SPDX-License-Identifier: Apache-2.0
/** On the built package: from the sources there is no worker file. */

import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { otIntersection, runBoth } from 'veilmatch/psi';
import { expect, test } from 'vitest';

const COUNT = 2 ** 16;
const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);

test('ot-psi on two threads finds what one finds', async () => {
  const own = {
    receiver: { set: IdentifierSet.ofStrings(names(0, COUNT)) },
    sender: { set: IdentifierSet.ofStrings(names(COUNT - 1000, COUNT)) },
  };
  for (const concurrency of [1, 2]) {
    const backend = await createBackend({ concurrency });
    const { receiver, sender } = await runBoth(otIntersection, own, { backend, to: 'both' });
    expect(receiver.size).toBe(1000);
    expect(sender.matches).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    await backend.dispose();
  }
});
