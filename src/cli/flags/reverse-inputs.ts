// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch reverse` tries, and how it takes the tokens to have been made: from its options. */

import {
  birthDates,
  type EmailDictionary,
  emailDictionary,
  emailRules,
  type FormatOption,
  type LineType,
  type NumberingPlan,
  type NumberRange,
  numberingPlan,
  postalCodes,
  rangePlan,
  type TokenOptions,
  wordList,
} from '../../attack/index.js';
import { VeilmatchError } from '../../errors.js';
import { campaignKey, type DigestAlgorithm } from '../../hashing/index.js';
import { digestBytes } from '../../hashing/plain.js';
import { placeName, STDIN } from '../../lists/address.js';
import { readCsv } from '../../lists/csv.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { readText } from '../../lists/records.js';
import { readKey, readSalt } from '../secrets/secrets.js';

export interface ReverseFlags {
  readonly spreadsheet?: true;
  readonly country?: string;
  readonly areaCodes?: readonly string[];
  readonly exclude?: readonly string[];
  readonly types?: readonly LineType[];
  readonly ranges?: string;
  readonly format?: FormatOption;
  readonly emails?: true;
  readonly birthDates?: true;
  readonly postalCodes?: true;
  readonly rules?: string;
  readonly words?: string;
  readonly candidates?: number;
  readonly algorithm?: DigestAlgorithm;
  readonly saltFile?: string;
  readonly saltPosition?: 'prefix' | 'suffix';
  readonly keyFile?: string;
  readonly campaign?: string;
  readonly truncated?: true;
  readonly column?: string;
  readonly saltColumn?: string;
  readonly accident?: string;
  readonly cursor?: string;
  readonly report?: string;
  readonly reveal?: true;
  readonly output?: string;
  readonly strict?: true;
  readonly json?: true;
}

/** Of a dictionary without end, the likeliest addresses that a minute or two suffice for. */
const DEFAULT_ADDRESSES = 100_000_000;

type Name = keyof ReverseFlags;

const flag = (name: Name): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that mean something only beside another one. */
const NEEDS: Partial<Readonly<Record<Name, Name>>> = {
  saltPosition: 'saltFile',
  campaign: 'keyFile',
  rules: 'emails',
  words: 'emails',
  candidates: 'emails',
  postalCodes: 'country',
  reveal: 'output',
  output: 'reveal',
};

/** Options that contradict each other. */
const EXCLUDES: readonly (readonly [Name, readonly Name[]])[] = [
  ['emails', ['country', 'areaCodes', 'exclude', 'types', 'ranges', 'format', 'birthDates', 'postalCodes']],
  ['birthDates', ['country', 'areaCodes', 'exclude', 'types', 'ranges', 'format', 'postalCodes']],
  ['postalCodes', ['areaCodes', 'exclude', 'types', 'ranges', 'format']],
  ['ranges', ['types']],
  ['keyFile', ['saltFile', 'algorithm', 'saltColumn']],
  ['saltFile', ['saltColumn']],
];

const WHY: Partial<Readonly<Record<Name, string>>> = {
  reveal: ' Identifiers are written to a file that only its owner can read: -o FILE.',
  postalCodes: ' Every country has a pattern of its own: --country CC.',
  output: ' Only --reveal writes a file; the result goes to standard output.',
};

/** @throws {VeilmatchError} `argument` for options that do not go together */
export function checkFlags(flags: ReverseFlags, path: string): void {
  const given = (name: Name): boolean => flags[name] !== undefined;
  for (const [name, other] of Object.entries(NEEDS) as [Name, Name][]) {
    if (given(name) && !given(other)) {
      throw new VeilmatchError(
        'argument',
        `${flag(name)} means nothing without ${flag(other)}.${WHY[name] ?? ''}`,
      );
    }
  }
  for (const [name, others] of EXCLUDES) {
    const other = others.find(given);
    if (given(name) && other !== undefined) {
      throw new VeilmatchError(
        'argument',
        `${flag(other)} means nothing with ${flag(name)}. Leave one of them out.`,
      );
    }
  }
  if (!given('emails') && !given('birthDates') && !given('country')) {
    throw new VeilmatchError(
      'argument',
      'Say what to try: --country CC for the telephone numbers of a country, --emails, --birth-dates, or --postal-codes --country CC.',
    );
  }
  if (flags.output === STDIN || flags.cursor === STDIN) {
    throw new VeilmatchError('argument', '-o and --cursor need the name of a file; - is none.');
  }
  checkStdin([path, ...secondaryInputs(flags)]);
}

