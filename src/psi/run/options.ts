// SPDX-License-Identifier: Apache-2.0
/**
 * The options of a protocol as data: what each is where nothing is said, what it may be, and who is bound by it. Whoever runs
 * a protocol reads them here: nothing else has to know their names.
 */

import { VeilmatchError } from '../../errors.js';

/** One option. */
export interface OptionOf<Value> {
  /** What it is where nothing is said. */
  readonly default: Value;
  /** @throws {VeilmatchError} `argument` for a value that cannot be right */
  check(value: unknown): void;
  /** Whether the Hello carries it, so that both parties must say the same. */
  readonly agreed: boolean;
  /** Whether this party's frames depend on it, so that a run that is resumed must repeat it. */
  readonly repeated: boolean;
}

/** Some of them, as a caller gives them. */
export type Given<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/** All options of a protocol. */
export type OptionSpec<Options> = { readonly [Name in keyof Options]-?: OptionOf<Options[Name]> };

/**
 * The options of a protocol out of those that a party was given, with every default filled in.
 * @throws {VeilmatchError} `argument` for a value that cannot be right
 */
export function chosen<Options extends object>(
  spec: OptionSpec<Options>,
  given: Given<Options>,
): Required<Options> {
  const values = {} as { [Name in keyof Options]: unknown };
  for (const name of namesOf(spec)) {
    const value = given[name];
    if (value !== undefined) spec[name].check(value);
    values[name] = value === undefined ? spec[name].default : value;
  }
  return values as Required<Options>;
}

/** What a run that is resumed must repeat of them, as texts. */
export function repeatedTerms<Options extends object>(
  spec: OptionSpec<Options>,
  given: Given<Options>,
): Record<string, string> {
  const values = chosen(spec, given);
  const repeated = namesOf(spec).filter((name) => spec[name].repeated);
  return Object.fromEntries(repeated.map((name) => [name, JSON.stringify(values[name] ?? null)]));
}

function namesOf<Options extends object>(spec: OptionSpec<Options>): (keyof Options & string)[] {
  return Object.keys(spec) as (keyof Options & string)[];
}

/** An option that is one of some words. */
export function oneOf<Word extends string>(
  name: string,
  words: readonly Word[],
  rest: Omit<OptionOf<Word>, 'check'>,
): OptionOf<Word> {
  return {
    ...rest,
    check(value) {
      if (words.includes(value as Word)) return;
      const list = words.map((word) => `'${word}'`).join(' or ');
      throw new VeilmatchError('argument', `The option ${name} must be ${list}.`);
    },
  };
}

/** An option that holds or does not. */
export function yesOrNo(name: string, rest: Omit<OptionOf<boolean>, 'check' | 'default'>): OptionOf<boolean> {
  return {
    ...rest,
    default: false,
    check(value) {
      if (typeof value === 'boolean') return;
      throw new VeilmatchError('argument', `The option ${name} must be true or false.`);
    },
  };
}
