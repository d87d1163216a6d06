// SPDX-License-Identifier: Apache-2.0
/** Two machines and a line between them that somebody may tamper with. */

import type { PsiMachine } from '../../src/psi/index.js';
import type { Role } from '../../src/psi/run/suite.js';

/** Called for every frame; what it returns arrives. */
export type Tamper = (from: Role, frame: Uint8Array, index: number) => readonly Uint8Array[];

/** Passes frames until nobody has any more to send. */
export async function exchangeThrough(
  receiver: PsiMachine<unknown>,
  sender: PsiMachine<unknown>,
  tamper: Tamper = (_, frame) => [frame],
): Promise<void> {
  const waiting: { to: PsiMachine<unknown>; frame: Uint8Array }[] = [];
  let index = 0;
  const post = async (from: PsiMachine<unknown>, frames: AsyncIterable<Uint8Array>): Promise<void> => {
    const to = from === receiver ? sender : receiver;
    for await (const sent of frames)
      for (const frame of tamper(from.role, sent, index++)) waiting.push({ to, frame });
  };
  await post(sender, sender.start());
  await post(receiver, receiver.start());
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    await post(next.to, next.to.receive(next.frame));
  }
}

export async function drain(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const frame of frames) list.push(frame);
  return list;
}
