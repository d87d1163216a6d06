// SPDX-License-Identifier: Apache-2.0
/** The fixed values of `veilmatch-contact-v1`. Changing any of them makes another protocol. */

import { concatBytes, recordAt, u32, utf8 } from '../bytes.js';
import { FILTER_HASH_BYTES } from '../filter/filter.js';
import type { Group } from '../group/group.js';
import { ristretto255 } from '../group/ristretto255.js';
import { sha512 } from '../kernel/sha512.js';

export const CONTACT_VERSION = 1;

/**
 * VOPRF(ristretto255, SHA-512) of RFC 9497, tags and digests by SHA-512, signatures by Ed25519. It is no parameter of a run: a
 * client takes it from the set that was published.
 */
export const CONTACT_SUITE = 1;
export const CONTACT_GROUP: Group = ristretto255;

export const HEADER_LABEL: Uint8Array = utf8('veilmatch-contact-v1 header');
const TAG_LABEL = utf8('veilmatch-contact-v1 tag');

/** Bytes of a VOPRF output. */
export const OUTPUT_BYTES = 64;

/** Which set, and which making of it. */
export interface SetName {
  /** 1 to 64 bytes in UTF-8, the same for every epoch of a set. */
  readonly setId: string;
  /** Another one for each new key and whenever elements are removed; 32 bits. */
  readonly epoch: number;
}

/**
 * The tags of VOPRF outputs in one epoch of one set: SHA-512(label || u8 length || set id || u32 epoch || output), cut.
 * @param outputs n x 64 bytes
 * @returns n x 20 bytes
 */
export function contactTags(name: SetName, outputs: Uint8Array): Uint8Array {
  const prefix = contactTagPrefix(name);
  const count = outputs.length / OUTPUT_BYTES;
  const tags = new Uint8Array(count * FILTER_HASH_BYTES);
  for (let i = 0; i < count; i++) {
    const output = recordAt(outputs, OUTPUT_BYTES, i);
    tags.set(sha512(concatBytes(prefix, output)).subarray(0, FILTER_HASH_BYTES), i * FILTER_HASH_BYTES);
  }
  return tags;
}

/** What a tag's hash begins with. */
export function contactTagPrefix({ setId, epoch }: SetName): Uint8Array {
  const id = utf8(setId);
  return concatBytes(TAG_LABEL, Uint8Array.of(id.length), id, u32(epoch));
}
