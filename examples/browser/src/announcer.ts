// SPDX-License-Identifier: Apache-2.0
/** Tells a screen reader how far a computation is: the latest that there is to say, and not more often than it can bear. */

/** Between two announcements, in milliseconds. */
export const ANNOUNCE_EVERY = 5000;

export class Announcer {
  readonly #region: { textContent: string | null };
  #last = Number.NEGATIVE_INFINITY;
  #pending: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param region - a live region */
  constructor(region: { textContent: string | null }) {
    this.#region = region;
  }

  /** Says this, at once or when it is time again; what waits to be said then is replaced. */
  say(text: string): void {
    this.#pending = text;
    const wait = this.#last + ANNOUNCE_EVERY - performance.now();
    if (wait <= 0) this.#speak();
    else this.#timer ??= setTimeout(() => this.#speak(), wait);
  }

  /** Forgets what waits to be said: the computation is over. */
  hush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = undefined;
  }

  #speak(): void {
    const text = this.#pending;
    this.hush();
    if (text === undefined) return;
    this.#last = performance.now();
    this.#region.textContent = text;
  }
}
