// SPDX-License-Identifier: Apache-2.0
/** Vectors of the mode join-ids: both learn a pseudonym for each of their own elements, and how many are shared. */

import { bytesToHex, concatBytes, hexToBytes } from '../../../src/bytes.js';
import type { Role } from '../../../src/psi/run/suite.js';
import {
  badEncodings,
  badHellos,
  badLists,
  badOrder,
  IDENTITY,
  patched,
  recordAt,
  repeated,
  swapped,
  tooMany,
} from './changes.js';
import { ASKED, HELD, party } from './lists.js';
import { groupOf, other, type RunPlan, type TestsOfRun, type UnnumberedGroup } from './run.js';

const ELEMENT = 32;
const FF = new Uint8Array(ELEMENT).fill(0xff);

export async function joinIdsGroups(): Promise<UnnumberedGroup[]> {
  const plan: RunPlan = {
    comment: 'both get pseudonyms',
    parameters: { mode: 'join-ids', to: 'both' },
    receiver: party('join R', ASKED, ['a', 'c', 'nonce']),
    sender: party('join S', HELD, ['b', 'd', 'nonce']),
  };
  return [
    await groupOf(plan, ['Run', 'JoinIds'], async (run) => {
      for (const role of ['sender', 'receiver'] as const) {
        badHellos(run, role);
        badOrder(run, role);
        await badJoin(run, role);
      }
    }),
    await groupOf(
      {
        ...plan,
        comment: 'the receiver has an empty list',
        receiver: party('join empty R', [], ['a', 'c', 'nonce']),
        sender: party('join empty S', HELD, ['b', 'd', 'nonce']),
      },
      ['Run', 'JoinIds', 'EmptyList'],
    ),
  ];
}

async function badJoin(run: TestsOfRun, role: Role): Promise<void> {
  const peer = other(role);
  const [blinded, evaluated, ids] = [2, 3, 20].map((type) => run.find(peer, type)) as [
    number,
    number,
    number,
  ];
  const last = (at: number): number => run.bytes(at).length - ELEMENT;
  run.changed(
    role,
    blinded,
    (f) => patched(f, last(blinded), FF),
    'bad-element',
    'an element of Blinded is no element, and stands in order',
    'InvalidElement',
  );
  run.changed(
    role,
    blinded,
    (f) => patched(f, 5, new Uint8Array(ELEMENT)),
    'identity-element',
    'an element of Blinded is the identity, and stands in order',
    'Identity',
  );
  run.changed(
    role,
    blinded,
    (f) => swapped(f, 0, 1, ELEMENT),
    'bad-message',
    'Blinded: not sorted, so it tells an order',
    'Order',
  );
  run.changed(
    role,
    blinded,
    (f) => repeated(f, 0, 1, ELEMENT),
    'bad-message',
    'Blinded: an element twice',
    'Repeated',
  );
  badLists(run, role, blinded, 'Blinded');
  run.changed(
    role,
    blinded,
    (f) => concatBytes(f, FF),
    'wrong-size',
    'Blinded: one record more than the Hello declares',
    'TooMany',
  );
  run.changed(
    role,
    evaluated,
    (f) => swapped(f, 0, 1, ELEMENT),
    'bad-message',
    'Evaluated: not sorted',
    'Order',
  );
  run.changed(
    role,
    evaluated,
    (f) => repeated(f, 0, 1, ELEMENT),
    'bad-message',
    'Evaluated: an answer twice',
    'Repeated',
  );
  badLists(run, role, evaluated, 'Evaluated');
  badLists(run, role, ids, 'Ids');
  tooMany(run, role, ids, ELEMENT, 'Ids');
  run.changed(
    role,
    ids,
    (f) => repeated(f, 0, 1, ELEMENT),
    'repeated-element',
    'Ids: two people under one id',
    'Repeated',
  );
  // What is wrong with an element may show when the ids are worked on, which is after the peer's Finish at the latest.
  const before = run.of(peer).filter((frame) => ![ids, run.find(peer, 5)].includes(frame));
  for (const { reason, hex } of badEncodings) {
    const bad = patched(run.bytes(ids), recordAt(1, ELEMENT), hexToBytes(hex));
    const comment = `an element of Ids is no element: ${reason.toLowerCase()}`;
    await run.diverted(
      role,
      [...before, bytesToHex(bad)],
      'invalid',
      comment,
      ['InvalidElement'],
      'bad-element',
    );
  }
  const identity = bytesToHex(patched(run.bytes(ids), recordAt(1, ELEMENT), IDENTITY));
  await run.diverted(
    role,
    [...before, identity],
    'invalid',
    'an element of Ids is the identity',
    ['Identity'],
    'identity-element',
  );
}
