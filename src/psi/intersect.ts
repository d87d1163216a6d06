// SPDX-License-Identifier: Apache-2.0
/** Both parties in one process: for tests, for trying it out, for measuring. */

import { type OptionNames, requireOptions } from '../arguments.js';
import type { GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import { checkComparable, type SetInput, toSet } from '../identifiers/set.js';
import type { RandomSource } from '../random.js';
import type { PsiMachine } from './machine.js';
import { PARTY_NAMES, type PartyOptions } from './party.js';
import { psiReceiver } from './receiver.js';
import {
  type CardinalityResult,
  type IntersectionResult,
  intersectionResult,
  senderShare,
} from './result.js';
import type { CoarseCount } from './reveal.js';
import { psiSender } from './sender.js';
import type { Role } from './suite.js';

/** Options of both parties in one process. */
export interface IntersectOptions extends Omit<PartyOptions, 'backend' | 'random'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Each party's own source of randomness. Default: the platform's CSPRNG. */
  readonly random?: Readonly<Partial<Record<Role, RandomSource>>> | undefined;
  /** Sees every frame that is sent. */
  readonly onFrame?: ((from: Role, frame: Uint8Array) => void) | undefined;
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
 */
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions & { readonly reveal: 'cardinality' | { readonly cardinality: CoarseCount } },
): Promise<CardinalityResult>;
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options?: IntersectOptions & { readonly reveal?: 'intersection' | undefined },
): Promise<IntersectionResult>;
export function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions,
): Promise<CardinalityResult & Partial<IntersectionResult>>;
export async function intersect(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: IntersectOptions = {},
): Promise<CardinalityResult> {
  requireOptions(options, NAMES);
  const { onFrame, ...common } = options;
  const own = toSet(receiverSet);
  const other = toSet(senderSet);
  checkComparable(own.kinds, other.kinds);
  const backend = options.backend ?? (await createBackend());
  try {
    // The option `admit` is the sender's: one run is not charged twice.
    const asking = { ...common, admit: undefined, random: options.random?.receiver };
    const receiver = psiReceiver(own, { ...asking, backend });
    const sender = psiSender(other, { ...common, backend, random: options.random?.sender });
    const results = await exchange(receiver, sender, onFrame);
    const share = senderShare(other, results.sender);
    return results.receiver.matched === undefined
      ? { size: results.receiver.size, sender: share }
      : intersectionResult(own, results.receiver, share);
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}

/**
 * Passes frames between two machines until both are done.
 * @returns both results
 */
export async function exchange<Received, Sent>(
  receiver: PsiMachine<Received>,
  sender: PsiMachine<Sent>,
  onFrame?: (from: Role, frame: Uint8Array) => void,
): Promise<{ receiver: Received; sender: Sent }> {
  const waiting: Array<{ to: PsiMachine<unknown>; frame: Uint8Array }> = [];
  const post = async (from: PsiMachine<unknown>, frames: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const frame of frames) {
      onFrame?.(from.role, frame);
      waiting.push({ to: from === receiver ? sender : receiver, frame });
    }
  };
  try {
    await post(sender, sender.start());
    await post(receiver, receiver.start());
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await post(next.to, next.to.receive(next.frame));
    }
    return { receiver: receiver.result, sender: sender.result };
  } finally {
    await receiver.abandon();
    await sender.abandon();
  }
}
