// SPDX-License-Identifier: Apache-2.0
/**
 * Postal codes as a dictionary: every code that a country's pattern allows, so more than are assigned. Patterns are those of the
 * Universal Postal Union's guides to addressing, the areas those of Royal Mail's Postcode Address File.
 */

import { requireText } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { EmailDictionary } from '../emails/dictionary.js';
import { byRank } from '../emails/ranked-list.js';

/** A list of texts by its name in a pattern. */
type Lists = Readonly<Record<string, readonly string[]>>;

interface Codes {
  /** In capitals; a ~ stands where codes have a space or a dash, which lists leave out as often as not. */
  readonly patterns: readonly string[];
  readonly lists?: Lists;
  /** What stands at the ~. */
  readonly separator?: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const without = (letters: string): string[] => [...LETTERS].filter((letter) => !letters.includes(letter));
const numbers = (from: number, to: number, digits: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`.padStart(digits, '0'));

/** Areas of the United Kingdom, the Channel Islands and the Isle of Man. */
const AREAS =
  'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA ' +
  'HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR ' +
  'RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE';

const COUNTRIES: Readonly<Record<string, Codes>> = {
  US: { patterns: ['{d}{d}{d}{d}{d}'] },
  DE: { patterns: ['{two}{d}{d}{d}'], lists: { two: numbers(1, 99, 2) } },
  FR: { patterns: ['{two}{d}{d}{d}'], lists: { two: numbers(1, 98, 2) } },
  ES: { patterns: ['{two}{d}{d}{d}'], lists: { two: numbers(1, 52, 2) } },
  IT: { patterns: ['{d}{d}{d}{d}{d}'] },
  AT: { patterns: ['{one}{d}{d}{d}'], lists: { one: numbers(1, 9, 1) } },
  BE: { patterns: ['{one}{d}{d}{d}'], lists: { one: numbers(1, 9, 1) } },
  CH: { patterns: ['{one}{d}{d}{d}'], lists: { one: numbers(1, 9, 1) } },
  AU: { patterns: ['{d}{d}{d}{d}'] },
  DK: { patterns: ['{d}{d}{d}{d}'] },
  NO: { patterns: ['{d}{d}{d}{d}'] },
  PL: { patterns: ['{d}{d}~{d}{d}{d}'], separator: '-' },
  SE: { patterns: ['{one}{d}{d}~{d}{d}'], lists: { one: numbers(1, 9, 1) } },
  NL: { patterns: ['{one}{d}{d}{d}~{l}{l}'], lists: { one: numbers(1, 9, 1), l: [...LETTERS] } },
  CA: {
    patterns: ['{first}{d}{l}~{d}{l}{d}'],
    lists: { first: without('DFIOQUWZ'), l: without('DFIOQU') },
  },
  GB: {
    patterns: ['{area}{district}~{d}{unit}{unit}', '{central}{d}{sub}~{d}{unit}{unit}'],
    lists: {
      area: AREAS.split(' '),
      district: [...numbers(0, 9, 1), ...numbers(10, 99, 2)],
      central: ['E', 'EC', 'N', 'NW', 'SE', 'SW', 'W', 'WC'],
      sub: [...LETTERS],
      unit: without('CIKMOV'),
    },
  },
};

/**
 * All postal codes that a country can have, in small letters and in capitals where there are letters, with and without the space
 * or dash inside. Of the United States the five digits.
 * @param country - ISO 3166 alpha-2: US, DE, FR, GB, NL, CA and others whose codes have a pattern
 * @throws {VeilmatchError} `argument` for a country of which no pattern is known, naming those of which one is
 * @example
 * ```ts
 * import { postalCodes } from 'veilmatch/attack';
 *
 * console.log(postalCodes('US').size, postalCodes('CA').has('k1a0b1')); // → 100000 true
 * ```
 */
export function postalCodes(country: string): EmailDictionary {
  requireText(country, 'The country');
  const name = country.toUpperCase();
  if (!Object.hasOwn(COUNTRIES, name)) {
    throw new VeilmatchError(
      'argument',
      `There is no pattern of the postal codes of this country. There is one of ${Object.keys(COUNTRIES).join(', ')}.`,
    );
  }
  const { patterns, lists = {}, separator = ' ' } = COUNTRIES[name]!;
  const capitals: Lists = { d: numbers(0, 9, 1), ...lists };
  const small = Object.fromEntries(
    Object.entries(capitals).map(([list, texts]) => [
      `small-${list}`,
      texts.map((text) => text.toLowerCase()),
    ]),
  );
  const hasLetters = Object.values(capitals).some((texts) => texts.some((text) => /[A-Z]/.test(text)));
  const inSmall = (pattern: string): string => pattern.replaceAll('{', '{small-');
  const cases = hasLetters ? [inSmall, (pattern: string) => pattern] : [(pattern: string) => pattern];
  const separators = patterns.some((pattern) => pattern.includes('~')) ? ['', separator] : [''];
  const written = separators.flatMap((between) =>
    cases.flatMap((spell) => patterns.map((pattern) => spell(pattern.replaceAll('~', between)))),
  );
  const weighed = Object.entries({ ...capitals, ...small }).map(
    ([list, texts]) => [list, texts.map((text) => [text, 1] as const)] as const,
  );
  return new EmailDictionary({
    patterns: byRank(written),
    lists: Object.fromEntries(weighed),
    limit: Number.MAX_SAFE_INTEGER,
  });
}
