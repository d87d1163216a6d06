// SPDX-License-Identifier: Apache-2.0
/** The option `admit`, whoever's it is: what lets a run through is that it ends without a word, and nothing else does. */

import { requireFunction } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';

/** Throws what ends the run. */
type Admit<Run> = (run: Run) => Promise<void>;

/**
 * @returns a function that throws `argument` where `admit` resolves to anything: an answer such as `false` would let the run
 * through otherwise
 * @throws {VeilmatchError} `argument` for what is no function
 */
export function admitOf<Run>(admit: Admit<Run> | undefined): Admit<Run> {
  if (admit === undefined) return async () => {};
  requireFunction(admit, 'The option admit');
  return async (run) => {
    const answer: unknown = await admit(run);
    if (answer === undefined) return;
    throw new VeilmatchError(
      'argument',
      'The option admit returned something, and the run was not answered: it refuses a run by throwing, and returns nothing ' +
        'where the run may go on.',
    );
  };
}
