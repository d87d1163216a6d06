// SPDX-License-Identifier: Apache-2.0
/** The bounds on what goes wrong by chance, computed anew, and what simulations say. */

import { describe, expect, it } from 'vitest';
import { binShape, paddedCount, tableRows } from '../../../src/psi/ot/parameters.js';
import { otTerms } from '../../../src/psi/ot/terms.js';

/** log2 of Bernstein's bound on one of `bins` bins having more than `capacity` of `n` elements. */
function log2Overflow(n: number, bins: number, capacity: number): number {
  if (capacity >= n) return Number.NEGATIVE_INFINITY;
  const [mean, excess] = [n / bins, capacity - n / bins];
  return Math.log2(bins) - excess ** 2 / (2 * (mean + excess / 3)) / Math.LN2;
}

const LOG_FACTORIALS = [0];
for (let i = 1; i <= 5000; i++) LOG_FACTORIALS.push(LOG_FACTORIALS[i - 1]! + Math.log(i));
const logBinomial = (n: number, k: number): number =>
  LOG_FACTORIALS[n]! - LOG_FACTORIALS[k]! - LOG_FACTORIALS[n - k]!;

/**
 * The logarithm of a bound on the probability that s elements, each in one of `places` places at random, are an even number in each: s! /
 * places^s times the coefficient of z^s in cosh(z)^places, which is at most cosh(r)^places / r^s for every r.
 */
function logEven(s: number, places: number): number {
  if (s % 2 === 1) return Number.NEGATIVE_INFINITY;
  // The best r: places r tanh r = s. Any r gives a bound.
  let [low, high] = [0, Math.max(1, (2 * s) / places)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (places * middle * Math.tanh(middle) < s) low = middle;
    else high = middle;
  }
  const logCosh = high + Math.log1p(Math.exp(-2 * high)) - Math.LN2;
  return LOG_FACTORIALS[s]! - s * Math.log(places) + places * logCosh - s * Math.log(high);
}

/**
 * log2 of a bound on the probability that a bin has no table. Then the equations of some of its elements add up to nothing in all
 * places and in the 49 dense rows; their number in the mean is the sum over all subsets of the probability of that.
 */
function log2NoTable(capacity: number, places: number): number {
  let sum = 0;
  for (let s = 2; s <= capacity; s += 2) {
    sum += Math.exp(logBinomial(capacity, s) + Math.min(0, 3 * logEven(s, places)));
  }
  return Math.log2(sum) - 49;
}

describe('the sizes of a run', () => {
  it('are those of the document', () => {
    expect(binShape(0)).toEqual({ bins: 1, capacity: 1, places: 1, rows: 128 });
    expect(binShape(4680)).toEqual({ bins: 1, capacity: 4680, places: 2028, rows: 6144 });
    expect(binShape(4681)).toEqual({ bins: 2, capacity: 4680, places: 2028, rows: 6144 });
    expect(binShape(2 ** 20)).toEqual({ bins: 256, capacity: 4680, places: 2028, rows: 6144 });
  });

  it('let a bin overflow with a probability below 2^-41, for up to 2^28 elements', () => {
    for (let n = 4681; n <= 2 ** 28; n = Math.ceil(n * 1.003)) {
      const { bins, capacity } = binShape(n);
      expect(log2Overflow(n, bins, capacity)).toBeLessThan(-41);
    }
    for (let n = 2 ** 13; n <= 2 ** 28; n *= 2) {
      const { bins, capacity } = binShape(n);
      expect(log2Overflow(n, bins, capacity)).toBeLessThan(-41);
    }
  });

  it('have a table for each bin but with a probability below 2^-41, for up to 2^24 elements', () => {
    for (let n = 1; n < 4680; n = Math.ceil(n * 1.15)) {
      expect(log2NoTable(n, binShape(n).places), `${n}`).toBeLessThan(-41);
    }
    const full = log2NoTable(4680, 2028);
    expect(full + Math.log2(binShape(2 ** 24).bins)).toBeLessThan(-41);
  });

  it('are not contradicted by a simulation of bins', () => {
    let most = 0;
    for (let run = 0; run < 20; run++) {
      const counts = new Uint32Array(16);
      for (let i = 0; i < 2 ** 16; i++) counts[Math.floor(Math.random() * 16)]!++;
      most = Math.max(most, ...counts);
    }
    expect(most).toBeLessThan(4680);
    expect(most).toBeLessThan(paddedCount(2 ** 16, 16));
  });

  it('fill the sender up to a number that it exceeds with a probability below 2^-41', () => {
    for (const [n, bins] of [
      [0, 1],
      [1, 256],
      [1000, 16],
      [2 ** 16, 16],
      [2 ** 20, 256],
      [2 ** 24, 2],
    ] as const) {
      const padded = paddedCount(n, bins);
      expect(padded).toBeLessThanOrEqual(n);
      if (padded < n) expect(log2Overflow(n, bins, padded)).toBeLessThan(-40.99);
    }
  });

  it('charge a receiver for what it could hide with 2^80 hash evaluations', () => {
    const peerSize = 2 ** 20;
    expect(tableRows(peerSize)).toBe(256 * (3 * 2028 + 49));
    const { elements } = otTerms.charge({ peerSize, ownSize: 1000 });
    expect(elements / peerSize).toBeGreaterThan(4.9);
    expect(elements / peerSize).toBeLessThan(5);
  });
});
