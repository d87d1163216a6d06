// SPDX-License-Identifier: Apache-2.0
/** What both parties are told, and what they do alike. */

import { VeilmatchError } from '../errors.js';
import { type BatchOptions, ELEMENT_BYTES, type GroupBackend } from '../group/group.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { type RandomSource, secureRandom } from '../random.js';
import { recordsPerFrame } from './frames.js';
import { checkPeer, decodeHello, encodeHello, type Hello, NONCE_BYTES } from './hello.js';
import { sessionId, Tagger } from './session.js';
import type { Reveal, Role } from './suite.js';

/** The steps that take time, in the order of a run: R blinds, S evaluates and tags, R unblinds. */
export type Phase = 'blind' | 'evaluate' | 'tag' | 'unblind';

export interface PartyOptions {
  readonly backend: GroupBackend;
  /** What the receiver learns; both parties must ask for the same. Default `intersection`. */
  readonly reveal?: Reveal | undefined;
  /** Draws, in this order: the nonce, 32 bytes; the party's scalar, 32 bytes. Default: the platform's CSPRNG. */
  readonly random?: RandomSource | undefined;
  /** Elements that are accepted of the peer at most. Default 2^24. */
  readonly maxPeerSize?: number | undefined;
  /** Elements in a frame. Default 32,000; at most 32,767. */
  readonly chunkSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Elements done and in all, in each phase. */
  readonly onProgress?: ((phase: Phase, done: number, total: number) => void) | undefined;
}

/** The options with every default filled in. */
export interface PartySettings {
  readonly backend: GroupBackend;
  readonly reveal: Reveal;
  readonly random: RandomSource;
  readonly maxPeerSize: number;
  readonly chunkSize: number;
  /** Options for a batch of which `before` elements are done already. */
  batch(phase: Phase, before: number, total: number): BatchOptions;
}

const DEFAULT_MAX_PEER_SIZE = 2 ** 24;
/** Close to the largest frame: between two chunks the workers of a backend wait. */
const DEFAULT_CHUNK_SIZE = 32_000;
/** A tag binds the identifier behind a length of two bytes. */
const MAX_IDENTIFIER_BYTES = 65_535;

/** @throws {VeilmatchError} `argument` */
export function settingsOf(set: IdentifierSet, options: PartyOptions): PartySettings {
  const {
    reveal = 'intersection',
    chunkSize = DEFAULT_CHUNK_SIZE,
    maxPeerSize = DEFAULT_MAX_PEER_SIZE,
  } = options;
  if (reveal !== 'intersection' && reveal !== 'cardinality') {
    throw new VeilmatchError('argument', "The option reveal must be 'intersection' or 'cardinality'.");
  }
  if (reveal === 'cardinality' && set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      "With reveal: 'cardinality' a row may have one identifier only, or people would be counted by their identifiers. " +
        "Make the set with match: 'all', from one column, or reduce it with firstOfEachRow().",
    );
  }
  checkCount('chunkSize', chunkSize, 1, recordsPerFrame(ELEMENT_BYTES));
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
  return {
    backend: options.backend,
    reveal,
    random: options.random ?? secureRandom,
    maxPeerSize,
    chunkSize,
    batch: (phase, before, total) => ({
      signal: options.signal,
      onProgress: (done) => options.onProgress?.(phase, before + done, total),
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
  publicKey?: Uint8Array,
): Hello {
  return {
    role,
    reveal: settings.reveal,
    kinds: set.kinds,
    size: set.size,
    maxPeerSize: settings.maxPeerSize,
    nonce: settings.random(NONCE_BYTES),
    publicKey: publicKey ?? new Uint8Array(ELEMENT_BYTES),
  };
}

/** What both parties know once the two Hellos are exchanged. */
export interface Session {
  readonly sid: Uint8Array;
  readonly tagger: Tagger;
  readonly peer: Hello;
}

/** @throws {VeilmatchError} when the peer's Hello is malformed or the two do not go together */
export function openSession(own: Hello, peerBody: Uint8Array): Session {
  const peer = decodeHello(peerBody);
  checkPeer(own, peer);
  const ownBody = encodeHello(own);
  const [receiver, sender] = own.role === 'receiver' ? [own, peer] : [peer, own];
  const sid = own.role === 'receiver' ? sessionId(ownBody, peerBody) : sessionId(peerBody, ownBody);
  return { sid, tagger: new Tagger(sid, own.reveal, receiver.size, sender.size), peer };
}

/** An error about element i of a chunk, told with its index in the whole list. */
export async function withOffset<T>(first: number, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof VeilmatchError) || error.position === undefined) throw error;
    const position = first + error.position;
    const message = error.message.replace(/^Element \d+/, `Element ${position}`);
    throw new VeilmatchError(error.code, message, { position });
  }
}

/** Whether records of `width` bytes ascend strictly, the first of them above `previous`. Returns the last one. */
export function checkAscending(
  name: string,
  records: Uint8Array,
  width: number,
  first: number,
  previous: Uint8Array | undefined,
): Uint8Array {
  let last = previous;
  for (let i = 0; i * width < records.length; i++) {
    const record = records.subarray(i * width, (i + 1) * width);
    if (last !== undefined && compareBytes(last, record) >= 0) {
      throw new VeilmatchError(
        'bad-message',
        `The peer's ${name} are not sorted, or record ${first + i} is repeated.`,
        {
          position: first + i,
        },
      );
    }
    last = record;
  }
  return last!;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
