// SPDX-License-Identifier: Apache-2.0
/**
 * The intersection-sum as a value: one of the parties learns what the sender's values add up to over the shared identifiers.
 *
 * **What it leaks** besides: the sizes of the sets, the kinds of identifiers in them, and to the receiver how many are shared.
 * Of an intersection of one person the sum is that person's value.
 */

import { requireMethods } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { createSha512 } from '../../kernel/sha512.js';
import { sumTerms } from '../../policy/terms.js';
import { listIdentity } from '../run/list-digest.js';
import { oneOf, yesOrNo } from '../run/options.js';
import type { ListOwn, Protocol } from '../run/protocol.js';
import type { Learner } from '../run/suite.js';
import { limitOptions } from '../shuffled/merge-limits.js';
import { SUM, type SumOptions } from './party.js';
import { type SumReceiverEnd, sumReceiver } from './receiver.js';
import { type SumSenderEnd, sumSender } from './sender.js';
import { type SumResult, sumResult } from './values.js';

/** What the sender of a sum brings. */
export interface SumSenderOwn extends ListOwn {
  /** Of each row the set was made from: whole numbers from 0, together below 2^40. */
  readonly values: ArrayLike<number>;
}

/** What a party of a sum takes home. */
export interface SumTaken extends Partial<SumResult> {
  /** Elements in the other party's set, or people. */
  readonly peerSize: number;
}

/** What the sender's values add up to over the shared identifiers. */
export const sum: Protocol<
  { readonly receiver: ListOwn; readonly sender: SumSenderOwn },
  SumOptions,
  { readonly receiver: SumTaken; readonly sender: SumTaken }
> = {
  ...SUM,
  options: {
    to: oneOf<Exclude<Learner, 'both'>>('to', ['receiver', 'sender'], {
      default: 'receiver',
      agreed: true,
      repeated: true,
    }),
    acceptChosenValues: yesOrNo('acceptChosenValues', {
      agreed: false,
      repeated: true,
    }),
    people: yesOrNo('people', {
      agreed: true,
      repeated: true,
    }),
    ...limitOptions,
    logarithms: {
      default: undefined,
      check: (value) => requireMethods(value, 'The option logarithms', 'solve'),
      agreed: false,
      repeated: false,
    },
  },
  receiver: {
    machine: ({ set }, options) => sumReceiver(set, options),
    result: (_, { size, peerSize, opened }: SumReceiverEnd, signal) => taken(size, peerSize, opened, signal),
    discreet: true,
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    machine: ({ set, values }, options) => sumSender(set, values, options),
    result: (_, { size, peerSize, opened }: SumSenderEnd, signal) => taken(size, peerSize, opened, signal),
    discreet: true,
    identity: ({ set, values }) => ({ ...listIdentity(set), values: valuesDigest(values) }),
  },
  terms: sumTerms,
  // A sender that learns the sum waits for the receiver's word that both saw the same.
  files: ({ to }) => (to === 'sender' ? 5 : 4),
};

async function taken(
  size: number | undefined,
  peerSize: number,
  opened: SumReceiverEnd['opened'],
  signal: AbortSignal | undefined,
): Promise<SumTaken> {
  if (size === undefined) return { peerSize };
  return opened === undefined
    ? { size, peerSize }
    : { ...sumResult(size, await opened.solve({ signal })), peerSize };
}

/** SHA-512 of the values, in the order of the rows. */
function valuesDigest(values: ArrayLike<number>): string {
  return bytesToHex(
    createSha512()
      .update(new Uint8Array(Float64Array.from(values).buffer))
      .digest(),
  );
}
