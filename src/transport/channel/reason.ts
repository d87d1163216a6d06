// SPDX-License-Identifier: Apache-2.0
/** Reasons on the wire and errors on either side of it. */

import { type ErrorCode, VeilmatchError } from '../../errors.js';
import type { CloseReason } from '../../wire/messages.js';

const BY_CODE: Partial<Readonly<Record<ErrorCode, CloseReason>>> = {
  refused: 'refused',
  timeout: 'timeout',
  'incompatible-peer': 'incompatible',
  'incompatible-lists': 'incompatible',
  'wrong-size': 'incompatible',
  'bad-message': 'protocol',
  'unexpected-message': 'protocol',
  'bad-element': 'protocol',
  'identity-element': 'protocol',
  'repeated-element': 'protocol',
  'bad-proof': 'protocol',
  'transcript-mismatch': 'protocol',
  'unknown-run': 'unknown-run',
};

/** Errors after which another try can come to another end. */
const PASSING: readonly CloseReason[] = ['aborted', 'timeout', 'unknown-run'];

/**
 * Whether a run that ended so would end so again, however often it was resumed: a party broke the rules, or said no.
 * @example
 * ```ts
 * import { VeilmatchError } from 'veilmatch/errors';
 * import { isFinal } from 'veilmatch/transport';
 *
 * console.log(isFinal(new VeilmatchError('refused', 'No.')), isFinal(new VeilmatchError('timeout', 'Late.'))); // → true false
 * ```
 */
export function isFinal(error: unknown): boolean {
  // What does not fit this session, or no number, does not fit it the next time either: its draws are the same.
  if (error instanceof VeilmatchError && error.code === 'overflow') return true;
  return !PASSING.includes(reasonFor(error));
}

/** What the peer is told about an error here: a code, no detail. */
export function reasonFor(error: unknown): CloseReason {
  return (error instanceof VeilmatchError && BY_CODE[error.code]) || 'aborted';
}

/** Whether a peer that is told this has broken the rules: nothing that it has yet to say is of use. */
export function isBreach(reason: CloseReason): boolean {
  return reason === 'protocol' || reason === 'rate';
}

const TOLD: Readonly<Record<CloseReason, readonly [ErrorCode, string]>> = {
  complete: ['disconnected', 'The peer ended the connection before the run was complete.'],
  denied: [
    'denied',
    'The peer denied access. Check the token or the client certificate, that it was issued by this peer, and that the address ends ' +
      'in what this peer offers to whom it was issued to.',
  ],
  refused: ['refused', "The peer's policy on sizes and budgets does not allow this run. Ask the peer."],
  busy: ['denied', 'The peer has too many runs under way. Try again later.'],
  incompatible: [
    'incompatible-peer',
    'The peer cannot go on: versions, what is revealed, kinds of identifiers or sizes do not go together. See that both lists ' +
      'have telephone numbers, or both e-mail addresses, or both neither (--column NAME=opaque), and that both parties were told the same.',
  ],
  protocol: ['disconnected', 'The peer gave up: it could not accept a message of this party.'],
  timeout: ['timeout', 'The peer gave up: the run took too long, or this party was silent for too long.'],
  rate: ['denied', 'The peer gave up: this party sent messages too fast.'],
  aborted: ['disconnected', 'The peer stopped the run.'],
  'unknown-run': [
    'unknown-run',
    'The peer does not have this run: it is complete there, has failed or expired, or was begun with other credentials.',
  ],
};

/** What a peer's reason means here. */
export function errorFor(reason: CloseReason): VeilmatchError {
  return new VeilmatchError(...TOLD[reason]);
}
