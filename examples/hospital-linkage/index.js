// SPDX-License-Identifier: Apache-2.0
// A hospital and a health insurer want to know how a treatment and later claims go together, without showing patients.

// Each runs a process of its own, with TLS between them, and so does the third party that joins their tables.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { count, errorOf, rowsOf, withParties } from '../parties.js';
import { e164, invent, Random } from '../people.js';

const AREA_CODES = ['415', '628'];
const THIRD_PARTY = fileURLToPath(new URL('third-party.js', import.meta.url));
/** One run in a month. */
const POLICY = { budgets: [{ hours: 720, runs: 1 }] };

/**
 * @param {(line: string) => void} say
 * @param {{ patients?: number, insured?: number, shared?: number }} [sizes]
 */
export async function story(say, { patients = 2_000, insured = 3_000, shared = 900 } = {}) {
  const random = new Random(1853);
  const people = invent(random, patients + insured - shared);
  const hospital = people
    .slice(0, patients)
    .map((person) => ({ phone: e164(person), treated: random.chance(0.4) }));
  const insurer = people
    .slice(patients - shared)
    .map((person) => ({ phone: e164(person), claims: random.integer(0, 9) }));
  say(
    `A hospital has records of ${patients} patients, an insurer of ${insured} clients; ${shared} people are in both.`,
  );
  say('');

  const plan = numberingPlan('US', { areaCodes: AREA_CODES });
  const clients = new Set(insurer.map(({ phone }) => phone));
  /** @param {string[]} tokens @param {object} [knowledge] */
  const readBack = async (tokens, knowledge = {}) => {
    let others = 0;
    const reversal = reverse(tokens, { plan, ...knowledge });
    for await (const { identifier } of reversal) if (!clients.has(identifier)) others++;
    const { recovered, seconds } = await reversal.summary;
    return { recovered, others, seconds };
  };

  say('1. Hashed telephone numbers in place of names.');
  const { token } = reversiblePlain();
  const plain = await readBack(hospital.map(({ phone }) => token(phone)));
  say(
    `   The insurer reads back ${plain.recovered} of ${patients} in ${plain.seconds.toFixed(1)} s; ${plain.others} were never clients of it.`,
  );
  say('');
  say('2. With a salt of 32 random bytes, which both sides must know to match.');
  const salt = randomBytes(32);
  const saltedTokens = hospital.map(({ phone }) =>
    createHash('sha256').update(salt).update(phone).digest('hex'),
  );
  const salted = await readBack(saltedTokens, { salt });
  say(
    `   The insurer knows it, and reads back ${salted.recovered} of ${patients} in ${salted.seconds.toFixed(1)} s.`,
  );
  say('');

  say(
    '3. Join ids: both sides get the same random pseudonym for a person they share, and unlinkable ones for all others.',
  );
  const joined = await withParties('insurer', 'hospital', async (parties) => {
    const linked = await link(say, parties, hospital, insurer);
    return { ...linked, ...(await join(say, parties)) };
  });

  const claimsOf = new Map(insurer.map(({ phone, claims }) => [phone, claims]));
  const truth = [true, false].map((wanted) =>
    mean(hospital.flatMap(({ phone, treated }) => (treated === wanted ? (claimsOf.get(phone) ?? []) : []))),
  );
  return {
    ...{ plain: plain.recovered, salted: salted.recovered, size: joined.size, joined: joined.rows },
    turnedAway: joined.turnedAway,
    right: [joined.treated, joined.untreated].join() === truth.join(),
  };
}

/** @typedef {import('../parties.js').Parties} Parties */

/**
 * The run between the two: at each a file with a pseudonym in each row, and with the column that the third party is to have.
 * @param {(line: string) => void} say
 * @param {Parties} parties
 * @param {{ phone: string, treated: boolean }[]} hospital
 * @param {{ phone: string, claims: number }[]} insurer
 */
async function link(say, { put, path, serve, connect }, hospital, insurer) {
  const patients = hospital.map(({ phone, treated }) => `${phone},${treated ? 'yes' : 'no'}\n`);
  const clients = insurer.map(({ phone, claims }) => `${phone},${claims}\n`);
  const policy = JSON.stringify(POLICY);
  const { service, url } = await serve(
    ...[put('insurer/clients.csv', `phone,claims\n${clients.join('')}`), '--column', 'phone'],
    ...['--reveal', 'ids', '--once', '--policy', put('insurer/policy.json', policy)],
    ...['-o', path('insurer/ids.csv'), '--keep', 'claims'],
  );
  const list = put('hospital/patients.csv', `phone,treated\n${patients.join('')}`);
  // The insurer learns something of the hospital's list as well, so the hospital has a policy, too.
  const own = ['--policy', put('hospital/policy.json', policy), '--ledger', path('hospital/ledger.json')];
  const ask = (/** @type {string} */ who) =>
    connect(
      ...[who, url, list, '--column', 'phone', '--reveal', 'ids', ...own],
      ...['-o', path(`${who}/ids.csv`), '--keep', 'treated', '--json'],
    ).ended;

  const outsider = await ask('outsider');
  const { reason } = await service.said('event', 'turned-away');
  say(`   An outsider is turned away (${reason}): "${errorOf(outsider.stderr)}"`);
  const asked = await ask('hospital');
  if (asked.status !== 0) throw new Error(asked.stderr);
  await service.ended;
  const size = JSON.parse(asked.stdout).shared;
  say(`   Both learn that ${count(size)} people are in both, and not who.`);
  return { size, turnedAway: `${outsider.status} ${reason}` };
}

/**
 * What each sends to the third party, and what that one computes.
 * @param {(line: string) => void} say
 * @param {Parties} parties
 */
async function join(say, { put, path, start }) {
  const sent = [
    ['hospital', 'treated'],
    ['insurer', 'claims'],
  ].map(([who = '', column = '']) => {
    const rows = rowsOf(readFileSync(path(`${who}/ids.csv`), 'utf8'));
    // Pseudonyms are random: in their order the rows do not say where they stood.
    const lines = rows.map((row) => `${row.pseudonym},${row[column]}\n`).sort();
    return put(`${who}/sent.csv`, `pseudonym,${column}\n${lines.join('')}`);
  });
  const { status, stdout, stderr } = await start(THIRD_PARTY, ...sent).ended;
  if (status !== 0) throw new Error(stderr);
  const { rows, treated, untreated } = JSON.parse(stdout);
  say(
    `   A third party that holds neither list joins the two tables on ${count(rows)} rows and gives back aggregates:`,
  );
  say(`   ${treated.toFixed(2)} claims a treated patient, ${untreated.toFixed(2)} an untreated one.`);
  say(
    '   It saw pseudonyms and numbers. Either partner, given the joined table, would know whose row is whose: it holds the file.',
  );
  return { rows, treated, untreated };
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
