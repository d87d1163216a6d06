// SPDX-License-Identifier: Apache-2.0
/** What a hashing scheme costs those who match, for each token, and those who reverse, for each candidate, on one core. */

import { numberingPlan, reverse } from 'veilmatch/attack';
import { ByteList } from 'veilmatch/group';
import {
  ARGON2ID,
  keyed,
  reversiblePlain,
  reversibleSalted,
  reversibleSlow,
  SCRYPT,
} from 'veilmatch/hashing';
import { numbers } from '../lists.js';
import { inRounds, spread } from '../rounds.js';

/** @type {{ quick: boolean }} */
const { quick } = JSON.parse(process.argv[2] ?? '{"quick":true}');
const salt = crypto.getRandomValues(new Uint8Array(16));
const key = crypto.getRandomValues(new Uint8Array(32));

const SCHEMES = [
  { scheme: 'MD5', hasher: reversiblePlain({ algorithm: 'md5' }), knows: { algorithm: 'md5' } },
  { scheme: 'SHA-1', hasher: reversiblePlain({ algorithm: 'sha1' }), knows: { algorithm: 'sha1' } },
  { scheme: 'SHA-256', hasher: reversiblePlain(), knows: {} },
  { scheme: 'SHA-256, salted', hasher: reversibleSalted({ salt }), knows: { salt } },
  { scheme: 'HMAC-SHA-256', hasher: keyed({ key }), knows: { key } },
  { scheme: 'argon2id', hasher: reversibleSlow({ salt }), knows: { salt, cost: ARGON2ID }, slow: true },
  {
    scheme: 'scrypt',
    hasher: reversibleSlow({ salt, cost: SCRYPT }),
    knows: { salt, cost: SCRYPT },
    slow: true,
  },
];
const whole = numberingPlan('US').size;
const small = numberingPlan('US', { areaCodes: ['4155550'] });

/** The first numbers of a plan. @param {number} size */
const firstOf = (size) => {
  const texts = Array.from({ length: size }, (_, i) => new TextEncoder().encode(small.at(i)));
  return { size, numbers: ByteList.from(texts), at: (/** @type {number} */ i) => small.at(i) };
};

const cells = [];
for (const { scheme, hasher, knows, slow = false } of SCHEMES) {
  process.send?.({ log: scheme });
  const tokens = slow ? (quick ? 1 : 5) : 20_000;
  const list = numbers(tokens, 0);
  const plan = slow ? firstOf(tokens) : numberingPlan('US', { areaCodes: quick ? ['41555'] : ['415'] });
  const candidates = plan.size;
  const target = hasher.token(plan.at(0));
  const size = { rounds: slow ? 3 : 5, warmUp: slow && quick ? 0 : 1 };
  const seconds = await inRounds(
    [
      { name: 'match', operations: tokens, run: () => list.forEach((text) => void hasher.token(text)) },
      {
        name: 'reverse',
        operations: candidates,
        run: async () => {
          const { recovered } = await reverse([target], { plan, ...knows, concurrency: 1 }).summary;
          if (recovered !== 1) throw new Error('The number was not found.');
        },
      },
    ],
    size,
  );
  const coreHours = seconds.reverse.map((each) => (each * whole) / 3600);
  cells.push({
    of: { part: 'cost', scheme },
    figures: {
      matchSecondsPerMillion: spread(seconds.match.map((each) => each * 1e6)),
      reverseCandidatesPerSecond: spread(seconds.reverse.map((each) => 1 / each)),
      reversePlanCoreHours: spread(coreHours),
      planSize: whole,
    },
  });
}
process.send?.({ cells });
process.disconnect?.();
process.exit();
