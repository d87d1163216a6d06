// SPDX-License-Identifier: Apache-2.0
/** Vectors of the ordered mode: the receiver learns which of its elements are shared. */

import { bytesToHex, concatBytes, hexToBytes, u32 } from '../../../src/bytes.js';
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
import { ASKED, HELD, party } from './lists.js';
import { groupOf, type RunPlan, type TestsOfRun, type UnnumberedGroup } from './run.js';

const ELEMENT = 32;
/** With three elements on one side and four on the other. */
const TAG = 6;
const CONFIRM = 16;
/** L, little-endian. */
const ORDER = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';

export async function intersectionGroups(): Promise<UnnumberedGroup[]> {
  return [
    await groupOf(plan('additive'), ['Run'], everything),
    await groupOf(plan('multiplicative'), ['Run'], splitLists),
    await groupOf(both(), ['Run', 'ToBoth'], confirmations),
    await groupOf(verifiable(), ['Run', 'Verifiable'], proofs),
    await groupOf(
      {
        ...plan('additive'),
        comment: 'the sender has one dummy and knows nobody else',
        sender: party('dummy S', [[`dummy:${'d5'.repeat(32)}`]], ['nonce', 'b']),
      },
      ['Run', 'Dummy'],
    ),
    await groupOf(
      {
        ...plan('additive'),
        comment: 'the receiver has an empty list',
        receiver: party('empty R', [], ['nonce']),
        sender: party('empty S', HELD, ['nonce', 'b']),
      },
      ['Run', 'EmptyList'],
    ),
    await groupOf(
      {
        ...plan('additive'),
        comment: 'the sender has an empty list',
        receiver: party('nobody R', ASKED, ['nonce', 'r', 'r', 'r']),
        sender: party('nobody S', [], ['nonce', 'b']),
      },
      ['Run', 'EmptyList'],
    ),
  ];
}

function plan(blinding: 'additive' | 'multiplicative'): RunPlan {
  const scalars = blinding === 'additive' ? ['r', 'r', 'r'] : ['a'];
  return {
    comment: `the receiver blinds with ${blinding === 'additive' ? 'H(x) + rG' : 'a H(x)'}`,
    parameters: { mode: 'intersection' },
    receiver: party(`${blinding} R`, ASKED, ['nonce', ...scalars], { blinding }),
    sender: party(`${blinding} S`, HELD, ['nonce', 'b']),
  };
}

/** The tests that every other group would repeat: one group has them all. */
function everything(run: TestsOfRun): void {
  for (const role of ['sender', 'receiver'] as const) {
    badHellos(run, role);
    badOrder(run, role);
  }
  const blinded = run.find('receiver', 2);
  badElements(run, 'sender', blinded, recordAt(1, ELEMENT), 'an element of Blinded', true);
  badLists(run, 'sender', blinded, 'Blinded');
  tooMany(run, 'sender', blinded, ELEMENT, 'Blinded');
  run.changed(
    'sender',
    blinded,
    (f) => repeated(f, 0, 2, ELEMENT),
    'repeated-element',
    'Blinded: an element twice',
    'Repeated',
  );

  const evaluated = run.find('sender', 3);
  badElements(run, 'receiver', evaluated, recordAt(1, ELEMENT), 'an element of Evaluated', true);
  badLists(run, 'receiver', evaluated, 'Evaluated');
  tooMany(run, 'receiver', evaluated, ELEMENT, 'Evaluated');
  run.changed(
    'receiver',
    evaluated,
    (f) => repeated(f, 0, 2, ELEMENT),
    'repeated-element',
    'Evaluated: an answer twice',
    'Repeated',
  );

  const tags = run.find('sender', 4);
  badLists(run, 'receiver', tags, 'Tags');
  run.changed(
    'receiver',
    tags,
    (f) => concatBytes(f, f.slice(-TAG).fill(0xff)),
    'wrong-size',
    'Tags: one record more than the Hello declares',
    'TooMany',
  );
  run.changed('receiver', tags, (f) => swapped(f, 0, 1, TAG), 'bad-message', 'Tags: not sorted', 'Order');
  run.changed(
    'receiver',
    tags,
    (f) => repeated(f, 0, 1, TAG),
    'bad-message',
    'Tags: a tag twice',
    'Repeated',
  );
}

