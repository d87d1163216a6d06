// SPDX-License-Identifier: Apache-2.0
/**
 * A run through files, for partners who exchange them over SFTP or a bucket: whoever's turn it is reads the partner's file and
 * writes the next one, signed, with all that it can say then. The receiver begins. How many files a run takes the protocol says
 * (`Protocol.files`); where a sender's answer is all that it says, it keeps nothing.
 *
 * From one step to the next a party keeps a journal: a seed, the partner's frames, digests of files. So **a step that is done
 * twice writes the same file again**, and does not answer another one in the place of the first: two lists of questions under
 * one scalar would tell more than one. Whoever has the journal's key and the files learns what the party learns, and can
 * test guesses about its list.
 */

import { abortedError, throwIfAborted } from '../../abort.js';
import {
  requireBytes,
  requireCount,
  requireFunction,
  requireMethods,
  requireObject,
  requireOptions,
  requirePath,
  requireSigningKey,
} from '../../arguments.js';
import { bytesToHex, concatBytes, equalBytes, hexToBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { withBackend } from '../../group/select.js';
import { sha512 } from '../../kernel/sha512.js';
import { admission } from '../../policy/admission.js';
import { decodeFrame } from '../../psi/run/frames.js';
import { decodeHello } from '../../psi/run/hello.js';
import type { PsiMachine } from '../../psi/run/machine.js';
import { chosen, type Given } from '../../psi/run/options.js';
import { type CommonOptions, DEFAULT_CHUNK_SIZE, DEFAULT_MAX_PEER_SIZE } from '../../psi/run/party.js';
import { type ByRole, machineOptions, optionNames, type Protocol } from '../../psi/run/protocol.js';
import { type Role, SUITE, VERSION } from '../../psi/run/suite.js';
import { secureRandom } from '../../random.js';
import type { FileHeaderMessage } from '../../wire/messages.js';
import { checkTerms, FrameDigest, type Journal, partyTerms, requireParty } from '../resume/journal.js';
import { journaledOptions } from '../resume/journaled.js';
import { recalling } from '../resume/lent.js';
import { padded } from '../run.js';
import { type Allowed, answeringOnce } from './admitted.js';
import { anotherState, Chain, checkHeader, kindOf } from './chain.js';
import {
  badFile,
  type Content,
  type ExchangeFile,
  openExchange,
  publicKeyOf,
  writeExchange,
} from './exchange-file.js';
import { questions } from './questions.js';

/** The files of a step. */
export interface StepFiles {
  /** The partner's. Left out in the receiver's first step. */
  readonly reads?: string | undefined;
  /** The one that is written, whole or not at all. Left out where none comes after the one that is read. */
  readonly writes?: string | undefined;
}

/** Options of a step, whatever the protocol. */
export interface StepOptions<Result>
  extends Omit<CommonOptions, 'backend' | 'random' | 'chunkSize' | 'admit'> {
  /** Default: the fastest one here, created for this step and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** This party's Ed25519 key, 32 bytes: needed where a file is written. */
  readonly signingKey?: Uint8Array | undefined;
  /** The partner's Ed25519 public key, 32 bytes: needed in the first step; it is kept for those after it. */
  readonly peer?: Uint8Array | undefined;
  /**
   * Keeps the run from one step to the next, and is for this run alone: needed by the receiver, and by the sender where the run
   * takes more than two files. It is closed when the step ends, however it ends, and erased when the last one has.
   */
  readonly journal?: Journal | undefined;
  /** As in `ChannelOptions`. */
  readonly pad?: number | undefined;
  /** Of a request: seconds for which it may be answered. Default 604,800, a week. */
  readonly lifetimeSeconds?: number | undefined;
  /**
   * What the partner may ask, and the ledger that it is charged to, once a run: needed by a sender, which notes in the ledger
   * which requests it has answered, too. A receiver's holds where the sender learns something; of the policy its
   * `largestSet` holds in any case.
   */
  readonly allow?: Allowed | undefined;
  /** Given the result when the run is complete, before its journal is erased. What it throws leaves the journal. */
  readonly onResult?: ((result: Result) => Promise<void>) | undefined;
}

/** What a step came to. */
export interface Step<Result> {
  /** Number of the file that was written, from 0. Undefined where none comes after the one that was read. */
  readonly written: number | undefined;
  /** Files of the whole run. */
  readonly files: number;
  /** Elements in this party's set, as the partner is told; undefined where no file says so. */
  readonly ownSize: number | undefined;
  /** Elements in the partner's set. Undefined in a receiver's first step. */
  readonly peerSize: number | undefined;
  /** Whether this was the party's last step. */
  readonly over: boolean;
  /**
   * What it takes home, when it is over. Undefined for a sender that the receiver's last word does not reach: in a run
   * of an even number of files.
   */
  readonly result: Result | undefined;
}

const WEEK = 604_800;

/**
 * Takes one step of a run through files. A step that is done twice writes the same file again, as long as its journal is there.
 * @param files what is read, what is written
 * @param role which party this is: `receiver` asks, and begins
 * @param own what it brings: the same in every step
 * @throws {VeilmatchError} `argument`, also for another list or other options than before; `io`; `bad-file` for a file that is
 * not the partner's, not for this party, not the one that is due, expired, or answered already; `refused` by the policy; what
 * the protocol throws. No file is written then
 */
export async function runStep<
  Own extends ByRole,
  Options extends object,
  Result extends ByRole,
  R extends Role,
>(
  files: StepFiles,
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: StepOptions<Result[R]> & Given<Options>,
): Promise<Step<Result[R]>> {
  requireParty(protocol, role, own);
  requireOptions(options, stepNames(protocol));
  requireObject(files, 'The files');
  checkArguments(files, role, options);
  const { journal, signal, backend } = options;
  try {
    throwIfAborted(signal);
    return await withBackend(backend, async (used) => {
      const step = await TakenStep.prepare(files, protocol, role, own, { ...options, backend: used });
      return (await step.take()) as Step<Result[R]>;
    });
  } catch (error) {
    throw signal?.aborted ? abortedError(signal) : error;
  } finally {
    await journal?.close();
  }
}

function stepNames(protocol: Pick<Protocol, 'options'>): Record<string, true> {
  const { random, chunkSize, admit, ...names } = optionNames(protocol);
  return {
    ...names,
    ...{ signingKey: true, peer: true, journal: true, pad: true, lifetimeSeconds: true, allow: true },
    onResult: true,
  };
}

function checkArguments({ reads, writes }: StepFiles, role: Role, options: StepOptions<never>): void {
  const { signingKey, peer, journal, lifetimeSeconds, allow, onResult } = options;
  if (reads !== undefined) requirePath(reads, 'The path of the file that is read');
  if (writes !== undefined) requirePath(writes, 'The path of the file that is written');
  if (signingKey !== undefined) requireSigningKey(signingKey);
  if (peer !== undefined) requireBytes(peer, "The partner's public key");
  if (journal !== undefined)
    requireMethods(journal, 'The journal', 'outcome', 'addOutcome', 'close', 'erase');
  if (lifetimeSeconds !== undefined) requireCount(lifetimeSeconds, 'The seconds that a request is good for');
  if (allow !== undefined) requireObject(allow, 'The option allow', 'peer', 'ledger');
  if (onResult !== undefined) requireFunction(onResult, 'The option onResult');
  if (reads === undefined && role === 'sender') {
    throw missing('A sender has nothing to say before the receiver has: name the file that it reads.');
  }
  if (role === 'receiver' && journal === undefined) {
    throw missing('A receiver needs a journal: what it asks with must be there when it is answered.');
  }
  if (role === 'sender' && allow === undefined) {
    throw missing(
      'A sender needs the option allow: whom it answers, and the ledger that says what it has answered.',
    );
  }
}

/** Everything that a step goes by. */
interface Plan {
  readonly files: StepFiles;
  readonly protocol: Protocol;
  readonly own: unknown;
  readonly options: StepOptions<unknown> & { readonly backend: GroupBackend };
  readonly chain: Chain;
  /** Number of the file that is read, -1 for none. */
  readonly at: number;
  readonly incoming: ExchangeFile | undefined;
  /** The two parties' public keys. */
  readonly keys: { readonly own: Uint8Array; readonly peer: Uint8Array };
}

class TakenStep {
  readonly #plan: Plan;
  readonly #machine: PsiMachine<unknown>;
  /** What this party brings, padded. */
  #own: unknown;
  /** Over all of this party's frames. */
  readonly #digest = new FrameDigest();
  #made = 0;
  #ownSize: number | undefined;
  #peerSize: number | undefined;

  private constructor(plan: Plan) {
    this.#plan = plan;
    this.#machine = this.#machineOf();
  }

  /** Finds out which step it is, and reads the partner's file through before anything is done with it. */
  static async prepare(
    files: StepFiles,
    protocol: Protocol,
    role: Role,
    own: unknown,
    options: Plan['options'],
  ): Promise<TakenStep> {
    const { journal } = options;
    const length = filesOf(protocol, options);
    if (role === 'sender' && length > 2 && journal === undefined) {
      throw missing(`A sender needs a journal here: this run takes ${length} files.`);
    }
    if (journal !== undefined) checkTerms(journal.terms, partyTerms(protocol, role, own, options));
    const chain = await Chain.of(journal, role, length);
    const keys = keysOf(chain, options);
    let at = -1;
    const check = (header: FileHeaderMessage): Content => {
      at = chain.numberOf(header);
      checkHeader(header, at, protocol.mode, keys.own);
      checkTime(header, at, chain);
      checkWrites(files, at, length);
      return contentOf(at, protocol, chain, options);
    };
    if (files.reads === undefined) checkWrites(files, at, length);
    const incoming =
      files.reads === undefined ? undefined : await openExchange(files.reads, { signer: keys.peer, check });
    if (files.writes !== undefined) requireSigningKey(options.signingKey);
    return new TakenStep({ files, protocol, own, options, chain, at, incoming, keys });
  }

  async take(): Promise<Step<unknown>> {
    const { files, chain, at, incoming, options, protocol } = this.#plan;
    const { journal, signal, onResult } = options;
    const number = at + 1;
    const over = at + 2 >= chain.length;
    const writes = number < chain.length;
    try {
      if (incoming !== undefined && writes) {
        const elements = at < 2 ? incoming.elements : 0;
        await chain.take(at, { digest: incoming.digest, count: incoming.count, elements });
      }
      if (writes) await this.#write(files.writes!, number);
      else for await (const _ of this.#turn());
      const done = over && this.#machine.done;
      const result = done
        ? await protocol[chain.role].result(this.#own, this.#machine.result, signal)
        : undefined;
      if (done) await onResult?.(result);
      if (over) await journal?.erase();
      const [ownSize, peerSize] = [this.#ownSize, this.#peerSize];
      return { written: writes ? number : undefined, files: chain.length, ownSize, peerSize, over, result };
    } finally {
      await this.#machine.abandon();
    }
  }

  async #write(path: string, number: number): Promise<void> {
    const { chain, options } = this.#plan;
    const header = await chain.header(number, () => this.#freshHeader(number));
    const before = chain.framesBefore(number, 'own');
    await writeExchange(path, header, this.#turn(), options.signingKey!, (digest) =>
      chain.made(number, {
        digest,
        count: this.#made - before,
        elements: number < 2 ? (this.#ownSize ?? 0) : 0,
        frames: this.#digest.value(),
      }),
    );
  }

  #freshHeader(number: number): FileHeaderMessage {
    const { protocol, options, incoming, keys } = this.#plan;
    const { journal, lifetimeSeconds = WEEK } = options;
    const madeAt = now();
    return {
      type: 'fileHeader',
      kind: kindOf(number),
      version: VERSION,
      suite: SUITE,
      mode: protocol.mode,
      requestId: incoming?.header.requestId ?? concatBytes(hexToBytes(journal!.runId), secureRandom(8)),
      from: keys.own,
      to: keys.peer,
      madeAt,
      expiresAt: number === 0 ? madeAt + lifetimeSeconds : 0,
      requestDigest: incoming?.digest ?? new Uint8Array(),
    };
  }

  /** What this party says in this turn: its frames from the one on that no earlier file has. */
  async *#turn(): AsyncGenerator<Uint8Array, void, void> {
    const { chain, at, incoming } = this.#plan;
    const before = chain.framesBefore(at + 1, 'own');
    const said = chain.link(at - 1)?.frames;
    for await (const frame of this.#frames()) {
      if (this.#made === 0) this.#ownSize = this.#sizeIn(frame);
      if (this.#made++ >= before) yield frame;
      this.#digest.add(frame);
      if (this.#made === before && said !== undefined && !equalBytes(this.#digest.value(), said)) {
        throw anotherState();
      }
    }
    const whole = at + 1 < chain.length ? this.#made > before : this.#machine.done;
    if (incoming !== undefined && !whole)
      throw badFile(this.#plan.files.reads!, 'it does not hold all that was due');
  }

  /** All of this party's frames from the beginning of the run, given all of the partner's so far. */
  async *#frames(): AsyncGenerator<Uint8Array, void, void> {
    const { chain, at, incoming, options, protocol } = this.#plan;
    const { journal } = options;
    if (incoming === undefined) {
      yield* questions(this.#machine, greets(protocol), options.backend);
      return;
    }
    yield* this.#machine.start();
    const before = chain.framesBefore(at, 'theirs');
    for (let i = 0; i < before; i++) yield* this.#machine.receive(await journal!.frame(i));
    // What a party reads last it need not keep.
    const held = at + 2 >= chain.length ? Number.POSITIVE_INFINITY : (journal?.held.frames ?? 0);
    let index = before;
    for await (const frame of incoming.frames()) {
      if (index++ >= held) await journal!.addFrame(frame);
      yield* this.#machine.receive(frame);
    }
  }

  #machineOf(): PsiMachine<unknown> {
    const { protocol, options, chain, at } = this.#plan;
    const { journal, backend } = options;
    const whole = {
      ...machineOptions(protocol, options),
      ...{ backend, chunkSize: DEFAULT_CHUNK_SIZE, admit: this.#admit() },
    };
    const over = at + 2 >= chain.length;
    const kept: CommonOptions =
      journal === undefined ? whole : journaledOptions(whole, over ? recalling(journal) : journal);
    // The first that is drawn, as of a run over a channel.
    this.#own = padded(this.#plan.own, options.pad, kept.random);
    const admit: CommonOptions['admit'] = async (run) => {
      this.#peerSize = run.peerSize;
      await kept.admit?.(run);
    };
    // Before there is a partner's file, nobody is there to be admitted.
    return protocol[chain.role].machine(this.#own, { ...kept, admit: at < 0 ? undefined : admit });
  }

  /** Asked in the step that reads what the partner brings; those after it are of the same run. */
  #admit(): CommonOptions['admit'] {
    const { chain, at, incoming, options } = this.#plan;
    const { allow, journal } = options;
    if (incoming === undefined || allow === undefined || at > 1) return undefined;
    const run = journal && runName(journal);
    return chain.role === 'sender'
      ? answeringOnce(allow, bytesToHex(incoming.header.requestId), run)
      : admission({ ...allow, run });
  }

  #sizeIn(frame: Uint8Array): number | undefined {
    return greets(this.#plan.protocol) ? decodeHello(decodeFrame(frame).body).size : undefined;
  }
}

/** Whether a run begins with Hellos. */
const greets = ({ mode }: Protocol): boolean => mode !== 0;

/** How many files the run takes. @throws {VeilmatchError} `argument` where it cannot be said */
export function filesOf(protocol: Protocol, options: object): number {
  if (protocol.files !== undefined) return protocol.files(chosen(protocol.options, options));
  throw new VeilmatchError(
    'argument',
    'This protocol does not go through files: how often the parties take turns depends on their lists. Use a channel.',
  );
}

/** @throws {VeilmatchError} `argument` */
function keysOf(chain: Chain, { signingKey, peer }: StepOptions<unknown>): Plan['keys'] {
  const { first } = chain;
  const own = signingKey && publicKeyOf(signingKey);
  const keys = { own: own ?? first?.from, peer: peer ?? first?.to };
  if (keys.own === undefined) throw missing('A signing key is needed in the first step.');
  if (keys.peer === undefined) throw missing("The partner's public key is needed in the first step.");
  if (first === undefined || (equalBytes(keys.own, first.from) && equalBytes(keys.peer, first.to))) {
    return { own: keys.own, peer: keys.peer };
  }
  throw new VeilmatchError(
    'argument',
    'The run was begun with another key, of this party or of the partner.',
  );
}

/** @throws {VeilmatchError} `argument` */
function checkWrites({ writes }: StepFiles, at: number, length: number): void {
  if ((writes !== undefined) === at + 1 < length) return;
  throw new VeilmatchError(
    'argument',
    writes === undefined
      ? 'Name the file that is to be written: the run goes on after the one that is read.'
      : 'The run ends with the file that is read: there is none to write.',
  );
}

/** @throws {VeilmatchError} `bad-file` */
function checkTime({ expiresAt }: FileHeaderMessage, at: number, chain: Chain): void {
  if (at > 0 || expiresAt > now() || chain.link(0) !== undefined) return;
  throw new VeilmatchError('bad-file', 'The request has expired. Ask the partner for a new one.');
}

/** What a file of this number holds, to be read no further. */
function contentOf(
  at: number,
  protocol: Protocol,
  chain: Chain,
  { maxPeerSize = DEFAULT_MAX_PEER_SIZE }: StepOptions<unknown>,
): Content {
  if (!greets(protocol)) return { begins: 'frames', elements: maxPeerSize, maxPeerSize };
  const begins = at === 0 ? 'questions' : at === 1 ? 'hello' : 'frames';
  return { begins, elements: at === 0 ? 0 : chain.elements, maxPeerSize };
}

/** What the ledger calls a run that this party has a state of. Says nothing of the seed. */
function runName({ seed }: Journal): string {
  return bytesToHex(sha512(concatBytes(utf8('veilmatch run through files'), seed)).subarray(0, 16));
}

function missing(message: string): VeilmatchError {
  return new VeilmatchError('argument', message);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
