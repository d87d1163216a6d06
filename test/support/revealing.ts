// SPDX-License-Identifier: Apache-2.0
/** Runs that are told by `reveal` what they are, as `send` and `receive` are: what they keep, and their results from it. */

import type { IdentifierSet } from '../../src/identifiers/set.js';
import { cardinality } from '../../src/psi/cardinality/index.js';
import { intersection } from '../../src/psi/intersection/index.js';
import type { Protocol } from '../../src/psi/run/protocol.js';
import type { Role } from '../../src/psi/run/suite.js';
import { type Journal, partyTerms, type RunTerms } from '../../src/transport/resume/journal.js';
import { type ReceivedResult, type ReceiveOptions, recallParty } from '../../src/transport/run.js';

const protocolOf = ({ reveal }: ReceiveOptions): Protocol =>
  (reveal === 'cardinality' ? cardinality : intersection) as Protocol;

/** What stays the same of a run that is resumed. */
export function runTerms(role: Role, set: IdentifierSet, options: ReceiveOptions = {}): RunTerms {
  const { reveal, ...given } = options;
  return partyTerms(protocolOf(options), role, { set }, given);
}

/** The receiver's result from its journal alone. */
export async function recall(
  set: IdentifierSet,
  options: ReceiveOptions & { readonly journal: Journal },
): Promise<ReceivedResult | undefined> {
  const { reveal, ...given } = options;
  return (await recallParty(protocolOf(options), 'receiver', { set }, given)) as ReceivedResult | undefined;
}
