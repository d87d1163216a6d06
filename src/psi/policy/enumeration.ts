// SPDX-License-Identifier: Apache-2.0
/** What a policy is worth: how long a peer needs to ask for everything that there is to ask. */

import { checkPolicy, type Policy } from './policy.js';

/**
 * The days that one peer needs at least for `space` elements under a policy; several peers share them out. Zero where no
 * budget stops it, `Infinity` where nothing is allowed at all.
 *
 * In any span of a budget's length at most a certain number of elements is evaluated, the first of them at once; so the
 * last span has to begin after all full ones before it. The longest of the budgets' answers counts.
 * @param space how many elements there are to be asked for: the size of a numbering plan
 * @param ownSize elements in the sender's set, for the ratio; by default it sets no limit
 * @throws {VeilmatchError} `argument` for a policy that is none
 */
export function daysToEnumerate(policy: Policy, space: number, ownSize: number = Infinity): number {
  const { largestSet = Infinity, largestRatio = Infinity, budgets } = checkPolicy(policy);
  const largest = Math.min(largestSet, largestRatio * Math.max(1, ownSize));
  const days = budgets.map(({ hours, runs = Infinity, elements = Infinity }) => {
    const inSpan = runs === 0 ? 0 : Math.min(elements, runs * largest);
    if (inSpan === 0) return space > 0 ? Infinity : 0;
    return (Math.max(0, Math.ceil(space / inSpan) - 1) * hours) / 24;
  });
  return Math.max(0, ...days);
}
