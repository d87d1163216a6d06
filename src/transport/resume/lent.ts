// SPDX-License-Identifier: Apache-2.0
/** Journals that are lent: to somebody who may do less with one than its owner. */

import type { Journal } from './journal.js';

/**
 * @param changed what is done in another way than the journal does it
 */
export function lent(
  journal: Journal,
  changed: Partial<Pick<Journal, 'addFrame' | 'addOutcome' | 'close' | 'erase'>>,
): Journal {
  const { runId, peer, terms, seed } = journal;
  return {
    ...{ runId, peer, terms, seed },
    get held() {
      return journal.held;
    },
    frame: (index) => journal.frame(index),
    addFrame: (frame) => journal.addFrame(frame),
    outcome: (call) => journal.outcome(call),
    addOutcome: (call, outcome) => journal.addOutcome(call, outcome),
    close: () => journal.close(),
    erase: () => journal.erase(),
    ...changed,
  };
}

/** For the end of a run: nothing is kept that nobody would ask for again. */
export const recalling = (journal: Journal): Journal =>
  lent(journal, { addFrame: async () => {}, addOutcome: async () => {} });
