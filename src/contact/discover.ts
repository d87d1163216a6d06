// SPDX-License-Identifier: Apache-2.0
/** Contact discovery in one process, from publishing to the result: for tests, for trying it out, for measuring. */

import { type OptionNames, requireOptions } from '../arguments.js';
import type { FilterOptions } from '../filter/formats.js';
import type { GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import { checkComparable, type SetInput, toSet } from '../identifiers/set.js';
import { runBoth } from '../psi/run/both.js';
import type { Role } from '../psi/run/suite.js';
import type { RandomSource } from '../random.js';
import { signingPublicKey } from '../signing.js';
import { type ContactResult, contactDiscovery } from './protocol.js';
import {
  type ContactKeys,
  generateContactKeys,
  openPublishedSet,
  type PublishedSet,
  publishSet,
} from './published.js';

/** Options of server and client in one process. */
export interface DiscoverOptions extends FilterOptions {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Default: fresh ones. */
  readonly keys?: ContactKeys | undefined;
  /** The client's source of randomness. Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
  /** Stops it, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Sees what the server publishes. */
  readonly onPublished?: ((published: PublishedSet) => void) | undefined;
  /** Sees every frame that is sent. */
  readonly onFrame?: ((from: Role, frame: Uint8Array) => void) | undefined;
}

const NAMES: OptionNames<DiscoverOptions> = {
  ...{ kind: true, falsePositiveRate: true, backend: true, keys: true, random: true, signal: true },
  ...{ onPublished: true, onFrame: true },
};

/** What the server calls the set of a run within one process. */
export const LOCAL_SET = { setId: 'local', epoch: 0 } as const;

/**
 * Publishes the server's set and asks it about the contacts.
 * @param contacts an `IdentifierSet`, or strings to compare byte for byte
 * @param serverSet of the same sort
 * @returns which of the contacts' rows the server's set has, up to the rate of false positives
 * @throws {VeilmatchError} `incompatible-lists` for strings on one side and identifiers on the other
 * @example
 * ```ts
 * import { discoverContacts } from 'veilmatch/contact';
 *
 * const { size, matches } = await discoverContacts(['ada', 'joan'], ['hedy', 'joan']);
 * console.log(size, matches); // → 1 [ 1 ]
 * ```
 */
export async function discoverContacts(
  contacts: SetInput,
  serverSet: SetInput,
  options: DiscoverOptions = {},
): Promise<ContactResult> {
  requireOptions(options, NAMES);
  const set = toSet(contacts);
  const members = toSet(serverSet);
  checkComparable(set.kinds, members.kinds);
  const { random, signal, onFrame, kind, falsePositiveRate } = options;
  return withBackend(options.backend, async (backend) => {
    const keys = options.keys ?? (await generateContactKeys({ backend }));
    const published = await publishSet(members, {
      ...LOCAL_SET,
      kind,
      falsePositiveRate,
      keys,
      backend,
      signal,
    });
    options.onPublished?.(published);
    const pin = { signer: signingPublicKey(keys.signingKey) };
    const directory = await openPublishedSet(published, { setId: LOCAL_SET.setId, pin });
    const served = [{ ...LOCAL_SET, secretKey: keys.secretKey, size: directory.size }];
    const own = { receiver: { set, directory }, sender: { served } };
    const both = { backend, signal, onFrame, random: { ...(random && { receiver: random }) } };
    return (await runBoth(contactDiscovery, own, both)).receiver;
  });
}
