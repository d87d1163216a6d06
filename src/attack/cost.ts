// SPDX-License-Identifier: Apache-2.0
/**
 * What a search costs, in time and money, and what the same hash costs whoever protects a list with it. Both pay for each
 * guess or record alike: how much more the attacker pays is the number of guesses over the number of records, whatever the
 * hash. A slow hash multiplies both bills and leaves their ratio as it is.
 */

import { requireNumber, requireObject, requireOptions, requireText } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { SlowCost } from '../hashing/index.js';

/** A rate that somebody has measured and published. */
export interface PublishedRate {
  /** What it was measured on. */
  readonly hardware: string;
  /** The function and its cost. */
  readonly hash: 'sha256' | SlowCost;
  /** The rate. */
  readonly hashesPerSecond: number;
  /** US dollars for an hour of this hardware. */
  readonly pricePerHour: number;
  /** Who published it. */
  readonly source: string;
}

/** US dollars an hour, as rented by the hour in 2026. */
export const PRICES = {
  /** An RTX 4090 on RunPod, on demand (https://deploybase.ai/articles/runpod-gpu-pricing, March 2026). */
  rtx4090: 0.6,
  /** One of the two virtual cores of an m7g.large of AWS in us-east-1, on demand (0.0816 an hour for both, June 2026). */
  core: 0.0408,
} as const;

const HASHCAT = 'hashcat 6.2.6, benchmark of an RTX 4090';

/** Rates of one graphics card. Another cost of the same function scales them: see `scaledRate`. */
export const PUBLISHED_RATES: Readonly<Record<'sha256' | 'scrypt' | 'pbkdf2', PublishedRate>> = {
  sha256: {
    hardware: 'RTX 4090',
    hash: 'sha256',
    hashesPerSecond: 21_975e6,
    pricePerHour: PRICES.rtx4090,
    source: HASHCAT,
  },
  scrypt: {
    hardware: 'RTX 4090',
    hash: { function: 'scrypt', logN: 14, r: 8, p: 1 },
    hashesPerSecond: 7126,
    pricePerHour: PRICES.rtx4090,
    source: HASHCAT,
  },
  pbkdf2: {
    hardware: 'RTX 4090',
    hash: { function: 'pbkdf2', iterations: 999 },
    hashesPerSecond: 8.87e6,
    pricePerHour: PRICES.rtx4090,
    source: HASHCAT,
  },
};

/**
 * A published rate at another cost of the same function: work grows with iterations, with N x r x p, and with memory x
 * passes. An estimate: a card that runs out of memory does worse.
 * @throws {VeilmatchError} `argument` for another function
 * @example
 * ```ts
 * import { PUBLISHED_RATES, scaledRate } from 'veilmatch/attack';
 *
 * const rate = scaledRate(PUBLISHED_RATES.pbkdf2, { function: 'pbkdf2', iterations: 600_000 });
 * console.log(Math.round(rate.hashesPerSecond)); // → 14769
 * ```
 */
export function scaledRate(published: PublishedRate, cost: SlowCost): PublishedRate {
  requireObject(published, 'The rate', 'hash');
  requireObject(cost, 'The cost', 'function');
  const { hash } = published;
  requireNumber(published.hashesPerSecond, 'The hashes of a second');
  requireText(published.source, 'The source');
  if (hash !== 'sha256') requireObject(hash, 'The hash', 'function');
  requireText(cost.function, 'The function');
  if (hash === 'sha256' || hash.function !== cost.function) {
    throw new VeilmatchError('argument', `The rate is none of ${cost.function}, and cannot be scaled to it.`);
  }
  const hashesPerSecond = (published.hashesPerSecond * workOf(hash)) / workOf(cost);
  return { ...published, hash: cost, hashesPerSecond, source: `${published.source}, scaled by the work` };
}

