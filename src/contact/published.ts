// SPDX-License-Identifier: Apache-2.0
/**
 * A published set: a signed header and a filter for each segment. The server makes it once, and anybody may host it.
 *
 * **What it leaks to whoever has it**: its size. Whether an identifier is in it takes the key k, or an evaluation by its
 * holder. **What a leaked k opens**: everything; the filter is then no better than a list of hashes.
 */

import {
  requireArray,
  requireBytes,
  requireCallbacks,
  requireObject,
  requireOptions,
  requireSet,
  requireSignal,
} from '../arguments.js';
import { equalBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Filter } from '../filter/filter.js';
import { buildFilter, type FilterOptions, parseFilter } from '../filter/formats.js';
import type { BatchOptions, GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import type { IdentifierKind } from '../identifiers/identifier.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { generateKeyPair, publicKeyOf } from '../oprf/context.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { VOPRFServer } from '../oprf/voprf.js';
import { draw, type RandomSource, secureRandom } from '../random.js';
import { signingPublicKey } from '../signing.js';
import { checkName, filterDigest, type HeaderPin, openHeader, type Segment, signHeader } from './header.js';
import { contactTags, type SetName } from './suite.js';

/** The keys of a server. The signing key is needed to publish only, so it need not lie where clients are answered. */
export interface ContactKeys {
  /** k of the VOPRF, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
}

/** Name, keys and rate of a set that is published. */
export interface PublishOptions extends SetName, FilterOptions, BatchOptions {
  /** The server's keys. */
  readonly keys: ContactKeys;
  /** Evaluates the set. Default: the fastest one here, created for this call and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
}

/** What a server hands out to everybody. */
export interface PublishedSet {
  /** The signed header. */
  readonly header: Uint8Array;
  /** The filter of each segment. */
  readonly filters: readonly Uint8Array[];
}

/** How keys are made. */
export interface ContactKeyOptions {
  /** Default: the fastest one here, created for this call and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
}

/**
 * Fresh keys.
 * @example
 * ```ts
 * import { generateContactKeys } from 'veilmatch/contact';
 *
 * const { secretKey, signingKey } = await generateContactKeys();
 * console.log(secretKey.length, signingKey.length); // → 32 32
 * ```
 */
export async function generateContactKeys(options: ContactKeyOptions = {}): Promise<ContactKeys> {
  requireOptions(options, { backend: true, random: true });
  const { random = secureRandom } = options;
  return withBackend(options.backend, async (backend) => {
    const { secretKey } = await generateKeyPair(ristretto255Sha512(backend), random);
    return { secretKey, signingKey: draw(random, 32) };
  });
}

/**
 * Publishes a set in one segment.
 * @throws {VeilmatchError} `argument` for a name, key or rate that cannot be right; `aborted`
 * @example
 * ```ts
 * import { generateContactKeys, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * console.log(published.filters.length); // → 1
 * ```
 */
export async function publishSet(set: IdentifierSet, options: PublishOptions): Promise<PublishedSet> {
  requireSet(set);
  checkPublishing(options);
  checkName(options);
  const { publicKey, segment, filter } = await makeSegment(set, options);
  const { setId, epoch } = options;
  const header = { setId, epoch, kinds: set.kinds, publicKey, segments: [segment] };
  return { header: signHeader(header, options.keys.signingKey), filters: [filter] };
}

/**
 * The published set with one more segment, under the same key and epoch. The rates of false positives add up; nothing can
 * be removed but by publishing a new epoch.
 * @param additions which may be in the set already
 * @throws {VeilmatchError} `wrong-pin` or `bad-message` for a header that is not this server's own, `argument` for another
 * key, set id or epoch than the set was published with; `aborted`
 * @example
 * ```ts
 * import { addSegment, generateContactKeys, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * const grown = await addSegment(published, IdentifierSet.ofStrings(['hedy']), { ...name, keys });
 * console.log(grown.filters.length); // → 2
 * ```
 */
export async function addSegment(
  published: PublishedSet,
  additions: IdentifierSet,
  options: PublishOptions,
): Promise<PublishedSet> {
  requirePublished(published);
  requireSet(additions, 'The additions');
  checkPublishing(options);
  const { keys } = options;
  const before = openHeader(published.header, { signer: signingPublicKey(keys.signingKey) });
  const check = (publicKey: Uint8Array): void => {
    if (
      before.setId === options.setId &&
      before.epoch === options.epoch &&
      equalBytes(before.publicKey, publicKey)
    )
      return;
    throw new VeilmatchError(
      'argument',
      'A segment needs the set id, the epoch and the key of the set that it is added to. With others, publish a new epoch.',
    );
  };
  const { segment, filter } = await makeSegment(additions, options, check);
  const kinds = new Set<IdentifierKind>([...before.kinds, ...additions.kinds]);
  const header = { ...before, kinds, segments: [...before.segments, segment] };
  return { header: signHeader(header, keys.signingKey), filters: [...published.filters, filter] };
}

/** @throws {VeilmatchError} `argument` */
function checkPublishing(options: PublishOptions): void {
  requireOptions(options);
  requireObject(options.keys, 'The keys', 'secretKey', 'signingKey');
  requireSignal(options.signal);
  requireCallbacks(options, 'onProgress');
}

/** @throws {VeilmatchError} `argument` for what is no published set */
export function requirePublished(published: unknown): void {
  requireObject(published, 'The published set', 'header', 'filters');
  const { header, filters } = published as PublishedSet;
  requireBytes(header, 'The header');
  requireArray(filters, 'The filters');
  for (const [place, filter] of filters.entries()) requireBytes(filter, `Filter ${place}`);
}

interface MadeSegment {
  readonly publicKey: Uint8Array;
  readonly segment: Segment;
  readonly filter: Uint8Array;
}

/** @param check looks at the public key before anything is evaluated */
function makeSegment(
  set: IdentifierSet,
  options: PublishOptions,
  check?: (publicKey: Uint8Array) => void,
): Promise<MadeSegment> {
  return withBackend(options.backend, async (backend) => {
    const suite = ristretto255Sha512(backend);
    const { secretKey } = options.keys;
    const publicKey = await publicKeyOf(suite, secretKey);
    check?.(publicKey);
    const { signal, onProgress } = options;
    const outputs = await new VOPRFServer(suite, secretKey).evaluate(set.elements, { signal, onProgress });
    const filter = buildFilter(contactTags(options, outputs), options);
    const bytes = filter.toBytes();
    const segment = {
      size: filter.size,
      filterBytes: bytes.length,
      bits: filter.bits,
      digest: await filterDigest(bytes),
    };
    return { publicKey, segment, filter: bytes };
  });
}

/** What a client wants, and whom it trusts. */
export interface OpenOptions {
  /** By what the header is known to be the server's. */
  readonly pin: HeaderPin;
  /** The set that the client wants. */
  readonly setId: string;
  /** Older epochs are refused: what a client has seen last, so that nobody can hand it an old set. Default 0. */
  readonly leastEpoch?: number | undefined;
}

/** A published set that was checked, ready to be looked up in; a client keeps it for as many runs as it likes. */
export class ContactDirectory implements SetName {
  /** The name of the set. */
  readonly setId: string;
  /** Its epoch. */
  readonly epoch: number;
  /** B, the key that answers are checked against: 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The kinds of identifiers in the set. */
  readonly kinds: ReadonlySet<IdentifierKind>;
  /** Elements in all segments, repeated ones counted for each. */
  readonly size: number;
  /** At most this share of the contacts that are not in the set are taken for members: the segments' rates added up. */
  readonly falsePositiveRate: number;
  readonly #filters: readonly Filter[];

  /** @internal */
  constructor(
    name: SetName,
    publicKey: Uint8Array,
    kinds: ReadonlySet<IdentifierKind>,
    filters: readonly Filter[],
  ) {
    this.setId = name.setId;
    this.epoch = name.epoch;
    this.publicKey = publicKey;
    this.kinds = kinds;
    this.size = filters.reduce((sum, { size }) => sum + size, 0);
    this.falsePositiveRate = filters.reduce((sum, { falsePositiveRate }) => sum + falsePositiveRate, 0);
    this.#filters = filters;
  }

  /** How many filters a tag is looked up in. */
  get segments(): number {
    return this.#filters.length;
  }

  /** Whether some segment holds a tag of 20 bytes. */
  has(tag: Uint8Array): boolean {
    return this.#filters.some((filter) => filter.has(tag));
  }
}

/**
 * (Client) Checks a published set and reads it.
 * @throws {VeilmatchError} `wrong-pin` for a header that is not trusted, or a filter that is not the header's;
 * `incompatible-peer` for another set or an older epoch; `bad-message` for what is malformed
 * @example
 * ```ts
 * import { generateContactKeys, openPublishedSet, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { signingPublicKey } from 'veilmatch/transport';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * const pin = { signer: signingPublicKey(keys.signingKey) };
 * const directory = await openPublishedSet(published, { setId: 'members', pin });
 * console.log(directory.size); // → 2
 * ```
 */
export async function openPublishedSet(
  published: PublishedSet,
  options: OpenOptions,
): Promise<ContactDirectory> {
  requirePublished(published);
  requireOptions(options);
  const { header, filters } = published;
  const { setId, leastEpoch = 0, pin } = options;
  const opened = openHeader(header, pin);
  if (opened.setId !== setId)
    throw new VeilmatchError('incompatible-peer', 'This is another set than the one asked for.');
  if (opened.epoch < leastEpoch) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The set is of epoch ${opened.epoch}; epoch ${leastEpoch} has been seen already. Fetch it again.`,
    );
  }
  if (filters.length !== opened.segments.length) {
    throw new VeilmatchError(
      'bad-message',
      `The header names ${opened.segments.length} filters; there are ${filters.length}.`,
    );
  }
  const parsed: Filter[] = [];
  for (const [i, segment] of opened.segments.entries())
    parsed.push(await openFilter(segment, filters[i]!, i));
  return new ContactDirectory(opened, opened.publicKey, opened.kinds, parsed);
}

async function openFilter(segment: Segment, bytes: Uint8Array, position: number): Promise<Filter> {
  if (bytes.length !== segment.filterBytes || !equalBytes(await filterDigest(bytes), segment.digest)) {
    throw new VeilmatchError(
      'wrong-pin',
      `Filter ${position} is not the one that the header names. Fetch it again.`,
      {
        position,
      },
    );
  }
  const filter = parseFilter(bytes);
  if (filter.size !== segment.size || filter.bits !== segment.bits) {
    throw new VeilmatchError(
      'bad-message',
      `Filter ${position} has another size or rate than the header states.`,
      {
        position,
      },
    );
  }
  return filter;
}
