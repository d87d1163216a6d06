// SPDX-License-Identifier: Apache-2.0
/** What a party of PAIR lets the other ask for. */

import { VeilmatchError } from '../errors.js';
import { defaultPolicy, type Policy } from '../policy/policy.js';
import type { Terms } from '../policy/terms.js';

/** Distinct identifiers of a list at least (PAIR 1.1, requirement 8c of clean rooms). Binds only an honest partner: any list can be filled up. */
export const SMALLEST_PAIR_LIST = 1000;

/**
 * What a partner may have re-encrypted where the operator says nothing else: the usual sizes and budgets. There is no ratio, for
 * re-encryption knows of no list of one's own.
 */
export const defaultPairPolicy: Policy = {
  smallestSet: SMALLEST_PAIR_LIST,
  largestSet: defaultPolicy.largestSet,
  budgets: defaultPolicy.budgets.map(({ hours, runs, elements }) => ({ hours, runs, elements })),
};

/** What a re-encryption means for a policy: the answer is one about each element that was asked. */
export const pairTerms: Terms = {
  policy: defaultPairPolicy,
  named: true,
  charge: ({ peerSize }) => ({ elements: peerSize, work: peerSize }),
};

/** @throws {VeilmatchError} `wrong-size` */
export function requirePairSize(size: number, whose: string): void {
  if (size >= SMALLEST_PAIR_LIST) return;
  throw new VeilmatchError(
    'wrong-size',
    `${whose} has ${size} identifiers, and PAIR matches lists of ${SMALLEST_PAIR_LIST.toLocaleString('en-US')} at least.`,
  );
}
