// SPDX-License-Identifier: Apache-2.0
/** Encrypted identifiers as text: base64 with its padding (RFC 4648, section 4), 44 characters each. */

import { requireArray, requireBytes } from '../arguments.js';
import { base64ToBytes, bytesToBase64, recordsOf } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { countRecords, ELEMENT_BYTES } from '../group/group.js';

/** 32 bytes take 43 digits, of which the last has two bits that must be zero, and one sign of padding. */
const PAIR_ID = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * The texts of encrypted identifiers, in their order.
 * @param elements n x 32 bytes
 * @example
 * ```ts
 * import { pairIdsToTexts } from 'veilmatch/pair';
 *
 * console.log(pairIdsToTexts(new Uint8Array(32).fill(255))[0]!.length); // → 44
 * ```
 */
export function pairIdsToTexts(elements: Uint8Array): string[] {
  requireBytes(elements, 'The identifiers');
  countRecords(elements, ELEMENT_BYTES, 'Encrypted identifiers');
  return Array.from(recordsOf(elements, ELEMENT_BYTES), bytesToBase64);
}

/**
 * Encrypted identifiers from their texts. Whether they are elements shows when they are used.
 * @param first what errors count from
 * @returns n x 32 bytes
 * @throws {VeilmatchError} `bad-element` with a position, for a text that is no base64 of 32 bytes, or not the one there is
 * @example
 * ```ts
 * import { pairIdsFromTexts, pairIdsToTexts } from 'veilmatch/pair';
 *
 * const ids = new Uint8Array(64).fill(255);
 * console.log(pairIdsFromTexts(pairIdsToTexts(ids)).length); // → 64
 * ```
 */
export function pairIdsFromTexts(texts: readonly string[], first: number = 0): Uint8Array {
  requireArray(texts, 'The texts');
  const elements = new Uint8Array(texts.length * ELEMENT_BYTES);
  for (const [i, text] of texts.entries()) {
    const bytes = typeof text === 'string' && PAIR_ID.test(text) ? base64ToBytes(text) : undefined;
    if (bytes === undefined) {
      const position = first + i;
      throw new VeilmatchError(
        'bad-element',
        `Identifier ${position} is not 32 bytes in base64 (RFC 4648, section 4, with padding). Whoever sent it must send it again.`,
        { position },
      );
    }
    elements.set(bytes, i * ELEMENT_BYTES);
  }
  return elements;
}
