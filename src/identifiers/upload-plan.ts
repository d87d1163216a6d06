// SPDX-License-Identifier: Apache-2.0
/** A customer list laid out as the file, or the files, that a platform's upload takes; a person at a time. */

import { VeilmatchError } from '../errors.js';
import { countryNamed } from './countries.js';
import { type DateOrder, readField } from './fields/field.js';
import { hashedCell } from './hashed-cell.js';
import { howToRead, numberOf, type PhoneOptions, type PhoneReading, requireCountry } from './phone.js';
import type { AmbiguityCode } from './phone-readings.js';
import type { Platform } from './platforms/platform.js';
import type { UploadColumn, UploadFile, UploadKind } from './platforms/upload.js';
import {
  emailCellFor,
  PROFILE_NAMES,
  type ProfileName,
  phoneCellFor,
  platformNamed,
  tokenOf,
} from './profiles.js';
import { EMPTY_CELL, isRefusal, type Refusal } from './refusal.js';
import type { UploadRejection } from './row.js';

/** The cells of one person, several where a platform takes several. */
type PersonCells = ReadonlyMap<UploadKind, readonly string[]>;

/** How telephone numbers and dates are read, and the platform's own options. */
interface PlanOptions extends PhoneOptions {
  readonly dateOrder?: DateOrder | undefined;
}

/** What a person becomes. */
interface LaidPerson {
  /** For each file of the plan its rows, none where nothing is to be matched by. */
  readonly rows: readonly (readonly (readonly string[])[])[];
  readonly rejected: readonly Pick<UploadRejection, 'field' | 'code' | 'value'>[];
  /** Of telephone numbers that were read in one of two ways. */
  readonly ambiguous: readonly AmbiguityCode[];
}

/** What people are matched by; the other fields alone say nothing of anybody. */
const KEYS: readonly UploadKind[] = ['phone', 'email', 'mobileId', 'externalId'];

interface PlannedColumn extends UploadColumn {
  /** How many stand side by side. */
  readonly width: number;
}

/** A file that is to be written. */
export class PlannedFile {
  /** Of a platform that takes several, and a list that fills more than one. */
  readonly name: string | undefined;
  readonly header: readonly string[] | undefined;
  /** Rows that the file may have. */
  readonly limit: number;
  readonly columns: readonly PlannedColumn[];
  readonly #together: readonly UploadKind[];

  constructor(file: UploadFile, kinds: ReadonlyMap<UploadKind, number>, named: boolean) {
    const { columns, header = true, fixed = false, rows = Number.POSITIVE_INFINITY, together = [] } = file;
    this.name = named ? file.name : undefined;
    this.limit = rows;
    const possible = together.every((kind) => kinds.has(kind));
    this.columns = columns
      .filter(({ kind }) => fixed || (kind !== undefined && kinds.has(kind)))
      .filter(({ kind }) => possible || !together.includes(kind!))
      .map((column) => ({
        ...column,
        width: Math.max(1, Math.min(column.most ?? 1, kinds.get(column.kind!) ?? 1)),
      }));
    this.header = header
      ? this.columns.flatMap(({ header: name, width }) => Array<string>(width).fill(name))
      : undefined;
    this.#together = together;
  }

  /** Rows of a person: as many as the kind needs that has most values beside its columns. */
  rows(values: readonly (readonly string[])[]): string[][] {
    const complete = values.every(
      ({ length }, i) => length > 0 || !this.#together.includes(this.columns[i]!.kind!),
    );
    const own = values.map((each, i) =>
      this.#together.includes(this.columns[i]!.kind!) && !complete ? [] : each,
    );
    const matched = this.columns.some(
      ({ kind }, i) => own[i]!.length > 0 && (KEYS.includes(kind!) || this.#together.includes(kind!)),
    );
    const names = (['firstName', 'lastName'] as const).every((kind) =>
      this.columns.some((column, i) => column.kind === kind && own[i]!.length > 0),
    );
    if (!matched && !names) return [];
    const count = Math.max(...own.map((each, i) => Math.ceil(each.length / this.columns[i]!.width)), 1);
    return Array.from({ length: count }, (_, row) =>
      this.columns.flatMap(({ kind, width }, i) => {
        // A name goes with each of a person's rows, a number with one of them.
        const from = kind === 'phone' || kind === 'email' ? row * width : 0;
        return Array.from({ length: width }, (__, j) => own[i]![from + j] ?? '');
      }),
    );
  }
}

/** How a list becomes a platform's files. */
export class UploadPlan {
  readonly files: readonly PlannedFile[];
  /** Kinds of the list that the platform's file has no column for. */
  readonly unused: readonly UploadKind[];
  /** Cells that were hashes already and stayed what they were. */
  kept = 0;
  /** Cells that were hashed, or taken in the clear. */
  taken = 0;
  readonly #platform: Platform<object>;
  readonly #options: PlanOptions;

