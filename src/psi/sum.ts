// SPDX-License-Identifier: Apache-2.0
/** Both parties of an intersection-sum in one process: for tests, for trying it out, for measuring. */

import { type OptionNames, requireOptions } from '../arguments.js';
import type { GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import { checkComparable, type SetInput, toSet } from '../identifiers/set.js';
import type { RandomSource } from '../random.js';
import { exchange } from './intersect.js';
import { type MergeBothOptions, optionsOf } from './merge-limits.js';
import type { Role } from './suite.js';
import { SUM_NAMES, type SumOptions } from './sum-party.js';
import { sumReceiver } from './sum-receiver.js';
import { sumSender } from './sum-sender.js';
import { type SumResult, sumResult } from './sum-values.js';

/** Options of both parties in one process. */
export interface IntersectionSumOptions
  extends Omit<SumOptions, 'backend' | 'random' | 'onLeftOut'>,
    MergeBothOptions {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Each party's own source of randomness. Default: the platform's CSPRNG. */
  readonly random?: Readonly<Partial<Record<Role, RandomSource>>> | undefined;
  /** Sees every frame that is sent. */
  readonly onFrame?: ((from: Role, frame: Uint8Array) => void) | undefined;
}

const NAMES: OptionNames<IntersectionSumOptions> = { ...SUM_NAMES, onFrame: true };

/**
 * The sum of the sender's values over the identifiers that both have, in one process.
 * @param receiverSet an `IdentifierSet`, or strings to compare byte for byte
 * @param senderSet of the same sort
 * @param values of each of the sender's rows: whole numbers from 0, together below 2^40
 * @returns what the party learns that the option `to` names
 * @throws {VeilmatchError} `overflow` when the values add up to 2^40 or more; `argument` for values that cannot be right, and
 * with `to: 'sender'` where `acceptChosenValues` is not given; `incompatible-lists`
 */
export async function intersectionSum(
  receiverSet: SetInput,
  senderSet: SetInput,
  values: ArrayLike<number>,
  options: IntersectionSumOptions = {},
): Promise<SumResult> {
  requireOptions(options, NAMES);
  const { onFrame, ...common } = options;
  const own = toSet(receiverSet);
  const other = toSet(senderSet);
  checkComparable(own.kinds, other.kinds);
  const backend = options.backend ?? (await createBackend());
  try {
    // The option `admit` is the sender's: one run is not charged twice.
    const receiver = sumReceiver(own, {
      ...optionsOf('receiver', common),
      admit: undefined,
      backend,
      random: options.random?.receiver,
    });
    const sender = sumSender(other, values, {
      ...optionsOf('sender', common),
      backend,
      random: options.random?.sender,
    });
    const results = await exchange(receiver, sender, onFrame);
    const opened = results.receiver.opened ?? results.sender.opened!;
    return sumResult(results.receiver.size, await opened.solve({ signal: options.signal }));
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}
