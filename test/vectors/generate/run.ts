// SPDX-License-Identifier: Apache-2.0
/** A run whose frames are recorded, and the tests that are made around it by changing one of them. */

import { createHash } from 'node:crypto';
import { bytesToHex, hexToBytes } from '../../../src/bytes.js';
import { VeilmatchError } from '../../../src/errors.js';
import { nobleBackend as backend } from '../../../src/group/noble.js';
import { cardinality, intersection, joinIds, type PsiMachine, sum } from '../../../src/psi/index.js';
import { ristretto255Suite } from '../../../src/psi/run/ciphersuite.js';
import { FrameLog, sessionId, Tagger } from '../../../src/psi/run/session.js';
import type { Role } from '../../../src/psi/run/suite.js';
import {
  type Draw,
  frameBytes,
  type GivenFrame,
  type GroupFrame,
  machineOf,
  type Outcome,
  outcomeOf,
  type Parameters,
  type PartyInput,
  type RunGroup,
  setOf,
  type VectorTest,
} from '../../suites/vectors.js';

/** A test before it has its number. */
export type Unnumbered<Test> = Omit<Test, 'tcId'>;

/**
 * Secrets of a party, the same every time: never for a real run. Each name stands for 32 bytes, a scalar below 2^252 where it
 * is one; `name:16` for other lengths.
 */
export function drawn(seed: string, names: readonly string[]): Draw[] {
  return names.map((entry, i) => {
    const [name, length = '32'] = entry.split(':') as [string, string?];
    const bytes = createHash('shake256', { outputLength: Number(length) })
      .update(`${seed} ${i}`)
      .digest();
    if (length === '32') bytes[31]! &= 0x0f;
    return { name, hex: bytesToHex(bytes) };
  });
}

export const other = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');

/** What a machine sends when it is given these frames, and how it ends. */
export async function play(
  machine: PsiMachine<unknown>,
  given: readonly Uint8Array[],
): Promise<{ sends: Uint8Array[]; outcome?: Outcome; refusal?: string }> {
  const sends: Uint8Array[] = [];
  try {
    for await (const frame of machine.start()) sends.push(frame);
    for (const frame of given) for await (const answer of machine.receive(frame)) sends.push(answer);
    return machine.done ? { sends, outcome: await outcomeOf(machine.result) } : { sends };
  } catch (error) {
    if (error instanceof VeilmatchError) return { sends, refusal: error.code };
    throw error;
  } finally {
    await machine.abandon();
  }
}

const FINISH = 5;

/** Records a run of two machines, each party's frames after each that it was given. */
export async function recordFrames(
  parties: Readonly<Record<Role, PsiMachine<unknown>>>,
): Promise<{ frames: GroupFrame[]; sentBefore: Readonly<Record<Role, number[]>> }> {
  const frames: GroupFrame[] = [];
  // How many frames each party had sent when it was given its first, its second, ... frame.
  const sentBefore: Record<Role, number[]> = { receiver: [], sender: [] };
  const sent = { receiver: 0, sender: 0 };
  const post = async (from: Role, answers: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const frame of answers) {
      frames.push({ from, hex: bytesToHex(frame) });
      sent[from]++;
    }
  };
  await post('sender', parties.sender.start());
  await post('receiver', parties.receiver.start());
  for (let next = 0; next < frames.length; next++) {
    const { from, hex } = frames[next]!;
    const to = other(from);
    sentBefore[to].push(sent[to]);
    await post(to, parties[to].receive(hexToBytes(hex)));
  }
  return { frames, sentBefore };
}

/** Collects the tests of one run. */
export class TestsOfRun {
  readonly frames: readonly GroupFrame[];
  readonly tests: Array<Unnumbered<VectorTest>> = [];
  readonly #sentBefore: Readonly<Record<Role, number[]>>;
  readonly #make: (role: Role) => PsiMachine<unknown>;

