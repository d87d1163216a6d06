// SPDX-License-Identifier: Apache-2.0
/** What a caller's own functions may do to a run: refuse it, hold it up, fail it; never let it through by accident. */

import { describe, expect, it, vi } from 'vitest';
import { encodeBlinded, encodeQuery } from '../../src/contact/frames.js';
import { contactServer } from '../../src/contact/server.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import {
  countPeople,
  createJoinIds,
  intersect,
  intersectionSum,
  matchPeople,
  runBoth,
  sum,
} from '../../src/psi/index.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import {
  memoryChannels,
  memoryJournal,
  partyTerms,
  receive,
  runParty,
  send,
} from '../../src/transport/index.js';
import { counting } from '../suites/counting-backend.js';
import { expectCode } from '../suites/errors.js';
import { drain } from '../support/exchange.js';
import { runTerms } from '../support/revealing.js';

const own = IdentifierSet.ofStrings(['ada', 'grace']);
const other = IdentifierSet.ofStrings(['grace']);

type Runs = Readonly<Record<string, (options: object) => Promise<unknown>>>;
const runs: Runs = {
  intersect: (options) => intersect(own, other, { backend, ...options }),
  countPeople: (options) => countPeople(own, other, { backend, ...options }),
  matchPeople: (options) => matchPeople(own, other, { backend, ...options }),
  intersectionSum: (options) => intersectionSum(own, other, [7], { backend, ...options }),
  joinIds: (options) => createJoinIds(own, other, { backend, ...options }),
};
const served = [{ setId: 'members', epoch: 3, secretKey: new Uint8Array(32).fill(1), size: 9 }];

describe('the option admit', () => {
  const answers = [false, true, null, 'no', 0];
  const cases = Object.keys(runs).flatMap((name) => answers.map((answer) => [name, answer] as const));

  it.each(cases)('of %s fails the run where it returns %s', async (name, answer) => {
    const error = await expectCode('argument', () => runs[name]!({ admit: async () => answer }));
    expect(error.message).toContain('admit');
    await expectCode('argument', () => runs[name]!({ admit: () => answer }));
  });

  it.each(Object.keys(runs))('of %s that is no function is told of before anything is sent', async (name) => {
    const onFrame = vi.fn();
    for (const admit of ['no', false, null, {}]) {
      const error = await expectCode('argument', () => runs[name]!({ admit, onFrame }));
      expect(error.message).toContain('admit');
    }
    expect(onFrame).not.toHaveBeenCalled();
  });

  it('of the receiver that returns something keeps its elements at home', async () => {
    const [left, right] = memoryChannels();
    const answering = send(left, other, { backend });
    answering.catch(() => {});
    const counted = counting(backend);
    const asking = { backend: counted.backend, admit: (async () => false) as never };
    await expectCode('argument', () => receive(right, own, asking));
    // The peer's key was looked at, and nothing blinded.
    expect(counted.counts).toEqual({ add: 1 });
    await expect(answering).rejects.toThrow();
  });

  it('of a contact server that returns something has nothing evaluated', async () => {
    const counted = counting(backend);
    const machine = contactServer(served, { backend: counted.backend, admit: (async () => false) as never });
    await drain(machine.start());
    const query = encodeQuery({ setId: 'members', epoch: 3, size: 1 });
    await expectCode('argument', () => drain(machine.receive(query)));
    await expectCode('unexpected-message', () =>
      drain(machine.receive(encodeBlinded(0, new Uint8Array(32)))),
    );
    expect(counted.counts).toEqual({});
    await expectCode('argument', () => contactServer(served, { backend, admit: 'no' as never }));
  });

  it('that returns something ends a run with a journal, too', async () => {
    const [left, right] = memoryChannels();
    const terms = runTerms('sender', other, {});
    const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'acme', terms });
    const asking = receive(right, own, { backend });
    asking.catch(() => {});
    await expectCode('argument', () =>
      send(left, other, { backend, journal, admit: (async () => false) as never }),
    );
    await expect(asking).rejects.toThrow();
  });
});

