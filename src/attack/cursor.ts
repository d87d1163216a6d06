// SPDX-License-Identifier: Apache-2.0
/** How far a search has come, as data: what is kept of it when it has to stop, and what it goes on from. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Candidates } from './plan.js';
import type { Recipe } from './recipe.js';
import { type Span, Spans } from './spans.js';
import type { TokenList } from './tokens.js';

/**
 * What `reverse` goes on from; plain data, for JSON. It holds no token, no identifier and no secret: which of the targets
 * were found says something only to somebody who has them.
 */
export interface ReversalCursor {
  /** Of this form. */
  readonly version: 1;
  /** SHA-256 of targets, candidates and options, in hexadecimal: the search that the cursor belongs to. */
  readonly search: string;
  /** The trial that is under way: a format or an accident, by its place among those that there are. */
  readonly trial: number;
  /** The candidates that were tried in it. */
  readonly done: readonly Span[];
  /** A bit for each target, lowest first, in hexadecimal: those that were found. */
  readonly found: string;
  /** Pairs of a target and a candidate that were found, in each trial. */
  readonly matches: readonly number[];
  /** Candidates hashed, in each trial. */
  readonly tried: readonly number[];
  /** Seconds that the search has taken so far. */
  readonly seconds: number;
}

/** Names the search: the same for the same targets in the same order, the same candidates and the same recipe. */
export function searchId(tokens: TokenList, candidates: Candidates, recipe: Recipe): string {
  const hash = sha256.create();
  const add = (bytes: Uint8Array): void => void hash.update(u32(bytes.length)).update(bytes);
  const { scheme, usual, accidents } = recipe;
  const spelled = [usual, accidents].map((list) =>
    list.map(({ format, accident }) => [format, accident ?? '']),
  );
  const absent = { salt: undefined, key: undefined, saltPosition: undefined };
  const { salt, key, ...open } = { ...absent, ...scheme };
  add(utf8('veilmatch reversal cursor v1'));
  add(utf8(JSON.stringify([open, spelled, tokens.tokenBytes, candidates.fingerprint])));
  add(salt ?? new Uint8Array());
  add(key ?? new Uint8Array());
  for (const [text, among] of tokens.salts) {
    add(utf8(text));
    add(new Uint8Array(among.buffer));
  }
  return bytesToHex(hash.update(tokens.digests).digest());
}

/** What came of one range of candidates. */
export interface Advance {
  readonly trial: number;
  readonly range: Span;
  /** Candidates hashed. */
  readonly tried: number;
  /** A target for each match. */
  readonly targets: readonly number[];
}

/** A search's progress, range by range. */
export class Headway {
  readonly #search: () => string;
  readonly #targets: number;
  readonly #found: Uint8Array;
  #trial = 0;
  #done = new Spans();
  readonly #matches: number[];
  readonly #tried: number[];
  #recovered = 0;
  readonly #secondsBefore: number;
  readonly #started: number = performance.now();

  /**
   * @param search - gives its id, which takes a second for very many targets and is not always needed
   * @param targets - how many
   * @throws {VeilmatchError} `argument` for a cursor of another search, or what is none
   */
  constructor(search: () => string, targets: number, trials: number, cursor: ReversalCursor | undefined) {
    this.#search = search;
    this.#targets = targets;
    this.#found = new Uint8Array(Math.ceil(targets / 8));
    this.#matches = Array.from({ length: trials }, (_, i) => cursor?.matches?.[i] ?? 0);
    this.#tried = Array.from({ length: trials }, (_, i) => cursor?.tried?.[i] ?? 0);
    this.#secondsBefore = cursor?.seconds ?? 0;
    if (cursor === undefined) return;
    if (!isCursor(cursor)) throw badCursor();
    if (cursor.search !== search()) {
      throw new VeilmatchError(
        'argument',
        'The cursor belongs to another search. Give the same targets in the same order, the same plan and the same options, or begin without it.',
      );
    }
    const { found, matches, tried, trial } = cursor;
    const fits = matches.length === trials && tried.length === trials && trial < trials;
    if (found.length !== 2 * this.#found.length || !fits) throw badCursor();
    this.#found.set(hexToBytes(cursor.found));
    this.#trial = trial;
    this.#done = new Spans(cursor.done);
    for (let target = 0; target < targets; target++) if (this.isFound(target)) this.#recovered++;
  }

  get trial(): number {
    return this.#trial;
  }

  get done(): Spans {
    return new Spans(this.#done.toJSON());
  }

  isFound(target: number): boolean {
    return ((this.#found[target >> 3]! >> (target & 7)) & 1) === 1;
  }

  add({ trial, range, tried, targets }: Advance): void {
    if (trial !== this.#trial) this.#done = new Spans();
    this.#trial = trial;
    this.#done.add(...range);
    this.#tried[trial]! += tried;
    this.#matches[trial]! += targets.length;
    for (const target of targets) {
      if (!this.isFound(target)) this.#recovered++;
      this.#found[target >> 3]! |= 1 << (target & 7);
    }
  }

  get totals(): {
    readonly targets: number;
    readonly recovered: number;
    /** In each trial: pairs that were found, and candidates hashed. */
    readonly matches: readonly number[];
    readonly tried: readonly number[];
    readonly seconds: number;
  } {
    const seconds = this.#secondsBefore + (performance.now() - this.#started) / 1000;
    const [targets, recovered] = [this.#targets, this.#recovered];
    return { targets, recovered, matches: [...this.#matches], tried: [...this.#tried], seconds };
  }

  toCursor(): ReversalCursor {
    const { matches, tried, seconds } = this.totals;
    return {
      version: 1,
      search: this.#search(),
      trial: this.#trial,
      done: this.#done.toJSON(),
      found: bytesToHex(this.#found),
      matches,
      tried,
      seconds,
    };
  }
}

function badCursor(): VeilmatchError {
  return new VeilmatchError('argument', 'The cursor is not one that a reversal has given: begin without it.');
}

/** Whether this has a cursor's form: it may come from a file. */
function isCursor(cursor: unknown): boolean {
  if (typeof cursor !== 'object' || cursor === null) return false;
  const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const { version, search, trial, done, found, matches, tried, seconds } = cursor as {
    [Key in keyof ReversalCursor]?: unknown;
  };
  return (
    version === 1 &&
    typeof search === 'string' &&
    typeof found === 'string' &&
    /^(?:[0-9a-f]{2})*$/.test(found) &&
    Array.isArray(done) &&
    done.every(
      (span) => Array.isArray(span) && span.length === 2 && span.every(whole) && span[0] < span[1],
    ) &&
    Array.isArray(matches) &&
    Array.isArray(tried) &&
    [...matches, ...tried, trial].every(whole) &&
    typeof seconds === 'number' &&
    seconds >= 0
  );
}
