// SPDX-License-Identifier: Apache-2.0
/** Scans a dictionary with kernels, and looks again at what they find. */

import { fromUtf8 } from '../bytes.js';
import { type Check, createCheck } from './check.js';
import { visitRun } from './emails/cell.js';
import type { EmailDictionary } from './emails/dictionary.js';
import { MessageKernels } from './kernel/messages.js';
import type { Hit, Scanner, ScanResult, ScanSpec } from './scan-spec.js';
import { TargetTable } from './targets.js';

export class DictionaryScanner implements Scanner {
  readonly #dictionary: EmailDictionary;
  readonly #check: Check;
  readonly #kernels: Promise<MessageKernels | undefined>;
  #hits: Hit[] = [];

  constructor(spec: ScanSpec, dictionary: EmailDictionary) {
    const { scheme, targets, digestBytes } = spec;
    this.#dictionary = dictionary;
    this.#check = createCheck(new TargetTable(targets, digestBytes), scheme, 'e164');
    this.#kernels = MessageKernels.create(scheme, dictionary.lengths, targets, digestBytes, (address) =>
      this.#look(address),
    );
  }

  async scan(from: number, to: number): Promise<ScanResult> {
    const kernels = await this.#kernels;
    this.#hits = [];
    let tried = 0;
    this.#dictionary.visitRuns(from, to, (run) => {
      tried += run.count;
      if (kernels?.add(run) !== true) visitRun(run, (address) => this.#look(address));
    });
    kernels?.flush();
    return { hits: this.#hits, tried };
  }

  #look(address: Uint8Array): void {
    const target = this.#check(address);
    if (target !== undefined && target >= 0) this.#hits.push({ target, identifier: fromUtf8(address) });
  }
}
