// SPDX-License-Identifier: Apache-2.0
/** Matching of people with several identifiers a row, both parties in one process. */

import { type OptionNames, requireIterable, requireOptions, requireSet } from '../arguments.js';
import { withBackend } from '../group/select.js';
import { type IdentifierKind, kindOf } from '../identifiers/identifier.js';
import { checkComparable, type IdentifierSet, type SetInput, toSet } from '../identifiers/set.js';
import { Marks } from '../marks.js';
import { psiReceiver } from './intersection/receiver.js';
import { psiSender } from './intersection/sender.js';
import { people } from './people/index.js';
import { PEOPLE_NAMES } from './people/people.js';
import { type BothOptions, exchange, runBoth } from './run/both.js';
import type { Role } from './run/suite.js';
import {
  LIMIT_NAMES,
  leftOutByRole,
  type MergeBothOptions,
  type MergeLimits,
  optionsOf,
  told,
} from './shuffled/merge-limits.js';
import { leaveOut, peopleOf } from './shuffled/merging.js';

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
 * The people behind the matches of an intersection, which gives away nothing more than the matches do. Each of the
 * receiver's people comes once, however many of its rows matched; whether two of them are one person to the sender does
 * not show here.
 * @param set the one that the run was made with, out of which `leaveOut` has taken what stands for nobody
 * @param matches rows of it that match, as an intersection gives them
 * @param limits the ones that `leaveOut` had
 * @returns the rows of each person, ascending; they share identifiers
 * @throws {VeilmatchError} `argument` for a limit that is none
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { intersect, leaveOut, peopleMatched } from 'veilmatch/psi';
 *
 * const rows = [{ email: 'ada@example.com', phone: '+1 415 555 0123' }, { phone: '+1 415 555 0123' }];
 * const { set } = leaveOut((await identifiersFromRows(rows)).set);
 * const theirs = leaveOut((await identifiersFromRows([{ email: 'ada@example.com' }])).set);
 * const { matches } = await intersect(set, theirs.set);
 * console.log(matches, peopleMatched(set, matches)); // → [ 0 ] [ [ 0, 1 ] ]
 * ```
 */
export function peopleMatched(
  set: IdentifierSet,
  matches: readonly number[],
  limits: MergeLimits = {},
): (readonly number[])[] {
  requireSet(set);
  requireIterable(matches, 'The matches');
  requireOptions(limits, LIMIT_NAMES);
  const matched = Marks.of(matches, set.rowCount);
  const grouped = peopleOf(set, limits);
  const found: (readonly number[])[] = [];
  for (let person = 0; person < grouped.size; person++) {
    const rows = set.rowsOf(grouped.elementsOf(person));
    if (rows.some((row) => matched.has(row))) found.push(rows);
  }
  return found;
}

/** The people behind elements that match, each with the kind that it is matched by. */
function peopleBehind(set: IdentifierSet, elements: readonly number[], limits: MergeLimits): MatchedPerson[] {
  const matched = Marks.of(elements, set.size);
  const grouped = peopleOf(set, limits);
  const found: MatchedPerson[] = [];
  for (let person = 0; person < grouped.size; person++) {
    const all = grouped.elementsOf(person);
    const kinds = new Set<IdentifierKind>();
    for (const element of all) if (matched.has(element)) kinds.add(kindOf(set.elements.at(element)));
    const by = PRIORITY.find((kind) => kinds.has(kind));
    if (by !== undefined) found.push({ rows: set.rowsOf(all), by });
  }
  return found;
}

/** Options of both parties in one process. */
export type PeopleOptions = BothOptions & MergeBothOptions;

const NAMES: OptionNames<PeopleOptions> = { ...PEOPLE_NAMES, onFrame: true };

/**
 * Which of the receiver's people the sender has, where rows may have several identifiers each, in one process. Both
 * parties leave out what stands for nobody in particular, as `countPeople` does.
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for a limit that is none
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { matchPeople } from 'veilmatch/psi';
 *
 * const ours = await identifiersFromRows([{ phone: '+1 415 555 0123', email: 'ada@example.com' }]);
 * const theirs = await identifiersFromRows([{ email: 'ada@example.com' }]);
 * console.log(await matchPeople(ours.set, theirs.set)); // → [ { rows: [ 0 ], by: 'email' } ]
 * ```
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
  const other = await reduced('sender', senderSet);
  checkComparable(own.kinds, other.kinds);
  const { onFrame, random, ...party } = common;
  return withBackend(options.backend, async (backend) => {
    // By elements, not by rows as the protocol tells it: which kind of identifier matched is told as well.
    const receiver = psiReceiver(own, { ...party, admit: undefined, backend, random: random?.receiver });
    const sender = psiSender(other, { ...party, backend, random: random?.sender });
    const { matched } = (await exchange(receiver, sender, onFrame)).receiver;
    return peopleBehind(own, matched ?? [], limits);
  });
}

/**
 * How many people two lists share, where rows may have several identifiers each, in one process. Two rows are one person
 * when they share an identifier, directly or through other rows of either list; everybody counts once. An identifier that
 * stands for nobody in particular, by the limits among the options, is left out and reported.
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for a limit that is none
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { countPeople } from 'veilmatch/psi';
 *
 * const ours = await identifiersFromRows([{ phone: '+1 415 555 0123', email: 'ada@example.com' }]);
 * const theirs = await identifiersFromRows([{ phone: '+1 415 555 0123' }, { email: 'ada@example.com' }]);
 * console.log(await countPeople(ours.set, theirs.set)); // → 1
 * ```
 */
export async function countPeople(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: PeopleOptions = {},
): Promise<number> {
  requireOptions(options, NAMES);
  const own = { receiver: { set: toSet(receiverSet) }, sender: { set: toSet(senderSet) } };
  checkComparable(own.receiver.set.kinds, own.sender.set.kinds);
  const shared = { ...options, onLeftOut: undefined };
  return (await runBoth(people, own, shared, leftOutByRole(options))).receiver.size;
}
