// SPDX-License-Identifier: Apache-2.0
/** One interface for every way of finding out what two lists share, with a statement of what it gives away. */

import type { Knowledge, Transcript } from '../attack/transcript.js';
import type { GroupBackend } from '../group/group.js';
import type { SlowCost } from '../hashing/slow.js';
import type { IdentifierSet } from '../identifiers/set.js';
import type { Leakage } from '../psi/described/described.js';

/** The name of a protocol. */
export type ProtocolId = string;

/** Options of a run of any protocol in one process. */
export interface RunOptions {
  /** For the protocols over the group. Default: the fastest one here, for this run. */
  readonly backend?: GroupBackend | undefined;
  /** For `slow`: what one guess costs. Default: OWASP's minimum for argon2id. */
  readonly cost?: SlowCost | undefined;
  /** For `oprf` and `contact-discovery`: the sender's secret key, one scalar of 32 bytes, where it is to be the same in several runs. Default: fresh. */
  readonly oprfKey?: Uint8Array | undefined;
  /** For `ecdh-psi-sum`: the number that the sender holds with each of its rows. Default: 1, which counts its rows. */
  readonly values?: ArrayLike<number> | undefined;
  /** Stops the run, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Who can see something of a run. */
export type Observer = 'receiver' | 'sender' | 'outsider';

/** What somebody saw, and what they know besides. */
export interface View {
  /** What it saw. */
  readonly transcript: Transcript;
  /** What it knows besides. */
  readonly knowledge: Knowledge;
}

/** What a run has found, cost, and shown to whom. */
export interface MatchOutcome {
  /** Distinct identifiers that both lists have. */
  readonly size: number;
  /** The receiver's rows with a shared identifier, ascending; undefined where the protocol reveals only how many. */
  readonly matches: readonly number[] | undefined;
  /** The sum of the sender's values over the shared identifiers, where that is what is computed. */
  readonly sum?: number | undefined;
  /** For each row of each party its pseudonym, where that is what they get; undefined for a row without an identifier. */
  readonly pseudonyms?:
    | Readonly<Record<'receiver' | 'sender', ReadonlyArray<string | undefined>>>
    | undefined;
  /** Bytes of all messages, each way. */
  readonly bytes: { readonly toSender: number; readonly toReceiver: number };
  /** Seconds of both parties together. */
  readonly seconds: number;
  /** What each observer saw and knows. */
  readonly views: Readonly<Record<Observer, View>>;
}

/** One way of finding out what two lists share. */
export interface MatchingProtocol {
  /** Its name in options and reports. */
  readonly id: ProtocolId;
  /** Its name for people. */
  readonly title: string;
  /** Who learns what. */
  readonly leakage: Leakage;
  /** Whether the receiver learns which of its rows match, or only how many identifiers. */
  readonly reveals: 'intersection' | 'cardinality';
  /**
   * Runs both parties in this process.
   * @param receiver the list of the party that learns the result
   * @param sender the list of the other party
   * @throws {VeilmatchError} `incompatible-lists` for lists that can never match
   */
  run(receiver: IdentifierSet, sender: IdentifierSet, options?: RunOptions): Promise<MatchOutcome>;
}
