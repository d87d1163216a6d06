// SPDX-License-Identifier: Apache-2.0
/** A command as data: what it is called, what it takes, and what it does. `program.ts` turns a list of them into a tool. */

import type { Option } from 'commander';
import type { Io } from '../lists/io.js';

/**
 * 0 done; 1 rows were rejected under `--strict`, or more than may be, or `doctor` found what would stop a run; 2 the command line has to be changed; 3
 * input, output or the peer failed; 130 interrupted. A command returns the first two of its own, the others are of `endingOf`.
 */
export type ExitStatus = 0 | 1 | 2 | 3 | 130;

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments in order, as commander writes them: `<file>`. */
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    /** Where it is one of few words. */
    readonly choices?: readonly string[];
  }[];
  readonly options: readonly Option[];
  /** Printed under the options by `--help`: what has to be known, and examples. */
  readonly help: string;
  /**
   * @param options by their long names in camelCase
   * @throws {VeilmatchError} `argument` for what the caller of the tool has to put right
   */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, io: Io): Promise<ExitStatus>;
}
