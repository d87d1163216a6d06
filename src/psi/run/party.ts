// SPDX-License-Identifier: Apache-2.0
/** What both parties are told, and what they do alike. */

import { type OptionNames, requireArray, requireCallbacks, requireSignal } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { AdmissionRequest } from '../../policy/admission.js';
import type { Terms } from '../../policy/terms.js';
import { type RandomSource, secureRandom } from '../../random.js';
import { admitOf } from './admit.js';
import { type PsiSuite, suiteOf } from './ciphersuite.js';
import { recordsPerFrame } from './frames.js';
import { checkPeer, decodeHello, encodeHello, type Hello, NONCE_BYTES } from './hello.js';
import { type NamedMode, namesOfMode, type RunKind } from './kind.js';
import { sessionId, Tagger } from './session.js';
import { type Learner, MAX_IDENTIFIER_BYTES, type Role } from './suite.js';

/** The steps that take time, in the order of a run: R blinds, S evaluates and tags, R unblinds. */
export type Phase = 'blind' | 'evaluate' | 'tag' | 'unblind' | 'encrypt';

/** What a party is told of a run before it sends anything that answers the peer's Hello. */
export interface RunRequest extends AdmissionRequest {
  readonly terms: Terms;
}

/** Options of a party, whatever the protocol. */
export interface CommonOptions {
  /** Does the group operations; it must live as long as the run. */
  readonly backend: GroupBackend;
  /**
   * What the run is computed in, which both parties must agree on; the backend has to compute in its group. Default
   * ristretto255, the only suite of this package: another one is for experiments, with a backend of one's own.
   */
  readonly suite?: PsiSuite | undefined;
  /**
   * Default: the platform's CSPRNG. Anything else is for tests and attacks. Draws, in this order: the nonce, 32 bytes;
   * the party's scalar, or where it blinds additively a scalar for each element.
   */
  readonly random?: RandomSource | undefined;
  /** Elements that are accepted of the peer at most. Default 2^24. */
  readonly maxPeerSize?: number | undefined;
  /** Elements in a frame. Default 32,000; at most 32,767, or as many as fit where elements of the suite are longer. */
  readonly chunkSize?: number | undefined;
  /**
   * Asked by either party when the peer's Hello is in order: by the sender before it answers with its own and before it
   * evaluates anything, by the receiver before it sends its blinded elements. What it throws ends the run, and so does
   * anything that it returns: `false` is no word for no. See `admission`.
   */
  readonly admit?: ((run: RunRequest) => Promise<void>) | undefined;
  /** Other protocols, whose names an error tells where the peer runs one of them. Default none: it is told by its mode. */
  readonly known?: readonly NamedMode[] | undefined;
  /** Stops the run between two chunks, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Elements done and in all, in each phase. */
  readonly onProgress?: ((phase: Phase, done: number, total: number) => void) | undefined;
}

export const COMMON_NAMES: OptionNames<CommonOptions> = {
  ...{
    backend: true,
    suite: true,
    random: true,
    maxPeerSize: true,
    chunkSize: true,
    admit: true,
    known: true,
    signal: true,
  },
  onProgress: true,
};

/** What the two parties must agree on. */
interface Agreement {
  readonly protocol: RunKind;
  readonly to: Learner;
  readonly verifiable: boolean;
  /** What the protocol has to agree on besides, a byte; 0 where nothing is said. */
  readonly detail?: number;
}

/** The options with every default filled in. */
export interface PartySettings extends Agreement {
  readonly backend: GroupBackend;
  readonly suite: PsiSuite;
  readonly random: RandomSource;
  readonly maxPeerSize: number;
  readonly chunkSize: number;
  readonly signal: AbortSignal | undefined;
  readonly known: readonly NamedMode[];
  admit(run: RunRequest): Promise<void>;
  /** Options for a batch of which `before` elements are done already. */
  batch(phase: Phase, before: number, total: number): BatchOptions;
}

export const DEFAULT_MAX_PEER_SIZE: number = 2 ** 24;
/** Close to the largest frame: between two chunks the workers of a backend wait. */
const CHUNK_SIZE = 32_000;

