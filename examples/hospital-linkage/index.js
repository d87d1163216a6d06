// SPDX-License-Identifier: Apache-2.0
// A hospital and a health insurer want to know how a treatment and later claims go together, without showing patients.

import { createHash, randomBytes } from 'node:crypto';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { IdentifierSet } from 'veilmatch/identifiers';
import { createJoinIds } from 'veilmatch/psi';
import { e164, invent, Random } from '../people.js';

const AREA_CODES = ['415', '628'];

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
  const [own, other] = [hospital, insurer].map((rows) =>
    IdentifierSet.ofStrings(rows.map(({ phone }) => phone)),
  );
  const ids = await createJoinIds(own, other);
  say(`   They learn that ${ids.size} people are in both, and not who.`);

  // What each sends to a third party: pseudonyms and the columns of interest, in an order that says nothing.
  const left = random.shuffle(hospital.map(({ treated }, row) => ({ id: ids.receiver[row], treated })));
  const right = random.shuffle(insurer.map(({ claims }, row) => ({ id: ids.sender[row], claims })));
  const joined = thirdParty(left, right);
  say(
    `   A third party that holds neither map joins the two tables on ${joined.rows} rows and gives back aggregates:`,
  );
  say(
    `   ${joined.treated.mean.toFixed(2)} claims a treated patient, ${joined.untreated.mean.toFixed(2)} an untreated one.`,
  );
  say(
    '   It saw pseudonyms and numbers. Either partner, given the joined table, would know whose row is whose: it holds a map.',
  );

  const claimsOf = new Map(insurer.map(({ phone, claims }) => [phone, claims]));
  const truth = mean(
    hospital.flatMap(({ phone, treated }) => (treated && claimsOf.has(phone) ? [claimsOf.get(phone)] : [])),
  );
  return {
    plain: plain.recovered,
    salted: salted.recovered,
    size: ids.size,
    joined: joined.rows,
    right: joined.treated.mean === truth,
  };
}

/**
 * @param {{ id: string | undefined, treated: boolean }[]} left
 * @param {{ id: string | undefined, claims: number }[]} right
 */
function thirdParty(left, right) {
  const claimsOf = new Map(right.map(({ id, claims }) => [id, claims]));
  const rows = left.filter(({ id }) => claimsOf.has(id));
  /** @param {boolean} wanted */
  const group = (wanted) => {
    const claims = rows.filter(({ treated }) => treated === wanted).map(({ id }) => claimsOf.get(id));
    return { count: claims.length, mean: mean(claims) };
  };
  return { rows: rows.length, treated: group(true), untreated: group(false) };
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
