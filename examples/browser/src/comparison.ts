// SPDX-License-Identifier: Apache-2.0
/** Two lists, every protocol, and what each costs and gives away. */

import { VeilmatchError } from 'veilmatch';
import { type ProtocolId, type ProtocolReport, protocols, type Step } from 'veilmatch/compare';
import { generateLists } from '../../compare/lists.js';
import { Announcer } from './announcer.js';
import { reportRow, resultTable } from './comparison-table.js';
import type { ComparisonEvent, ComparisonRequest } from './comparison-worker.js';
import { fillCountries } from './countries.js';
import { areaCodesOf, create, find, section } from './dom.js';
import { Task } from './form.js';
import { Picker } from './picker.js';
import { count } from './text.js';

/** A run or an attack that would take longer is made on a sample. */
const SECONDS = 3;
const SAMPLE_ROWS = 2000;

const STEPS: Readonly<Record<Step, string>> = {
  match: 'matches the lists',
  partner: 'the partner attacks',
  outsider: 'somebody on the line attacks',
  enumerating: 'a partner with invented people asks',
};

export function setUpComparison(): void {
  const place = section('compare');
  const task = new Task(place, run);
  const country = task.choice('country');
  fillCountries(country);
  const picker = (name: string, title: string): Picker =>
    new Picker(find(place, `[data-picker=${name}]`, HTMLElement), title, country);
  const receiver = picker('receiver', 'List of the party that asks');
  const sender = picker('sender', 'List of the party that answers');
  const choices = find(place, '[data-protocols]', HTMLElement);
  for (const { id } of protocols) {
    const box = create('input', { type: 'checkbox', name: 'protocol', value: id, checked: '' });
    choices.append(create('label', {}, box, id));
  }
  const result = find(place, '[data-comparison]', HTMLElement);
  const step = find(place, '[data-step]', HTMLElement);
  const announcer = new Announcer(find(place, '[data-announce]', HTMLElement));
  const tell = (text: string): void => {
    step.textContent = text;
    announcer.say(text);
  };

  find(place, '[data-sample]', HTMLButtonElement).addEventListener('click', () => {
    const lists = generateLists({ rows: SAMPLE_ROWS });
    country.value = 'US';
    task.field('areaCodes').value = '415, 628';
    void receiver.load(lists.network, 'A social network');
    void sender.load(lists.hospital, 'A hospital');
  });

  async function run(signal: AbortSignal): Promise<void> {
    const chosen = [...choices.querySelectorAll<HTMLInputElement>('input:checked')];
    const wanted = chosen.map(({ value }) => value as ProtocolId);
    if (wanted.length === 0) throw new VeilmatchError('argument', 'Choose a protocol at least.');
    const request: ComparisonRequest = {
      receiver: receiver.rows,
      sender: sender.rows,
      country: country.value,
      areaCodes: areaCodesOf(task.field('areaCodes').value),
      protocols: wanted,
      seconds: SECONDS,
    };
    const table = resultTable();
    const reports: ProtocolReport[] = [];
    tell('Reading the lists.');
    try {
      for await (const event of events(request, signal)) {
        if ('lists' in event) {
          const { lists, numbers } = event;
          table.caption.textContent = `${count(lists.receiver)} identifiers ask about ${count(lists.sender)}. The attackers try ${count(numbers)} numbers.`;
          result.replaceChildren(table.root);
          result.hidden = false;
        } else if ('step' in event) {
          tell(`${reports.length + 1} of ${wanted.length}: ${event.protocol}, ${STEPS[event.step]} …`);
        } else if ('report' in event) {
          reports.push(event.report);
          table.body.replaceChildren(...reports.map((report) => reportRow(report, reports)));
        }
      }
      tell(`Done: ${count(reports.length)} of ${count(wanted.length)} protocols compared.`);
    } catch (error) {
      tell(signal.aborted ? 'Stopped.' : '');
      throw error;
    }
  }
}

/** What the worker tells, until it is done; stopping means ending it with all the workers that it has started. */
async function* events(request: ComparisonRequest, signal: AbortSignal): AsyncGenerator<ComparisonEvent> {
  const worker = new Worker(new URL('./comparison-worker.ts', import.meta.url), { type: 'module' });
  const queue: ComparisonEvent[] = [];
  let wake = (): void => {};
  const add = (event: ComparisonEvent): void => {
    queue.push(event);
    wake();
  };
  worker.onmessage = ({ data }: MessageEvent<ComparisonEvent>) => add(data);
  worker.onerror = () => add({ failure: 'The worker could not be started.' });
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  try {
    worker.postMessage(request);
    for (;;) {
      if (signal.aborted) throw new VeilmatchError('aborted', 'Stopped.');
      const event = queue.shift();
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        if ('failure' in event) throw new VeilmatchError('worker-failed', event.failure);
        if ('done' in event) return;
        yield event;
      }
    }
  } finally {
    worker.terminate();
    signal.removeEventListener('abort', stop);
  }
}
