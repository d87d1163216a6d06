// SPDX-License-Identifier: Apache-2.0
/** How much of what has no end is tried: `npm test` takes a part, `npm run test:unit` a smaller one, and SLOW=1 all and more. */

/** Set for long runs, by whoever starts them. */
export const SLOW: boolean = Boolean(process.env.SLOW);

/** Set by vitest.config.ts for `--mode quick`, which is `npm run test:unit`. */
export const QUICK: boolean = !SLOW && Boolean(process.env.QUICK);

/** Draws are others in each run, so that many short runs try what one long run does. */
const SHARE = QUICK ? 1 / 5 : 2 / 5;
/** Of cases that are alike one in so many, and which. */
const EVERY = SLOW ? 1 : QUICK ? 5 : 2;
const PHASE = Math.floor(Math.random() * EVERY);

/** How often: runs of a property, messages of a sequence: whatever draws at random, and may draw less often. */
export function times(full: number, slow: number = full): number {
  return SLOW ? slow : Math.ceil(full * SHARE);
}

/** Cases that are alike, each of which is tried in slow runs: in others the first and last few, and some between. */
export function sample<T>(cases: readonly T[]): T[] {
  return cases.filter((_, i) => i < 2 || i >= cases.length - 2 || i % EVERY === PHASE);
}

/** The same of places of which it is not known how many there are: 0, 1 and on, until whoever takes them has enough. */
export function* places(): Generator<number, never> {
  for (let i = 0; ; i++) if (i < 2 || i % EVERY === PHASE) yield i;
}
