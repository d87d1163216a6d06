// SPDX-License-Identifier: Apache-2.0
/**
 * Decides whether a run may begin, and charges it before anything is evaluated: a peer that breaks off has used its
 * budget all the same.
 *
 * Who the peer is has to come from outside the protocol (a client certificate, an account): a budget holds for a name, and
 * somebody with a thousand names has a thousand budgets. For a limit on all together, admit each run twice, the second
 * time under one name for everybody.
 */

import { VeilmatchError } from '../../errors.js';
import type { Charge, Ledger } from './ledger.js';
import { checkPolicy, defaultPolicy, defaultSumPolicy, type Policy } from './policy.js';

/** A run that a peer asks for. */
export interface AdmissionRequest {
  /** Elements in the peer's set, all of which are evaluated. */
  readonly peerSize: number;
  /** People in it, where one may have several elements: what a smallest size means. Default `peerSize`. */
  readonly peerPeople?: number | undefined;
  /** Elements in the sender's set. */
  readonly ownSize: number;
  /** What the peer learns: `intersection`, `cardinality` and so on. */
  readonly reveal: string;
}

/** Why a run was refused, for the sender's own log. */
export type Refusal =
  | 'smallestSet'
  | 'smallestCountedSet'
  | 'largestSet'
  | 'largestRatio'
  | 'runs'
  | 'elements';

/** Who asks, what is allowed, and where it is kept. */
export interface AdmissionOptions {
  /** Who asks: a name that the transport has authenticated. */
  readonly peer: string;
  /** Where charges are kept. */
  readonly ledger: Ledger;
  /** Names the run. One that the ledger has charged already is admitted without another charge. */
  readonly run?: string | undefined;
  /** Default `defaultPolicy`; for sums `defaultSumPolicy`. */
  readonly policy?: Policy | undefined;
  /** Told which limit refused a run. The error does not say it, because it may reach the peer. */
  readonly onRefusal?: ((refusal: Refusal, run: AdmissionRequest) => void) | undefined;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Modes in which the receiver learns which elements match, so that a small set shows no more than a large one. */
const NAMES_MATCHES: readonly string[] = ['intersection', 'contact-discovery'];

const HOUR = 3_600_000;

/**
 * What a sender's option `admit` takes.
 * @throws {VeilmatchError} `argument` for a policy that is none. The function that is returned: `refused`, always with the
 * same message, and what the ledger throws
 */
export function admission(options: AdmissionOptions): (run: AdmissionRequest) => Promise<void> {
  const { peer, ledger, run: name, onRefusal, now = Date.now } = options;
  const given = options.policy === undefined ? undefined : checkPolicy(options.policy);
  return async (run) => {
    const policy = given ?? (run.reveal === 'sum' ? defaultSumPolicy : defaultPolicy);
    const refuse = (refusal: Refusal): never => {
      onRefusal?.(refusal, run);
      throw new VeilmatchError(
        'refused',
        'The sender refuses this run: its policy on sizes and budgets does not allow it. Ask the sender.',
      );
    };
    const badSize = sizeRefusal(policy, run);
    if (badSize !== undefined) refuse(badSize);
    await ledger.update(peer, (charges) => {
      if (name !== undefined && charges.some((charge) => charge.run === name)) return charges;
      const at = now();
      const spent = overdrawn(policy, charges, run.peerSize, at);
      if (spent !== undefined) refuse(spent);
      const charge = { at, elements: run.peerSize, ...(name !== undefined && { run: name }) };
      return [...relevant(policy, charges, at), charge];
    });
  };
}

function sizeRefusal(policy: Policy, run: AdmissionRequest): Refusal | undefined {
  const { peerSize, peerPeople = peerSize, ownSize, reveal } = run;
  const { smallestSet = 0, smallestCountedSet = 0, largestSet = Infinity, largestRatio = Infinity } = policy;
  // A dozen people with a hundred identifiers each are no list of a thousand.
  if (peerPeople < smallestSet) return 'smallestSet';
  if (peerPeople < smallestCountedSet && !NAMES_MATCHES.includes(reveal)) return 'smallestCountedSet';
  if (peerSize > largestSet) return 'largestSet';
  // Not as a quotient: of an empty set nothing can be learnt, but whoever asks it is told no more than others.
  if (peerSize > largestRatio * Math.max(1, ownSize)) return 'largestRatio';
  return undefined;
}

function overdrawn(
  { budgets }: Policy,
  charges: readonly Charge[],
  wanted: number,
  at: number,
): Refusal | undefined {
  for (const { hours, runs = Infinity, elements = Infinity } of budgets) {
    // A charge of the future was made before the clock was set back; it counts.
    const inside = charges.filter((charge) => charge.at > at - hours * HOUR);
    if (inside.length + 1 > runs) return 'runs';
    if (inside.reduce((sum, charge) => sum + charge.elements, wanted) > elements) return 'elements';
  }
  return undefined;
}

/** Charges that some budget still counts. */
function relevant({ budgets }: Policy, charges: readonly Charge[], at: number): readonly Charge[] {
  const longest = Math.max(0, ...budgets.map(({ hours }) => hours));
  return charges.filter((charge) => charge.at > at - longest * HOUR);
}
