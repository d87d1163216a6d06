// SPDX-License-Identifier: Apache-2.0
/**
 * A protocol of `veilmatch-psi` as a way of matching that can be compared with others: both of its parties are run here, and
 * what they saw is handed to the attacks.
 */

import type { Knowledge, Observation, SentMessage, Transcript } from '../attack/transcript.js';
import { concatBytes } from '../bytes.js';
import type { IdentifierSet } from '../identifiers/set.js';
import type { ListProtocol } from '../psi/described/command-line.js';
import { type DescribedProtocol, type Draw, requireDescribed } from '../psi/described/described.js';
import type { SentFrame } from '../psi/described/observe.js';
import { runBoth } from '../psi/run/both.js';
import { NONCE_BYTES } from '../psi/run/hello.js';
import type { Role } from '../psi/run/suite.js';
import { type RandomSource, randomScalars, secureRandom } from '../random.js';
import type { MatchingProtocol, MatchOutcome, Observer, View } from './protocol.js';

/** What the results of a protocol may tell, whatever else. */
type Told = Pick<MatchOutcome, 'size' | 'matches' | 'sum'> & {
  readonly pseudonyms?: ReadonlyArray<string | undefined>;
};

/**
 * A protocol whose parties bring lists, with what both need besides, by its run's options.
 * @example
 * ```ts
 * import { matching, registry } from 'veilmatch/compare';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 *
 * const psi = matching(registry.find(({ id }) => id === 'ecdh-psi')!);
 * const list = IdentifierSet.ofStrings(['ada']);
 * console.log((await psi.run(list, list)).matches); // → [ 0 ]
 * ```
 */
export function matching(protocol: DescribedProtocol): MatchingProtocol {
  requireDescribed(protocol);
  return {
    id: protocol.id,
    title: protocol.title,
    leakage: protocol.leakage(),
    reveals: protocol.terms.named ? 'intersection' : 'cardinality',
    async run(receiver, sender, options = {}) {
      const own = {
        receiver: { set: receiver, ...columnsOf(protocol, 'receiver', receiver) },
        sender: { set: sender, ...columnsOf(protocol, 'sender', sender, options.values) },
      };
      const frames: SentFrame[] = [];
      const bytes = { receiver: 0, sender: 0 };
      // Secrets are drawn here, so that an attack can be handed one party's as a control.
      const secrets = {
        receiver: drawn(protocol.draws.receiver(own.receiver)),
        sender: drawn(protocol.draws.sender(own.sender)),
      };
      const started = performance.now();
      const results = (await runBoth(protocol, own, {
        backend: options.backend,
        signal: options.signal,
        random: { receiver: secrets.receiver.random, sender: secrets.sender.random },
        onFrame(from, frame) {
          frames.push({ from, bytes: frame });
          bytes[from] += frame.length;
        },
      })) as Record<Role, Told>;
      const seconds = (performance.now() - started) / 1000;
      const { size, matches, sum, pseudonyms } = results.receiver;
      return {
        size,
        matches,
        sum,
        pseudonyms: pseudonyms && { receiver: pseudonyms, sender: results.sender.pseudonyms ?? [] },
        bytes: { toSender: bytes.receiver, toReceiver: bytes.sender },
        seconds,
        views: viewsOf(protocol, frames, {
          receiver: secrets.receiver.knowledge,
          sender: secrets.sender.knowledge,
        }),
      };
    },
  };
}

/** The columns that a party brings, by the names that its machine has for them: a number for each row. */
function columnsOf(
  protocol: DescribedProtocol | ListProtocol,
  role: Role,
  { rowCount }: IdentifierSet,
  values: ArrayLike<number> = new Uint8Array(rowCount).fill(1),
): Record<string, ArrayLike<number>> {
  const { commandLine }: Partial<Pick<ListProtocol, 'commandLine'>> = protocol as ListProtocol;
  const columns = commandLine?.[role]?.columns ?? {};
  return Object.fromEntries(Object.keys(columns).map((name) => [name, values]));
}

/** Draws that are known beforehand, and the platform's afterwards. */
function drawn(plan: readonly Draw[]): { readonly random: RandomSource; readonly knowledge: Knowledge } {
  const draws = plan.map((draw) => {
    if (draw === 'nonce') return secureRandom(NONCE_BYTES);
    return draw.kind === 'delta' ? secureRandom(draw.count) : randomScalars(draw.count);
  });
  const scalars = draws.filter((_, i) => isOf(plan[i]!, 'scalar'));
  const blinds = draws.filter((_, i) => isOf(plan[i]!, 'blind'));
  const delta = draws.find((_, i) => isOf(plan[i]!, 'delta'));
  // A party may draw them in pieces: for each chunk of its list, for instance.
  const bytes = concatBytes(...draws);
  let next = 0;
  return {
    random(length) {
      if (next + length > bytes.length) return secureRandom(length);
      next += length;
      return bytes.slice(next - length, next);
    },
    knowledge: {
      ...(scalars.length > 0 && { scalars }),
      ...(blinds.length > 0 && { blinds: concatBytes(...blinds) }),
      ...(delta !== undefined && { delta }),
    },
  };
}

const isOf = (draw: Draw, kind: Exclude<Draw, 'nonce'>['kind']): boolean =>
  draw !== 'nonce' && draw.kind === kind;

function viewsOf(
  protocol: DescribedProtocol,
  frames: readonly SentFrame[],
  knowledge: Readonly<Record<Role, Knowledge>>,
): Record<Observer, View> {
  const observation = protocol.observe(frames) as Observation;
  const messages = frames.map(
    ({ from, bytes }): SentMessage => ({ from, name: protocol.nameOf(bytes), bytes }),
  );
  const view = (seenBy: Observer, known: Knowledge): View => {
    const transcript: Transcript = { protocol: protocol.id, seenBy, messages, observation };
    return { transcript, knowledge: known };
  };
  return {
    receiver: view('receiver', knowledge.receiver),
    sender: view('sender', knowledge.sender),
    outsider: view('outsider', {}),
  };
}
