// SPDX-License-Identifier: Apache-2.0
/** A name of an option that is mistyped is told of: what it stood for would be left to a default, and more be revealed. */

import { describe, expect, it, vi } from 'vitest';
import { contactClient } from '../src/contact/client.js';
import { discoverContacts } from '../src/contact/index.js';
import { contactServer } from '../src/contact/server.js';
import { finishDataset, requestDataset, respondDataset } from '../src/datasets/index.js';
import { nobleBackend as backend } from '../src/group/noble.js';
import { IdentifierSet } from '../src/identifiers/set.js';
import {
  admission,
  countPeople,
  createJoinIds,
  intersect,
  intersection,
  intersectionSum,
  leaveOut,
  matchPeople,
  memoryLedger,
  peopleMatched,
} from '../src/psi/index.js';
import { psiReceiver } from '../src/psi/intersection/receiver.js';
import { psiSender } from '../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../src/psi/people/people.js';
import { sumReceiver } from '../src/psi/sum/receiver.js';
import { sumSender } from '../src/psi/sum/sender.js';
import { connect, listen, memoryChannels, receive, runStep, send } from '../src/transport/index.js';
import { expectCode } from './suites/errors.js';

const set = IdentifierSet.ofStrings(['ada']);
const directory = { kinds: set.kinds, publicKey: new Uint8Array(32) } as never;
const ledger = memoryLedger();

/** Functions with a name of each that is mistyped, and the right one. */
const CASES: Readonly<Record<string, [(options: never) => unknown, wrong: string, right: string]>> = {
  intersect: [(options) => intersect(set, set, options), 'reveaal', 'reveal'],
  countPeople: [
    (options) => countPeople(set, set, options),
    'maxIdentifiersPerPersn',
    'maxIdentifiersPerPerson',
  ],
  matchPeople: [(options) => matchPeople(set, set, options), 'maxRowsPerIdentifer', 'maxRowsPerIdentifier'],
  intersectionSum: [(options) => intersectionSum(set, set, [1], options), 'peple', 'people'],
  createJoinIds: [(options) => createJoinIds(set, set, options), 'Admit', 'admit'],
  discoverContacts: [(options) => discoverContacts(set, set, options), 'falsePositives', 'falsePositiveRate'],
  psiReceiver: [(options) => psiReceiver(set, options), 'verifyable', 'verifiable'],
  psiSender: [(options) => psiSender(set, options), 'admitt', 'admit'],
  peopleReceiver: [(options) => peopleReceiver(set, options), 'onLeftout', 'onLeftOut'],
  peopleSender: [(options) => peopleSender(set, options), 'maxPeersize', 'maxPeerSize'],
  sumReceiver: [(options) => sumReceiver(set, options), 'acceptChosenValue', 'acceptChosenValues'],
  sumSender: [(options) => sumSender(set, [1], options), 'too', 'to'],
  joinIdsReceiver: [(options) => joinIdsReceiver(set, options), 'signl', 'signal'],
  joinIdsSender: [(options) => joinIdsSender(set, options), 'chunksize', 'chunkSize'],
  contactClient: [(options) => contactClient(set, directory, options), 'chunks', 'chunkSize'],
  contactServer: [(options) => contactServer([], options), 'admits', 'admit'],
  leaveOut: [(options) => leaveOut(set, options), 'maxRows', 'maxRowsPerIdentifier'],
  peopleMatched: [(options) => peopleMatched(set, [0], options), 'maxRows', 'maxRowsPerIdentifier'],
  admission: [(options) => admission({ peer: 'acme', ledger, ...(options as object) }), 'polciy', 'policy'],
  runStep: [(options) => runStep({}, intersection, 'receiver', { set }, options), 'signinKey', 'signingKey'],
  requestDataset: [(options) => requestDataset('x', intersection, set, options), 'wrok', 'work'],
  respondDataset: [(options) => respondDataset('x', intersection, set, options), 'allows', 'allow'],
  finishDataset: [
    (options) => finishDataset('x', intersection, set, options, async () => {}),
    'memorymegabytes',
    'memoryMegabytes',
  ],
  send: [(options) => send(memoryChannels()[0], set, options), 'onResults', 'onResult'],
  receive: [(options) => receive(memoryChannels()[0], set, options), 'jornal', 'journal'],
  connect: [(options) => connect('wss://localhost:1', options), 'tokn', 'token'],
  listen: [(options) => listen(options), 'orgins', 'origins'],
};

/** Those that take no backend. */
const WITHOUT_BACKEND = ['admission', 'leaveOut', 'peopleMatched', 'connect', 'listen'];

describe.each(Object.entries(CASES))('%s', (of, [call, wrong, right]) => {
  const mistyped = (name: string): never =>
    ({ ...(WITHOUT_BACKEND.includes(of) ? {} : { backend }), [name]: undefined }) as never;

  it(`says of ${wrong} that ${right} may be meant`, async () => {
    const error = await expectCode('argument', () => call(mistyped(wrong)));
    expect(error.message).toContain(`There is no ${wrong}; is ${right} meant?`);
  });

  it.each(['ada@example.com', '+14155550123', 'vmt_', '__proto__x', 'a'.repeat(31)])(
    'does not repeat the name %s',
    async (name) => {
      const error = await expectCode('argument', () => call(mistyped(name)));
      expect(error.message).not.toContain(name);
      expect(error.message).toContain(right);
    },
  );
});

it('a name that every object has is no option', async () => {
  await expectCode('argument', () => intersect(set, set, { constructor: 1 } as never));
});

it('nothing is revealed by a name that is mistyped', async () => {
  const onFrame = vi.fn();
  await expectCode('argument', () =>
    intersect(set, set, { backend, onFrame, reveaal: 'cardinality' } as never),
  );
  expect(onFrame).not.toHaveBeenCalled();
});
