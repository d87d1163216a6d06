// SPDX-License-Identifier: Apache-2.0
/** Contact discovery, for those who show it or attack it. */

import { concatBytes } from '../bytes.js';
import type { DescribedProtocol, Leakage } from '../psi/described/described.js';
import type { SentFrame } from '../psi/described/observe.js';
import { contactFrameName, elementsOf } from './frames.js';
import { type ClientOwn, contactDiscovery, type ServerOwn } from './protocol.js';

/** What anybody sees of a run who reads the line. */
interface ObservedContacts {
  /** What the client asked, n x 32 bytes. */
  readonly blinded: Uint8Array;
  /** What the server answered, n x 32 bytes. */
  readonly evaluated: Uint8Array;
}

const leakage: Leakage = {
  result: 'Which of its rows the sender has too, but for a stated rate of false positives.',
  receiver:
    "Nothing offline but the size of the sender's set, and which of the contacts it asked for are added to it later under the same key.",
  sender: "Nothing offline but the size of the receiver's list.",
  outsider: 'Nothing but the sizes of both lists and the kinds of identifiers in the published one.',
  enumerating:
    'Whether the sender has an identifier, one evaluation by the sender for each: budgets for each account limit it.',
};

export const describedContactDiscovery: DescribedProtocol<{
  readonly receiver: ClientOwn;
  readonly sender: ServerOwn;
}> = {
  ...contactDiscovery,
  title: 'contact discovery: a published filter under a key that stays with the sender',
  flags: {},
  leakage: () => leakage,
  nameOf: contactFrameName,
  observe: (frames): ObservedContacts => ({
    blinded: elements(frames, 'blinded'),
    evaluated: elements(frames, 'evaluated'),
  }),
  draws: { receiver: ({ set }) => [{ kind: 'blind', count: set.size }], sender: () => [] },
};

/** The elements in all frames of this name. */
function elements(frames: readonly SentFrame[], name: string): Uint8Array {
  const all = frames.filter(({ bytes }) => contactFrameName(bytes) === name);
  return concatBytes(...all.map(({ bytes }) => elementsOf(bytes)));
}
