// SPDX-License-Identifier: Apache-2.0
/**
 * Multiplication of one base by many scalars: a table of 1 ... 8 times 16^i B for every digit i turns it into 63
 * additions, with no doubling. Tables are read as a whole, like those of `multiply.ts`.
 */

import { makeTable, SELECTED, selectEntry, TABLE_BYTES } from './multiply';
import { addCached, copyPoint, double, setIdentity } from './point';
import { DIGIT_COUNT, digitPair } from './scalar';

/** 63 tables of eight cached points. */
const BASE_TABLES: usize = memory.data(161280, 16);
const BASE: usize = memory.data(320, 16);

/** Fills the tables for a point that is in both lanes. */
export function setBase(p: usize): void {
  copyPoint(BASE, p);
  for (let i = 0; i < DIGIT_COUNT; i++) {
    makeTable(BASE_TABLES + <usize>i * TABLE_BYTES, BASE);
    double(BASE, BASE, false);
    double(BASE, BASE, false);
    double(BASE, BASE, false);
    double(BASE, BASE, true);
  }
}

/** out = scalar * base, with T. */
export function multiplyBase(out: usize, digits: usize): void {
  setIdentity(out);
  for (let i = 0; i < DIGIT_COUNT; i++) {
    selectEntry(SELECTED, BASE_TABLES + <usize>i * TABLE_BYTES, digitPair(digits, i));
    addCached(out, out, SELECTED, true);
  }
}
