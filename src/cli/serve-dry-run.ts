// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch serve --dry-run` says: who could find out what, and how long the policy keeps a partner from everybody. */

import { numberingPlan } from '../attack/index.js';
import type { IdentifierSet } from '../identifiers/index.js';
import { daysToEnumerate, type Policy } from '../psi/index.js';
import type { ListenOptions } from '../transport/index.js';
import { policyLines, verdict } from './budget.js';
import { count, planName } from './comparison.js';
import type { ServeFlags } from './serve-options.js';

/** Whoever compares the tags counts them: rounding and thresholds are the other party's own promise. */
const COUNT_IS_EXACT =
  "The partner's software sees the exact count: rounding it, or keeping small counts back, would bind nobody but that software.";

/** @returns the text of `veilmatch serve --dry-run` */
export function dryRun(
  flags: ServeFlags,
  { tokens = [], tls }: ListenOptions,
  policy: Policy,
  set: IdentifierSet,
): string {
  const names = tokens.map(({ name }) => name).join(', ');
  const learns =
    flags.reveal === 'intersection'
      ? 'which of its rows are in this list'
      : 'how many of its identifiers are in this list';
  const who = [
    ...(tokens.length > 0 ? [`the holder of the token of one of: ${names}`] : []),
    ...(tls?.clientCa === undefined ? [] : ['the holder of a client certificate of the given authorities']),
  ];
  return [
    'Nothing was sent, and nobody can connect yet.',
    `who         ${who.join('; or ') || 'nobody: give --token-file or --client-ca'}`,
    `learns      ${learns}; that this list has ${count(set.size)} identifiers, and of which kinds (${[...set.kinds].join(', ') || 'none'})`,
    `you learn   the size of the partner's list and the kinds in it, ${told(flags)}`,
    ...(flags.reveal === 'cardinality' ? [COUNT_IS_EXACT] : []),
    ...policyLines(policy),
    ...enumeration(flags.country, policy, set.size),
    '',
  ].join('\n');
}

/** What this party hears of the result. */
function told({ to, reveal }: ServeFlags): string {
  if (to === 'receiver') return 'nothing of the result';
  const what = reveal === 'intersection' ? 'which of your rows are in it' : 'how many are in both';
  return `and ${what}, as the partner reports it: it can leave some out`;
}

/** How long the partner would need to try every number there is. */
function enumeration(country: string | undefined, policy: Policy, ownSize: number): string[] {
  if (country === undefined)
    return ['With --country CC this says how long asking for its whole numbering plan would take.'];
  const plan = numberingPlan(country);
  return [
    `There are ${count(plan.size)} numbers to ask for: ${planName(plan)}.`,
    verdict(daysToEnumerate(policy, plan.size, ownSize)),
  ];
}
