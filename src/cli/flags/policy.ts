// SPDX-License-Identifier: Apache-2.0
/** A policy, read from the file that a flag names. */

import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { checkPolicy, type Policy, type Refusal } from '../../psi/index.js';
import { readJson } from './json-file.js';

/** Anything larger is the wrong file. */
const MAX_POLICY_BYTES = 65_536;

/** What the sizes of a policy ask of the partner's list, before and behind the figure. */
const SIZES: Readonly<Partial<Record<Refusal, readonly [before: string, behind: string]>>> = {
  smallestSet: ['at least ', ''],
  smallestCountedSet: ['at least ', ' where only a total is told'],
  largestSet: ['at most ', ''],
  largestRatio: ['at most ', " times this list's size"],
};

/**
 * Which limit a run has met, in words for the party whose policy it is.
 * @param given what its flags name, and `usual` what holds where they name none
 */
export function refusedBy(
  limit: Refusal,
  { given, usual }: { readonly given: Policy | undefined; readonly usual: Policy },
): string {
  const whose = given === undefined ? 'The default policy, since --policy names none,' : 'Your policy';
  const size = (given ?? usual)[limit as keyof Policy];
  const [before, behind] = SIZES[limit] ?? [];
  const asks =
    before === undefined || typeof size !== 'number'
      ? ' (the budget does not reach)'
      : ` (the partner's list: ${before}${size.toLocaleString('en-US')}${behind})`;
  return `${whose} does not allow this run, by its ${limit}${asks}`;
}

/** @throws {VeilmatchError} `io`, `bad-file` */
export async function readPolicy(path: string, io: Io): Promise<Policy> {
  const value = await readJson(
    path,
    io,
    MAX_POLICY_BYTES,
    'a policy',
    'veilmatch budget --help shows a policy.',
  );
  try {
    return checkPolicy(value);
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw new VeilmatchError('bad-file', `${placeName(path)}: ${error.message}`);
  }
}
