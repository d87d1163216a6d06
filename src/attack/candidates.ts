// SPDX-License-Identifier: Apache-2.0
/** A list of guesses as data, so that a worker can be told of it: a numbering plan, an e-mail dictionary, numbers one by one. */

import { sha256 } from '@noble/hashes/sha2.js';
import { requireIterable, requireText } from '../arguments.js';
import { ByteList, bytesToHex, u32, utf8 } from '../bytes.js';
import { type DictionarySpec, EmailDictionary } from './emails/dictionary.js';
import { type Candidates, NumberingPlan, type PlanSpec } from './plan.js';

export type CandidatesSpec =
  | { readonly plan: PlanSpec }
  | { readonly emails: DictionarySpec }
  | { readonly bytes: Uint8Array; readonly offsets: Uint32Array };

/** Numbers in E.164, one by one: a sample of a plan, or guesses of one's own. */
export class NumberList implements Candidates {
  /** The numbers in E.164, as ASCII. */
  readonly numbers: ByteList;

  constructor(numbers: ByteList) {
    this.numbers = numbers;
  }

  /** Takes numbers in E.164. */
  static from(numbers: Iterable<string>): NumberList {
    requireIterable(numbers, 'The numbers');
    return new NumberList(
      ByteList.from(
        Array.from(numbers, (number, position) => {
          requireText(number, `Number ${position}`);
          return utf8(number, position);
        }),
      ),
    );
  }

  /** How many there are. */
  get size(): number {
    return this.numbers.length;
  }

  get fingerprint(): string {
    const hash = sha256.create();
    for (const number of this.numbers) hash.update(u32(number.length)).update(number);
    return bytesToHex(hash.digest());
  }

  visit(from: number, to: number, visit: (number: Uint8Array, index: number) => void): void {
    for (let i = from; i < Math.min(to, this.size); i++) visit(this.numbers.at(i), i);
  }
}

/** Everything that can be searched. */
export type Guesses = NumberingPlan | NumberList | EmailDictionary;

export function specOf(candidates: Guesses): CandidatesSpec {
  if (candidates instanceof NumberingPlan) return { plan: candidates.spec };
  if (candidates instanceof EmailDictionary) return { emails: candidates.spec };
  const { bytes, offsets } = candidates.numbers;
  return { bytes, offsets };
}

export function candidatesFrom(spec: CandidatesSpec): Guesses {
  if ('plan' in spec) return new NumberingPlan(spec.plan);
  if ('emails' in spec) return new EmailDictionary(spec.emails);
  return new NumberList(new ByteList(spec.bytes, spec.offsets));
}
