// SPDX-License-Identifier: Apache-2.0
/**
 * A count of people as a value, where rows may have several identifiers each: the receiver learns how many people the sender
 * has too.
 *
 * **What it leaks** besides: the sizes of the lists in people, the kinds of identifiers in them, the most identifiers that one
 * person has, and to the receiver how many identifiers each matched pair of people shares.
 */

import { countingTerms } from '../../policy/terms.js';
import type { CardinalityResult } from '../intersection/result.js';
import { listIdentity } from '../run/list-digest.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import { limitOptions, type MergeOptions } from '../shuffled/merge-limits.js';
import {
  PEOPLE,
  type PeopleReceiverEnd,
  type PeopleSenderEnd,
  peopleReceiver,
  peopleSender,
} from './people.js';

/** How many people are shared. */
export const people: Protocol<
  ByRole<ListOwn>,
  MergeOptions,
  { readonly receiver: CardinalityResult; readonly sender: Pick<CardinalityResult, 'peerSize'> }
> = {
  ...PEOPLE,
  options: limitOptions,
  receiver: {
    machine: ({ set }, options) => peopleReceiver(set, options),
    result: async (_, end: PeopleReceiverEnd) => end,
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    machine: ({ set }, options) => peopleSender(set, options),
    result: async (_, end: PeopleSenderEnd) => end,
    identity: ({ set }) => listIdentity(set),
  },
  terms: countingTerms,
  files: () => 2,
};
