// SPDX-License-Identifier: Apache-2.0
/** Matching of people with several identifiers a row, both parties in one process. */

import { type OptionNames, requireIterable, requireOptions, requireSet } from '../arguments.js';
import { createBackend } from '../group/select.js';
import { type IdentifierKind, kindOf } from '../identifiers/identifier.js';
import { checkComparable, type IdentifierSet, type SetInput, toSet } from '../identifiers/set.js';
import { exchange, type IntersectOptions } from './intersect.js';
import type { PsiMachine } from './machine.js';
import {
  LIMIT_NAMES,
  type MergeBothOptions,
  type MergeLimits,
  type MergeOptions,
  optionsOf,
  told,
} from './merge-limits.js';
import { leaveOut, peopleOf } from './merging.js';
import type { PartyOptions } from './party.js';
import { PEOPLE_NAMES, peopleReceiver, peopleSender } from './people.js';
import { psiReceiver } from './receiver.js';
import { psiSender } from './sender.js';
import type { Role } from './suite.js';

/** Which identifier a person is matched by, if several do: the first of these. */
const PRIORITY: readonly IdentifierKind[] = ['phone', 'email', 'composite', 'opaque'];

/** One of the receiver's people whom the sender has. */
export interface MatchedPerson {
  /** The rows that are this person, ascending; they share identifiers. */
  readonly rows: readonly number[];
  /** The kind of the identifier that matched: the telephone number where it is among them. */
  readonly by: IdentifierKind;
}

/**
 * The people behind the matches of an ordered run, which gives away nothing more than the matches do. Each of the
 * receiver's people comes once, however many identifiers matched; whether two of them are one person to the sender does
 * not show here. An identifier that is beyond the limits is nobody's, so a match of it is left out: `leaveOut` takes it out
 * of the set before the run, and says which rows have it.
 * @param elements indices of the receiver's elements that match: `matched` of the receiver's machine
 * @param limits the ones that `leaveOut` had
 * @throws {VeilmatchError} `argument` for a limit that is none
 */
export function peopleMatched(
  set: IdentifierSet,
  elements: readonly number[],
  limits: MergeLimits = {},
): MatchedPerson[] {
  requireSet(set);
  requireIterable(elements, 'The elements');
  requireOptions(limits, LIMIT_NAMES);
  const matched = new Set(elements);
  const people = peopleOf(set, limits);
  const found: MatchedPerson[] = [];
  for (let person = 0; person < people.size; person++) {
    const all = people.elementsOf(person);
    const kinds = new Set<IdentifierKind>();
    for (const element of all) if (matched.has(element)) kinds.add(kindOf(set.elements.at(element)));
    const by = PRIORITY.find((kind) => kinds.has(kind));
    if (by !== undefined) found.push({ rows: set.rowsOf(all), by });
  }
  return found;
}

/** Options of both parties in one process. */
export type PeopleOptions = Pick<
  IntersectOptions,
  'backend' | 'random' | 'onFrame' | 'signal' | 'chunkSize' | 'maxPeerSize' | 'admit' | 'onProgress'
> &
  MergeBothOptions;

const NAMES: OptionNames<PeopleOptions> = { ...PEOPLE_NAMES, onFrame: true };

/**
 * Which of the receiver's people the sender has, where rows may have several identifiers each, in one process. Both
 * parties leave out what stands for nobody in particular, as `countPeople` does.
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for a limit that is none
 */
export async function matchPeople(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: PeopleOptions = {},
): Promise<MatchedPerson[]> {
  requireOptions(options, NAMES);
  const { maxIdentifiersPerPerson, maxRowsPerIdentifier, onLeftOut: _, ...common } = options;
  const limits = { maxIdentifiersPerPerson, maxRowsPerIdentifier };
  const reduced = async (role: Role, list: SetInput): Promise<IdentifierSet> => {
    const { set, leftOut } = leaveOut(toSet(list), limits);
    await told(optionsOf(role, options).onLeftOut, leftOut);
    return set;
  };
  const own = await reduced('receiver', receiverSet);
  const { matched } = await run(own, await reduced('sender', senderSet), common, psiReceiver, psiSender);
  return peopleMatched(own, matched ?? [], limits);
}

/**
 * How many people two lists share, where rows may have several identifiers each, in one process. Two rows are one person
 * when they share an identifier, directly or through other rows of either list; everybody counts once. An identifier that
 * stands for nobody in particular, by the limits among the options, is left out and reported.
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for a limit that is none
 */
export async function countPeople(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: PeopleOptions = {},
): Promise<number> {
  requireOptions(options, NAMES);
  return (await run(toSet(receiverSet), senderSet, options, peopleReceiver, peopleSender)).size;
}

type Make<Result> = (set: IdentifierSet, options: PartyOptions & MergeOptions) => PsiMachine<Result>;

/** Runs two machines against each other; the receiver's result. */
async function run<Result>(
  own: IdentifierSet,
  senderSet: SetInput,
  options: PeopleOptions,
  makeReceiver: Make<Result>,
  makeSender: Make<unknown>,
): Promise<Result> {
  const other = toSet(senderSet);
  checkComparable(own.kinds, other.kinds);
  const { onFrame, ...common } = options;
  const backend = options.backend ?? (await createBackend());
  try {
    const of = (role: Role): PartyOptions & MergeOptions => ({
      ...optionsOf(role, common),
      backend,
      random: options.random?.[role],
    });
    // The option `admit` is the sender's: one run is not charged twice.
    const receiver = makeReceiver(own, { ...of('receiver'), admit: undefined });
    const sender = makeSender(other, of('sender'));
    return (await exchange(receiver, sender, onFrame)).receiver;
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}
