// SPDX-License-Identifier: Apache-2.0
/** The page that may connect: to a partner who runs `veilmatch serve`. */

import { VeilmatchError } from 'veilmatch';
import { type IdentifierSet, identifiersFromRows } from 'veilmatch/identifiers';
import { cardinality, intersection, otIntersection, people } from 'veilmatch/psi';
import { connect, receive, runParty } from 'veilmatch/transport';
import { fillCountries } from './countries.js';
import { find, section } from './dom.js';
import { Task } from './form.js';
import { receivedResult } from './match-result.js';
import { Picker } from './picker.js';

const place = section('partner');
/** Protocols that a partner may offer this page, by their modes. */
const KNOWN = [intersection, otIntersection, cardinality];
const task = new Task(place, run);
const country = task.choice('country');
fillCountries(country);
const step = find(place, '[data-step]', HTMLElement);
const output = find(place, '[data-result]', HTMLElement);
const picker = new Picker(find(place, '[data-picker=own]', HTMLElement), 'Your list', country, () =>
  output.replaceChildren(),
);
find(document, '[data-origin]', HTMLElement).textContent = location.origin;

async function run(signal: AbortSignal): Promise<void> {
  output.replaceChildren();
  step.textContent = '';
  const { set } = await identifiersFromRows(picker.rows, { country: country.value as 'US' });
  step.textContent = 'Connecting …';
  try {
    const token = task.field('token').value.trim();
    const channel = await connect(task.field('url').value.trim(), { token, signal });
    const mode = channel.mode ?? intersection.mode;
    const offered = KNOWN.find((protocol) => protocol.mode === mode);
    if (offered === undefined) {
      await channel.close('incompatible');
      throw new VeilmatchError(
        'incompatible-peer',
        `The partner runs a protocol of mode ${mode}, which this page does not know.`,
      );
    }
    const reveal = offered === cardinality ? 'cardinality' : 'intersection';
    const what = reveal === 'intersection' ? 'which rows are shared' : 'only how many are shared';
    step.textContent = `Connected. The partner reveals ${what}.`;
    const ofPeople = reveal === 'cardinality' && task.field('people').checked;
    if (reveal === 'cardinality' && !ofPeople) {
      try {
        checkOneEach(set);
      } catch (error) {
        await channel.close('aborted');
        throw error;
      }
    }
    const started = performance.now();
    const result = await (ofPeople
      ? runParty(channel, people, 'receiver', { set }, { signal })
      : offered === otIntersection
        ? runParty(channel, otIntersection, 'receiver', { set }, { signal })
        : receive(channel, set, { reveal, signal }));
    const seconds = (performance.now() - started) / 1000;
    const counted = ofPeople ? 'people' : 'identifiers';
    const { traffic } = channel;
    output.replaceChildren(
      ...receivedResult({ result, counted, ownSize: set.size, seconds, traffic }, picker),
    );
    step.textContent = 'Done.';
  } catch (error) {
    step.textContent = signal.aborted ? 'Stopped.' : '';
    throw error;
  }
}

/** @throws {VeilmatchError} `argument` where what is counted would be no people */
function checkOneEach(set: IdentifierSet): void {
  if (!set.severalPerRow && set.kinds.size <= 1) return;
  throw new VeilmatchError(
    'argument',
    'Your list has both telephone numbers and e-mail addresses, and the partner counts: who is known to one of you by the one and ' +
      'to the other by the other would be missed. Say that people are counted, where the partner serves with --people; or choose one ' +
      'column, of the kind that the partner has chosen.',
  );
}