/** Lists in other frames than one each. */
async function splitLists(run: TestsOfRun): Promise<void> {
  const [blinded, evaluated, tags] = [run.find('receiver', 2), run.find('sender', 3), run.find('sender', 4)];
  const split = (at: number, first: number, width: number): string[] => {
    const frame = run.bytes(at);
    const middle = recordAt(first, width);
    return [
      bytesToHex(frame.slice(0, middle)),
      bytesToHex(concatBytes(frame.slice(0, 1), u32(first), frame.slice(middle))),
    ];
  };
  const helloR = run.find('receiver', 1);
  const helloS = run.find('sender', 1);
  await run.diverted('sender', [helloR, ...split(blinded, 2, ELEMENT)], 'valid', 'Blinded in two frames', [
    'SplitList',
  ]);
  await run.diverted('receiver', [helloS, evaluated, ...split(tags, 1, TAG)], 'valid', 'Tags in two frames', [
    'SplitList',
  ]);
  await run.diverted(
    'receiver',
    [helloS, ...split(evaluated, 2, ELEMENT), tags],
    'acceptable',
    'Evaluated in two frames, where Blinded was one: not frame for frame, but nothing is lost by it',
    ['SplitList'],
    'bad-message',
  );
  const [first, second] = split(tags, 2, TAG);
  run.refuses(
    'receiver',
    tags,
    [first!, run.find('sender', 5)],
    'unexpected-message',
    'Tags: the second half is missing',
    'BrokenList',
  );
  run.refuses('receiver', tags, [first!, first!], 'bad-message', 'Tags: the first half twice', 'BrokenList');
  run.refuses('receiver', tags, second!, 'bad-message', 'Tags: the second half first', 'BrokenList');
  const low = patched(hexToBytes(second!), 5, run.bytes(tags).slice(5, 5 + TAG));
  run.refuses(
    'receiver',
    tags,
    [first!, bytesToHex(low)],
    'bad-message',
    'Tags: not sorted from one frame to the next',
    'Order',
  );
  await run.diverted(
    'sender',
    [bytesToHex(patched(run.bytes(helloR), 1 + 64, new Uint8Array(32).fill(7))), blinded],
    'acceptable',
    'the Hello of the receiver has bytes in the place of a key, which it does not have',
    ['Unused'],
    'bad-message',
  );
}

function both(): RunPlan {
  return {
    comment: 'both learn the result',
    parameters: { mode: 'intersection', to: 'both' },
    // Three records, two of which are matches: the first of these fills up.
    receiver: party('both R', ASKED, ['nonce', 'r', 'r', 'r', 'filling:48'], { blinding: 'additive' }),
    sender: party('both S', HELD, ['nonce', 'b']),
  };
}

async function confirmations(run: TestsOfRun): Promise<void> {
  const confirm = run.find('receiver', 7);
  badLists(run, 'sender', confirm, 'Confirm');
  run.changed(
    'sender',
    confirm,
    (f) => concatBytes(f, f.slice(-CONFIRM).fill(0xff)),
    'wrong-size',
    'Confirm: one record more than there can be',
    'TooMany',
  );
  run.changed(
    'sender',
    confirm,
    (f) => swapped(f, 0, 1, CONFIRM),
    'bad-message',
    'Confirm: not sorted',
    'Order',
  );
  run.changed(
    'sender',
    confirm,
    (f) => repeated(f, 0, 1, CONFIRM),
    'bad-message',
    'Confirm: a record twice',
    'Repeated',
  );
  run.refuses(
    'sender',
    confirm,
    [bytesToHex(run.bytes(confirm).slice(0, -CONFIRM)), run.find('receiver', 5)],
    'unexpected-message',
    'Confirm: a record too few, then Finish',
    'BrokenList',
  );
  const before = [run.find('receiver', 1), run.find('receiver', 2)];
  const noise = concatBytes(
    Uint8Array.of(7),
    u32(0),
    ...[1, 2, 3].map((i) => new Uint8Array(CONFIRM).fill(i)),
  );
  await run.diverted(
    'sender',
    [...before, bytesToHex(noise)],
    'valid',
    'Confirm: records that confirm nothing. The sender takes them, and learns of no match',
    ['ToBoth'],
  );
}

