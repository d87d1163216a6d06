// SPDX-License-Identifier: Apache-2.0
/**
 * Numbering plans: all the telephone numbers that a country can have, counted, in order, and by index. This is the list
 * that an attacker tries, and its size is the whole protection of a hashed number.
 *
 * The patterns are libphonenumber's, so the plan holds every number that it calls valid for these types: more than are
 * assigned, hence an upper bound on the attacker's work.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { requireArray, requireObject, requireOptions, requireText, requireTexts } from '../arguments.js';
import { bytesToHex, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type Automaton, countContinuations, DEAD, intersection } from './automaton.js';
import { type LineType, metadataOf, patternOf } from './metadata.js';
import {
  beginningWith,
  MAX_NATIONAL_DIGITS,
  type NumberRange,
  notBeginningWith,
  numbersOf,
} from './prefixes.js';

/** Which numbers of a country. */
export interface PlanOptions {
  /** Default: mobile and fixed lines. */
  readonly types?: readonly LineType[] | undefined;
  /** Only national numbers that begin with one of these digit strings. Default: all. */
  readonly areaCodes?: readonly string[] | undefined;
  /** No national number that begins with one of these digit strings. Default: none is left out. */
  readonly exclude?: readonly string[] | undefined;
}

/** A plan as data: what a worker needs to make it again. */
export interface PlanSpec {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** What the numbers are: those that the country's patterns for these types take, or those of ranges of one's own. */
  readonly numbers: { readonly types: readonly LineType[] } | { readonly ranges: readonly NumberRange[] };
  /** Only numbers that begin with one of these; all where there are none. */
  readonly areaCodes: readonly string[];
  /** No number that begins with one of these. */
  readonly exclude: readonly string[];
}

const ASCII_ZERO = 48;
/** Last digits that are counted up without looking at the automaton. */
const RUN_PLACES = 4;

/** Guesses in a fixed order. */
export interface Candidates {
  /** How many there are. */
  readonly size: number;
  /** Differs where two lists differ in a candidate or in their order; in hexadecimal. */
  readonly fingerprint: string;
  /**
   * Visits the candidates of the indices [from, to) in order.
   * @param visit is given the number in E.164 as ASCII, in a buffer that may be overwritten, and its index
   */
  visit(from: number, to: number, visit: (number: Uint8Array, index: number) => void): void;
}

/** Telephone numbers in a fixed order, by index: those of a country, or of ranges. */
export class NumberingPlan implements Candidates {
  /** The plan as data. */
  readonly spec: PlanSpec;
  /** Country calling code, without the plus sign. */
  readonly callingCode: string;
  /** What stands in front of a national number that is dialled within the country, or nothing. */
  readonly trunkPrefix: string;
  /** How many numbers the plan has. */
  readonly size: number;
  /** The lengths that national numbers have, and the indices [from, to) of the numbers of each. */
  readonly lengths: ReadonlyArray<{ readonly digits: number; readonly from: number; readonly to: number }>;
  readonly #automaton: Automaton;
  /** `#counts[length][state]` */
  readonly #counts: readonly Float64Array[];

