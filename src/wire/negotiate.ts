// SPDX-License-Identifier: Apache-2.0
/** Version and suite, agreed on before the protocol's first frame. */

import { VeilmatchError } from '../errors.js';
import { ristretto255Suite } from '../psi/run/ciphersuite.js';
import { VERSION } from '../psi/run/suite.js';
import type { AcceptMessage, OpenMessage } from './messages.js';

/** Versions of `veilmatch-psi` and suites that this package has. */
const VERSIONS: readonly number[] = [VERSION];
const SUITES: readonly number[] = [ristretto255Suite.id];

/**
 * What the connecting party says first.
 * @param run - to go on with, or that is to be kept
 */
export function openMessage(token: string, run: Pick<OpenMessage, 'runId' | 'held'> = {}): OpenMessage {
  return { type: 'open', versions: VERSIONS, suites: SUITES, token, runId: run.runId, held: run.held };
}

/**
 * What the listening party answers: the highest version and the lowest suite that both have.
 * @param mode of the protocol's Hello, or 0
 * @param own - what it has of a run that is kept, and whether it is the receiver
 * @throws {VeilmatchError} `incompatible-peer`
 */
export function acceptMessage(
  open: OpenMessage,
  runId: string,
  mode: number,
  own: Pick<AcceptMessage, 'held' | 'asks'> = {},
): AcceptMessage {
  const version = Math.max(...VERSIONS.filter((own) => open.versions.includes(own)));
  const suite = Math.min(...SUITES.filter((own) => open.suites.includes(own)));
  if (!Number.isFinite(version) || !Number.isFinite(suite)) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The peer speaks version ${open.versions.join(', ')} with suite ${open.suites.join(', ')}; ` +
        `this party version ${VERSIONS.join(', ')} with suite ${SUITES.join(', ')}.`,
    );
  }
  return { type: 'accept', version, suite, runId, mode, ...own };
}

/**
 * That the answer is one of those that were offered.
 * @throws {VeilmatchError} `incompatible-peer`
 */
export function checkAccept({ version, suite }: AcceptMessage): void {
  if (VERSIONS.includes(version) && SUITES.includes(suite)) return;
  throw new VeilmatchError(
    'incompatible-peer',
    `The peer chose version ${version} and suite ${suite}, which this party did not offer.`,
  );
}
