// SPDX-License-Identifier: Apache-2.0
/** How a search goes: what counts, in large figures; numbers tried, time, and one figure more. */

import { Announcer } from './announcer.js';
import { find, stamp } from './dom.js';
import { compact, count, duration } from './text.js';

/** The rate is that of the last so many milliseconds. */
const WINDOW = 1500;

/** Numbers a second, and numbers tried. */
type Figure = (rate: number, done: number) => string;

interface Figures {
  /** What is to be seen from afar, and what it counts. */
  readonly lead: { readonly unit: string; readonly text: Figure };
  /** The last of the small ones. */
  readonly extra: { readonly name: string; readonly text: Figure };
}

export class Meter {
  readonly #root: HTMLElement;
  readonly #announcer: Announcer;
  readonly #figures: Figures;
  #started = 0;
  #ended: number | undefined;
  #done = 0;
  #total = 1;
  #samples: { readonly at: number; readonly done: number }[] = [];

  constructor(place: HTMLElement, figures: Figures) {
    this.#root = stamp('meter');
    // Until there is something to be seen.
    this.#root.hidden = true;
    place.replaceWith(this.#root);
    this.#figures = figures;
    this.#text('[data-lead-unit]', figures.lead.unit);
    this.#text('[data-extra-name]', figures.extra.name);
    this.#announcer = new Announcer(find(this.#root, '[data-announce]', HTMLElement));
  }

  get seconds(): number {
    return ((this.#ended ?? performance.now()) - this.#started) / 1000;
  }

  get done(): number {
    return this.#done;
  }

  /** Since the beginning, a second. */
  get rate(): number {
    return this.#done / this.seconds;
  }

  start(total: number): void {
    this.#root.hidden = false;
    this.#started = performance.now();
    this.#ended = undefined;
    this.#done = 0;
    this.#total = total;
    this.#samples = [{ at: this.#started, done: 0 }];
    const frame = (): void => {
      if (this.#ended !== undefined) return;
      this.#show();
      requestAnimationFrame(frame);
    };
    frame();
  }

  /** For `onProgress`. */
  readonly update = (done: number, total: number): void => {
    this.#done = done;
    this.#total = total;
  };

  stop(): void {
    this.#ended ??= performance.now();
    this.#announcer.hush();
    this.#show();
  }

  #show(): void {
    const now = this.#ended ?? performance.now();
    this.#samples.push({ at: now, done: this.#done });
    while (this.#samples.length > 2 && now - this.#samples[1]!.at > WINDOW) this.#samples.shift();
    const first = this.#samples[0]!;
    const recent = ((this.#done - first.done) * 1000) / (now - first.at || 1);
    const rate = this.#ended === undefined ? recent : this.rate;
    const { lead, extra } = this.#figures;
    this.#text('[data-lead]', lead.text(rate, this.#done));
    this.#text('[data-tried]', count(this.#done));
    this.#text('[data-total]', count(this.#total));
    this.#text('[data-time]', duration(this.seconds));
    this.#text('[data-extra]', extra.text(rate, this.#done));
    find(this.#root, 'progress', HTMLProgressElement).value = this.#done / this.#total;
    if (this.#ended === undefined && this.#done > 0) {
      this.#announcer.say(
        `${compact(rate)} numbers a second, ${compact(this.#done)} of ${compact(this.#total)} tried.`,
      );
    }
  }

  #text(selector: string, text: string): void {
    const element = find(this.#root, selector, HTMLElement);
    if (element.textContent !== text) element.textContent = text;
  }
}
