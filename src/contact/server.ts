// SPDX-License-Identifier: Apache-2.0
/**
 * (Server) Answers one client of contact discovery: multiplies what it sends by the key of the epoch that it asks for, and
 * proves it.
 *
 * Every element is a guess that the client may test, so `admit` is where the server defends its set; and every evaluation
 * under one key helps somebody who attacks the key itself (docs/threat-model.md), which is a reason to change it.
 */

import { type OptionNames, requireArray, requireOptionsWithBackend } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { VOPRFServer } from '../oprf/voprf.js';
import { publishedTerms } from '../policy/terms.js';
import { admitOf } from '../psi/run/admit.js';
import { withOffset } from '../psi/run/checks.js';
import { type Program, PsiMachine } from '../psi/run/machine.js';
import type { CommonOptions } from '../psi/run/party.js';
import type { RandomSource } from '../random.js';
import { decodeBlinded, decodeQuery, encodeEvaluated } from './frames.js';
import type { SetName } from './suite.js';

/** An epoch that is answered. */
export interface ServedSet extends SetName {
  /** k, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** Elements in the published set, for the policy. */
  readonly size: number;
}

/** Options of a server. */
export interface ContactServerOptions {
  /** Does the group operations; it must live as long as the run. */
  readonly backend: GroupBackend;
  /**
   * Asked when a client has said how many contacts it has, before anything is evaluated; what it throws ends the run, and so
   * does anything that it returns. See `admission`, whose default here is `defaultContactPolicy`.
   */
  readonly admit?: CommonOptions['admit'];
  /** For the proofs. Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
  /** Stops the run, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

const NAMES: OptionNames<ContactServerOptions> = {
  ...{ backend: true, admit: true, random: true, signal: true },
};

/** What the server knows at the end. */
export interface ContactServerResult {
  /** Elements that were evaluated. */
  readonly peerSize: number;
}

/**
 * The server's state machine for one run of one client.
 * @param served the epochs that are answered: while a key is changed, the old one as well as the new one
 * @returns a machine that fails with `incompatible-peer` for a set or epoch that is not served, and with what `admit` throws
 */
export function contactServer(
  served: readonly ServedSet[],
  options: ContactServerOptions,
): PsiMachine<ContactServerResult> {
  requireArray(served, 'The sets that are served');
  requireOptionsWithBackend(options, NAMES);
  return new PsiMachine('sender', serverProgram(served, options, admitOf(options.admit)));
}

async function* serverProgram(
  served: readonly ServedSet[],
  { backend, random, signal }: ContactServerOptions,
  admit: NonNullable<CommonOptions['admit']>,
): Program<ContactServerResult> {
  const query = decodeQuery((yield undefined) ?? new Uint8Array());
  const set = served.find(({ setId, epoch }) => setId === query.setId && epoch === query.epoch);
  if (set === undefined) {
    throw new VeilmatchError(
      'incompatible-peer',
      'The client asks for a set or an epoch that is not served (any more). It has to fetch the published set again.',
    );
  }
  await admit({
    peerSize: query.size,
    ownSize: set.size,
    learns: 'contact-discovery',
    terms: publishedTerms,
  });
  const suite = ristretto255Sha512(backend);
  const server = new VOPRFServer(suite, set.secretKey);
  for (let done = 0; done < query.size; ) {
    const elements = decodeBlinded((yield undefined) ?? new Uint8Array(), done, query.size);
    const answer = await withOffset(done, server.blindEvaluate(elements, { random, signal }));
    yield encodeEvaluated(done, answer);
    done += elements.length / suite.elementBytes;
  }
  return { peerSize: query.size };
}
