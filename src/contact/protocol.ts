// SPDX-License-Identifier: Apache-2.0
/**
 * Contact discovery as a value: a client learns which of its contacts are in a set that a server has published.
 *
 * **What it leaks** besides: to the server the number of contacts; to everybody the size of the published set and the kinds
 * of identifiers in it; to a client that keeps its tags, which of its contacts come later under the same key.
 */

import { bytesToHex, concatBytes } from '../bytes.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { publishedTerms } from '../policy/terms.js';
import { listIdentity } from '../psi/run/list-digest.js';
import type { SentFrame } from '../psi/run/observe.js';
import type { CommonOptions } from '../psi/run/party.js';
import type { Leakage, Protocol } from '../psi/run/protocol.js';
import { type IntersectionResult, rowsWith } from '../psi/run/result.js';
import { type ContactEnd, contactClient } from './client.js';
import { contactFrameName, elementsOf } from './frames.js';
import type { ContactDirectory } from './published.js';
import { type ContactServerResult, contactServer, type ServedSet } from './server.js';

/** What a client brings. */
export interface ClientOwn {
  /** Its contacts. */
  readonly set: IdentifierSet;
  /** The published set that it asks about, opened. */
  readonly directory: ContactDirectory;
}

/** What a server brings. */
export interface ServerOwn {
  /** The epochs that are answered: while a key is changed, the old one as well as the new one. */
  readonly served: readonly ServedSet[];
}

/** Which contacts are members. */
export interface ContactResult extends IntersectionResult {
  /** The chance, at most, that a contact that is not in the set is among the matched ones. */
  readonly falsePositiveRate: number;
}

/** What anybody sees of a run who reads the line. */
export interface ObservedContacts {
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

/** Which contacts are in a published set. */
export const contactDiscovery: Protocol<
  { readonly receiver: ClientOwn; readonly sender: ServerOwn },
  object,
  { readonly receiver: ContactResult; readonly sender: ContactServerResult }
> = {
  id: 'contact-discovery',
  mode: 0,
  title: 'contact discovery: a published filter under a key that stays with the sender',
  options: {},
  receiver: {
    title: 'client',
    machine: ({ set, directory }, options) => contactClient(set, directory, forContacts(options)),
    async result({ set }, { size, peerSize, matched, falsePositiveRate }: ContactEnd) {
      return { size, peerSize, ...rowsWith(set, matched), falsePositiveRate };
    },
    identity: ({ set, directory }) => ({
      ...listIdentity(set),
      directory: `${directory.setId} ${directory.epoch} ${bytesToHex(directory.publicKey)}`,
    }),
    draws: ({ set }) => [{ kind: 'blind', count: set.size }],
  },
  sender: {
    title: 'server',
    machine: ({ served }, options) => contactServer(served, options),
    result: async (_, end: ContactServerResult) => end,
    identity: ({ served }) => ({ served: served.map(({ setId, epoch }) => `${setId} ${epoch}`).join(', ') }),
    draws: () => [],
  },
  terms: publishedTerms,
  leakage: () => leakage,
  nameOf: contactFrameName,
  observe: (frames): ObservedContacts => ({
    blinded: elements(frames, 'blinded'),
    evaluated: elements(frames, 'evaluated'),
  }),
};

function forContacts({ onProgress, ...options }: CommonOptions): Parameters<typeof contactClient>[2] {
  return { ...options, onProgress: onProgress && ((done, total) => onProgress('unblind', done, total)) };
}

/** The elements in all frames of this name. */
function elements(frames: readonly SentFrame[], name: string): Uint8Array {
  const all = frames.filter(({ bytes }) => contactFrameName(bytes) === name);
  return concatBytes(...all.map(({ bytes }) => elementsOf(bytes)));
}
