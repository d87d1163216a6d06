// SPDX-License-Identifier: Apache-2.0
/** Vectors of the mode sum: how many are shared, and what the sender's values add up to over them. */

import { bytesToHex, concatBytes, u32 } from '../../../src/bytes.js';
import type { PartyInput } from '../../suites/vectors.js';
import {
  badElements,
  badHellos,
  badLists,
  badOrder,
  NOT_CANONICAL,
  patched,
  recordAt,
  repeated,
  swapped,
} from './changes.js';
import { ASKED, HELD, PEOPLE, party } from './lists.js';
import { groupOf, type Known, type RunPlan, type TestsOfRun, type UnnumberedGroup } from './run.js';
import { badPeople } from './shuffled.js';

const ELEMENT = 32;
const TAG = 6;
const CIPHERTEXT = 64;
const RECORD = TAG + CIPHERTEXT;
/** In cents, say; the two that are shared have 70 and 11,000. */
const VALUES = [5, 70, 900, 11_000];

export async function sumGroups(): Promise<UnnumberedGroup[]> {
  return [
    await groupOf(plan('receiver'), ['Run', 'Sum'], (run, known) => {
      for (const role of ['sender', 'receiver'] as const) {
        badHellos(run, role);
        badOrder(run, role);
      }
      badValues(run, known);
      badTotal(run);
      const opened = run.find('sender', 19);
      run.changed(
        'receiver',
        opened,
        (f) => f.slice(0, -1),
        'bad-message',
        'Opened: one byte short',
        'FrameLength',
      );
    }),
    await groupOf(plan('sender'), ['Run', 'Sum', 'ToSender'], async (run) => {
      badTotal(run);
      await badClaims(run);
    }),
    await groupOf(
      {
        ...plan('receiver'),
        comment: 'nothing is shared, so the receiver has a sum of zero opened',
        receiver: party('sum strangers R', ASKED.slice(1, 2), ['nonce', 'a', 'mu', 'rho']),
        sender: sending('sum strangers S'),
      },
      ['Run', 'Sum'],
    ),
    await groupOf(
      {
        comment: 'values in cents: with two digits after the point, which both say',
        parameters: { mode: 'sum', valueDigits: 2 },
        receiver: party('sum cents R', ASKED, ['nonce', 'a', 'mu', 'rho']),
        sender: sending('sum cents S'),
      },
      ['Run', 'Sum'],
      (run) => {
        for (const role of ['sender', 'receiver'] as const) badHellos(run, role);
      },
    ),
    await groupOf(
      {
        comment: 'people of several identifiers, each with the sum of the values of its rows',
        parameters: { mode: 'sum', several: true },
        receiver: party('sum people R', PEOPLE.receiver, ['dummy', 'nonce', 'a', 'mu', 'rho']),
        sender: party('sum people S', PEOPLE.sender, ['dummy', 'dummy', 'nonce', 'b', 's', 'r', 'r', 'r'], {
          values: [30, 4, 500],
        }),
      },
      ['Run', 'Sum', 'Several'],
      (run) => {
        for (const role of ['sender', 'receiver'] as const) badPeople(run, role);
        const values = run.find('sender', 17);
        run.changed(
          'receiver',
          values,
          (f) => swapped(f, 0, 1, TAG),
          'bad-message',
          'Values: tags not sorted within a person',
          'Order',
        );
        run.changed(
          'receiver',
          values,
          (f) => swapped(f, 0, 1, TAG + RECORD),
          'bad-message',
          'Values: people not sorted',
          'Order',
        );
      },
    ),
  ];
}

function sending(seed: string): PartyInput {
  return party(seed, HELD, ['nonce', 'b', 's', 'r', 'r', 'r', 'r'], { values: VALUES });
}

function plan(to: 'receiver' | 'sender'): RunPlan {
  return {
    comment: `the ${to} learns the sum`,
    parameters: { mode: 'sum', to },
    receiver: party(`sum ${to} R`, ASKED, ['nonce', 'a', ...(to === 'receiver' ? ['mu'] : []), 'rho']),
    sender: sending(`sum ${to} S`),
  };
}

