// SPDX-License-Identifier: Apache-2.0
/** What the page in examples/browser takes from people.js. */

export class Random {
  constructor(seed: number);
}

export interface Person {
  readonly area: string;
  readonly exchange: string;
  readonly line: string;
}

export function invent(random: Random, count: number): Person[];
export function e164(person: Person): string;
