// SPDX-License-Identifier: Apache-2.0
/** Runs a party with one that listens, over as many connections as it takes: a line that is cut is no reason to ask anew. */

import { throwIfAborted } from '../abort.js';
import { requireCount, requireObject, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { Given } from '../psi/run/options.js';
import type { ByRole, Protocol } from '../psi/run/protocol.js';
import type { Role } from '../psi/run/suite.js';
import { type ConnectOptions, connect } from './door/connect.js';
import { type Journal, memoryJournal, partyTerms } from './resume/journal.js';
import { type Confirmed, type RunPartyOptions, runParty } from './run.js';

/** Options of a party of a run with one that listens. */
export interface RunAtOptions<Result> extends Omit<RunPartyOptions<Result>, 'journal' | 'random'> {
  /** How to connect. */
  readonly connect?: Omit<ConnectOptions, 'keep' | 'resume' | 'signal'> | undefined;
  /** Connections at most, the first one counted. Default 4. */
  readonly connections?: number | undefined;
}

/** Before the third connection, in milliseconds; before each one behind it twice as long. The second is made at once. */
const PAUSE = 500;

/**
 * Connects to a party that listens, and takes part in a run with it. Where the line is cut and the other party keeps its part
 * (`runs` of `listen`), it connects again and goes on with the same run: what was asked is asked in the same words, so that it is charged
 * once. What is kept here is in memory, and gone when the run ends.
 * @param url `wss://host:port`; `ws://` only for this machine
 * @param role which party this is
 * @param own what it brings
 * @returns what it takes home
 * @throws {VeilmatchError} as `connect` and `runParty` do; `disconnected` or `timeout` where the last connection was cut, too;
 * `unknown-run` where the other party has forgotten the run meanwhile
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { createToken, hashToken, listen, runPartyAt, send } from 'veilmatch/transport';
 *
 * const token = createToken();
 * const listener = await listen({ partners: [{ name: 'acme', tokens: [hashToken(token)] }] });
 * const answering = (async () => {
 *   for await (const channel of listener) return send(channel, ['ada', 'grace']);
 * })();
 * const own = { set: IdentifierSet.ofStrings(['grace']) };
 * const url = `ws://127.0.0.1:${listener.port}`;
 * console.log((await runPartyAt(url, intersection, 'receiver', own, { connect: { token } })).matches); // → [ 0 ]
 * await answering;
 * await listener.close();
 * ```
 */
export async function runPartyAt<
  Own extends ByRole,
  Options extends object,
  Result extends ByRole,
  R extends Role,
>(
  url: string,
  protocol: Protocol<Own, Options, Result>,
  role: R,
  own: Own[R],
  options: RunAtOptions<Result[R]> & Given<Options> = {},
): Promise<Result[R] & Confirmed> {
  requireOptions(options);
  const { connect: how = {}, connections = 4, ...given } = options;
  requireObject(how, 'The option connect');
  requireCount(connections, 'The connections at most');
  const { signal } = given;
  const party = given as RunPartyOptions<Result[R]> & Given<Options>;
  // Said of what is brought before anybody hears of it.
  const terms = partyTerms(protocol, role, own, party);
  let journal: Journal | undefined;
  for (let made = 1; ; made++) {
    try {
      const channel = await connect(url, { ...how, signal, keep: true, resume: journal });
      if (channel.peerHolds !== undefined)
        journal ??= memoryJournal({ runId: channel.runId, peer: url, terms });
      return await runParty(channel, protocol, role, own, { ...party, journal });
    } catch (error) {
      if (journal === undefined || made >= connections || !isCut(error)) throw error;
    }
    if (made > 1) await pause(PAUSE * 2 ** (made - 2), signal);
  }
}

const isCut = (error: unknown): boolean =>
  error instanceof VeilmatchError && (error.code === 'disconnected' || error.code === 'timeout');

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    signal?.addEventListener('abort', over);
  });
  throwIfAborted(signal);
}
