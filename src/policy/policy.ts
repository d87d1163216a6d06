// SPDX-License-Identifier: Apache-2.0
/**
 * What a sender lets a peer ask for. PSI answers every question, also about people whom the peer made up; and with fresh
 * keys a sender cannot tell that a peer brings nearly the same set again. Sizes and budgets are all there is against it.
 */

import { requireNumber, requireObject } from '../arguments.js';
import { VeilmatchError } from '../errors.js';

/** What one peer may use within any span of this length. A run counts from its start, for whatever it ends. */
export interface Budget {
  /** Length of the span. */
  readonly hours: number;
  /** Default: any number. */
  readonly runs?: number | undefined;
  /** Elements that are evaluated for the peer. Default: any number. */
  readonly elements?: number | undefined;
  /**
   * Elements that runs make the sender work on in all: in each the peer's, and the sender's whole list, which it tags for an
   * empty list as well. Default: see `workLimit`.
   */
  readonly work?: number | undefined;
}

/** How often a budget that states `elements` alone lets the sender's whole list be tagged. */
const LISTS_BY_DEFAULT = 10;

/**
 * The work that a budget allows: what it states. One that states neither `work` nor `runs`, but `elements`, allows these and
 * the sender's list ten times: or empty lists, which use no elements, could make the sender tag its list without end.
 * @param ownSize elements in the sender's set
 * @example
 * ```ts
 * import { workLimit } from 'veilmatch/psi';
 *
 * console.log(workLimit({ hours: 24, work: 5000 }, 100)); // → 5000
 * ```
 */
export function workLimit(budget: Budget, ownSize: number): number {
  requireObject(budget, 'The budget');
  requireNumber(ownSize, 'The size of the own set');
  const { runs, elements, work } = budget;
  if (work !== undefined) requireNumber(work, 'The work of the budget');
  if (elements !== undefined) requireNumber(elements, 'The elements of the budget');
  if (work !== undefined) return work;
  return runs === undefined && elements !== undefined ? elements + LISTS_BY_DEFAULT * ownSize : Infinity;
}

/** A limit that is left out does not hold. Whom each one binds is in `BINDS`, too. */
export interface Policy {
  /**
   * Elements in the peer's set at least; people, where they may have several each. Binds only an honest peer: dummies are
   * elements, and any list can be filled up.
   */
  readonly smallestSet?: number | undefined;
  /**
   * The same where the peer does not learn which elements match: a total over few people is nearly an answer about each.
   * **Binds only an honest peer**: one person among dummies passes it, and the answer is about that person alone.
   */
  readonly smallestCountedSet?: number | undefined;
  /** Elements in the peer's set at most. Binds every peer, whatever it runs. */
  readonly largestSet?: number | undefined;
  /**
   * How many times as large as the sender's set the peer's may be: a far larger one is a list of guesses. Binds every peer,
   * whatever it runs.
   */
  readonly largestRatio?: number | undefined;
  /** All of them hold; an empty list limits nothing. Bind every peer that the transport knows, whatever it runs. */
  readonly budgets: readonly Budget[];
}

/**
 * For partners who match customer lists: a list of a million now and then, but no numbering plan. A count needs a list of
 * a thousand, which is also what PAIR demands (IAB Tech Lab, PAIR 1.1), and which keeps an honest partner from asking about
 * few people by mistake; one that pads its list it does not stop.
 */
export const defaultPolicy: Policy = {
  smallestCountedSet: 1_000,
  largestSet: 1_000_000,
  largestRatio: 100,
  budgets: [
    { hours: 24, runs: 10, elements: 2_000_000, work: 20_000_000 },
    { hours: 720, runs: 60, elements: 10_000_000, work: 100_000_000 },
  ],
};

/**
 * For sums: one run a peer in thirty days, of whatever kind. Each sum is one number that a deviating peer may choose, one
 * person's value for instance, and two sums over lists that differ in one person are that value.
 */
export const defaultSumPolicy: Policy = { ...defaultPolicy, budgets: [{ hours: 720, runs: 1 }] };

/**
 * For contact discovery, where a peer is one person's account: a full address book once, and additions afterwards. The server
 * works on what the peer asks alone, so its elements are all the work there is.
 */
export const defaultContactPolicy: Policy = {
  largestSet: 5_000,
  budgets: [
    { hours: 24, runs: 24, elements: 5_000 },
    { hours: 720, runs: 300, elements: 20_000 },
  ],
};

const LIMITS = ['smallestSet', 'smallestCountedSet', 'largestSet'] as const;

/**
 * A policy from JSON or from code, with everything checked.
 * @throws {VeilmatchError} `argument` for an unknown name or a value that is no limit
 * @example
 * ```ts
 * import { checkPolicy } from 'veilmatch/psi';
 *
 * const policy = checkPolicy(JSON.parse('{ "largestSet": 1000, "budgets": [{ "hours": 24, "runs": 3 }] }'));
 * console.log(policy.largestSet); // → 1000
 * ```
 */
export function checkPolicy(value: unknown): Policy {
  const policy = objectOf(value, 'A policy', [...LIMITS, 'largestRatio', 'budgets']);
  for (const name of LIMITS) checkWhole(policy[name], name, 0);
  const ratio = policy.largestRatio;
  if (ratio !== undefined && !(typeof ratio === 'number' && ratio > 0)) {
    throw new VeilmatchError('argument', 'largestRatio in a policy must be a number above 0.');
  }
  checkBudgets(policy.budgets);
  return value as Policy;
}

/**
 * The budgets of a policy, or those over all peers together, with everything checked.
 * @throws {VeilmatchError} `argument` for an unknown name or a value that is no limit
 * @example
 * ```ts
 * import { checkBudgets } from 'veilmatch/psi';
 *
 * console.log(checkBudgets([{ hours: 24, runs: 3 }])); // → [ { hours: 24, runs: 3 } ]
 * ```
 */
export function checkBudgets(value: unknown): readonly Budget[] {
  if (!Array.isArray(value)) {
    throw new VeilmatchError(
      'argument',
      'A policy needs budgets: a list, such as [{"hours": 24, "elements": 100000}].',
    );
  }
  for (const [i, entry] of value.entries()) {
    const where = `budgets[${i}] in a policy`;
    const budget = objectOf(entry, where, ['hours', 'runs', 'elements', 'work']);
    if (budget.hours === undefined)
      throw new VeilmatchError('argument', `${where} needs hours: the span that it holds for.`);
    checkWhole(budget.hours, `hours in budgets[${i}]`, 1);
    for (const name of ['runs', 'elements', 'work']) checkWhole(budget[name], `${name} in budgets[${i}]`, 0);
  }
  return value;
}

function objectOf(value: unknown, what: string, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new VeilmatchError('argument', `${what} must be an object.`);
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    // A name of letters is no identifier of anybody; anything else is not repeated.
    const which = /^[a-z]{1,30}$/i.test(unknown) ? ` "${unknown}" is none of them.` : '';
    throw new VeilmatchError('argument', `${what} may have ${names.join(', ')}, and nothing else.${which}`);
  }
  return value as Record<string, unknown>;
}

function checkWhole(value: unknown, name: string, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new VeilmatchError('argument', `${name} in a policy must be a whole number from ${least}.`);
}
