// SPDX-License-Identifier: Apache-2.0
/** The intersection-sum, for those who show it, ask for it or attack it. */

import type { CommandParty, ListProtocol, Whose } from '../described/command-line.js';
import { observeRun, type ShownFrame } from '../described/observe.js';
import { peopleFlag } from '../described/people-flag.js';
import { ciphertextBytes } from '../run/ciphersuite.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { SUM_FRAMES, VALUES } from './frames.js';
import { type SumSenderOwn, type SumTaken, sum } from './index.js';
import { sumLeakage } from './leakage.js';
import { LOGARITHM_LIMIT } from './logarithm.js';
import { MOST_VALUE_DIGITS, type SumOptions } from './party.js';

const howMany = ({ own, other }: Whose, { people }: Pick<SumOptions, 'people'>): string =>
  `how many of ${own} ${people ? 'people' : 'identifiers'} are in ${other} list`;

const told: Pick<CommandParty<SumOptions, SumTaken>, 'words' | 'json'> = {
  words: ({ size, sum }, _, { count, amount }) => [
    ...(size === undefined ? [] : [['shared', count(size)] as const]),
    ...(sum === undefined ? [] : [['sum', amount(sum)] as const]),
  ],
  json: ({ size, sum }, _, { amount }) => ({
    shared: size,
    sum: sum === undefined ? undefined : amount(sum),
  }),
};

/** A record is a tag and an encrypted value. */
const shownTags: ShownFrame = {
  type: VALUES,
  list: 'tags',
  behind: ({ group }) => ciphertextBytes(group),
};

export const describedSum: ListProtocol<
  { readonly receiver: ListOwn; readonly sender: SumSenderOwn },
  SumOptions,
  ByRole<SumTaken>
> = {
  ...sum,
  title: 'ECDH-PSI, the receiver learns a sum',
  flags: {
    to: {
      flags: '--to <WHO>',
      help: 'who learns the sum: the party that asks, or the one that holds the values; both parties say the same',
      choices: ['receiver', 'sender'],
    },
    acceptChosenValues: {
      flags: '--accept-chosen-values',
      help: 'with --to sender: accept that the party that learns the sum has chosen the values, and can read off who is shared',
      of: 'receiver',
    },
    people: peopleFlag,
    valueDigits: {
      flags: '--value-digits <N>',
      help: 'digits after the point that amounts have, such as 2 for cents; both parties say the same',
      read: (text) => (/^\d$/.test(text) ? Number(text) : undefined),
      wanted: `Give a whole number from 0 to ${MOST_VALUE_DIGITS}.`,
      stated: true,
    },
  },
  commandLine: {
    reveal: 'sum',
    takes: ({ people }) => (people ? 'people' : 'rows'),
    caution:
      'Where one person is shared, the sum is that value, and two runs whose lists differ in one person show it as well. Other ' +
      'software than this can have one value of its choice opened in place of the sum.',
    receiver: {
      ...told,
      learns: (whose, options) =>
        options.to === 'sender'
          ? howMany(whose, options)
          : `${howMany(whose, options)}, and what ${whose.other} list's values add up to over them`,
      fault: ({ to, acceptChosenValues }) =>
        to === 'sender' && acceptChosenValues !== true
          ? 'With --to sender the party that learns the sum has chosen the values, and can read off it who of up to forty people ' +
            'is on your list. --accept-chosen-values accepts that; otherwise agree on --to receiver.'
          : undefined,
    },
    sender: {
      ...told,
      columns: {
        values: {
          flags: '--value-column <NAME>',
          help: 'the column with the amounts that are added up, by its name or its number from 1',
          most: LOGARITHM_LIMIT - 1,
        },
      },
      learns: (whose, options) =>
        options.to === 'sender'
          ? `${howMany(whose, options)}, and what your values add up to over them`
          : undefined,
      reported: true,
    },
  },
  leakage: ({ to } = {}) => sumLeakage({ to }),
  nameOf: frameNames(SUM_FRAMES),
  observe: (frames, suite) => observeRun(frames, sum, suite, [shownTags]),
  draws: {
    receiver: () => ['nonce', { kind: 'scalar', count: 1 }],
    sender: () => ['nonce', { kind: 'scalar', count: 1 }, { kind: 'scalar', count: 1 }],
  },
};
