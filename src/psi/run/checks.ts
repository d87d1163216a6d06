// SPDX-License-Identifier: Apache-2.0
/** What is demanded of the peer's lists of elements and tags, whatever the mode. */

import { compareParts, type DistinctBytes, equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { inTurns } from '../../workers/turn.js';
import type { SortedRecords } from './matching.js';

/** An error about element i of a chunk, told with its index in the whole list. */
export async function withOffset<T>(first: number, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof VeilmatchError) || error.position === undefined) throw error;
    const position = first + error.position;
    const message = error.message.replace(/^Element \d+/, `Element ${position}`);
    throw new VeilmatchError(error.code, message, { position });
  }
}

/** Whether records of `width` bytes ascend strictly, the first of them above `previous`. Returns the last one. */
export function checkAscending(
  name: string,
  records: Uint8Array,
  width: number,
  first: number,
  previous: Uint8Array | undefined,
): Uint8Array {
  for (let i = 0; i * width < records.length; i++) {
    const at = i * width;
    const order =
      i > 0
        ? compareParts(records, at - width, records, at, width)
        : previous && compareParts(previous, 0, records, 0, width);
    if (order !== undefined && order >= 0) {
      throw new VeilmatchError(
        'bad-message',
        `The peer's ${name} are not sorted, or record ${first + i} is repeated.`,
        {
          position: first + i,
        },
      );
    }
  }
  return records.length === 0 ? previous! : records.subarray(records.length - width);
}

/**
 * Adds the next records of a list to those seen, none of which may come twice. Elements are decoded first, by whatever
 * multiplies them: what is none costs no place in a table.
 * @param who begins the error, as `The receiver asked element`
 * @throws {VeilmatchError} `repeated-element`
 */
export function checkDistinct(
  seen: DistinctBytes,
  records: Uint8Array,
  width: number,
  first: number,
  who: string,
): Promise<void> {
  return inTurns(records.length / width, (from, to) => {
    for (let i = from; i < to; i++) {
      seen.add(records, i * width, (i + 1) * width);
      if (seen.size !== first + i + 1) {
        throw new VeilmatchError('repeated-element', `${who} ${first + i} twice.`, { position: first + i });
      }
    }
  });
}

/**
 * The same for a list that is there as a whole, and sorted.
 * @throws {VeilmatchError} `repeated-element`, with the first record that comes again
 */
export async function checkNoneRepeated(records: SortedRecords, who: string): Promise<void> {
  const position = await records.firstRepeated();
  if (position === undefined) return;
  throw new VeilmatchError('repeated-element', `${who} ${position} twice.`, { position });
}

/**
 * The sender's B must be an element, and not the identity: with the identity R's blinding could not be taken off.
 * @throws {VeilmatchError} `bad-element`, `identity-element`
 */
export async function checkPublicKey(publicKey: Uint8Array, backend: GroupBackend): Promise<void> {
  await checkElement(publicKey, 'public key', backend);
}

/**
 * Whether a key of the sender's is an element, and not the identity.
 * @param what as `public key`
 * @throws {VeilmatchError} `bad-element`, `identity-element`
 */
export async function checkElement(key: Uint8Array, what: string, backend: GroupBackend): Promise<void> {
  const { identity, name } = backend.group;
  try {
    if (!equalBytes(await backend.add(key, identity), identity)) return;
  } catch (error) {
    if (!(error instanceof VeilmatchError) || error.code !== 'bad-element') throw error;
    throw new VeilmatchError('bad-element', `The sender's ${what} is not a canonical ${name} encoding.`);
  }
  throw new VeilmatchError('identity-element', `The sender's ${what} is the identity.`);
}
