// SPDX-License-Identifier: Apache-2.0
/**
 * A party as a state machine: frames in, frames out, no I/O. The protocol itself is written as a program, top to bottom,
 * that yields the frames it sends and `undefined` where it needs the peer's next one; this class drives it.
 */

import { VeilmatchError } from '../../errors.js';
import { nextTurn } from '../../workers/turn.js';
import { dueFrame, FINISH, type Frame, type FrameType } from './frames.js';
import { FrameLog } from './session.js';
import type { Role } from './suite.js';

/** Yields frames to send, and `undefined` to be given the next one. */
export type Program<Result> = AsyncGenerator<Uint8Array | undefined, Result, Uint8Array | undefined>;

/** One party of one run: frames in, frames out. */
export class PsiMachine<Result> {
  /** Which party it is. */
  readonly role: Role;
  readonly #program: Program<Result>;
  #state: 'new' | 'waiting' | 'busy' | 'done' | 'failed' = 'new';
  #result: Result | undefined;

  /** @internal */
  constructor(role: Role, program: Program<Result>) {
    this.role = role;
    this.#program = program;
  }

  /** Whether the run is complete: the peer saw what this party saw. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** @throws {VeilmatchError} `unexpected-message` before the run is complete */
  get result(): Result {
    if (this.#state !== 'done') {
      throw new VeilmatchError('unexpected-message', 'The run is not complete, so there is no result yet.');
    }
    return this.#result as Result;
  }

  /**
   * Begins the run and yields the frames that open it: one for the receiver, none for the sender.
   * @throws {VeilmatchError} `unexpected-message` when it has begun already
   */
  start(): AsyncGenerator<Uint8Array, void, void> {
    return this.#advance('new', undefined);
  }

  /**
   * Takes the peer's next frame and yields the frames that answer it, which must be drawn to the end before the next
   * one is handed over.
   * @throws {VeilmatchError} for a frame that is malformed, out of turn or not acceptable: the run has failed then, its
   * secrets are wiped, and every further call throws
   */
  receive(frame: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    return this.#advance('waiting', frame);
  }

  /** Ends a run that will not be continued, and wipes its secrets. */
  async abandon(): Promise<void> {
    if (this.#state !== 'done') this.#state = 'failed';
    await this.#program.return(undefined as Result);
  }

  async *#advance(
    from: 'new' | 'waiting',
    input: Uint8Array | undefined,
  ): AsyncGenerator<Uint8Array, void, void> {
    if (this.#state !== from) throw outOfTurn(this.#state);
    this.#state = 'busy';
    try {
      // Frames that came together, or are drawn one after the other, share no turn of the event loop.
      await this.#turn();
      let step = await this.#program.next(input);
      while (!step.done && step.value !== undefined) {
        yield step.value;
        await this.#turn();
        step = await this.#program.next();
      }
      if (step.done) this.#result = step.value;
      this.#state = step.done ? 'done' : 'waiting';
    } finally {
      // Left by an error, or by a caller who stopped drawing: a run that is not answered in full cannot go on.
      if (this.#state === 'busy') await this.abandon();
    }
  }

  /** @throws {VeilmatchError} `unexpected-message` where the run was given up in the meantime */
  async #turn(): Promise<void> {
    await nextTurn();
    if (this.#state !== 'busy') throw outOfTurn(this.#state);
  }
}

function outOfTurn(state: string): VeilmatchError {
  const why: Record<string, string> = {
    new: 'The run has not been started: call start() first.',
    waiting: 'The run has been started already.',
    busy: 'The frames that answer the previous one have not been drawn to the end.',
    done: 'The run is complete; it takes no more frames.',
    failed: 'The run has failed. Begin a new one.',
  };
  return new VeilmatchError('unexpected-message', why[state]!);
}

/** One party's ends of the line: notes every frame for the digests that close the run. */
export class Line {
  readonly log: FrameLog = new FrameLog();
  readonly #own: Role;
  readonly #types: readonly FrameType[];

  /** @param types of frames that there are in the run: the line takes no other */
  constructor(own: Role, types: readonly FrameType[]) {
    this.#own = own;
    this.#types = types;
  }

  /** The frame, noted as sent: `yield line.send(frame)`. */
  send(frame: Uint8Array): Uint8Array {
    this.log.add(this.#own, frame);
    return frame;
  }

  /**
   * The peer's next frame: `yield* line.take(HELLO)`.
   * @throws {VeilmatchError} `bad-message`, `unexpected-message`
   */
  async *take(due: FrameType): AsyncGenerator<undefined, Frame, Uint8Array | undefined> {
    const bytes = (yield undefined) ?? new Uint8Array();
    const frame = dueFrame(bytes, this.#types, due);
    // The Finish is made of the digests, so it cannot be part of them.
    if (due !== FINISH) this.log.add(this.#own === 'receiver' ? 'sender' : 'receiver', bytes);
    return frame;
  }
}
