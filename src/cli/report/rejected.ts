// SPDX-License-Identifier: Apache-2.0
/** What is said about rows that were not taken, or could be read in another way: how many, why, and where the first ones are. Never what stood there. */

import type { IdentifierErrorCode } from '../../errors.js';
import type { AmbiguousRow, UploadRejection } from '../../identifiers/row.js';
import type { Cells, ColumnType } from '../../lists/duckdb.js';
import { type ListPart, placeIn } from '../../lists/record-source.js';
import type { UnknownCountries } from '../../lists/table.js';

type RowCode = IdentifierErrorCode | AmbiguousRow['code'];

/** Lines named for each code. */
const SHOWN = 5;

const ADVICE: Partial<Readonly<Record<RowCode, string>>> = {
  'no-country': 'national telephone numbers need a country: --country CC, or --country-column NAME',
  'spreadsheet-damage': 'a spreadsheet has cut digits off: export the column as text again',
  placeholder: 'written for want of an identifier: leave such cells empty',
  several: 'not all identifiers of the cell can be read by themselves: give each a cell or a line',
  'not-supported': 'the platform publishes no rule for this kind, or does not take this value',
  ambiguous:
    'dates that can be read both ways need --date-order dmy or mdy, telephone numbers + and the country code',
};

/** What a record that cannot be read lacks, by the list's format. */
const BAD_RECORD: Readonly<Record<string, string>> = {
  'JSON Lines': 'a line is one JSON object, whole',
  JSON: 'an element is a JSON object',
  vCard: 'a card ends with END:VCARD',
};
const BAD_SEPARATED =
  'their cells cannot be told apart: quotes go around a whole field, and around one that holds the delimiter';

/** The list that lines are lines of. */
interface ReadList {
  /** A Parquet file and a database have rows. */
  readonly counts: 'line' | 'row';
  readonly reading: { readonly files?: readonly ListPart[] | undefined; readonly format?: string };
}

/** Where records stand, in words: by their own file, where the list is of several. */
export function placesOf(lines: readonly number[], { counts, reading: { files } }: ReadList): string {
  if (files === undefined) return `${counts}${lines.length === 1 ? '' : 's'} ${lines.join(', ')}`;
  return lines
    .map((each) => placeIn(files, each))
    .map(({ file, line }) => `${file} ${counts} ${line}`)
    .join(', ');
}

/** The columns of `--rejected`. */
export function rejectedColumns({ reading: { files } }: ReadList): ReadonlyMap<string, ColumnType> {
  const own = files === undefined ? {} : ({ file: 'text', file_line: 'integer' } as const);
  return new Map(Object.entries({ line: 'integer', ...own, field: 'text', code: 'text', value: 'integer' }));
}

/** A row of `--rejected`. */
export function rejectedCells(
  { line, field, code, value }: { readonly line: number } & Rejected,
  { reading: { files } }: ReadList,
): Cells {
  const own = files === undefined ? undefined : placeIn(files, line);
  return [line, ...(own === undefined ? [] : [own.file, own.line]), field, code, value];
}

type Rejected = Pick<Rejections, 'field' | 'code'> & Pick<UploadRejection, 'value'>;

interface Rejections {
  readonly field?: UploadRejection['field'] | undefined;
  readonly code: RowCode;
  count: number;
  readonly lines: Set<number>;
}

/** What is said of cells that name no country, where there are any. */
export function countryLines(unknown: UnknownCountries | undefined, list: ReadList): string[] {
  if (unknown === undefined || unknown.count === 0) return [];
  const { count, lines } = unknown;
  const where = `${placesOf(lines, list)}${count > lines.length ? ', ...' : ''}`;
  return [
    `${count} ${count === 1 ? 'cell' : 'cells'} of the column of countries ${count === 1 ? 'names' : 'name'} none that is known (${where}): there, telephone numbers are read with + and a country code alone`,
  ];
}

/** What is said where there were any. */
export function ambiguousLines(tally: RejectedTally): string[] {
  if (tally.total === 0) return [];
  const total = `${tally.total} telephone numbers could be read in another way, too, and were read in the likelier one (--strict refuses them):`;
  return [total, ...tally.summary()];
}

/** Counts rejections by field and code, as they come. */
export class RejectedTally {
  readonly #list: ReadList;
  readonly #byCode = new Map<string, Rejections>();
  #total = 0;

  constructor(list: ReadList) {
    this.#list = list;
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

  /** By field and code, the most frequent first, with the first lines. */
  entries(): readonly RejectedEntry[] {
    return [...this.#byCode.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ field, code, count, lines }) => ({
        ...(field !== undefined && { field }),
        code,
        count,
        lines: [...lines],
      }));
  }

  /** A line for each code, the most frequent first; none when nothing was rejected. */
  summary(): string[] {
    return this.entries().map((entry) => rejectedLine(entry, this.#list));
  }
}

type RejectedEntry = Omit<Rejections, 'lines'> & { readonly lines: readonly number[] };

/** Rejections of one kind in a line. */
export function rejectedLine({ field, code, count, lines }: RejectedEntry, list: ReadList): string {
  const title = field === undefined ? code : `${field} ${code}`;
  const where = `${placesOf(lines, list)}${count > lines.length ? ', ...' : ''}`;
  const advice = adviceOn(code, list);
  return `${String(count).padStart(8)}  ${title} (${where})${advice ? `; ${advice}` : ''}`;
}

/** What can be done about it, where something can. */
export function adviceOn(code: RowCode, { reading: { format = '' } }: ReadList): string | undefined {
  return code === 'bad-record' ? (BAD_RECORD[format] ?? BAD_SEPARATED) : ADVICE[code];
}
