// SPDX-License-Identifier: Apache-2.0
/** A table of customers as one platform's tokens. */

import { requireIterable, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { howToRead, numberOf, type PhoneOptions, type PhoneReading, requireCountry } from './phone.js';
import {
  emailCellFor,
  type PlatformToken,
  PROFILE_NAMES,
  type ProfileName,
  type ProfileOptions,
  phoneCellFor,
  platformNamed,
  tokenOf,
} from './profiles.js';
import { isRefusal } from './refusal.js';
import { type AmbiguousRow, cellOf, type Field, type RejectedRow, type Row, rowCountry } from './row.js';

/** Which platform, its own options, and how telephone numbers are read. */
export type HashRowsOptions<Name extends ProfileName = ProfileName> = PhoneOptions & {
  /** The platform. */
  readonly profile: Name;
} & ProfileOptions<Name>;

/** One token. */
export interface RowToken {
  /** Zero-based. */
  readonly row: number;
  /** Which part of the row it was made from. */
  readonly field: Field;
  /** Encoded as the platform takes it. */
  readonly token: string;
}

/** The tokens of a table, and what could not be hashed. */
export interface HashedRows {
  /** In the order of the rows, a row's telephone number before its e-mail address; duplicates stay. */
  readonly tokens: readonly RowToken[];
  /** In the same order. */
  readonly rejected: readonly RejectedRow[];
  /** Which rows were read in one of two ways, in the same order; with `strict` they are rejected. */
  readonly ambiguous: readonly AmbiguousRow[];
}

/**
 * Hashes every identifier of every row as the platform does.
 * @throws {VeilmatchError} `argument` for an unknown profile or country, a bad option, or a row that is no row
 * @example
 * ```ts
 * import { hashRows } from 'veilmatch/identifiers';
 *
 * const rows = [{ phone: '(415) 555-0123' }, { phone: '4.1555E+09' }];
 * const { tokens, rejected } = hashRows(rows, { profile: 'meta', country: 'US' });
 * console.log(tokens[0]?.token.slice(0, 8), rejected[0]?.code); // → 413ba754 spreadsheet-damage
 * ```
 */
export function hashRows<Name extends ProfileName>(
  rows: Iterable<Row>,
  options: HashRowsOptions<Name>,
): HashedRows {
  const tokens: RowToken[] = [];
  const notes = readRows(rows, options, (row, field, token) => void tokens.push({ row, field, token }));
  return { tokens, ...notes };
}

/**
 * What a platform makes of every identifier of every row, in their order.
 * @param pick the text that it hashes, or its token
 * @returns what could not be hashed, and what was read in one of two ways
 * @throws {VeilmatchError} as `hashRows`
 */
export function readRows<Name extends ProfileName>(
  rows: Iterable<Row>,
  options: HashRowsOptions<Name>,
  take: (row: number, field: Field, text: string) => void,
  pick: keyof PlatformToken = 'token',
): Omit<HashedRows, 'tokens'> {
  requireIterable(rows, 'The rows');
  requireOptions(options);
  const platform = platformNamed(options.profile);
  if (platform === undefined)
    throw new VeilmatchError('argument', `profile must be one of ${PROFILE_NAMES.join(', ')}.`);
  const fallback = requireCountry(options.country);
  const how = howToRead(options);
  const rejected: RejectedRow[] = [];
  const ambiguous: AmbiguousRow[] = [];
  // A bad option must not wait for the first good row.
  tokenOf(platform, '', 'email', options);

  let row = 0;
  for (const cells of rows) {
    let found = false;
    const note = (field: Field, reading: PhoneReading, value?: number): void => {
      if (typeof reading === 'object' && isRefusal(reading)) {
        if (reading.code === 'empty') return;
        found = true;
        rejected.push({ row, field, code: reading.code, ...(value && { value }) });
        return;
      }
      found = true;
      const normalized = numberOf(reading) as string;
      if (typeof reading === 'object') ambiguous.push({ row, field, code: reading.ambiguous });
      take(row, field, pick === 'token' ? tokenOf(platform, normalized, field, options) : normalized);
    };
    const noteAll = (field: Field, readings: PhoneReading | readonly PhoneReading[]): void => {
      if (!Array.isArray(readings)) {
        note(field, readings as PhoneReading);
        return;
      }
      const distinct = new Set<string>();
      for (const [i, each] of (readings as readonly PhoneReading[]).entries()) {
        const text = numberOf(each);
        if (typeof text === 'string' && distinct.size === distinct.add(text).size) continue;
        note(field, each, i + 1);
      }
    };
    const country = rowCountry(cellOf(cells, 'country', row), fallback);
    const phone = cellOf(cells, 'phone', row);
    noteAll('phone', phoneCellFor(platform, phone, country, how));
    noteAll('email', emailCellFor(platform, cellOf(cells, 'email', row)));
    if (!found) rejected.push({ row, code: 'empty' });
    row++;
  }
  return { rejected, ambiguous };
}
