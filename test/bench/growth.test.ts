// SPDX-License-Identifier: Apache-2.0
/** What a run through a dataset would take with longer lists, as the documents say it. */

import { expect, it } from 'vitest';

interface Grown {
  readonly step: string;
  readonly name: string;
  readonly exponent?: number;
  readonly expected?: number;
}

const { growthTo, LIMIT } = await import(new URL('../../bench/datasets/growth.js', import.meta.url).href);
const cell = (size: number, step: string, figures: object) => ({ of: { size, limit: LIMIT, step }, figures });
const found = (cells: object[], step: string, name: string): Grown =>
  growthTo(cells, 1e8).find((each: Grown) => each.step === step && each.name === name);

it('follows the growth between the two largest sizes, in whatever order they were measured', () => {
  const cells = [
    cell(1e7, 'request', { seconds: 300, memoryMegabytes: 900 }),
    cell(1e5, 'request', { seconds: 20, memoryMegabytes: 400 }),
    cell(1e6, 'request', { seconds: 30, memoryMegabytes: 900 }),
  ];
  expect(found(cells, 'request', 'seconds')).toMatchObject({ exponent: 1, expected: 3000 });
  expect(found(cells, 'request', 'memoryMegabytes')).toMatchObject({ exponent: 0, expected: 900 });
});

it('takes work to grow with the list at least, whatever the growth of short ones looks like', () => {
  const cells = [
    cell(1e5, 'respond', { seconds: 40, memoryMegabytes: 400 }),
    cell(1e6, 'respond', { seconds: 40, memoryMegabytes: 400 }),
  ];
  expect(found(cells, 'respond', 'seconds')).toMatchObject({ exponent: 0, expected: 4000 });
  expect(found(cells, 'respond', 'memoryMegabytes')).toMatchObject({ exponent: 0, expected: 400 });
});

it('says nothing of what was measured once, or under another limit', () => {
  const other = { of: { size: 1e7, limit: '2GB', step: 'finish' }, figures: { seconds: 9 } };
  const once = found([cell(1e6, 'finish', { seconds: 1 }), other], 'finish', 'seconds');
  expect(once.expected).toBeUndefined();
  expect(once.exponent).toBeUndefined();
});
