// SPDX-License-Identifier: Apache-2.0
/** A hashed list: how much of it anybody can read. */

import { type NumberFormat, numberingPlan, reverse } from 'veilmatch/attack';
import { profiles } from 'veilmatch/identifiers';
import { e164, invent, Random } from '../../people.js';
import { fillCountries } from './countries.js';
import { areaCodesOf, create, find, section } from './dom.js';
import { Task } from './form.js';
import { Meter } from './meter.js';
import { compact, count, duration, percentage, plural } from './text.js';
import { readTokens } from './tokens.js';

const SAMPLE_SIZE = 2000;
/** Every so many lines a hash of something else: an address that the number was taken for. */
const STRAY_EVERY = 25;

const SPELLED: Readonly<Record<string, string>> = {
  e164: '+14155550123',
  digits: '14155550123',
  national: '4155550123',
};

export function setUpAudit(): void {
  const place = section('audit');
  const finding = find(place, '.finding', HTMLElement);
  let read = 0;
  let of = 0;
  const meter = new Meter(find(place, '[data-meter]', HTMLElement), {
    lead: { unit: 'customers read', text: () => `${count(read)} of ${count(of)}` },
    extra: { name: 'Numbers a second', text: compact },
  });
  const task = new Task(place, search);
  const input = find(task.form, 'textarea', HTMLTextAreaElement);
  fillCountries(task.choice('country'));

  find(place, '[data-sample]', HTMLButtonElement).addEventListener('click', () => {
    input.value = `hashed_phone\n${sampleTokens().join('\n')}\n`;
    task.choice('country').value = 'US';
    task.field('areaCodes').value = '415, 628';
    finding.replaceChildren();
    task.complain();
  });

  async function search(signal: AbortSignal): Promise<void> {
    finding.replaceChildren();
    const { tokens, algorithm, rejected } = readTokens(input.value);
    const areaCodes = areaCodesOf(task.field('areaCodes').value);
    const plan = numberingPlan(task.choice('country').value, { areaCodes });
    read = 0;
    of = new Set(tokens).size;
    meter.start(plan.size);
    const reversal = reverse(tokens, {
      plan,
      format: 'auto',
      algorithm,
      signal,
      onProgress: meter.update,
    });
    reversal.summary.catch(() => {});
    const formats = new Map<NumberFormat, number>();
    try {
      for await (const { format } of reversal) {
        read++;
        if (format !== undefined) formats.set(format, (formats.get(format) ?? 0) + 1);
      }
    } finally {
      meter.stop();
      const stopped = signal.aborted ? 'Stopped; so far: ' : '';
      finding.replaceChildren(...verdict(read, of, stopped, meter.seconds), ...details(formats, rejected));
    }
  }
}

function verdict(read: number, distinct: number, before: string, seconds: number): Node[] {
  return [
    create(
      'p',
      { class: 'answer' },
      before,
      create('strong', {}, percentage(read, distinct)),
      ` of the list can be read`,
    ),
    create(
      'p',
      {},
      `${count(read)} of ${plural(distinct, 'different hash was', 'different hashes were')} read back to a telephone number, in ${duration(seconds)}. ` +
        'Whoever is sent this list can do the same.',
    ),
  ];
}

function details(formats: ReadonlyMap<NumberFormat, number>, rejected: number): Node[] {
  const lines = [...formats].map(
    ([format, matches]) => `${count(matches)} had been hashed as ${SPELLED[format] ?? format}.`,
  );
  if (rejected > 0)
    lines.push(`${plural(rejected, 'line is', 'lines are')} no hash like the others and not counted.`);
  return lines.length === 0 ? [] : [create('ul', {}, ...lines.map((line) => create('li', {}, line)))];
}

function sampleTokens(): string[] {
  return invent(new Random(2018), SAMPLE_SIZE).map((person, i) =>
    i % STRAY_EVERY === 0
      ? profiles.meta.email(`person${i}@example.com`).token
      : profiles.meta.phone(e164(person)).token,
  );
}
