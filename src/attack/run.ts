// SPDX-License-Identifier: Apache-2.0
/** A reversal under way: trials one after another, what was found, and how much of it was handed over. */

import type { Advance, Headway, ReversalCursor } from './cursor.js';
import type { Spelling } from './recipe.js';
import { type Search, type SearchOptions, search } from './scan.js';
import type { Hit } from './scan-spec.js';
import { Spans } from './spans.js';
import type { TokenList } from './tokens.js';
import type { Trial, Trials } from './trials.js';

/** A target and a candidate that is it. */
interface Match {
  /** The target's index. */
  readonly target: number;
  readonly identifier: string;
  readonly spelling: Spelling;
}

interface RunOptions extends SearchOptions {
  /** Whether a target is looked for on after it was found. */
  readonly all: boolean;
}

export class Run {
  /** What was tried and found. */
  readonly #headway: Headway;
  /** The part of it whose matches were handed over. */
  readonly #covered: Headway;
  readonly #matches: Match[] = [];
  /** Advances that are not covered yet, and up to which match each goes. */
  readonly #pending: { readonly upTo: number; readonly advance: Advance }[] = [];
  #handedOver = 0;
  #iterated = false;
  #ended = false;
  #wake: () => void = () => {};

  /** @param headway - makes the state to begin with */
  constructor(headway: () => Headway) {
    this.#headway = headway();
    this.#covered = headway();
  }

  get totals(): Headway['totals'] {
    return this.#headway.totals;
  }

  cursor(): ReversalCursor {
    this.#cover();
    return this.#covered.toCursor();
  }

  /** Makes the trials, on the targets that are still open. */
  async search(
    tokens: TokenList,
    trials: Trials,
    candidates: Search['candidates'],
    options: RunOptions,
  ): Promise<void> {
    const { all, onProgress } = options;
    const before = { trial: this.#headway.trial, done: this.#headway.done };
    const { size } = candidates;
    let begun = false;
    let finished = 0;
    for (const trial of trials.inOrder(() => this.#headway)) {
      const { id, spelling, leftOut } = trial;
      const begins = finished;
      const ends = begins + size - leftOut.size;
      finished = ends;
      begun ||= id === before.trial;
      if (!begun) continue;
      const open = this.#openTargets(tokens.size, trial, all);
      const targets = open === undefined ? tokens.digests : tokens.digestsOf(open);
      const done = new Spans([...leftOut.toJSON(), ...(id === before.trial ? before.done.toJSON() : [])]);
      const { format, scheme, changed: accident } = spelling;
      await search(
        { targets, digestBytes: tokens.tokenBytes, scheme, format, accident, candidates },
        ({ hits, tried }, { from, to }) => {
          const matches = this.#matchesAmong(hits, open, spelling, all);
          const advance = {
            trial: id,
            range: [from, to],
            tried,
            targets: matches.map(({ target }) => target),
          } as const;
          this.#take(advance, matches);
        },
        {
          ...options,
          // A sample is not worth starting workers for.
          ...(trial.isSample && { concurrency: 1 }),
          onProgress: (tried) => onProgress?.(begins + tried - leftOut.size, Math.max(trials.expected, ends)),
        },
        done,
      );
    }
  }

  /** The matches, as they come; to be called again for those from the first one on. */
  async *matches(): AsyncGenerator<Match> {
    this.#iterated = true;
    for (let next = 0; ; ) {
      while (next < this.#matches.length) {
        const match = this.#matches[next++]!;
        this.#handedOver = Math.max(this.#handedOver, next);
        yield match;
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** No more matches come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The targets of a trial; undefined while they are all that there are. */
  #openTargets(count: number, { among }: Trial, all: boolean): Uint32Array | undefined {
    const open = new Uint32Array(among?.length ?? count);
    let size = 0;
    for (const target of among ?? Array(count).keys()) {
      if (all || !this.#headway.isFound(target)) open[size++] = target;
    }
    return size === count ? undefined : open.slice(0, size);
  }

  #matchesAmong(
    hits: readonly Hit[],
    open: Uint32Array | undefined,
    spelling: Spelling,
    all: boolean,
  ): Match[] {
    const taken = new Set<number>();
    const matches: Match[] = [];
    for (const { target: place, identifier } of hits) {
      const target = open === undefined ? place : open[place]!;
      if (!all && (this.#headway.isFound(target) || taken.has(target))) continue;
      taken.add(target);
      matches.push({ target, identifier, spelling });
    }
    return matches;
  }

  #take(advance: Advance, matches: readonly Match[]): void {
    this.#headway.add(advance);
    for (const match of matches) this.#matches.push(match);
    this.#pending.push({ upTo: this.#matches.length, advance });
    this.#cover();
    this.#wake();
  }

  #cover(): void {
    const upTo = this.#iterated ? this.#handedOver : this.#matches.length;
    while (this.#pending.length > 0 && this.#pending[0]!.upTo <= upTo)
      this.#covered.add(this.#pending.shift()!.advance);
  }
}
