// SPDX-License-Identifier: Apache-2.0
/**
 * First names and surnames of the United States with their likelihoods. Only the order of the census comes with the names;
 * the shares follow from the rank by Mandelbrot's law, share ~ (rank + shift)^-exponent. The constants are such that the
 * heads come out as published (James 3.3 % of men, Mary 2.6 % of women, Smith 1.0 % of all) to within a factor of about two.
 */

import { names } from './names.generated.js';
import type { Weighted } from './ranked-list.js';

const LAWS = {
  male: { shift: 20, exponent: 1.6 },
  female: { shift: 25, exponent: 1.3 },
  last: { shift: 10, exponent: 1 },
} as const;

function weighted(list: keyof typeof LAWS): Weighted[] {
  const { shift, exponent } = LAWS[list];
  const weights = names[list]
    .split(' ')
    .map((name, rank): Weighted => [name, (rank + 1 + shift) ** -exponent]);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return weights.map(([name, weight]) => [name, weight / sum]);
}

/** Of men and women, as many of each. */
export function firstNames(): Weighted[] {
  return [...weighted('male'), ...weighted('female')];
}

export function lastNames(): Weighted[] {
  return weighted('last');
}
