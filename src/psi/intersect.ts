// SPDX-License-Identifier: Apache-2.0
/** Both parties of an intersection or a count in one process. */

import { type OptionNames, requireOptions } from '../arguments.js';
import { checkComparable, type SetInput, toSet } from '../identifiers/set.js';
import { cardinality } from './cardinality/index.js';
import { intersection } from './intersection/index.js';
import { PARTY_NAMES, type PartyOptions, revealing } from './intersection/party.js';
import type { CardinalityResult, IntersectionResult, SenderResult } from './intersection/result.js';
import { type BothOptions, runBoth } from './run/both.js';

/** Options of both parties in one process. */
export type IntersectOptions = BothOptions & Omit<PartyOptions, keyof BothOptions>;

/** What both learn: the receiver, and with `to: 'both'` the sender. */
export interface WithSender {
  /** With `to: 'both'`, what the sender was told. */
  readonly sender?: SenderResult | undefined;
}

const NAMES: OptionNames<IntersectOptions> = { ...PARTY_NAMES, onFrame: true };

/**
 * Runs `veilmatch-psi-v1` between two sets in one process.
 * @param receiverSet an `IdentifierSet`, or strings to compare byte for byte
 * @param senderSet of the same sort
 * @returns what the receiver learns: with `reveal: 'intersection'`, the default, which of its rows match; with
 * `reveal: 'cardinality'` only how many distinct identifiers are shared, or about how many. With `to: 'both'` also what the
 * sender is told
 * @throws {VeilmatchError} `incompatible-lists` for strings on one side and identifiers on the other
 * @example
 * ```ts
 * import { intersect } from 'veilmatch/psi';
 *
 * const { size, matches } = await intersect(['ada', 'grace', 'ada'], ['ada', 'hedy']);
 * console.log(size, matches); // → 1 [ 0, 2 ]
 * ```
 */
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions & { readonly reveal: 'cardinality' },
): Promise<CardinalityResult & WithSender>;
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options?: IntersectOptions & { readonly reveal?: 'intersection' | undefined },
): Promise<IntersectionResult & WithSender>;
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions,
): Promise<CardinalityResult & Partial<IntersectionResult> & WithSender>;
export async function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions = {},
): Promise<CardinalityResult & WithSender> {
  requireOptions(options, NAMES);
  const own = { receiver: { set: toSet(receiverSet) }, sender: { set: toSet(senderSet) } };
  checkComparable(own.receiver.set.kinds, own.sender.set.kinds);
  const { reveal, coarse, ...given } = revealing(options);
  const { receiver, sender } =
    reveal === 'intersection'
      ? await runBoth(intersection, own, given)
      : await runBoth(cardinality, own, { ...given, coarse });
  return { ...receiver, sender: sender.size === undefined ? undefined : sender };
}
