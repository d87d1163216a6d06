// SPDX-License-Identifier: Apache-2.0
/** One worker's part of a search: hashes ranges of candidates, and keeps those whose digest is a target. */

import { fromUtf8, utf8 } from '../bytes.js';
import { type Accident, accidentNamed } from './accidents.js';
import { candidatesFrom, type Guesses } from './candidates.js';
import { type Check, createCheck } from './check.js';
import { DictionaryScanner } from './dictionary-scanner.js';
import { EmailDictionary } from './emails/dictionary.js';
import { templateOf } from './format.js';
import { simdAvailable } from './kernel/emitter.js';
import { Kernel } from './kernel/kernel.js';
import { shapeOf } from './kernel/shape.js';
import { NumberingPlan } from './plan.js';
import type { Hit, Scanner, ScanResult, ScanSpec } from './scan-spec.js';
import { TargetTable } from './targets.js';

/** Whether a kernel hashes, at least those numbers of a plan whose messages fit into one. */
export function usesKernel(
  candidates: Guesses,
  { scheme, format, accident }: Pick<ScanSpec, 'scheme' | 'format' | 'accident'>,
): candidates is NumberingPlan {
  if (!(candidates instanceof NumberingPlan) || !simdAvailable()) return false;
  const happened = happenedTo(accident);
  // A digit less than the plan has is no template.
  if (happened?.dropsZero) return false;
  return candidates.lengths.some(({ digits }) => {
    const template = templateOf(format, candidates.callingCode, digits, happened);
    return template !== undefined && shapeOf(scheme, template) !== undefined;
  });
}

const happenedTo = (name: string | undefined): Accident | undefined =>
  name === undefined ? undefined : accidentNamed(name);

/** Whether kernels hash the addresses of a dictionary, at least those that fit into one. */
export function hashesAddresses(
  candidates: Guesses,
  { scheme, accident }: Pick<ScanSpec, 'scheme' | 'accident'>,
): candidates is EmailDictionary {
  const asIs = scheme.hash !== 'slow' && accident === undefined;
  return candidates instanceof EmailDictionary && asIs && simdAvailable();
}

/** Fewer candidates are hashed before a kernel is made. */
const WORTH_A_KERNEL = 2_000;

export function createScanner(spec: ScanSpec): Scanner {
  const candidates = candidatesFrom(spec.candidates);
  if (candidates.size < WORTH_A_KERNEL) return new MessageScanner(spec, candidates);
  if (hashesAddresses(candidates, spec)) return new DictionaryScanner(spec, candidates);
  return usesKernel(candidates, spec)
    ? new KernelScanner(spec, candidates)
    : new MessageScanner(spec, candidates);
}

/** Writes and hashes one message after another: works everywhere, for everything. */
export class MessageScanner implements Scanner {
  readonly #candidates: Guesses;
  readonly #check: Check;

  constructor(spec: ScanSpec, candidates: Guesses = candidatesFrom(spec.candidates)) {
    this.#candidates = candidates;
    const callingCode = candidates instanceof NumberingPlan ? candidates.callingCode : undefined;
    const targets = new TargetTable(spec.targets, spec.digestBytes);
    this.#check = createCheck(targets, spec.scheme, spec.format, callingCode, spec.accident);
  }

  async scan(from: number, to: number): Promise<ScanResult> {
    const hits: Hit[] = [];
    let tried = 0;
    this.#candidates.visit(from, to, (number) => {
      const target = this.#check(number);
      if (target === undefined) return;
      tried++;
      if (target >= 0) hits.push({ target, identifier: fromUtf8(number) });
    });
    return { hits, tried };
  }
}

const ASCII_ZERO = 48;

/** Leaves hashing to a kernel, one for each length of number, and looks again at what it finds. */
export class KernelScanner implements Scanner {
  readonly #spec: ScanSpec;
  readonly #plan: NumberingPlan;
  readonly #check: Check;
  /** The latest kernel, for numbers of so many national digits. */
  #current: { readonly digits: number; readonly kernel: Kernel | undefined } | undefined;
  /** For messages that do not fit a kernel. */
  #messages: MessageScanner | undefined;

  constructor(spec: ScanSpec, plan: NumberingPlan) {
    this.#spec = spec;
    this.#plan = plan;
    const targets = new TargetTable(spec.targets, spec.digestBytes);
    this.#check = createCheck(targets, spec.scheme, spec.format, plan.callingCode, spec.accident);
  }

  async scan(from: number, to: number): Promise<ScanResult> {
    const hits: Hit[] = [];
    let tried = 0;
    for (const length of this.#plan.lengths) {
      const start = Math.max(from, length.from);
      const end = Math.min(to, length.to);
      if (start >= end) continue;
      const { format, accident } = this.#spec;
      const template = templateOf(format, this.#plan.callingCode, length.digits, happenedTo(accident));
      if (template === undefined) continue;
      tried += end - start;
      const kernel = await this.kernelFor(length.digits);
      if (kernel !== undefined) {
        this.#scanWith(kernel, length.digits, start, end, hits);
        continue;
      }
      this.#messages ??= new MessageScanner(this.#spec, this.#plan);
      for (const hit of (await this.#messages.scan(start, end)).hits) hits.push(hit);
    }
    return { hits, tried };
  }

  /** Undefined where messages with so many national digits fit no kernel. */
  async kernelFor(digits: number): Promise<Kernel | undefined> {
    if (this.#current?.digits !== digits) {
      const { format, accident, scheme, targets, digestBytes } = this.#spec;
      const template = templateOf(format, this.#plan.callingCode, digits, happenedTo(accident));
      const shape = template && shapeOf(scheme, template, digestBytes);
      this.#current = { digits, kernel: shape && (await Kernel.create(shape, targets)) };
    }
    return this.#current.kernel;
  }

  #scanWith(kernel: Kernel, digits: number, from: number, to: number, hits: Hit[]): void {
    const { places } = kernel;
    const prefix = utf8(`+${this.#plan.callingCode}`);
    const number = new Uint8Array(prefix.length + digits);
    number.set(prefix);
    this.#plan.visitRuns(from, to, places, (leading, first, end) => {
      number.set(leading, prefix.length);
      kernel.visit(leading, first, end, (last) => {
        let rest = last;
        for (let i = number.length - 1; i >= number.length - places; i--) {
          number[i] = ASCII_ZERO + (rest % 10);
          rest = Math.floor(rest / 10);
        }
        const target = this.#check(number);
        if (target !== undefined && target >= 0) {
          hits.push({ target, identifier: String.fromCharCode(...number) });
        }
      });
    });
  }
}
