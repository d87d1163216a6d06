// SPDX-License-Identifier: Apache-2.0
/** Vectors of the shuffled mode: the receiver learns only how many are shared, of elements or of people. */

import { bytesToHex, concatBytes, hexToBytes, u32 } from '../../../src/bytes.js';
import { nobleBackend as backend } from '../../../src/group/noble.js';
import { sha512 } from '../../../src/kernel/sha512.js';
import { CONFIRM_LABEL, type Role } from '../../../src/psi/run/suite.js';
import {
  badElements,
  badHellos,
  badLists,
  badOrder,
  patched,
  recordAt,
  repeated,
  swapped,
  tooMany,
} from './changes.js';
import { ASKED, HELD, PEOPLE, party } from './lists.js';
import { groupOf, type Known, other, type RunPlan, type TestsOfRun, type UnnumberedGroup } from './run.js';

const ELEMENT = 32;
const TAG = 6;

export async function cardinalityGroups(): Promise<UnnumberedGroup[]> {
  return [
    await groupOf(plan('receiver'), ['Run'], (run) => {
      for (const role of ['sender', 'receiver'] as const) {
        badHellos(run, role);
        badOrder(run, role);
      }
      badAnswers(run, ELEMENT, TAG);
    }),
    await groupOf(plan('both'), ['Run', 'ToBoth'], counts),
    await groupOf(
      {
        ...plan('receiver'),
        comment: 'nothing is shared',
        receiver: party('strangers R', ASKED.slice(1, 2), ['nonce', 'a']),
        sender: party('strangers S', HELD, ['nonce', 'b']),
      },
      ['Run'],
    ),
    await groupOf(
      {
        ...plan('receiver'),
        comment: 'two lists without an element',
        receiver: party('void R', [], ['nonce', 'a']),
        sender: party('void S', [], ['nonce', 'b']),
      },
      ['Run', 'EmptyList'],
    ),
  ];
}

function plan(to: 'receiver' | 'both'): RunPlan {
  return {
    comment: to === 'both' ? 'both learn the count' : 'the receiver learns the count',
    parameters: { mode: 'cardinality', to },
    receiver: party(`shuffled ${to} R`, ASKED, ['nonce', 'a', ...(to === 'both' ? ['e'] : [])]),
    sender: party(`shuffled ${to} S`, HELD, ['nonce', 'b']),
  };
}

/**
 * Lists of a mode whose answers are sorted.
 * @param record bytes of a record of Evaluated
 * @param tagged bytes of a record of Tags
 */
function badAnswers(run: TestsOfRun, record: number, tagged: number): void {
  const blinded = run.find('receiver', 2);
  badElements(run, 'sender', blinded, recordAt(1, ELEMENT), 'an element of Blinded');
  badLists(run, 'sender', blinded, 'Blinded');
  tooMany(run, 'sender', blinded, ELEMENT, 'Blinded');
  run.changed(
    'sender',
    blinded,
    (f) => repeated(f, 0, 2, ELEMENT),
    'repeated-element',
    'Blinded: an element twice, which would show in the answer',
    'Repeated',
  );

  const evaluated = run.find('sender', 3);
  // Bytes that no element has, but in order: in the last record.
  const last = (run.bytes(evaluated).length - 5) / ELEMENT - 1;
  run.changed(
    'receiver',
    evaluated,
    (f) => patched(f, recordAt(last, ELEMENT), new Uint8Array(ELEMENT).fill(0xff)),
    'bad-element',
    'an element of Evaluated is no element, and stands in order',
    'InvalidElement',
  );
  run.changed(
    'receiver',
    evaluated,
    (f) => patched(f, 5, new Uint8Array(ELEMENT)),
    'identity-element',
    'an element of Evaluated is the identity, and stands in order',
    'Identity',
  );
  badLists(run, 'receiver', evaluated, 'Evaluated');
  run.changed(
    'receiver',
    evaluated,
    (f) => concatBytes(f, new Uint8Array(record).fill(0xff)),
    'wrong-size',
    'Evaluated: one record more than there are questions',
    'TooMany',
  );
  run.changed(
    'receiver',
    evaluated,
    (f) => swapped(f, 0, 1, record),
    'bad-message',
    'Evaluated: not sorted',
    'Order',
  );
  run.changed(
    'receiver',
    evaluated,
    (f) => repeated(f, 0, 1, record),
    'bad-message',
    'Evaluated: an answer twice',
    'Repeated',
  );

  const tags = run.find('sender', 4);
  badLists(run, 'receiver', tags, 'Tags');
  run.changed(
    'receiver',
    tags,
    (f) => concatBytes(f, new Uint8Array(tagged).fill(0xff)),
    'wrong-size',
    'Tags: one record more than the Hello declares',
    'TooMany',
  );
  run.changed('receiver', tags, (f) => swapped(f, 0, 1, tagged), 'bad-message', 'Tags: not sorted', 'Order');
  run.changed(
    'receiver',
    tags,
    (f) => repeated(f, 0, 1, tagged),
    'bad-message',
    'Tags: a record twice',
    'Repeated',
  );
}

