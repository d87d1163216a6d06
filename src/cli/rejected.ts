// SPDX-License-Identifier: Apache-2.0
/** What is said about rows that were not taken: how many, why, and where the first ones are. Never what stood there. */

import type { IdentifierErrorCode } from '../errors.js';
import type { RejectedRow } from '../identifiers/row.js';
import type { CustomerList } from './table.js';

/** Lines named for each code. */
const SHOWN = 5;

const ADVICE: Partial<Readonly<Record<IdentifierErrorCode, string>>> = {
  'no-country':
    'national telephone numbers need a country: --country CC, or --country-column NAME with two-letter codes',
  'spreadsheet-damage': 'a spreadsheet has cut digits off: export the column as text again',
  'not-supported': 'the platform publishes no rule for identifiers of this kind',
};

/** A line for each code, the most frequent first; none when nothing was rejected. */
export function summarizeRejected(rejected: readonly RejectedRow[], list: CustomerList): string[] {
  const byCode = new Map<string, { count: number; lines: Set<number>; code: IdentifierErrorCode }>();
  for (const { row, field, code } of rejected) {
    const title = field === undefined ? code : `${field} ${code}`;
    const entry = byCode.get(title) ?? { count: 0, lines: new Set(), code };
    byCode.set(title, entry);
    entry.count++;
    if (entry.lines.size < SHOWN) entry.lines.add(list.lines[row]!);
  }
  return [...byCode]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([title, { count, lines, code }]) => {
      const where = `line${lines.size === 1 ? '' : 's'} ${[...lines].join(', ')}${count > lines.size ? ', ...' : ''}`;
      const advice = ADVICE[code];
      return `${String(count).padStart(8)}  ${title} (${where})${advice ? `; ${advice}` : ''}`;
    });
}
