// SPDX-License-Identifier: Apache-2.0
/** How long it takes to read back a list of hashed birth dates or postal codes: every text there is, for a thousand tokens. */

import { birthDates, postalCodes, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';

const TARGETS = 1_000;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'fields',
  description: 'hashed birth dates and postal codes, read back by trying all there are',
  inProcess: true,
  async run({ quick, log }) {
    const countries = quick ? ['US'] : ['US', 'DE', 'FR', 'NL', 'CA', 'GB'];
    const spaces = [
      { space: 'birth dates since 1900, in every spelling', dictionary: () => birthDates() },
      ...countries.map((country) => ({
        space: `postal codes of ${country}`,
        dictionary: () => postalCodes(country),
      })),
    ];
    const results = [];
    for (const { space, dictionary: make } of spaces) {
      log(space);
      const known = make();
      const tokens = Array.from({ length: TARGETS }, (_, i) =>
        known.at(Math.floor((i * known.size) / TARGETS)),
      );
      const hashed = tokens.map((text) => reversiblePlain().token(text));
      // Nobody is found twice, so that no search ends before its last candidate.
      hashed.push(reversiblePlain().token('nobody'));
      const started = process.cpuUsage();
      const dictionary = make();
      const { recovered, candidates } = await reverse(hashed, { dictionary, concurrency: 1 }).summary;
      const { user, system } = process.cpuUsage(started);
      if (recovered !== TARGETS || candidates !== dictionary.size) throw new Error('Not all were found.');
      const cpuSeconds = Number(((user + system) / 1e6).toPrecision(3));
      results.push({ space, texts: dictionary.size, targets: recovered, cpuSeconds });
    }
    return { spaces: results };
  },
};

export default bench;
