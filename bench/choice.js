// SPDX-License-Identifier: Apache-2.0
/** The protocols side by side: what each gives to whom, what it cost in the stored results, and what it is for. */

import { middle, Stored, short, table } from './cells.js';
import { duration } from './tables.js';

const ALL = '**the whole list**';

/** @type {readonly (readonly [protocol: string, learnt: string, partner: string, outsider: string, use: string])[]} */
const PROTOCOLS = [
  ['plain', 'which rows match', ALL, ALL, 'to upload to a platform that takes nothing else'],
  ['salted', 'which rows match', ALL, ALL, 'never: the salt must be known, and does not add a guess'],
  ['keyed', 'which rows match', ALL, 'nothing', "between parties that may see each other's lists"],
  [
    'slow',
    'which rows match',
    `${ALL}, later`,
    `${ALL}, later`,
    'never for telephone numbers: they are too few',
  ],
  [
    'oprf',
    'which rows match',
    'nothing',
    'nothing',
    'keyed hashing whose key stays on a server that can refuse',
  ],
  [
    'contact-discovery',
    'which contacts match',
    'nothing',
    'nothing',
    'few contacts against one large, published list',
  ],
  ['ecdh-psi', 'which rows match', 'nothing', 'nothing', 'to find shared customers, and act on them'],
  ['ecdh-psi-cardinality', 'how many match', 'nothing', 'nothing', 'to measure an overlap'],
  [
    'ecdh-psi-sum',
    'how many, and the sum of a number over them',
    'nothing',
    'nothing',
    'to measure what shared customers spent',
  ],
  [
    'join-ids',
    'a pseudonym for each row, and how many match',
    'nothing',
    'nothing',
    'to have tables joined by a third party',
  ],
];

/** A line on each protocol, with the cost of the largest run that was measured. @returns {string} */
export function choiceTable() {
  const cells = new Stored('protocols').cells({ part: 'size' });
  const rows = PROTOCOLS.map(([protocol, learnt, partner, outsider, use]) => {
    const { of, figures } = cells.filter((cell) => cell.of.protocol === protocol).at(-1) ?? {};
    const size = Number(of?.size);
    const cost =
      figures === undefined
        ? 'not measured yet'
        : `${duration(middle(figures.seconds) / size)}, ${short(Number(figures.bytes) / size)} bytes`;
    return [`\`${protocol}\``, learnt, partner, outsider, cost, use];
  });
  return table(
    [
      'protocol',
      'the receiver learns',
      'and can read offline',
      'who reads the line can read',
      'cost a row',
      'use it',
    ],
    rows,
  );
}
