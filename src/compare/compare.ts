// SPDX-License-Identifier: Apache-2.0
/**
 * Every protocol on the same two lists: what it cost, whether it was right, and what the attacks recover from it. Nothing
 * in the report is known beforehand; all of it is run.
 */

import {
  requireArray,
  requireCallbacks,
  requireNumber,
  requireObject,
  requireOptions,
  requireSet,
  requireSignal,
} from '../arguments.js';
import type { NumberingPlan } from '../attack/plan.js';
import type { GroupBackend } from '../group/group.js';
import { createBackend } from '../group/select.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { type AttackBudget, type AttackReport, answersOf, attackView, enumerate } from './examine.js';
import type { MatchingProtocol, MatchOutcome, ProtocolId, RunOptions, View } from './protocol.js';
import { type Lists, sampleLists, sharedElements } from './sample.js';

/** What is done with a protocol: it is run, then attacked in three ways. */
export type Step = 'match' | 'partner' | 'outsider' | 'enumerating';

/** Which protocols, and how thoroughly. */
export interface CompareOptions extends RunOptions {
  /** Run in this order. */
  readonly protocols: readonly MatchingProtocol[];
  /** The numbers that an attacker tries. */
  readonly plan: NumberingPlan;
  /** Seconds that one protocol may take; where that is too short it runs on a sample of the lists. Default 6. */
  readonly runSeconds?: number | undefined;
  /** Seconds that one attack may take; where that is too short it tries a sample of the plan. Default 10. */
  readonly attackSeconds?: number | undefined;
  /** Threads for the attacks. Default: the machine's. */
  readonly concurrency?: number | undefined;
  /** Told what is about to be done. */
  readonly onStep?: ((protocol: ProtocolId, step: Step) => void) | undefined;
}

/** What a protocol has found, cost, and given away. */
export interface ProtocolReport {
  /** Its name in options. */
  readonly protocol: ProtocolId;
  /** Its name for people. */
  readonly title: string;
  /** Rows of the receiver's list that the protocol ran on, and of the sender's. */
  readonly rows: number;
  /** Rows of the sender's list that the protocol ran on. */
  readonly senderRows: number;
  /** The share of the lists that it ran on; 1 for all of them. */
  readonly share: number;
  /** Whether each row entered with one identifier only, as counting protocols need it. */
  readonly oneIdentifierPerRow: boolean;
  /** Distinct identifiers that both lists have, by a plain join of the normalised lists. */
  readonly truth: number;
  /** How many identifiers the protocol found that both lists have. */
  readonly size: number;
  /** The sum of the sender's values over the shared identifiers, where the protocol computes it. */
  readonly sum: number | undefined;
  /** Whether that is the truth, row by row where the protocol reveals rows, and the sum or the joined rows where it is those. */
  readonly correct: boolean;
  /** Seconds of both parties together. */
  readonly seconds: number;
  /** Bytes of all messages, each way. */
  readonly bytes: { readonly toSender: number; readonly toReceiver: number };
  /** The sender's identifiers in this run that the receiver does not have, and that are there to be found out. */
  readonly of: number;
  /** By the receiver and by a reader of the line, offline; by a receiver that takes part with guesses as its list. */
  readonly attacks: Readonly<Record<'partner' | 'outsider' | 'enumerating', AttackReport>>;
  /** What the sender recovers offline of the receiver's identifiers. */
  readonly sender: AttackReport & { readonly of: number };
}

const RUN_SECONDS = 6;
const ATTACK_SECONDS = 10;

/**
 * Runs and attacks one protocol after another, and yields a report on each.
 * @param receiver the list of the party that learns the result
 * @param sender the list of the other party, which the attacks are after
 * @throws {VeilmatchError} `incompatible-lists` for lists that can never match; `aborted`
 * @example
 * ```ts
 * import { rangePlan } from 'veilmatch/attack';
 * import { compare, protocols } from 'veilmatch/compare';
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 *
 * const { set } = await identifiersFromRows([{ phone: '+1 415 555 0123' }]);
 * const plan = rangePlan('US', [{ prefix: '4155550', digits: 10 }]);
 * for await (const report of compare(set, set, { protocols: protocols.slice(0, 1), plan })) {
 *   console.log(report.protocol, report.correct); // → plain true
 * }
 * ```
 */
export async function* compare(
  receiver: IdentifierSet,
  sender: IdentifierSet,
  options: CompareOptions,
): AsyncGenerator<ProtocolReport, void, void> {
  requireSet(receiver, "The receiver's set");
  requireSet(sender, "The sender's set");
  requireOptions(options);
  requireObject(options.plan, 'The plan', 'size', 'at', 'has');
  for (const name of ['runSeconds', 'attackSeconds'] as const)
    requireNumber(options[name] ?? 0, `The option ${name}`);
  requireCallbacks(options, 'onStep');
  requireSignal(options.signal);
  requireArray(options.protocols, 'The protocols');
  for (const protocol of options.protocols) requireObject(protocol, 'A protocol', 'id', 'reveals', 'run');
  const backend = options.backend ?? (await createBackend());
  try {
    for (const protocol of options.protocols) {
      yield await examine(protocol, { receiver, sender }, { ...options, backend });
    }
  } finally {
    if (options.backend === undefined) await backend.dispose();
  }
}

