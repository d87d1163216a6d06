// SPDX-License-Identifier: Apache-2.0
/** Birth dates as a dictionary: every day on which somebody who is alive can be born, in every spelling that uploads have. */

import { requireOptions, requireText } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { EmailDictionary } from '../emails/dictionary.js';

/** Which days. */
export interface BirthDatesOptions {
  /** The first one, as YYYY-MM-DD. Default `1900-01-01`, as platforms have it. */
  readonly from?: string | undefined;
  /** The last one. Default: today. A search that goes on later has to name it. */
  readonly until?: string | undefined;
}

/** How dates are written: those that platforms ask for first. */
const SPELLINGS: readonly string[] = [
  'YYYYMMDD',
  'YYYY-MM-DD',
  'MMDDYYYY',
  'MM/DD/YYYY',
  'YYYY',
  'MMDD',
  'DDMMYYYY',
  'DD/MM/YYYY',
  'DD.MM.YYYY',
  'M/D/YYYY',
  'D.M.YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'YYMMDD',
  'MMDDYY',
  'DDMMYY',
  'MM/DD',
  'DD.MM.',
  'YYYY-MM-DD 00:00:00',
  'YYYY-MM-DDT00:00:00Z',
];

/**
 * All days from 1900 until today, each in the spellings that uploads have: some 46,000 days, and less than a million texts. No
 * text stands in it twice.
 * @throws {VeilmatchError} `argument` for what is no day, where there are none between, or more than in two centuries
 * @example
 * ```ts
 * import { birthDates, reverse } from 'veilmatch/attack';
 * import { profiles } from 'veilmatch/identifiers';
 *
 * const { token } = profiles.meta.field('birthDate', '16.2.1997');
 * const dictionary = birthDates({ until: '2026-01-01' });
 * for await (const { identifier } of reverse([token], { dictionary })) console.log(identifier); // → 19970216
 * ```
 */
export function birthDates(options: BirthDatesOptions = {}): EmailDictionary {
  requireOptions(options);
  const { from = '1900-01-01', until = new Date().toISOString().slice(0, 10) } = options;
  const last = dayOf(until);
  if (last - dayOf(from) > MOST_DAYS * DAY) {
    throw new VeilmatchError(
      'argument',
      `Between the days are more than ${MOST_DAYS}: nobody is as old as that.`,
    );
  }
  const days: Readonly<Record<string, string>>[] = [];
  for (let day = dayOf(from); day <= last; day += DAY) days.push(partsOf(new Date(day)));
  if (days.length === 0)
    throw new VeilmatchError('argument', 'There is no day between the first and the last one.');
  const seen = new Set<string>();
  const lists = SPELLINGS.flatMap((spelling, rank) => {
    // What stands between parts of a day, and their names, in turns.
    const pieces = spelling.split(/(YYYY|YY|MM|DD|M|D)/);
    const texts = new Set(
      days.map((parts) => pieces.map((piece, i) => (i % 2 === 1 ? parts[piece]! : piece)).join('')),
    );
    const fresh = [...texts].filter((text) => !seen.has(text));
    for (const text of fresh) seen.add(text);
    return fresh.length === 0 ? [] : [{ name: `spelling-${rank}`, texts: fresh, weight: 1 / (rank + 1) }];
  });
  return new EmailDictionary({
    patterns: lists.map(({ name, texts, weight }) => [`{${name}}`, weight * texts.length]),
    lists: Object.fromEntries(lists.map(({ name, texts }) => [name, texts.map((text) => [text, 1])])),
    limit: Number.MAX_SAFE_INTEGER,
  });
}

const DAY = 24 * 60 * 60 * 1000;
/** Two centuries: what is asked for takes work and memory. */
const MOST_DAYS = 73_050;

function dayOf(text: string): number {
  requireText(text, 'The day');
  const day = Date.parse(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(day).toJSON()?.startsWith(text)) return day;
  throw new VeilmatchError('argument', 'A day is written as YYYY-MM-DD, such as 1900-01-01.');
}

function partsOf(date: Date): Record<string, string> {
  const [YYYY, MM, DD] = date.toISOString().slice(0, 10).split('-') as [string, string, string];
  return { YYYY, YY: YYYY.slice(2), MM, DD, M: `${Number(MM)}`, D: `${Number(DD)}` };
}
