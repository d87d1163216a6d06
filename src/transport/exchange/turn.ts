// SPDX-License-Identifier: Apache-2.0
/**
 * A party's turn. Its machine begins at the beginning, is given all of the partner's frames so far, and what it says that is in
 * no earlier file is what it says now.
 */

import { throwIfAborted } from '../../abort.js';
import { bytesToHex, concatBytes, equalBytes, hexToBytes, utf8 } from '../../bytes.js';
import { sha512 } from '../../kernel/sha512.js';
import { admission } from '../../policy/admission.js';
import { bodyOf, HELLO } from '../../psi/run/frames.js';
import { decodeHello } from '../../psi/run/hello.js';
import type { PsiMachine } from '../../psi/run/machine.js';
import { type CommonOptions, defaultChunkSize } from '../../psi/run/party.js';
import { machineOptions } from '../../psi/run/protocol.js';
import { VERSION } from '../../psi/run/suite.js';
import { secureRandom } from '../../random.js';
import type { FileHeaderMessage } from '../../wire/messages.js';
import { FrameDigest, type Journal } from '../resume/journal.js';
import { journaledOptions } from '../resume/journaled.js';
import { recalling } from '../resume/lent.js';
import { padded } from '../run.js';
import { answeringOnce } from './admitted.js';
import { anotherState, kindOf } from './chain.js';
import { badFile, writeExchange } from './exchange-file.js';
import { greets, now, type Plan } from './plan.js';
import { questions } from './questions.js';

/** What a step came to. */
export interface StepTaken<Result> {
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

/** A step that is about to be taken. */
export class Turn {
  readonly #plan: Plan;
  readonly #machine: PsiMachine<unknown>;
  /** What this party brings, padded. */
  #own: unknown;
  /** Over all of this party's frames. */
  readonly #digest = new FrameDigest();
  #made = 0;
  #ownSize: number | undefined;
  #peerSize: number | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#machine = this.#machineOf();
  }

  async take(): Promise<StepTaken<unknown>> {
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
      suite: this.#plan.suite.id,
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
    const { chain, at, incoming, options } = this.#plan;
    const before = chain.framesBefore(at + 1, 'own');
    const said = chain.link(at - 1)?.frames;
    for await (const frame of this.#frames()) {
      throwIfAborted(options.signal);
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
      yield* questions(this.#machine, greets(protocol), options.backend, this.#plan.suite);
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
      ...{ backend, chunkSize: defaultChunkSize(this.#plan.suite), admit: this.#admit() },
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
    return greets(this.#plan.protocol) ? decodeHello(bodyOf(frame, HELLO), this.#plan.suite).size : undefined;
  }
}

/** What the ledger calls a run that this party has a state of. Says nothing of the seed. */
function runName({ seed }: Journal): string {
  return bytesToHex(sha512(concatBytes(utf8('veilmatch run through files'), seed)).subarray(0, 16));
}
