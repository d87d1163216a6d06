// SPDX-License-Identifier: Apache-2.0
/** Both parties in one process: for tests, for trying a protocol out, for measuring and comparing. */

import { throwIfAborted } from '../../abort.js';
import { requireCallbacks, requireObject, requireOptions } from '../../arguments.js';
import type { GroupBackend } from '../../group/group.js';
import { withBackend } from '../../group/select.js';
import type { RandomSource } from '../../random.js';
import type { PsiMachine } from './machine.js';
import type { Given } from './options.js';
import type { CommonOptions } from './party.js';
import { type ByRole, machineOptions, optionNames, type Protocol, requireProtocol } from './protocol.js';
import type { Role } from './suite.js';

/** Options of both parties in one process, whatever the protocol. */
export interface BothOptions extends Omit<CommonOptions, 'backend' | 'random'> {
  /** Default: the fastest one here, created for this run and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Each party's own source of randomness. Default: the platform's CSPRNG. */
  readonly random?: Readonly<Partial<Record<Role, RandomSource>>> | undefined;
  /** Sees every frame that is sent. */
  readonly onFrame?: ((from: Role, frame: Uint8Array) => void) | undefined;
}

/**
 * Runs both parties of a protocol against each other.
 * @param own what each brings
 * @param options of both; `admit` is the sender's: one run is not charged twice
 * @param each options of one of them alone
 * @returns what each takes home
 * @throws {VeilmatchError} what the protocol throws
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { runBoth, sum } from 'veilmatch/psi';
 *
 * const customers = IdentifierSet.ofStrings(['ada', 'hedy']);
 * const sender = { set: IdentifierSet.ofStrings(['hedy', 'joan']), values: [1250, 990] };
 * const { receiver } = await runBoth(sum, { receiver: { set: customers }, sender });
 * console.log(receiver.size, receiver.sum); // → 1 1250
 * ```
 */
export async function runBoth<Own extends ByRole, Options extends object, Result extends ByRole>(
  protocol: Protocol<Own, Options, Result>,
  own: Own,
  options: BothOptions & Given<Options> = {},
  each: Partial<ByRole<Given<Options>>> = {},
): Promise<{ readonly receiver: Result['receiver']; readonly sender: Result['sender'] }> {
  requireProtocol(protocol);
  requireObject(own, 'What the parties bring', 'receiver', 'sender');
  for (const role of ['receiver', 'sender'] as const) requireObject(own[role], `What the ${role} brings`);
  requireOptions(each);
  const names = { ...optionNames(protocol), onFrame: true as const };
  for (const told of [options, { ...each.receiver }, { ...each.sender }]) requireOptions(told, names);
  const { random, signal, onFrame } = options;
  requireCallbacks(options, 'onFrame');
  return withBackend(options.backend, async (backend) => {
    const of = (role: Role): CommonOptions & Given<Options> => ({
      ...machineOptions(protocol, { ...options, ...each[role], random: random?.[role] }),
      backend,
    });
    const receiver = protocol.receiver.machine(own.receiver, { ...of('receiver'), admit: undefined });
    const sender = protocol.sender.machine(own.sender, of('sender'));
    const ends = await exchange(receiver, sender, onFrame, signal);
    return {
      receiver: await protocol.receiver.result(own.receiver, ends.receiver, signal),
      sender: await protocol.sender.result(own.sender, ends.sender, signal),
    };
  });
}

/** The frames of one party on their way to the other, in their order. */
class Way {
  readonly #frames: Uint8Array[] = [];
  #ended = false;
  /** Told of whatever comes. */
  #waiting: (() => void) | undefined;

  put(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#waiting?.();
  }

  /** The next frame; undefined when no more will come. */
  async take(): Promise<Uint8Array | undefined> {
    while (this.#frames.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#frames.shift();
  }

  end(): void {
    this.#ended = true;
    this.#waiting?.();
  }

  /** Ends at once: what is on the way arrives no more. */
  break(): void {
    this.#frames.length = 0;
    this.end();
  }
}

/**
 * Passes frames between two machines until both are done. Each goes on while the other is at work, as two processes would: workers wait
 * for nothing but the frames that they need.
 * @param signal stops them between two frames, whatever they do with it themselves
 * @returns both results
 */
export async function exchange<Received, Sent>(
  receiver: PsiMachine<Received>,
  sender: PsiMachine<Sent>,
  onFrame?: (from: Role, frame: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<{ receiver: Received; sender: Sent }> {
  const [toSender, toReceiver] = [new Way(), new Way()];
  const failures: unknown[] = [];
  const run = async (machine: PsiMachine<unknown>, incoming: Way, outgoing: Way): Promise<void> => {
    const post = async (frames: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const frame of frames) {
        throwIfAborted(signal);
        // The other one has failed.
        if (failures.length > 0) return;
        onFrame?.(machine.role, frame);
        outgoing.put(frame);
      }
    };
    try {
      await post(machine.start());
      while (!machine.done) {
        const frame = await incoming.take();
        // Nothing more comes: whoever reads the result is told that it is not there.
        if (frame === undefined) break;
        await post(machine.receive(frame));
      }
    } catch (error) {
      failures.push(error);
      incoming.break();
      outgoing.break();
    } finally {
      outgoing.end();
    }
  };
  const both = [run(sender, toSender, toReceiver), run(receiver, toReceiver, toSender)];
  try {
    await Promise.all(both);
    if (failures.length > 0) throw failures[0];
    return { receiver: receiver.result, sender: sender.result };
  } finally {
    await receiver.abandon();
    await sender.abandon();
  }
}
