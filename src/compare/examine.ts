// SPDX-License-Identifier: Apache-2.0
/** The attacks on one run, each within its time: on the whole plan where that fits, else on a sample that is reported. */

import { NumberList } from '../attack/candidates.js';
import type { NumberingPlan } from '../attack/plan.js';
import type { SearchOptions } from '../attack/scan.js';
import { prepareAttack } from '../attack/transcript.js';
import type { GroupBackend } from '../group/group.js';
import { canonicalBytes, kindOf, textOf } from '../identifiers/identifier.js';
import { type IdentifierSet, SetBuilder } from '../identifiers/set.js';
import { defaultConcurrency } from '../workers/platform.js';
import type { MatchingProtocol, RunOptions, View } from './protocol.js';

/** What an attack on a run has brought, and what it would take to try everything. */
export interface AttackReport {
  /** The sender's identifiers that the attacker had not and now reads. */
  readonly recovered: number;
  /** How many of the sender's identifiers that the attacker had not were among the candidates tried. */
  readonly answersTried: number;
  /** Candidates that were tried. */
  readonly candidatesTried: number;
  /** All candidates that there are. */
  readonly space: number;
  /** Seconds that it took. */
  readonly seconds: number;
  /**
   * Whether only some candidates were tried: numbers spread over the plan, and among them right answers, so that to fail
   * cannot be bad luck.
   */
  readonly sampled: boolean;
  /** What the whole space takes at the rate that was measured. */
  readonly secondsForSpace: number;
}

export interface AttackBudget extends RunOptions {
  readonly backend: GroupBackend;
  readonly plan: NumberingPlan;
  /** Seconds that an attack on the whole plan may take. */
  readonly attackSeconds: number;
  readonly concurrency?: number | undefined;
}

/** A sampled attack does not use its whole time: it shows a rate, and whether right answers are recognised. */
const sampledSeconds = (attackSeconds: number) => Math.min(1.5, attackSeconds);

/** How many times faster tokens are searched for in a plan than in a list of numbers, at the most. */
const PLAN_GAIN = 64;

/** How long an attack's pace is watched before it is judged. */
const PACE_SECONDS = 1;

const FIRST_SAMPLE = 8;
/** Fast hashes are timed on this many candidates at most. */
const LARGEST_SAMPLE = 200_000;

/** The sender's telephone numbers in the plan that are not the receiver's: the right answers. */
export function answersOf(sender: IdentifierSet, receiver: IdentifierSet, plan: NumberingPlan): string[] {
  const known = new Set(phonesOf(receiver));
  return phonesOf(sender).filter((number) => !known.has(number) && plan.has(number));
}

function phonesOf(set: IdentifierSet): string[] {
  return Array.from(set.elements)
    .filter((element) => kindOf(element) === 'phone')
    .map(textOf);
}

/** What an observer recovers offline. */
export async function attackView(
  { transcript, knowledge }: View,
  answers: readonly string[],
  budget: AttackBudget,
): Promise<AttackReport> {
  const { plan, attackSeconds, concurrency = defaultConcurrency(), backend } = budget;
  const right = new Set(answers);
  const attack = await prepareAttack(transcript, knowledge, backend);
  const attempt = async (candidates: NumberingPlan | NumberList, options: SearchOptions) => {
    const { recovered, seconds } = await attack(candidates, options);
    return { recovered: recovered.filter((number) => right.has(number)).length, seconds };
  };
  // Ever larger samples, until one takes long enough to be timed.
  let candidates = sampleCandidates(plan, answers, FIRST_SAMPLE);
  let sample = await attempt(candidates, { concurrency: 1, signal: budget.signal });
  const largest = Math.min(plan.size, LARGEST_SAMPLE);
  for (let size = FIRST_SAMPLE; size < largest && sample.seconds < sampledSeconds(attackSeconds) / 4; ) {
    size = Math.min(size * 8, largest);
    candidates = sampleCandidates(plan, answers, size);
    sample = await attempt(candidates, { concurrency: 1, signal: budget.signal });
  }
  let secondsForSpace = (sample.seconds * plan.size) / candidates.size;
  const gain = transcript.observation.kind === 'tokens' ? PLAN_GAIN : 1;
  if (secondsForSpace / concurrency <= attackSeconds * gain) {
    const deadline = new Deadline(attackSeconds, budget.signal);
    try {
      const whole = await attempt(plan, { concurrency, ...deadline.options });
      return {
        ...whole,
        answersTried: answers.length,
        candidatesTried: plan.size,
        space: plan.size,
        sampled: false,
        secondsForSpace: whole.seconds,
      };
    } catch (error) {
      if (!deadline.missed) throw error;
      secondsForSpace = deadline.estimate;
    }
  }
  return {
    ...sample,
    answersTried: countAnswers(candidates, right),
    candidatesTried: candidates.size,
    space: plan.size,
    sampled: true,
    secondsForSpace,
  };
}

