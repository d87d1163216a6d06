// SPDX-License-Identifier: Apache-2.0
/** Fuzzing guided by coverage: an input is kept when it reaches a place, or reaches it about as often, as none before. */

import { utf8 } from '../../src/bytes.js';
import { mutated } from './mutate.js';
import { placesOf, probe } from './probe.js';
import { Chance, predictable } from './support/random.js';
import type { FuzzTarget } from './support/target.js';

/** What one input did. */
export interface Outcome {
  /** Places reached, each with a measure of how often, as `8 * place + measure`. */
  readonly features: Uint32Array;
  readonly steps: number;
  /** What did not hold. */
  readonly failure: unknown;
}

export interface Finding {
  readonly input: Uint8Array;
  /** Kind of error, message, and the first lines of its stack. */
  readonly what: string;
}

let beginAnew = (): void => {};

/** From now on a run depends on its input alone: see `predictable`. */
export function makePredictable(): void {
  beginAnew = predictable();
}

/** The seeds of a target, the same ones in every process. */
export async function seedsOf(target: FuzzTarget): Promise<Uint8Array[]> {
  beginAnew();
  return target.seeds();
}

/** Steps that an input of so many bytes may take. */
export function stepLimit({ steps: [first, perByte] }: FuzzTarget, bytes: number): number {
  return first + perByte * bytes;
}

export async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<Outcome> {
  beginAnew();
  probe.counts.fill(0);
  probe.steps = 0;
  probe.limit = stepLimit(target, input.length);
  let failure: unknown;
  try {
    await target.run(input.slice());
    // What counts the steps may have been caught on the way.
    if (probe.steps > probe.limit) failure = new Error('The run took more steps than its input allows.');
  } catch (error) {
    failure = error ?? new Error('Something undefined was thrown.');
  }
  probe.limit = Infinity;
  const features: number[] = [];
  for (let place = 0; place < probe.counts.length; place++) {
    const count = probe.counts[place]!;
    if (count !== 0) features.push(8 * place + measure(count));
  }
  return { features: Uint32Array.from(features), steps: probe.steps, failure };
}

function measure(count: number): number {
  if (count < 4) return count - 1;
  return count < 8 ? 3 : count < 16 ? 4 : count < 32 ? 5 : count < 128 ? 6 : 7;
}

/** Where it was thrown tells two findings apart. */
export function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const stack = (failure.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${failure.name}: ${failure.message}`, ...stack.slice(0, 6)].join('\n');
}

interface Kept {
  readonly input: Uint8Array;
  readonly features: Uint32Array;
}

export interface SessionOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Ends the session as well; with a seed, it makes a session that comes out the same again. */
  readonly runs?: number | undefined;
  readonly corpus: readonly Uint8Array[];
}

export interface SessionResult {
  readonly executions: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  /** Few inputs that reach every place that was reached, and not by a seed. */
  readonly corpus: readonly Uint8Array[];
}

export async function session(target: FuzzTarget, options: SessionOptions): Promise<SessionResult> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const chance = new Chance(options.seed);
  const seen = new Uint8Array(probe.counts.length * 8);
  const kept: Kept[] = [];
  const findings = new Map<string, Finding>();
  const words = wordsOf(target);
  let executions = 0;

  const tryOne = async (input: Uint8Array): Promise<void> => {
    executions++;
    const { features, failure } = await outcomeOf(target, input);
    if (failure !== undefined) {
      const what = describe(failure);
      // The place, not the message, which may hold numbers.
      const key = what.split('\n').slice(1, 3).join() || what;
      const known = findings.get(key);
      if (known === undefined || input.length < known.input.length) findings.set(key, { input, what });
      return;
    }
    if (features.every((feature) => seen[feature] === 1)) return;
    for (const feature of features) seen[feature] = 1;
    kept.push({ input, features });
  };

  const seeds = await seedsOf(target);
  for (const input of [...seeds, ...options.corpus]) await tryOne(input.slice(0, target.maxBytes));
  if (kept.length === 0) await tryOne(new Uint8Array());
  const { runs = Infinity } = options;
  while (elapsed() < options.seconds && executions < runs && kept.length > 0) {
    // What was found last leads on more often.
    const recent = chance.below(3) === 0 ? Math.min(kept.length, 16) : kept.length;
    const { input } = kept[kept.length - 1 - chance.below(recent)]!;
    await tryOne(mutated(input, chance, words, chance.of(kept).input, target.maxBytes));
    // Timers and closed files get their turn.
    if (executions % 256 === 0) await new Promise((resume) => setImmediate(resume));
  }
  const seconds = elapsed();
  return {
    executions,
    seconds,
    findings: [...findings.values()],
    corpus: await minimised(target, seeds, kept),
  };
}

function wordsOf(target: FuzzTarget): Uint8Array[] {
  const files = new Set(placesOf(target.sources).map((place) => probe.places[place]!.file));
  const found = [...files].flatMap((file) => probe.words[file] ?? []);
  return [...new Set([...(target.words ?? []), ...found])].map((word) => utf8(word));
}

/** Tries to make an input shorter. */
const SHORTENINGS = 64;

/** As few and as short inputs as reach the places in the target's sources that are reached, and not by a seed. */
async function minimised(
  target: FuzzTarget,
  seeds: readonly Uint8Array[],
  kept: readonly Kept[],
): Promise<Uint8Array[]> {
  const wanted = new Set(placesOf(target.sources));
  const placesIn = (features: Uint32Array): number[] =>
    Array.from(features, (feature) => feature >>> 3).filter((place) => wanted.has(place));
  const chosen: { input: Uint8Array; places: number[] }[] = [];
  const reached = new Map<number, number>();
  for (const seed of seeds)
    for (const place of placesIn((await outcomeOf(target, seed)).features)) reached.set(place, 1);
  for (const { input, features } of [...kept].sort((a, b) => a.input.length - b.input.length)) {
    const places = placesIn(features);
    if (places.every((place) => reached.has(place))) continue;
    for (const place of places) reached.set(place, (reached.get(place) ?? 0) + 1);
    chosen.push({ input, places });
  }
  const inputs: Uint8Array[] = [];
  for (const { input, places } of chosen.reverse()) {
    // The longest first: what shorter ones reach as well is not needed of it.
    const own = places.filter((place) => reached.get(place) === 1);
    for (const place of places) reached.set(place, reached.get(place)! - 1);
    if (own.length === 0) continue;
    const short = await shortened(target, input, own, placesIn);
    for (const place of placesIn((await outcomeOf(target, short)).features)) {
      reached.set(place, (reached.get(place) ?? 0) + 1);
    }
    inputs.push(short);
  }
  return inputs;
}

async function shortened(
  target: FuzzTarget,
  input: Uint8Array,
  own: readonly number[],
  placesIn: (features: Uint32Array) => number[],
): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  for (let size = best.length >> 1; size >= 1 && tries < SHORTENINGS; size >>= 1) {
    for (let from = 0; from < best.length && tries < SHORTENINGS; ) {
      const shorter = new Uint8Array([...best.subarray(0, from), ...best.subarray(from + size)]);
      tries++;
      const { features, failure } = await outcomeOf(target, shorter);
      const places = new Set(placesIn(features));
      if (failure === undefined && own.every((place) => places.has(place))) best = shorter;
      else from += size;
    }
  }
  return best;
}
