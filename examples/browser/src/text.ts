// SPDX-License-Identifier: Apache-2.0
/** Figures as people read them. */

import { VeilmatchError } from 'veilmatch/errors';

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const THREE_DIGITS = new Intl.NumberFormat('en-US', {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});

/** `84.2 million`: three digits and a word. */
export function compact(value: number): string {
  for (const [word, size] of [
    ['billion', 1e9],
    ['million', 1e6],
  ] as const) {
    if (value >= size) return `${THREE_DIGITS.format(value / size)} ${word}`;
  }
  return count(value);
}

export function plural(number: number, one: string, many: string): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Rounded down: not all is never 100 %. */
export function percentage(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.floor((1000 * part) / whole) / 10} %`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** The largest unit of which there is at least one and a half. */
export function duration(seconds: number): string {
  const units = [
    ['years', 31_557_600],
    ['days', 86_400],
    ['hours', 3_600],
    ['minutes', 60],
  ] as const;
  for (const [unit, length] of units) {
    if (seconds >= 1.5 * length) return `${count(Number((seconds / length).toPrecision(2)))} ${unit}`;
  }
  if (seconds < 0.1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

/** The library's messages name no values, so they can be shown as they are. */
export function messageOf(error: unknown): string {
  if (error instanceof VeilmatchError) return error.message;
  return error instanceof Error
    ? `Something unforeseen went wrong (${error.name}).`
    : 'Something went wrong.';
}

export function isAbort(error: unknown): boolean {
  return error instanceof VeilmatchError && error.code === 'aborted';
}
