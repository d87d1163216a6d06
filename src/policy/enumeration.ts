// SPDX-License-Identifier: Apache-2.0
/** What a policy is worth: how long a peer needs to ask for everything that there is to ask. */

import { requireNumber } from '../arguments.js';
import { type Budget, checkPolicy, type Policy, workLimit } from './policy.js';

/**
 * The days that one peer needs at least for `space` elements under a policy; several peers share them out. Zero where no
 * budget stops it, `Infinity` where nothing is allowed at all.
 *
 * In any span of a budget's length at most a certain number of elements is evaluated, the first of them at once; so the
 * last span has to begin after all full ones before it. The longest of the budgets' answers counts.
 * @param space how many elements there are to be asked for: the size of a numbering plan
 * @param ownSize elements in the sender's set, for the ratio and the work; by default it sets no limit
 * @throws {VeilmatchError} `argument` for a policy that is none
 * @example
 * ```ts
 * import { daysToEnumerate } from 'veilmatch/psi';
 *
 * const policy = { largestSet: 1000, budgets: [{ hours: 24, runs: 1 }] };
 * console.log(daysToEnumerate(policy, 10_000)); // → 9
 * ```
 */
export function daysToEnumerate(policy: Policy, space: number, ownSize: number = Infinity): number {
  requireNumber(space, 'The number of elements that there are');
  requireNumber(ownSize, 'The size of the own set');
  const { largestSet = Infinity, largestRatio = Infinity, budgets } = checkPolicy(policy);
  const largest = Math.min(largestSet, largestRatio * Math.max(1, ownSize));
  const days = budgets.map((budget) => {
    const { hours, runs = Infinity, elements = Infinity } = budget;
    const inSpan = runs === 0 ? 0 : Math.min(elements, runs * largest, withinWork(budget, largest, ownSize));
    if (inSpan === 0) return space > 0 ? Infinity : 0;
    return (Math.max(0, Math.ceil(space / inSpan) - 1) * hours) / 24;
  });
  return Math.max(0, ...days);
}

/** Elements that can be asked for within the work of a budget, in runs of the largest size: each takes the sender's list too. */
function withinWork(budget: Budget, largest: number, ownSize: number): number {
  const own = Number.isFinite(ownSize) ? ownSize : 0;
  const work = workLimit(budget, own);
  if (work === Infinity) return Infinity;
  if (largest === Infinity) return Math.max(0, work - own);
  const whole = Math.floor(work / (largest + own));
  return whole * largest + Math.max(0, work - whole * (largest + own) - own);
}
