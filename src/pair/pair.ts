// SPDX-License-Identifier: Apache-2.0
/** The three things that a party of PAIR does with lists, in memory, each with what has to be looked at first. */

import {
  type OptionNames,
  requireBackend,
  requireBytes,
  requireCallbacks,
  requireOptions,
  requireSignal,
} from '../arguments.js';
import { type BatchOptions, countRecords, ELEMENT_BYTES, type GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import type { AdmissionRequest } from '../policy/admission.js';
import { sortRecordsInTurns } from '../sorting.js';
import { checkBatch, divideBatch, encryptBatch, multiplyBatch } from './cipher.js';
import { pairTerms, requirePairSize } from './limits.js';
import { requireDistinct } from './match.js';
import { MATCH_KEY_BYTES } from './match-keys.js';
import { type PairSecret, requireFreshSecret } from './secrets.js';

/** How a step is done. */
export interface PairOptions extends BatchOptions {
  /** Default: the fastest one here, for this step. */
  readonly backend?: GroupBackend | undefined;
  /** Milliseconds since 1970, by which salt and key are found too old. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** How a partner's list is encrypted once more. */
export interface ReencryptOptions extends PairOptions {
  /** Whether the partner may have this done: what `admission` of `veilmatch/psi` makes. Asked when the list was found in order. Default: always. */
  readonly admit?: ((run: AdmissionRequest) => Promise<void>) | undefined;
}

const OPTIONS: OptionNames<PairOptions> = { backend: true, now: true, signal: true, onProgress: true };

/**
 * Encrypts one's own list: the advertiser's identifiers KsKa, or the publisher's KsKp, its Publisher Identifiers.
 * @param keys match keys, as `pairMatchKeys` makes them: n x 32 bytes, each once
 * @param salt Ks
 * @param key Ka or Kp
 * @returns n x 32 bytes, **in the order of the keys**: for a table of one's own. What is sent is to be sorted, by `sortRecords`
 * @throws {VeilmatchError} `refused` for an old salt or key; `wrong-size` for less than 1,000; `repeated-element`
 * @example
 * ```ts
 * import { createPairKey, createPairSalt, encryptMatchKeys } from 'veilmatch/pair';
 *
 * const keys = crypto.getRandomValues(new Uint8Array(32 * 1000));
 * const ids = await encryptMatchKeys(keys, createPairSalt(), createPairKey());
 * console.log(ids.length / 32); // → 1000
 * ```
 */
export async function encryptMatchKeys(
  keys: Uint8Array,
  salt: PairSecret,
  key: PairSecret,
  options: PairOptions = {},
): Promise<Uint8Array> {
  checkOptions(options, OPTIONS);
  requireBytes(keys, 'The match keys');
  const { backend: given, now = Date.now, ...batch } = options;
  requireFreshSecret(salt, 'salt', now());
  requireFreshSecret(key, 'key', now());
  requirePairSize(countRecords(keys, MATCH_KEY_BYTES, 'Match keys'), 'The list');
  await requireDistinct(keys, 'The list');
  return withBackend(given, (backend) => encryptBatch(keys, salt, key, backend, batch));
}

/**
 * Encrypts a partner's list once more, under one's own key. **Whoever has this done learns of each element what the key makes of it**, and
 * with the partner's own list, of each guess whether that list has it: give it an `admit` with sizes and budgets.
 *
 * All elements are decoded, the identity and repeated ones are refused, and the partner is charged, before anything is encrypted. The
 * answer is sorted as a whole: nothing is left of the order in which the list came.
 * @param elements the partner's identifiers, n x 32 bytes
 * @param key Ka or Kp
 * @returns PAIR IDs, n x 32 bytes, sorted bytewise
 * @throws {VeilmatchError} `bad-element`, `identity-element` and `repeated-element` with a position; `refused` for an old key, and
 * what `admit` throws; `wrong-size` for less than 1,000
 * @example
 * ```ts
 * import { createPairKey, createPairSalt, encryptMatchKeys, reencryptPairIds } from 'veilmatch/pair';
 *
 * const keys = crypto.getRandomValues(new Uint8Array(32 * 1000));
 * const ids = await encryptMatchKeys(keys, createPairSalt(), createPairKey());
 * console.log((await reencryptPairIds(ids, createPairKey())).length / 32); // → 1000
 * ```
 */
export async function reencryptPairIds(
  elements: Uint8Array,
  key: PairSecret,
  options: ReencryptOptions = {},
): Promise<Uint8Array> {
  checkOptions(options, { ...OPTIONS, admit: true });
  requireCallbacks(options, 'admit');
  requireBytes(elements, 'The elements');
  const { backend: given, now = Date.now, admit, ...batch } = options;
  requireFreshSecret(key, 'key', now());
  const size = countRecords(elements, ELEMENT_BYTES, 'Elements');
  requirePairSize(size, "The partner's list");
  return withBackend(given, async (backend) => {
    await checkBatch(elements, backend, { signal: batch.signal });
    await requireDistinct(elements, "The partner's list");
    await admit?.({ peerSize: size, ownSize: size, learns: 'pair', terms: pairTerms });
    return sortRecordsInTurns(await multiplyBatch(elements, key, backend, batch), ELEMENT_BYTES);
  });
}

/**
 * Takes one's own key off PAIR IDs that match: of the advertiser's Ka, the Publisher Identifiers KsKp are left.
 * @param elements PAIR IDs, n x 32 bytes, as few as there are
 * @param key the one that they were encrypted with
 * @returns n x 32 bytes, in their order
 * @throws {VeilmatchError} `bad-element` and `identity-element` with a position; `refused` for an old key
 * @example
 * ```ts
 * import { createPairKey, decryptPairIds } from 'veilmatch/pair';
 *
 * console.log(await decryptPairIds(new Uint8Array(), createPairKey())); // → Uint8Array(0) []
 * ```
 */
export async function decryptPairIds(
  elements: Uint8Array,
  key: PairSecret,
  options: PairOptions = {},
): Promise<Uint8Array> {
  checkOptions(options, OPTIONS);
  requireBytes(elements, 'The elements');
  const { backend: given, now = Date.now, ...batch } = options;
  requireFreshSecret(key, 'key', now());
  countRecords(elements, ELEMENT_BYTES, 'Elements');
  return withBackend(given, (backend) => divideBatch(elements, key, backend, batch));
}

function checkOptions(options: PairOptions, names: Readonly<Record<string, true>>): void {
  requireOptions(options, names);
  requireCallbacks(options, 'now', 'onProgress');
  requireSignal(options.signal);
  if (options.backend !== undefined) requireBackend(options.backend);
}
