// SPDX-License-Identifier: Apache-2.0
// Somebody joins a messenger, which asks for the address book to find friends who use it, too.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { withParties } from '../parties.js';
import { e164, invent, Random } from '../people.js';

const AREA_CODES = ['415', '628'];
const SERVER = fileURLToPath(new URL('server.js', import.meta.url));
const PHONE = fileURLToPath(new URL('phone.js', import.meta.url));

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
  const numbers = (/** @type {typeof book} */ list) => list.map(e164).join('\n');
  return withParties('service', 'phone', async ({ put, path, start }) => {
    mkdirSync(path('mirror'));
    const list = put('phone/contacts.txt', numbers(book));
    // What one asks about an address book, and not twice in a day.
    const budget = String(Math.floor(contacts * 1.5));
    const members = put('service/members.txt', numbers(service));
    const server = start(SERVER, path('service'), members, path('mirror'), budget);
    const { port, signer } = await server.said('port');
    const ask = (/** @type {string} */ who) =>
      start(PHONE, `wss://localhost:${port}`, path(who), list, path('mirror'), signer);
    const codeOf = (/** @type {string} */ stderr) => /code: '([a-z-]+)'/.exec(stderr)?.[1];

    const outsider = codeOf((await ask('outsider').ended).stderr);
    await server.said('turnedAway');
    const phone = ask('phone');
    const found = await phone.said('members');
    const { asked } = await server.said('asked');
    say(
      `   The filter has ${(found.downloaded / service.length).toFixed(1)} bytes a member and is the same for everybody, so it can come from any mirror.`,
    );
    say(
      `   The telephone asked about its ${asked} contacts with ${found.exchanged} bytes both ways and found ${found.members.length} members.`,
    );
    say('   The service saw blinded points: not who is in the book, and not which of them matched.');
    say(`   Somebody without an account is turned away ('${outsider}').`);
    const refused = codeOf((await ask('phone').ended).stderr);
    await server.said('failed', 'refused');
    say(`   Whoever asks for more than an address book in a day is, too ('${refused}').`);

    const truth = book.slice(contacts - shared).map(e164);
    return {
      ...{ recovered, shadows, found: found.members.length, outsider, refused },
      right: found.members.join() === truth.join() && asked === contacts,
      bytesPerContact: found.exchanged / contacts,
    };
  });
}