function verifiable(): RunPlan {
  return {
    comment: 'the sender proves its answers',
    parameters: { mode: 'intersection', verifiable: true },
    receiver: party('verifiable R', ASKED, ['nonce', 'r', 'r', 'r'], { blinding: 'additive' }),
    sender: party('verifiable S', HELD, ['nonce', 'b', 'proof']),
  };
}

async function proofs(run: TestsOfRun): Promise<void> {
  const proof = run.find('sender', 6);
  const bad = (offset: number, bytes: Uint8Array | readonly number[], comment: string): void =>
    run.changed(
      'receiver',
      proof,
      (f) => patched(f, offset, bytes),
      'bad-proof',
      `Proof: ${comment}`,
      'Proof',
    );
  const frame = run.bytes(proof);
  bad(5, [frame[5]! ^ 1], 'one bit of c changed');
  bad(37, [frame[37]! ^ 1], 'one bit of s changed');
  bad(5, plusOrder(frame.slice(5, 37)), 'c + L in place of c');
  bad(37, plusOrder(frame.slice(37, 69)), 's + L in place of s');
  bad(5, new Uint8Array(64), 'zeros');
  run.changed(
    'receiver',
    proof,
    (f) => patched(f, 1, u32(1)),
    'bad-message',
    'Proof: about the answers from number 1 on',
    'Proof',
  );
  run.changed(
    'receiver',
    proof,
    (f) => f.slice(0, -1),
    'bad-message',
    'Proof: one byte short',
    'FrameLength',
  );
  run.refuses(
    'receiver',
    proof,
    run.find('sender', 4),
    'unexpected-message',
    'Tags in the place of the proof',
    'OutOfTurn',
  );
  const evaluated = run.find('sender', 3);
  const answers = (comment: string, change: (frame: Uint8Array) => Uint8Array): void =>
    run.refuses(
      'receiver',
      evaluated,
      [bytesToHex(change(run.bytes(evaluated))), proof],
      'bad-proof',
      comment,
      'Proof',
    );
  answers('Evaluated: two answers changed for one another', (f) => swapped(f, 0, 1, ELEMENT));
  const blinded = run.bytes(run.find('receiver', 2));
  answers('Evaluated: a question in place of its answer', (f) =>
    patched(f, 5, blinded.slice(5, 5 + ELEMENT)),
  );

  // The same questions and secrets, but another nonce in the Hello of the sender: another session.
  const { sender, ...rest } = verifiable();
  const draws = sender.draws.map((draw) =>
    draw.name === 'nonce' ? { ...draw, hex: 'aa'.repeat(32) } : draw,
  );
  const elsewhere = await groupOf({ ...rest, sender: { ...sender, draws } }, []);
  const stranger = elsewhere.frames.find(({ hex }) => hex.startsWith('06'))!.hex;
  run.refuses(
    'receiver',
    proof,
    stranger,
    'bad-proof',
    'Proof: of another run with the same key and questions',
    'Proof',
  );
  // Answers and proof under another key than that of the Hello.
  const keys = sender.draws.map((draw) =>
    draw.name === 'b' ? { ...draw, hex: `${'5a'.repeat(31)}05` } : draw,
  );
  const otherKey = await groupOf({ ...rest, sender: { ...sender, draws: keys } }, []);
  const frames = otherKey.frames.filter(({ hex }) => hex.startsWith('03') || hex.startsWith('06'));
  run.refuses(
    'receiver',
    evaluated,
    frames.map(({ hex }) => hex),
    'bad-proof',
    'Evaluated and Proof: under another key than B',
    'Proof',
  );
}

/** A scalar written without reduction: the same number modulo L. */
function plusOrder(scalar: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const sum = number(scalar) + number(hexToBytes(ORDER));
  return new Uint8Array(Buffer.from(sum.toString(16).padStart(64, '0'), 'hex').reverse());
}
