// SPDX-License-Identifier: Apache-2.0
/**
 * What a function does with a text, counted and not timed: blocks of code that ran (V8's precise coverage), characters that
 * regular expressions went over, and which expression, or built-in function of a worse kind, was handed how much.
 */

import { Session } from 'node:inspector/promises';
import { type BuiltinCall, watchBuiltins } from './builtins.js';

interface Run {
  readonly source: string;
  readonly flags: string;
  /** Characters that it was handed. */
  readonly length: number;
}

export interface Work {
  /** Blocks that ran in the source and in the packages that read texts, and characters that expressions consumed. */
  readonly steps: number;
  readonly runs: readonly Run[];
  /** The longest text that each call of a built-in function was handed whose work is no step. */
  readonly builtins: readonly BuiltinCall[];
}

/** Where texts are read; what the test itself does is not counted. */
const COUNTED = /\/src\/|\/node_modules\/(?:libphonenumber-js|csv-parse|@bufbuild)\//;

export class StepCounter {
  readonly #session = new Session();

  static async start(): Promise<StepCounter> {
    const counter = new StepCounter();
    counter.#session.connect();
    await counter.#session.post('Profiler.enable');
    await counter.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return counter;
  }

  /** Whatever `action` throws is left to others: here it is only work. */
  async count(action: () => unknown): Promise<Work> {
    // What ran before is forgotten.
    await this.#session.post('Profiler.takePreciseCoverage');
    const runs = new Map<string, Run>();
    let steps = 0;
    const builtins = new Map<string, BuiltinCall>();
    const unwatch = watchBuiltins((call) => {
      if ((builtins.get(call.name)?.length ?? -1) < call.length) builtins.set(call.name, call);
    });
    const { exec } = RegExp.prototype;
    // Every method of strings and expressions comes by here once it is replaced.
    RegExp.prototype.exec = function (this: RegExp, text: string): RegExpExecArray | null {
      const from = this.global || this.sticky ? this.lastIndex : 0;
      const match = exec.call(this, text);
      const { length } = String(text);
      // A sticky one looks at one place, as `split` does at each: together that is one search.
      if (match !== null) steps += match.index + match[0].length - from;
      else steps += this.sticky ? 1 : Math.max(0, length - from);
      const key = `${this.flags} ${this.source}`;
      if ((runs.get(key)?.length ?? -1) < length)
        runs.set(key, { source: this.source, flags: this.flags, length });
      return match;
    };
    try {
      await action();
    } catch {
    } finally {
      RegExp.prototype.exec = exec;
      unwatch();
    }
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    for (const { url, functions } of result) {
      if (!COUNTED.test(url)) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
    return { steps, runs: [...runs.values()], builtins: [...builtins.values()] };
  }

  async stop(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}
