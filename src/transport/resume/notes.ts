// SPDX-License-Identifier: Apache-2.0
/** Notes that a party makes in a journal, by name, beside the frames and results of its run. What is noted stays as it is. */

import { utf8 } from '../../bytes.js';
import { sha512 } from '../../kernel/sha512.js';
import { CALL_BYTES, type Journal } from './journal.js';

/** Results of calls have other names: none of theirs begins so. */
const LABEL = 'veilmatch note ';

/** What was noted under a name, or undefined. */
export async function noted(journal: Journal, name: string): Promise<Uint8Array | undefined> {
  return journal.outcome(nameOf(name));
}

/** Resolves when the note is kept for good. @throws {VeilmatchError} `io` */
export function note(journal: Journal, name: string, bytes: Uint8Array): Promise<void> {
  return journal.addOutcome(nameOf(name), bytes);
}

function nameOf(name: string): Uint8Array {
  return sha512(utf8(LABEL + name)).slice(0, CALL_BYTES);
}
