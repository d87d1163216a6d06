// SPDX-License-Identifier: Apache-2.0
/**
 * (Client) Asks which of its contacts are in a published set. Work and traffic depend on the number of contacts alone.
 *
 * **What the server learns**: how many contacts there are, and which set and epoch was asked. **What the client learns**:
 * the VOPRF output of each contact, and so, as long as the key lives, whether the contact is in this or any later segment:
 * it can keep the outputs and look again, without the server noticing. About other identifiers it learns nothing.
 */

import { type OptionNames, requireObject, requireOptionsWithBackend, requireSet } from '../arguments.js';
import { recordAt } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { FILTER_HASH_BYTES } from '../filter/filter.js';
import type { GroupBackend } from '../group/group.js';
import { checkComparable, type IdentifierSet } from '../identifiers/set.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { VOPRFClient } from '../oprf/voprf.js';
import { type Program, PsiMachine } from '../psi/run/machine.js';
import type { RandomSource } from '../random.js';
import { inTurns } from '../workers/turn.js';
import { decodeEvaluated, encodeBlinded, encodeQuery } from './frames.js';
import type { ContactDirectory } from './published.js';
import { contactTags, OUTPUT_BYTES } from './suite.js';

/** Options of a client. */
export interface ContactClientOptions {
  /** Does the group operations; it must live as long as the run. */
  readonly backend: GroupBackend;
  /** Default: the platform's CSPRNG. Anything else is for tests and attacks. */
  readonly random?: RandomSource | undefined;
  /** Contacts in a frame, which share a proof. Default and most 32,000. */
  readonly chunkSize?: number | undefined;
  /** Stops the run, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Contacts done and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const NAMES: OptionNames<ContactClientOptions> = {
  ...{ backend: true, random: true, chunkSize: true, signal: true, onProgress: true },
};

/** What the client knows at the end. */
export interface ContactEnd {
  /** How many contacts the set has. */
  readonly size: number;
  /** Which: indices in the client's set, ascending. */
  readonly matched: readonly number[];
  /** Elements in the published set. */
  readonly peerSize: number;
  /** The chance, at most, that a contact that is not in the set is among the matched ones. */
  readonly falsePositiveRate: number;
}

const MAX_CHUNK = 32_000;

/**
 * The client's state machine.
 * @param contacts whose kinds must be among those of the directory
 * @throws {VeilmatchError} `incompatible-lists` for kinds that never match, `argument` for options that cannot be right
 */
export function contactClient(
  contacts: IdentifierSet,
  directory: ContactDirectory,
  options: ContactClientOptions,
): PsiMachine<ContactEnd> {
  requireSet(contacts, 'The contacts');
  requireObject(directory, 'The directory', 'kinds', 'publicKey');
  requireOptionsWithBackend(options, NAMES);
  const { chunkSize = MAX_CHUNK } = options;
  checkComparable(contacts.kinds, directory.kinds);
  if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > MAX_CHUNK) {
    throw new VeilmatchError(
      'argument',
      `The option chunkSize must be a whole number from 1 to ${MAX_CHUNK}.`,
    );
  }
  return new PsiMachine('receiver', clientProgram(contacts, directory, chunkSize, options));
}

async function* clientProgram(
  contacts: IdentifierSet,
  directory: ContactDirectory,
  chunkSize: number,
  { backend, random, signal, onProgress }: ContactClientOptions,
): Program<ContactEnd> {
  // The answer is proved to be made under the published key, so what it adds to a blind is known.
  const suite = ristretto255Sha512(backend);
  const client = new VOPRFClient(suite, directory.publicKey, { blinding: 'additive' });
  const tags = new Uint8Array(contacts.size * FILTER_HASH_BYTES);
  yield encodeQuery({ ...nameOf(directory), size: contacts.size });
  for (let first = 0; first < contacts.size; first += chunkSize) {
    const chunk = contacts.elements.slice(first, Math.min(first + chunkSize, contacts.size));
    const blinding = await client.blind(chunk, { random, signal });
    try {
      yield encodeBlinded(first, blinding.blindedElements);
      const answer = decodeEvaluated((yield undefined) ?? new Uint8Array(), first, chunk.length);
      const outputs = await client.finalize(chunk, blinding, answer, { signal });
      const start = first * FILTER_HASH_BYTES;
      const hash = (from: number, to: number): void => {
        const part = outputs.subarray(from * OUTPUT_BYTES, to * OUTPUT_BYTES);
        tags.set(contactTags(directory, part), start + from * FILTER_HASH_BYTES);
      };
      await inTurns(chunk.length, hash);
      onProgress?.(first + chunk.length, contacts.size);
    } finally {
      blinding.blinds.fill(0);
    }
  }
  const { size: peerSize, falsePositiveRate } = directory;
  let found: readonly number[] | undefined;
  // Looked up when somebody reads it: between two questions, or before the line is closed, it could be seen how long it takes.
  const matched = (): readonly number[] => {
    found ??= membersAmong(tags, directory);
    return found;
  };
  return {
    get size() {
      return matched().length;
    },
    get matched() {
      return matched();
    },
    peerSize,
    falsePositiveRate,
  };
}

/** Indices of the tags that the directory has. */
function membersAmong(tags: Uint8Array, directory: ContactDirectory): readonly number[] {
  const members: number[] = [];
  for (let i = 0; i * FILTER_HASH_BYTES < tags.length; i++) {
    if (directory.has(recordAt(tags, FILTER_HASH_BYTES, i))) members.push(i);
  }
  return members;
}

function nameOf({ setId, epoch }: ContactDirectory): { setId: string; epoch: number } {
  return { setId, epoch };
}
