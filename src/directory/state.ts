// SPDX-License-Identifier: Apache-2.0
/**
 * What a server keeps of a directory besides what is handed out: JSON in a folder that only its owner can enter. It is where a
 * change takes effect; the header that is handed out is a copy of the one in here.
 *
 * **What it leaks to whoever reads it**: the keys of the epochs, with which the published filters are lists that can be guessed
 * through. The key that signs is not in it, but where that lies.
 */

import { base64ToBytes, bytesToBase64, bytesToHex, fromUtf8, hexToBytes, utf8 } from '../bytes.js';
import { type FilterKind, filterKinds } from '../contact/index.js';
import { VeilmatchError } from '../errors.js';

const FORMAT = 'veilmatch-directory-v1';

/** An epoch that clients are answered in. */
export interface KeptEpoch {
  readonly epoch: number;
  /** k, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** Elements in all its segments. */
  readonly size: number;
  /** Digests of its filters, in hexadecimal. */
  readonly segments: readonly string[];
  /** Milliseconds since 1970 after which it is not answered any more; undefined for the one that is published. */
  readonly until?: number | undefined;
}

/** All of it. */
export interface DirectoryState {
  /** Letters, digits, and `. _ @ -`: what the public key is called, too. */
  readonly setId: string;
  /** Ed25519, 32 bytes. */
  readonly signer: Uint8Array;
  /** Where the key was that signed last. */
  readonly keyFile: string;
  readonly kind: FilterKind;
  readonly falsePositiveRate: number;
  /** The file of the members, in the same folder. */
  readonly members: string;
  /** The signed header of the epoch that is published. */
  readonly header: Uint8Array;
  /** The published one first. */
  readonly epochs: readonly [KeptEpoch, ...KeptEpoch[]];
}

export function encodeState({ signer, header, epochs, ...state }: DirectoryState): Uint8Array {
  const kept = epochs.map(({ secretKey, until, ...epoch }) => ({
    ...epoch,
    secretKey: bytesToHex(secretKey),
    ...(until !== undefined && { until: new Date(until).toISOString() }),
  }));
  const text = {
    format: FORMAT,
    ...state,
    signer: bytesToHex(signer),
    header: base64Of(header),
    epochs: kept,
  };
  return utf8(`${JSON.stringify(text, null, 2)}\n`);
}

/** In parts, each a multiple of three bytes: a header may be longer than a call takes arguments. */
function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3072) text += bytesToBase64(bytes.subarray(at, at + 3072));
  return text;
}

/** @throws {VeilmatchError} `bad-file`, with the name of the field @param source what messages call the file */
export function decodeState(bytes: Uint8Array, source: string): DirectoryState {
  const fault = (field: string): VeilmatchError =>
    new VeilmatchError(
      'bad-file',
      `${source} does not hold the private part of a directory: ${field} is not as it should be. Bring it back from a copy.`,
    );
  const text = parsed(bytes);
  if (text?.format !== FORMAT) throw fault('its format');
  const name = (field: string, form: RegExp): string => {
    const value = text[field];
    if (typeof value === 'string' && form.test(value)) return value;
    throw fault(field);
  };
  const header = base64ToBytes(name('header', /^[\w+/=]+$/));
  const kind = filterKinds.find((one) => one === text.kind);
  const { falsePositiveRate } = text;
  if (header === undefined) throw fault('header');
  if (kind === undefined) throw fault('kind');
  if (typeof falsePositiveRate !== 'number' || !(falsePositiveRate > 0)) throw fault('falsePositiveRate');
  const [current, ...older] = Array.isArray(text.epochs) ? text.epochs.map(epochOf) : [];
  if (current === undefined || older.includes(undefined)) throw fault('epochs');
  return {
    setId: name('setId', /^[\w.@-]{1,64}$/),
    signer: hexToBytes(name('signer', /^[0-9a-f]{64}$/)),
    keyFile: name('keyFile', /./),
    ...{ kind, falsePositiveRate, header },
    members: name('members', /^members-[0-9a-f]{16}$/),
    epochs: [current, ...(older as KeptEpoch[])],
  };
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function epochOf(value: Readonly<Record<string, unknown>> | null): KeptEpoch | undefined {
  const { epoch, size, secretKey, segments, until } = value ?? {};
  const isNumber = (one: unknown): one is number => Number.isSafeInteger(one) && (one as number) >= 0;
  if (!isNumber(epoch) || !isNumber(size)) return undefined;
  if (typeof secretKey !== 'string' || !/^[0-9a-f]{64}$/.test(secretKey)) return undefined;
  if (!Array.isArray(segments) || !segments.every((one) => /^[0-9a-f]{64}$/.test(String(one))))
    return undefined;
  const end = until === undefined ? undefined : Date.parse(String(until));
  if (Number.isNaN(end)) return undefined;
  return { epoch, size, secretKey: hexToBytes(secretKey), segments: segments.map(String), until: end };
}
