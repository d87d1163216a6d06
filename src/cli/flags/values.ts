// SPDX-License-Identifier: Apache-2.0
/** Values of options that several commands take. */

import { InvalidArgumentError, Option } from 'commander';

/** Reads a whole number, written in digits alone, from `least` to `most`; `what` is said of any other text. */
export function wholeNumber(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(what);
  };
}

/** Runs, seconds, days: nine digits at most, with which one can still reckon in milliseconds. */
export const parseCount: (text: string) => number = wholeNumber(
  1,
  999_999_999,
  'Give a whole number from 1.',
);

export function parseAreaCodes(text: string): string[] {
  const codes = text.split(',');
  if (codes.every((code) => /^\d+$/.test(code))) return codes;
  throw new InvalidArgumentError('Give digits, separated by commas, such as 415,628.');
}

export function areaCodesOption(): Option {
  return new Option('--area-codes <LIST>', 'only numbers that begin with these, such as 415,628').argParser(
    parseAreaCodes,
  );
}
