// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of `veilmatch-psi-v1`: one byte of type, then a body. What carries them keeps their boundaries. Elements have e
 * bytes and scalars s, each 32 in the suite ristretto255.
 *
 * | type | name | body |
 * |---|---|---|
 * | 1 | Hello | see `hello.ts` |
 * | 2 | Blinded | u32 index of the first element, n x e bytes |
 * | 3 | Evaluated | u32 index of the first element, n x e bytes |
 * | 4 | Tags | u32 index of the first tag, n x t bytes |
 * | 5 | Finish | 32 bytes |
 * | 6 | Proof | u32 index of the first answer that it is about, 2 x s bytes |
 * | 7 | Confirm | ordered: u32 index of the first record, n x 16 bytes; shuffled: E, e bytes, and 4 bytes |
 * | 16 | SumKey | e bytes |
 * | 17 | Values | u32 index of the first record, n x (t + 2 e) bytes |
 * | 18 | Total | 2 e bytes; where the sender learns the sum, u32 size behind them |
 * | 19 | Opened | e bytes |
 * | 20 | Ids | u32 index of the first element, n x e bytes |
 * | 32 | Choices | 765 x 2 e bytes |
 * | 33 | Trees | 32 bytes, e bytes, 40,832 bytes |
 * | 34 | Columns | u32 number, rows / 8 x 255 bytes |
 * | 35 | Sums | 160 x 16 bytes, 32 bytes |
 *
 * Types 16 to 31 are those of the modes sum and join ids, from 32 on of the mode ot-psi.
 */

import { concatBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { MAX_FRAME_BYTES } from './suite.js';

export const FRAME = {
  hello: 1,
  blinded: 2,
  evaluated: 3,
  tags: 4,
  finish: 5,
  proof: 6,
  confirm: 7,
  sumKey: 16,
  values: 17,
  total: 18,
  opened: 19,
  ids: 20,
  choices: 32,
  trees: 33,
  columns: 34,
  sums: 35,
} as const;
export type FrameName = keyof typeof FRAME;

const NAMES = Object.fromEntries(Object.entries(FRAME).map(([name, type]) => [type, name])) as Record<
  number,
  FrameName
>;

/** Type and index of a frame that holds records. */
const RECORDS_HEADER = 5;

export interface Frame {
  readonly name: FrameName;
  readonly body: Uint8Array;
}

export function encodeFrame(name: FrameName, body: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(FRAME[name]), body);
}

/** @throws {VeilmatchError} `bad-message` */
export function decodeFrame(frame: Uint8Array): Frame {
  if (frame.length > MAX_FRAME_BYTES) {
    throw new VeilmatchError(
      'bad-message',
      `A frame of ${frame.length} bytes: at most ${MAX_FRAME_BYTES} are allowed.`,
    );
  }
  const name = NAMES[frame[0] ?? 0];
  if (name === undefined)
    throw new VeilmatchError('bad-message', 'A frame of unknown type or without one.', { offset: 0 });
  return { name, body: frame.subarray(1) };
}

/** Records of `width` bytes, the first of which has this index in the party's list. */
interface Records {
  readonly first: number;
  readonly bytes: Uint8Array;
}

export function encodeRecords(name: FrameName, first: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(FRAME[name]), u32(first), bytes);
}

/**
 * Reads the next records of a list that has `done` of `declared` already: in order, none missing, none too many.
 * @throws {VeilmatchError} `bad-message`, `wrong-size`
 */
export function decodeRecords(frame: Frame, width: number, done: number, declared: number): Records {
  const { name, body } = frame;
  const length = body.length - 4;
  if (length <= 0 || length % width !== 0) {
    throw new VeilmatchError(
      'bad-message',
      `A frame '${name}' holds no whole number of records of ${width} bytes.`,
    );
  }
  const first = new DataView(body.buffer, body.byteOffset).getUint32(0);
  if (first !== done) {
    throw new VeilmatchError(
      'bad-message',
      `A frame '${name}' begins at record ${first}; record ${done} was due.`,
      {
        position: first,
      },
    );
  }
  if (first + length / width > declared) {
    throw new VeilmatchError(
      'wrong-size',
      `The peer sent more than the ${declared} records that it declared.`,
      {
        position: declared,
      },
    );
  }
  return { first, bytes: body.subarray(4) };
}

/**
 * The body of a frame that has one length.
 * @throws {VeilmatchError} `bad-message`
 */
export function decodeFixed({ name, body }: Frame, length: number): Uint8Array {
  if (body.length === length) return body;
  throw new VeilmatchError(
    'bad-message',
    `A frame '${name}' holds ${body.length} bytes; ${length} were due.`,
  );
}

/** The most records of `width` bytes that fit into one frame. */
export function recordsPerFrame(width: number): number {
  return Math.floor((MAX_FRAME_BYTES - RECORDS_HEADER) / width);
}

/** All records of a list in as few frames as they fit into; none for an empty list. */
export function* recordFrames(name: FrameName, records: Uint8Array, width: number): Generator<Uint8Array> {
  const step = recordsPerFrame(width);
  for (let first = 0; first * width < records.length; first += step) {
    yield encodeRecords(name, first, records.subarray(first * width, (first + step) * width));
  }
}

/** What a frame is called. @throws {VeilmatchError} `bad-message` */
export function frameName(frame: Uint8Array): FrameName {
  return decodeFrame(frame).name;
}
