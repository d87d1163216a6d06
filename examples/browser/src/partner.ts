// SPDX-License-Identifier: Apache-2.0
/** The page that may connect: to a partner who runs `veilmatch serve`. */

import { VeilmatchError } from 'veilmatch';
import { identifiersFromRows } from 'veilmatch/identifiers';
import { connect, receive } from 'veilmatch/transport';
import { find, section } from './dom.js';
import { fillCountries, Task } from './form.js';
import { receivedResult } from './match-result.js';
import { Picker } from './picker.js';

const place = section('partner');
const task = new Task(place, run);
const country = task.choice('country');
fillCountries(country);
const picker = new Picker(find(place, '[data-picker=own]', HTMLElement), 'Your list', country);
const step = find(place, '[data-step]', HTMLElement);
const output = find(place, '[data-result]', HTMLElement);
find(document, '[data-origin]', HTMLElement).textContent = location.origin;

async function run(signal: AbortSignal): Promise<void> {
  output.replaceChildren();
  step.textContent = '';
  const { set } = await identifiersFromRows(picker.rows, { country: country.value as 'US' });
  step.textContent = 'Connecting …';
  try {
    const token = task.field('token').value.trim();
    const channel = await connect(task.field('url').value.trim(), { token, signal });
    const reveal = channel.reveal ?? 'intersection';
    if (reveal !== 'intersection' && reveal !== 'cardinality') {
      await channel.close('incompatible');
      throw new VeilmatchError(
        'incompatible-peer',
        `The partner reveals '${reveal}', which this page does not know.`,
      );
    }
    const what = reveal === 'intersection' ? 'which rows are shared' : 'only how many are shared';
    step.textContent = `Connected. The partner reveals ${what}.`;
    // A count is of people where each row enters with one identifier.
    const own = reveal === 'cardinality' ? set.firstOfEachRow() : set;
    const started = performance.now();
    const result = await receive(channel, own, { reveal, signal });
    const seconds = (performance.now() - started) / 1000;
    output.replaceChildren(
      ...receivedResult({ result, ownSize: own.size, seconds, traffic: channel.traffic }, picker),
    );
    step.textContent = 'Done.';
  } catch (error) {
    step.textContent = signal.aborted ? 'Stopped.' : '';
    throw error;
  }
}
