// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/compare`: every way of matching behind one interface, and all of them on the same lists.
 *
 * @module veilmatch/compare
 */

import type { DescribedProtocol } from '../psi/described/described.js';
import { contactMatching } from './contact-discovery.js';
import { hashingProtocols } from './hashing.js';
import { matching } from './matching.js';
import { oprfProtocol } from './oprf.js';
import type { MatchingProtocol } from './protocol.js';
import { registry as listProtocols } from './registry.js';

export { type CompareOptions, compare, type ProtocolReport, type Step } from './compare.js';
export type { AttackReport } from './examine.js';
export { matching } from './matching.js';
export type {
  MatchingProtocol,
  MatchOutcome,
  Observer,
  ProtocolId,
  RunOptions,
  View,
} from './protocol.js';

/** The protocols between two lists, in the order in which they give away less. */
export const registry: readonly DescribedProtocol[] = listProtocols;

/** All protocols, in the order in which they give away less. */
export const protocols: readonly MatchingProtocol[] = [
  ...hashingProtocols,
  oprfProtocol,
  contactMatching,
  ...registry.filter(({ variantOf }) => variantOf === undefined).map(matching),
];
