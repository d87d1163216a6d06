// SPDX-License-Identifier: Apache-2.0
/** Secrets that are drawn before a run, so that an attack can be handed one party's as a control. */

import { type RandomSource, secureRandom } from '../random.js';

/** A source that gives these draws first, in order, and is the platform's from then on. */
export function beginningWith(draws: readonly Uint8Array[]): RandomSource {
  const left = [...draws];
  return (length) => {
    const draw = left.shift();
    return draw?.length === length ? draw.slice() : secureRandom(length);
  };
}
