// SPDX-License-Identifier: Apache-2.0
/** What the page in examples/browser takes from lists.js. */

export interface GenerateOptions {
  /** Of each list; 10,000 by default. */
  readonly rows?: number;
  /** People in both lists; three in ten rows by default. */
  readonly shared?: number;
  readonly seed?: number;
}

/** Two CSV files, and how many distinct identifiers both hold. */
export function generateLists(options?: GenerateOptions): {
  readonly hospital: string;
  readonly network: string;
  readonly truth: { readonly matches: readonly number[]; readonly sharedIdentifiers: number };
};
