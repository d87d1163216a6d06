// SPDX-License-Identifier: Apache-2.0
/**
 * What people make addresses of, besides their names. Shares of domains are published; for patterns and numbers only their
 * order is, so that their weights are estimates of this project.
 */

import type { Weighted } from './ranked-list.js';

/**
 * Webmail and providers of the United States. Shares in per cent of the first eight: customers' addresses of a music venue
 * in San Francisco, 2021-2023 (https://www.spamresource.com/2023/09/jwz-us-b2c-domain-rankings-in-wild.html). What follows
 * shares the rest of that list by rank of size.
 */
export const DOMAINS: readonly Weighted[] = [
  ['gmail.com', 67],
  ['yahoo.com', 13],
  ['hotmail.com', 4],
  ['icloud.com', 2],
  ['aol.com', 1.2],
  ['comcast.net', 0.8],
  ['sbcglobal.net', 0.6],
  ['me.com', 0.6],
  ['outlook.com', 1],
  ['msn.com', 0.5],
  ['live.com', 0.5],
  ['att.net', 0.4],
  ['verizon.net', 0.3],
  ['mac.com', 0.3],
  ['cox.net', 0.2],
  ['bellsouth.net', 0.2],
  ['ymail.com', 0.2],
  ['earthlink.net', 0.15],
  ['charter.net', 0.15],
  ['protonmail.com', 0.15],
  ['googlemail.com', 0.1],
  ['rocketmail.com', 0.1],
  ['optonline.net', 0.1],
  ['gmx.com', 0.1],
  ['mail.com', 0.1],
  ['juno.com', 0.1],
  ['pacbell.net', 0.1],
  ['proton.me', 0.1],
  ['windstream.net', 0.05],
  ['frontier.com', 0.05],
];

/**
 * Patterns in the order that guides for sales people agree on (first.last, then the first name, then initial and name), with
 * numbers behind them as on webmail, where the plain forms are taken.
 */
export const PATTERNS: readonly Weighted[] = [
  ['{first}.{last}@{domain}', 14],
  ['{first}{last}@{domain}', 13],
  ['{first:1}{last}@{domain}', 9],
  ['{first}{last}{number}@{domain}', 9],
  ['{first}{number}@{domain}', 7],
  ['{first:1}{last}{number}@{domain}', 7],
  ['{first}.{last}{number}@{domain}', 6],
  ['{first}_{last}@{domain}', 4],
  ['{last}{first}@{domain}', 3],
  ['{last}.{first}@{domain}', 3],
  ['{first}{last:1}@{domain}', 3],
  ['{first}_{last}{number}@{domain}', 3],
  ['{last}{number}@{domain}', 2.5],
  ['{first}{last:1}{number}@{domain}', 2.5],
  ['{first:1}.{last}@{domain}', 2],
  ['{first}@{domain}', 2],
  ['{last}@{domain}', 1.5],
  ['{last}{first:1}@{domain}', 1.5],
  ['{last}{first}{number}@{domain}', 1],
  ['{first}-{last}@{domain}', 0.7],
  ['{first:1}.{last}{number}@{domain}', 0.6],
  ['{first:1}_{last}@{domain}', 0.5],
  ['{last}_{first}@{domain}', 0.5],
  ['{last}.{first}{number}@{domain}', 0.5],
  ['{last}{first:1}{number}@{domain}', 0.5],
  ['{first}.{last:1}@{domain}', 0.4],
  ['{first:1}_{last}{number}@{domain}', 0.3],
  ['{last}_{first}{number}@{domain}', 0.3],
  ['{first}-{last}{number}@{domain}', 0.3],
  ['{address}', 20],
  ['{word}@{domain}', 10],
  ['{word}{number}@{domain}', 5],
];

/** Numbers behind a name: of two digits above all, many of them years of birth; years in full; small and popular ones. */
export const NUMBERS: readonly Weighted[] = [
  ...range(0, 99).map((n): Weighted => [`${n}`.padStart(2, '0'), n >= 60 || n <= 5 ? 0.8 : 0.35]),
  ...range(1, 9).map((n): Weighted => [`${n}`, 12 / (n + 3)]),
  ...range(1940, 2012).map((n): Weighted => [`${n}`, n >= 1960 && n <= 2002 ? 0.4 : 0.12]),
  ...range(100, 999).map((n): Weighted => [`${n}`, n % 111 === 0 ? 0.1 : 0.015]),
  ['123', 1],
  ['007', 0.3],
  ['1234', 0.4],
];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
