// SPDX-License-Identifier: Apache-2.0
/**
 * Decides whether a run may begin, and charges it before anything is evaluated: a peer that breaks off has used its
 * budget all the same.
 *
 * Who the peer is has to come from outside the protocol (a name that the operator gave it, an account): a budget holds for a
 * name, and somebody with a thousand names has a thousand budgets. For those there are the budgets over `all`.
 */

import {
  type OptionNames,
  requireCallbacks,
  requireCount,
  requireMethods,
  requireObject,
  requireOptions,
  requireText,
} from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { type Charge, condensed } from './charges.js';
import type { Ledger } from './ledger.js';
import { type Budget, checkBudgets, checkPolicy, type Policy, workLimit } from './policy.js';
import { countingTerms, type RunSizes, requireSizes, type Terms } from './terms.js';

/** A run that a peer asks for, or that this party is about to take part in. */
export interface AdmissionRequest extends RunSizes {
  /** People in it, where one may have several elements: what a smallest size means. Default `peerSize`. */
  readonly peerPeople?: number | undefined;
  /**
   * What the peer learns: `intersection`, `cardinality` and so on; `nothing` for a receiver whose sender is told nothing. Such a
   * run uses no budget, and no size but `largestSet` counts.
   */
  readonly learns: string;
  /** What the protocol says of it. Default: those of a count. */
  readonly terms?: Terms | undefined;
}

/** Why a run was refused, for this party's own log. Those that begin with `all` are budgets over all peers together. */
export type Refusal =
  | 'smallestSet'
  | 'smallestCountedSet'
  | 'largestSet'
  | 'largestRatio'
  | 'runs'
  | 'elements'
  | 'work'
  | 'allRuns'
  | 'allElements'
  | 'allWork';

type Spent = Extract<Refusal, 'runs' | 'elements' | 'work'>;

