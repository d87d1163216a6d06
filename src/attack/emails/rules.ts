// SPDX-License-Identifier: Apache-2.0
/**
 * Rules files: patterns and lists of one's own, as text.
 *
 * ```
 * # People, the likeliest way of writing them first.
 * [patterns]
 * {first}.{last}@{domain}      3
 * {first:1}{last}@{domain}     1
 *
 * [domain]
 * example.com
 * example.org
 * ```
 *
 * `[patterns]` replaces the patterns; every other heading names a list, and replaces the built-in one of that name (`first`,
 * `last`, `number`, `domain`) or adds a list that patterns can use. A line holds one entry and, after white space, its
 * weight. In a section either all lines have a weight or none has: then the order counts, likeliest first. What follows a #
 * at the beginning of a line is a comment.
 */

import { requireText } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { byRank, type Weighted } from './ranked-list.js';

/** What a rules file says. */
export interface EmailRules {
  /** Undefined where the file has no patterns. */
  readonly patterns?: readonly Weighted[] | undefined;
  /** The lists of the file, by name. */
  readonly lists: Readonly<Record<string, readonly Weighted[]>>;
}

const HEADING = /^\[([a-z][a-z0-9-]*)\]$/;
const ENTRY = /^(\S+)(?:\s+(\d+(?:\.\d+)?))?$/;

/**
 * Reads a rules file. Entries become lower case, as hashed addresses are.
 * @throws {VeilmatchError} `bad-file` for a line that is neither heading, entry nor comment, for an entry in front of the
 *   first heading, for a heading that appears twice, and for a section in which some lines have a weight and others none;
 *   with the number of the line
 * @example
 * ```ts
 * import { emailRules } from 'veilmatch/attack';
 *
 * const { lists } = emailRules('[domain]\nexample.com 3\nexample.org 1\n');
 * console.log(lists.domain); // → [ [ 'example.com', 3 ], [ 'example.org', 1 ] ]
 * ```
 */
export function emailRules(text: string): EmailRules {
  requireText(text, 'The rules');
  const sections = new Map<string, { entries: string[]; weights: number[] }>();
  let section: { entries: string[]; weights: number[] } | undefined;
  for (const [i, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) {
      if (sections.has(heading)) throw refused(i, 'repeats a heading. Put the entries under one.');
      section = { entries: [], weights: [] };
      sections.set(heading, section);
      continue;
    }
    const [, entry, weight] = ENTRY.exec(line) ?? [];
    if (entry === undefined)
      throw refused(i, 'is no heading, no comment, and no entry with a number as its weight.');
    if (section === undefined)
      throw refused(i, 'stands in front of the first heading, such as [patterns] or [domain].');
    if (weight !== undefined && Number(weight) === 0) throw refused(i, 'has a weight of zero. Leave it out.');
    if (section.entries.length > 0 && (weight === undefined) !== (section.weights.length === 0))
      throw refused(i, 'has a weight and the ones before it have none, or the other way round.');
    section.entries.push(entry.toLowerCase());
    if (weight !== undefined) section.weights.push(Number(weight));
  }
  const weighted = Array.from(sections, ([name, { entries, weights }]): [string, Weighted[]] => [
    name,
    weights.length === 0 ? byRank(entries) : entries.map((entry, i) => [entry, weights[i]!]),
  ]);
  const { patterns, ...lists } = Object.fromEntries(weighted);
  return { patterns, lists };
}

function refused(index: number, what: string): VeilmatchError {
  return new VeilmatchError('bad-file', `Line ${index + 1} of the rules ${what}`, { position: index });
}

/**
 * Reads a word list: one word a line, likeliest first; empty lines are left out.
 * @example
 * ```ts
 * import { wordList } from 'veilmatch/attack';
 *
 * console.log(wordList('ada\n\ngrace\n')); // → [ 'ada', 'grace' ]
 * ```
 */
export function wordList(text: string): string[] {
  requireText(text, 'The word list');
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '');
}
