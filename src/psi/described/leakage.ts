// SPDX-License-Identifier: Apache-2.0
/** What runs give away whose parties see blinded elements and tags, in sentences that several protocols have. */

/** Of a party that sees nothing but blinded elements and tags. */
export const OFFLINE = "Nothing offline but the size of the other's set and the kinds of identifiers in it.";
/** The same where how many are shared is known as well. */
export const OFFLINE_BUT_SIZE =
  "Nothing offline but the size of the other's set, the kinds of identifiers in it, and how many are shared";
export const OUTSIDER = 'Nothing but the sizes of both sets and the kinds of identifiers in them.';
export const ONE_BY_ONE = 'Whether the sender has an identifier,';
export const LIMITS = 'limits on size and runs bind it.';
