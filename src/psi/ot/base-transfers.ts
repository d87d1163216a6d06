// SPDX-License-Identifier: Apache-2.0
/**
 * The base OTs: 765 random oblivious transfers at once, of one key out of two each. The party that chooses is the sender of the run. The endemic
 * OT of Masny and Rindal (2019, section 5.2) from Diffie and Hellman's exchange: of two elements r0 and r1 the one that is chosen is
 * bG + H(the other one), so the chooser can know the logarithm of r - H(the other) for one of them only. Session, number and branch
 * are in every hash: batches without them are broken (McQuoid, Rosulek, Roy 2021).
 */

import { ByteList, concatBytes, u16, utf8 } from '../../bytes.js';
import type { Group, GroupBackend } from '../../group/group.js';
import { CODE_LENGTH, DELTA_BITS, KEY_BYTES } from '../../kernel/ot.js';
import { sha512 } from '../../kernel/sha512.js';
import type { RandomSource } from '../../random.js';
import type { PsiSuite } from '../run/ciphersuite.js';
import { maskOf } from './columns.js';

/** How many: one for each bit of Delta. */
const TRANSFERS: number = CODE_LENGTH * DELTA_BITS;

const KEY_LABEL = utf8('veilmatch-psi-v1 ot transfer');
const DST_END = utf8('ot');

/** What both parties of the transfers have. */
interface TransferContext {
  readonly backend: GroupBackend;
  readonly suite: PsiSuite;
  readonly random: RandomSource;
  readonly sid: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

/** Bytes of the chooser's elements. */
export function choiceBytes({ elementBytes }: Group): number {
  return 2 * TRANSFERS * elementBytes;
}

/** What is hashed to the group for branch `branch` of transfer i. @param other the element of the other branch */
function message(sid: Uint8Array, i: number, branch: number, other: Uint8Array): Uint8Array {
  return concatBytes(sid, u16(i), Uint8Array.of(branch), other);
}

function hashTag({ dst }: PsiSuite): Uint8Array {
  return concatBytes(dst, DST_END);
}

/**
 * The key of a branch.
 * @param exchanged a b G
 */
function keyOf(
  sid: Uint8Array,
  i: number,
  branch: number,
  pair: Uint8Array,
  A: Uint8Array,
  exchanged: Uint8Array,
): Uint8Array {
  return sha512(concatBytes(KEY_LABEL, sid, u16(i), Uint8Array.of(branch), pair, A, exchanged)).subarray(
    0,
    KEY_BYTES,
  );
}

/** The party that chooses. */
export class Chooser {
  readonly #context: TransferContext;
  /** A bit for each transfer. */
  readonly #choices: Uint8Array;
  readonly #scalars: Uint8Array;
  #pairs = new Uint8Array();

  /** @param choices 0 or 1 for each transfer */
  constructor(context: TransferContext, choices: Uint8Array) {
    this.#context = context;
    this.#choices = choices;
    this.#scalars = context.suite.group.scalars.random(context.random, TRANSFERS);
  }

  /** The two elements of each transfer. */
  async elements(): Promise<Uint8Array> {
    const { backend, suite, random, sid, signal } = this.#context;
    const { elementBytes, scalars } = suite.group;
    const others = await backend.multiplyBase(scalars.random(random, TRANSFERS), undefined, { signal });
    const messages = Array.from(this.#choices, (choice, i) =>
      message(sid, i, choice, others.subarray(i * elementBytes, (i + 1) * elementBytes)),
    );
    const chosen = await backend.hashAndAddBase(ByteList.from(messages), hashTag(suite), this.#scalars, {
      signal,
    });
    const pairs = new Uint8Array(choiceBytes(suite.group));
    for (let i = 0; i < TRANSFERS; i++) {
      // All ones where branch 1 is chosen: no branch and no address depends on that.
      const mask = maskOf(this.#choices[i]!);
      for (let k = 0; k < elementBytes; k++) {
        const [own, other] = [chosen[i * elementBytes + k]!, others[i * elementBytes + k]!];
        const swap = (own ^ other) & mask;
        pairs[2 * i * elementBytes + k] = own ^ swap;
        pairs[(2 * i + 1) * elementBytes + k] = other ^ swap;
      }
    }
    this.#pairs = pairs;
    return pairs;
  }

  /**
   * The chosen key of each transfer.
   * @param A of the other party
   * @throws {VeilmatchError} `bad-element`, `identity-element`
   */
  async keys(A: Uint8Array): Promise<Uint8Array> {
    const { backend, suite, sid, signal } = this.#context;
    const { elementBytes } = suite.group;
    const exchanged = await backend.multiplyBase(this.#scalars, A, { signal });
    const keys = new Uint8Array(TRANSFERS * KEY_BYTES);
    for (let i = 0; i < TRANSFERS; i++) {
      const pair = this.#pairs.subarray(2 * i * elementBytes, 2 * (i + 1) * elementBytes);
      const element = exchanged.subarray(i * elementBytes, (i + 1) * elementBytes);
      keys.set(keyOf(sid, i, this.#choices[i]!, pair, A, element), i * KEY_BYTES);
    }
    return keys;
  }

  wipe(): void {
    this.#scalars.fill(0);
  }
}

/** What the party that does not choose has of the transfers. */
interface Offered {
  /** Its element. */
  readonly A: Uint8Array;
  /** Both keys of each transfer: key 0 and key 1 of the first one, and so on. */
  readonly keys: Uint8Array;
}

/**
 * The party that does not choose.
 * @param pairs the elements of the other one
 * @param scalar a, which is the caller's to wipe
 * @throws {VeilmatchError} `bad-element`, `identity-element`
 */
export async function offer(
  { backend, suite, sid, signal }: Omit<TransferContext, 'random'>,
  pairs: Uint8Array,
  scalar: Uint8Array,
): Promise<Offered> {
  const { elementBytes } = suite.group;
  const A = await backend.multiplyBase(scalar);
  const messages = Array.from({ length: 2 * TRANSFERS }, (_, at) => {
    const other = pairs.subarray((at ^ 1) * elementBytes, ((at ^ 1) + 1) * elementBytes);
    return message(sid, at >>> 1, at & 1, other);
  });
  const exchanged = await backend.subtractHashAndMultiply(
    pairs,
    ByteList.from(messages),
    hashTag(suite),
    scalar,
    { signal },
  );
  const keys = new Uint8Array(2 * TRANSFERS * KEY_BYTES);
  for (let at = 0; at < 2 * TRANSFERS; at++) {
    const i = at >>> 1;
    const pair = pairs.subarray(2 * i * elementBytes, 2 * (i + 1) * elementBytes);
    const element = exchanged.subarray(at * elementBytes, (at + 1) * elementBytes);
    keys.set(keyOf(sid, i, at & 1, pair, A, element), at * KEY_BYTES);
  }
  return { A, keys };
}
