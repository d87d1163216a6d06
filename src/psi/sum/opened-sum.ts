// SPDX-License-Identifier: Apache-2.0
/**
 * What a party that learns a sum holds at the end of a run: the sum as a multiple of the generator.
 *
 * Working the number out is a step of its own, after the run: it takes longer the larger the sum is, and fails where a
 * peer has put values out of range into it. Neither may show on the line, so whoever drives a machine closes the line
 * first.
 */

import type { LogarithmOptions, Logarithms } from './logarithm.js';

/** A sum that was opened, and that nobody has worked out yet. */
export class OpenedSum {
  readonly #element: Uint8Array;
  readonly #logarithms: Logarithms;

  /**
   * @internal
   * @param element sum * G
   */
  constructor(element: Uint8Array, logarithms: Logarithms) {
    this.#element = element;
    this.#logarithms = logarithms;
  }

  /**
   * The sum, from 0 to 2^40 - 1. The backend of the run, or of the logarithms that it was given, must still be there.
   * @throws {VeilmatchError} `overflow` when the sum is out of range: the peer deviated from the protocol. It is an error of
   * this machine alone, and running again would give it one sum more; `aborted`
   */
  solve(options: LogarithmOptions = {}): Promise<number> {
    return this.#logarithms.solve(this.#element, options);
  }
}