function workOf(cost: SlowCost): number {
  for (const [name, value] of Object.entries(cost))
    if (name !== 'function') requireNumber(value, `The cost's ${name}`);
  switch (cost.function) {
    case 'argon2id':
      return cost.memoryKiB * cost.passes;
    case 'scrypt':
      return 2 ** cost.logN * cost.r * cost.p;
    case 'pbkdf2':
      return cost.iterations;
  }
}

/** How many hashes, how fast, at what price. */
export interface CostOptions {
  /** How many identifiers there are to try; a numbering plan or a dictionary says so itself. */
  readonly space: number | { readonly size: number };
  /** Hashes a second of one machine, measured or published. */
  readonly rate: number | PublishedRate;
  /** Machines that work side by side. Default 1. */
  readonly machines?: number | undefined;
  /** US dollars for an hour of one machine. Default: the published rate's, or `PRICES.core` for a rate of one's own. */
  readonly pricePerHour?: number | undefined;
  /** Records of the list that the hash protects: its owner hashes each of them once. Default 1. */
  readonly records?: number | undefined;
  /** Hashes a second of the owner's one machine. Default: the attacker's rate. */
  readonly ownRate?: number | undefined;
  /** US dollars for an hour of the owner's machine. Default: `PRICES.core`, or the attacker's price without an `ownRate`. */
  readonly ownPricePerHour?: number | undefined;
}

/** A bill. */
export interface Bill {
  /** Hashes to compute. */
  readonly hashes: number;
  /** Seconds on one unit of the hardware. */
  readonly seconds: number;
  /** US dollars. */
  readonly price: number;
}

/** The bills of attacker and owner, side by side. */
export interface Cost {
  /** The whole space, once, for all records of the list together: one salt serves them all. */
  readonly attacker: Bill;
  /** Every record once. */
  readonly defender: Bill;
  /** The attacker's price over the defender's. */
  readonly timesDefender: number;
}

/**
 * The bill of an attacker who tries a whole space, beside that of the owner of the list.
 * @throws {VeilmatchError} `argument` for a number that is not positive
 * @example
 * ```ts
 * import { costOf, PUBLISHED_RATES } from 'veilmatch/attack';
 *
 * const { attacker } = costOf({ space: 10_000_000_000, rate: PUBLISHED_RATES.sha256 });
 * console.log(attacker.seconds < 1, attacker.price < 0.001); // → true true
 * ```
 */
export function costOf(options: CostOptions): Cost {
  requireOptions(options);
  if (typeof options.space !== 'number') requireObject(options.space, 'The space', 'size');
  if (typeof options.rate !== 'number') requireObject(options.rate, 'The rate', 'hashesPerSecond');
  const { space, rate, machines = 1, records = 1, ownRate } = options;
  const { hashesPerSecond, pricePerHour: usualPrice } =
    typeof rate === 'number' ? { hashesPerSecond: rate, pricePerHour: PRICES.core } : rate;
  const { pricePerHour = usualPrice } = options;
  const ownPricePerHour = options.ownPricePerHour ?? (ownRate === undefined ? pricePerHour : PRICES.core);
  const attacker = billOf(
    typeof space === 'number' ? space : space.size,
    hashesPerSecond,
    machines,
    pricePerHour,
  );
  const defender = billOf(records, ownRate ?? hashesPerSecond, 1, ownPricePerHour);
  return { attacker, defender, timesDefender: attacker.price / defender.price };
}

/** More machines take less time, for the same money. */
function billOf(hashes: number, rate: number, machines: number, pricePerHour: number): Bill {
  for (const value of [hashes, rate, machines, pricePerHour]) {
    if (value > 0 && Number.isFinite(value)) continue;
    throw new VeilmatchError('argument', 'Sizes, rates, machines and prices are positive numbers.');
  }
  const machineSeconds = hashes / rate;
  return { hashes, seconds: machineSeconds / machines, price: (machineSeconds / 3600) * pricePerHour };
}
