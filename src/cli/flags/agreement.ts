// SPDX-License-Identifier: Apache-2.0
/** What `serve` and `connect` agree on besides what is revealed, and what the asking party makes of a count. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { CoarseCount, Reveal } from '../../psi/index.js';

export interface AgreementFlags {
  readonly to: 'receiver' | 'both';
  readonly verifiable?: true;
}

export function agreementOptions(): Option[] {
  return [
    new Option(
      '--to <WHO>',
      'who learns the result: the party that connects, or both; both parties say the same',
    )
      .choices(['receiver', 'both'])
      .default('receiver'),
    new Option(
      '--verifiable',
      'with --reveal intersection: who serves proves that all answers are under one key; both parties say the same',
    ),
  ];
}

/** @throws {VeilmatchError} `argument` for what a run of this kind does not have */
export function checkAgreement({ verifiable }: AgreementFlags, reveal: Reveal): void {
  if (!verifiable || reveal === 'intersection') return;
  throw new VeilmatchError(
    'argument',
    '--verifiable goes with --reveal intersection only: where only how many is revealed, the answers come back sorted, and ' +
      'cannot be held against the questions. Leave it away.',
  );
}

export function coarseOption(): Option {
  return new Option(
    '--coarse <STEP,LEAST>',
    'of a count, tell multiples of STEP alone, and 0 below LEAST, such as 100,500; binds nobody but this program',
  ).argParser(parseCoarse);
}

function parseCoarse(text: string): CoarseCount {
  const [, step, atLeast] = /^(\d{1,9}),(\d{1,9})$/.exec(text) ?? [];
  if (Number(step) >= 1) return { step: Number(step), atLeast: Number(atLeast) };
  throw new InvalidArgumentError('Give two whole numbers, such as 100,500; the first from 1.');
}
