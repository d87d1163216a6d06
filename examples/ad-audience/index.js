// SPDX-License-Identifier: Apache-2.0
// An advertiser wants to know how many of its customers use a platform, before it pays for reaching them.

import { numberingPlan, reverse } from 'veilmatch/attack';
import { IdentifierSet, profiles } from 'veilmatch/identifiers';
import { intersect } from 'veilmatch/psi';
import { e164, invent, Random, written } from '../people.js';

const AREA_CODES = ['415', '628'];
/** What the advertiser is told: hundreds, and nothing below five hundred. */
const COARSE = { step: 100, atLeast: 500 };

/**
 * @param {(line: string) => void} say
 * @param {{ customers?: number, members?: number, shared?: number }} [sizes]
 */
export async function story(say, { customers = 5_000, members = 20_000, shared = 1_830 } = {}) {
  const people = invent(new Random(2018), customers + members - shared);
  const advertiser = people.slice(0, customers);
  const platform = people.slice(customers - shared);

  say(
    `An advertiser has the telephone numbers of ${customers} customers, a platform those of ${members} members.`,
  );
  say('');
  say('1. The custom audience, as platforms take it: SHA-256 of the digits.');
  const upload = advertiser.map((person) => profiles.meta.phone(written(person), { country: 'US' }).token);
  const known = new Set(platform.map((person) => profiles.meta.phone(e164(person)).token));
  const matched = upload.filter((token) => known.has(token)).length;
  say(`   The platform recognises ${matched} of them, which is what the advertiser wanted.`);

  const plan = numberingPlan('US', { areaCodes: AREA_CODES });
  const reversal = reverse(upload, { plan, format: 'digits' });
  let strangers = 0;
  const platformNumbers = new Set(platform.map(e164));
  for await (const { identifier } of reversal) if (!platformNumbers.has(identifier)) strangers++;
  const { recovered, candidates, seconds } = await reversal.summary;
  say(
    `   It can read the others, too. Trying the ${candidates.toLocaleString('en-US')} numbers of the region took`,
  );
  say(
    `   ${seconds.toFixed(1)} s: ${recovered} of ${upload.length} hashes read back, ${strangers} of them of people who are no members.`,
  );
  say('');

  say('2. The same question by private set intersection, as a coarse count.');
  const [own, other] = [advertiser, platform].map((list) => IdentifierSet.ofStrings(list.map(e164)));
  const { size } = await intersect(own, other, { reveal: 'cardinality', coarse: COARSE });
  say(
    `   The advertiser's program says: ${size} of ${customers} customers, a match rate of about ${Math.round((100 * size) / customers)} %.`,
  );
  say('   The platform saw blinded points, which no list of numbers helps to read, and how many there are.');
  say(`   The rounding is a promise of the advertiser's own program: whoever compares sees the exact count.`);
  return { matched, recovered, strangers, coarse: size };
}