describe('the option onLeftOut', () => {
  /** Eleven rows with one telephone number: it stands for nobody. */
  const shared = async (): Promise<IdentifierSet> =>
    (
      await identifiersFromRows(
        Array.from({ length: 11 }, (_, i) => ({ phone: '+14155550123', email: `a${i}@example.com` })),
      )
    ).set;
  const several: Runs = {
    countPeople: async (options) => countPeople(await shared(), await shared(), { backend, ...options }),
    matchPeople: async (options) => matchPeople(await shared(), await shared(), { backend, ...options }),
    intersectionSum: async (options) =>
      intersectionSum(await shared(), await shared(), Array(11).fill(1), {
        backend,
        people: true,
        ...options,
      }),
  };

  it.each(Object.keys(several))(
    'of %s that is no function is told of, whatever is left out',
    async (name) => {
      for (const onLeftOut of ['no', false, null, {}]) {
        const error = await expectCode('argument', () => several[name]!({ onLeftOut }));
        expect(error.message).toContain('onLeftOut');
      }
      await expectCode('argument', () => countPeople(own, other, { backend, onLeftOut: 'no' as never }));
      await expectCode('argument', () => peopleSender(own, { backend, onLeftOut: 'no' as never }));
      await expectCode('argument', () => sumReceiver(own, { backend, onLeftOut: 'no' as never }));
    },
  );

  it.each(Object.keys(several))(
    'of %s fails the run by its promise, before anything is sent',
    async (name) => {
      const onFrame = vi.fn();
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled);
      const onLeftOut = async (): Promise<void> => {
        throw new Error('cannot be reported');
      };
      await expect(several[name]!({ onLeftOut, onFrame })).rejects.toThrow('cannot be reported');
      await new Promise((resume) => setImmediate(resume));
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      expect(onFrame).not.toHaveBeenCalled();
    },
  );

  it('of a machine that is never started leaves no rejection behind', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    peopleReceiver(await shared(), { backend, onLeftOut: () => Promise.reject(new Error('late')) as never });
    await new Promise((resume) => setImmediate(resume));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('what a run is to call, keep, or stop by', () => {
  const wrong = [null, 0, 'no', {}];
  const owns = { receiver: { set: own }, sender: { set: other, values: [7] } };
  const both = ['random', 'signal', 'onProgress', 'admit'];
  const party = [...both, 'journal', 'onResult', 'suite', 'pad'];

  it.each(party)('is told of over a channel before anything is sent, where it is none: %s', async (name) => {
    for (const role of ['receiver', 'sender'] as const) {
      for (const value of wrong) {
        const send = vi.fn();
        const channel = { ...memoryChannels()[0], send };
        const options = { backend, [name]: value } as never;
        await expectCode('argument', () => runParty(channel, sum, role, owns[role] as never, options));
        expect(send).not.toHaveBeenCalled();
      }
    }
  });

  it.each([...both, 'onFrame', 'suite'])(
    'is told of within one process, where it is none: %s',
    async (name) => {
      for (const value of wrong) {
        const given = name === 'random' ? { sender: value } : value;
        await expectCode('argument', () => runBoth(sum, owns, { backend, [name]: given } as never));
      }
    },
  );

  it('is told of where one party alone is given it', async () => {
    const alone: readonly unknown[] = [null, 'no', { receiver: 'no' }, { sender: { too: 'sender' } }];
    const values = [{ receiver: { to: 'nobody' } }, { sender: { logarithms: { solve: 5 } } }];
    for (const each of [...alone, ...values])
      await expectCode('argument', () => runBoth(sum, owns, { backend }, each as never));
  });

  it('is told of by a machine that somebody drives by hand', async () => {
    for (const name of both) {
      for (const value of wrong) {
        const options = { backend, [name]: value } as never;
        await expectCode('argument', () => sum.receiver.machine(owns.receiver, options));
      }
    }
    await expectCode('argument', () => partyTerms(sum, 'receiver', owns.receiver, { suite: {} as never }));
  });
});
