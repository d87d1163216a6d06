// SPDX-License-Identifier: Apache-2.0
/**
 * What a search tries, in order. Without accidents: every spelling, on all candidates. With them: every spelling on a sample
 * of the candidates first, which costs little, and on the rest those that have hit, and the usual ones whether they
 * have or not. Where nothing was found at all, and the candidates are few enough, the accidents, too.
 */

import { type Guesses, NumberList } from './candidates.js';
import { EmailDictionary } from './emails/dictionary.js';
import type { Recipe, Spelling } from './recipe.js';
import { hashesAddresses, usesKernel } from './scanner.js';
import { Spans } from './spans.js';

/** A spelling, and the candidates that it is not tried on in this turn. */
export interface Trial {
  /** Its place among all that there may be. */
  readonly id: number;
  readonly spelling: Spelling;
  readonly leftOut: Spans;
  /** Whether it is there to find out whether more is worth trying. */
  readonly isSample: boolean;
  /** The targets that it is tried on; all that are open unless given. */
  readonly among?: Uint32Array | undefined;
}

/** How far the trials have come. */
interface Progress {
  /** The one that is under way, by its id. */
  readonly trial: number;
  /** Matches by the ids. */
  readonly totals: { readonly recovered: number; readonly matches: readonly number[] };
}

/** Candidates of a sample: at least so many, of a hash with a kernel and of one without; or one in so many. */
const SAMPLE = { kernel: 200_000, messages: 10_000, share: 200 } as const;
/** The sample lies in so many places of a plan. */
const PLACES = 8;
/** Candidates that are tried in every usual spelling before any accident is. */
const MOST_AT_ONCE = 100_000_000;
/** A list of which nothing was found is worth trying each accident on so many candidates. */
const MOST_CANDIDATES = { kernel: 10_000_000, messages: 200_000 } as const;

/** Tokens that have a salt of their own each, and the spellings of these. */
export interface OwnSalts {
  readonly spelling: Spelling;
  readonly among: Uint32Array;
}

export class Trials {
  /** How many there are at most. */
  readonly count: number;
  readonly #candidates: Guesses;
  readonly #spellings: readonly Spelling[];
  readonly #usual: number;
  readonly #own: readonly OwnSalts[];
  /** Of each spelling: what is not in its sample. Empty where no accidents are tried. */
  readonly #unsampled: readonly Spans[];

  /** @param own - beside which no accidents are tried: a search for each salt is enough */
  constructor({ usual, accidents }: Recipe, candidates: Guesses, own: readonly OwnSalts[] = []) {
    const besides = own.length > 0 ? [] : accidents;
    this.#candidates = candidates;
    this.#spellings = [...usual, ...besides];
    this.#usual = usual.length;
    this.#own = own;
    this.#unsampled = besides.length === 0 ? [] : this.#spellings.map((each) => unsampled(candidates, each));
    this.count = this.#spellings.length + this.#unsampled.length + own.length;
  }

  /** The spelling of a trial, and where each token's own salt stands if it has one. */
  wayOf(id: number): { readonly spelling: Spelling; readonly ownSalt: 'prefix' | 'suffix' | undefined } {
    const turns = this.#spellings.length + this.#unsampled.length;
    if (id < turns) return { spelling: this.#spellings[id % this.#spellings.length]!, ownSalt: undefined };
    const { spelling } = this.#own[id - turns]!;
    return {
      spelling,
      ownSalt: spelling.scheme.hash === 'salted' ? spelling.scheme.saltPosition : undefined,
    };
  }

  /** Candidates that are certain to be tried, all trials together, unless everything is found. */
  get expected(): number {
    const { size } = this.#candidates;
    const sampled = this.#unsampled.map((spans, place) => (place < this.#usual ? size : size - spans.size));
    const usual = this.#unsampled.length > 0 ? sampled : this.#spellings.map(() => size);
    return usual.reduce((sum, count) => sum + count, this.#own.length * size);
  }

  /** @param progress - as it is when the next one is asked for */
  *inOrder(progress: () => Progress): Generator<Trial> {
    const { size } = this.#candidates;
    const places = [...this.#spellings.keys()];
    const [usual, accidents] = [places.slice(0, this.#usual), places.slice(this.#usual)];
    const hits = (place: number): number => progress().totals.matches[place]!;
    const hit = (among: readonly number[]): number[] =>
      among.filter((place) => hits(place) > 0).sort((a, b) => hits(b) - hits(a));
    yield* this.#samples(usual);
    if (accidents.length > 0) {
      // Among very many candidates it is worth knowing beforehand; among fewer, or with hits, the usual ones are tried first.
      const early = size > MOST_AT_ONCE && hit(usual).length === 0;
      if (early) yield* this.#samples(accidents);
      yield* this.#rests(early ? hit(accidents) : hit(usual));
      yield* this.#rests(usual.filter((place) => hits(place) === 0));
      if (!early) {
        yield* this.#samples(accidents);
        yield* this.#rests(hit(accidents));
      }
      for (const place of accidents)
        if (hits(place) === 0 && this.#isWorth(place, progress())) yield* this.#rests([place]);
    }
    for (const [place, { spelling, among }] of this.#own.entries()) {
      const id = this.#spellings.length + this.#unsampled.length + place;
      yield { id, spelling, leftOut: new Spans(), among, isSample: false };
    }
  }

  *#samples(places: readonly number[]): Generator<Trial> {
    for (const place of places) {
      const leftOut = this.#unsampled[place] ?? new Spans();
      yield { id: place, spelling: this.#spellings[place]!, leftOut, isSample: leftOut.size > 0 };
    }
  }

  /** What the samples left out. */
  *#rests(places: readonly number[]): Generator<Trial> {
    const { size } = this.#candidates;
    for (const place of places) {
      const leftOut = new Spans(this.#unsampled[place]!.gaps(size));
      const id = this.#spellings.length + place;
      if (leftOut.size < size) yield { id, spelling: this.#spellings[place]!, leftOut, isSample: false };
    }
  }

  #isWorth(place: number, { totals, trial }: Progress): boolean {
    if (this.#spellings.length + place === trial) return true;
    const most =
      MOST_CANDIDATES[hasKernel(this.#candidates, this.#spellings[place]!) ? 'kernel' : 'messages'];
    return totals.recovered === 0 && this.#candidates.size <= most;
  }
}

function hasKernel(candidates: Guesses, { scheme, format, changed: accident }: Spelling): boolean {
  const what = { scheme, format, accident };
  return hashesAddresses(candidates, what) || usesKernel(candidates, what);
}

function unsampled(candidates: Guesses, spelling: Spelling): Spans {
  const { size } = candidates;
  const least = hasKernel(candidates, spelling)
    ? Math.max(SAMPLE.kernel, Math.ceil(size / SAMPLE.share))
    : SAMPLE.messages;
  if (least >= size) return new Spans();
  // A dictionary has the likeliest addresses first; numbers are as likely here as there.
  if (candidates instanceof EmailDictionary) return new Spans([[least, size]]);
  const places = candidates instanceof NumberList ? 1 : PLACES;
  const [step, length] = [size / places, least / places];
  return new Spans(
    Array.from({ length: places }, (_, i) => [
      Math.floor(i * step + length),
      i === places - 1 ? size : Math.floor((i + 1) * step),
    ]),
  );
}
