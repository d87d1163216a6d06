// SPDX-License-Identifier: Apache-2.0
/**
 * What the receiver is shown.
 *
 * **A coarse count binds nobody but the receiver's own software**: whoever compares the tags sees the exact number. What is
 * made coarse is what this software returns and what it reports to the sender; and runs whose lists differ a little find the
 * steps.
 */

import { VeilmatchError } from '../../errors.js';

/** What the receiver is shown: which of its elements the sender has, or how many. */
export type Reveal = 'intersection' | 'cardinality';

/** How a count is made coarse. */
export interface CoarseCount {
  /** Counts are rounded down to a multiple of it; from 1 on. */
  readonly step: number;
  /** Fewer than so many are told as 0. */
  readonly atLeast: number;
}

interface RevealOptions {
  readonly reveal?: Reveal | undefined;
  readonly coarse?: CoarseCount | undefined;
}

export interface RevealSettings {
  readonly reveal: Reveal;
  readonly coarse: CoarseCount | undefined;
}

/** @throws {VeilmatchError} `argument` */
export function revealOf({ reveal = 'intersection', coarse }: RevealOptions): RevealSettings {
  if (reveal !== 'intersection' && reveal !== 'cardinality') {
    throw new VeilmatchError('argument', "The option reveal must be 'intersection' or 'cardinality'.");
  }
  if (coarse === undefined) return { reveal, coarse };
  checkCoarse(coarse);
  if (reveal === 'cardinality') return { reveal, coarse };
  throw new VeilmatchError(
    'argument',
    "The option coarse goes with reveal: 'cardinality' only: what is made coarse is a count.",
  );
}

/** @throws {VeilmatchError} `argument` */
export function checkCoarse(value: unknown): void {
  if (isCoarse(value)) return;
  throw new VeilmatchError(
    'argument',
    'The option coarse must be { step, atLeast } with whole numbers, step from 1.',
  );
}

function isCoarse(value: unknown): value is CoarseCount {
  const coarse = value as Partial<CoarseCount> | null | undefined;
  return isCount(coarse?.step, 1) && isCount(coarse?.atLeast, 0);
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** What is told of an exact count. */
export function toldCount(size: number, coarse: CoarseCount | undefined): number {
  if (coarse === undefined) return size;
  return size < coarse.atLeast ? 0 : size - (size % coarse.step);
}
