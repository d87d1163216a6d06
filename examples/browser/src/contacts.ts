// SPDX-License-Identifier: Apache-2.0
/**
 * The page that finds out which of somebody's contacts are members of a service. It begins with what fetches a directory and asks;
 * what reads contacts is loaded when there is a directory to ask.
 */

import {
  type ContactDirectory,
  contactDiscovery,
  fetchPublishedSet,
  openHeader,
  openPublishedSet,
} from 'veilmatch/contact';
import { VeilmatchError } from 'veilmatch/errors';
import { runPartyAt } from 'veilmatch/transport';
import type { AddressBook } from './address-book.js';
import { create, find, section } from './dom.js';
import { Task } from './form.js';
import { PageStore } from './page-store.js';
import { bytes, count, plural } from './text.js';

const place = section('directory');
const fetching = new Task(place, (signal) => fetchDirectory(signal));
const fetched = find(place, '[data-step]', HTMLElement);
const asking = new Task(section('contacts'), findMembers);
const step = find(section('contacts'), '[data-step]', HTMLElement);
const output = find(section('contacts'), '[data-result]', HTMLElement);
const store = new PageStore();
find(document, '[data-origin]', HTMLElement).textContent = location.origin;

let directory: ContactDirectory | undefined;
let book: AddressBook | undefined;

async function fetchDirectory(signal: AbortSignal): Promise<void> {
  const { url, pin } = service();
  fetched.textContent = 'Fetching …';
  try {
    const files = url.replace(/^ws/, 'http');
    const onProgress = (done: number, total: number): void => {
      fetched.textContent = `${bytes(done)} of ${bytes(total)} …`;
    };
    const published = await fetchPublishedSet(files, { pin, store, signal, onProgress });
    const { setId } = openHeader(published.header, pin);
    // What was taken out of it since would be found again in an older one.
    const leastEpoch = directory?.setId === setId ? directory.epoch : 0;
    directory = await openPublishedSet(published, { pin, setId, leastEpoch });
  } catch (error) {
    fetched.textContent = signal.aborted ? 'Stopped.' : '';
    throw error;
  }
  fetched.textContent = `${directory.setId}: ${plural(directory.size, 'member', 'members')}.`;
  if (book === undefined) {
    const { AddressBook } = await import('./address-book.js');
    book = new AddressBook(asking, () => output.replaceChildren());
  }
  section('contacts').hidden = false;
}

async function findMembers(signal: AbortSignal): Promise<void> {
  if (directory === undefined || book === undefined) return;
  output.replaceChildren();
  step.textContent = '';
  const { set, rejected, people } = await book.read();
  const onProgress = (_: string, done: number, total: number): void => {
    step.textContent = `${count(done)} of ${count(total)} …`;
  };
  step.textContent = 'Asking …';
  try {
    const ask = (asked: ContactDirectory) =>
      runPartyAt(
        service().url,
        contactDiscovery,
        'receiver',
        { set, directory: asked },
        { connect: { token: asking.field('token').value.trim() }, signal, onProgress },
      );
    const { matches } = await ask(directory).catch(async (error) => {
      // Its epoch has ended since it was fetched.
      if (!(error instanceof VeilmatchError) || error.code !== 'incompatible-peer') throw error;
      await fetchDirectory(signal);
      return ask(directory!);
    });
    const members = new Set(matches.map((row) => people.of(row)));
    show(people.names, members, rejected);
    step.textContent = 'Done.';
  } catch (error) {
    step.textContent = signal.aborted ? 'Stopped.' : '';
    throw error;
  }
}

/** @throws {VeilmatchError} `argument` */
function service(): { readonly url: string; readonly pin: { readonly signer: Uint8Array } } {
  const url = fetching.field('url').value.trim();
  if (!/^wss?:\/\/\S+$/.test(url))
    throw new VeilmatchError('argument', 'The address begins with wss://, or on this machine with ws://.');
  const [, hex] = /(?:^|[\s:])([0-9a-f]{64})$/i.exec(fetching.field('signer').value.trim()) ?? [];
  if (hex === undefined) {
    throw new VeilmatchError(
      'argument',
      'The key that signs is a line such as members ed25519:0123…, with 64 hexadecimal digits. Ask the service for it.',
    );
  }
  const signer = Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  return { url, pin: { signer } };
}

/** All contacts; members light up. */
function show(names: readonly string[], members: ReadonlySet<number>, rejected: number): void {
  const entries = names.map((name, i) => {
    if (!members.has(i)) return create('li', {}, name);
    return create('li', { 'data-member': '' }, name, ' ', create('strong', {}, 'member'));
  });
  const unread =
    rejected === 0 ? [] : [create('p', {}, `${plural(rejected, 'cell', 'cells')} cannot be read.`)];
  output.replaceChildren(
    create(
      'p',
      { class: 'answer' },
      create('strong', {}, count(members.size)),
      ` of ${plural(names.length, 'contact is a member', 'contacts are members')}`,
    ),
    ...unread,
    create('ul', { class: 'contacts' }, ...entries),
  );
}
