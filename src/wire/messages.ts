// SPDX-License-Identifier: Apache-2.0
/**
 * The messages of proto/veilmatch/psi/v1/psi.proto as plain data, checked both ways: what is decoded here keeps to the
 * schema, its limits and its ranges. The generated code and the protobuf runtime stay behind this file.
 */

import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { VeilmatchError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../psi/run/suite.js';
import { type Envelope, EnvelopeSchema, FileKind, Reason } from './generated/veilmatch/psi/v1/psi_pb.js';
import { isMostlyFrame } from './overhead.js';

/** The most that any encoded message has. */
export const MAX_MESSAGE_BYTES: number = MAX_FRAME_BYTES + 64;
/** The most that an encoded message without a frame has: nobody who is not known yet makes a party hold more. */
export const MAX_CONTROL_BYTES = 4096;
/** Frames that a party may have under way before the other one has taken them. */
export const WINDOW_FRAMES = 8;
/** Of the digest of frames that a party has. */
export const HELD_DIGEST_BYTES = 32;
/** The lists of versions and suites that an Open may hold. */
const MAX_CHOICES = 32;

/** Why a run ended, as the peer is told. */
export type CloseReason =
  | 'complete'
  | 'denied'
  | 'refused'
  | 'busy'
  | 'incompatible'
  | 'protocol'
  | 'timeout'
  | 'rate'
  | 'aborted'
  | 'unknown-run';

const REASONS: Readonly<Record<CloseReason, Reason>> = {
  complete: Reason.COMPLETE,
  denied: Reason.DENIED,
  refused: Reason.REFUSED,
  busy: Reason.BUSY,
  incompatible: Reason.INCOMPATIBLE,
  protocol: Reason.PROTOCOL,
  timeout: Reason.TIMEOUT,
  rate: Reason.RATE,
  aborted: Reason.ABORTED,
  'unknown-run': Reason.UNKNOWN_RUN,
};

/** What a party has of the other one's frames of a run that can be resumed. */
export interface Held {
  /** How many, from the first one on. */
  readonly frames: number;
  /** SHA-512 over all of them, each behind its length as u32; cut to 32 bytes. */
  readonly digest: Uint8Array;
}

export interface OpenMessage {
  readonly type: 'open';
  readonly versions: readonly number[];
  readonly suites: readonly number[];
  /** Empty for a party that shows a certificate. */
  readonly token: string;
  /** The run to go on with; undefined for a new one. */
  readonly runId?: string | undefined;
  /** Set by a party that keeps its part of the run. */
  readonly held?: Held | undefined;
}

export interface AcceptMessage {
  readonly type: 'accept';
  readonly version: number;
  readonly suite: number;
  /** 16 hexadecimal digits. */
  readonly runId: string;
  /** The mode of the protocol's Hello; 0 where the party does not say. */
  readonly mode: number;
  /** Set by a party that keeps its part of the run. */
  readonly held?: Held | undefined;
  /** Whether the party that listens is the receiver. */
  readonly asks?: true | undefined;
}

/** What a file is called by its place in a run. */
type FileKindName = 'request' | 'response' | 'next';

const FILE_KINDS: Readonly<Record<FileKindName, FileKind>> = {
  request: FileKind.REQUEST,
  response: FileKind.RESPONSE,
  next: FileKind.NEXT,
};

/** See the schema. */
export interface FileHeaderMessage {
  readonly type: 'fileHeader';
  readonly kind: FileKindName;
  readonly version: number;
  readonly suite: number;
  readonly mode: number;
  /** 16 bytes. */
  readonly requestId: Uint8Array;
  /** Ed25519 public keys, 32 bytes. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Seconds since 1970. */
  readonly madeAt: number;
  /** Seconds since 1970; 0 in all but a request. */
  readonly expiresAt: number;
  /** Of the file that this one answers: 64 bytes, none in a request. */
  readonly requestDigest: Uint8Array;
}

export type Message =
  | FileHeaderMessage
  | { readonly type: 'signature'; readonly value: Uint8Array }
  | OpenMessage
  | AcceptMessage
  | { readonly type: 'frame'; readonly frame: Uint8Array }
  | { readonly type: 'credit'; readonly frames: number }
  | { readonly type: 'keepAlive' }
  | { readonly type: 'close'; readonly reason: CloseReason };

export function encodeMessage(message: Message): Uint8Array {
  return toBinary(EnvelopeSchema, create(EnvelopeSchema, { message: fieldOf(message) }));
}

function fieldOf(message: Message): NonNullable<MessageInitShape<typeof EnvelopeSchema>['message']> {
  switch (message.type) {
    case 'open': {
      const { versions, suites, token, runId = '', held } = message;
      return { case: 'open', value: { versions: [...versions], suites: [...suites], token, runId, held } };
    }
    case 'accept': {
      const { version, suite, runId, mode, held, asks } = message;
      return { case: 'accept', value: { version, suite, runId, mode, held, asks: asks === true } };
    }
    case 'frame':
      return { case: 'frame', value: { data: message.frame } };
    case 'credit':
      return { case: 'credit', value: { frames: message.frames } };
    case 'keepAlive':
      return { case: 'keepAlive', value: {} };
    case 'close':
      return { case: 'close', value: { reason: REASONS[message.reason] } };
    case 'fileHeader': {
      const { type, kind, madeAt, expiresAt, ...fields } = message;
      const times = { madeAt: BigInt(madeAt), expiresAt: BigInt(expiresAt) };
      return { case: type, value: { ...fields, ...times, kind: FILE_KINDS[kind] } };
    }
    case 'signature':
      return { case: 'signature', value: { value: message.value } };
  }
}

/**
 * Reads a message. Fields that the schema does not have are ignored.
 * @throws {VeilmatchError} `bad-message`
 */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE_BYTES) throw bad(`it has more than ${MAX_MESSAGE_BYTES} bytes`);
  if (bytes.length > MAX_CONTROL_BYTES && !isMostlyFrame(bytes, MAX_CONTROL_BYTES)) {
    throw bad(`it has more than ${MAX_CONTROL_BYTES} bytes besides the content of a frame`);
  }
  let envelope: Envelope;
  try {
    envelope = fromBinary(EnvelopeSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw bad('it is no Envelope of veilmatch.psi.v1', error);
  }
  const message = checked(envelope.message);
  if (message.type !== 'frame' && bytes.length > MAX_CONTROL_BYTES) {
    throw bad(`it holds no frame and has more than ${MAX_CONTROL_BYTES} bytes`);
  }
  return message;
}

