// SPDX-License-Identifier: Apache-2.0
/** Both parties of a run for join ids in one process: for tests, for trying it out, for measuring. */

import { type OptionNames, requireOptions } from '../arguments.js';
import type { GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import { checkComparable, type SetInput, toSet } from '../identifiers/set.js';
import type { RandomSource } from '../random.js';
import { exchange } from './intersect.js';
import { joinIdsReceiver, joinIdsSender, pseudonymsOfRows } from './join-ids.js';
import { COMMON_NAMES, type CommonOptions } from './party.js';
import type { Role } from './suite.js';

/** Options of both parties in one process. */
export interface JoinIdsOptions extends Omit<CommonOptions, 'backend' | 'random'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Each party's own source of randomness. Default: the platform's CSPRNG. */
  readonly random?: Readonly<Partial<Record<Role, RandomSource>>> | undefined;
  /** Sees every frame that is sent. */
  readonly onFrame?: ((from: Role, frame: Uint8Array) => void) | undefined;
}

const NAMES: OptionNames<JoinIdsOptions> = { ...COMMON_NAMES, onFrame: true };

/** Both parties' maps, and the size of the overlap. */
export interface JoinIds {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** The receiver's map: a pseudonym for each of its rows, undefined for a row without an identifier. */
  readonly receiver: ReadonlyArray<string | undefined>;
  /** The sender's map. */
  readonly sender: ReadonlyArray<string | undefined>;
}

/**
 * Gives both parties pseudonyms for their rows, in one process: the same for a shared person, unlinkable ones for all
 * others. On two machines each party would have its own map only.
 *
 * Whoever holds a map re-identifies the other party's table. Send the two tables, with pseudonyms in place of names, to a
 * third party that holds neither map, and take back aggregates.
 * @param receiverSet an `IdentifierSet`, or strings to compare byte for byte
 * @param senderSet of the same sort
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for rows with several identifiers
 */
export async function joinIds(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: JoinIdsOptions = {},
): Promise<JoinIds> {
  requireOptions(options, NAMES);
  const { onFrame, ...common } = options;
  const own = toSet(receiverSet);
  const other = toSet(senderSet);
  checkComparable(own.kinds, other.kinds);
  const backend = options.backend ?? (await createBackend());
  try {
    // The option `admit` is the sender's: one run is not charged twice.
    const asking = { ...common, admit: undefined, random: options.random?.receiver };
    const receiver = joinIdsReceiver(own, { ...asking, backend });
    const sender = joinIdsSender(other, { ...common, backend, random: options.random?.sender });
    const results = await exchange(receiver, sender, onFrame);
    return {
      size: results.receiver.size,
      receiver: pseudonymsOfRows(own, results.receiver),
      sender: pseudonymsOfRows(other, results.sender),
    };
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}
