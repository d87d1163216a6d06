// SPDX-License-Identifier: Apache-2.0
/** Changes of a frame that every mode has: a Hello of something else, a list that is broken, bytes that are no element. */

import { bytesToHex, concatBytes, u32 } from '../../../src/bytes.js';
import { MAX_FRAME_BYTES, type Role } from '../../../src/psi/run/suite.js';
import encodings from '../rfc9496-ristretto255.json' with { type: 'json' };
import { other, type TestsOfRun } from './run.js';

/** Where a record stands in a frame: type and index are before it. */
export const recordAt = (index: number, width: number): number => 5 + index * width;

/** The frame with these bytes from an offset on. */
export function patched(
  frame: Uint8Array,
  offset: number,
  bytes: Uint8Array | readonly number[],
): Uint8Array {
  const copy = frame.slice();
  copy.set(bytes, offset);
  return copy;
}

/** The frame with two records changed for one another. */
export function swapped(frame: Uint8Array, i: number, j: number, width: number): Uint8Array {
  const [a, b] = [recordAt(i, width), recordAt(j, width)];
  return patched(patched(frame, a, frame.slice(b, b + width)), b, frame.slice(a, a + width));
}

/** The frame with record i once more, in the place of record j. */
export function repeated(frame: Uint8Array, i: number, j: number, width: number): Uint8Array {
  const at = recordAt(i, width);
  return patched(frame, recordAt(j, width), frame.slice(at, at + width));
}

/** One bad encoding of each kind that RFC 9496 names. */
export const badEncodings: ReadonlyArray<{ readonly reason: string; readonly hex: string }> = [
  ...new Map(encodings.invalidEncodings.map(({ reason, encoding }) => [reason, encoding])),
].map(([reason, hex]) => ({ reason, hex }));

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
export const IDENTITY: Uint8Array = new Uint8Array(32);
/** p, which is zero written in another way. */
export const NOT_CANONICAL: Uint8Array = bytesOf(
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
);

/**
 * No party may go on with bytes that are no element, nor with the identity.
 * @param offset of the element in the frame
 */
export function badElements(
  run: TestsOfRun,
  role: Role,
  at: number,
  offset: number,
  what: string,
  all = false,
): void {
  for (const { reason, hex } of all ? badEncodings : badEncodings.slice(0, 2)) {
    const comment = `${what} is no element: ${reason.toLowerCase()}`;
    run.changed(
      role,
      at,
      (frame) => patched(frame, offset, bytesOf(hex)),
      'bad-element',
      comment,
      'InvalidElement',
    );
  }
  run.changed(
    role,
    at,
    (frame) => patched(frame, offset, IDENTITY),
    'identity-element',
    `${what} is the identity`,
    'Identity',
  );
}

/** What a list of records can have wrong, whatever the records are. */
export function badLists(run: TestsOfRun, role: Role, at: number, what: string): void {
  const bad = (change: (frame: Uint8Array) => Uint8Array, code: string, comment: string): void =>
    run.changed(role, at, change, code, `${what}: ${comment}`, 'BrokenList');
  bad(
    (frame) => patched(frame, 1, u32(1)),
    'bad-message',
    'the list begins at record 1, so record 0 is missing',
  );
  bad((frame) => frame.slice(0, 5), 'bad-message', 'a frame without a record');
  bad((frame) => frame.slice(0, 3), 'bad-message', 'the index is cut off');
  bad((frame) => frame.slice(0, -1), 'bad-message', 'the last record is cut off');
  run.refuses(
    role,
    at,
    { hex: bytesToHex(run.bytes(at)), length: MAX_FRAME_BYTES + 1 },
    'bad-message',
    `${what}: a frame of one byte more than a frame may have`,
    'FrameLength',
  );
}

/** More records than the Hello declared. */
export function tooMany(run: TestsOfRun, role: Role, at: number, width: number, what: string): void {
  run.changed(
    role,
    at,
    (frame) => concatBytes(frame, frame.slice(5, 5 + width)),
    'wrong-size',
    `${what}: one record more than the Hello declares`,
    'TooMany',
  );
}

