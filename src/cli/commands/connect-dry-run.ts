// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch connect --dry-run` says: who would find out what. */

import type { Policy } from '../../psi/index.js';
import { type Choice, otherRole, partyOf, peerLearns } from '../flags/choice.js';
import type { Own } from '../flags/own.js';
import { policyLines } from './budget.js';
import { listShown } from './serve-dry-run.js';

interface Told {
  /** The address, and what budgets call the partner. */
  readonly host: string;
  readonly partner: string;
  /** Whether `--reveal` says what is run. */
  readonly agreed: boolean;
  readonly policy: Policy | undefined;
  readonly pad: number | undefined;
}

/** @returns the text of `veilmatch connect --dry-run` */
export function dryRun(
  { set }: Pick<Own, 'set'>,
  choice: Choice,
  { host, partner, agreed, policy, pad }: Told,
): string {
  const { role, options, protocol } = choice;
  const theirs = partyOf(choice, otherRole(role));
  const learns = theirs.learns({ own: 'its', other: 'this' }, options);
  const own = partyOf(choice).learns({ own: 'your', other: 'its' }, options);
  const reported = theirs.reported ? ', which this program reports to it' : '';
  const known = `${own ?? 'nothing of the result'}${agreed ? '' : ', or what else the partner offers'}`;
  return [
    'Nothing was sent, and no connection was made.',
    `partner     ${host}`,
    `learns      that this list has ${listShown(set, pad)}${learns === undefined ? '' : `; ${learns}${reported}`}`,
    `you learn   ${known}; the size of its list and the kinds in it`,
    ...(peerLearns(choice)
      ? [`What ${partner} may learn so is limited.`, ...policyLines(policy ?? protocol.terms.policy)]
      : []),
    '',
  ].join('\n');
}
