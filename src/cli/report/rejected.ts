// SPDX-License-Identifier: Apache-2.0
/** What is said about rows that were not taken: how many, why, and where the first ones are. Never what stood there. */

import type { IdentifierErrorCode } from '../../errors.js';
import type { RejectedRow } from '../../identifiers/row.js';

/** Lines named for each code. */
const SHOWN = 5;

const ADVICE: Partial<Readonly<Record<IdentifierErrorCode, string>>> = {
  'no-country':
    'national telephone numbers need a country: --country CC, or --country-column NAME with codes or names of countries',
  'spreadsheet-damage': 'a spreadsheet has cut digits off: export the column as text again',
  placeholder: 'written for want of an identifier: leave such cells empty',
  several: 'not all identifiers of the cell can be read by themselves: give each a cell or a line',
  ambiguous: 'write + and the country code',
  'not-supported': 'the platform publishes no rule for identifiers of this kind',
};

/** Counts rejections by field and code, as they come. */
export class RejectedTally {
  readonly #counts: 'line' | 'row';
  readonly #byCode = new Map<string, { count: number; lines: Set<number>; code: IdentifierErrorCode }>();
  #total = 0;

  /** @param counts what the lines are lines of: a Parquet file has rows */
  constructor(counts: 'line' | 'row') {
    this.#counts = counts;
  }

  get total(): number {
    return this.#total;
  }

  add({ field, code }: Pick<RejectedRow, 'field' | 'code'>, line: number): void {
    const title = field === undefined ? code : `${field} ${code}`;
    const entry = this.#byCode.get(title) ?? { count: 0, lines: new Set(), code };
    this.#byCode.set(title, entry);
    this.#total++;
    entry.count++;
    if (entry.lines.size < SHOWN) entry.lines.add(line);
  }

  /** A line for each code, the most frequent first; none when nothing was rejected. */
  summary(): string[] {
    return [...this.#byCode]
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([title, { count, lines, code }]) => {
        const where = `${this.#counts}${lines.size === 1 ? '' : 's'} ${[...lines].join(', ')}${count > lines.size ? ', ...' : ''}`;
        const advice = ADVICE[code];
        return `${String(count).padStart(8)}  ${title} (${where})${advice ? `; ${advice}` : ''}`;
      });
  }
}