  constructor(spec: PlanSpec) {
    requireObject(spec, 'The plan', 'country', 'numbers', 'areaCodes', 'exclude');
    requireText(spec.country, 'The country');
    requireObject(spec.numbers, 'The numbers of the plan');
    if ('ranges' in spec.numbers) requireArray(spec.numbers.ranges, 'The ranges');
    else requireTexts(spec.numbers.types, 'The types of numbers');
    requireDigits('An area code', spec.areaCodes);
    requireDigits('An excluded prefix', spec.exclude);
    const metadata = metadataOf(spec.country);
    this.spec = spec;
    this.callingCode = metadata.callingCode();
    this.trunkPrefix = metadata.nationalPrefix() ?? '';
    const { numbers, areaCodes, exclude } = spec;
    let automaton =
      'ranges' in numbers ? numbersOf(numbers.ranges) : patternOf(metadata, spec.country, numbers.types);
    if (areaCodes.length > 0) automaton = intersection(automaton, beginningWith(areaCodes));
    if (exclude.length > 0) automaton = intersection(automaton, notBeginningWith(exclude));
    this.#automaton = automaton;
    this.#counts = countContinuations(automaton, MAX_NATIONAL_DIGITS);
    let size = 0;
    this.lengths = this.#counts.flatMap((row, digits) => {
      const from = size;
      size += row[0]!;
      return size > from ? [{ digits, from, to: size }] : [];
    });
    this.size = size;
    if (this.size === 0) {
      throw new VeilmatchError(
        'argument',
        `No number of ${spec.country} is left by these area codes, ranges and exclusions.`,
      );
    }
  }

  /** Taken of the numbers themselves: libphonenumber's patterns change from release to release. */
  get fingerprint(): string {
    const { next, accepting } = this.#automaton;
    const hash = sha256.create().update(utf8(`${this.callingCode},`));
    return bytesToHex(hash.update(new Uint8Array(next.buffer)).update(accepting).digest());
  }

  /**
   * The number of this index in E.164; shorter numbers first, numbers of one length in numeric order.
   * @throws {VeilmatchError} `argument` for an index that the plan does not have
   */
  at(index: number): string {
    let found = '';
    this.visit(index, index + 1, (number) => {
      found = String.fromCharCode(...number);
    });
    if (found === '')
      throw new VeilmatchError('argument', `The plan has ${this.size} numbers; there is no number ${index}.`);
    return found;
  }

  /** The index of a number in E.164, or -1. */
  indexOf(number: string): number {
    const prefix = `+${this.callingCode}`;
    if (!number.startsWith(prefix) || !/^\+\d+$/.test(number)) return -1;
    const digits = number.slice(prefix.length);
    let index = 0;
    for (let length = 0; length < digits.length; length++) index += this.#counts[length]?.[0] ?? 0;
    let state = 0;
    for (let i = 0; i < digits.length; i++) {
      const rest = this.#counts[digits.length - i - 1];
      if (rest === undefined) return -1;
      const digit = Number(digits[i]);
      for (let lower = 0; lower < digit; lower++) {
        const target = this.#automaton.next[10 * state + lower]!;
        if (target !== DEAD) index += rest[target]!;
      }
      state = this.#automaton.next[10 * state + digit]!;
      if (state === DEAD) return -1;
    }
    return this.#automaton.accepting[state] === 1 ? index : -1;
  }

  /** Whether a number in E.164 is one of the plan. */
  has(number: string): boolean {
    return this.indexOf(number) >= 0;
  }

  visit(from: number, to: number, visit: (number: Uint8Array, index: number) => void): void {
    const prefix = `+${this.callingCode}`;
    let index = Math.max(0, from);
    for (const { digits, from: first, to: end } of this.lengths) {
      const buffer = new Uint8Array(prefix.length + digits);
      for (let i = 0; i < prefix.length; i++) buffer[i] = prefix.charCodeAt(i);
      this.visitRuns(Math.max(from, first), Math.min(to, end), RUN_PLACES, (leading, start, stop) => {
        buffer.set(leading, prefix.length);
        for (let last = start; last < stop; last++) {
          let rest = last;
          for (let i = buffer.length - 1; i >= prefix.length + leading.length; i--) {
            buffer[i] = ASCII_ZERO + (rest % 10);
            rest = Math.floor(rest / 10);
          }
          visit(buffer, index++);
        }
      });
    }
  }

  /**
   * Visits the numbers of the indices [from, to), in order, as runs: numbers in immediate succession that have all but
   * their last digits in common.
   * @param places - how many last digits a run's numbers may differ in
   * @param visit - is given the national digits in front of these, as ASCII in a buffer that may be overwritten, the last
   *   digits of the first number, and those of the number after the last one, the latter two as numbers
   */
  visitRuns(
    from: number,
    to: number,
    places: number,
    visit: (leading: Uint8Array, first: number, end: number) => void,
  ): void {
    for (const { digits, from: start, to: stop } of this.lengths) {
      const first = Math.max(from, start);
      const remaining = Math.min(to, stop) - first;
      if (remaining > 0) this.#visitRunsOf(digits, first - start, remaining, Math.min(places, digits), visit);
    }
  }

  /** Runs among the numbers of one length: `remaining` of them, after the first `skip`. */
  #visitRunsOf(
    length: number,
    skip: number,
    remaining: number,
    places: number,
    visit: (leading: Uint8Array, first: number, end: number) => void,
  ): void {
    const leading = new Uint8Array(length - places);
    let first = 0;
    let end = 0;
    const flush = (): void => {
      if (end > first) visit(leading, first, end);
      first = end = 0;
    };
    /** @param value - the digits after the leading ones that were taken so far, as a number */
    const descend = (state: number, rest: number, value: number): void => {
      if (rest <= places && this.#counts[rest]![state] === 10 ** rest) {
        const start = value * 10 ** rest + skip;
        const taken = Math.min(remaining, 10 ** rest - skip);
        if (start !== end) {
          flush();
          first = start;
        }
        end = start + taken;
        remaining -= taken;
        skip = 0;
        return;
      }
      const counts = this.#counts[rest - 1]!;
      for (let digit = 0; digit < 10 && remaining > 0; digit++) {
        const target = this.#automaton.next[10 * state + digit]!;
        if (target === DEAD) continue;
        const below = counts[target]!;
        if (skip >= below) {
          skip -= below;
          continue;
        }
        if (rest > places) leading[length - rest] = ASCII_ZERO + digit;
        descend(target, rest - 1, rest > places ? 0 : 10 * value + digit);
        if (rest === places + 1) flush();
      }
    };
    descend(0, length, 0);
    flush();
  }

  /** All numbers in E.164, in order. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

/**
 * The plan of a country.
 * @param country ISO 3166 alpha-2 code
 * @throws {VeilmatchError} `argument` for an unknown country, or options that leave no number
 * @example
 * ```ts
 * import { numberingPlan } from 'veilmatch/attack';
 *
 * const plan = numberingPlan('US', { areaCodes: ['415'] });
 * console.log(plan.size, plan.at(0)); // → 7920000 +14152000000
 * ```
 */
