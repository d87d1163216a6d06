// SPDX-License-Identifier: Apache-2.0
/**
 * The shuffled mode as a value: the receiver learns how many identifiers the sender has too, or how many people.
 *
 * **What it leaks** besides: the sizes of the sets and the kinds of identifiers in them; of people the most identifiers that
 * one of them has, and to the receiver how many identifiers each matched pair of people shares.
 */

import { VeilmatchError } from '../../errors.js';
import { countingTerms } from '../../policy/terms.js';
import type { ReceiverEnd } from '../intersection/receiver.js';
import { psiReceiver } from '../intersection/receiver.js';
import { psiSender, type SenderEnd } from '../intersection/sender.js';
import type { MergeOptions } from '../people/merge-limits.js';
import { limitOptions } from '../people/merge-limits.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { listIdentity } from '../run/list-digest.js';
import { observeRun } from '../run/observe.js';
import type { Given, OptionOf } from '../run/options.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import type { CardinalityResult, SenderResult } from '../run/result.js';
import { type CoarseCount, checkCoarse } from '../run/reveal.js';
import { severalPerPerson, toBoth } from '../run/shared-options.js';
import { MODE } from '../run/suite.js';
import { peopleReceiver, peopleSender } from './people.js';

/** Options of a count. */
export interface CardinalityOptions extends MergeOptions {
  /** Who learns it. With `both` the receiver reports its count to the sender, which has to trust it. */
  readonly to: 'receiver' | 'both';
  /** How the receiver makes the count coarse: its own business, and it binds nobody but its software. */
  readonly coarse: CoarseCount | undefined;
  /**
   * Whether rows may have several identifiers each; both parties must agree. Rows that share one are one person, and a
   * person counts once. Only the receiver learns such a count, and exactly.
   */
  readonly several: boolean;
}

const coarse: OptionOf<CoarseCount | undefined> = {
  default: undefined,
  check: checkCoarse,
  agreed: false,
  repeated: true,
  flag: {
    flags: '--coarse <STEP,LEAST>',
    help: 'of a count, tell multiples of STEP alone, and 0 below LEAST, such as 100,500; binds nobody but this program',
    of: 'receiver',
    read(text) {
      const [, step, atLeast] = /^(\d{1,9}),(\d{1,9})$/.exec(text) ?? [];
      return { step: Number(step), atLeast: Number(atLeast) };
    },
  },
};

/** @throws {VeilmatchError} `argument` for options that do not go together */
function checkPeople({ several, to, coarse: told }: Given<CardinalityOptions>): void {
  if (!several || (to !== 'both' && told === undefined)) return;
  throw new VeilmatchError(
    'argument',
    'Where rows have several identifiers each, only the receiver learns the count, and it is exact: leave to and coarse away.',
  );
}

/** How many identifiers are shared, or people. */
export const cardinality: Protocol<
  ByRole<ListOwn>,
  CardinalityOptions,
  { readonly receiver: CardinalityResult; readonly sender: SenderResult }
> = {
  id: 'ecdh-psi-cardinality',
  mode: MODE.cardinality,
  title: 'ECDH-PSI, the receiver learns how many',
  options: { to: toBoth, coarse, several: severalPerPerson, ...limitOptions },
  receiver: {
    machine({ set }, { coarse: told, ...options }) {
      checkPeople({ ...options, coarse: told });
      if (options.several) return peopleReceiver(set, options);
      return psiReceiver(set, { ...options, reveal: told ? { cardinality: told } : 'cardinality' });
    },
    async result(_, { size, peerSize }: Pick<ReceiverEnd, 'size' | 'peerSize'>) {
      return { size, peerSize };
    },
    identity: ({ set }) => listIdentity(set),
    draws: () => ['nonce', { kind: 'scalar', count: 1 }],
  },
  sender: {
    machine({ set }, options) {
      checkPeople(options);
      return options.several
        ? peopleSender(set, options)
        : psiSender(set, { ...options, reveal: 'cardinality' });
    },
    async result(_, { size, peerSize }: Partial<SenderEnd> & Pick<SenderEnd, 'peerSize'>) {
      return { size, peerSize, matches: undefined };
    },
    identity: ({ set }) => listIdentity(set),
    draws: () => ['nonce', { kind: 'scalar', count: 1 }],
  },
  terms: countingTerms,
  leakage: ({ to, coarse: told } = {}) =>
    psiLeakage({ reveal: told ? { cardinality: told } : 'cardinality', to }),
  nameOf: frameName,
  observe: observeRun,
};
