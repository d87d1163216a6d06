// SPDX-License-Identifier: Apache-2.0
/**
 * Cells of a list that are made to be slow, at growing lengths: what one of them takes. Steps are counted by
 * test/hostile-text.test.ts; here are the milliseconds.
 */

import { emailRules, NumberList, reverse } from 'veilmatch/attack';
import { joinTokens } from 'veilmatch/hashing';
import { normalizeEmail, normalizePhone, profiles } from 'veilmatch/identifiers';
import { spread } from '../rounds.js';

const PLAN = NumberList.from(['+14155550123']);

/** What each text is made of: its middle is repeated until it is as long as it has to be. */
const TEXTS = {
  'a list in the name of an address': {
    parts: ['', '@', '<a@b.c>'],
    read: normalizeEmail,
  },
  'quotes in the name of an address': { parts: ['"', '"a', '<a@b.c>'], read: normalizeEmail },
  'spaces around no address': { parts: ['a', ' ', 'a'], read: profiles.uid2.email },
  'dots of an address at Gmail': { parts: ['a', '.', '@gmail.com'], read: profiles.google.email },
  'spaces in a number': {
    parts: ['1', ' ', '1'],
    read: (/** @type {string} */ text) => normalizePhone(text, { country: 'US' }),
  },
  'brackets in a number': {
    parts: ['', '0(0', ''],
    read: (/** @type {string} */ text) => normalizePhone(text, { country: 'DE' }),
  },
  'parameters of a number': {
    parts: ['+1', ';a=', ''],
    read: (/** @type {string} */ text) => normalizePhone(text),
  },
  'padding of a token': {
    parts: ['a', '=', 'a'],
    read: (/** @type {string} */ text) => joinTokens([text], [text]),
  },
  'padding of a token to read back': {
    parts: ['a', '=', 'a'],
    read: (/** @type {string} */ text) => reverse([text], { hash: 'plain', algorithm: 'sha256', plan: PLAN }),
  },
  'spaces in rules for addresses': { parts: ['[domain]\na', ' ', 'b'], read: emailRules },
};

/** @type {import('../run.js').Case} */
const bench = {
  name: 'text',
  description: 'cells that are made to be slow: what one of them takes',
  inProcess: true,
  async run({ quick, log }) {
    const lengths = quick ? [1_000, 60_000] : [1_000, 60_000, 1_000_000];
    const rounds = quick ? 3 : 20;
    const cells = [];
    for (const [text, { parts, read }] of Object.entries(TEXTS)) {
      log(text);
      for (const characters of lengths) {
        const hostile = textOf(parts, characters);
        const milliseconds = Array.from({ length: rounds }, () => timed(() => read(hostile)));
        cells.push({ of: { text, characters }, figures: { milliseconds: spread(milliseconds) } });
      }
    }
    return { cells };
  },
};

export default bench;

/**
 * @param {readonly string[]} parts
 * @param {number} characters
 */
function textOf([start, middle, end], characters) {
  return start + middle.repeat((characters - start.length - end.length) / middle.length) + end;
}

/** @param {() => unknown} action - may throw: that is the answer that most of them get */
function timed(action) {
  const started = performance.now();
  try {
    action();
  } catch {}
  return performance.now() - started;
}
