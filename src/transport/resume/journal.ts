// SPDX-License-Identifier: Apache-2.0
/**
 * What a party keeps of a run so that it can be resumed. A party is a program whose frames follow from a seed, its list, its
 * options and the frames it was given; so those are kept, and what takes long to compute besides:
 *
 * - every frame of the peer, on the disk before the program acts on it. A frame that is there is never taken again in another
 *   form: however often a run is cut, the sender evaluates one list of elements under its scalar;
 * - the results of the group's operations, each under a digest of what was asked, so that they are not computed twice.
 *
 * **Whoever can open a journal knows the seed, and with it the party's scalars.** The sender's opens its list to whoever has
 * the tags; the receiver's opens its list to whoever has its questions.
 */

import { requireMethods, requireObject, requireOptions, requireText } from '../../arguments.js';
import { bytesToHex, concatBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { createSha512 } from '../../kernel/sha512.js';
import { requirePsiSuite, ristretto255Suite } from '../../psi/run/ciphersuite.js';
import { type Given, repeatedTerms } from '../../psi/run/options.js';
import { type CommonOptions, defaultChunkSize } from '../../psi/run/party.js';
import { type ByRole, type Party, type Protocol, requireProtocol } from '../../psi/run/protocol.js';
import { type Role, VERSION } from '../../psi/run/suite.js';
import { secureRandom } from '../../random.js';
import { HELD_DIGEST_BYTES, type Held } from '../../wire/messages.js';

/** What a run is, and what must be the same when it is resumed. */
export interface RunIdentity {
  /** 16 hexadecimal digits, drawn by the party that listens. */
  readonly runId: string;
  /** Who is at the other end: to the party that listens the peer's id, to the one that connects its address. */
  readonly peer: string;
  readonly terms: RunTerms;
}

/** This party's list, as a digest, and the options that its frames depend on. */
export type RunTerms = Readonly<Record<string, string>>;

/** What a party keeps of a run, so that it can be resumed: its randomness, the peer's frames, and what was computed. */
export interface Journal extends RunIdentity {
  /** 32 bytes that the randomness of the run is made of. */
  readonly seed: Uint8Array;
  /** The peer's frames that are there. */
  readonly held: Held;
  /** A frame of the peer. @param index below `held.frames` */
  frame(index: number): Promise<Uint8Array>;
  /** Resolves when the peer's next frame is kept for good. @throws {VeilmatchError} `io` */
  addFrame(frame: Uint8Array): Promise<void>;
  /** What was computed for the call with this digest, or undefined. */
  outcome(call: Uint8Array): Promise<Uint8Array> | undefined;
  /** Resolves when the result of a call is kept for good. @throws {VeilmatchError} `io` */
  addOutcome(call: Uint8Array, outcome: Uint8Array): Promise<void>;
  /** Lets go of what the journal holds; what it keeps stays. */
  close(): Promise<void>;
  /** Closes the journal and removes it: the run cannot be resumed any more. */
  erase(): Promise<void>;
}

/** Where the records of a journal are. */
interface Records {
  append(record: Uint8Array): Promise<number>;
  read(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
  erase(): Promise<void>;
}

const FRAME = 1;
const OUTCOME = 2;
/** Of SHA-512, cut: names a call. */
export const CALL_BYTES = 32;
export const SEED_BYTES = 32;

/** The digest of frames that grows with them, as `Held` has it. */
export class FrameDigest {
  readonly #digest = createSha512();

  add(frame: Uint8Array): void {
    this.#digest.update(u32(frame.length)).update(frame);
  }

  /** 32 bytes. */
  value(): Uint8Array {
    return this.#digest.clone().digest().slice(0, HELD_DIGEST_BYTES);
  }
}

/** What a party has of a run that begins. */
export const NOTHING_HELD: Held = { frames: 0, digest: new FrameDigest().value() };

/** A journal over records that are kept somewhere. */
export class RecordJournal implements Journal {
  readonly runId: string;
  readonly peer: string;
  readonly terms: RunTerms;
  readonly seed: Uint8Array;
  readonly #records: Records;
  /** Numbers of records. */
  readonly #frames: number[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #digest = new FrameDigest();

  constructor({ runId, peer, terms }: RunIdentity, seed: Uint8Array, records: Records) {
    this.runId = runId;
    this.peer = peer;
    this.terms = terms;
    this.seed = seed;
    this.#records = records;
  }

  get held(): Held {
    return { frames: this.#frames.length, digest: this.#digest.value() };
  }

  /** Takes note of a record that is there. */
  note(record: Uint8Array, index: number): void {
    const body = record.subarray(1);
    if (record[0] === FRAME) {
      this.#digest.add(body);
      this.#frames.push(index);
    } else {
      this.#outcomes.set(bytesToHex(body.subarray(0, CALL_BYTES)), index);
    }
  }

  async frame(index: number): Promise<Uint8Array> {
    return (await this.#records.read(this.#frames[index]!)).subarray(1);
  }

  addFrame(frame: Uint8Array): Promise<void> {
    return this.#add(concatBytes(Uint8Array.of(FRAME), frame));
  }

  outcome(call: Uint8Array): Promise<Uint8Array> | undefined {
    const index = this.#outcomes.get(bytesToHex(call));
    return index === undefined
      ? undefined
      : this.#records.read(index).then((record) => record.slice(1 + CALL_BYTES));
  }

  addOutcome(call: Uint8Array, outcome: Uint8Array): Promise<void> {
    return this.#add(concatBytes(Uint8Array.of(OUTCOME), call, outcome));
  }

  close(): Promise<void> {
    return this.#records.close();
  }

  erase(): Promise<void> {
    return this.#records.erase();
  }

  async #add(record: Uint8Array): Promise<void> {
    this.note(record, await this.#records.append(record));
  }
}

const RUN_ID = /^[0-9a-f]{16}$/;

/** @throws {VeilmatchError} `argument` for what no journal could be found again by */
export function requireIdentity(identity: RunIdentity): void {
  requireObject(identity, 'The identity of the run', 'runId', 'peer', 'terms');
  const { runId, peer, terms } = identity;
  requireText(runId, 'The run id');
  if (!RUN_ID.test(runId)) {
    throw new VeilmatchError(
      'argument',
      'The run id must be 16 hexadecimal digits in lower case: 8 random bytes for each run.',
    );
  }
  requireText(peer, 'The peer of the run');
  requireObject(terms, 'The terms of the run');
  for (const term of Object.values(terms)) requireText(term, 'Each term of the run');
}

/**
 * A journal that lives as long as this process or page: for connections that are cut, not for parties that are killed. It can
 * be used again after it was closed.
 * @throws {VeilmatchError} `argument` for an identity that is none
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { memoryChannels, memoryJournal, partyTerms, runParty, send } from 'veilmatch/transport';
 *
 * const own = { set: IdentifierSet.ofStrings(['grace']) };
 * const terms = partyTerms(intersection, 'receiver', own);
 * const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'partner:acme', terms });
 * const [a, b] = memoryChannels();
 * const [, shared] = await Promise.all([send(a, ['ada', 'grace']), runParty(b, intersection, 'receiver', own, { journal })]);
 * console.log(shared.matches, shared.confirmed); // → [ 0 ] true
 * ```
 */
export function memoryJournal(identity: RunIdentity): Journal {
  requireIdentity(identity);
  let records: Uint8Array[] = [];
  return new RecordJournal(identity, secureRandom(SEED_BYTES), {
    append: async (record) => records.push(record) - 1,
    async read(index) {
      const record = records[index];
      if (record !== undefined) return record;
      throw new VeilmatchError('argument', 'The journal was erased: begin a new run.');
    },
    async close() {},
    async erase() {
      records = [];
    },
  });
}

/** @throws {VeilmatchError} `argument` for what is no journal */
export function requireJournal(value: unknown): void {
  requireMethods(value, 'The journal', 'frame', 'addFrame', 'outcome', 'addOutcome', 'close', 'erase');
  requireObject(value, 'The journal', 'seed', 'held', 'terms');
}

/** @throws {VeilmatchError} `argument` for what is no protocol, no role, or nothing that a party could bring */
export function requireParty(protocol: unknown, role: unknown, own: unknown): void {
  requireProtocol(protocol);
  requireObject(own, 'What the party brings');
  requireRole(role);
}

/** @throws {VeilmatchError} `argument` */
export function requireRole(role: unknown): void {
  if (role === 'receiver' || role === 'sender') return;
  throw new VeilmatchError('argument', "The role must be 'receiver' or 'sender'.");
}

/**
 * What stays the same of a run that is resumed: the protocol, what the party brings, and the options that its frames depend on.
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { partyTerms } from 'veilmatch/transport';
 *
 * const set = IdentifierSet.ofStrings(['ada']);
 * console.log(partyTerms(intersection, 'sender', { set }, { to: 'both' }).to); // → "both"
 * ```
 */
export function partyTerms<Own extends ByRole, Options extends object, Result extends ByRole, R extends Role>(
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: Pick<CommonOptions, 'suite' | 'chunkSize' | 'maxPeerSize'> & {
    readonly pad?: number | undefined;
  } & Given<Options> = {},
): RunTerms {
  requireParty(protocol, role, own);
  requireOptions(options);
  const { suite = ristretto255Suite, maxPeerSize = '', pad } = options;
  requirePsiSuite(suite);
  const { chunkSize = defaultChunkSize(suite) } = options;
  const party: Party<Own[R], Options, Result[R], unknown> = protocol[role];
  return {
    protocol: protocol.id,
    role,
    ...party.identity(own),
    ...repeatedTerms(protocol.options, options),
    chunkSize: String(chunkSize),
    maxPeerSize: String(maxPeerSize),
    ...(pad !== undefined && { pad: String(pad) }),
    version: `${VERSION}.${suite.id}`,
  };
}

/** @throws {VeilmatchError} `argument` where a run would not be the same any more */
export function checkTerms(kept: RunTerms, now: RunTerms): void {
  const names = new Set([...Object.keys(kept), ...Object.keys(now)]);
  for (const name of names) {
    if (kept[name] === now[name]) continue;
    throw new VeilmatchError(
      'argument',
      name === 'list'
        ? 'The list is not the one that the run was begun with. Take that one, or begin a new run.'
        : `The run was begun with another ${name}. Take the same, or begin a new run.`,
    );
  }
}
