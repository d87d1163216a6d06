// SPDX-License-Identifier: Apache-2.0
/** How numbers were written before they were hashed. */

import { utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Template } from './kernel/shape.js';

/**
 * `e164` as `+14155550123`, `digits` as `14155550123`, `national` as `4155550123`, or a mask such as `###-###-####`, in
 * which each `#` stands for a digit of the national number and everything else for itself.
 */
export type NumberFormat = 'e164' | 'digits' | 'national' | `${string}#${string}`;

const DIGIT = '#';
const CODE = {
  e164: (code: string): string => `+${code}`,
  digits: (code: string): string => code,
  national: () => '',
};

/**
 * @param digits - the lengths that national numbers have, if they are known
 * @throws {VeilmatchError} `argument` for what is neither a format's name nor a mask, and for a mask that no number fits
 */
export function checkFormat(format: string, digits?: readonly number[]): void {
  if (Object.hasOwn(CODE, format)) return;
  const places = format.split(DIGIT).length - 1;
  if (places === 0) {
    throw new VeilmatchError(
      'argument',
      "The format must be e164, digits, national, auto, a platform's name such as meta, or a mask with # for each digit of the national number, such as ###-###-####.",
    );
  }
  if (digits !== undefined && !digits.includes(places)) {
    throw new VeilmatchError(
      'argument',
      `The mask has ${places} places for digits, and national numbers of the plan have ${digits.join(', ')}. Write what stands in front of the national number as it is.`,
    );
  }
}

/** How a number with so many national digits is written; undefined where a mask has more or fewer places. */
export function templateOf(format: NumberFormat, callingCode: string, digits: number): Template | undefined {
  const named = CODE[format as keyof typeof CODE] as ((code: string) => string) | undefined;
  const text = named === undefined ? format : named(callingCode) + DIGIT.repeat(digits);
  const bytes = utf8(text);
  const places = Array.from(bytes.keys()).filter((i) => bytes[i] === DIGIT.charCodeAt(0));
  return places.length === digits ? { bytes, digits: places } : undefined;
}

/** What has to be known of a plan to guess how its numbers are written. */
export interface Written {
  readonly callingCode: string;
  readonly trunkPrefix: string;
  readonly lengths: ReadonlyArray<{ readonly digits: number }>;
}

/** The ways in which numbers are commonly written, likeliest first. */
export function commonFormats(plan: Written | undefined): NumberFormat[] {
  const named: NumberFormat[] = ['e164', 'digits', 'national'];
  if (plan === undefined) return named;
  const { callingCode, trunkPrefix, lengths } = plan;
  if (callingCode === '1') return [...named, ...NORTH_AMERICAN];
  const masks = lengths.flatMap(({ digits }): NumberFormat[] => {
    const places = `#${DIGIT.repeat(digits - 1)}` as const;
    const international = [`00${callingCode}${places}`, `+${callingCode} ${places}`] as const;
    return trunkPrefix === '' ? [...international] : [`${trunkPrefix}${places}`, ...international];
  });
  return [...named, ...masks];
}

const NORTH_AMERICAN: readonly NumberFormat[] = [
  '###-###-####',
  '(###) ###-####',
  '###.###.####',
  '### ### ####',
  '1-###-###-####',
  '+1 ###-###-####',
  '+1 (###) ###-####',
];
