// SPDX-License-Identifier: Apache-2.0
/** Where a platform's rules are from: platforms change them without a word, and others quote what was. */

/** Who states a rule, and when it was read there. */
export interface PlatformSource {
  /** `own`: a page, a specification or an SDK of the platform; `third-party`: somebody who quotes it or integrates it. */
  readonly kind: 'own' | 'third-party';
  /** A page; or a file of a repository at the commit that was read. */
  readonly url: string;
  /** The day on which it was read, as YYYY-MM-DD. */
  readonly read: string;
  /**
   * How it was read, where the page itself was out of reach on that day: a stored copy of its text, or an excerpt of that
   * alone, as a search index has it.
   */
  readonly as?: 'copy' | 'excerpt';
  /** What it states, where it does not state all. */
  readonly states?: string;
}
