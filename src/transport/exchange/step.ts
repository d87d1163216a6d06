// SPDX-License-Identifier: Apache-2.0
/**
 * A run through files, for partners who exchange them over SFTP or a bucket: whoever's turn it is reads the partner's file and
 * writes the next one, signed, with all that it can say then. The receiver begins. How many files a run takes the protocol says
 * (`Protocol.files`); where a sender's answer is all that it says, it keeps nothing.
 *
 * From one step to the next a party keeps a journal: a seed, the partner's frames, digests of files. So **a step that is done
 * twice writes the same file again**, and does not answer another one in the place of the first: two lists of questions under
 * one scalar would tell more than one. Whoever has the journal's key and the files learns what the party learns, and can
 * test guesses about its list.
 */

import { abortedError, throwIfAborted } from '../../abort.js';
import {
  requireArray,
  requireBytes,
  requireCallbacks,
  requireCount,
  requireObject,
  requireOptions,
  requirePath,
  requireSigningKey,
} from '../../arguments.js';
import { withBackend } from '../../group/select.js';
import type { Given } from '../../psi/run/options.js';
import { type ByRole, optionNames, type Protocol } from '../../psi/run/protocol.js';
import type { Role } from '../../psi/run/suite.js';
import { requireJournal, requireParty } from '../resume/journal.js';
import { missing, planOf, type StepFiles, type StepOptions } from './plan.js';
import { type StepTaken, Turn } from './turn.js';

/**
 * Takes one step of a run through files. A step that is done twice writes the same file again, as long as its journal is there.
 * @param files what is read, what is written
 * @param role which party this is: `receiver` asks, and begins
 * @param own what it brings: the same in every step
 * @throws {VeilmatchError} `argument`, also for another list or other options than before; `io`; `bad-file` for a file that is
 * not the partner's, not for this party, not the one that is due, expired, or answered already; `refused` by the policy; what
 * the protocol throws. No file is written then
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { memoryJournal, partyTerms, runStep, signingPublicKey } from 'veilmatch/transport';
 *
 * const mine = { set: IdentifierSet.ofStrings(['ada', 'hedy']) };
 * const terms = partyTerms(intersection, 'receiver', mine);
 * const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'acme', terms });
 * const [signingKey, theirs] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
 * const options = { signingKey, peer: signingPublicKey(theirs), journal };
 * const writes = `${mkdtempSync('/tmp/veilmatch-')}/request`;
 * console.log((await runStep({ writes }, intersection, 'receiver', mine, options)).files); // → 2
 * ```
 */
export async function runStep<
  Own extends ByRole,
  Options extends object,
  Result extends ByRole,
  R extends Role,
>(
  files: StepFiles,
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: StepOptions<Result[R]> & Given<Options>,
): Promise<StepTaken<Result[R]>> {
  requireParty(protocol, role, own);
  requireOptions(options, stepNames(protocol));
  requireObject(files, 'The files');
  checkArguments(files, role, options);
  const { journal, signal, backend } = options;
  try {
    throwIfAborted(signal);
    return await withBackend(backend, async (used) => {
      const plan = await planOf(files, protocol, role, own, { ...options, backend: used });
      return (await new Turn(plan).take()) as StepTaken<Result[R]>;
    });
  } catch (error) {
    throw signal?.aborted ? abortedError(signal) : error;
  } finally {
    await journal?.close();
  }
}

function stepNames(protocol: Pick<Protocol, 'options'>): Record<string, true> {
  const { random, chunkSize, admit, ...names } = optionNames(protocol);
  return {
    ...names,
    ...{ signingKey: true, peer: true, journal: true, pad: true, lifetimeSeconds: true, allow: true },
    onResult: true,
  };
}

function checkArguments({ reads, writes }: StepFiles, role: Role, options: StepOptions<never>): void {
  const { signingKey, peer, journal, lifetimeSeconds, allow } = options;
  if (reads !== undefined) requirePath(reads, 'The path of the file that is read');
  if (writes !== undefined) requirePath(writes, 'The path of the file that is written');
  if (signingKey !== undefined) requireSigningKey(signingKey);
  if (peer !== undefined) requireBytes(peer, "The partner's public key");
  if (journal !== undefined) requireJournal(journal);
  if (lifetimeSeconds !== undefined) requireCount(lifetimeSeconds, 'The seconds that a request is good for');
  if (allow !== undefined) requireObject(allow, 'The option allow', 'peer', 'ledger');
  if (options.known !== undefined) requireArray(options.known, 'The option known');
  requireCallbacks(options, 'onResult');
  if (reads === undefined && role === 'sender') {
    throw missing('A sender has nothing to say before the receiver has: name the file that it reads.');
  }
  if (role === 'receiver' && journal === undefined) {
    throw missing('A receiver needs a journal: what it asks with must be there when it is answered.');
  }
  if (role === 'sender' && allow === undefined) {
    throw missing(
      'A sender needs the option allow: whom it answers, and the ledger that says what it has answered.',
    );
  }
}