/** The files besides the tokens. */
export function secondaryInputs({ saltFile, keyFile, ranges, rules, words }: ReverseFlags): string[] {
  return [saltFile, keyFile, ranges, rules, words].filter((input) => input !== undefined);
}

/** Bytes of a token, where an option says of which hash it is. */
export function wholeBytesOf({ algorithm, keyFile }: ReverseFlags): number | undefined {
  if (keyFile !== undefined) return digestBytes.sha256;
  return algorithm && digestBytes[algorithm];
}

/** The algorithm whose digests have so many bytes. */
export function algorithmOf(bytes: number): DigestAlgorithm | undefined {
  return (Object.keys(digestBytes) as DigestAlgorithm[]).find((name) => digestBytes[name] === bytes);
}

/** @throws {VeilmatchError} `io`, `bad-file` */
export async function readRecipe(flags: ReverseFlags, io: Io): Promise<TokenOptions> {
  const { algorithm, saltFile, saltPosition, keyFile, campaign } = flags;
  if (keyFile !== undefined) {
    const key = await readKey(keyFile, io);
    return { key: campaign === undefined ? key : campaignKey(key, campaign) };
  }
  return { algorithm, salt: saltFile === undefined ? undefined : await readSalt(saltFile, io), saltPosition };
}

/** @throws {VeilmatchError} `argument` for options that leave no number, `io`, `bad-file` */
export async function readPlan(flags: ReverseFlags, io: Io): Promise<NumberingPlan> {
  const { country, areaCodes, exclude, types, ranges } = flags;
  if (ranges === undefined) return numberingPlan(country!, { areaCodes, exclude, types });
  return rangePlan(country!, await readRanges(ranges, io), { areaCodes, exclude });
}

/**
 * Undefined where numbers are to be tried.
 * @throws {VeilmatchError} `argument` for a country whose postal codes have no pattern here, `io`, `bad-file`
 */
export async function readDictionary(flags: ReverseFlags, io: Io): Promise<EmailDictionary | undefined> {
  if (flags.birthDates) return birthDates();
  if (flags.postalCodes) return postalCodes(flags.country!);
  if (!flags.emails) return undefined;
  const { rules, words, candidates: limit = DEFAULT_ADDRESSES } = flags;
  return emailDictionary({
    limit,
    rules: rules === undefined ? undefined : emailRules(await textOf(rules, io)),
    words: words === undefined ? undefined : wordList(await textOf(words, io)),
  });
}

/** Lines of a prefix and the digits of whole numbers: `15112,11` or `15112,10-11`. */
async function readRanges(path: string, io: Io): Promise<NumberRange[]> {
  const source = placeName(path);
  const ranges: NumberRange[] = [];
  const add = ([prefix = '', digits = '']: readonly string[], line: number): void => {
    const [, least, most] = /^\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?\s*$/.exec(digits) ?? [];
    if (!/^\d*$/.test(prefix.trim()) || least === undefined) {
      if (line === 1) return;
      throw new VeilmatchError(
        'bad-file',
        `${source}: line ${line} is no range. Give a prefix of national numbers and the digits of whole ones: 15112,11 or 15112,10-11.`,
        { position: line - 1 },
      );
    }
    const lengths = Array.from(
      { length: Number(most ?? least) - Number(least) + 1 },
      (_, i) => Number(least) + i,
    );
    ranges.push({ prefix: prefix.trim(), digits: lengths });
  };
  await readCsv(readText(path, io), add, { source, dialect: { skip: 0 }, signal: io.signal });
  return ranges;
}

async function textOf(path: string, io: Io): Promise<string> {
  let text = '';
  for await (const chunk of readText(path, io)) text += chunk;
  return text;
}
