// SPDX-License-Identifier: Apache-2.0
/** What a party brings to a run: its list, as the protocol takes it, and the columns of it that the protocol takes. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/index.js';
import { formatAmount } from '../../lists/amounts.js';
import type { Io } from '../../lists/io.js';
import type { SharedRows } from '../../lists/shared-rows.js';
import type { RowsTold, Written } from '../../psi/described/command-line.js';
import { count } from '../report/comparison.js';
import { type Choice, type Flags, partyOf } from './choice.js';
import { attributeOf } from './protocol-options.js';
import { type AmountColumn, type ReadSet, readSet, type SetFlags } from './read-set.js';
import { parseCount } from './values.js';
import { firstRows, inRecords } from './whole-records.js';

export interface OwnFlags extends SetFlags {
  readonly valueDigits?: number;
  readonly pad?: number;
}

export function padOption(): Option {
  return new Option(
    '--pad <N>',
    'fill the list up with dummies to so many elements: the partner sees this number, and each dummy costs as much as an element',
  ).argParser(parseCount);
}

/** How numbers are written to people and to programs, in the unit of `--value-digits`. */
export function writtenWith({ valueDigits = 0 }: Pick<OwnFlags, 'valueDigits'>): Written {
  return { count, amount: (value) => formatAmount(value, valueDigits) };
}

/**
 * Reads the list, and the columns that the flags name.
 * @param choices - what may be run: where that is found out later, a column may hold what any of it takes
 * @param rows takes every row, for a command that will write some of them
 * @throws {VeilmatchError} what `readSet` throws
 */
export function readOwn(
  path: string,
  flags: OwnFlags,
  choices: readonly Pick<Choice, 'protocol' | 'role'>[],
  io: Io,
  rows?: SharedRows,
): Promise<ReadSet> {
  return readSet(path, flags, io, rows, columnsGiven(choices, flags));
}

/** By the names that commander has for the flags. */
function columnsGiven(
  choices: readonly Pick<Choice, 'protocol' | 'role'>[],
  flags: OwnFlags,
): Map<string, AmountColumn> {
  const given = new Map<string, AmountColumn>();
  for (const column of choices.flatMap((choice) => Object.values(partyOf(choice).columns ?? {}))) {
    const attribute = attributeOf(column);
    const name = (flags as unknown as Flags)[attribute];
    if (typeof name !== 'string') continue;
    const most = Math.max(column.most, given.get(attribute)?.most ?? 0);
    given.set(attribute, { name, digits: flags.valueDigits ?? 0, most });
  }
  return given;
}

/** What goes into a run, and where its rows are. */
export interface Own {
  /** As the protocol has it. */
  readonly own: object;
  readonly set: IdentifierSet;
  /** What is told of rows of the protocol's, told of rows of the list that was read. */
  placed(told: RowsTold): Required<{ [Name in keyof RowsTold]: NonNullable<RowsTold[Name]> }>;
}

/**
 * @throws {VeilmatchError} `argument` where rows have several identifiers, and the protocol takes one; for a padding below the
 * size of the list
 */
export function ownOf(choice: Choice, read: ReadSet, { pad }: Pick<OwnFlags, 'pad'> = {}): Own {
  const { protocol, options, peopleFlag } = choice;
  const takes = protocol.commandLine.takes?.(options) ?? 'identifiers';
  const columns = Object.entries(partyOf(choice).columns ?? {});
  const values = columns.map(([name, column]) => [name, read.amounts.get(attributeOf(column))] as const);
  // A record is one person, however many columns its identifiers stand in.
  const firsts = takes === 'identifiers' && values.length === 0 ? undefined : firstRows(read);
  const set = firsts === undefined ? read.set : inRecords(read.set, firsts);
  if (takes === 'rows') checkOneEach(set, read.source, peopleFlag, protocol.commandLine.several);
  if (pad !== undefined && pad < set.size) {
    throw new VeilmatchError(
      'argument',
      `${read.source} has ${count(set.size)} identifiers, and can be padded to that many or more: give --pad a larger number.`,
    );
  }
  const rowAt = (row: number): number => firsts?.[row] ?? row;
  return {
    own: { set, ...Object.fromEntries(values) },
    set,
    placed({ rows = [...Array(set.rowCount).keys()], columns: beside = {} }) {
      const places = new Map(rows.map((row) => [rowAt(row), row]));
      const cells = Object.entries(beside).map(
        ([name, cell]) => [name, (place: number) => cell(places.get(place)!)] as const,
      );
      return { rows: [...places.keys()], columns: Object.fromEntries(cells) };
    },
  };
}

/** @throws {VeilmatchError} `argument` */
function checkOneEach(
  set: IdentifierSet,
  source: string,
  peopleFlag: string | undefined,
  several: string | undefined,
): void {
  if (!set.severalPerRow && set.kinds.size <= 1) return;
  const what = set.severalPerRow
    ? 'has rows with several identifiers'
    : 'has rows with telephone numbers and others with e-mail addresses';
  const oneColumn =
    'one column alone, the same kind on both sides, such as --column NAME=phone, says what is compared';
  const ways =
    peopleFlag === undefined
      ? `O${oneColumn.slice(1)}.`
      : `${peopleFlag} on both sides takes all identifiers of a row for one person; or ${oneColumn}.`;
  throw new VeilmatchError(
    'argument',
    [
      `${source} ${what}, and one of a row would be compared: who has another one on the other list would be missed. ${ways}`,
      ...(several === undefined ? [] : [several]),
    ].join(' '),
  );
}
