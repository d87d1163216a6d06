// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of an intersection-sum: it finds out which of the sender's encrypted values belong to shared
 * identifiers, without knowing whose they are, adds them up, and has the sender open the masked sum.
 *
 * **What R learns besides** the size and, with `to: 'receiver'`, the sum: the size of the sender's set and the kinds of
 * identifiers in it. **An honest R learns one person's value** from an intersection of size 1, or from two runs whose
 * lists differ in that person. **A deviating R** can have any one linear combination of the values opened instead of the
 * sum, a single value for instance: the sender opens exactly one ciphertext a run, so it is one such number a run.
 */

import { concatBytes, type DistinctBytes, u32 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { ELEMENT_BYTES } from '../group/group.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { randomScalar } from '../random.js';
import { MultiplicativeBlinding } from './blinding.js';
import { checkAscending, checkElement, checkPublicKey } from './checks.js';
import { addCiphertexts, CIPHERTEXT_BYTES, encryptScalar } from './elgamal.js';
import { decodeFixed, decodeRecords, encodeFrame } from './frames.js';
import { encodeHello } from './hello.js';
import { Line, type Program, PsiMachine } from './machine.js';
import { openSession, ownHello } from './party.js';
import { checkFinish } from './session.js';
import { askShuffled, type Part } from './shuffled.js';
import { type SumOptions, type SumSettings, sumSettings } from './sum-party.js';

export interface SumReceiverResult {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** The sum of the sender's values over them; undefined with `to: 'sender'`. */
  readonly sum: number | undefined;
  /** Elements in S's set. */
  readonly peerSize: number;
}

/**
 * The receiver's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function sumReceiver(set: IdentifierSet, options: SumOptions): PsiMachine<SumReceiverResult> {
  return new PsiMachine('receiver', receiverProgram(set, sumSettings(set, options)));
}

async function* receiverProgram(set: IdentifierSet, settings: SumSettings): Program<SumReceiverResult> {
  const { backend, random, signal } = settings;
  const line = new Line('receiver');
  const hello = ownHello('receiver', set, settings);
  const blinding = new MultiplicativeBlinding(backend, random);
  const mask = settings.to === 'receiver' ? randomScalar(random) : undefined;
  try {
    yield line.send(encodeFrame('hello', encodeHello(hello)));
    const { sid, tagger, peer } = openSession(hello, (yield* line.take('hello')).body);
    await checkPublicKey(peer.publicKey, backend);

    const ownTags = yield* askShuffled(line, set, blinding, tagger, settings);
    const sumKey = decodeFixed(yield* line.take('sumKey'), ELEMENT_BYTES);
    await checkElement(sumKey, 'key for the values', backend);
    const matched = yield* takeMatched(line, ownTags, tagger.width, peer.size);

    const total = await addCiphertexts(backend, concatBytes(...matched), { signal });
    const fresh = await encryptScalar(backend, sumKey, mask, random);
    const masked = await backend.add(total, fresh);
    const size = matched.length;
    yield line.send(encodeFrame('total', mask ? masked : concatBytes(masked, u32(size))));

    const opened = mask && decodeFixed(yield* line.take('opened'), ELEMENT_BYTES);
    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take('finish')).body);
    let sum: number | undefined;
    if (mask !== undefined && opened !== undefined) {
      const element = await backend.subtract(opened, await backend.multiplyBase(mask));
      sum = await settings.logarithms.solve(element, { signal });
    }
    yield encodeFrame('finish', line.log.finish(sid, 'receiver'));
    return { size, sum, peerSize: peer.size };
  } finally {
    blinding.wipe();
    mask?.fill(0);
  }
}

/** The ciphertexts whose tag is one of R's own. */
async function* takeMatched(
  line: Line,
  ownTags: DistinctBytes,
  tagBytes: number,
  count: number,
): Part<Uint8Array[]> {
  const width = tagBytes + CIPHERTEXT_BYTES;
  const matched: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  for (let done = 0; done < count; ) {
    const { bytes } = decodeRecords(yield* line.take('values'), width, done, count);
    const records = bytes.length / width;
    const tags = new Uint8Array(records * tagBytes);
    for (let i = 0; i < records; i++) tags.set(bytes.subarray(i * width, i * width + tagBytes), i * tagBytes);
    last = checkAscending('tags', tags, tagBytes, done, last);
    for (let i = 0; i < records; i++) {
      if (ownTags.indexOf(tags.subarray(i * tagBytes, (i + 1) * tagBytes)) < 0) continue;
      matched.push(bytes.slice(i * width + tagBytes, (i + 1) * width));
    }
    done += records;
  }
  if (matched.length > ownTags.size) {
    throw new VeilmatchError('bad-message', 'The peer sent more values than this party has elements.');
  }
  return matched;
}
