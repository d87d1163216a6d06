// SPDX-License-Identifier: Apache-2.0
/**
 * Contact discovery as a value: a client learns which of its contacts are in a set that a server has published.
 *
 * **What it leaks** besides: to the server the number of contacts; to everybody the size of the published set and the kinds
 * of identifiers in it; to a client that keeps its tags, which of its contacts come later under the same key.
 */

import { bytesToHex } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { publishedTerms } from '../policy/terms.js';
import { type IntersectionResult, rowsWith } from '../psi/intersection/result.js';
import type { PsiSuite } from '../psi/run/ciphersuite.js';
import { listIdentity } from '../psi/run/list-digest.js';
import type { CommonOptions } from '../psi/run/party.js';
import type { Protocol } from '../psi/run/protocol.js';
import { type ContactClientOptions, type ContactEnd, contactClient } from './client.js';
import type { ContactDirectory } from './published.js';
import {
  type ContactServerOptions,
  type ContactServerResult,
  contactServer,
  type ServedSet,
} from './server.js';

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

/** Which contacts are in a published set. */
export const contactDiscovery: Protocol<
  { readonly receiver: ClientOwn; readonly sender: ServerOwn },
  object,
  { readonly receiver: ContactResult; readonly sender: ContactServerResult }
> = {
  id: 'contact-discovery',
  mode: 0,
  options: {},
  receiver: {
    machine: ({ set, directory }, options) => contactClient(set, directory, clientOptions(options)),
    async result({ set }, { size, peerSize, matched, falsePositiveRate }: ContactEnd) {
      return { size, peerSize, ...rowsWith(set, matched), falsePositiveRate };
    },
    identity: ({ set, directory }) => ({
      ...listIdentity(set),
      directory: `${directory.setId} ${directory.epoch} ${bytesToHex(directory.publicKey)}`,
    }),
  },
  sender: {
    machine: ({ served }, options) => contactServer(served, serverOptions(options)),
    result: async (_, end: ContactServerResult) => end,
    identity: ({ served }) => ({ served: served.map(({ setId, epoch }) => `${setId} ${epoch}`).join(', ') }),
  },
  terms: publishedTerms,
};

/** @throws {VeilmatchError} `argument`: the published set says what a run is computed in */
function refuseSuite(suite: PsiSuite | undefined): void {
  if (suite === undefined) return;
  throw new VeilmatchError(
    'argument',
    'Contact discovery has one suite, that of the published set: leave the option suite out.',
  );
}

/** What a client is told; the size of the peer's list and what it asks for are none of its business. */
function clientOptions({
  backend,
  suite,
  random,
  chunkSize,
  signal,
  onProgress,
}: CommonOptions): ContactClientOptions {
  refuseSuite(suite);
  const told = onProgress && ((done: number, total: number) => onProgress('unblind', done, total));
  return { backend, random, chunkSize, signal, onProgress: told };
}

function serverOptions({ backend, suite, admit, random, signal }: CommonOptions): ContactServerOptions {
  refuseSuite(suite);
  return { backend, admit, random, signal };
}
