// SPDX-License-Identifier: Apache-2.0
/** Private set intersection with another tab of this browser. */

import { VeilmatchError } from 'veilmatch';
import { type IdentifierSet, identifiersFromRows } from 'veilmatch/identifiers';
import { people } from 'veilmatch/psi';
import { broadcastChannel, type Channel, receive, runParty, send } from 'veilmatch/transport';
import { generateLists } from '../../compare/lists.js';
import { fillCountries } from './countries.js';
import { create, find, section } from './dom.js';
import { Task } from './form.js';
import { type Run, receivedResult } from './match-result.js';
import { Picker } from './picker.js';
import { bytes, count, duration } from './text.js';

const SAMPLE_ROWS = 2000;
/** What the two tabs may find out. */
type Chosen = 'intersection' | 'people';
/** Of the address's fragment, which no server is sent. */
const MEETING = /^#tabs=(\w+)$/;

const countedBy = (chosen: Chosen): Run['counted'] => (chosen === 'people' ? 'people' : 'identifiers');

export function setUpTabs(): void {
  const place = section('tabs');
  const task = new Task(place, run);
  const country = task.choice('country');
  fillCountries(country);
  const step = find(place, '[data-step]', HTMLElement);
  const output = find(place, '[data-result]', HTMLElement);
  const picker = new Picker(
    find(place, '[data-picker=own]', HTMLElement),
    'The list of this tab',
    country,
    () => output.replaceChildren(),
  );
  const other = find(place, '[data-other]', HTMLAnchorElement);
  const meeting = task.field('meeting');
  const invited = MEETING.exec(location.hash)?.[1];
  meeting.value = invited ?? `trial${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const link = (): void => {
    other.href = `#tabs=${encodeURIComponent(meeting.value)}`;
  };
  meeting.addEventListener('input', link);
  link();
  if (invited !== undefined) {
    task.choice('role').value = 'sender';
    place.scrollIntoView();
    find(place, 'h2', HTMLElement).tabIndex = -1;
    find(place, 'h2', HTMLElement).focus();
  }
  const sample = create('button', { type: 'button', class: 'quiet' }, 'Load a generated list');
  find(place, '.actions', HTMLElement).append(sample);
  sample.addEventListener('click', () => {
    const { network, hospital } = generateLists({ rows: SAMPLE_ROWS });
    if (task.choice('role').value === 'receiver') void picker.load(network, 'A social network');
    else void picker.load(hospital, 'A hospital');
  });

  async function run(signal: AbortSignal): Promise<void> {
    output.replaceChildren();
    step.textContent = '';
    const chosen = task.choice('reveal').value as Chosen;
    const { set } = await identifiersFromRows(picker.rows, { country: country.value as 'US' });
    if (meeting.value === '') throw new VeilmatchError('argument', 'Give the meeting a name.');
    step.textContent = `Waiting for the other tab in “${meeting.value}” …`;
    try {
      const channel = await broadcastChannel(meeting.value, { signal });
      step.textContent = 'The other tab is here. Blinding and comparing …';
      // A tab that is closed tells the other one.
      const leave = (): void => void channel.close('aborted');
      window.addEventListener('pagehide', leave);
      const take = task.choice('role').value === 'receiver' ? ask : answer;
      const result = await take(channel, set, chosen, signal).finally(() =>
        window.removeEventListener('pagehide', leave),
      );
      output.replaceChildren(...result);
      step.textContent = 'Done.';
    } catch (error) {
      step.textContent = signal.aborted ? 'Stopped.' : '';
      throw error;
    }
  }

  async function ask(
    channel: Channel,
    set: IdentifierSet,
    chosen: Chosen,
    signal: AbortSignal,
  ): Promise<Node[]> {
    const started = performance.now();
    const result = await (chosen === 'people'
      ? runParty(channel, people, 'receiver', { set }, { signal })
      : receive(channel, set, { signal }));
    const seconds = (performance.now() - started) / 1000;
    const counted = countedBy(chosen);
    const run: Run = { result, counted, ownSize: set.size, seconds, traffic: channel.traffic };
    return receivedResult(run, picker);
  }

  async function answer(
    channel: Channel,
    set: IdentifierSet,
    chosen: Chosen,
    signal: AbortSignal,
  ): Promise<Node[]> {
    const started = performance.now();
    const { peerSize } = await (chosen === 'people'
      ? runParty(channel, people, 'sender', { set }, { signal })
      : send(channel, set, { signal }));
    const { sent, received } = channel.traffic;
    const took = duration((performance.now() - started) / 1000);
    return [
      create('p', { class: 'answer' }, 'The other tab has its answer'),
      create(
        'p',
        {},
        `This tab has learnt that the other list has ${count(peerSize)} ${countedBy(chosen)}, and which kinds of identifiers they have. ` +
          `${took}, ${bytes(sent)} sent and ${bytes(received)} received.`,
      ),
    ];
  }
}
