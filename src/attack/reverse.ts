// SPDX-License-Identifier: Apache-2.0
/**
 * Reversal: hash every number of a plan and look each one up among the tokens. Nothing is broken or guessed at; the list
 * of possible numbers is short enough to be tried from end to end.
 */

import { type ByteList, base64ToBytes, DistinctBytes, hexToBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { DigestAlgorithm, SlowCost } from '../hashing/index.js';
import { type HashingScheme, hasherFor } from '../hashing/scheme.js';
import type { Guesses, NumberList } from './candidates.js';
import type { EmailDictionary } from './emails/dictionary.js';
import { checkFormat, commonFormats, type NumberFormat } from './format.js';
import { NumberingPlan } from './plan.js';
import { type SearchOptions, search } from './scan.js';

/** How the tokens were made. */
export interface TokenOptions extends SearchOptions {
  /** Default `sha256`. */
  readonly algorithm?: DigestAlgorithm | undefined;
  /** The salt of salted or slow tokens. */
  readonly salt?: Uint8Array | undefined;
  /** Where the salt stands. Default `prefix`. */
  readonly saltPosition?: 'prefix' | 'suffix' | undefined;
  /** The key of HMAC-SHA-256 tokens. */
  readonly hmacKey?: Uint8Array | undefined;
  /** The cost of slow tokens. */
  readonly slow?: SlowCost | undefined;
}

/** To read back telephone numbers. */
export interface ReverseOptions extends TokenOptions {
  /** The numbers to try. */
  readonly plan: NumberingPlan | NumberList;
  /**
   * How the numbers were written when they were hashed. Default `e164`. `auto` tries the common ways one after another,
   * each on the tokens that the ones before it left: as many times the work if the tokens are in none of them.
   */
  readonly format?: NumberFormat | 'auto' | undefined;
}

/** To read back e-mail addresses. */
export interface ReverseEmailsOptions extends TokenOptions {
  /** The addresses to try, as they are: in lower case, as a normaliser leaves them. */
  readonly dictionary: EmailDictionary;
}

export interface Recovered {
  /** The token as it was given. */
  readonly token: string;
  /** The number in E.164, or the e-mail address. */
  readonly identifier: string;
  /** How the number was written when it was hashed; undefined for an e-mail address. */
  readonly format: NumberFormat | undefined;
}

export interface ReversalSummary {
  /** Distinct tokens. */
  readonly targets: number;
  readonly recovered: number;
  /** Candidates hashed. */
  readonly candidates: number;
  readonly seconds: number;
  readonly candidatesPerSecond: number;
}

/** Recovered identifiers as they are found, in any order, and the summary once all candidates were tried. */
export interface Reversal extends AsyncIterable<Recovered> {
  /** Settles when the search has ended. */
  readonly summary: Promise<ReversalSummary>;
}

/**
 * Finds the numbers behind tokens by trying a whole plan, or the e-mail addresses of a dictionary. The search begins at once.
 *
 * Where WebAssembly has SIMD, code made for this very search does the hashing. A page's Content-Security-Policy must then
 * allow 'wasm-unsafe-eval'; without it the search runs all the same, an order of magnitude slower.
 * @param targets - tokens in hexadecimal or base64, as the hashing functions write them
 * @throws {VeilmatchError} `argument` for a token that is no digest of this kind, with its position, and for an unknown
 *   format
 */
export function reverse(targets: Iterable<string>, options: ReverseOptions | ReverseEmailsOptions): Reversal {
  const scheme = schemeOf(options);
  const { digestBytes } = hasherFor(scheme);
  const digests = new DistinctBytes();
  const tokens: string[] = [];
  let position = 0;
  for (const token of targets) {
    const index = digests.add(digestOf(token, digestBytes, position++));
    if (index === tokens.length) tokens.push(token);
  }
  const guesses = guessesOf(options);
  const plan = guesses instanceof NumberingPlan ? guesses : undefined;
  const formats = formatsOf(options, plan);
  for (const name of formats)
    checkFormat(
      name,
      plan?.lengths.map(({ digits }) => digits),
    );

  const found: Recovered[] = [];
  let wake = (): void => {};
  const started = performance.now();
  const searched = searchFormats(formats, digests.toList(), scheme, options, (index, identifier, format) => {
    found.push({
      token: tokens[index]!,
      identifier,
      format: 'plan' in options ? format : undefined,
    });
    wake();
  });
  const summary = searched.then((candidates): ReversalSummary => {
    const seconds = (performance.now() - started) / 1000;
    return {
      targets: tokens.length,
      recovered: found.length,
      candidates,
      seconds,
      candidatesPerSecond: candidates / seconds,
    };
  });
  let ended = false;
  const end = (): void => {
    ended = true;
    wake();
  };
  summary.then(end, end);
  return {
    summary,
    async *[Symbol.asyncIterator]() {
      for (let next = 0; ; ) {
        while (next < found.length) yield found[next++]!;
        if (ended) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await summary;
    },
  };
}

/** Searches in one format after another for the targets that are still open. @returns candidates hashed */
async function searchFormats(
  formats: readonly NumberFormat[],
  digests: ByteList,
  scheme: HashingScheme,
  options: ReverseOptions | ReverseEmailsOptions,
  onFound: (index: number, identifier: string, format: NumberFormat) => void,
): Promise<number> {
  const { digestBytes } = hasherFor(scheme);
  const isFound = new Uint8Array(digests.length);
  let open = Uint32Array.from({ length: digests.length }, (_, index) => index);
  let tried = 0;
  for (const [i, format] of formats.entries()) {
    const targets = new Uint8Array(open.length * digestBytes);
    for (const [place, index] of open.entries()) targets.set(digests.at(index), place * digestBytes);
    tried += await search(
      { targets, digestBytes, scheme, format, candidates: guessesOf(options) },
      (hits) => {
        for (const { target, identifier } of hits) {
          const index = open[target]!;
          if (isFound[index] === 0) onFound(index, identifier, format);
          isFound[index] = 1;
        }
      },
      {
        ...options,
        onProgress: (done, total) => options.onProgress?.(i * total + done, formats.length * total),
      },
    );
    open = open.filter((index) => isFound[index] === 0);
  }
  return tried;
}

function guessesOf(options: ReverseOptions | ReverseEmailsOptions): Guesses {
  if ('plan' in options && 'dictionary' in options) {
    throw new VeilmatchError('argument', 'Give a numbering plan or an e-mail dictionary, one at a time.');
  }
  return 'plan' in options ? options.plan : options.dictionary;
}

/** The formats to try; addresses are hashed as they are, as numbers in E.164 are. */
function formatsOf(
  options: ReverseOptions | ReverseEmailsOptions,
  plan: NumberingPlan | undefined,
): NumberFormat[] {
  if ('dictionary' in options) return ['e164'];
  return options.format === 'auto' ? commonFormats(plan) : [options.format ?? 'e164'];
}

function schemeOf(options: TokenOptions): HashingScheme {
  const { algorithm = 'sha256', salt, saltPosition: position = 'prefix', hmacKey, slow } = options;
  if (hmacKey !== undefined) return { hash: 'keyed', key: hmacKey };
  if (slow !== undefined) return { hash: 'slow', cost: slow, salt: salt ?? new Uint8Array() };
  if (salt !== undefined) return { hash: 'salted', algorithm, position, salt };
  return { hash: 'plain', algorithm };
}

function digestOf(token: string, digestBytes: number, position: number): Uint8Array {
  const digest =
    /^[0-9a-f]*$/i.test(token) && token.length === digestBytes * 2 ? hexToBytes(token) : base64ToBytes(token);
  if (digest?.length !== digestBytes) {
    throw new VeilmatchError(
      'argument',
      `Token ${position} is no digest of ${digestBytes} bytes in hexadecimal or base64. Is it of another algorithm?`,
      { position },
    );
  }
  return digest;
}
