// SPDX-License-Identifier: Apache-2.0
/** What libphonenumber's metadata says about countries and country calling codes. */

import { type CountryCode, Metadata, type NumberingPlan } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';

export type LengthCheck = 'possible' | 'too-short' | 'too-long' | 'not-valid';

/** Countries by calling code; 800 and the like belong to none. */
const COUNTRIES: ReadonlyMap<string, readonly CountryCode[]> = new Map<string, readonly CountryCode[]>([
  ...Object.entries(metadata.country_calling_codes),
  ...Object.keys(metadata.nonGeographic).map((code) => [code, []] as const),
]);

/** Of one and two digits; all others have three. */
const CODE_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [...COUNTRIES.keys()].filter((code) => code.length < 3).map((code) => [code, code.length]),
);

/** The country calling code that E.164 digits start with. No code is the beginning of another. */
export function callingCodeOf(digits: string): string | undefined {
  const code = digits.slice(0, CODE_LENGTHS[digits.slice(0, 2)] ?? CODE_LENGTHS[digits[0] ?? ''] ?? 3);
  return COUNTRIES.has(code) ? code : undefined;
}

/** The country of a calling code, the main one of several; undefined for a code that belongs to none. */
export function mainCountryOf(callingCode: string): CountryCode | undefined {
  return COUNTRIES.get(callingCode)?.[0];
}

/** The digits behind the country calling code. */
export function nationalNumberOf(e164: string): string {
  return e164.slice(1 + callingCodeOf(e164.slice(1))!.length);
}

/** By the lengths of the plan; `not-valid` is a length between possible ones. */
export function checkLength(countryOrCallingCode: string, nationalNumber: string): LengthCheck {
  const lengths = planOf(countryOrCallingCode).possibleLengths();
  const { length } = nationalNumber;
  if (lengths.includes(length)) return 'possible';
  if (length < Math.min(...lengths)) return 'too-short';
  return length > Math.max(...lengths) ? 'too-long' : 'not-valid';
}

/** What `NumberingPlan` has besides its declared methods. */
interface FullPlan extends NumberingPlan {
  callingCode(): string;
  nationalNumberPattern(): string;
  nationalPrefix(): string | undefined;
  nationalPrefixForParsing(): string | undefined;
  leadingDigits(): string | undefined;
  type(name: string): { pattern(): string; possibleLengths(): number[] | undefined } | undefined;
}

/** The plan of a country, or of a calling code: that of its main country. */
function planOf(countryOrCallingCode: string): FullPlan {
  const selector = new Metadata();
  // The declared type leaves calling codes out; the method takes both.
  selector.selectNumberingPlan(countryOrCallingCode as CountryCode);
  return selector.numberingPlan as FullPlan;
}

/** A plan with its patterns compiled, as libphonenumber applies them. */
export interface CompiledPlan {
  readonly callingCode: string;
  /** At the start of the digits, what is dialled to leave the country. */
  readonly internationalPrefix: RegExp;
  /** At the start of a national number, what is not part of it. */
  readonly nationalPrefix: RegExp | undefined;
  /** What is dialled before a national number, if anything: 0 in most countries. */
  readonly trunk: string | undefined;
  /** What was dialled before a national number until a change of plan, the number behind it as its group. */
  readonly former: RegExp | undefined;
  /** All of a national number in any range. */
  readonly nationalNumber: RegExp;
  /** Lengths that are possible in every country of the calling code. */
  readonly sureLengths: ReadonlySet<number>;
  /** Lengths that are possible in any of them lie between these two. */
  readonly shortest: number;
  readonly longest: number;
  /** By general patterns, whether the length and the first digits are those of some country of the calling code. */
  plausible(national: string): boolean;
  /** Whether the number is plausible, and its plan's own rule does not leave it out; every assigned number is. */
  possible(national: string): boolean;
  /** Whether the number is in a range that is assigned; what `isValid` of libphonenumber says, in a thirtieth of the time. */
  valid(national: string): boolean;
  /** Whether it is in a range of numbers that are free, shared, dear or one for all of a country. */
  special(national: string): boolean;
}

/**
 * Prefixes that a country has given up, and that are still written: Mexico's 1 (abroad, until 2019, and in WhatsApp since),
 * 01, 044 and 045 (within) before all ten digits.
 */
const FORMER: Readonly<Record<string, RegExp>> = { 52: /^(?:0?1|04[45])(\d{10})$/ };

