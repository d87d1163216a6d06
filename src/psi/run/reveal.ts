// SPDX-License-Identifier: Apache-2.0
/**
 * What the receiver is shown.
 *
 * **A coarse count binds nobody but the receiver's own software**: whoever compares the tags sees the exact number. What is
 * made coarse is what this software returns and what it reports to the sender; and runs whose lists differ a little find the
 * steps.
 */

import { VeilmatchError } from '../../errors.js';
import type { Reveal } from './suite.js';

/** How a count is made coarse. */
export interface CoarseCount {
  /** Counts are rounded down to a multiple of it; from 1 on. */
  readonly step: number;
  /** Fewer than so many are told as 0. */
  readonly atLeast: number;
}

/** With a `CoarseCount` it is the mode `cardinality`, which the peer cannot tell from the exact one. */
export type RevealOption = Reveal | { readonly cardinality: CoarseCount };

export interface RevealSettings {
  readonly reveal: Reveal;
  readonly coarse: CoarseCount | undefined;
}

/** @throws {VeilmatchError} `argument` */
export function revealOf(option: RevealOption = 'intersection'): RevealSettings {
  if (option === 'intersection' || option === 'cardinality') return { reveal: option, coarse: undefined };
  const coarse = (option as { cardinality?: CoarseCount } | null)?.cardinality;
  if (!isCoarse(coarse)) {
    throw new VeilmatchError(
      'argument',
      "The option reveal must be 'intersection', 'cardinality', or { cardinality: { step, atLeast } } with whole numbers.",
    );
  }
  return { reveal: 'cardinality', coarse };
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