/** Stops an attack as soon as its progress shows that it will take longer than it may. */
class Deadline {
  readonly options: Pick<SearchOptions, 'signal' | 'onProgress'>;
  missed = false;
  /** Seconds that the whole would have taken. */
  estimate = 0;

  constructor(seconds: number, signal: AbortSignal | undefined) {
    const stop = new AbortController();
    const started = performance.now();
    // Workers take their time to start, so the pace counts from the first answer on.
    let first: { readonly at: number; readonly done: number } | undefined;
    this.options = {
      signal: signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]),
      onProgress: (done, total) => {
        const now = performance.now();
        first ??= { at: now, done };
        if (now - first.at < Math.min(PACE_SECONDS, seconds) * 1000) return;
        const secondsEach = (now - first.at) / 1000 / (done - first.done);
        this.estimate = (now - started) / 1000 + secondsEach * (total - done);
        if (this.estimate <= seconds) return;
        this.missed = true;
        stop.abort();
      },
    };
  }
}

/**
 * What a receiver learns that takes part with the plan as its list.
 * @param pace elements a second of the honest run, by which the sample is sized
 */
export async function enumerate(
  protocol: MatchingProtocol,
  sender: IdentifierSet,
  answers: readonly string[],
  pace: number,
  budget: AttackBudget,
): Promise<AttackReport> {
  const { plan, backend, signal } = budget;
  const run = async (numbers: readonly string[], list: IdentifierSet) =>
    protocol.run(setOfPhones(numbers), list, { backend, signal });
  const started = performance.now();
  const room = Math.max(16, Math.floor(pace * sampledSeconds(budget.attackSeconds)));
  const right = new Set(answers);
  let candidates: string[];
  let found: string[];
  if (protocol.reveals === 'intersection') {
    candidates = namesOf(sampleCandidates(plan, answers, room));
    const { matches = [] } = await run(candidates, sender);
    found = matches.map((row) => candidates[row]!);
  } else {
    // A count for ever smaller lists: each run evaluates the sender's list again, so a part of it must do.
    const size = Math.max(16, Math.floor(room / 32));
    candidates = namesOf(sampleCandidates(plan, answers.slice(0, size / 4), size));
    const wanted = new Set(candidates);
    let others = size;
    const list = sender.filter((i) => {
      const element = sender.elements.at(i);
      return (kindOf(element) === 'phone' && wanted.has(textOf(element))) || others-- > 0;
    });
    found = await bisect(candidates, async (part) => (await run(part, list)).size);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    recovered: found.filter((number) => right.has(number)).length,
    answersTried: candidates.filter((number) => right.has(number)).length,
    candidatesTried: candidates.length,
    space: plan.size,
    seconds,
    sampled: candidates.length < plan.size,
    secondsForSpace: (seconds * plan.size) / candidates.length,
  };
}

/** The members of a list, from counts alone. */
async function bisect(
  list: readonly string[],
  count: (part: readonly string[]) => Promise<number>,
): Promise<string[]> {
  const members = await count(list);
  if (members === 0) return [];
  if (members === list.length) return [...list];
  const half = Math.ceil(list.length / 2);
  return [...(await bisect(list.slice(0, half), count)), ...(await bisect(list.slice(half), count))];
}

/** Right answers for up to a half, and for the rest numbers spread evenly over the plan. */
function sampleCandidates(plan: NumberingPlan, answers: readonly string[], size: number): NumberList {
  const numbers = new Set(answers.slice(0, Math.floor(size / 2)));
  const others = size - numbers.size;
  for (let i = 0; i < others; i++) numbers.add(plan.at(Math.floor(((i + 0.5) * plan.size) / others)));
  return NumberList.from(numbers);
}

function namesOf(list: NumberList): string[] {
  const names: string[] = [];
  list.visit(0, list.size, (number) => names.push(String.fromCharCode(...number)));
  return names;
}

function countAnswers(list: NumberList, right: ReadonlySet<string>): number {
  return namesOf(list).filter((number) => right.has(number)).length;
}

function setOfPhones(numbers: readonly string[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const [row, text] of numbers.entries())
    builder.add(row, 'phone', canonicalBytes({ kind: 'phone', text }));
  builder.rowCount = numbers.length;
  return builder.build();
}
