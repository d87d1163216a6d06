// SPDX-License-Identifier: Apache-2.0
/** Matches two lists of tokens: what the party that receives hashes does with them. */

import { requireArray, requireText } from '../arguments.js';
import { DistinctBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/** What two lists of tokens share. */
export interface TokenJoin {
  /** Distinct tokens that both lists hold. */
  readonly size: number;
  /** Positions in the first list, ascending, of every token that the second one holds; duplicates included. */
  readonly matches: readonly number[];
}

/**
 * Joins two token lists. Hexadecimal is compared without regard to case.
 * @throws {VeilmatchError} `incompatible-lists` when the lists are of different encodings or lengths, so that no token
 * of one can equal any of the other; `argument` when tokens of one list differ in form among themselves, or are no text
 * @example
 * ```ts
 * import { joinTokens, reversiblePlain } from 'veilmatch/hashing';
 *
 * const { token } = reversiblePlain();
 * const ours = ['ada@example.com', 'grace@example.com'].map(token);
 * console.log(joinTokens(ours, [token('grace@example.com')]).matches); // → [ 1 ]
 * ```
 */
export function joinTokens(a: readonly string[], b: readonly string[]): TokenJoin {
  requireArray(a, 'The first list of tokens');
  requireArray(b, 'The second list of tokens');
  const formA = formOf(a, 'first');
  const formB = formOf(b, 'second');
  if (formA !== undefined && formB !== undefined && formA !== formB) {
    throw new VeilmatchError(
      'incompatible-lists',
      `The first list holds tokens of ${formA}, the second of ${formB}: they can never match. Hash both in one way.`,
    );
  }
  const fold = formA?.endsWith('hex digits')
    ? (token: string, position: number) => utf8(token.toLowerCase(), position)
    : utf8;
  // Not the engine's own sets: until March 2026 Node hashed strings of digits by their value, and a partner's list of
  // such tokens could be made to meet in one place.
  const theirs = new DistinctBytes();
  for (const [position, token] of b.entries()) theirs.add(fold(token, position));
  const seen = new Uint8Array(theirs.size);
  const matches: number[] = [];
  let size = 0;
  for (const [position, token] of a.entries()) {
    const index = theirs.indexOf(fold(token, position));
    if (index < 0) continue;
    if (seen[index] === 0) size++;
    seen[index] = 1;
    matches.push(position);
  }
  return { size, matches };
}

/** How the tokens of a list look, the same for all of them; undefined for an empty list. */
function formOf(tokens: readonly string[], which: string): string | undefined {
  let form: string | undefined;
  for (const [position, token] of tokens.entries()) {
    if (typeof token !== 'string') requireText(token, `Token ${position} of the ${which} list`);
    const own = `${token.length} ${/^[0-9a-f]+$/i.test(token) ? 'hex digits' : 'characters'}`;
    form ??= own;
    if (own !== form) {
      throw new VeilmatchError(
        'argument',
        `Token ${position} of the ${which} list does not have the form of those before it (${form}). Hash the list in one way.`,
        { position },
      );
    }
  }
  return form;
}
