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

/** The country calling code that E.164 digits start with. No code is the beginning of another. */
export function callingCodeOf(digits: string): string | undefined {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    if (COUNTRIES.has(code)) return code;
  }
  return undefined;
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
  nationalPrefixForParsing(): string | undefined;
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
  /** All of a national number in any range. */
  readonly nationalNumber: RegExp;
  /** Lengths that are possible in every country of the calling code. */
  readonly sureLengths: ReadonlySet<number>;
  /** Lengths that are possible in any of them lie between these two. */
  readonly shortest: number;
  readonly longest: number;
}

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
    nationalNumber: new RegExp(`^(?:${plan.nationalNumberPattern()})$`),
    sureLengths: new Set(lengths.flat().filter((n) => lengths.every((each) => each.includes(n)))),
    shortest: Math.min(...lengths.flat()),
    longest: Math.max(...lengths.flat()),
  };
  compiled.set(countryOrCallingCode, result);
  return result;
}
