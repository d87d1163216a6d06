// SPDX-License-Identifier: Apache-2.0
/** Who has used how much, as a policy needs it. This one forgets when the process ends; `veilmatch/transport` has one in a file. */

/** One run. */
export interface Charge {
  /** When it started, in milliseconds since 1970. */
  readonly at: number;
  /** Elements that were to be evaluated for the peer. */
  readonly elements: number;
  /** The run, where it has a name: it is charged once, however often it is resumed. */
  readonly run?: string | undefined;
}

/** Where the charges of peers are kept. */
export interface Ledger {
  /**
   * Replaces a peer's charges by what `decide` makes of them, in one step: no other update of this ledger comes between,
   * and the new charges are durable when the promise is fulfilled. Where `decide` throws, nothing changes.
   */
  update(peer: string, decide: (charges: readonly Charge[]) => readonly Charge[]): Promise<void>;
}

/** A ledger in memory, empty at first. */
export function memoryLedger(): Ledger {
  const charges = new Map<string, readonly Charge[]>();
  return {
    async update(peer, decide) {
      charges.set(peer, decide(charges.get(peer) ?? []));
    },
  };
}
