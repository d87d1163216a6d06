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
  /** The format that is being tried, by its place among those that are. */
  readonly format: number;
  /** The candidates that were tried in this format. */
  readonly done: readonly Span[];
  /** A bit for each target, lowest first, in hexadecimal: those that were found. */
  readonly found: string;
  /** Pairs of a target and a candidate that were found, for each format. */
  readonly matches: readonly number[];
  /** Candidates hashed, in all formats. */
  readonly candidates: number;
  /** Seconds that the search has taken so far. */
  readonly seconds: number;
}

/** Names the search: the same for the same targets in the same order, the same candidates and the same recipe. */
export function searchId(tokens: TokenList, candidates: Candidates, { scheme, formats }: Recipe): string {
  const hash = sha256.create();
  const add = (bytes: Uint8Array): void => void hash.update(u32(bytes.length)).update(bytes);
  const absent = { salt: undefined, key: undefined, saltPosition: undefined };
  // Cursors that were stored know it under this name.
  const { salt, key, saltPosition: position, ...open } = { ...absent, ...scheme };
  add(utf8('veilmatch reversal cursor v1'));
  add(utf8(JSON.stringify([{ ...open, position }, formats, tokens.tokenBytes, candidates.fingerprint])));
  add(salt ?? new Uint8Array());
  add(key ?? new Uint8Array());
  return bytesToHex(hash.update(tokens.digests).digest());
}

/** What came of one range of candidates. */
export interface Advance {
  readonly format: number;
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
  #format = 0;
  #done = new Spans();
  readonly #matches: number[];
  #candidates = 0;
  #recovered = 0;
  readonly #secondsBefore: number;
  readonly #started: number = performance.now();

  /**
   * @param search - gives its id, which takes a second for very many targets and is not always needed
   * @param targets - how many
   * @throws {VeilmatchError} `argument` for a cursor of another search, or what is none
   */
  constructor(search: () => string, targets: number, formats: number, cursor: ReversalCursor | undefined) {
    this.#search = search;
    this.#targets = targets;
    this.#found = new Uint8Array(Math.ceil(targets / 8));
    this.#matches = Array.from({ length: formats }, (_, i) => cursor?.matches?.[i] ?? 0);
    this.#secondsBefore = cursor?.seconds ?? 0;
    if (cursor === undefined) return;
    if (!isCursor(cursor)) throw badCursor();
    if (cursor.search !== search()) {
      throw new VeilmatchError(
        'argument',
        'The cursor belongs to another search. Give the same targets in the same order, the same plan and the same options, or begin without it.',
      );
    }
    const { found, matches, format } = cursor;
    if (found.length !== 2 * this.#found.length || matches.length !== formats || format >= formats)
      throw badCursor();
    this.#found.set(hexToBytes(cursor.found));
    this.#format = cursor.format;
    this.#done = new Spans(cursor.done);
    this.#candidates = cursor.candidates;
    for (let target = 0; target < targets; target++) if (this.isFound(target)) this.#recovered++;
  }

  get format(): number {
    return this.#format;
  }

  get done(): Spans {
    return new Spans(this.#done.toJSON());
  }

  isFound(target: number): boolean {
    return ((this.#found[target >> 3]! >> (target & 7)) & 1) === 1;
  }

  add({ format, range, tried, targets }: Advance): void {
    if (format !== this.#format) this.#done = new Spans();
    this.#format = format;
    this.#done.add(...range);
    this.#candidates += tried;
    this.#matches[format]! += targets.length;
    for (const target of targets) {
      if (!this.isFound(target)) this.#recovered++;
      this.#found[target >> 3]! |= 1 << (target & 7);
    }
  }

  get totals(): {
    readonly targets: number;
    readonly recovered: number;
    /** For each format. */
    readonly matches: readonly number[];
    readonly candidates: number;
    readonly seconds: number;
  } {
    const seconds = this.#secondsBefore + (performance.now() - this.#started) / 1000;
    const [targets, recovered] = [this.#targets, this.#recovered];
    return { targets, recovered, matches: [...this.#matches], candidates: this.#candidates, seconds };
  }

  toCursor(): ReversalCursor {
    const { matches, candidates, seconds } = this.totals;
    return {
      version: 1,
      search: this.#search(),
      format: this.#format,
      done: this.#done.toJSON(),
      found: bytesToHex(this.#found),
      matches,
      candidates,
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
  const { version, search, format, done, found, matches, candidates, seconds } = cursor as {
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
    [...matches, format, candidates].every(whole) &&
    typeof seconds === 'number' &&
    seconds >= 0
  );
}