/** Who asks, what is allowed, and where it is kept. */
export interface AdmissionOptions {
  /** Who asks: a name that the transport has authenticated. */
  readonly peer: string;
  /** Where charges are kept. */
  readonly ledger: Ledger;
  /** Names the run. One that the ledger has charged already is admitted without another charge. */
  readonly run?: string | undefined;
  /** Default: the one of the protocol, `defaultPolicy`, `defaultSumPolicy` or `defaultContactPolicy`. */
  readonly policy?: Policy | undefined;
  /** What all peers of this ledger may use together. A run is charged to both in one step. Default: any amount. */
  readonly all?: readonly Budget[] | undefined;
  /** Told which limit refused a run. The error does not say it, because it may reach the peer. */
  readonly onRefusal?: ((refusal: Refusal, run: AdmissionRequest) => void) | undefined;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const NAMES: OptionNames<AdmissionOptions> = {
  ...{ peer: true, ledger: true, run: true, policy: true, all: true, onRefusal: true, now: true },
};

/** The account of all peers together. */
export const ALL_PEERS = 'all peers together';

const ALL_REFUSALS = { runs: 'allRuns', elements: 'allElements', work: 'allWork' } as const;

const HOUR = 3_600_000;
/** Charges are kept for so long even where no budget of this policy counts them: another command's on the same ledger may. */
const KEPT_HOURS = 31 * 24;

/**
 * What the option `admit` of either party takes.
 * @throws {VeilmatchError} `argument` for a policy or budgets that are none, or the name that stands for all peers. The function
 * that is returned: `refused`, always with the same message, `argument` for what is no request, and what the ledger throws
 * @example
 * ```ts
 * import { admission, intersect, memoryLedger } from 'veilmatch/psi';
 *
 * const policy = { budgets: [{ hours: 24, runs: 1 }] };
 * const admit = admission({ peer: 'acme', ledger: memoryLedger(), policy });
 * console.log((await intersect(['ada'], ['ada'], { admit })).size); // → 1
 * console.log(await intersect(['ada'], ['ada'], { admit }).catch(({ code }) => code)); // → refused
 * ```
 */
export function admission(options: AdmissionOptions): (run: AdmissionRequest) => Promise<void> {
  requireOptions(options, NAMES);
  requireObject(options.ledger, 'The ledger', 'update');
  const { peer, ledger, run: name, onRefusal, now = Date.now } = options;
  requireText(peer, 'The peer');
  if (name !== undefined) requireText(name, 'The name of the run');
  requireCallbacks(options, 'onRefusal', 'now');
  const given = options.policy === undefined ? undefined : checkPolicy(options.policy);
  const all = options.all === undefined ? undefined : checkBudgets(options.all);
  if (peer === ALL_PEERS)
    throw new VeilmatchError('argument', 'No peer may be called what all are together.');
  return async (run) => {
    checkRequest(run);
    const { policy: usual, charge: chargeOf } = termsOf(run);
    const policy = given ?? usual;
    const refuse = (refusal: Refusal): never => {
      onRefusal?.(refusal, run);
      throw new VeilmatchError(
        'refused',
        'This run is refused: the policy of the refusing party on sizes and budgets does not allow it. Ask that party.',
      );
    };
    const badSize = sizeRefusal(policy, run);
    if (badSize !== undefined) refuse(badSize);
    if (run.learns === 'nothing') return;
    // Both accounts even where nothing limits all: the budget may be given one day, and then counts what was.
    await ledger.update([peer, ALL_PEERS], (accounts) => {
      const [own = [], ofAll = []] = accounts;
      if (name !== undefined && own.some((charge) => charge.run === name)) return accounts;
      const at = now();
      const charge: Charge = {
        at,
        ...chargeOf(run),
        ...(name !== undefined && { run: name }),
      };
      const spent = overdrawn(policy.budgets, own, charge, run.ownSize);
      if (spent !== undefined) refuse(spent);
      const spentByAll = overdrawn(all ?? [], ofAll, charge, run.ownSize);
      if (spentByAll !== undefined) refuse(ALL_REFUSALS[spentByAll]);
      // The name of a run stands in the account of its peer.
      const { run: _, ...nameless } = charge;
      return [
        condensed([...relevant(policy.budgets, own, at), charge], at),
        condensed([...relevant(all ?? [], ofAll, at), nameless], at),
      ];
    });
  };
}

/** @throws {VeilmatchError} `argument` for what is no request */
function checkRequest(run: AdmissionRequest): void {
  requireSizes(run);
  const { peerPeople, learns, terms } = run;
  if (peerPeople !== undefined) requireCount(peerPeople, "The people in the peer's set");
  requireText(learns, 'What the peer learns');
  if (terms === undefined) return;
  requireMethods(terms, 'The terms of the run', 'charge');
  checkPolicy(terms.policy);
}

const termsOf = ({ terms = countingTerms }: AdmissionRequest): Terms => terms;

function sizeRefusal(policy: Policy, run: AdmissionRequest): Refusal | undefined {
  const { peerSize, peerPeople = peerSize, ownSize, learns } = run;
  const { smallestSet = 0, smallestCountedSet = 0, largestSet = Infinity, largestRatio = Infinity } = policy;
  if (peerSize > largestSet) return 'largestSet';
  if (learns === 'nothing') return undefined;
  // A dozen people with a hundred identifiers each are no list of a thousand.
  if (peerPeople < smallestSet) return 'smallestSet';
  if (peerPeople < smallestCountedSet && !termsOf(run).named) return 'smallestCountedSet';
  // Not as a quotient: of an empty set nothing can be learnt, but whoever asks it is told no more than others.
  if (peerSize > largestRatio * Math.max(1, ownSize)) return 'largestRatio';
  return undefined;
}

function overdrawn(
  budgets: readonly Budget[],
  charges: readonly Charge[],
  wanted: Charge,
  ownSize: number,
): Spent | undefined {
  for (const budget of budgets) {
    const { hours, runs = Infinity, elements = Infinity } = budget;
    // A charge of the future was made before the clock was set back; it counts.
    const inside = charges.filter((charge) => charge.at > wanted.at - hours * HOUR);
    const used = (what: 'elements' | 'work'): number =>
      inside.reduce((sum, charge) => sum + charge[what], wanted[what]);
    if (inside.reduce((sum, charge) => sum + (charge.runs ?? 1), 1) > runs) return 'runs';
    if (used('elements') > elements) return 'elements';
    if (used('work') > workLimit(budget, ownSize)) return 'work';
  }
  return undefined;
}

/** Charges that some budget may still count. */
function relevant(budgets: readonly Budget[], charges: readonly Charge[], at: number): readonly Charge[] {
  const longest = Math.max(KEPT_HOURS, ...budgets.map(({ hours }) => hours));
  return charges.filter((charge) => charge.at > at - longest * HOUR);
}
