// SPDX-License-Identifier: Apache-2.0
/** One number: what a platform is sent for it, and how that is read back. */

import { VeilmatchError } from 'veilmatch';
import { type NumberingPlan, numberingPlan, reverse } from 'veilmatch/attack';
import { type PlatformToken, type ProfileName, type Profiles, profiles } from 'veilmatch/identifiers';
import { fillCountries } from './countries.js';
import { areaCodesOf, create, find, section } from './dom.js';
import { Task } from './form.js';
import { Meter } from './meter.js';
import { compact, count, duration, percentage } from './text.js';

/** The platforms that take telephone numbers. */
type Platform = {
  [Name in ProfileName]: Profiles[Name]['phone'] extends undefined ? never : Name;
}[ProfileName];

interface Question {
  readonly platform: Platform;
  readonly plan: NumberingPlan;
  readonly hashed: PlatformToken;
}

export function setUpReversal(): void {
  const place = section('reverse');
  const finding = find(place, '.finding', HTMLElement);
  let plan: NumberingPlan | undefined;
  let found: string | undefined;
  const task = new Task(place, (signal) => search(question(), signal));
  const near = (_: number, done: number): string =>
    plan === undefined ? '' : (found ?? plan.at(Math.min(done, plan.size - 1)));
  const meter = new Meter(find(place, '[data-meter]', HTMLElement), {
    lead: { unit: 'numbers a second', text: compact },
    extra: { name: 'Now near', text: near },
  });
  for (const [name, { title, phone }] of Object.entries(profiles)) {
    if (phone !== undefined) task.choice('platform').add(new Option(title, name, false, name === 'meta'));
  }
  fillCountries(task.choice('country'));
  // Those that stand there are of one country, and make a search that is over at once.
  const areaCodes = task.field('areaCodes');
  task.choice('country').addEventListener('input', ({ target }) => {
    const { value: country } = target as HTMLSelectElement;
    if (country === 'US') areaCodes.value ||= areaCodes.defaultValue;
    else if (areaCodes.value === areaCodes.defaultValue) areaCodes.value = '';
  });

  const question = (): Question => {
    const platform = task.choice('platform').value as Platform;
    const country = task.choice('country').value as 'US';
    const hashed = profiles[platform].phone(task.field('phone').value, { country });
    const areaCodes = areaCodesOf(task.field('areaCodes').value);
    return { platform, hashed, plan: numberingPlan(country, { areaCodes }) };
  };

  const show = (): void => {
    const { hashed, plan } = question();
    const text = (name: string, value: string): void => {
      find(place, `[data-${name}]`, HTMLElement).textContent = value;
    };
    text('normalized', hashed.normalized);
    text('token', hashed.token);
    text('algorithm', hashed.token.length === 40 ? 'SHA-1' : 'SHA-256');
    text('size', count(plan.size));
  };

  const preview = (): void => {
    if (task.running) return;
    finding.replaceChildren();
    const fields = [task.field('phone'), task.field('areaCodes')];
    for (const field of fields) field.removeAttribute('aria-invalid');
    try {
      show();
      task.complain();
    } catch (error) {
      for (const output of place.querySelectorAll('.hash dd')) output.textContent = '–';
      task.complain(error);
      const wrong = error instanceof VeilmatchError && error.field === 'phone' ? 0 : 1;
      fields[wrong]!.setAttribute('aria-invalid', 'true');
    }
  };
  task.form.addEventListener('input', preview);
  preview();

  async function search(asked: Question, signal: AbortSignal): Promise<void> {
    finding.replaceChildren();
    plan = asked.plan;
    found = undefined;
    meter.start(plan.size);
    // The search is given the token, and has to find out the rest.
    const enough = new AbortController();
    const reversal = reverse([asked.hashed.token], {
      plan,
      format: asked.platform,
      signal: AbortSignal.any([signal, enough.signal]),
      onProgress: meter.update,
    });
    reversal.summary.catch(() => {});
    try {
      for await (const { identifier } of reversal) {
        found = identifier;
        meter.stop();
        finding.replaceChildren(...success(identifier, meter, asked.plan));
        // On a telephone it is below what was pressed.
        finding.scrollIntoView({ block: 'nearest' });
        enough.abort();
        return;
      }
      finding.replaceChildren(
        create('p', {}, 'None of these numbers has this hash: it is of another country, area or type.'),
      );
    } finally {
      meter.stop();
      if (signal.aborted)
        finding.replaceChildren(create('p', {}, `Stopped after ${compact(meter.done)} numbers.`));
    }
  }
}

function success(identifier: string, meter: Meter, plan: NumberingPlan): Node[] {
  const place = plan.indexOf(identifier) + 1;
  const rest = duration(plan.size / meter.rate);
  return [
    create('p', { class: 'answer' }, create('strong', {}, identifier), ` after ${duration(meter.seconds)}`),
    create(
      'p',
      {},
      `It is number ${count(place)} of ${count(plan.size)} (${percentage(place, plan.size)} of the way). ` +
        `At this rate this tab tries all of them in ${rest}, and then it has read every such hash there is.`,
    ),
  ];
}
