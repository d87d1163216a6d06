// SPDX-License-Identifier: Apache-2.0
/** The lists of the vectors: small, of several kinds, with rows that say the same. */

import type { Role } from '../../../src/psi/run/suite.js';
import type { PartyInput } from '../../suites/vectors.js';
import { drawn } from './run.js';

const PHONE = ['tel:+14155550123', 'tel:+442079460958', 'tel:+81312345678'] as const;
const MAIL = ['mailto:ada@example.com', 'mailto:grace@example.org', 'mailto:δοκιμή@example.net'] as const;

/** Three identifiers; the last row says the same as the first. */
export const ASKED: readonly (readonly string[])[] = [[PHONE[0]], [MAIL[0]], [PHONE[1]], [PHONE[0]]];
/** Four, two of which are asked for. */
export const HELD: readonly (readonly string[])[] = [[MAIL[1]], [PHONE[1]], [PHONE[2]], [PHONE[0]]];

/** Rows of several identifiers: two of the receiver's are one person, and so are two to the sender alone. */
export const PEOPLE: Readonly<Record<Role, readonly (readonly string[])[]>> = {
  receiver: [[PHONE[0], MAIL[0]], [PHONE[1]], [MAIL[1]], [PHONE[2], MAIL[1]]],
  sender: [[PHONE[1], MAIL[0]], [MAIL[2]], [MAIL[1]]],
};

/** A list with the secrets that its party draws. */
export function party(
  seed: string,
  rows: readonly (readonly string[])[],
  draws: readonly string[],
  more: Partial<PartyInput> = {},
): PartyInput {
  return { rows, ...more, draws: drawn(seed, draws) };
}
