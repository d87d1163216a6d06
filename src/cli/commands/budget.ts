// SPDX-License-Identifier: Apache-2.0
/** `veilmatch budget`: what a sender's policy is worth against somebody who asks for a whole numbering plan. */

import { Option } from 'commander';
import { numberingPlan } from '../../attack/plan.js';
import { withOutputs, writeAll } from '../../lists/output.js';
import {
  type Bound,
  type Budget,
  daysToEnumerate,
  defaultContactPolicy,
  defaultPolicy,
  limitsThatBind,
  type Policy,
} from '../../psi/index.js';
import type { Command, ExitStatus } from '../command.js';
import { parseCountry } from '../flags/list-options.js';
import { readPolicy } from '../flags/policy.js';
import { areaCodesOption, wholeNumber } from '../flags/values.js';
import { count, planName } from '../report/comparison.js';

interface BudgetFlags {
  readonly country: string;
  readonly areaCodes?: readonly string[];
  readonly policy?: string;
  readonly for: 'partner' | 'contacts';
  readonly ownSize?: number;
  readonly json?: true;
}

const DEFAULTS: Readonly<Record<BudgetFlags['for'], Policy>> = {
  partner: defaultPolicy,
  contacts: defaultContactPolicy,
};

const DAYS_A_YEAR = 365.25;

export const budget: Command = {
  name: 'budget',
  summary: 'say how long a policy keeps a peer from asking for every telephone number',
  arguments: [],
  options: [
    new Option('--country <CC>', 'country whose numbers the peer asks for')
      .argParser(parseCountry)
      .makeOptionMandatory(),
    areaCodesOption(),
    new Option('--policy <FILE>', 'the policy, as JSON (default: one that --for names)'),
    new Option('--for <WHOM>', 'the default policy for a partner with a list, or for a person with contacts')
      .choices(Object.keys(DEFAULTS))
      .default('partner'),
    new Option(
      '--own-size <N>',
      "elements in the sender's set, for a policy that limits the ratio",
    ).argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER, 'Give a whole number from 0.')),
    new Option('--json', 'write one JSON document instead of the text'),
  ],
  help: `
A peer that takes part with invented numbers learns which of them are on the sender's list, one evaluation each. With
fresh keys nobody can tell that a set comes again with a few elements changed, so budgets are all that limits it. The
answer holds for one peer that asks for as much as it may, as soon as it may; ten peers need a tenth of the time.

A policy is JSON; what is left out does not limit:
  {"largestSet": 1000000, "largestRatio": 100, "smallestSet": 0, "smallestCountedSet": 1000,
   "budgets": [{"hours": 24, "runs": 10, "elements": 2000000, "work": 20000000}]}

Work is what runs cost the sender: each the peer's elements and the sender's whole list, for an empty list as well. A budget
with elements alone allows these and the sender's list ten times.

Examples:
  veilmatch budget --country US
  veilmatch budget --country US --area-codes 415,628 --for contacts
  veilmatch budget --country SG --policy policy.json --own-size 20000 --json
`,
  async run(_, options, io) {
    const flags = options as unknown as BudgetFlags;
    const plan = numberingPlan(flags.country, { areaCodes: flags.areaCodes });
    const policy = flags.policy === undefined ? DEFAULTS[flags.for] : await readPolicy(flags.policy, io);
    const days = daysToEnumerate(policy, plan.size, flags.ownSize);
    const text = flags.json
      ? `${JSON.stringify({ policy, plan: { ...plan.spec, size: plan.size }, days: Number.isFinite(days) ? days : null }, null, 2)}\n`
      : [
          ...policyLines(policy),
          `There are ${count(plan.size)} numbers to ask for: ${planName(plan)}.`,
          verdict(days),
          '',
        ].join('\n');
    return withOutputs([undefined], [], io, async (output): Promise<ExitStatus> => {
      await writeAll(output!, [text]);
      return 0;
    });
  },
};

export function policyLines(policy: Policy): string[] {
  const { smallestSet, smallestCountedSet, largestSet, largestRatio } = policy;
  const limits: readonly [unknown, string][] = [
    [smallestSet, `at least ${count(smallestSet ?? 0)} elements`],
    [smallestCountedSet, `at least ${count(smallestCountedSet ?? 0)} where the peer learns only a total`],
    [largestSet, `at most ${count(largestSet ?? 0)} elements`],
    [largestRatio, `at most ${count(largestRatio ?? 0)} times as many as the sender's own`],
  ];
  const sizes = limits.filter(([limit]) => limit !== undefined).map(([, words]) => words);
  return [
    `In each run the peer's set may have ${sizes.length > 0 ? sizes.join(', ') : 'any size'}.`,
    ...budgetLines(policy.budgets),
    ...bindingLines(policy),
  ];
}

const BINDING: Readonly<Record<Bound, string>> = {
  deviating: 'Binds the partner whatever it runs',
  padding: 'Binds a partner that pads its list, but not one that runs other software',
  honest: 'Binds only an honest partner, since one person among dummies passes for a long list',
};

/** Whom each limit of the policy binds. */
function bindingLines(policy: Policy): string[] {
  return (Object.keys(BINDING) as Bound[]).flatMap((bound) => {
    const names = limitsThatBind(policy, bound);
    return names.length === 0 ? [] : [`${BINDING[bound]}: ${names.join(', ')}.`];
  });
}

export function budgetLines(budgets: readonly Budget[]): string[] {
  return budgets.map(({ hours, ...most }) => `In any ${count(hours)} hours: ${usage(most)}.`);
}

function usage({ runs, elements, work }: Omit<Budget, 'hours'>): string {
  const byDefault = work === undefined && runs === undefined && elements !== undefined;
  const parts = [
    runs === undefined ? [] : [`at most ${count(runs)} ${runs === 1 ? 'run' : 'runs'}`],
    elements === undefined ? [] : [`at most ${count(elements)} elements`],
    work === undefined ? [] : [`work on at most ${count(work)} elements, the sender's own included`],
    byDefault ? ["work on no more than these and the sender's list ten times"] : [],
  ].flat();
  return parts.length > 0 ? parts.join(', ') : 'no limit';
}

export function verdict(days: number): string {
  if (days === Infinity) return 'Nothing is allowed, so nobody can ask for them.';
  if (days === 0) return 'One peer can ask for all of them at once: this policy does not stop it.';
  const years = days / DAYS_A_YEAR;
  const inYears = years >= 2 ? ` (${count(Math.floor(years))} years)` : '';
  return `One peer needs at least ${count(Math.floor(days * 10) / 10)} days${inYears} to ask for all of them.`;
}
