// SPDX-License-Identifier: Apache-2.0
/**
 * Finite automata over the ten digits. The patterns of numbering plans are regular expressions over digits alone, so they
 * can be counted, enumerated in order and indexed instead of being searched.
 */

import { VeilmatchError } from '../errors.js';

/** No transition. */
export const DEAD = -1;

export interface Automaton {
  /** `next[10 * state + digit]`; the start state is 0. */
  readonly next: Int32Array;
  /** Whether a number may end in this state. */
  readonly accepting: Uint8Array;
}

/**
 * Compiles a pattern: digits, `\d`, classes such as `[2-9]`, groups, alternatives, `?`, `{n}` and `{m,n}`.
 * The whole number must match.
 * @throws {VeilmatchError} `argument` for any other construct
 */
export function compile(pattern: string): Automaton {
  return determinise(new PatternReader(pattern).read());
}

/** The numbers that both accept. */
export function intersection(a: Automaton, b: Automaton): Automaton {
  return explore<readonly [number, number]>(
    [0, 0],
    ([p, q]) => `${p},${q}`,
    ([p, q], digit) => {
      const [nextP, nextQ] = [a.next[10 * p + digit]!, b.next[10 * q + digit]!];
      return nextP === DEAD || nextQ === DEAD ? undefined : [nextP, nextQ];
    },
    ([p, q]) => a.accepting[p] === 1 && b.accepting[q] === 1,
  );
}

/** `counts[length][state]`: how many continuations of exactly `length` digits a state accepts. */
export function countContinuations(automaton: Automaton, maxLength: number): Float64Array[] {
  const states = automaton.accepting.length;
  const counts = [Float64Array.from(automaton.accepting)];
  for (let length = 1; length <= maxLength; length++) {
    const shorter = counts[length - 1]!;
    const row = new Float64Array(states);
    for (let i = 0; i < automaton.next.length; i++) {
      const target = automaton.next[i]!;
      if (target !== DEAD) row[Math.floor(i / 10)]! += shorter[target]!;
    }
    counts.push(row);
  }
  return counts;
}

/** Builds the reachable part of an automaton whose states are given implicitly. */
export function explore<State>(
  start: State,
  key: (state: State) => string,
  step: (state: State, digit: number) => State | undefined,
  accepts: (state: State) => boolean,
): Automaton {
  const numbers = new Map([[key(start), 0]]);
  const states = [start];
  const next: number[] = [];
  for (let i = 0; i < states.length; i++) {
    for (let digit = 0; digit < 10; digit++) {
      const target = step(states[i]!, digit);
      if (target === undefined) {
        next.push(DEAD);
        continue;
      }
      const name = key(target);
      const known = numbers.get(name) ?? states.length;
      if (known === states.length) {
        numbers.set(name, known);
        states.push(target);
      }
      next.push(known);
    }
  }
  return {
    next: Int32Array.from(next),
    accepting: Uint8Array.from(states, (state) => Number(accepts(state))),
  };
}

/** A nondeterministic automaton: moves by digit, and moves for free. */
interface Fragments {
  readonly digits: ReadonlyArray<ReadonlyMap<number, ReadonlySet<number>>>;
  readonly free: readonly number[][];
  readonly start: number;
  readonly end: number;
}

function determinise(nfa: Fragments): Automaton {
  const closure = (states: Iterable<number>): number[] => {
    const seen = new Set(states);
    for (const state of seen) for (const target of nfa.free[state]!) seen.add(target);
    return [...seen].sort((a, b) => a - b);
  };
  return explore(
    closure([nfa.start]),
    (states) => states.join(),
    (states, digit) => {
      const targets = new Set<number>();
      for (const state of states) {
        for (const [target, digits] of nfa.digits[state]!) if (digits.has(digit)) targets.add(target);
      }
      return targets.size === 0 ? undefined : closure(targets);
    },
    (states) => states.includes(nfa.end),
  );
}

const ALL_DIGITS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** A part of the pattern, to be laid between two states as often as a quantifier says. */
type Part = (from: number) => number;

/** Recursive descent over the pattern (Thompson's construction). */
class PatternReader {
  readonly #pattern: string;
  #at = 0;
  readonly #digits: Map<number, Set<number>>[] = [];
  readonly #free: number[][] = [];

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): Fragments {
    const start = this.#state();
    const end = this.#alternatives()(start);
    if (this.#at < this.#pattern.length) throw this.#unknown();
    return { digits: this.#digits, free: this.#free, start, end };
  }

  #state(): number {
    this.#digits.push(new Map());
    return this.#free.push([]) - 1;
  }

  #alternatives(): Part {
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    if (branches.length === 1) return branches[0]!;
    return (from) => {
      const end = this.#state();
      for (const branch of branches) this.#free[branch(from)]!.push(end);
      return end;
    };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at]!))
      parts.push(this.#repeated());
    return (from) => parts.reduce((state, part) => part(state), from);
  }

  #repeated(): Part {
    const part = this.#single();
    const [least, most] = this.#quantifier();
    return (from) => {
      let state = from;
      for (let i = 0; i < least; i++) state = part(state);
      if (most === least) return state;
      const end = this.#state();
      this.#free[state]!.push(end);
      for (let i = least; i < most; i++) {
        state = part(state);
        this.#free[state]!.push(end);
      }
      return end;
    };
  }

  #quantifier(): readonly [number, number] {
    if (this.#take('?')) return [0, 1];
    const match = /^\{(\d+)(?:,(\d+))?\}/.exec(this.#pattern.slice(this.#at));
    if (match === null) return [1, 1];
    this.#at += match[0].length;
    return [Number(match[1]), Number(match[2] ?? match[1])];
  }

  #single(): Part {
    if (this.#take('(?:') || this.#take('(')) {
      const inner = this.#alternatives();
      if (!this.#take(')')) throw this.#unknown();
      // A fresh state on entry: a group may be laid several times, and alternatives must not grow into one another.
      return (from) => {
        const entry = this.#state();
        this.#free[from]!.push(entry);
        return inner(entry);
      };
    }
    if (this.#take('\\d')) return this.#digit(ALL_DIGITS);
    const set = /^\[((?:\d(?:-\d)?)+)\]/.exec(this.#pattern.slice(this.#at));
    if (set !== null) {
      this.#at += set[0].length;
      return this.#digit(digitsOf(set[1]!));
    }
    const literal = /^\d/.exec(this.#pattern.slice(this.#at));
    if (literal === null) throw this.#unknown();
    this.#at++;
    return this.#digit(new Set([Number(literal[0])]));
  }

  #digit(digits: ReadonlySet<number>): Part {
    return (from) => {
      const target = this.#state();
      this.#digits[from]!.set(target, new Set(digits));
      return target;
    };
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #unknown(): VeilmatchError {
    return new VeilmatchError(
      'argument',
      `The pattern of digits has something unknown at offset ${this.#at}.`,
      {
        offset: this.#at,
      },
    );
  }
}

/** `2-57` to {2, 3, 4, 5, 7}. */
function digitsOf(ranges: string): Set<number> {
  const digits = new Set<number>();
  for (const [, first, last] of ranges.matchAll(/(\d)(?:-(\d))?/g)) {
    for (let digit = Number(first); digit <= Number(last ?? first); digit++) digits.add(digit);
  }
  return digits;
}
