// SPDX-License-Identifier: Apache-2.0
/** What is said about rows that were not taken, or could be read in another way: how many, why, and where the first ones are. Never what stood there. */

import type { IdentifierErrorCode } from '../../errors.js';
import type { AmbiguousRow, UploadRejection } from '../../identifiers/row.js';

type RowCode = IdentifierErrorCode | AmbiguousRow['code'];

/** Lines named for each code. */
const SHOWN = 5;

const ADVICE: Partial<Readonly<Record<RowCode, string>>> = {
  'no-country': 'national telephone numbers need a country: --country CC, or --country-column NAME',
  'bad-record':
    'their cells cannot be told apart; of CSV, quotes go around a whole field, and around one that holds the delimiter',
  'spreadsheet-damage': 'a spreadsheet has cut digits off: export the column as text again',
  placeholder: 'written for want of an identifier: leave such cells empty',
  several: 'not all identifiers of the cell can be read by themselves: give each a cell or a line',
  'not-supported': 'the platform publishes no rule for identifiers of this kind',
  ambiguous:
    'dates that can be read both ways need --date-order dmy or mdy, telephone numbers + and the country code',
};

interface Rejections {
  readonly field?: UploadRejection['field'] | undefined;
  readonly code: RowCode;
  count: number;
  readonly lines: Set<number>;
}

/** What is said where there were any. */
export function ambiguousLines(tally: RejectedTally): string[] {
  if (tally.total === 0) return [];
  const total = `${tally.total} telephone numbers could be read in another way, too, and were read in the likelier one (--strict refuses them):`;
  return [total, ...tally.summary()];
}

/** Counts rejections by field and code, as they come. */
export class RejectedTally {
  readonly #counts: 'line' | 'row';
  readonly #byCode = new Map<string, Rejections>();
  #total = 0;

  /** @param counts what the lines are lines of: a Parquet file has rows */
  constructor(counts: 'line' | 'row') {
    this.#counts = counts;
  }

  get total(): number {
    return this.#total;
  }

  add({ field, code }: Pick<Rejections, 'field' | 'code'>, line: number): void {
    const title = field === undefined ? code : `${field} ${code}`;
    const entry = this.#byCode.get(title) ?? { field, code, count: 0, lines: new Set() };
    this.#byCode.set(title, entry);
    this.#total++;
    entry.count++;
    if (entry.lines.size < SHOWN) entry.lines.add(line);
  }

  /** A line for each code, the most frequent first; none when nothing was rejected. */
  summary(): string[] {
    return [...this.#byCode]
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([, { field, code, count, lines }]) =>
        rejectedLine({ field, code, count, lines: [...lines] }, this.#counts),
      );
  }
}

/** Rejections of one kind in a line. */
export function rejectedLine(
  { field, code, count, lines }: Omit<Rejections, 'lines'> & { readonly lines: readonly number[] },
  counts: 'line' | 'row',
): string {
  const title = field === undefined ? code : `${field} ${code}`;
  const where = `${counts}${lines.length === 1 ? '' : 's'} ${lines.join(', ')}${count > lines.length ? ', ...' : ''}`;
  const advice = ADVICE[code];
  return `${String(count).padStart(8)}  ${title} (${where})${advice ? `; ${advice}` : ''}`;
}
