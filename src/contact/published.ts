// SPDX-License-Identifier: Apache-2.0
/**
 * A published set: a signed header and a filter for each segment. The server makes it once, and anybody may host it.
 *
 * **What it leaks to whoever has it**: its size. Whether an identifier is in it takes the key k, or an evaluation by its
 * holder. **What a leaked k opens**: everything; the filter is then no better than a list of hashes.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import {
  requireArray,
  requireBackend,
  requireBytes,
  requireFunction,
  requireObject,
  requireOptions,
  requireOptionsWithBackend,
  requireSet,
  requireSigningKey,
} from '../arguments.js';
import { equalBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Filter } from '../filter/filter.js';
import { buildFilter, type FilterOptions, parseFilter } from '../filter/formats.js';
import type { BatchOptions, GroupBackend } from '../group/group.js';
import type { IdentifierKind } from '../identifiers/identifier.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { generateKeyPair, publicKeyOf } from '../oprf/context.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { VOPRFServer } from '../oprf/voprf.js';
import { draw, type RandomSource, secureRandom } from '../random.js';
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
  /** Evaluates the set; it may be disposed of afterwards. */
  readonly backend: GroupBackend;
}

/** What a server hands out to everybody. */
export interface PublishedSet {
  /** The signed header. */
  readonly header: Uint8Array;
  /** The filter of each segment. */
  readonly filters: readonly Uint8Array[];
}

/**
 * Fresh keys.
 * @param random default: the platform's CSPRNG
 */
export async function generateContactKeys(
  backend: GroupBackend,
  random: RandomSource = secureRandom,
): Promise<ContactKeys> {
  requireBackend(backend);
  requireFunction(random, 'The source of randomness');
  const { secretKey } = await generateKeyPair(ristretto255Sha512(backend), random);
  return { secretKey, signingKey: draw(random, 32) };
}

/**
 * What clients pin: the Ed25519 public key of a signing key.
 * @param signingKey 32 bytes
 * @returns 32 bytes
 */
export function signerOf(signingKey: Uint8Array): Uint8Array {
  requireSigningKey(signingKey);
  return ed25519.getPublicKey(signingKey);
}

/**
 * Publishes a set in one segment.
 * @throws {VeilmatchError} `argument` for a name, key or rate that cannot be right; `aborted`
 */
export async function publishSet(set: IdentifierSet, options: PublishOptions): Promise<PublishedSet> {
  requireSet(set);
  requireOptionsWithBackend(options);
  requireObject(options.keys, 'The keys', 'secretKey', 'signingKey');
  checkName(options);
  const publicKey = await publicKeyOf(ristretto255Sha512(options.backend), options.keys.secretKey);
  const { segment, filter } = await makeSegment(set, options);
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
 */
export async function addSegment(
  published: PublishedSet,
  additions: IdentifierSet,
  options: PublishOptions,
): Promise<PublishedSet> {
  requirePublished(published);
  requireSet(additions, 'The additions');
  requireOptionsWithBackend(options);
  requireObject(options.keys, 'The keys', 'secretKey', 'signingKey');
  const { keys } = options;
  const before = openHeader(published.header, { signer: signerOf(keys.signingKey) });
  const publicKey = await publicKeyOf(ristretto255Sha512(options.backend), keys.secretKey);
  if (
    before.setId !== options.setId ||
    before.epoch !== options.epoch ||
    !equalBytes(before.publicKey, publicKey)
  ) {
    throw new VeilmatchError(
      'argument',
      'A segment needs the set id, the epoch and the key of the set that it is added to. With others, publish a new epoch.',
    );
  }
  const { segment, filter } = await makeSegment(additions, options);
  const kinds = new Set<IdentifierKind>([...before.kinds, ...additions.kinds]);
  const header = { ...before, kinds, segments: [...before.segments, segment] };
  return { header: signHeader(header, keys.signingKey), filters: [...published.filters, filter] };
}

/** @throws {VeilmatchError} `argument` for what is no published set */
function requirePublished(published: unknown): void {
  requireObject(published, 'The published set', 'header', 'filters');
  const { header, filters } = published as PublishedSet;
  requireBytes(header, 'The header');
  requireArray(filters, 'The filters');
  for (const [place, filter] of filters.entries()) requireBytes(filter, `Filter ${place}`);
}

async function makeSegment(
  set: IdentifierSet,
  options: PublishOptions,
): Promise<{ segment: Segment; filter: Uint8Array }> {
  const server = new VOPRFServer(ristretto255Sha512(options.backend), options.keys.secretKey);
  const { signal, onProgress } = options;
  const outputs = await server.evaluate(set.elements, { signal, onProgress });
  const filter = buildFilter(contactTags(options, outputs), options);
  const bytes = filter.toBytes();
  const segment = {
    size: filter.size,
    filterBytes: bytes.length,
    bits: filter.bits,
    digest: await filterDigest(bytes),
  };
  return { segment, filter: bytes };
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
