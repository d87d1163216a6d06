// SPDX-License-Identifier: Apache-2.0
/**
 * How long a party waits for its peer: a span that is used up by waiting, and given back by frames, in proportion to their
 * bytes. So what a peer can hold of this party's time follows from how much it says, which sizes and budgets limit; signs of
 * life and tiny frames buy next to nothing. A peer that computes for minutes on a large list has the whole span for it.
 */

import { MAX_FRAME_BYTES } from '../../psi/run/suite.js';

export class Patience {
  readonly #span: number;
  #left: number;

  /** @param seconds the span: as long as a peer may take over one frame of full length */
  constructor(seconds: number) {
    this.#span = seconds * 1000;
    this.#left = this.#span;
  }

  /** Whether the peer had its time. */
  get over(): boolean {
    return this.#left <= 0;
  }

  /** @param milliseconds in which this party could do nothing but wait */
  wait(milliseconds: number): void {
    this.#left -= milliseconds;
  }

  /** @param bytes of a frame that has come from the peer, or was taken by it */
  earn(bytes: number): void {
    this.#left = Math.min(this.#span, this.#left + (this.#span * bytes) / MAX_FRAME_BYTES);
  }
}
