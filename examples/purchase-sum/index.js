// SPDX-License-Identifier: Apache-2.0
// An advertiser knows who saw an advertisement, a bank what its card holders spent. How much did the people who saw it spend?

import { IdentifierSet } from 'veilmatch/identifiers';
import { intersectionSum } from 'veilmatch/psi';
import { e164, invent, Random } from '../people.js';

/**
 * @param {(line: string) => void} say
 * @param {{ viewers?: number, holders?: number, shared?: number }} [sizes]
 */
export async function story(say, { viewers = 4_000, holders = 3_000, shared = 1_240 } = {}) {
  const random = new Random(1955);
  const people = invent(random, viewers + holders - shared);
  const saw = people.slice(0, viewers).map(e164);
  // A row for each purchase in the shop: some card holders bought several times, some never.
  const purchases = people.slice(viewers - shared).flatMap((person) =>
    Array.from({ length: random.integer(0, 3) }, () => ({
      phone: e164(person),
      cents: random.integer(199, 24_999),
    })),
  );
  say(
    `An advertiser knows ${viewers} people who saw an advertisement, a bank ${purchases.length} purchases of its card holders.`,
  );
  say('');

  let bytes = 0;
  const result = await intersectionSum(
    IdentifierSet.ofStrings(saw),
    IdentifierSet.ofStrings(purchases.map(({ phone }) => phone)),
    purchases.map(({ cents }) => cents),
    {
      onFrame: (_, frame) => {
        bytes += frame.length;
      },
    },
  );
  const dollars = (/** @type {number} */ cents) =>
    (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
  say(
    `The advertiser learns: ${result.size} of them bought something, for ${dollars(result.sum)} together, ${dollars(result.mean ?? 0)} each.`,
  );
  say(
    `Nothing about any one of them came out: not who bought, and no amount. ${(bytes / (saw.length + purchases.length)).toFixed(0)} bytes a row crossed the line.`,
  );
  say('');
  say(
    'What this does not stop: an intersection of one person has that person for its sum, and two runs whose lists differ in one',
  );
  say(
    'person differ by that person. A smallest size keeps an honest partner from it, and not one that fills its list up with dummies;',
  );
  say('so the bank answers one run of a partner in a while, and has it in a contract what the lists are.');

  const seen = new Set(saw);
  const theirs = purchases.filter(({ phone }) => seen.has(phone));
  const truth = {
    size: new Set(theirs.map(({ phone }) => phone)).size,
    sum: theirs.reduce((sum, { cents }) => sum + cents, 0),
  };
  return { ...result, right: result.size === truth.size && result.sum === truth.sum };
}