function checked({ case: type, value }: Envelope['message']): Message {
  switch (type) {
    case 'open': {
      const { versions, suites, token } = value;
      checkRange('the number of versions', versions.length, 1, MAX_CHOICES);
      checkRange('the number of suites', suites.length, 1, MAX_CHOICES);
      if (value.runId === '') return { type, versions, suites, token, held: checkedHeld(value.held) };
      checkRunId(value.runId);
      return { type, versions, suites, token, runId: value.runId, held: checkedHeld(value.held) };
    }
    case 'accept': {
      const { version, suite, runId, mode } = value;
      checkRunId(runId);
      return {
        type,
        version,
        suite,
        runId,
        mode,
        held: checkedHeld(value.held),
        ...(value.asks && { asks: true }),
      };
    }
    case 'frame':
      checkRange('the length of the frame', value.data.length, 1, MAX_FRAME_BYTES);
      return { type, frame: value.data };
    case 'credit':
      checkRange('the credit', value.frames, 1, WINDOW_FRAMES);
      return { type, frames: value.frames };
    case 'keepAlive':
      return { type };
    case 'close':
      return { type, reason: reasonOf(value.reason) };
    case 'fileHeader': {
      const { version, suite, mode, requestId, from, to, requestDigest } = value;
      const kind = (Object.keys(FILE_KINDS) as FileKindName[]).find(
        (name) => FILE_KINDS[name] === value.kind,
      );
      if (kind === undefined) throw bad('its kind is none');
      checkRange('the length of the request id', requestId.length, 16, 16);
      for (const key of [from, to]) checkRange('the length of a key', key.length, 32, 32);
      const digest = kind === 'request' ? 0 : 64;
      checkRange('the length of the digest', requestDigest.length, digest, digest);
      const [madeAt, expiresAt] = [Number(value.madeAt), Number(value.expiresAt)];
      for (const time of [madeAt, expiresAt]) checkRange('a time', time, 0, 2 ** 40);
      return { type, kind, version, suite, mode, requestId, from, to, madeAt, expiresAt, requestDigest };
    }
    case 'signature':
      checkRange('the length of the signature', value.value.length, 64, 64);
      return { type, value: value.value };
    case undefined:
      throw bad('it holds no message that this version knows');
  }
}

function checkRunId(runId: string): void {
  if (!/^[0-9a-f]{16}$/.test(runId)) throw bad('its run id is none');
}

function checkedHeld(held: Held | undefined): Held | undefined {
  if (held === undefined) return undefined;
  checkRange('the length of a digest of frames', held.digest.length, HELD_DIGEST_BYTES, HELD_DIGEST_BYTES);
  return { frames: held.frames, digest: held.digest };
}

function reasonOf(code: number): CloseReason {
  const reason = (Object.keys(REASONS) as CloseReason[]).find((name) => REASONS[name] === code);
  if (reason === undefined) throw bad('its reason is none');
  return reason;
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (value < least || value > most) throw bad(`${what} is not from ${least} to ${most}`);
}

function bad(why: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError('bad-message', `The peer sent a message that cannot be read: ${why}.`, { cause });
}