  /**
   * @param kinds - how many columns the list has of each kind, or how many values a person has at most
   * @throws {VeilmatchError} `argument` for an unknown platform or one without a file, a bad option, or a list with nothing
   * that its file takes
   */
  constructor(profile: ProfileName, options: PlanOptions, kinds: ReadonlyMap<UploadKind, number>) {
    const platform = platformNamed(profile);
    if (platform === undefined)
      throw new VeilmatchError('argument', `profile must be one of ${PROFILE_NAMES.join(', ')}.`);
    requireUpload(profile);
    const own = platform.options?.find((name) => options[name as keyof PlanOptions] !== undefined);
    if (own !== undefined) {
      throw new VeilmatchError(
        'argument',
        `${own} is no option of ${profile}'s upload file, which has one form alone.`,
      );
    }
    const { dateOrder } = options;
    if (dateOrder !== undefined && dateOrder !== 'dmy' && dateOrder !== 'mdy') {
      throw new VeilmatchError('argument', 'dateOrder must be one of dmy, mdy.');
    }
    const country = requireCountry(options.country);
    this.#platform = platform;
    this.#options = { ...options, country };
    const filled = platform.upload!.files.filter((file) =>
      new PlannedFile(file, kinds, false).columns.some(({ kind }) => kind !== undefined && kinds.has(kind)),
    );
    this.files = filled.map((file) => new PlannedFile(file, kinds, filled.length > 1));
    const columns = this.files.flatMap((file) => file.columns);
    this.unused = [...kinds.keys()].filter((kind) => !columns.some((column) => column.kind === kind));
    if (filled.length > 0) return;
    const wanted = platform.upload!.files.flatMap((file) => file.columns.flatMap(({ kind }) => kind ?? []));
    throw new VeilmatchError(
      'argument',
      `The list has nothing that an upload to ${platform.title} takes: ${wanted.join(', ')}.`,
    );
  }

  /** @param cells - empty ones may be there, and count as none */
  lay(cells: PersonCells): LaidPerson {
    const rejected: Pick<UploadRejection, 'field' | 'code' | 'value'>[] = [];
    const ambiguous = new Set<AmbiguityCode>();
    let found = false;
    const read = (column: UploadColumn, text: string): string[] => {
      const tokens = this.#tokens(column, text, cells.get('country')?.[0], ambiguous);
      return tokens.flatMap((token, i) => {
        if (typeof token === 'string') return token;
        if (token.code === 'empty') return [];
        found = true;
        rejected.push({ field: column.kind!, code: token.code, ...(tokens.length > 1 && { value: i + 1 }) });
        return [];
      });
    };
    const rows = this.files.map((file) => {
      const values = file.columns.map((column) => [
        ...new Set((cells.get(column.kind!) ?? []).flatMap((text) => read(column, text))),
      ]);
      return file.rows(values);
    });
    if (!found && rows.every((each) => each.length === 0)) rejected.push({ code: 'empty' });
    return { rows, rejected, ambiguous: [...ambiguous] };
  }

  #country(cell: string | undefined): string | undefined {
    return cell?.trim() ? countryNamed(cell) : this.#options.country;
  }

  /** The token of a cell, or of each of its values; what cannot be read as a refusal. */
  #tokens(
    column: UploadColumn,
    text: string,
    countryCell: string | undefined,
    ambiguous: Set<AmbiguityCode>,
  ): readonly (string | Refusal)[] {
    const platform = this.#platform;
    const kind = column.kind!;
    if (text.trim() === '') return [EMPTY_CELL];
    const rule = kind === 'phone' || kind === 'email' ? undefined : (column.rule ?? platform.fields?.[kind]);
    const kept = rule?.plain ? undefined : hashedCell(platform, text, kind, this.#options);
    if (kept !== undefined) {
      this.kept++;
      return [kept];
    }
    const country = this.#country(countryCell);
    const { dateOrder } = this.#options;
    const readings: PhoneReading | readonly PhoneReading[] =
      kind === 'email'
        ? emailCellFor(platform, text)
        : kind === 'phone'
          ? phoneCellFor(platform, text, countryNamed(country ?? ''), howToRead(this.#options))
          : readField(rule!, text, { country, dateOrder });
    return [readings].flat().map((each) => {
      const reading = noted(each, ambiguous);
      if (isRefusal(reading)) return reading;
      this.taken++;
      return tokenOf(platform, reading, kind, this.#options);
    });
  }
}

/** The number of a reading, and a note of what else it could have been. */
function noted(reading: PhoneReading, ambiguous: Set<AmbiguityCode>): string | Refusal {
  if (typeof reading === 'object' && !isRefusal(reading)) ambiguous.add(reading.ambiguous);
  return numberOf(reading);
}

/** @throws {VeilmatchError} `argument` for a platform whose file nobody describes */
export function requireUpload(profile: ProfileName): void {
  if (UPLOAD_NAMES.includes(profile)) return;
  throw new VeilmatchError(
    'argument',
    `${profile} has no upload file that anybody describes. These have one: ${UPLOAD_NAMES.join(', ')}.`,
  );
}

/** The platforms whose upload file is known. */
const UPLOAD_NAMES: readonly ProfileName[] = PROFILE_NAMES.filter(
  (name) => platformNamed(name)!.upload !== undefined,
);
