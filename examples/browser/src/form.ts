// SPDX-License-Identifier: Apache-2.0
/** A form that starts something which takes its time and can be stopped. */

import { find } from './dom.js';
import { isAbort, messageOf } from './text.js';

export class Task {
  readonly form: HTMLFormElement;
  readonly #stop: HTMLButtonElement;
  readonly #start: HTMLButtonElement;
  #controller: AbortController | undefined;

  /**
   * @param work - is told when it has to stop; an error that it throws is shown, unless it was stopped
   */
  constructor(place: HTMLElement, work: (signal: AbortSignal) => Promise<void>) {
    this.form = find(place, 'form', HTMLFormElement);
    this.#start = find(this.form, 'button[type=submit]', HTMLButtonElement);
    this.#stop = find(this.form, '[data-stop]', HTMLButtonElement);
    this.#stop.addEventListener('click', () => this.stop());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#run(work);
    });
  }

  field(name: string): HTMLInputElement {
    return find(this.form, `input[name=${name}]`, HTMLInputElement);
  }

  choice(name: string): HTMLSelectElement {
    return find(this.form, `select[name=${name}]`, HTMLSelectElement);
  }

  get running(): boolean {
    return this.#controller !== undefined;
  }

  stop(): void {
    this.#controller?.abort();
  }

  /** Says what is wrong; nothing where nothing is. */
  complain(error?: unknown): void {
    const text = error === undefined ? '' : messageOf(error);
    const alert = find(this.form, '.error', HTMLElement);
    // The same again would be announced again.
    if (alert.textContent !== text) alert.textContent = text;
  }

  async #run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.running) return;
    this.#controller = new AbortController();
    this.#busy(true);
    this.complain();
    try {
      await work(this.#controller.signal);
    } catch (error) {
      if (!isAbort(error)) this.complain(error);
    } finally {
      this.#controller = undefined;
      this.#busy(false);
    }
  }

  /** The focus stays where the button was. */
  #busy(busy: boolean): void {
    const focused = document.activeElement === this.#start || document.activeElement === this.#stop;
    this.#start.hidden = busy;
    this.#stop.hidden = !busy;
    if (focused) (busy ? this.#stop : this.#start).focus();
  }
}