/** The Hello of a peer that runs something else, lies about it, or is no veilmatch at all. */
export function badHellos(run: TestsOfRun, role: Role): void {
  const at = run.find(other(role), 1);
  const set = (offset: number, bytes: readonly number[], code: string, comment: string, flag: string): void =>
    run.changed(role, at, (frame) => patched(frame, 1 + offset, bytes), code, comment, flag);
  const [mode, to, kinds] = [17, 18, 20].map((offset) => run.bytes(at)[1 + offset]!) as [
    number,
    number,
    number,
  ];
  set(0, [0x56], 'bad-message', 'Hello: it begins with another word', 'NoHello');
  set(13, [0, 2], 'incompatible-peer', 'Hello: version 2', 'OtherVersion');
  set(
    15,
    [role === 'receiver' ? 1 : 2],
    'incompatible-peer',
    'Hello: the role of the party itself',
    'OtherRun',
  );
  set(15, [3], 'bad-message', 'Hello: a role that nobody has', 'NoHello');
  set(16, [2], 'incompatible-peer', 'Hello: suite 2', 'OtherVersion');
  set(17, [mode === 1 ? 2 : 1], 'incompatible-peer', 'Hello: another mode', 'OtherRun');
  set(17, [9], 'incompatible-peer', 'Hello: a mode that is not known', 'OtherRun');
  set(18, [to === 1 ? 2 : 1], 'incompatible-peer', 'Hello: somebody else learns the result', 'OtherRun');
  set(18, [4], 'incompatible-peer', 'Hello: a rule for who learns that is not known', 'OtherRun');
  set(19, [1], 'incompatible-peer', 'Hello: identifiers of format 1', 'OtherVersion');
  set(20, [16], 'bad-message', 'Hello: a kind of identifiers that is not known', 'NoHello');
  set(20, [15 & ~kinds], 'incompatible-lists', 'Hello: no kind of identifiers in common', 'OtherRun');
  const flags = run.bytes(at)[1 + 21]!;
  set(
    21,
    [flags ^ 1],
    'incompatible-peer',
    'Hello: the flag for proofs is not the one agreed on',
    'OtherRun',
  );
  set(21, [flags | 4], 'incompatible-peer', 'Hello: a flag that is not known', 'OtherVersion');
  set(
    22,
    [(flags & 2) === 0 ? 2 : 1],
    'bad-message',
    'Hello: a number of identifiers a row that the flags do not allow',
    'NoHello',
  );
  const digits = run.bytes(at)[1 + 23]!;
  if (mode === 3) {
    set(23, [digits ^ 1], 'incompatible-peer', 'Hello: values with other digits after the point', 'OtherRun');
    set(
      23,
      [10],
      'incompatible-peer',
      'Hello: more digits after the point than there can be',
      'OtherVersion',
    );
  } else {
    set(23, [1], 'incompatible-peer', 'Hello: the reserved byte is not zero', 'OtherVersion');
  }
  set(24, [0xff, 0xff, 0xff, 0xff], 'wrong-size', 'Hello: more elements than the party accepts', 'TooMany');
  set(28, [0, 0, 0, 1], 'wrong-size', 'Hello: the peer accepts fewer elements than the party has', 'TooMany');
  run.changed(role, at, (frame) => frame.slice(0, -1), 'bad-message', 'Hello: one byte short', 'FrameLength');
  run.changed(
    role,
    at,
    (frame) => concatBytes(frame, Uint8Array.of(0)),
    'bad-message',
    'Hello: one byte more',
    'FrameLength',
  );
  run.refuses(role, at, '', 'bad-message', 'a frame without a byte', 'FrameLength');
  run.refuses(role, at, '63', 'bad-message', 'a frame of a type that is not known', 'OutOfTurn');
  if (role === 'receiver') badElements(run, role, at, 1 + 64, 'B', true);
}

/** The last frame, and frames at the wrong time. */
export function badOrder(run: TestsOfRun, role: Role): void {
  const given = run.of(other(role));
  const finish = run.find(other(role), 5);
  const [hello, second] = [given[0]!, given[1]!];
  run.refuses(role, hello, second, 'unexpected-message', 'the second frame comes first', 'OutOfTurn');
  run.refuses(role, second, hello, 'unexpected-message', 'a second Hello', 'OutOfTurn');
  if (second !== finish) {
    run.refuses(role, second, finish, 'unexpected-message', 'Finish, with lists missing', 'OutOfTurn');
  }
  run.refuses(
    role,
    finish,
    given[given.length - 2]!,
    'unexpected-message',
    'the frame before Finish once more',
    'OutOfTurn',
  );
  run.changed(
    role,
    finish,
    (frame) => patched(frame, 1, [frame[1]! ^ 1]),
    'transcript-mismatch',
    'Finish: one bit changed',
    'Transcript',
  );
  run.changed(
    role,
    finish,
    (frame) => frame.slice(0, -1),
    'transcript-mismatch',
    'Finish: one byte short',
    'Transcript',
  );
  run.refuses(
    role,
    finish,
    run.of(role).at(-1)!,
    'transcript-mismatch',
    "Finish: the party's own, reflected",
    'Transcript',
  );
}
