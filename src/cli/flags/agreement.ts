// SPDX-License-Identifier: Apache-2.0
/** What `serve` and `connect` agree on besides what is revealed. */

import { VeilmatchError } from '../../errors.js';
import { describedCardinality } from '../../psi/cardinality/described.js';
import type { DescribedProtocol, Reveal } from '../../psi/index.js';
import { describedIntersection } from '../../psi/intersection/described.js';

export interface AgreementFlags {
  readonly to: 'receiver' | 'both';
  readonly verifiable?: true;
}

/** What two machines can run by the command line. */
export const OFFERED: readonly DescribedProtocol[] = [describedIntersection, describedCardinality];

/** @throws {VeilmatchError} `argument` for what a run of this kind does not have */
export function checkAgreement({ verifiable }: AgreementFlags, reveal: Reveal): void {
  if (!verifiable || reveal === 'intersection') return;
  throw new VeilmatchError(
    'argument',
    '--verifiable goes with --reveal intersection only: where only how many is revealed, the answers come back sorted, and ' +
      'cannot be held against the questions. Leave it away.',
  );
}
