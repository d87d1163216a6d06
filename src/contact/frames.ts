// SPDX-License-Identifier: Apache-2.0
/**
 * The frames between a client and a server of contact discovery: one byte of type, then a body. Every number is
 * big-endian.
 *
 * | type | name | from | body |
 * |---|---|---|---|
 * | 32 | Query | client | u16 version, u32 epoch, u32 n, the client's contacts, u8 length of the set id, set id |
 * | 33 | Blinded | client | u32 index of the first element, m x 32 bytes |
 * | 34 | Evaluated | server | u32 index of the first element, m x 32 bytes, proof of 64 bytes |
 */

import { concatBytes, fromUtf8, u16, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { decodeRecords, dueFrame, encodeRecords, type FrameType, frameNames } from '../psi/run/frames.js';
import { CONTACT_GROUP, CONTACT_VERSION, type SetName } from './suite.js';

const QUERY: FrameType = { type: 32, name: 'query' };
const BLINDED: FrameType = { type: 33, name: 'blinded' };
const EVALUATED: FrameType = { type: 34, name: 'evaluated' };
const FRAMES: readonly FrameType[] = [QUERY, BLINDED, EVALUATED];

const INDEX_BYTES = 4;

/** Behind type and index. */
const ELEMENTS_AT = 1 + INDEX_BYTES;

const ELEMENT_BYTES: number = CONTACT_GROUP.elementBytes;
const PROOF_BYTES: number = 2 * CONTACT_GROUP.scalarBytes;

/** What a client wants. */
interface Query extends SetName {
  /** How many elements it will send. */
  readonly size: number;
}

export function encodeQuery({ setId, epoch, size }: Query): Uint8Array {
  const id = utf8(setId);
  return concatBytes(
    Uint8Array.of(QUERY.type),
    u16(CONTACT_VERSION),
    u32(epoch),
    u32(size),
    Uint8Array.of(id.length),
    id,
  );
}

/** @throws {VeilmatchError} `bad-message`, `unexpected-message`, `incompatible-peer` for another version */
export function decodeQuery(frame: Uint8Array): Query {
  const { body } = dueFrame(frame, FRAMES, QUERY);
  if (body.length < 2) throw malformedQuery();
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const version = view.getUint16(0);
  if (version !== CONTACT_VERSION) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The client speaks version ${version} of veilmatch-contact, this server version ${CONTACT_VERSION}.`,
    );
  }
  if (body.length < 11 || body.length !== 11 + body[10]! || body[10] === 0) throw malformedQuery();
  const size = view.getUint32(6);
  try {
    return { epoch: view.getUint32(2), size, setId: fromUtf8(body.subarray(11)) };
  } catch {
    throw malformedQuery();
  }
}

/** Elements from index `first` of the client's list on. */
export function encodeBlinded(first: number, elements: Uint8Array): Uint8Array {
  return encodeRecords(BLINDED, first, elements);
}

/**
 * The next elements of a client that has sent `done` of `declared`.
 * @throws {VeilmatchError} `bad-message`, `unexpected-message`, `wrong-size`
 */
export function decodeBlinded(frame: Uint8Array, done: number, declared: number): Uint8Array {
  return decodeRecords(dueFrame(frame, FRAMES, BLINDED), ELEMENT_BYTES, done, declared).bytes;
}

/** The answer to the elements from index `first` on. */
interface Answer {
  readonly evaluatedElements: Uint8Array;
  readonly proof: Uint8Array;
}

export function encodeEvaluated(first: number, { evaluatedElements, proof }: Answer): Uint8Array {
  return encodeRecords(EVALUATED, first, concatBytes(evaluatedElements, proof));
}

/**
 * The answer to the `asked` elements from index `first` on.
 * @throws {VeilmatchError} `bad-message`, `unexpected-message`, `wrong-size`
 */
export function decodeEvaluated(frame: Uint8Array, first: number, asked: number): Answer {
  const { name, body } = dueFrame(frame, FRAMES, EVALUATED);
  const due = INDEX_BYTES + asked * ELEMENT_BYTES + PROOF_BYTES;
  if (body.length !== due) {
    throw new VeilmatchError(
      'wrong-size',
      `The server owes an index, ${asked} elements and a proof, ${due} bytes; it sent ${body.length}.`,
    );
  }
  const [elements, proof] = [body.subarray(0, -PROOF_BYTES), body.subarray(-PROOF_BYTES)];
  const { bytes } = decodeRecords({ name, body: elements }, ELEMENT_BYTES, first, first + asked);
  return { evaluatedElements: bytes, proof };
}

/**
 * What a frame is.
 * @throws {VeilmatchError} `bad-message` for none
 */
export const contactFrameName: (frame: Uint8Array) => string = frameNames(FRAMES);

/** The elements in a frame of them, as anybody can read them who sees it. */
export function elementsOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(ELEMENTS_AT, frame.length - (frame[0] === EVALUATED.type ? PROOF_BYTES : 0));
}

function malformedQuery(): VeilmatchError {
  return new VeilmatchError(
    'bad-message',
    `A frame '${QUERY.name}' has a length or a text that it cannot have.`,
  );
}
