// SPDX-License-Identifier: Apache-2.0
/** A table of customers as the rows of a platform's upload file. */

import { requireIterable, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { UPLOAD_FIELDS } from './fields/field.js';
import type { PhoneOptions } from './phone.js';
import type { UploadKind } from './platforms/upload.js';
import type { FieldOptions, ProfileName } from './profiles.js';
import type { AmbiguousRow, UploadRejection, UploadRow } from './row.js';
import { UploadPlan } from './upload-plan.js';

/** Which platform, and how telephone numbers and dates are read. What a platform leaves open elsewhere its file does not. */
export type UploadOptions = PhoneOptions &
  Pick<FieldOptions, 'dateOrder'> & {
    /** The platform. */
    readonly profile: ProfileName;
  };

/** A file as the platform takes it: UTF-8, fields separated by commas, quoted where they must be. */
export interface UploadedFile {
  /** The kind that it holds, of a platform that takes a file for each. */
  readonly kind: string | undefined;
  /** From 1; above it where the platform takes no more rows in one file. */
  readonly part: number;
  /** The first line, unless the platform takes none. */
  readonly header: readonly string[] | undefined;
  /** How many rows the platform takes in one file, without the header; any number where it is undefined. */
  readonly limit: number | undefined;
  readonly rows: readonly (readonly string[])[];
}

/** The files of a table, and what could not be laid out. */
export interface UploadedRows {
  readonly files: readonly UploadedFile[];
  /** In the order of the rows. */
  readonly rejected: readonly UploadRejection[];
  /** Which rows have a number that was read in one of two ways; with `strict` they are rejected. */
  readonly ambiguous: readonly AmbiguousRow[];
  /** How many cells were the platform's hashes already and stayed what they were. */
  readonly kept: number;
  /** Kinds that rows have and the platform's file has no column for. */
  readonly unused: readonly UploadKind[];
}

const KINDS: readonly UploadKind[] = ['phone', 'email', ...UPLOAD_FIELDS];

/**
 * Hashes a table by the platform's rules, and lays it out in the columns that its upload takes, in their order, under their
 * names. Cells that are hashes already are kept. What the rows are matched by, and what they leak, is as for `hashRows`: all.
 * @throws {VeilmatchError} `argument` for an unknown profile or country, a platform whose file nobody describes, a bad
 * option, a row that is no row, or rows with nothing that the file takes
 * @example
 * ```ts
 * import { uploadRows } from 'veilmatch/identifiers';
 *
 * const rows = [{ phone: '(415) 555-0123', firstName: 'Ada' }];
 * const { files } = uploadRows(rows, { profile: 'meta', country: 'US' });
 * console.log(files[0]?.header?.join(), files[0]?.rows[0]?.[0]?.slice(0, 8)); // → phone,fn 413ba754
 * ```
 */
export function uploadRows(rows: Iterable<UploadRow>, options: UploadOptions): UploadedRows {
  requireIterable(rows, 'The rows');
  requireOptions(options);
  const people = [...rows].map(cellsOf);
  const kinds = new Map<UploadKind, number>();
  for (const cells of people) {
    for (const [kind, { length }] of cells) kinds.set(kind, Math.max(kinds.get(kind) ?? 0, length));
  }
  const plan = new UploadPlan(options.profile, options, kinds);
  const laid = plan.files.map((): (readonly string[])[] => []);
  const rejected: UploadRejection[] = [];
  const ambiguous: AmbiguousRow[] = [];
  for (const [row, cells] of people.entries()) {
    const person = plan.lay(cells);
    for (const [i, each] of person.rows.entries()) laid[i]!.push(...each);
    rejected.push(...person.rejected.map((rejection) => ({ row, ...rejection })));
    ambiguous.push(...person.ambiguous.map((code) => ({ row, field: 'phone' as const, code })));
  }
  const files = plan.files.flatMap(({ name, header, limit }, i) => {
    const all = laid[i]!;
    const parts = Math.max(1, Math.ceil(all.length / limit));
    return Array.from({ length: parts }, (_, part) => ({
      kind: name,
      part: part + 1,
      header,
      limit: limit === Number.POSITIVE_INFINITY ? undefined : limit,
      rows: parts === 1 ? all : all.slice(part * limit, (part + 1) * limit),
    }));
  });
  return { files, rejected, ambiguous, kept: plan.kept, unused: plan.unused };
}

/** @throws {VeilmatchError} `argument` */
function cellsOf(row: UploadRow, position: number): Map<UploadKind, string[]> {
  if (typeof row !== 'object' || row === null) {
    throw new VeilmatchError(
      'argument',
      `Row ${position} is not an object with phone, email and other fields.`,
      {
        position,
      },
    );
  }
  const cells = new Map<UploadKind, string[]>();
  for (const kind of KINDS) {
    const value = row[kind];
    const texts = Array.isArray(value) ? value : [value ?? ''];
    for (const text of texts) {
      if (typeof text === 'string') continue;
      throw new VeilmatchError(
        'argument',
        `Row ${position}: ${kind} is a ${typeof text}, not a string. A number has lost its leading zeros; read the file as text.`,
        { position, field: kind },
      );
    }
    const filled = texts.filter((text) => text.trim() !== '');
    if (filled.length > 0) cells.set(kind, filled);
  }
  return cells;
}
