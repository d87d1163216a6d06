// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of an intersection-sum: it finds out which of the sender's encrypted values belong to shared
 * identifiers, without knowing whose they are, adds them up, and has the sender open the masked sum.
 *
 * **What S sees of R** depends on the sizes of the lists alone: R decodes and adds every value that S sent, whether it is
 * shared or not, and works the sum out when the run is over (`opened-sum.ts`).
 *
 * **What R learns besides** the size and, with `to: 'receiver'`, the sum: the size of the sender's set and the kinds of
 * identifiers in it. **An honest R learns one person's value** from an intersection of size 1, or from two runs whose
 * lists differ in that person. **A deviating R** can have any one linear combination of the values opened instead of the
 * sum, a single value for instance: the sender opens exactly one ciphertext a run, so it is one such number a run.
 */

import { concatBytes, u32 } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { sumTerms } from '../../policy/terms.js';
import { checkElement, checkPublicKey } from '../run/checks.js';
import { ciphertextBytes } from '../run/ciphersuite.js';
import { decodeFixed, encodeFrame, FINISH, HELLO } from '../run/frames.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { openSession, ownHello } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { MultiplicativeBlinding } from '../shuffled/blinding.js';
import { askShuffled, peopleIn, takeShared } from '../shuffled/shuffled.js';
import { CiphertextSum, encryptScalar } from './elgamal.js';
import { OPENED, SUM_FRAMES, SUM_KEY, TOTAL, VALUES } from './frames.js';
import { OpenedSum } from './opened-sum.js';
import { checkChosenValues, type SumPartyOptions, type SumSettings, sumSettings } from './party.js';

/** What the receiver's machine knows at the end. */
export interface SumReceiverEnd {
  /** Distinct identifiers that both parties have; people, where rows may have several. */
  readonly size: number;
  /**
   * The sum of the sender's values over them, still to be worked out: `await opened.solve()`, when the line is closed.
   * Undefined with `to: 'sender'`.
   */
  readonly opened: OpenedSum | undefined;
  /** Elements in S's set, or people. */
  readonly peerSize: number;
}

/**
 * The receiver's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right, and with `to: 'sender'` where
 * `acceptChosenValues` is not given
 */
export function sumReceiver(set: IdentifierSet, options: SumPartyOptions): PsiMachine<SumReceiverEnd> {
  const settings = sumSettings(set, options);
  checkChosenValues(options);
  return new PsiMachine('receiver', receiverProgram(settings));
}

async function* receiverProgram(settings: SumSettings): Program<SumReceiverEnd> {
  const { backend, random, roster, signal, suite } = settings;
  const { elementBytes, scalars } = suite.group;
  const line = new Line('receiver', SUM_FRAMES);
  const hello = ownHello('receiver', roster.set, settings, { identifiersPerRow: roster.width });
  const blinding = new MultiplicativeBlinding(settings);
  const mask = settings.to === 'receiver' ? scalars.random(random) : undefined;
  try {
    await roster.told;
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    const { sid, tagger, peer } = openSession(hello, (yield* line.take(HELLO)).body, settings);
    const peerSize = peopleIn(peer, roster.maxPeerWidth);
    await checkPublicKey(peer.publicKey, backend);
    const told = settings.to === 'sender' ? 'sum' : 'nothing';
    await settings.admit({ peerSize: peer.size, ownSize: roster.set.size, learns: told, terms: sumTerms });

    const tags = yield* askShuffled(line, roster, blinding, tagger, settings);
    const sumKey = decodeFixed(yield* line.take(SUM_KEY), elementBytes);
    await checkElement(sumKey, 'key for the values', backend);
    const { width } = roster;
    const sum = new CiphertextSum(backend);
    const size = yield* takeShared(
      line,
      VALUES,
      { tags, width, tagBytes: tagger.width, peer },
      {
        bytes: ciphertextBytes(suite.group),
        take: (ciphertexts, shared) => sum.add(ciphertexts, shared, { signal }),
      },
    );

    const fresh = await encryptScalar(backend, sumKey, mask, random);
    const masked = await backend.add(sum.total, fresh);
    yield line.send(encodeFrame(TOTAL, mask ? masked : concatBytes(masked, u32(size))));

    // Decoded before R says that it is content; the logarithm, whose time depends on the sum, is nobody's affair but R's.
    const element =
      mask &&
      (await backend.subtract(
        decodeFixed(yield* line.take(OPENED), elementBytes),
        await backend.multiplyBase(mask),
      ));
    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take(FINISH)).body);
    yield encodeFrame(FINISH, line.log.finish(sid, 'receiver'));
    const opened = element && new OpenedSum(element, settings.logarithms);
    return { size, opened, peerSize };
  } finally {
    blinding.wipe();
    mask?.fill(0);
  }
}
