// SPDX-License-Identifier: Apache-2.0
/**
 * Whom each limit of a policy binds. A sender counts the elements that it evaluates, so what limits those binds everybody;
 * what they stand for it cannot see, and a dummy counts like a person.
 */

import { requireObject } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { Policy } from './policy.js';

const BOUNDS = ['deviating', 'padding', 'honest'] as const;

/**
 * `deviating`: binds a partner whatever it runs. `padding`: binds one that fills its list up with dummies, but not one that
 * deviates from the protocol. `honest`: binds only a partner that does neither.
 */
export type Bound = (typeof BOUNDS)[number];

/** Whom each limit binds, provided that the transport knows who the partner is. */
export const BINDS: Readonly<Record<keyof Policy, Bound>> = {
  smallestSet: 'honest',
  smallestCountedSet: 'honest',
  largestSet: 'deviating',
  largestRatio: 'deviating',
  budgets: 'deviating',
};

/**
 * The limits of a policy that bind so far, in the order of `BINDS`.
 * @example
 * ```ts
 * import { limitsThatBind } from 'veilmatch/psi';
 *
 * console.log(limitsThatBind({ smallestSet: 100, largestSet: 1000, budgets: [] }, 'deviating')); // → [ 'largestSet' ]
 * ```
 */
export function limitsThatBind(policy: Policy, bound: Bound): (keyof Policy)[] {
  requireObject(policy, 'The policy');
  if (!BOUNDS.includes(bound)) {
    throw new VeilmatchError('argument', "Whom a limit binds must be 'deviating', 'padding' or 'honest'.");
  }
  const names = Object.keys(BINDS) as (keyof Policy)[];
  return names.filter((name) => {
    const limit = policy[name];
    return BINDS[name] === bound && limit !== undefined && !(Array.isArray(limit) && limit.length === 0);
  });
}
