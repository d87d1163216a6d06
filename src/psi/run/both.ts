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

/**
 * Passes frames between two machines until both are done.
 * @param signal stops them between two frames, whatever they do with it themselves
 * @returns both results
 */
export async function exchange<Received, Sent>(
  receiver: PsiMachine<Received>,
  sender: PsiMachine<Sent>,
  onFrame?: (from: Role, frame: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<{ receiver: Received; sender: Sent }> {
  const waiting: Array<{ to: PsiMachine<unknown>; frame: Uint8Array }> = [];
  const post = async (from: PsiMachine<unknown>, frames: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const frame of frames) {
      throwIfAborted(signal);
      onFrame?.(from.role, frame);
      waiting.push({ to: from === receiver ? sender : receiver, frame });
    }
  };
  try {
    await post(sender, sender.start());
    await post(receiver, receiver.start());
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await post(next.to, next.to.receive(next.frame));
    }
    return { receiver: receiver.result, sender: sender.result };
  } finally {
    await receiver.abandon();
    await sender.abandon();
  }
}
