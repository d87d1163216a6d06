// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch serve --dry-run` says: who could find out what, and how long the policy keeps a partner from everybody. */

import { numberingPlan } from '../../attack/plan.js';
import type { IdentifierSet } from '../../identifiers/index.js';
import { daysToEnumerate, type Policy } from '../../psi/index.js';
import type { Partner, Partners } from '../../transport/index.js';
import { type Choice, otherRole, partyOf } from '../flags/choice.js';
import type { ServeFlags } from '../flags/serve-options.js';
import { count, planName } from '../report/comparison.js';
import { budgetLines, policyLines, verdict } from './budget.js';
import type { Agreement, Offered, Offering } from './offering.js';

/** @returns the text of `veilmatch serve --dry-run` */
export function dryRun(flags: ServeFlags, { door: { partners }, all, usual, policy }: Offering): string {
  const own = partners.filter(({ offers }) => offers.some(({ agreement }) => agreement !== usual));
  const others = partners.filter((partner) => !own.includes(partner));
  return [
    'Nothing was sent, and nobody can connect yet.',
    ...(usual === undefined
      ? []
      : usualLines(flags, usual, policy ?? usual.choice.protocol.terms.policy, others)),
    ...own.flatMap((partner) => partner.offers.flatMap((offer) => offerLines(partner, offer))),
    ...togetherLines(all),
    '',
  ].join('\n');
}

/** What is offered to partners whose entry says of nothing. */
function usualLines(
  { country, pad }: ServeFlags,
  agreement: Agreement,
  policy: Policy,
  partners: readonly Partner[],
): string[] {
  const size = Math.max(agreement.own.set.size, pad ?? 0);
  return [
    `who         ${partners.map(knownBy).join('; ') || 'nobody: give --partners'}`,
    ...agreementLines(agreement),
    ...policyLines(policy),
    ...enumeration(country, policy, size),
    ...partners.flatMap((partner) => ownLimits(partner, country, size)),
  ];
}

/** What one partner is offered by its entry. */
function offerLines(partner: Partner, { name, agreement, policy }: Offered): string[] {
  const { own, flags } = agreement;
  return [
    `who         ${knownBy(partner)}, at /${name}`,
    ...agreementLines(agreement),
    ...policyLines(policy),
    ...enumeration(flags.country, policy, Math.max(own.set.size, flags.pad ?? 0)),
  ];
}

function agreementLines({ choice, own: { set }, flags: { pad } }: Agreement): string[] {
  const { role, options, protocol } = choice;
  const learns = partyOf(choice, otherRole(role)).learns({ own: 'its', other: 'this' }, options);
  const { caution } = protocol.commandLine;
  return [
    `learns      ${learns === undefined ? '' : `${learns}; `}that this list has ${listShown(set, pad)}`,
    `you learn   the size of the partner's list and the kinds in it, ${told(choice)}`,
    ...(caution === undefined || role === 'receiver' ? [] : [caution]),
  ];
}

/** `acme (2 tokens, 1 certificate)` */
function knownBy({ name, tokens = [], certificates = [] }: Partner): string {
  const parts = [several(tokens.length, 'token'), several(certificates.length, 'certificate')].flat();
  return `${name} (${parts.join(', ') || 'nothing yet'})`;
}

function several(number: number, what: string): string[] {
  return number === 0 ? [] : [`${count(number)} ${what}${number === 1 ? '' : 's'}`];
}

function ownLimits({ name, policy }: Partner, country: string | undefined, ownSize: number): string[] {
  if (policy === undefined) return [];
  const worth = country === undefined ? [] : enumeration(country, policy, ownSize);
  return [`${name} has a policy of its own.`, ...policyLines(policy), ...worth];
}

function togetherLines(all: Partners['all']): string[] {
  if (all === undefined) {
    return [
      'Each partner has its own budget, and nothing limits all of them together ("all" in the partners file does).',
    ];
  }
  return ['All partners together:', ...budgetLines(all.budgets)];
}

/** What this party hears of the result. */
function told(choice: Choice): string {
  const { learns, reported } = partyOf(choice);
  const what = learns({ own: 'your', other: 'its' }, choice.options);
  if (what === undefined) return 'nothing of the result';
  return `and ${what}${reported ? ', as the partner reports it: it can leave some out' : ''}`;
}

/** What a list is to the partner: `3,000 identifiers, and of which kinds (phone)`. */
export function listShown({ size, kinds }: IdentifierSet, pad: number | undefined): string {
  const shown =
    pad === undefined ? `${count(size)} identifiers` : `at most ${count(pad)} identifiers, as it is padded`;
  return `${shown}, and of which kinds (${[...kinds].join(', ') || 'none'})`;
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