  constructor(recorded: Awaited<ReturnType<typeof recordFrames>>, make: (role: Role) => PsiMachine<unknown>) {
    this.frames = recorded.frames;
    this.#sentBefore = recorded.sentBefore;
    this.#make = make;
  }

  /** The numbers of a party's frames. */
  of(from: Role): number[] {
    return this.frames.flatMap((frame, i) => (frame.from === from ? [i] : []));
  }

  /** The number of the first frame of this type that a party sends. */
  find(from: Role, type: number): number {
    const found = this.of(from).find((i) => hexToBytes(this.frames[i]!.hex)[0] === type);
    if (found === undefined) throw new Error(`The ${from} sends no frame of type ${type}.`);
    return found;
  }

  bytes(frame: GivenFrame): Uint8Array {
    return frameBytes(frame, this.frames);
  }

  /** Both parties of the run as it was. */
  async undisturbed(comment: string, flags: readonly string[]): Promise<void> {
    for (const role of ['receiver', 'sender'] as const) {
      const given = this.of(other(role));
      const { outcome } = await play(
        this.#make(role),
        given.map((frame) => this.bytes(frame)),
      );
      if (outcome === undefined) throw new Error('The run has no end.');
      const sends = this.of(role);
      this.tests.push({
        comment: `${comment}, the ${role}`,
        flags,
        role,
        given,
        sends,
        result: 'valid',
        outcome,
      });
    }
  }

