// SPDX-License-Identifier: Apache-2.0
/** How far rows may be merged into people, and how what is beyond is reported. */

import { type OptionNames, requireCallbacks, requireFunction } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierKind } from '../../identifiers/identifier.js';
import type { OptionSpec } from '../run/options.js';
import type { Role } from '../run/suite.js';

/** What the Hello has room for. */
const MAX_WIDTH = 255;

/** Limits on who is one person. Each party holds its own list to its own. */
export interface MergeLimits {
  /**
   * Identifiers of one person, 2 to 255. Default 8. A peer is held to it, too: one whose people have more is turned away,
   * since filling people up with identifiers that are known to match marks them.
   */
  readonly maxIdentifiersPerPerson?: number | undefined;
  /**
   * Rows that one identifier may stand in, from 1. Default 10. Rows with the same identifiers count once: a customer with a
   * hundred purchases is one, the telephone number of a switchboard is not.
   */
  readonly maxRowsPerIdentifier?: number | undefined;
}

export const LIMIT_NAMES: OptionNames<MergeLimits> = {
  maxIdentifiersPerPerson: true,
  maxRowsPerIdentifier: true,
};

/** The same for a party of a run. */
export interface MergeOptions extends MergeLimits {
  /**
   * Told what was left out of this party's list, if anything, before the run begins. It is called synchronously; where it
   * returns a promise, nothing is sent before that is fulfilled. What it throws fails the run.
   */
  readonly onLeftOut?: ((leftOut: readonly LeftOut[]) => void) | undefined;
}

export const MERGE_NAMES: OptionNames<MergeOptions> = {
  ...LIMIT_NAMES,
  onLeftOut: true,
};

/** The same for both parties in one process. */
export interface MergeBothOptions extends MergeLimits {
  /**
   * Told what was left out of a party's list, if anything, before the run begins. It is called synchronously; where it
   * returns a promise, nothing is sent before that is fulfilled. What it throws fails the run.
   */
  readonly onLeftOut?: ((of: Role, leftOut: readonly LeftOut[]) => void) | undefined;
}

/** An identifier of a row that was left out, without its value. */
export interface LeftOut {
  /** Zero-based. */
  readonly row: number;
  readonly kind: IdentifierKind;
  /**
   * `in-too-many-rows`: it stands in more rows than one person's. `too-many-identifiers`: with it a person would have more
   * than the limit.
   */
  readonly code: 'in-too-many-rows' | 'too-many-identifiers';
  /** The different rows that the identifier stands in, or the identifiers that the person would have with it. */
  readonly count: number;
}

const DEFAULTS = { maxIdentifiersPerPerson: 8, maxRowsPerIdentifier: 10 } as const;

function checkWidth(width: unknown): void {
  if (Number.isInteger(width) && (width as number) >= 2 && (width as number) <= MAX_WIDTH) return;
  throw new VeilmatchError(
    'argument',
    `The option maxIdentifiersPerPerson must be a whole number from 2 to ${MAX_WIDTH}.`,
  );
}

function checkRows(rows: unknown): void {
  if (Number.isSafeInteger(rows) && (rows as number) >= 1) return;
  throw new VeilmatchError('argument', 'The option maxRowsPerIdentifier must be a whole number from 1.');
}

/** The limits as options of a protocol. */
export const limitOptions: OptionSpec<MergeOptions> = {
  maxIdentifiersPerPerson: {
    default: DEFAULTS.maxIdentifiersPerPerson,
    check: checkWidth,
    agreed: false,
    repeated: true,
  },
  maxRowsPerIdentifier: {
    default: DEFAULTS.maxRowsPerIdentifier,
    check: checkRows,
    agreed: false,
    repeated: true,
  },
  onLeftOut: {
    default: undefined,
    check: (value) => requireFunction(value, 'The option onLeftOut'),
    agreed: false,
    repeated: false,
  },
};

/** @throws {VeilmatchError} `argument` */
export function checkedLimits(limits: MergeLimits): Required<{ [Name in keyof MergeLimits]: number }> {
  const {
    maxIdentifiersPerPerson = DEFAULTS.maxIdentifiersPerPerson,
    maxRowsPerIdentifier = DEFAULTS.maxRowsPerIdentifier,
  } = limits;
  checkWidth(maxIdentifiersPerPerson);
  checkRows(maxRowsPerIdentifier);
  return { maxIdentifiersPerPerson, maxRowsPerIdentifier };
}

/**
 * Tells what was left out, if anything.
 * @returns fulfilled when it was taken. A failure is no unhandled rejection: it is there for whoever awaits it
 * @throws {VeilmatchError} `argument` for what is no function; what the function throws at once
 */
export function told(onLeftOut: MergeOptions['onLeftOut'], leftOut: readonly LeftOut[]): Promise<void> {
  requireCallbacks({ onLeftOut }, 'onLeftOut');
  if (onLeftOut === undefined || leftOut.length === 0) return Promise.resolve();
  const tell: (leftOut: readonly LeftOut[]) => unknown = onLeftOut;
  const taken = Promise.resolve(tell(leftOut)).then(() => {});
  taken.catch(() => {});
  return taken;
}

/** The options of one of two parties in one process. */
export function optionsOf<Options extends MergeBothOptions>(
  role: Role,
  options: Options,
): Omit<Options, 'onLeftOut'> & MergeOptions {
  const { onLeftOut } = options;
  requireCallbacks({ onLeftOut }, 'onLeftOut');
  if (onLeftOut === undefined) return options as Omit<Options, 'onLeftOut'>;
  return { ...options, onLeftOut: (leftOut) => onLeftOut(role, leftOut) };
}

/** Who is told of what was left out, for each of two parties in one process. */
export function leftOutByRole(options: MergeBothOptions): Record<Role, Pick<MergeOptions, 'onLeftOut'>> {
  const of = (role: Role): Pick<MergeOptions, 'onLeftOut'> => ({
    onLeftOut: optionsOf(role, options).onLeftOut,
  });
  return { receiver: of('receiver'), sender: of('sender') };
}
