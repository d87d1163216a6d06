// SPDX-License-Identifier: Apache-2.0
/** What a cluster would take, as the documents say it. */

import { expect, it } from 'vitest';

interface Cost {
  readonly step: string;
  readonly exponent: number;
  readonly coreHours: number;
  readonly price: number;
}

const { costOf } = await import(new URL('../../bench/spark/cost.js', import.meta.url).href);
const cell = (size: number, step: string, cpuSeconds: number) => ({
  of: { part: 'step', step, size },
  figures: { seconds: 0, cpuSeconds },
});
const found = (cells: object[], step: string): Cost | undefined =>
  costOf(cells, 1e8, 0.1).find((each: Cost) => each.step === step);

it('is linear from the largest size where small ones are mostly what every stage takes', () => {
  const cells = [cell(1e6, 'request', 360), cell(1e5, 'request', 100)];
  expect(found(cells, 'request')).toEqual({ step: 'request', exponent: 1, coreHours: 10, price: 1 });
});

it('follows the growth between the two largest sizes where that is steeper', () => {
  const cells = [cell(1e4, 'finish', 100), cell(1e6, 'finish', 360), cell(1e5, 'finish', 3.6)];
  const cost = found(cells, 'finish');
  expect(cost?.exponent).toBe(2);
  expect(cost?.coreHours).toBeCloseTo(1000, 6);
  expect(cost?.price).toBeCloseTo(100, 6);
});

it('says nothing of a step that was not measured', () => {
  expect(found([cell(1e6, 'request', 360)], 'respond')).toBeUndefined();
});
