// SPDX-License-Identifier: Apache-2.0
// An airline and a hotel want to know which guests of the hotel fly with the airline. Each runs a program of its own.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { count, errorOf, withParties } from '../parties.js';
import { e164, invent, Random, written } from '../people.js';

const pathOf = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {(line: string) => void} say
 * @param {{ passengers?: number, guests?: number, shared?: number }} [sizes]
 */
export async function story(say, { passengers = 20_000, guests = 12_000, shared = 2_500 } = {}) {
  const people = invent(new Random(1919), passengers + guests - shared);
  const airline = people.slice(0, passengers);
  const hotel = people.slice(passengers - shared);
  const truth = hotel.slice(0, shared).map(e164).join();
  return withParties('airline', 'hotel', async (parties) => {
    const lists = prepare(parties, airline, hotel);
    say(
      `An airline has the telephone numbers of ${count(passengers)} passengers, a hotel those of ${count(guests)} guests.`,
    );
    say('Each has a certificate that an authority of theirs issued, and a process of its own.');
    say('');
    const commands = await overCommandLine(say, parties, lists);
    say('');
    const library = await overLibrary(say, parties, lists);
    say('');
    const files = await overFiles(say, parties, lists);
    return {
      shared: commands.numbers.length,
      right: [commands, library].every(({ numbers }) => numbers.join() === truth),
      turnedAway: [commands.outsider, library.outsider],
      ...files,
    };
  });
}

/** @typedef {import('../parties.js').Parties} Parties */
/** @typedef {ReturnType<typeof prepare>} Lists */

/**
 * What each has on its own machine.
 * @param {Parties} parties
 * @param {import('../people.js').Person[]} airline
 * @param {import('../people.js').Person[]} hotel
 */
function prepare({ put }, airline, hotel) {
  const rows = (/** @type {typeof airline} */ people) =>
    people.map((person) => `${person.last},${written(person)}\n`).join('');
  return {
    airlineList: put('airline/passengers.csv', `name,mobile\n${rows(airline)}`),
    hotelList: put('hotel/guests.csv', `name,mobile\n${rows(hotel)}`),
    airlineNumbers: put('airline/passengers.txt', airline.map(e164).join('\n')),
    hotelNumbers: put('hotel/guests.txt', hotel.map(e164).join('\n')),
  };
}

/** @param {(line: string) => void} say @param {Parties} parties @param {Lists} lists */
async function overCommandLine(say, { path, serve, connect }, { airlineList, hotelList }) {
  say('1. On the command line: veilmatch serve and veilmatch connect, over TLS 1.3.');
  const { service: airline, url } = await serve(
    ...[airlineList, '--country', 'US', '--reveal', 'intersection', '--once'],
  );
  const asParty = (/** @type {string} */ who, /** @type {string[]} */ ...argv) =>
    connect(who, url, hotelList, '--country', 'US', ...argv);

  const outsider = await asParty('outsider').ended;
  const { reason } = await airline.said('event', 'turned-away');
  say(
    `   An outsider who made itself a certificate ends with status ${outsider.status}: "${errorOf(outsider.stderr)}"`,
  );
  say(`   The airline's log has a line for it (reason: ${reason}), and nothing of its list was sent.`);

  const output = path('hotel/shared.csv');
  const hotel = await asParty('hotel', '--json', '-o', output).ended;
  if (hotel.status !== 0) throw new Error(hotel.stderr);
  const summary = JSON.parse(hotel.stdout);
  const { peerSize } = await airline.said('event', 'complete');
  say(
    `   The hotel learns which ${count(summary.shared)} of its ${count(summary.ownSize)} guests are passengers, and that there are ${count(summary.peerSize)}.`,
  );
  say(`   The airline learns that the hotel has ${count(peerSize)} guests, and not which of them it knows.`);
  sayCost(say, { ...summary, back: summary.bytesReceived });
  // "line,phone", and the numbers as the hotel's own list has them.
  const numbers = readFileSync(output, 'utf8').trimEnd().split('\n').slice(1);
  return {
    numbers: numbers.map((line) => `+1${line.slice(line.indexOf(',')).replace(/\D/g, '')}`),
    outsider: `${outsider.status} ${reason}`,
  };
}

