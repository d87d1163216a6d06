// SPDX-License-Identifier: Apache-2.0
/**
 * Reversal: hash every number of a plan and look each one up among the tokens. Nothing is broken or guessed at; the list
 * of possible numbers is short enough to be tried from end to end.
 */

import { requireIterable, requireObject, requireOptions } from '../arguments.js';
import { utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { hasherFor } from '../hashing/scheme.js';
import type { Guesses, NumberList } from './candidates.js';
import { Headway, type ReversalCursor, searchId } from './cursor.js';
import type { EmailDictionary } from './emails/dictionary.js';
import type { NumberFormat } from './format.js';
import { NumberingPlan } from './plan.js';
import {
  type AccidentOption,
  emailRecipeOf,
  type FormatOption,
  numberRecipeOf,
  type Recipe,
  type TokenOptions,
} from './recipe.js';
import { Run } from './run.js';
import type { SearchOptions } from './scan.js';
import { TokenList } from './tokens.js';
import { type OwnSalts, Trials } from './trials.js';

interface CommonOptions extends SearchOptions, TokenOptions {
  /**
   * Whether the tokens are only the first bytes of digests: four or more, all tokens as many. Default: whole digests. All
   * matches are reported then, since a short token can be that of several identifiers; `expectedFalseMatches` says how
   * many of them chance brings about.
   */
  readonly truncated?: boolean | undefined;
  /**
   * What happened to the texts besides: `none`; the name of an accident that has happened to all of them, such as `newline`;
   * or `auto`, which tries every accident on a sample of the candidates, and on all of them those that hit. Default: `auto`
   * where numbers' `format` is, otherwise `none`.
   */
  readonly accident?: AccidentOption | undefined;
  /** Goes on where an earlier search for the same targets has stopped. */
  readonly cursor?: ReversalCursor | undefined;
}

/** To read back telephone numbers. */
export interface ReverseOptions extends CommonOptions {
  /** The numbers to try. */
  readonly plan: NumberingPlan | NumberList;
  /**
   * How the numbers were written when they were hashed. Default `e164`. The name of a platform's profile, such as `meta`,
   * stands for that platform's way of writing and hashing them. `auto` tries the common ways one after another, each on
   * the tokens that the ones before it left: as many times the work if the tokens are in none of them.
   */
  readonly format?: FormatOption | undefined;
}

/** To read back e-mail addresses. */
export interface ReverseEmailsOptions extends CommonOptions {
  /** The addresses to try, as they are: in lower case, as a normaliser leaves them. */
  readonly dictionary: EmailDictionary;
}

/** A token that was read back. */
export interface Recovered {
  /** The token as it was given. */
  readonly token: string;
  /** The number in E.164, or the e-mail address. */
  readonly identifier: string;
  /** How the number was written when it was hashed; undefined for an e-mail address. */
  readonly format: NumberFormat | undefined;
  /** The accident that had happened to it, by its name; undefined where none had. */
  readonly accident: string | undefined;
}

/** A way in which tokens may have been made, and what came of it. */
export interface Tried {
  /** How numbers were written; undefined for e-mail addresses. */
  readonly format: NumberFormat | undefined;
  /** What had happened besides, by its name. */
  readonly accident: string | undefined;
  /** Whether each token has a salt of its own, and where that stands in front of the text or behind it. */
  readonly ownSalt: 'prefix' | 'suffix' | undefined;
  /** Candidates hashed; fewer than there are where only a sample was. */
  readonly candidates: number;
  /** Pairs of a token and an identifier. */
  readonly matches: number;
}

/** Of the whole search, with what came before the cursor that it has gone on from. */
export interface ReversalSummary {
  /** Distinct tokens. */
  readonly targets: number;
  /** Tokens for which an identifier was found. */
  readonly recovered: number;
  /** Pairs of a token and an identifier: more than `recovered` where a truncated token is that of several. */
  readonly matches: number;
  /**
   * How many pairs chance alone brings about: candidates x targets / 2^(8n) for tokens of n bytes. Next to nothing for
   * whole digests.
   */
  readonly expectedFalseMatches: number;
  /** How numbers were written when they were hashed, as far as some were found: how many pairs in which format. */
  readonly formats: ReadonlyArray<{ readonly format: NumberFormat; readonly matches: number }>;
  /** Accidents by their names, as far as tokens were found that one had happened to. */
  readonly accidents: ReadonlyArray<{ readonly accident: string; readonly matches: number }>;
  /** All that was tried, in this order. What was found in none of these ways may still stand for somebody. */
  readonly tried: readonly Tried[];
  /** Candidates that there are. */
  readonly space: number;
  /** Candidates hashed. */
  readonly candidates: number;
  /** Seconds that the search has taken. */
  readonly seconds: number;
  /** The rate. */
  readonly candidatesPerSecond: number;
}

/** Recovered identifiers as they are found, in any order, and the summary once all candidates were tried. */
export interface Reversal extends AsyncIterable<Recovered> {
  /** Settles when the search has ended. */
  readonly summary: Promise<ReversalSummary>;
  /**
   * From where another search can go on, at any time: while this one runs, and after its signal has stopped it. It covers
   * what the iteration has handed over; of what is still to be handed over, nothing. Where nobody iterates, it covers
   * what was found.
   */
  cursor(): ReversalCursor;
}

/**
 * Finds the numbers behind tokens by trying a whole plan, or the e-mail addresses of a dictionary. The search begins at
 * once.
 *
 * Where WebAssembly has SIMD, code made for this very search does the hashing. A page's Content-Security-Policy must then
 * allow 'wasm-unsafe-eval'; without it the search runs all the same, an order of magnitude slower.
 * @param targets - tokens in hexadecimal or base64, standard or URL-safe
 * @throws {VeilmatchError} `argument` for a token that is no digest of this kind, with its position, for an unknown
 *   format, for options that contradict each other, and for a cursor that belongs to another search
 * @example
 * ```ts
 * import { rangePlan, reverse } from 'veilmatch/attack';
 * import { reversiblePlain } from 'veilmatch/hashing';
 *
 * const plan = rangePlan('US', [{ prefix: '4155550', digits: 10 }]);
 * const token = reversiblePlain().token('+14155550123');
 * for await (const { identifier } of reverse([token], { plan })) console.log(identifier); // → +14155550123
 * ```
 */
export function reverse(targets: Iterable<string>, options: ReverseOptions | ReverseEmailsOptions): Reversal {
  requireIterable(targets, 'The tokens');
  requireOptions(options);
  const { truncated = false } = options;
  const { recipe, candidates } = questionOf(options);
  const tokens = TokenList.read(targets, hasherFor(recipe.scheme).digestBytes, truncated);
  let id: string | undefined;
  const search = (): string => {
    id ??= searchId(tokens, candidates, recipe);
    return id;
  };
  const trials = new Trials(recipe, candidates, ownSaltsOf(recipe, tokens));
  const run = new Run(() => new Headway(search, tokens.size, trials.count, options.cursor));
  const isNumber = 'plan' in options;
  const summary = run
    .search(tokens, trials, candidates, { ...options, all: truncated })
    .then((): ReversalSummary => {
      const { targets, recovered, matches, tried, seconds } = run.totals;
      const hashed = tried.reduce((sum, count) => sum + count, 0);
      const ways = waysOf(trials, matches, tried, isNumber);
      return {
        targets,
        recovered,
        matches: matches.reduce((sum, count) => sum + count, 0),
        expectedFalseMatches: hashed * tokens.size * 2 ** (-8 * tokens.tokenBytes),
        formats: countedBy(ways, 'format'),
        accidents: countedBy(ways, 'accident'),
        tried: ways,
        space: candidates.size,
        candidates: hashed,
        seconds,
        candidatesPerSecond: hashed / seconds,
      };
    });
  const end = (): void => run.end();
  summary.then(end, end);
  return {
    summary,
    cursor: () => run.cursor(),
    async *[Symbol.asyncIterator]() {
      for await (const { target, identifier, spelling } of run.matches()) {
        const format = isNumber ? spelling.format : undefined;
        yield { token: tokens.textOf(target), identifier, format, accident: spelling.accident };
      }
      await summary;
    },
  };
}

function questionOf(options: ReverseOptions | ReverseEmailsOptions): { recipe: Recipe; candidates: Guesses } {
  if ('plan' in options && 'dictionary' in options) {
    throw new VeilmatchError('argument', 'Give a numbering plan or an e-mail dictionary, one at a time.');
  }
  const guesses = 'dictionary' in options ? options.dictionary : options.plan;
  requireObject(guesses, 'The plan or the dictionary', 'size');
  const { accident } = options;
  if ('dictionary' in options)
    return { recipe: emailRecipeOf(options, accident), candidates: options.dictionary };
  const { plan, format = 'e164' } = options;
  const known = plan instanceof NumberingPlan ? plan : undefined;
  return { recipe: numberRecipeOf(format, options, known, accident), candidates: plan };
}

/** Formats that tokens with salts of their own are tried in: each salt is a search of its own. */
const FORMATS_OF_OWN_SALTS = 3;

/** @throws {VeilmatchError} `argument` for tokens with salts of their own under another hash than a plain one */
function ownSaltsOf({ scheme, usual }: Recipe, tokens: TokenList): OwnSalts[] {
  if (tokens.salts.size === 0) return [];
  if (scheme.hash !== 'plain') {
    throw new VeilmatchError(
      'argument',
      'The tokens have a salt of their own each: no other salt, key or slow hash goes with that.',
    );
  }
  const { algorithm } = scheme;
  return usual.slice(0, FORMATS_OF_OWN_SALTS).flatMap((spelling) =>
    (['prefix', 'suffix'] as const).flatMap((saltPosition) =>
      Array.from(tokens.salts, ([text, among]): OwnSalts => {
        const salted = { hash: 'salted', algorithm, saltPosition, salt: utf8(text) } as const;
        return { spelling: { ...spelling, scheme: salted }, among };
      }),
    ),
  );
}

/** The trials, those of one way together. */
function waysOf(
  trials: Trials,
  matches: readonly number[],
  tried: readonly number[],
  isNumber: boolean,
): Tried[] {
  const ways = new Map<string, Tried>();
  for (const [id, candidates] of tried.entries()) {
    if (candidates === 0) continue;
    const { spelling, ownSalt } = trials.wayOf(id);
    const { accident } = spelling;
    const format = isNumber ? spelling.format : undefined;
    const key = JSON.stringify([format, accident, ownSalt]);
    const known = ways.get(key);
    ways.set(key, {
      format,
      accident,
      ownSalt,
      candidates: candidates + (known?.candidates ?? 0),
      matches: matches[id]! + (known?.matches ?? 0),
    });
  }
  return [...ways.values()];
}

function countedBy<Key extends 'format' | 'accident'>(
  ways: readonly Tried[],
  key: Key,
): ({ readonly [K in Key]: NonNullable<Tried[K]> } & { readonly matches: number })[] {
  const counts = new Map<NonNullable<Tried[Key]>, number>();
  for (const way of ways) {
    const name = way[key];
    if (name != null && way.matches > 0) counts.set(name, (counts.get(name) ?? 0) + way.matches);
  }
  return [...counts].map(([name, matches]) => ({ [key]: name, matches }) as never);
}
