// SPDX-License-Identifier: Apache-2.0
/**
 * Numbering plans: all the telephone numbers that a country can have, counted, in order, and by index. This is the list
 * that an attacker tries, and its size is the whole protection of a hashed number.
 *
 * The patterns are libphonenumber's, so the plan holds every number that it calls valid for these types: more than are
 * assigned, hence an upper bound on the attacker's work.
 */

import { type CountryCode, isSupportedCountry, Metadata } from 'libphonenumber-js/max';
import { VeilmatchError } from '../errors.js';
import { type Automaton, compile, countContinuations, DEAD, intersection } from './automaton.js';

/** The types that a person's number can have. Prepaid, mobile and fixed lines share one pattern in some plans. */
export type LineType = 'FIXED_LINE' | 'MOBILE' | 'VOIP' | 'PERSONAL_NUMBER';

export interface PlanOptions {
  /** Default: mobile and fixed lines. */
  readonly types?: readonly LineType[] | undefined;
  /** Only national numbers that begin with one of these digit strings. Default: all. */
  readonly areaCodes?: readonly string[] | undefined;
}

/** A plan as data: what a worker needs to make it again. */
export interface PlanSpec {
  readonly country: string;
  readonly types: readonly LineType[];
  readonly areaCodes: readonly string[];
}

/** Digits of a national number at most (ITU-T E.164). */
const MAX_NATIONAL_DIGITS = 15;
/** The exchange of a North American number is no service code such as 411 or 911. */
const NANP_EXCHANGE = '\\d{3}[2-9](?:0\\d|1[02-9]|[2-9]\\d)\\d{4}';
const ASCII_ZERO = 48;

/** Guesses in a fixed order. */
export interface Candidates {
  readonly size: number;
  /**
   * Visits the candidates of the indices [from, to) in order.
   * @param visit is given the number in E.164 as ASCII, in a buffer that may be overwritten, and its index
   */
  visit(from: number, to: number, visit: (number: Uint8Array, index: number) => void): void;
}

export class NumberingPlan implements Candidates {
  readonly spec: PlanSpec;
  /** Country calling code, without the plus sign. */
  readonly callingCode: string;
  /** How many numbers the plan has. */
  readonly size: number;
  readonly #automaton: Automaton;
  /** `#counts[length][state]` */
  readonly #counts: readonly Float64Array[];

  constructor(spec: PlanSpec) {
    const metadata = metadataOf(spec.country);
    this.spec = spec;
    this.callingCode = metadata.callingCode();
    const patterns = spec.types.map((type) => metadata.type(type)?.pattern()).filter((pattern) => pattern);
    if (patterns.length === 0) {
      throw new VeilmatchError('argument', `The plan of ${spec.country} has no numbers of these types.`);
    }
    let automaton = compile([...new Set(patterns)].map((pattern) => `(?:${pattern})`).join('|'));
    if (this.callingCode === '1') automaton = intersection(automaton, compile(NANP_EXCHANGE));
    if (spec.areaCodes.length > 0) {
      automaton = intersection(
        automaton,
        compile(`(?:${spec.areaCodes.join('|')})\\d{0,${MAX_NATIONAL_DIGITS}}`),
      );
    }
    this.#automaton = automaton;
    this.#counts = countContinuations(automaton, MAX_NATIONAL_DIGITS);
    this.size = this.#counts.reduce((sum, row) => sum + row[0]!, 0);
    if (this.size === 0) {
      throw new VeilmatchError('argument', `No number of ${spec.country} begins with these area codes.`);
    }
  }

  /** The number of this index in E.164; shorter numbers first, numbers of one length in numeric order. */
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

  has(number: string): boolean {
    return this.indexOf(number) >= 0;
  }

  visit(from: number, to: number, visit: (number: Uint8Array, index: number) => void): void {
    const prefix = `+${this.callingCode}`;
    let skip = from;
    let index = from;
    const end = Math.min(to, this.size);
    for (let length = 0; length <= MAX_NATIONAL_DIGITS && index < end; length++) {
      const count = this.#counts[length]![0]!;
      if (skip >= count) {
        skip -= count;
        continue;
      }
      const buffer = new Uint8Array(prefix.length + length);
      for (let i = 0; i < prefix.length; i++) buffer[i] = prefix.charCodeAt(i);
      const descend = (state: number, rest: number): void => {
        if (rest === 0) {
          visit(buffer, index++);
          return;
        }
        const counts = this.#counts[rest - 1]!;
        for (let digit = 0; digit < 10 && index < end; digit++) {
          const target = this.#automaton.next[10 * state + digit]!;
          if (target === DEAD) continue;
          const below = counts[target]!;
          if (skip >= below) {
            skip -= below;
            continue;
          }
          buffer[buffer.length - rest] = ASCII_ZERO + digit;
          descend(target, rest - 1);
        }
      };
      descend(0, length);
    }
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

/** The part of libphonenumber's metadata that is used here; its published types leave it out. */
interface CountryMetadata {
  callingCode(): string;
  type(type: string): { pattern(): string | undefined } | undefined;
}

function metadataOf(country: string): CountryMetadata {
  if (!isSupportedCountry(country as CountryCode)) {
    throw new VeilmatchError('argument', 'The country must be an ISO 3166 code of two letters, such as US.');
  }
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country as CountryCode);
  return metadata.numberingPlan as unknown as CountryMetadata;
}

/**
 * The plan of a country.
 * @param country ISO 3166 alpha-2 code
 * @throws {VeilmatchError} `argument` for an unknown country, or options that leave no number
 */
export function numberingPlan(country: string, options: PlanOptions = {}): NumberingPlan {
  const { types = ['MOBILE', 'FIXED_LINE'], areaCodes = [] } = options;
  for (const code of areaCodes) {
    if (!/^\d+$/.test(code)) throw new VeilmatchError('argument', 'An area code consists of digits only.');
  }
  return new NumberingPlan({ country: country.toUpperCase(), types, areaCodes });
}