  /**
   * A party that is given something else in the place of a frame, or of it and the ones behind it, must refuse it.
   * @param at the number of the frame
   */
  refuses(
    role: Role,
    at: number,
    instead: GivenFrame | readonly GivenFrame[],
    refusal: string,
    comment: string,
    ...flags: readonly string[]
  ): void {
    const given = this.of(other(role));
    const place = given.indexOf(at);
    const replaced = Array.isArray(instead) ? (instead as readonly GivenFrame[]) : [instead as GivenFrame];
    const sends = this.of(role).slice(0, this.#sentBefore[role][place]);
    this.tests.push({
      ...{ comment, flags, role },
      given: [...given.slice(0, place), ...replaced],
      ...{ sends, result: 'invalid', refusal },
    });
  }

  /** As `refuses`, with bytes of the frame changed by a function. */
  changed(
    role: Role,
    at: number,
    change: (frame: Uint8Array) => Uint8Array | undefined,
    refusal: string,
    comment: string,
    ...flags: readonly string[]
  ): void {
    const frame = this.bytes(at);
    this.refuses(role, at, bytesToHex(change(frame) ?? frame), refusal, comment, ...flags);
  }

  /**
   * A party that is given other frames than in the run, of a peer that means them: what it sends is taken from this
   * package, and the peer's Finish is made to fit, behind the given ones.
   * @param last what the peer's Finish is, in place of the right one
   */
  async diverted(
    role: Role,
    given: readonly GivenFrame[],
    result: 'valid' | 'invalid' | 'acceptable',
    comment: string,
    flags: readonly string[],
    refusal?: string,
  ): Promise<void> {
    const theirs = given.map((frame) => this.bytes(frame));
    const { sends: before } = await play(this.#make(role), theirs);
    const logged = before.filter((frame) => frame[0] !== FINISH);
    const hello = (frames: readonly Uint8Array[]): Uint8Array => frames[0]!.subarray(1);
    const [ofReceiver, ofSender] = role === 'receiver' ? [logged, theirs] : [theirs, logged];
    const sid = sessionId(hello(ofReceiver), hello(ofSender));
    const finish = finishOf(sid, other(role), ofReceiver, ofSender);
    const { sends, outcome, refusal: found } = await play(this.#make(role), [...theirs, finish]);
    if (result !== 'invalid' && outcome === undefined) throw new Error(`${comment}: refused with ${found}.`);
    this.tests.push({
      ...{ comment, flags, role },
      given: [...given, bytesToHex(finish)],
      sends: sends.map((frame) => this.#named(frame)),
      result,
      ...(result === 'invalid' ? {} : { outcome: outcome! }),
      ...(refusal === undefined ? {} : { refusal }),
    });
  }

  #named(frame: Uint8Array): GivenFrame {
    const hex = bytesToHex(frame);
    const known = this.frames.findIndex((entry) => entry.hex === hex);
    return known < 0 ? hex : known;
  }
}

function finishOf(
  sid: Uint8Array,
  role: Role,
  ofReceiver: readonly Uint8Array[],
  ofSender: readonly Uint8Array[],
): Uint8Array {
  const log = new FrameLog();
  for (const frame of ofReceiver) log.add('receiver', frame);
  for (const frame of ofSender) log.add('sender', frame);
  return Uint8Array.of(FINISH, ...log.finish(sid, role));
}

/** The parts of a group that are chosen. */
export interface RunPlan {
  readonly comment: string;
  readonly parameters: Partial<Parameters> & Pick<Parameters, 'mode'>;
  readonly receiver: PartyInput;
  readonly sender: PartyInput;
}

export type UnnumberedGroup = Omit<RunGroup, 'tests'> & { readonly tests: Array<Unnumbered<VectorTest>> };

/** What a test may need of the run besides its frames. */
export interface Known {
  readonly sid: Uint8Array;
  /** By the sender's identifier, in hexadecimal. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Runs the plan, and lets `add` make tests around it; the run itself comes first.
 * @param flags of the run itself
 */
export async function groupOf(
  { comment, receiver, sender, ...plan }: RunPlan,
  flags: readonly string[],
  add: (run: TestsOfRun, known: Known) => void | Promise<void> = () => {},
): Promise<UnnumberedGroup> {
  const defaults = { to: 'receiver', verifiable: false, several: false, maxPeerSize: 2 ** 24 } as const;
  const parameters: Parameters = { ...defaults, ...plan.parameters };
  const inputs = { receiver, sender };
  const make = (role: Role): PsiMachine<unknown> => machineOf(parameters, inputs[role], role);
  const run = new TestsOfRun(
    await recordFrames({ receiver: make('receiver'), sender: make('sender') }),
    make,
  );
  const [ofReceiver, ofSender] = (['receiver', 'sender'] as const).map((role) => run.bytes(run.of(role)[0]!));
  const sid = sessionId(ofReceiver!.subarray(1), ofSender!.subarray(1));
  const tags = parameters.mode === 'join-ids' ? {} : await tagsOf(sid, parameters, run, sender);
  await run.undisturbed('the run', flags);
  await add(run, { sid, tags });
  return {
    type: 'Run',
    ...{ comment, parameters, receiver, sender },
    frames: run.frames,
    sid: bytesToHex(sid),
    ...(parameters.mode === 'join-ids' ? {} : { tags }),
    tests: run.tests,
  };
}

const PROTOCOLS = { intersection, cardinality, sum, 'join-ids': joinIds };

/** The tag of each of the sender's identifiers. */
async function tagsOf(
  sid: Uint8Array,
  { mode }: Parameters,
  run: TestsOfRun,
  sender: PartyInput,
): Promise<Record<string, string>> {
  const sizes = (['receiver', 'sender'] as const).map((role) => {
    const hello = run.bytes(run.of(role)[0]!);
    return new DataView(hello.buffer, hello.byteOffset).getUint32(1 + 24);
  });
  const tagger = new Tagger(sid, PROTOCOLS[mode], [sizes[0]!, sizes[1]!], ristretto255Suite);
  const { elements } = setOf(sender);
  const scalar = hexToBytes(sender.draws.find(({ name }) => name === 'b')!.hex);
  const evaluated = await backend.hashAndMultiply(elements, ristretto255Suite.dst, scalar);
  const entries = Array.from(elements, (element, i) => [
    Buffer.from(element).toString('utf8'),
    bytesToHex(tagger.tag(evaluated.subarray(32 * i, 32 * i + 32), element)),
  ]);
  return Object.fromEntries(entries.filter(([name]) => !name!.startsWith('dummy:')));
}