/**
 * Numbers that a plan's own rule leaves out, and that its metadata has none the less: in North America neither the area code nor
 * the exchange begins with 0 or 1 (NXX-NXX-XXXX, N from 2 to 9; NANPA, "About the North American Numbering Plan"). libphonenumber's
 * ranges keep to it, its general pattern does not. A range that it has all the same is taken: the Dominican Republic's free
 * numbers. Exchanges such as 211 stay, too: some are given out behind toll-free codes.
 */
const IMPOSSIBLE: Readonly<Record<string, RegExp>> = { 1: /^(?=\d{10}$)(?:\d{3})?[01]/ };

const compiled = new Map<string, CompiledPlan>();

/** @param countryOrCallingCode - one that the metadata has */
export function compiledPlan(countryOrCallingCode: string): CompiledPlan {
  const known = compiled.get(countryOrCallingCode);
  if (known !== undefined) return known;
  const plan = planOf(countryOrCallingCode);
  const prefix = plan.nationalPrefixForParsing();
  const countries = COUNTRIES.get(plan.callingCode()) ?? [];
  const lengths = [plan, ...countries.map(planOf)].map((each) => each.possibleLengths());
  const result: CompiledPlan = {
    callingCode: plan.callingCode(),
    internationalPrefix: new RegExp(`^(?:${plan.IDDPrefix()})`),
    nationalPrefix: prefix ? new RegExp(`^(?:${prefix})`) : undefined,
    trunk: plan.nationalPrefix(),
    former: FORMER[plan.callingCode()],
    nationalNumber: new RegExp(`^(?:${plan.nationalNumberPattern()})$`),
    sureLengths: new Set(lengths.flat().filter((n) => lengths.every((each) => each.includes(n)))),
    shortest: Math.min(...lengths.flat()),
    longest: Math.max(...lengths.flat()),
    ...judges(countries.length > 0 ? countries.map(planOf) : [plan], IMPOSSIBLE[plan.callingCode()]),
  };
  compiled.set(countryOrCallingCode, result);
  return result;
}

/** All that libphonenumber tells apart. */
const TYPES = [
  'FIXED_LINE',
  'MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
] as const;

const SPECIAL_TYPES: readonly (typeof TYPES)[number][] = ['PREMIUM_RATE', 'TOLL_FREE', 'SHARED_COST', 'UAN'];

/** The assigned ranges of one country. */
interface Ranges {
  /** Numbers that begin so are this country's, whatever else fits. */
  readonly leading: RegExp | undefined;
  readonly assigned: RegExp;
  readonly special: RegExp;
}

/**
 * @param plans - of all countries of a calling code, the main one first
 * @param impossible - numbers that the general patterns have and none of the countries, unless they are in an assigned range
 */
function judges(
  plans: readonly FullPlan[],
  impossible: RegExp | undefined,
): Pick<CompiledPlan, 'plausible' | 'possible' | 'valid' | 'special'> {
  const general = new RegExp(`^(?:${plans.map((plan) => plan.nationalNumberPattern()).join('|')})$`);
  const ranges = plans.map(rangesOf);
  const valid = (national: string): boolean => {
    for (const { leading, assigned } of ranges) {
      if (leading?.test(national)) return assigned.test(national);
      if (leading === undefined && assigned.test(national)) return true;
    }
    return false;
  };
  return {
    plausible: (national) => general.test(national),
    possible: (national) => general.test(national) && (!impossible?.test(national) || valid(national)),
    valid,
    special: (national) => ranges.some(({ special }) => special.test(national)),
  };
}

function rangesOf(plan: FullPlan): Ranges {
  const pattern = (names: readonly string[]): RegExp => {
    const types = names.flatMap((name) => {
      const type = plan.type(name);
      if (!type?.pattern()) return [];
      const lengths = type.possibleLengths()?.map((length) => `\\d{${length}}`);
      return lengths ? `(?=(?:${lengths.join('|')})$)(?:${type.pattern()})` : type.pattern();
    });
    // Nothing matches what must be something behind the end.
    return new RegExp(`^(?=(?:${plan.nationalNumberPattern()})$)(?:${types.join('|') || '$.'})$`);
  };
  const leading = plan.leadingDigits();
  return {
    leading: leading ? new RegExp(`^(?:${leading})`) : undefined,
    assigned: pattern(TYPES),
    special: pattern(SPECIAL_TYPES),
  };
}

/** An E.164 number's parts, and whether its range is assigned. @param e164 - one that has been read */
export function judge(e164: string): { code: string; national: string; valid: boolean } {
  const digits = e164.slice(1);
  const code = callingCodeOf(digits)!;
  const national = digits.slice(code.length);
  return { code, national, valid: compiledPlan(code).valid(national) };
}
