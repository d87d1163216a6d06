// SPDX-License-Identifier: Apache-2.0
// Somebody joins a messenger, which asks for the address book to find friends who use it, too.

import { numberingPlan, reverse } from 'veilmatch/attack';
import { discoverContacts } from 'veilmatch/contact';
import { reversiblePlain } from 'veilmatch/hashing';
import { IdentifierSet } from 'veilmatch/identifiers';
import { e164, invent, Random } from '../people.js';

const AREA_CODES = ['415', '628'];
/** Of a contact that is no member, and shows as one. */
const FALSE_POSITIVE_RATE = 2 ** -30;

/**
 * @param {(line: string) => void} say
 * @param {{ contacts?: number, members?: number, shared?: number }} [sizes]
 */
export async function story(say, { contacts = 300, members = 20_000, shared = 110 } = {}) {
  const people = invent(new Random(2021), contacts + members - shared);
  const book = people.slice(0, contacts);
  const service = people.slice(contacts - shared);

  say(
    `An address book of ${contacts} people, ${contacts - shared} of whom never signed up, and a service with ${members} members.`,
  );
  say('');
  say('1. Hashed upload. The service gets SHA-256 of every number in the book.');
  const { token } = reversiblePlain();
  const uploaded = book.map((person) => token(e164(person)));
  const plan = numberingPlan('US', { areaCodes: AREA_CODES });
  const reversal = reverse(uploaded, { plan });
  const memberNumbers = new Set(service.map(e164));
  let shadows = 0;
  for await (const { identifier } of reversal) if (!memberNumbers.has(identifier)) shadows++;
  const { recovered, seconds } = await reversal.summary;
  say(
    `   It reads all ${recovered} back in ${seconds.toFixed(1)} s. ${shadows} of them are people who have nothing to do with the service;`,
  );
  say('   now it knows their numbers and who knows them.');
  say('');

  say('2. Contact discovery: the service publishes a filter of its members once, under a key of its own.');
  const [own, other] = [book, service].map((list) => IdentifierSet.ofStrings(list.map(e164)));
  let downloaded = 0;
  let exchanged = 0;
  const { size, matches } = await discoverContacts(own, other, {
    falsePositiveRate: FALSE_POSITIVE_RATE,
    onPublished: ({ header, filters }) => {
      downloaded = header.length + filters.reduce((sum, filter) => sum + filter.length, 0);
    },
    onFrame: (_, frame) => {
      exchanged += frame.length;
    },
  });
  const right = matches.every((row) => row >= contacts - shared);
  say(
    `   The filter has ${(downloaded / members).toFixed(1)} bytes a member and is the same for everybody, so it can come from any mirror.`,
  );
  say(
    `   The telephone asked about its ${contacts} contacts with ${exchanged} bytes both ways and found ${size} members.`,
  );
  say('   The service saw blinded points: not who is in the book, and not which of them matched.');
  return { recovered, shadows, found: size, right, bytesPerContact: exchanged / contacts };
}