/** What the receiver is given in place of tags. */
function badValues(run: TestsOfRun, { tags }: Known): void {
  const key = run.find('sender', 16);
  badElements(run, 'receiver', key, 1, 'P', true);
  run.changed('receiver', key, (f) => f.slice(0, -1), 'bad-message', 'SumKey: one byte short', 'FrameLength');

  const values = run.find('sender', 17);
  badLists(run, 'receiver', values, 'Values');
  run.changed(
    'receiver',
    values,
    (f) => concatBytes(f, f.slice(-RECORD).fill(0xff, 0, TAG)),
    'wrong-size',
    'Values: one record more than the Hello declares',
    'TooMany',
  );
  run.changed(
    'receiver',
    values,
    (f) => swapped(f, 0, 1, RECORD),
    'bad-message',
    'Values: not sorted',
    'Order',
  );
  run.changed(
    'receiver',
    values,
    (f) => repeated(f, 0, 1, RECORD),
    'bad-message',
    'Values: a record twice',
    'Repeated',
  );
  run.changed(
    'receiver',
    values,
    (f) => patched(f, recordAt(1, RECORD), f.slice(recordAt(0, RECORD), recordAt(0, RECORD) + TAG)),
    'bad-message',
    'Values: one tag with two values',
    'Repeated',
  );

  // Where the records of shared and of other elements stand.
  const sorted = Object.entries(tags).sort(([, a], [, b]) => (a < b ? -1 : 1));
  const shared = ASKED.flat();
  const matching = sorted.findIndex(([name]) => shared.includes(name));
  const other = sorted.findIndex(([name]) => !shared.includes(name));
  for (const [half, offset] of [
    ['first', 0],
    ['second', ELEMENT],
  ] as const) {
    const at = (index: number): number => recordAt(index, RECORD) + TAG + offset;
    run.changed(
      'receiver',
      values,
      (f) => patched(f, at(matching), NOT_CANONICAL),
      'bad-element',
      `Values: the ${half} half of the value of a shared element is no element`,
      'InvalidElement',
    );
    run.changed(
      'receiver',
      values,
      (f) => patched(f, at(other), NOT_CANONICAL),
      'bad-element',
      `Values: the ${half} half of the value of an element that is not shared is no element`,
      'InvalidElement',
      'Oracle',
    );
  }
}

function badTotal(run: TestsOfRun): void {
  const total = run.find('receiver', 18);
  badElements(run, 'sender', total, 1, 'T', true);
  run.changed(
    'sender',
    total,
    (f) => patched(f, 1 + ELEMENT, NOT_CANONICAL),
    'bad-element',
    'U is no element',
    'InvalidElement',
  );
  run.changed('sender', total, (f) => f.slice(0, -1), 'bad-message', 'Total: one byte short', 'FrameLength');
  run.changed(
    'sender',
    total,
    (f) => concatBytes(f, f.slice(-4)),
    'bad-message',
    'Total: four bytes more',
    'FrameLength',
  );
  run.refuses(
    'sender',
    run.find('receiver', 5),
    total,
    'unexpected-message',
    'a second Total: the sender opens one',
    'Oracle',
  );
}

/** With the sum to the sender, the receiver tells the count. */
async function badClaims(run: TestsOfRun): Promise<void> {
  const total = run.find('receiver', 18);
  const before = [run.find('receiver', 1), run.find('receiver', 2)];
  const claim = (count: number): string => bytesToHex(patched(run.bytes(total), 1 + CIPHERTEXT, u32(count)));
  await run.diverted(
    'sender',
    [...before, claim(4)],
    'invalid',
    'Total: a count of 4, where 3 is the most',
    ['Claim'],
    'bad-message',
  );
  await run.diverted(
    'sender',
    [...before, claim(0xffffffff)],
    'invalid',
    'Total: a count of 2^32 - 1',
    ['Claim'],
    'bad-message',
  );
  await run.diverted(
    'sender',
    [...before, claim(3)],
    'valid',
    'Total: a count that is not true, but can be: the sender has to take it',
    ['Claim', 'ToSender'],
  );
}