/** Elements in a frame, where nothing is said. */
export function defaultChunkSize({ group }: PsiSuite): number {
  return Math.min(CHUNK_SIZE, recordsPerFrame(group.elementBytes));
}

/** @throws {VeilmatchError} `argument` for what is to be called, in the middle of a run, and cannot be */
export function checkCalls(options: Partial<CommonOptions>): void {
  requireCallbacks(options, 'random', 'admit', 'onProgress');
  requireSignal(options.signal);
  if (options.known !== undefined) requireArray(options.known, 'The option known');
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right in any protocol */
export function commonSettings(
  set: IdentifierSet,
  options: CommonOptions,
  agreement: Agreement,
): PartySettings {
  checkCalls(options);
  const suite = suiteOf(options.suite, options.backend);
  const { chunkSize = defaultChunkSize(suite), maxPeerSize = DEFAULT_MAX_PEER_SIZE } = options;
  checkCount('chunkSize', chunkSize, 1, recordsPerFrame(suite.group.elementBytes));
  checkCount('maxPeerSize', maxPeerSize, 0, 0xffffffff);
  const { offsets } = set.elements;
  for (let i = 0; i < set.size; i++) {
    const length = offsets[i + 1]! - offsets[i]!;
    if (length > MAX_IDENTIFIER_BYTES) {
      throw new VeilmatchError(
        'argument',
        `Element ${i} has ${length} bytes; at most ${MAX_IDENTIFIER_BYTES} fit.`,
        {
          position: i,
        },
      );
    }
  }
  const reached = new Map<Phase, number>();
  return {
    ...agreement,
    backend: options.backend,
    suite,
    random: options.random ?? secureRandom,
    maxPeerSize,
    chunkSize,
    signal: options.signal,
    known: options.known ?? [],
    admit: admitOf(options.admit),
    batch: (phase, before, total) => ({
      signal: options.signal,
      onProgress(done) {
        // Two batches can be under way at once.
        if (before + done <= (reached.get(phase) ?? -1)) return;
        reached.set(phase, before + done);
        options.onProgress?.(phase, before + done, total);
      },
    }),
  };
}

function checkCount(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new VeilmatchError(
      'argument',
      `The option ${name} must be a whole number from ${least} to ${most}.`,
    );
  }
}

/** This party's Hello, with a fresh nonce. */
export function ownHello(
  role: Role,
  set: IdentifierSet,
  settings: PartySettings,
  own: Partial<Pick<Hello, 'publicKey' | 'identifiersPerRow'>> = {},
): Hello {
  return {
    role,
    mode: settings.protocol.mode,
    to: settings.to,
    verifiable: settings.verifiable,
    identifiersPerRow: own.identifiersPerRow ?? 1,
    detail: settings.detail ?? 0,
    kinds: set.kinds,
    size: set.size,
    maxPeerSize: settings.maxPeerSize,
    nonce: settings.random(NONCE_BYTES),
    publicKey: own.publicKey ?? new Uint8Array(settings.suite.group.elementBytes),
  };
}

/** What both parties know once the two Hellos are exchanged. */
interface Session {
  readonly sid: Uint8Array;
  readonly tagger: Tagger;
  readonly peer: Hello;
}

/** @throws {VeilmatchError} when the peer's Hello is malformed or the two do not go together */
export function openSession(own: Hello, peerBody: Uint8Array, settings: PartySettings): Session {
  const { protocol, known, suite } = settings;
  const peer = decodeHello(peerBody, suite);
  checkPeer(own, peer, (mode) => namesOfMode(mode, protocol, known), protocol.differing);
  const ownBody = encodeHello(own, suite);
  const [receiver, sender] = own.role === 'receiver' ? [own, peer] : [peer, own];
  const sid = own.role === 'receiver' ? sessionId(ownBody, peerBody) : sessionId(peerBody, ownBody);
  return { sid, tagger: new Tagger(sid, protocol, [receiver.size, sender.size], suite), peer };
}
