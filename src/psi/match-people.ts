// SPDX-License-Identifier: Apache-2.0
/** Matching of people with several identifiers a row, both parties in one process. */

import { requireIterable, requireOptions, requireSet } from '../arguments.js';
import { createBackend } from '../group/select.js';
import { type IdentifierKind, kindOf } from '../identifiers/identifier.js';
import { checkComparable, type IdentifierSet, type SetInput, toSet } from '../identifiers/set.js';
import { exchange, type IntersectOptions } from './intersect.js';
import type { PsiMachine } from './machine.js';
import type { PartyOptions } from './party.js';
import { peopleReceiver, peopleSender } from './people.js';
import { psiReceiver } from './receiver.js';
import { peopleOf } from './roster.js';
import { psiSender } from './sender.js';

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
 * not show here.
 * @param elements indices of the receiver's elements that match: `matched` of the receiver's machine
 */
export function peopleMatched(set: IdentifierSet, elements: readonly number[]): MatchedPerson[] {
  requireSet(set);
  requireIterable(elements, 'The elements');
  const matched = new Set(elements);
  return peopleOf(set).flatMap((person) => {
    const kinds = person
      .filter((element) => matched.has(element))
      .map((element) => kindOf(set.elements.at(element)));
    const by = PRIORITY.find((kind) => kinds.includes(kind));
    return by === undefined ? [] : [{ rows: set.rowsOf(person), by }];
  });
}

/** Options of both parties in one process. */
export type PeopleOptions = Pick<
  IntersectOptions,
  'backend' | 'random' | 'onFrame' | 'signal' | 'chunkSize' | 'maxPeerSize' | 'admit' | 'onProgress'
>;

/**
 * Which of the receiver's people the sender has, where rows may have several identifiers each, in one process.
 * @throws {VeilmatchError} `incompatible-lists`
 */
export async function matchPeople(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: PeopleOptions = {},
): Promise<MatchedPerson[]> {
  requireOptions(options);
  const own = toSet(receiverSet);
  const { matched } = await run(own, senderSet, options, psiReceiver, psiSender);
  return peopleMatched(own, matched ?? []);
}

/**
 * How many people two lists share, where rows may have several identifiers each, in one process. Two rows are one person
 * when they share an identifier, directly or through other rows of either list; everybody counts once.
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for people of more than 255 identifiers
 */
export async function countPeople(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: PeopleOptions = {},
): Promise<number> {
  requireOptions(options);
  return (await run(toSet(receiverSet), senderSet, options, peopleReceiver, peopleSender)).size;
}

type Make<Result> = (set: IdentifierSet, options: PartyOptions) => PsiMachine<Result>;

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
  const backend = options.backend ?? (await createBackend());
  try {
    const receiver = makeReceiver(own, { ...options, backend, random: options.random?.receiver });
    const sender = makeSender(other, { ...options, backend, random: options.random?.sender });
    return (await exchange(receiver, sender, options.onFrame)).receiver;
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}
