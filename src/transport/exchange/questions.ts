// SPDX-License-Identifier: Apache-2.0
/**
 * What a receiver can say before it is answered. Where it waits for the sender's Hello first, its questions do not depend on
 * what that says: it is shown one of nobody. An answer to other questions would fail at the digests that close a run.
 */

import type { GroupBackend } from '../../group/group.js';
import type { PsiSuite } from '../../psi/run/ciphersuite.js';
import { bodyOf, encodeFrame, HELLO } from '../../psi/run/frames.js';
import { decodeHello, encodeHello, NONCE_BYTES } from '../../psi/run/hello.js';
import type { PsiMachine } from '../../psi/run/machine.js';

/**
 * The frames that open a run.
 * @param greets whether the first one is a Hello, which waits for another
 */
export async function* questions(
  receiver: PsiMachine<unknown>,
  greets: boolean,
  backend: GroupBackend,
  suite: PsiSuite,
): AsyncGenerator<Uint8Array, void, void> {
  let hello: Uint8Array | undefined;
  for await (const frame of receiver.start()) {
    hello ??= frame;
    yield frame;
  }
  if (greets && hello !== undefined) yield* receiver.receive(await nobody(hello, backend, suite));
}

/** The Hello of a sender who agrees to everything and has nothing. */
async function nobody(hello: Uint8Array, backend: GroupBackend, suite: PsiSuite): Promise<Uint8Array> {
  // Any element that is one.
  const publicKey = await backend.multiplyBase(suite.group.scalars.of(1));
  const answer = { role: 'sender', size: 0, maxPeerSize: 0xffffffff } as const;
  const nonce = new Uint8Array(NONCE_BYTES);
  const own = decodeHello(bodyOf(hello, HELLO), suite);
  return encodeFrame(HELLO, encodeHello({ ...own, ...answer, nonce, publicKey }, suite));
}