async function examine(
  protocol: MatchingProtocol,
  whole: Lists,
  options: CompareOptions & { readonly backend: GroupBackend },
): Promise<ProtocolReport> {
  const { plan, attackSeconds = ATTACK_SECONDS, runSeconds = RUN_SECONDS } = options;
  const budget: AttackBudget = { ...options, plan, attackSeconds };
  const onStep = (step: Step): void => options.onStep?.(protocol.id, step);

  onStep('match');
  const counting = protocol.reveals === 'cardinality';
  const oneIdentifierPerRow = counting && (whole.receiver.severalPerRow || whole.sender.severalPerRow);
  const entering = oneIdentifierPerRow
    ? { receiver: whole.receiver.firstOfEachRow(), sender: whole.sender.firstOfEachRow() }
    : whole;
  const { lists, share, outcome } = await runWithin(protocol, entering, runSeconds, options);
  const { receiver, sender } = lists;
  const shared = sharedElements(receiver, sender);

  onStep('partner');
  const answers = answersOf(sender, receiver, plan);
  const partner = await attackView(outcome.views.receiver, answers, budget);
  onStep('outsider');
  const outsider = sameView(outcome.views.receiver, outcome.views.outsider)
    ? partner
    : await attackView(outcome.views.outsider, answers, budget);
  onStep('enumerating');
  // With tokens, a receiver that enumerates hashes the plan and compares: the partner's attack, to the letter.
  const tokens = outcome.views.receiver.transcript.observation.kind === 'tokens';
  const pace = (receiver.size + sender.size) / outcome.seconds;
  const enumerating = tokens ? partner : await enumerate(protocol, sender, answers, pace, budget);
  const ownAnswers = answersOf(receiver, sender, plan);

  return {
    protocol: protocol.id,
    title: protocol.title,
    rows: rowsOf(receiver, share),
    senderRows: rowsOf(sender, share),
    share,
    oneIdentifierPerRow,
    truth: shared.length,
    size: outcome.size,
    sum: outcome.sum,
    correct: isTrue(outcome, lists, shared, options),
    seconds: outcome.seconds,
    bytes: outcome.bytes,
    of: sender.size - shared.length,
    attacks: { partner, outsider, enumerating },
    sender: {
      ...(await attackView(outcome.views.sender, ownAnswers, budget)),
      of: receiver.size - shared.length,
    },
  };
}

/** Whether a plain join of the two lists gives the same. */
function isTrue(
  { size, matches, sum, pseudonyms }: MatchOutcome,
  { receiver, sender }: Lists,
  shared: readonly number[],
  { values }: RunOptions,
): boolean {
  const sharedRows = receiver.rowsOf(shared);
  if (size !== shared.length || (matches ?? sharedRows).join() !== sharedRows.join()) return false;
  if (sum !== undefined) {
    const rows = sender.rowsOf(sharedElements(sender, receiver));
    if (sum !== rows.reduce((total, row) => total + (values?.[row] ?? 1), 0)) return false;
  }
  if (pseudonyms === undefined) return true;
  const theirs = new Set(pseudonyms.sender);
  const joined = pseudonyms.receiver.flatMap((id, row) => (id !== undefined && theirs.has(id) ? [row] : []));
  return joined.join() === sharedRows.join();
}

/** All rows of a whole list, the rejected ones too; of a sample those that it took identifiers from. */
function rowsOf(set: IdentifierSet, share: number): number {
  return share === 1 ? set.rowCount : set.rowsOf(Array.from({ length: set.size }, (_, i) => i)).length;
}

/** Whether two observers know the same, besides having seen the same messages: then the attack is the same too. */
function sameView(a: View, b: View): boolean {
  const secrets = ({ knowledge }: View): string =>
    [knowledge.salts, knowledge.keys, knowledge.scalars, [knowledge.blinds ?? []]]
      .map((list) => (list ?? []).join(';'))
      .join('|');
  return secrets(a) === secrets(b);
}

/** Elements of the first run, by which the next one is sized. */
const FIRST = 4;

/** Runs the protocol on as large a share of the lists as fits the time. */
async function runWithin(
  protocol: MatchingProtocol,
  whole: Lists,
  seconds: number,
  options: RunOptions,
): Promise<{ lists: Lists; share: number; outcome: MatchOutcome }> {
  let share = Math.min(1, FIRST / Math.max(1, whole.receiver.size, whole.sender.size));
  for (;;) {
    const lists = sampleLists(whole, share);
    const outcome = await protocol.run(lists.receiver, lists.sender, options);
    const affordable = Math.min(1, (share * seconds) / outcome.seconds);
    // A run that took a fair part of the time is a good measure, and one that can become neither whole nor half as large again
    // is good enough.
    if (share === 1 || (affordable < 1 && affordable < share * 1.5)) return { lists, share, outcome };
    share = outcome.seconds < seconds / 16 ? Math.min(affordable, share * 16) : affordable;
  }
}
