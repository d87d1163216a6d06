// SPDX-License-Identifier: Apache-2.0
/** What every ledger must do, in memory or in a file. */

import { describe, expect, it } from 'vitest';
import type { Charge, Ledger } from '../../src/psi/index.js';

/** What the ledger holds for a peer, read without changing it. */
export async function chargesOf(ledger: Ledger, peer: string): Promise<readonly Charge[]> {
  let found: readonly Charge[] = [];
  await ledger.update(peer, (charges) => {
    found = charges;
    return charges;
  });
  return found;
}

export function ledgerSuite(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    it('knows nothing of a peer at first', async () => {
      expect(await chargesOf(await open(), 'anybody')).toEqual([]);
    });

    it('keeps what it is given, for each peer by itself, whatever the name', async () => {
      const ledger = await open();
      const names = ['partner', 'other partner', '', '__proto__', 'a\nb', '\u{1f980}'];
      for (const [i, peer] of names.entries()) {
        await ledger.update(peer, (charges) => [...charges, { at: i, elements: 10 * i }]);
        await ledger.update(peer, (charges) => [...charges, { at: i + 1, elements: 1 }]);
      }
      for (const [i, peer] of names.entries()) {
        expect(await chargesOf(ledger, peer)).toEqual([
          { at: i, elements: 10 * i },
          { at: i + 1, elements: 1 },
        ]);
      }
    });

    it('keeps the name of a run', async () => {
      const ledger = await open();
      const charges = [
        { at: 1, elements: 2, run: '0123456789abcdef' },
        { at: 3, elements: 4 },
      ];
      await ledger.update('peer', () => charges);
      expect(await chargesOf(ledger, 'peer')).toEqual(charges);
    });

    it('changes nothing where the decision throws', async () => {
      const ledger = await open();
      await ledger.update('peer', () => [{ at: 1, elements: 2 }]);
      const refusal = new Error('no');
      await expect(
        ledger.update('peer', () => {
          throw refusal;
        }),
      ).rejects.toBe(refusal);
      expect(await chargesOf(ledger, 'peer')).toEqual([{ at: 1, elements: 2 }]);
    });

    it('lets no update come between the reading and the writing of another', async () => {
      const ledger = await open();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          ledger.update('peer', (charges) => [...charges, { at: i, elements: charges.length }]),
        ),
      );
      const charges = await chargesOf(ledger, 'peer');
      expect(charges.map(({ elements }) => elements)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    });
  });
}
