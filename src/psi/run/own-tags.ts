// SPDX-License-Identifier: Apache-2.0
/** The tags that the answering party makes of its own list. */

import { recordAt } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { inTurns } from '../../workers/turn.js';
import { inChunks } from './chunks.js';
import type { PartySettings } from './party.js';
import type { Tagger } from './session.js';

/**
 * The tag of scalar * H(y) for each y of the set, in the order of the set.
 * @param note is given each of these elements, in the same order
 * @returns n x `tagger.width` bytes
 */
export async function ownTags(
  set: IdentifierSet,
  scalar: Uint8Array,
  tagger: Tagger,
  settings: PartySettings,
  note?: (element: Uint8Array) => void,
): Promise<Uint8Array> {
  const { backend, chunkSize, suite } = settings;
  const tags = new Uint8Array(set.size * tagger.width);
  const evaluate = (first: number, end: number): Promise<Uint8Array> => {
    const batch = settings.batch('tag', first, set.size);
    return backend.hashAndMultiply(set.elements.slice(first, end), suite.dst, scalar, batch);
  };
  for await (const { first, end, elements } of inChunks(set.size, chunkSize, evaluate)) {
    await inTurns(end - first, (from, to) => {
      for (let i = from; i < to; i++) {
        const element = recordAt(elements, suite.group.elementBytes, i);
        tags.set(tagger.tag(element, set.elements.at(first + i)), (first + i) * tagger.width);
        note?.(element);
      }
    });
  }
  return tags;
}
