// SPDX-License-Identifier: Apache-2.0
/** Rows of a list through the library's normaliser, or through one platform's rules. */

import { howToRead, requireCountry } from '../../identifiers/phone.js';
import type { PlatformWay, TextWay } from '../../identifiers/row-texts.js';

interface ReadingOptions {
  readonly country?: string | undefined;
  /** Only telephone numbers in assigned ranges. */
  readonly assigned?: boolean | undefined;
  /** Whether numbers without a plus have their country's code. */
  readonly international?: boolean | undefined;
  /** Whether what can be read in two ways is refused. */
  readonly strict?: boolean | undefined;
}

/** What becomes of the rows of a list. */
export interface Treatment {
  /** On worker threads where the rows are many. */
  readonly way: TextWay;
  /** What is done with each text afterwards, on this thread: keys and salts stay on it. */
  readonly finish?: ((text: string) => string) | undefined;
}

/** The library's own reading. */
export function asNormalized(options: ReadingOptions, finish?: Treatment['finish']): Treatment {
  const country = requireCountry(options.country);
  return { way: { country, match: 'any', ...howToRead(options) }, finish };
}

export function asPlatform(
  profile: PlatformWay['profile'],
  pick: PlatformWay['pick'],
  options: ReadingOptions & PlatformWay['options'],
): Treatment {
  return { way: { profile, pick, options } };
}
