// SPDX-License-Identifier: Apache-2.0
// An advertiser knows who saw an advertisement, a bank what its card holders spent. How much did the people who saw it spend?
// Each runs a process of its own, and TLS is between them.

import { count, errorOf, withParties } from '../parties.js';
import { e164, invent, Random, written } from '../people.js';

/** One sum in a month. */
const POLICY = { budgets: [{ hours: 720, runs: 1 }] };

/**
 * @param {(line: string) => void} say
 * @param {{ viewers?: number, holders?: number, shared?: number }} [sizes]
 */
export async function story(say, { viewers = 4_000, holders = 3_000, shared = 1_240 } = {}) {
  const random = new Random(1955);
  const people = invent(random, viewers + holders - shared);
  const saw = people.slice(0, viewers);
  // A row for each purchase in the shop: some card holders bought several times, some never.
  const purchases = people
    .slice(viewers - shared)
    .flatMap((person) =>
      Array.from({ length: random.integer(0, 3) }, () => ({ person, cents: random.integer(199, 24_999) })),
    );
  say(
    `An advertiser knows ${count(viewers)} people who saw an advertisement, a bank ${count(purchases.length)} purchases of its card holders.`,
  );
  say('Each has a certificate that an authority of theirs issued, and a process of its own.');
  say('');

  return withParties('bank', 'advertiser', async ({ put, serve, connect }) => {
    const viewed = put('advertiser/viewers.csv', `mobile\n${saw.map((one) => `${written(one)}\n`).join('')}`);
    const bought = purchases.map(({ person, cents }) => `${e164(person)},${(cents / 100).toFixed(2)}\n`);
    const { service, url } = await serve(
      ...[put('bank/purchases.csv', `phone,amount\n${bought.join('')}`), '--reveal', 'sum'],
      ...['--value-column', 'amount', '--value-digits', '2'],
      ...['--policy', put('bank/policy.json', JSON.stringify(POLICY))],
    );
    const ask = (/** @type {string} */ who) =>
      connect(who, url, viewed, '--country', 'US', '--reveal', 'sum', '--value-digits', '2', '--json').ended;

    const outsider = await ask('outsider');
    const { reason } = await service.said('event', 'turned-away');
    say(`An outsider is turned away (${reason}): "${errorOf(outsider.stderr)}"`);

    const asked = await ask('advertiser');
    if (asked.status !== 0) throw new Error(asked.stderr);
    const result = JSON.parse(asked.stdout);
    const { peerSize } = await service.said('event', 'complete');
    const bytes = result.bytesSent + result.bytesReceived;
    say(
      `The advertiser learns: ${count(result.shared)} of them bought something, for $${result.sum} together. The bank learns that ${count(peerSize)} people saw the advertisement.`,
    );
    say(
      `Nothing about any one of them came out: not who bought, and no amount. ${(bytes / (saw.length + purchases.length)).toFixed(0)} bytes a row crossed the line.`,
    );

    const again = await ask('advertiser');
    const { limit } = await service.said('event', 'refused');
    say(`A second question is refused, by the bank's limit on ${limit}: "${errorOf(again.stderr)}"`);
    say('');
    say(
      'Why there is no second one: an intersection of one person has that person for its sum, and two runs whose lists differ in',
    );
    say(
      'one person differ by that person. A smallest size keeps an honest partner from it, and not one that fills its list up with',
    );
    say('dummies. So the bank answers one run in a month, and has it in a contract what the lists are.');

    const seen = new Set(saw);
    const theirs = purchases.filter(({ person }) => seen.has(person));
    const size = new Set(theirs.map(({ person }) => person)).size;
    const cents = theirs.reduce((sum, { cents: one }) => sum + one, 0);
    return {
      size: result.shared,
      sum: result.sum,
      right: result.shared === size && result.sum === (cents / 100).toFixed(2),
      turnedAway: `${outsider.status} ${reason}`,
      refused: `${again.status} ${limit}`,
    };
  });
}
