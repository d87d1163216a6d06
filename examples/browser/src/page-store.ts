// SPDX-License-Identifier: Apache-2.0
/** Filters, and the beginnings of others, for as long as the page is open: a download that is cut goes on where it was. */

import type { SegmentStore } from 'veilmatch/contact';

export class PageStore implements SegmentStore {
  readonly #parts = new Map<string, Uint8Array[]>();

  async load(name: string): Promise<Uint8Array> {
    const parts = this.#parts.get(name) ?? [];
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** What is fetched comes in order, from where it was or from the beginning. */
  async write(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const parts = at === 0 ? [] : (this.#parts.get(name) ?? []);
    parts.push(bytes.slice());
    this.#parts.set(name, parts);
  }

  async remove(name: string): Promise<void> {
    this.#parts.delete(name);
  }
}