export function numberingPlan(country: string, options: PlanOptions = {}): NumberingPlan {
  requireText(country, 'The country');
  requireOptions(options);
  const { types = ['MOBILE', 'FIXED_LINE'], areaCodes = [], exclude = [] } = options;
  requireDigits('An area code', areaCodes);
  requireDigits('An excluded prefix', exclude);
  return new NumberingPlan({ country: country.toUpperCase(), numbers: { types }, areaCodes, exclude });
}

/**
 * A plan of ranges of one's own: a carrier's, or those that a regulator has assigned. Where ranges overlap, a number
 * counts once. They are taken as they are: libphonenumber's patterns have no say in them.
 * @param country ISO 3166 alpha-2 code, whose calling code the numbers have
 * @throws {VeilmatchError} `argument` for an unknown country, for a range that is none, with its position, and for
 *   options that leave no number
 * @example
 * ```ts
 * import { rangePlan } from 'veilmatch/attack';
 *
 * const plan = rangePlan('DE', [{ prefix: '15112', digits: 11 }]);
 * console.log(plan.size, plan.at(0)); // → 1000000 +4915112000000
 * ```
 */
export function rangePlan(
  country: string,
  ranges: readonly NumberRange[],
  options: Pick<PlanOptions, 'areaCodes' | 'exclude'> = {},
): NumberingPlan {
  requireText(country, 'The country');
  requireArray(ranges, 'The ranges');
  requireOptions(options);
  const { areaCodes = [], exclude = [] } = options;
  requireDigits('An area code', areaCodes);
  requireDigits('An excluded prefix', exclude);
  for (const [position, range] of ranges.entries()) {
    requireObject(range, `Range ${position}`, 'prefix', 'digits');
    const { prefix, digits } = range;
    const lengths = [digits].flat();
    const fit = (count: number): boolean =>
      Number.isInteger(count) && count >= Math.max(1, prefix.length) && count <= MAX_NATIONAL_DIGITS;
    if (/^\d*$/.test(prefix) && lengths.length > 0 && lengths.every(fit)) continue;
    throw new VeilmatchError(
      'argument',
      `Range ${position} is no range: its prefix consists of digits only, and whole numbers have as many digits or more, ${MAX_NATIONAL_DIGITS} at most.`,
      { position },
    );
  }
  return new NumberingPlan({ country: country.toUpperCase(), numbers: { ranges }, areaCodes, exclude });
}

function requireDigits(what: string, prefixes: readonly string[]): void {
  requireTexts(prefixes, `${what} in the list`);
  if (prefixes.every((prefix) => /^\d+$/.test(prefix))) return;
  throw new VeilmatchError('argument', `${what} consists of digits only.`);
}
