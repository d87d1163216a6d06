// SPDX-License-Identifier: Apache-2.0
/**
 * What somebody saw of a run, and what can be made of it offline, without the other side: every candidate is put through
 * everything that the observer's knowledge allows, and compared with everything that was seen.
 */

import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { throwIfAborted } from '../abort.js';
import { requireObject, requireOptions } from '../arguments.js';
import { ByteList, concatBytes, DistinctBytes, fromUtf8, recordAt, recordsOf, u16, utf8 } from '../bytes.js';
import type { Group, GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import type { DigestAlgorithm, SlowCost } from '../hashing/index.js';
import { digestBytes } from '../hashing/plain.js';
import type { HashingScheme } from '../hashing/scheme.js';
import { canonicalBytes } from '../identifiers/identifier.js';
import type { NumberList } from './candidates.js';
import type { NumberFormat } from './format.js';
import type { NumberingPlan } from './plan.js';
import { type SearchOptions, search } from './scan.js';

/** One message of a run. */
export interface SentMessage {
  /** Who sent it. */
  readonly from: 'receiver' | 'sender';
  /** What the protocol calls it. */
  readonly name: string;
  /** The message as it was sent. */
  readonly bytes: Uint8Array;
}

/** Tokens, and what is public about how they were made. */
export interface TokenObservation {
  /** Says which observation it is. */
  readonly kind: 'tokens';
  /** How the tokens were made, as far as it is public: without salts and keys. */
  readonly scheme:
    | { readonly hash: 'plain'; readonly algorithm: DigestAlgorithm }
    | {
        readonly hash: 'salted';
        readonly algorithm: DigestAlgorithm;
        readonly saltPosition: 'prefix' | 'suffix';
      }
    | { readonly hash: 'keyed' }
    | { readonly hash: 'slow'; readonly cost: SlowCost };
  /** How telephone numbers were written. */
  readonly format: NumberFormat;
  /** Digests of equal length, concatenated. */
  readonly digests: Uint8Array;
}

/** The frames of a PSI run, read as anybody can read them who sees them. */
export interface PsiObservation {
  /** Says which observation it is. */
  readonly kind: 'psi';
  /** The group hash's domain separation tag. */
  readonly dst: Uint8Array;
  /** What the receiver asked: elements of the group of the attack's backend, concatenated. */
  readonly blinded: Uint8Array;
  /** What the sender answered, likewise. */
  readonly evaluated: Uint8Array;
  /** The sender's B. */
  readonly publicKey: Uint8Array;
  /** The sender's tags, m x `tagBytes` bytes. */
  readonly tags: Uint8Array;
  /** Bytes of a tag. */
  readonly tagBytes: number;
  /** What a tag's hash begins with in this session. */
  readonly tagPrefix: Uint8Array;
  /** Whether a tag's hash takes in the identifier. */
  readonly tagBindsIdentifier: boolean;
}

/** A run of matching by a VOPRF (RFC 9497), in the suite ristretto255-SHA512. */
export interface OprfObservation {
  /** Says which observation it is. */
  readonly kind: 'oprf';
  /** The group hash's domain separation tag. */
  readonly dst: Uint8Array;
  /** What the receiver asked, n x 32 bytes. */
  readonly blinded: Uint8Array;
  /** What the sender answered, n x 32 bytes. */
  readonly evaluated: Uint8Array;
  /** How the receiver blinds: r * H(x), or H(x) + rG. */
  readonly blinding: 'multiplicative' | 'additive';
  /** The sender's pkS. */
  readonly publicKey: Uint8Array;
  /** The sender's tokens: the first bytes of the outputs of its list. */
  readonly tags: Uint8Array;
  /** Bytes of a token. */
  readonly tagBytes: number;
  /** Where the sender published a filter of tags, hashes of the outputs, in place of tokens. */
  readonly published?:
    | {
        /** What a tag's hash begins with, before the output. */
        readonly tagPrefix: Uint8Array;
        /** Whether the filter holds a tag. */
        has(tag: Uint8Array): boolean;
      }
    | undefined;
}

/** A run of PSI by oblivious transfers. */
export interface OtObservation {
  /** Says which observation it is. */
  readonly kind: 'ot';
  /** The sender's tags, m x `tagBytes` bytes. */
  readonly tags: Uint8Array;
  /** Bytes of a tag. */
  readonly tagBytes: number;
  /**
   * Makes of secrets what gives the tags that the sender would have made of identifiers, in their order.
   * @param secrets the receiver's scalar of the base OTs, and the sender's Delta; without that, what the receiver makes of its own list
   */
  open(
    secrets: { readonly scalar: Uint8Array; readonly delta?: Uint8Array | undefined },
    backend: GroupBackend,
  ): Promise<(identifiers: ByteList) => Promise<Uint8Array>>;
}

/** A run of PAIR. */
export interface PairObservation {
  /** Says which observation it is. */
  readonly kind: 'pair';
  /** The identifiers that were seen, under one key or both: n x 32 bytes. */
  readonly elements: Uint8Array;
  /**
   * What identifiers are encrypted to, in their order: n x 32 bytes.
   * @param salt the publisher's Ks
   * @param scalar a key, or the product of two
   */
  encrypt(
    identifiers: ByteList,
    salt: Uint8Array,
    scalar: Uint8Array,
    backend: GroupBackend,
  ): Promise<Uint8Array>;
}

/** What a run looks like to somebody who attacks it. */
export type Observation =
  | TokenObservation
  | PsiObservation
  | OprfObservation
  | OtObservation
  | PairObservation;

/** The runs in which group elements were seen. */
type GroupObservation = PsiObservation | OprfObservation;

/** What one observer saw of one run. */
export interface Transcript {
  /** The id of the protocol. */
  readonly protocol: string;
  /** Who saw it. */
  readonly seenBy: 'receiver' | 'sender' | 'outsider';
  /** All bytes both ways, in the order in which they were sent. */
  readonly messages: readonly SentMessage[];
  /** The same, taken apart for the attack. */
  readonly observation: Observation;
}

/** What the observer knows besides. */
export interface Knowledge {
  /** Salts of salted and of slow hashing. */
  readonly salts?: readonly Uint8Array[] | undefined;
  /** Keys of keyed hashing. */
  readonly keys?: readonly Uint8Array[] | undefined;
  /** Secret scalars: the observer's own, or one that was stolen. */
  readonly scalars?: readonly Uint8Array[] | undefined;
  /**
   * What the receiver hid its elements with, a scalar each, in the order of its questions: r of H(x) + rG, or of r * H(x)
   * where an OPRF blinds by multiplying. It comes off the answers, too, where they are in the same order.
   */
  readonly blinds?: Uint8Array | undefined;
  /** A sender's Delta, the secret of a run by oblivious transfers: a byte for each coordinate. */
  readonly delta?: Uint8Array | undefined;
  /**
   * For a group hash of the form h(x) * G, which a sound one is not: the scalar h(x) of canonical bytes. Knowing it, the
   * sender's public key alone gives b * H(x).
   */
  readonly discreteLog?: ((canonical: Uint8Array) => Uint8Array) | undefined;
}

/** Options of an attack. */
export interface AttackOptions extends SearchOptions {
  /** Default: the fastest one here, for this attack. */
  readonly backend?: GroupBackend | undefined;
}

/** What an attack has brought. */
export interface AttackResult {
  /** Identifiers in E.164 that the observer can now read, each once; whose they are does not show here. */
  readonly recovered: readonly string[];
  /** Candidates that were tried. */
  readonly candidatesTried: number;
  /** Seconds that it took. */
  readonly seconds: number;
}

/**
 * Everything that can be tried offline.
 * @param transcript what the observer saw
 * @param knowledge what the observer knows besides
 * @param plan the guesses
 * @throws {VeilmatchError} `aborted`, `worker-failed`
 * @example
 * ```ts
 * import { attackTranscript, NumberList } from 'veilmatch/attack';
 * import { protocols } from 'veilmatch/compare';
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 *
 * const { set } = await identifiersFromRows([{ phone: '+1 415 555 0123' }]);
 * const { views } = await protocols[0]!.run(set, set);
 * const { transcript, knowledge } = views.outsider;
 * const guesses = NumberList.from(['+14155550123', '+14155550199']);
 * console.log((await attackTranscript(transcript, knowledge, guesses)).recovered); // → [ '+14155550123' ]
 * ```
 */
export async function attackTranscript(
  transcript: Transcript,
  knowledge: Knowledge,
  plan: NumberingPlan | NumberList,
  options: AttackOptions = {},
): Promise<AttackResult> {
  requireObject(transcript, 'The transcript', 'observation');
  const { observation } = transcript;
  requireObject(observation, 'The observation', 'kind');
  if (observation.kind === 'tokens') requireObject(observation, 'The observation', 'scheme', 'digests');
  requireObject(knowledge, 'The knowledge');
  requireObject(plan, 'The numbers to try', 'size');
  requireOptions(options);
  return withBackend(options.backend, async (backend) => {
    const attack = await prepareAttack(transcript, knowledge, backend);
    return await attack(plan, options);
  });
}

/** Tries guesses on what was prepared; `seconds` count from here. */
type PreparedAttack = (plan: NumberingPlan | NumberList, options?: SearchOptions) => Promise<AttackResult>;

/** What an attack does once, whatever the guesses are: the receiver's blinding comes off everything that was seen. */
export async function prepareAttack(
  { observation }: Transcript,
  knowledge: Knowledge,
  backend: GroupBackend,
): Promise<PreparedAttack> {
  if (observation.kind === 'ot') return prepareOtAttack(observation, knowledge, backend);
  if (observation.kind === 'pair') return preparePairAttack(observation, knowledge, backend);
  const seen = observation.kind === 'tokens' ? undefined : new Sightings(observation, backend.group);
  if (knowledge.blinds !== undefined) await seen?.unblind(knowledge.blinds, backend);
  return async (plan, options = {}) => {
    const started = performance.now();
    const recovered = new Set<string>();
    if (observation.kind === 'tokens') await attackTokens(observation, knowledge, plan, recovered, options);
    else await attackGroup(observation, seen!, knowledge, plan, recovered, { ...options, backend });
    return {
      recovered: [...recovered],
      candidatesTried: plan.size,
      seconds: (performance.now() - started) / 1000,
    };
  };
}

/** What opens the run is put to every guess; the first scalar that is known is taken for the receiver's. */
async function prepareOtAttack(
  observation: OtObservation,
  { scalars = [], delta }: Knowledge,
  backend: GroupBackend,
): Promise<PreparedAttack> {
  const tags = new DistinctBytes();
  for (const tag of recordsOf(observation.tags, observation.tagBytes)) tags.add(tag);
  const [scalar] = scalars;
  const tagsOf = scalar && (await observation.open({ scalar, delta }, backend));
  return async (plan, options = {}) => {
    const started = performance.now();
    const recovered = new Set<string>();
    for (let from = 0; from < plan.size; from += OT_BATCH) {
      throwIfAborted(options.signal);
      const numbers: string[] = [];
      plan.visit(from, from + OT_BATCH, (number) => numbers.push(fromUtf8(number)));
      const messages = numbers.map((text) => canonicalBytes({ kind: 'phone', text }));
      const made = await tagsOf?.(ByteList.from(messages));
      for (const [i, number] of numbers.entries()) {
        const digests = [sha256, sha512].map((hash) => hash(messages[i]!));
        const tried = made === undefined ? digests : [...digests, recordAt(made, observation.tagBytes, i)];
        if (tried.some((tag) => tags.indexOf(tag.subarray(0, observation.tagBytes)) >= 0))
          recovered.add(number);
      }
      options.onProgress?.(Math.min(plan.size, from + OT_BATCH), plan.size);
    }
    return {
      recovered: [...recovered],
      candidatesTried: plan.size,
      seconds: (performance.now() - started) / 1000,
    };
  };
}

/** Every salt that is known, with every key, every product of two, and none; without a salt, one that is all zeros. */
async function preparePairAttack(
  observation: PairObservation,
  { salts = [new Uint8Array(32)], scalars = [] }: Knowledge,
  backend: GroupBackend,
): Promise<PreparedAttack> {
  const { elementBytes } = backend.group;
  const seen = new DistinctBytes();
  for (const element of recordsOf(observation.elements, elementBytes)) seen.add(element);
  const tries = salts.flatMap((salt) =>
    scalarsToTry(scalars, backend.group).map((scalar) => ({ salt, scalar })),
  );
  return async (plan, options = {}) => {
    const started = performance.now();
    const recovered = new Set<string>();
    for (let from = 0; from < plan.size; from += BATCH) {
      throwIfAborted(options.signal);
      const numbers: string[] = [];
      plan.visit(from, from + BATCH, (number) => numbers.push(fromUtf8(number)));
      const messages = ByteList.from(numbers.map((text) => canonicalBytes({ kind: 'phone', text })));
      for (const { salt, scalar } of tries) {
        const made = await observation.encrypt(messages, salt, scalar, backend);
        for (const [i, number] of numbers.entries())
          if (seen.indexOf(recordAt(made, elementBytes, i)) >= 0) recovered.add(number);
      }
      options.onProgress?.(Math.min(plan.size, from + BATCH), plan.size);
    }
    return {
      recovered: [...recovered],
      candidatesTried: plan.size,
      seconds: (performance.now() - started) / 1000,
    };
  };
}

async function attackTokens(
  observation: TokenObservation,
  knowledge: Knowledge,
  plan: NumberingPlan | NumberList,
  recovered: Set<string>,
  options: SearchOptions,
): Promise<void> {
  const { format } = observation;
  for (const scheme of schemesToTry(observation, knowledge)) {
    const width = scheme.hash === 'plain' || scheme.hash === 'salted' ? digestBytes[scheme.algorithm] : 32;
    await search(
      { targets: observation.digests, digestBytes: width, scheme, format, candidates: plan },
      ({ hits }) => {
        for (const { identifier } of hits) recovered.add(identifier);
      },
      options,
    );
  }
}

/** The scheme with every secret that fits it; where none is known, the guess that there is none. */
function schemesToTry({ scheme }: TokenObservation, { salts = [], keys = [] }: Knowledge): HashingScheme[] {
  const known: HashingScheme[] =
    scheme.hash === 'plain'
      ? [scheme]
      : scheme.hash === 'keyed'
        ? keys.map((key) => ({ hash: 'keyed', key }))
        : salts.map((salt) => ({ ...scheme, salt }));
  if (known.length > 0) return known;
  return [{ hash: 'plain', algorithm: scheme.hash === 'salted' ? scheme.algorithm : 'sha256' }];
}

/** Candidates that are put through a run's tables at once: these are made anew for each batch. */
const OT_BATCH = 65_536;

/** Candidates that are put through the group at once. */
const BATCH = 1024;

async function attackGroup(
  observation: GroupObservation,
  seen: Sightings,
  knowledge: Knowledge,
  plan: NumberingPlan | NumberList,
  recovered: Set<string>,
  options: SearchOptions & { readonly backend: GroupBackend },
): Promise<void> {
  const { backend } = options;
  const { elementBytes } = backend.group;
  const scalars = scalarsToTry(knowledge.scalars ?? [], backend.group);
  for (let from = 0; from < plan.size; from += BATCH) {
    throwIfAborted(options.signal);
    const numbers: string[] = [];
    plan.visit(from, from + BATCH, (number) => numbers.push(fromUtf8(number)));
    const messages = numbers.map((text) => canonicalBytes({ kind: 'phone', text }));
    const note = (found: (index: number) => boolean): void => {
      for (const [i, number] of numbers.entries()) if (found(i)) recovered.add(number);
    };
    note((i) => seen.hasDigest(messages[i]!));
    for (const scalar of scalars) {
      const elements = await backend.hashAndMultiply(ByteList.from(messages), observation.dst, scalar, {
        signal: options.signal,
      });
      note((i) => seen.hasElement(recordAt(elements, elementBytes, i), messages[i]!));
    }
    if (knowledge.discreteLog !== undefined) {
      const logs = concatBytes(...messages.map(knowledge.discreteLog));
      const elements = await backend.multiplyBase(logs, observation.publicKey);
      note((i) => seen.hasElement(recordAt(elements, elementBytes, i), messages[i]!));
    }
    options.onProgress?.(Math.min(plan.size, from + BATCH), plan.size);
  }
}

/** H(c) itself, and k * H(c) for every known scalar and every product of two. */
function scalarsToTry(scalars: readonly Uint8Array[], group: Group): Uint8Array[] {
  const products = scalars.flatMap((a, i) => scalars.slice(i + 1).map((b) => group.scalars.multiply(a, b)));
  return [group.scalars.of(1), ...scalars, ...products];
}

/** The tag that a sender makes of k * H(x). */
function tagOf(observation: GroupObservation, element: Uint8Array, canonical: Uint8Array): Uint8Array {
  const input = concatBytes(u16(canonical.length), canonical);
  if (observation.kind === 'psi') {
    const { tagPrefix, tagBindsIdentifier, tagBytes } = observation;
    return sha512(concatBytes(tagPrefix, ...(tagBindsIdentifier ? [input] : []), element)).subarray(
      0,
      tagBytes,
    );
  }
  const { published, tagBytes } = observation;
  const output = sha512(concatBytes(input, u16(element.length), element, utf8('Finalize')));
  return (published ? sha512(concatBytes(published.tagPrefix, output)) : output).subarray(0, tagBytes);
}

/** Everything that was seen of such a run, to be asked for. */
class Sightings {
  readonly #observation: GroupObservation;
  readonly #elementBytes: number;
  readonly #elements = new DistinctBytes();
  readonly #tags = new DistinctBytes();

  constructor(observation: GroupObservation, { elementBytes }: Group) {
    this.#observation = observation;
    this.#elementBytes = elementBytes;
    for (const list of [observation.blinded, observation.evaluated]) this.#addElements(list);
    for (const tag of recordsOf(observation.tags, observation.tagBytes)) this.#tags.add(tag);
  }

  /** Adds what is left of the elements when the receiver's blinding is taken off. */
  async unblind(blinds: Uint8Array, backend: GroupBackend): Promise<void> {
    const observation = this.#observation;
    const { blinded, evaluated, publicKey } = observation;
    if (observation.kind === 'oprf' && observation.blinding === 'multiplicative') {
      const inverses = backend.group.scalars.invert(blinds);
      for (const list of [blinded, evaluated]) this.#addElements(await backend.multiplyEach(list, inverses));
      return;
    }
    this.#addElements(await backend.subtract(blinded, await backend.multiplyBase(blinds)));
    this.#addElements(await backend.subtractBase(evaluated, blinds, publicKey));
  }

  #addElements(elements: Uint8Array): void {
    for (const element of recordsOf(elements, this.#elementBytes)) this.#elements.add(element);
  }

  /** Whether a plain digest of the candidate was seen, as hashing protocols would send it. */
  hasDigest(canonical: Uint8Array): boolean {
    const text = canonical.subarray(canonical.indexOf(0x3a) + 1);
    return [sha256(text), sha256(canonical), sha512(canonical)].some(
      (digest) =>
        this.#elements.indexOf(digest.subarray(0, this.#elementBytes)) >= 0 ||
        this.#hasTag(digest.subarray(0, this.#observation.tagBytes)),
    );
  }

  /** Whether the element was seen, or the tag that a sender would make of it. */
  hasElement(element: Uint8Array, canonical: Uint8Array): boolean {
    const tag = tagOf(this.#observation, element, canonical);
    return this.#elements.indexOf(element) >= 0 || this.#hasTag(tag);
  }

  #hasTag(tag: Uint8Array): boolean {
    const filter = this.#observation.kind === 'oprf' ? this.#observation.published : undefined;
    return this.#tags.indexOf(tag) >= 0 || filter?.has(tag) === true;
  }
}
