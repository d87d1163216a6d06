// SPDX-License-Identifier: Apache-2.0
// Starts a program in a process of its own, and listens to what it says.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export class Program {
  #text = { stdout: '', stderr: '' };
  #child;
  #ended;
  #over = false;
  #wake = () => {};

  /** @param {string} file @param {string[]} argv */
  constructor(file, ...argv) {
    this.#child = spawn(process.execPath, [file, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      this.#child[name].setEncoding('utf8').on('data', (text) => {
        this.#text[name] += text;
        this.#wake();
      });
    }
    this.#ended = once(this.#child, 'close').then(([status]) => {
      this.#over = true;
      this.#wake();
      return { status, ...this.#text };
    });
  }

  /** Its exit status, and what it has said. */
  get ended() {
    return this.#ended;
  }

  /** Waits for a line of JSON with this key, and with this value where one is given. @param {string} key @param {unknown} [value] */
  async said(key, value) {
    for (;;) {
      for (const text of Object.values(this.#text)) {
        for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
          const said = line.startsWith('{"') ? JSON.parse(line) : {};
          if (key in said && (value === undefined || said[key] === value)) return said;
        }
      }
      if (this.#over) throw new Error(`A program ended early:\n${this.#text.stderr}`);
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    }
  }

  /** Ends it, where the story breaks off. */
  stop() {
    this.#child.kill();
  }
}
