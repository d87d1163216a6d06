// SPDX-License-Identifier: Apache-2.0
/** What both parties are told, and what they do alike. */

import {
  type OptionNames,
  requireCallbacks,
  requireOptionsWithBackend,
  requireSet,
  requireSignal,
} from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { AdmissionRequest } from '../../policy/admission.js';
import { countingTerms, namingTerms, type Terms } from '../../policy/terms.js';
import { type RandomSource, secureRandom } from '../../random.js';
import { admitOf } from './admit.js';
import type { BlindingName } from './blinding.js';
import { noProofs, type PsiSuite, suiteOf } from './ciphersuite.js';
import { recordsPerFrame } from './frames.js';
import { checkPeer, decodeHello, encodeHello, type Hello, NONCE_BYTES } from './hello.js';
import { type CoarseCount, type RevealSettings, revealOf } from './reveal.js';
import { sessionId, Tagger } from './session.js';
import { toBoth } from './shared-options.js';
import { type Learner, MAX_IDENTIFIER_BYTES, type Mode, type Reveal, type Role } from './suite.js';

/** The steps that take time, in the order of a run: R blinds, S evaluates and tags, R unblinds. */
export type Phase = 'blind' | 'evaluate' | 'tag' | 'unblind' | 'encrypt';

/** What a party is told of a run before it sends anything that answers the peer's Hello. */
export interface RunRequest extends AdmissionRequest {
  readonly terms: Terms;
}

/** Options of a party, whatever the mode. */
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
    signal: true,
  },
  onProgress: true,
};

/** Options of a party of an intersection or a count. */
export interface PartyOptions extends CommonOptions {
  /**
   * What the receiver learns; both parties must ask for the same. Default `intersection`.
   */
  readonly reveal?: Reveal | undefined;
  /**
   * With `reveal: 'cardinality'`, how the receiver makes the count coarse: its own business, which the peer cannot tell, and
   * which binds nobody but its software.
   */
  readonly coarse?: CoarseCount | undefined;
  /**
   * Who learns it. With `both` the receiver reports its result to the sender, which has to trust it not to leave anything
   * out and not to stop before. Default `receiver`.
   */
  readonly to?: Exclude<Learner, 'sender'> | undefined;
  /**
   * Whether the sender proves that it answered under the key of its Hello; in the ordered mode only. Says nothing about
   * its tags or its list. Default `false`.
   */
  readonly verifiable?: boolean | undefined;
  /**
   * How the receiver hides its elements: its own business, the sender cannot tell. Default `additive`, which is faster;
   * with `reveal: 'cardinality'` only `multiplicative` is possible.
   */
  readonly blinding?: BlindingName | undefined;
}

export const PARTY_NAMES: OptionNames<PartyOptions> = {
  ...COMMON_NAMES,
  ...{ reveal: true, coarse: true, to: true, verifiable: true, blinding: true },
};

/** What the two parties must agree on. */
interface Agreement {
  readonly mode: Mode;
  readonly to: Learner;
  readonly verifiable: boolean;
  /** Digits after the point of a sum's values; 0 where nothing is said. */
  readonly valueDigits?: number;
}

/** The options with every default filled in. */
export interface PartySettings extends Agreement {
  readonly backend: GroupBackend;
  readonly suite: PsiSuite;
  readonly random: RandomSource;
  readonly maxPeerSize: number;
  readonly chunkSize: number;
  readonly signal: AbortSignal | undefined;
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

export interface PsiSettings extends PartySettings {
  readonly blinding: BlindingName;
  readonly coarse: CoarseCount | undefined;
}

/** What both modes are told, with every default filled in. */
interface ModeSettings extends RevealSettings {
  readonly to: Exclude<Learner, 'sender'>;
  readonly verifiable: boolean;
  readonly blinding: BlindingName;
}

/** @throws {VeilmatchError} `argument` for options that cannot be right, or do not go together */
function modeOf(options: Omit<PartyOptions, keyof CommonOptions>): ModeSettings {
  const { reveal, coarse } = revealOf(options);
  const { to = 'receiver', verifiable = false } = options;
  toBoth.check(to);
  if (verifiable && reveal !== 'intersection') {
    throw new VeilmatchError(
      'argument',
      "The option verifiable goes with reveal: 'intersection' only: sorted answers cannot be held against questions.",
    );
  }
  const { blinding = reveal === 'intersection' ? 'additive' : 'multiplicative' } = options;
  if (blinding !== 'multiplicative' && (blinding !== 'additive' || reveal !== 'intersection')) {
    throw new VeilmatchError(
      'argument',
      "The option blinding must be 'additive' or 'multiplicative'; with reveal: 'cardinality' only the latter, " +
        'since the answers come back sorted.',
    );
  }
  return { reveal, coarse, to, verifiable, blinding };
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function settingsOf(set: IdentifierSet, options: PartyOptions): PsiSettings {
  requireSet(set);
  requireOptionsWithBackend(options, PARTY_NAMES);
  const { reveal, coarse, to, verifiable, blinding } = modeOf(options);
  if (reveal === 'cardinality' && set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      "With reveal: 'cardinality' a row may have one identifier only, or people would be counted by their identifiers. " +
        "The protocol people counts people, where the peer runs it, too; or make the set with match: 'all', or from one column, the " +
        'same at both parties. What firstOfEachRow() leaves misses whoever the other list knows by something else.',
    );
  }
  const settings = commonSettings(set, options, { mode: reveal, to, verifiable });
  if (verifiable && settings.suite.proofs === undefined) throw noProofs(settings.suite);
  return { ...settings, blinding, coarse };
}

/** The options of a caller who names a mode by `reveal`, as the protocol of that mode takes them. */
type Revealing<Options> = Omit<Options, 'reveal'> & RevealSettings;

/** @throws {VeilmatchError} `argument` for options that cannot be right, or do not go together */
export function revealing<Options extends Omit<PartyOptions, keyof CommonOptions>>(
  options: Options,
): Revealing<Options> {
  const { reveal, coarse } = modeOf(options);
  const { reveal: _, coarse: __, verifiable, blinding, ...rest } = options;
  if (reveal === 'cardinality') return { ...rest, reveal, coarse } as unknown as Revealing<Options>;
  return { ...rest, verifiable, blinding, reveal, coarse } as unknown as Revealing<Options>;
}

/** What a run of the ordered or the shuffled mode means for a policy. */
export function termsOf({ mode }: PsiSettings): Terms {
  return mode === 'intersection' ? namingTerms : countingTerms;
}

/** @throws {VeilmatchError} `argument` for what is to be called, in the middle of a run, and cannot be */
export function checkCalls(options: Partial<CommonOptions>): void {
  requireCallbacks(options, 'random', 'admit', 'onProgress');
  requireSignal(options.signal);
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right in any mode */
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
  for (let i = 0; i < set.size; i++) {
    const { length } = set.elements.at(i);
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
    mode: settings.mode,
    to: settings.to,
    verifiable: settings.verifiable,
    identifiersPerRow: own.identifiersPerRow ?? 1,
    valueDigits: settings.valueDigits ?? 0,
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
export function openSession(own: Hello, peerBody: Uint8Array, suite: PsiSuite): Session {
  const peer = decodeHello(peerBody, suite);
  checkPeer(own, peer);
  const ownBody = encodeHello(own, suite);
  const [receiver, sender] = own.role === 'receiver' ? [own, peer] : [peer, own];
  const sid = own.role === 'receiver' ? sessionId(ownBody, peerBody) : sessionId(peerBody, ownBody);
  return { sid, tagger: new Tagger(sid, own.mode, [receiver.size, sender.size], suite), peer };
}
