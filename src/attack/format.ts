// SPDX-License-Identifier: Apache-2.0
/** How numbers were written before they were hashed. */

import { parsePhoneNumber } from 'libphonenumber-js/max';
import { VeilmatchError } from '../errors.js';
import { type Accident, templateBytes } from './accidents.js';
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
export function templateOf(
  format: NumberFormat,
  callingCode: string,
  digits: number,
  accident?: Accident,
): Template | undefined {
  const named = CODE[format as keyof typeof CODE] as ((code: string) => string) | undefined;
  const template = templateBytes(
    accident,
    named === undefined ? format : named(callingCode) + DIGIT.repeat(digits),
  );
  return template.digits.length === digits ? template : undefined;
}

/** What has to be known of a plan to guess how its numbers are written. */
export interface Written {
  readonly callingCode: string;
  readonly trunkPrefix: string;
  readonly lengths: ReadonlyArray<{ readonly digits: number; readonly from: number }>;
  readonly size: number;
  at(index: number): string;
}

/** The ways in which numbers are commonly written, likeliest first. */
export function commonFormats(plan: Written | undefined): NumberFormat[] {
  const named: NumberFormat[] = ['e164', 'digits', 'national'];
  if (plan === undefined) return named;
  const { callingCode, trunkPrefix, lengths } = plan;
  const each = (...fronts: readonly string[]): NumberFormat[] =>
    lengths.flatMap(({ digits }) => fronts.map((front) => `${front}${masked(digits)}` as const));
  if (callingCode === '1') return [...named, ...NORTH_AMERICAN, ...each('001', '0111', '+', '+001')];
  const trunk = trunkPrefix === '' ? [] : each(trunkPrefix);
  const kept =
    trunkPrefix === '' ? [] : each(`+${callingCode}${trunkPrefix}`, `${callingCode}${trunkPrefix}`);
  const formats = [
    ...named,
    ...trunk,
    ...each(`00${callingCode}`, `+${callingCode} `),
    ...groupedFormats(plan),
    ...kept,
    ...each('+'),
  ];
  return [...new Set(formats)];
}

const masked = (digits: number): `${string}#${string}` => `#${DIGIT.repeat(digits - 1)}`;

/** Numbers that are looked at, spread over the plan, for the groups that its digits are written in. */
const LOOKED_AT = 60;
/** The commonest of these ways. */
const MOST_GROUPED = 6;

/** As the country itself groups digits, at home and for abroad. */
function groupedFormats(plan: Written): NumberFormat[] {
  const counts = new Map<NumberFormat, number>();
  for (let i = 0; i < LOOKED_AT; i++) {
    const number = parsePhoneNumber(plan.at(Math.floor((i * plan.size) / LOOKED_AT)));
    for (const text of [number.formatNational(), number.formatInternational()]) {
      const mask = maskOf(text, number.nationalNumber);
      if (mask !== undefined) counts.set(mask, (counts.get(mask) ?? 0) + 1);
    }
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return ranked.slice(0, MOST_GROUPED).map(([mask]) => mask);
}

/** The text with places for the digits of the national number, which stand at its end; undefined where they do not. */
function maskOf(text: string, national: string): NumberFormat | undefined {
  const signs = [...text];
  let left = national.length;
  for (let i = signs.length - 1; i >= 0 && left > 0; i--) {
    if (!/\d/.test(signs[i]!)) continue;
    if (signs[i] !== national[--left]) return undefined;
    signs[i] = DIGIT;
  }
  return left === 0 ? (signs.join('') as NumberFormat) : undefined;
}

const NORTH_AMERICAN: readonly NumberFormat[] = [
  '###-###-####',
  '(###) ###-####',
  '###.###.####',
  '### ### ####',
  '1-###-###-####',
  '+1 ###-###-####',
  '+1 (###) ###-####',
  '+1 ### ### ####',
  '+1-###-###-####',
  '+1.###.###.####',
  '1 ### ### ####',
  '1 (###) ###-####',
  '(###)###-####',
];
