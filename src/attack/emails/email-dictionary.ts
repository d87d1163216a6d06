// SPDX-License-Identifier: Apache-2.0
/** The built-in dictionary, and what a user puts in its place. */

import { requireNumber, requireOptions } from '../../arguments.js';
import { DOMAINS, NUMBERS, PATTERNS } from './defaults.js';
import { EmailDictionary } from './dictionary.js';
import { firstNames, lastNames } from './names.js';
import { listsOf } from './pattern.js';
import { byRank, type Weighted } from './ranked-list.js';
import type { EmailRules } from './rules.js';

/** Lists by name, likeliest first. `first`, `last`, `number` and `domain` replace the built-in ones. */
export type EmailLists = Readonly<Record<string, readonly string[]>>;

/** What to put in place of the built-in lists and patterns, or before them. */
export interface EmailDictionaryOptions {
  /** Lists of one's own; they go before those of `rules`. */
  readonly lists?: EmailLists | undefined;
  /** Patterns of one's own, likeliest first, such as `{first:1}{last}@{domain}`; they go before those of `rules`. */
  readonly patterns?: readonly string[] | undefined;
  /**
   * Words, likeliest first. What holds an @ is tried as a whole address, everything else as what stands in front of the @:
   * they are the lists `address` and `word` of the patterns.
   */
  readonly words?: readonly string[] | undefined;
  /** A rules file, read by `emailRules`. */
  readonly rules?: EmailRules | undefined;
  /** Only so many addresses, the likeliest. Default: all. */
  readonly limit?: number | undefined;
}

/**
 * E-mail addresses by likelihood: names, patterns, numbers and domains put together.
 * @throws {VeilmatchError} `argument` for a pattern with a list that there is not
 * @example
 * ```ts
 * import { emailDictionary } from 'veilmatch/attack';
 *
 * const dictionary = emailDictionary({
 *   patterns: ['{first}@{domain}'],
 *   lists: { first: ['ada', 'grace'], domain: ['example.com'] },
 * });
 * console.log(dictionary.size, dictionary.at(0)); // → 2 ada@example.com
 * ```
 */
export function emailDictionary(options: EmailDictionaryOptions = {}): EmailDictionary {
  requireOptions(options);
  const { rules, limit = Number.MAX_SAFE_INTEGER } = options;
  requireNumber(limit, 'The limit');
  const words = lowered(options.words ?? []);
  const own = Object.entries(options.lists ?? {}).map(
    ([name, texts]) => [name, byRank(lowered(texts))] as const,
  );
  const lists: Record<string, readonly Weighted[]> = {
    first: firstNames(),
    last: lastNames(),
    number: NUMBERS,
    domain: DOMAINS,
    word: byRank(words.filter((word) => !word.includes('@'))),
    address: byRank(words.filter((word) => word.includes('@'))),
    ...rules?.lists,
    ...Object.fromEntries(own),
  };
  const given = options.patterns === undefined ? rules?.patterns : byRank(lowered(options.patterns));
  const patterns =
    given ?? PATTERNS.filter(([pattern]) => listsOf(pattern).every((name) => lists[name]!.length > 0));
  return new EmailDictionary({ patterns, lists, limit });
}

function lowered(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim().toLowerCase()).filter((text) => text !== '');
}
