// SPDX-License-Identifier: Apache-2.0
/** How tokens were made, as far as the attacker knows or guesses it: the hash, and how a number was written under it. */

import { VeilmatchError } from '../errors.js';
import type { DigestAlgorithm, SlowCost } from '../hashing/index.js';
import type { HashingScheme } from '../hashing/scheme.js';
import type { ProfileName } from '../identifiers/index.js';
import { HASHES, type Platform } from '../identifiers/platforms/platform.js';
import { platformNamed } from '../identifiers/profiles.js';
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

export interface Recipe {
  readonly scheme: HashingScheme;
  /** To be tried in this order. */
  readonly formats: readonly NumberFormat[];
}

/** Of e-mail addresses, which are hashed as the dictionary has them; as numbers in E.164 are. */
export function emailRecipeOf(options: TokenOptions): Recipe {
  return { scheme: schemeOf(options), formats: ['e164'] };
}

/**
 * Of telephone numbers.
 * @param plan - what is known of the numbers to try, if they are of one plan
 * @throws {VeilmatchError} `argument` for an unknown format, one that no number fits, and options that contradict each
 *   other
 */
export function numberRecipeOf(
  format: FormatOption,
  options: TokenOptions,
  plan: Written | undefined,
): Recipe {
  const platform = platformNamed(format);
  if (platform !== undefined) return platformRecipe(format, platform, options);
  const formats = format === 'auto' ? commonFormats(plan) : [format as NumberFormat];
  for (const each of formats)
    checkFormat(
      each,
      plan?.lengths.map(({ digits }) => digits),
    );
  return { scheme: schemeOf(options), formats };
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
  const plain = hash({}, 'phone');
  if (key !== undefined) {
    if (hash({ key }, 'phone') === plain) throw conflict('key', 'the platform has no key');
    if (algorithm !== undefined && algorithm !== 'sha256')
      throw conflict('algorithm', 'under a key the platform uses HMAC-SHA-256');
    return { scheme: { hash: 'keyed', key }, formats: [phone.format] };
  }
  const own = (Object.keys(HASHES) as DigestAlgorithm[]).find((each) => HASHES[each] === plain)!;
  if (algorithm !== undefined && algorithm !== own)
    throw conflict('algorithm', `the platform hashes telephone numbers with ${own}`);
  return { scheme: { hash: 'plain', algorithm: own }, formats: [phone.format] };
}