/** @param {(line: string) => void} say @param {Parties} parties @param {Lists} lists */
async function overLibrary(say, { path, start }, { airlineNumbers, hotelNumbers }) {
  say('2. In programs of their own (airline.js, hotel.js): listen and send, connect and receive.');
  const airline = start(pathOf('airline.js'), path('airline'), airlineNumbers);
  const { port } = await airline.said('port');
  const outsider = await start(pathOf('hotel.js'), `wss://localhost:${port}`, path('outsider'), hotelNumbers)
    .ended;
  await airline.said('turnedAway');
  const code = /code: '([a-z-]+)'/.exec(outsider.stderr)?.[1];
  say(`   The outsider's program is turned away here, too, with the code '${code}'.`);
  const hotel = start(pathOf('hotel.js'), `wss://localhost:${port}`, path('hotel'), hotelNumbers);
  const { shared, ...summary } = await hotel.said('shared');
  const { bytesSent, peerSize } = await airline.said('peerSize');
  say(
    `   The hotel's program has the same ${count(shared.length)} rows; the airline's was told ${count(peerSize)}, the size of the list.`,
  );
  sayCost(say, { ...summary, back: bytesSent });
  return { numbers: shared, outsider: code };
}

/** @param {(line: string) => void} say @param {Parties} parties @param {Lists} lists */
async function overFiles(say, { put, path, run }, { airlineList, hotelList }) {
  say('3. Without a line between them: signed files, by SFTP for instance, and this time only how many.');
  const airlinePublic = await run('key', 'airline', '-o', path('airline/signing.key'));
  const hotelPublic = await run('key', 'hotel', '-o', path('hotel/signing.key'));
  const [request, response] = [path('request.vm'), path('response.vm')];
  const stateKey = put('hotel/state.key', randomBytes(32).toString('hex'));
  const states = path('hotel/states');
  const state = ['--state', states, '--state-key-file', stateKey];
  const asParty = (
    /** @type {string} */ own,
    /** @type {string} */ partner,
    /** @type {string} */ publicKey,
  ) => [
    ...['--country', 'US', '--reveal', 'cardinality', '--key', path(`${own}/signing.key`)],
    ...['--peer', partner, '--peers', put(`${own}/peers`, publicKey)],
  ];
  const asHotel = asParty('hotel', 'airline', airlinePublic);
  const asAirline = [...asParty('airline', 'hotel', hotelPublic), '--ledger', path('airline/ledger.json')];
  await run('psi', 'request', hotelList, ...asHotel, ...state, '-o', request);
  await run('psi', 'respond', request, airlineList, ...asAirline, '-o', response);
  const line = await run('psi', 'finish', response, ...state);
  const shared = Number(/^shared ([\d,]+)/m.exec(line)?.[1]?.replaceAll(',', '') ?? 0);
  say(`   The hotel is told that ${count(shared)} are shared, and not who.`);
  const bytes = [request, response].map((file) => readFileSync(file).length);
  say(`   The request has ${size(bytes[0])}, the response ${size(bytes[1])}.`);
  return { counted: shared, erased: readdirSync(states).every((name) => !name.endsWith('.vm')) };
}

/**
 * @param {(line: string) => void} say
 * @param {{ bytesSent: number, back: number, seconds: number }} cost
 */
function sayCost(say, { bytesSent, back, seconds }) {
  say(`   It sent ${size(bytesSent)}, got ${size(back)}, and took ${seconds.toFixed(1)} s.`);
}

/** @param {number | undefined} bytes */
const size = (bytes = 0) => `${(bytes / 1e3).toFixed(0)} kB`;
