// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { emailDictionary } from '../../../src/attack/emails/email-dictionary.js';
import { emailRules, wordList } from '../../../src/attack/emails/rules.js';
import type { LineType } from '../../../src/attack/metadata.js';
import { type NumberingPlan, numberingPlan, rangePlan } from '../../../src/attack/plan.js';
import { emailRecipeOf, type FormatOption, numberRecipeOf } from '../../../src/attack/recipe.js';
import { type ReverseFlags, readPlan } from '../../../src/cli/flags/reverse-inputs.js';
import { scratch } from '../support/scratch.js';
import {
  attempt,
  attemptSync,
  CANARY,
  demand,
  type FuzzTarget,
  Reader,
  textOf,
  texts,
} from '../support/target.js';
import { ioOf } from './tokens.js';

const seedsOf = (how: number, ...all: string[]): Uint8Array[] =>
  texts(...all).map((bytes) => Uint8Array.of(how, ...bytes));

/** The numbers of a plan have their places, and the places their numbers. */
function checkPlan(plan: NumberingPlan): void {
  for (const index of [0, plan.size >> 1, plan.size - 1]) {
    if (!Number.isSafeInteger(index) || index < 0) continue;
    demand(plan.indexOf(plan.at(index)) === index, 'A number of a plan has another place.');
  }
}

/** Lines: country; types, area codes and exclusions with commas between; or ranges. */
export const plans: FuzzTarget = {
  name: 'plans',
  reads: 'numbering plans, ranges, formats of numbers',
  sources: [
    'src/attack/plan.ts',
    'src/attack/prefixes.ts',
    'src/attack/automaton.ts',
    'src/attack/metadata.ts',
    'src/attack/format.ts',
    'src/attack/recipe.ts',
  ],
  maxBytes: 256,
  // An automaton is made of the country's patterns, whatever the input.
  steps: [1_000_000, 10_000],
  words: [
    'US',
    'DE',
    'SG',
    'MOBILE',
    'FIXED_LINE',
    '415',
    '###-###-####',
    'e164',
    'meta',
    'linkedin',
    ',',
    '\n',
    '11',
    '10-11',
    CANARY.phone,
  ],
  seeds: () => [
    ...seedsOf(0, 'SG\nMOBILE\n9\n91', 'sg\nMOBILE,FIXED_LINE\n\n', 'MC\n\n\n', 'ZZ\nMOBILE\n\n'),
    ...seedsOf(1, 'DE\n15112,11\n15113,10-11', 'SG\nprefix,digits\n9,8', 'SG\n,3'),
    ...seedsOf(2, 'SG\n########', 'SG\nmeta', 'SG\nauto', 'SG\nlinkedin', 'SG\n##'),
  ],
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 3;
    const bytes = reader.rest();
    const [country = '', ...lines] = textOf(bytes).split('\n');
    const list = (text = ''): string[] => text.split(',').filter((item) => item !== '');
    if (how === 0) {
      const [types, areaCodes, exclude] = lines.slice(0, 3).map(list);
      const options = { areaCodes, exclude, ...(types?.length && { types: types as LineType[] }) };
      const plan = attemptSync(() => numberingPlan(country, options));
      if (plan !== undefined) checkPlan(plan);
    } else if (how === 1) {
      const path = scratch('ranges');
      writeFileSync(path, lines.join('\n'));
      const plan = await attempt(() =>
        readPlan({ country, ranges: path } as ReverseFlags, ioOf(new Uint8Array())),
      );
      if (plan !== undefined) checkPlan(plan);
    } else {
      const plan = attemptSync(() => rangePlan('SG', [{ prefix: '9', digits: 8 }]));
      const format = lines.join('\n') as FormatOption;
      const options =
        country === 'key'
          ? { key: new Uint8Array(32) }
          : country === 'salt'
            ? { salt: new Uint8Array(4) }
            : {};
      attemptSync(() => numberRecipeOf(format, options, plan));
      emailRecipeOf(options);
    }
  },
};

/** Rules, words and patterns of a dictionary of addresses. */
export const dictionaries: FuzzTarget = {
  name: 'dictionaries',
  reads: 'rules, words and patterns of e-mail addresses',
  sources: ['src/attack/emails/'],
  maxBytes: 512,
  // The lists that are built in are looked at, whatever the input.
  steps: [1_000_000, 10_000],
  words: [
    '[patterns]',
    '[domain]',
    '[first]',
    '[word]',
    '{word}',
    '{first:1}',
    '{last}@{domain}',
    '{',
    '}',
    'constructor',
    '__proto__',
    '\n',
    CANARY.email,
  ],
  seeds: () => [
    ...seedsOf(
      0,
      '[patterns]\n{pet}@{domain} 2\n{pet}.{pet}@{domain} 1\n[pet]\ntom\nkitty\n[domain]\nexample.com 3\nexample.org 1\n',
      '# none\n',
    ),
    ...seedsOf(1, `tom\n${CANARY.email}\nkitty\n`),
    ...seedsOf(2, '{word}@{domain}\n{first:1}{last}@{domain}'),
  ],
  run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 3;
    const text = textOf(reader.rest());
    const lists = { domain: ['example.com'], word: ['tom', 'kitty'], first: ['ada'], last: ['lovelace'] };
    attemptSync(() => {
      const dictionary =
        how === 0
          ? emailDictionary({
              rules: emailRules(text),
              limit: 1000,
              lists: { first: ['ada'], last: ['lovelace'] },
            })
          : how === 1
            ? emailDictionary({
                words: wordList(text),
                patterns: ['{word}@{domain}', '{address}'],
                lists: { domain: lists.domain },
                limit: 1000,
              })
            : emailDictionary({ patterns: text.split('\n'), lists, limit: 1000 });
      let visited = 0;
      dictionary.visit(0, Math.min(50, dictionary.size), () => {
        visited++;
      });
      demand(visited === Math.min(50, dictionary.size), 'A dictionary has other addresses than it counts.');
    });
  },
};