async function counts(run: TestsOfRun, { sid }: Known): Promise<void> {
  const confirm = run.find('receiver', 7);
  badElements(run, 'sender', confirm, 1, 'E', true);
  run.changed(
    'sender',
    confirm,
    (f) => f.slice(0, -1),
    'bad-message',
    'Confirm: one byte short',
    'FrameLength',
  );
  run.changed(
    'sender',
    confirm,
    (f) => concatBytes(f, Uint8Array.of(0)),
    'bad-message',
    'Confirm: one byte more',
    'FrameLength',
  );
  run.changed(
    'sender',
    confirm,
    (f) => concatBytes(f, Uint8Array.of(0)).slice(0, 33),
    'bad-message',
    'Confirm: no count behind E',
    'FrameLength',
  );
  // The mask is known to whoever makes the vector, so any count can be claimed.
  const frame = run.bytes(confirm);
  const b = hexToBytes(plan('both').sender.draws.find(({ name }) => name === 'b')!.hex);
  const mask = sha512(concatBytes(CONFIRM_LABEL, sid, await backend.multiply(frame.slice(1, 33), b)));
  const claimed = (count: number): Uint8Array =>
    patched(
      frame,
      33,
      u32(count).map((byte, i) => byte ^ mask[i]!),
    );
  const before = [run.find('receiver', 1), run.find('receiver', 2)];
  run.changed(
    'sender',
    confirm,
    () => claimed(4),
    'wrong-size',
    'Confirm: a count of 4, where 3 is the most',
    'Claim',
  );
  run.changed(
    'sender',
    confirm,
    () => claimed(0xffffffff),
    'wrong-size',
    'Confirm: a count of 2^32 - 1',
    'Claim',
  );
  await run.diverted(
    'sender',
    [...before, bytesToHex(claimed(3))],
    'valid',
    'Confirm: a count that is not true, but can be: the sender has to take it',
    ['Claim', 'ToBoth'],
  );
}

export async function peopleGroups(): Promise<UnnumberedGroup[]> {
  // Six elements on either side, so the tags have six bytes here, too.
  const width = 2;
  const several: RunPlan = {
    comment: 'three people of the receiver, two of whom are one to the sender; three people of the sender',
    parameters: { mode: 'cardinality', several: true },
    receiver: party('people R', PEOPLE.receiver, ['dummy', 'nonce', 'a']),
    sender: party('people S', PEOPLE.sender, ['dummy', 'dummy', 'nonce', 'b']),
  };
  return [
    await groupOf(several, ['Run', 'Several'], (run) => {
      for (const role of ['sender', 'receiver'] as const) {
        badHellos(run, role);
        badOrder(run, role);
        badPeople(run, role);
      }
      badAnswers(run, width * ELEMENT, width * TAG);
      const [evaluated, tags] = [run.find('sender', 3), run.find('sender', 4)];
      run.changed(
        'receiver',
        evaluated,
        (f) => swapped(f, 0, 1, ELEMENT),
        'bad-message',
        'Evaluated: not sorted within a person',
        'Order',
      );
      run.changed(
        'receiver',
        tags,
        (f) => swapped(f, 0, 1, TAG),
        'bad-message',
        'Tags: not sorted within a person',
        'Order',
      );
      run.changed(
        'receiver',
        tags,
        (f) => repeated(f, 0, 1, TAG),
        'bad-message',
        'Tags: a tag twice within a person',
        'Repeated',
      );
    }),
  ];
}

/** A Hello that does not go with people of several identifiers. */
export function badPeople(run: TestsOfRun, role: Role): void {
  const hello = run.find(other(role), 1);
  const n = new DataView(run.bytes(hello).buffer).getUint32(1 + 24);
  run.changed(
    role,
    hello,
    (f) => patched(f, 1 + 21, [0, 0]),
    'incompatible-peer',
    'Hello: rows of one identifier only',
    'OtherRun',
  );
  run.changed(
    role,
    hello,
    (f) => patched(f, 1 + 24, u32(n + 1)),
    'bad-message',
    'Hello: no whole number of people',
    'BrokenList',
  );
}
