// SPDX-License-Identifier: Apache-2.0
/** What every ledger must do, in memory or in a file. */

import { describe, expect, it } from 'vitest';
import type { Charge, Ledger } from '../../src/psi/index.js';
import { expectCode } from './errors.js';

/** What the ledger holds in an account, read without changing it. */
export async function chargesOf(ledger: Ledger, account: string): Promise<readonly Charge[]> {
  let found: readonly Charge[] = [];
  await ledger.update([account], (accounts) => {
    found = accounts[0] ?? [];
    return accounts;
  });
  return found;
}

/** Changes one account. */
export function change(
  ledger: Ledger,
  account: string,
  decide: (charges: readonly Charge[]) => readonly Charge[],
): Promise<void> {
  return ledger.update([account], ([charges = []]) => [decide(charges)]);
}

const charge = (at: number, elements: number, work = 2 * elements): Charge => ({ at, elements, work });

export function ledgerSuite(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    it('knows nothing of a peer at first', async () => {
      expect(await chargesOf(await open(), 'anybody')).toEqual([]);
    });

    it('keeps what it is given, for each account by itself, whatever the name', async () => {
      const ledger = await open();
      const names = ['partner', 'other partner', '', '__proto__', 'a\nb', '\u{1f980}'];
      for (const [i, account] of names.entries()) {
        await change(ledger, account, (charges) => [...charges, charge(i, 10 * i)]);
        await change(ledger, account, (charges) => [...charges, charge(i + 1, 1)]);
      }
      for (const [i, account] of names.entries()) {
        expect(await chargesOf(ledger, account)).toEqual([charge(i, 10 * i), charge(i + 1, 1)]);
      }
    });

    it('changes several accounts in one step', async () => {
      const ledger = await open();
      await ledger.update(['a', 'b'], (accounts) => accounts.map((charges, i) => [...charges, charge(i, i)]));
      await ledger.update(['b', 'c'], ([b = [], c = []]) => [[], [...c, ...b]]);
      expect(await chargesOf(ledger, 'a')).toEqual([charge(0, 0)]);
      expect(await chargesOf(ledger, 'b')).toEqual([]);
      expect(await chargesOf(ledger, 'c')).toEqual([charge(1, 1)]);
    });

    it('keeps the name of a run', async () => {
      const ledger = await open();
      const charges = [{ ...charge(1, 2), run: '0123456789abcdef' }, charge(3, 4)];
      await change(ledger, 'peer', () => charges);
      expect(await chargesOf(ledger, 'peer')).toEqual(charges);
    });

    it('keeps how many runs a charge stands for', async () => {
      const ledger = await open();
      const charges = [{ ...charge(1, 2), runs: 40 }, charge(3, 4)];
      await change(ledger, 'peer', () => charges);
      expect(await chargesOf(ledger, 'peer')).toEqual(charges);
      await change(ledger, 'peer', (own) => [...own, charge(5, 6)]);
      expect(await chargesOf(ledger, 'peer')).toEqual([...charges, charge(5, 6)]);
    });

    it('takes no lists but those of charges, one for each account, and keeps what it had', async () => {
      const ledger = await open();
      await ledger.update(['peer', 'other'], () => [[charge(1, 2)], [charge(3, 4)]]);
      const decisions: ((charges: readonly (readonly Charge[])[]) => unknown)[] = [
        () => undefined,
        () => [],
        ([own]) => [own],
        ([own, other]) => [own, other, []],
        ([own]) => [own, undefined],
        ([own]) => [own, { length: 0 }],
        ([own]) => [own, [undefined]],
        ([own]) => [own, [{}]],
        ([own]) => [own, [{ ...charge(5, 6), elements: -1 }]],
        ([own]) => [own, [{ ...charge(5, 6), work: 0.5 }]],
        ([own]) => [own, [{ ...charge(5, 6), at: Number.NaN }]],
        ([own]) => [own, [{ ...charge(5, 6), run: 7 }]],
        ([own]) => [own, [{ ...charge(5, 6), runs: 0 }]],
        ([own]) => [own, [{ ...charge(5, 6), run: 'named', runs: 2 }]],
      ];
      for (const decide of decisions) {
        await expectCode('argument', () => ledger.update(['peer', 'other'], decide as never));
      }
      expect(await chargesOf(ledger, 'peer')).toEqual([charge(1, 2)]);
      expect(await chargesOf(ledger, 'other')).toEqual([charge(3, 4)]);
    });

    it('changes nothing where the decision throws', async () => {
      const ledger = await open();
      await change(ledger, 'peer', () => [charge(1, 2)]);
      const refusal = new Error('no');
      await expect(
        ledger.update(['peer', 'other'], () => {
          throw refusal;
        }),
      ).rejects.toBe(refusal);
      expect(await chargesOf(ledger, 'peer')).toEqual([charge(1, 2)]);
    });

    it('lets no update come between the reading and the writing of another', async () => {
      const ledger = await open();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          change(ledger, 'peer', (charges) => [...charges, charge(i, charges.length)]),
        ),
      );
      const charges = await chargesOf(ledger, 'peer');
      expect(charges.map(({ elements }) => elements)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    });
  });
}
