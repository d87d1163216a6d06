// SPDX-License-Identifier: Apache-2.0
/** How much of what has no end is tried: all runs say `full`, but `npm run test:unit` takes a part, and SLOW=1 more. */

/** Set for long runs, by whoever starts them. */
export const SLOW: boolean = Boolean(process.env.SLOW);

/** Set by vitest.config.ts for `--mode quick`, which is `npm run test:unit`. */
export const QUICK: boolean = !SLOW && Boolean(process.env.QUICK);

/** One in how many a quick run tries. */
const SHARE = 5;

/** How often: runs of a property, messages of a sequence: whatever draws at random, and may draw less often. */
export function times(full: number, slow: number = full): number {
  if (SLOW) return slow;
  return QUICK ? Math.ceil(full / SHARE) : full;
}

/** Cases that are alike, each of which is tried in full runs: in a quick one the first and last few, and some between. */
export function sample<T>(cases: readonly T[]): T[] {
  return cases.filter((_, i) => !QUICK || i < 2 || i >= cases.length - 2 || i % SHARE === 0);
}
