// SPDX-License-Identifier: Apache-2.0
/** How tokens were made, as far as the attacker knows or guesses it: the hash, and how a number was written under it. */

import { VeilmatchError } from '../errors.js';
import type { DigestAlgorithm, SlowCost } from '../hashing/index.js';
import type { HashingScheme } from '../hashing/scheme.js';
import type { ProfileName } from '../identifiers/index.js';
import { HASHES, type Platform } from '../identifiers/platforms/platform.js';
import { platformNamed } from '../identifiers/profiles.js';
import { ACCIDENTS, accidentNamed, mishapOf } from './accidents.js';
import { checkFormat, commonFormats, type NumberFormat, type Written } from './format.js';

/** How the tokens were made. */
export interface TokenOptions {
  /** Default: that of the platform whose way of writing numbers was given, otherwise `sha256`. */
  readonly algorithm?: DigestAlgorithm | undefined;
  /** The salt of salted or slow tokens. */
  readonly salt?: Uint8Array | undefined;
  /** Where the salt stands. Default `prefix`. */
  readonly saltPosition?: 'prefix' | 'suffix' | undefined;
  /** The key of HMAC-SHA-256 tokens. */
  readonly key?: Uint8Array | undefined;
  /** What one guess costs, of slow tokens. */
  readonly cost?: SlowCost | undefined;
}

/** How the numbers were written when they were hashed, or what is to be tried. */
export type FormatOption = NumberFormat | ProfileName | 'auto';

/** Which accidents are tried besides: `none`, all of them (`auto`), or one by its name, which has happened to all tokens. */
export type AccidentOption = string;

/** One way in which tokens may have been made. */
export interface Spelling {
  readonly format: NumberFormat;
  /** What happened besides, by its name. */
  readonly accident: string | undefined;
  readonly scheme: HashingScheme;
  /** The accident where it has changed the text, which a scanner has to know. */
  readonly changed: string | undefined;
}

export interface Recipe {
  /** As far as it was given. */
  readonly scheme: HashingScheme;
  /** To be tried in this order on all candidates. */
  readonly usual: readonly Spelling[];
  /** To be tried on a sample first. */
  readonly accidents: readonly Spelling[];
}

/** Of e-mail addresses, which are hashed as the dictionary has them; as numbers in E.164 are. */
export function emailRecipeOf(options: TokenOptions, accident: AccidentOption = 'none'): Recipe {
  return recipeOf(schemeOf(options), ['e164'], accident, 'addresses', undefined);
}

/**
 * Of telephone numbers.
 * @param plan - what is known of the numbers to try, if they are of one plan
 * @throws {VeilmatchError} `argument` for an unknown format or accident, one that no number fits, and options that
 *   contradict each other
 */
export function numberRecipeOf(
  format: FormatOption,
  options: TokenOptions,
  plan: Written | undefined,
  accident: AccidentOption = format === 'auto' ? 'auto' : 'none',
): Recipe {
  const platform = platformNamed(format);
  if (platform !== undefined) return platformRecipe(format, platform, options, plan, accident);
  const formats = format === 'auto' ? commonFormats(plan) : [format as NumberFormat];
  for (const each of formats)
    checkFormat(
      each,
      plan?.lengths.map(({ digits }) => digits),
    );
  return recipeOf(schemeOf(options), formats, accident, 'numbers', plan);
}

/** Accidents are tried on the likeliest formats alone. */
const MOST_FORMATS = 5;

function recipeOf(
  scheme: HashingScheme,
  formats: readonly NumberFormat[],
  accident: AccidentOption,
  to: 'numbers' | 'addresses',
  plan: Written | undefined,
): Recipe {
  const spelled = (among: readonly NumberFormat[], name: string): Spelling[] => {
    const happened = accidentNamed(name);
    const mishap = mishapOf(happened, scheme, to);
    if (mishap === undefined || (happened.dropsZero && plan !== undefined && !hasZero(plan))) return [];
    const changed = mishap.changesText ? name : undefined;
    return among.map((format) => ({ format, accident: name, scheme: mishap.scheme, changed }));
  };
  const usual = formats.map((format) => ({ format, accident: undefined, scheme, changed: undefined }));
  if (accident === 'none') return { scheme, usual, accidents: [] };
  if (accident === 'auto') {
    // Of a slow hash a sample worth the name takes hours.
    const names = scheme.hash === 'slow' ? [] : Object.keys(ACCIDENTS);
    const likeliest = formats.slice(0, MOST_FORMATS);
    return { scheme, usual, accidents: names.flatMap((name) => spelled(likeliest, name)) };
  }
  const named = spelled(formats, accident);
  if (named.length === 0) {
    throw new VeilmatchError(
      'argument',
      `The accident ${accident} happens to no ${to === 'numbers' ? 'telephone number' : 'e-mail address'} under this hash.`,
    );
  }
  return { scheme, usual: named, accidents: [] };
}

/** Whether a national number begins with a zero: the first one of a length does, then. */
function hasZero(plan: Written): boolean {
  return plan.lengths.some(({ from }) => plan.at(from).startsWith(`+${plan.callingCode}0`));
}

function schemeOf(options: TokenOptions): HashingScheme {
  const { algorithm = 'sha256', salt, saltPosition = 'prefix', key, cost } = options;
  if (key !== undefined) return { hash: 'keyed', key };
  if (cost !== undefined) return { hash: 'slow', cost, salt: salt ?? new Uint8Array() };
  if (salt !== undefined) return { hash: 'salted', algorithm, saltPosition, salt };
  return { hash: 'plain', algorithm };
}

function platformRecipe(
  name: string,
  platform: Platform<{ key?: Uint8Array }>,
  options: TokenOptions,
  plan: Written | undefined,
  accident: AccidentOption,
): Recipe {
  const { algorithm, salt, key, cost } = options;
  const { phone, hash = () => HASHES.sha256 } = platform;
  if (phone === undefined) {
    throw new VeilmatchError(
      'argument',
      `${name} publishes no rule for telephone numbers. Say how they were written: e164, digits, national or a mask.`,
    );
  }
  const conflict = (option: string, fact: string): VeilmatchError =>
    new VeilmatchError(
      'argument',
      `The format ${name} and the option ${option} contradict each other: ${fact}. Leave one of them out.`,
    );
  if (salt !== undefined) throw conflict('salt', 'the platform has no salt');
  if (cost !== undefined) throw conflict('cost', 'the platform has no slow hash');
  const written = (scheme: HashingScheme): Recipe => {
    const recipe = recipeOf(scheme, [phone.format], accident, 'numbers', plan);
    const zeros = plan === undefined || hasZero(plan);
    if (phone.dropsZero === undefined || accident !== 'none' || !zeros) return recipe;
    const { usual } = recipeOf(scheme, [phone.format], 'zero-lost', 'numbers', plan);
    return { ...recipe, usual: [...recipe.usual, ...usual] };
  };
  const plain = hash({}, 'phone');
  if (key !== undefined) {
    if (hash({ key }, 'phone') === plain) throw conflict('key', 'the platform has no key');
    if (algorithm !== undefined && algorithm !== 'sha256')
      throw conflict('algorithm', 'under a key the platform uses HMAC-SHA-256');
    return written({ hash: 'keyed', key });
  }
  const own = (Object.keys(HASHES) as (keyof typeof HASHES)[]).find((each) => HASHES[each] === plain)!;
  if (algorithm !== undefined && algorithm !== own)
    throw conflict('algorithm', `the platform hashes telephone numbers with ${own}`);
  return written({ hash: 'plain', algorithm: own });
}
