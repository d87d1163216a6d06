// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of `veilmatch-psi-v1`: one byte of type, then a body. What carries them keeps their boundaries. These two are of
 * every run; what else a protocol says stands in its folder.
 *
 * | type | name | body |
 * |---|---|---|
 * | 1 | Hello | see `hello.ts` |
 * | 5 | Finish | 32 bytes |
 */

import { concatBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { MAX_FRAME_BYTES } from './suite.js';

/** A kind of frame. */
export interface FrameType {
  /** The byte that it begins with. */
  readonly type: number;
  /** What errors and reports call it. */
  readonly name: string;
}

export const HELLO: FrameType = { type: 1, name: 'hello' };
export const FINISH: FrameType = { type: 5, name: 'finish' };

/** Type and index of a frame that holds records. */
const RECORDS_HEADER = 5;

/** A frame of a type that the run has. */
export interface Frame {
  readonly name: string;
  readonly body: Uint8Array;
}

export function encodeFrame({ type }: FrameType, body: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), body);
}

/**
 * @param types that there are in the run
 * @throws {VeilmatchError} `bad-message`
 */
export function decodeFrame(frame: Uint8Array, types: readonly FrameType[]): Frame {
  if (frame.length > MAX_FRAME_BYTES) {
    throw new VeilmatchError(
      'bad-message',
      `A frame of ${frame.length} bytes: at most ${MAX_FRAME_BYTES} are allowed.`,
    );
  }
  const found = types.find(({ type }) => type === frame[0]);
  if (found === undefined)
    throw new VeilmatchError('bad-message', 'A frame of unknown type or without one.', { offset: 0 });
  return { name: found.name, body: frame.subarray(1) };
}

/**
 * The same, of the type that is due.
 * @throws {VeilmatchError} `bad-message`, `unexpected-message`
 */
export function dueFrame(frame: Uint8Array, types: readonly FrameType[], due: FrameType): Frame {
  const decoded = decodeFrame(frame, types);
  if (frame[0] === due.type) return decoded;
  throw new VeilmatchError(
    'unexpected-message',
    `The peer sent a frame '${decoded.name}' where a frame '${due.name}' was due.`,
  );
}

/** The body of a frame of this type. @throws {VeilmatchError} `bad-message` */
export function bodyOf(frame: Uint8Array, type: FrameType): Uint8Array {
  return decodeFrame(frame, [type]).body;
}

/** Records of `width` bytes, the first of which has this index in the party's list. */
interface Records {
  readonly first: number;
  readonly bytes: Uint8Array;
}

export function encodeRecords({ type }: FrameType, first: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), u32(first), bytes);
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
export function* recordFrames(type: FrameType, records: Uint8Array, width: number): Generator<Uint8Array> {
  const step = recordsPerFrame(width);
  for (let first = 0; first * width < records.length; first += step) {
    yield encodeRecords(type, first, records.subarray(first * width, (first + step) * width));
  }
}

/** What frames of these types are called. */
export function frameNames(types: readonly FrameType[]): (frame: Uint8Array) => string {
  return (frame) => decodeFrame(frame, types).name;
}
