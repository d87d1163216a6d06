// SPDX-License-Identifier: Apache-2.0
/** Reads a run off the line, as anybody can who sees all frames: no secret is needed for anything here. */

import { ByteListBuilder } from '../../bytes.js';
import { ciphertextBytes, type PsiSuite, ristretto255Suite } from '../run/ciphersuite.js';
import { decodeFrame, decodeRecords } from '../run/frames.js';
import { decodeHello } from '../run/hello.js';
import type { RunKind } from '../run/kind.js';
import { sessionId } from '../run/session.js';
import { type Role, tagBytes, tagPrefix } from '../run/suite.js';

/** A frame of a run, as it went over the line. */
export interface SentFrame {
  readonly from: Role;
  readonly bytes: Uint8Array;
}

/** What a run shows. */
interface ObservedRun {
  /** Says which observation it is. */
  readonly kind: 'psi';
  /** The group hash's domain separation tag. */
  readonly dst: Uint8Array;
  /** What the receiver asked, elements of the suite, concatenated; for join ids what both asked. */
  readonly blinded: Uint8Array;
  /** What the sender answered, likewise: in the same order where the mode is ordered. For join ids what both did. */
  readonly evaluated: Uint8Array;
  /** The sender's B. */
  readonly publicKey: Uint8Array;
  readonly tags: Uint8Array;
  readonly tagBytes: number;
  /** What a tag's hash begins with in this session. */
  readonly tagPrefix: Uint8Array;
  /** Whether a tag's hash takes in the identifier: only where an answer may be known to be whose. */
  readonly tagBindsIdentifier: boolean;
}

/**
 * @param suite that the run is of
 * @param kind says whether tags take in the identifier
 * @throws {VeilmatchError} `bad-message` for frames that are no complete run; `incompatible-peer` for a run of another suite
 */
export function observeRun(
  frames: readonly SentFrame[],
  suite: PsiSuite = ristretto255Suite,
  { bindsIdentifier = false }: Pick<RunKind, 'bindsIdentifier'> = {},
): ObservedRun {
  const { elementBytes } = suite.group;
  const hellos = { receiver: new Uint8Array(), sender: new Uint8Array() };
  const lists = {
    blinded: new ByteListBuilder(),
    evaluated: new ByteListBuilder(),
    tags: new ByteListBuilder(),
  };
  let width = 0;
  for (const { from, bytes } of frames) {
    const frame = decodeFrame(bytes);
    if (frame.name === 'hello') {
      hellos[from] = frame.body.slice();
      if (hellos.receiver.length > 0 && hellos.sender.length > 0) {
        width = tagBytes(decodeHello(hellos.receiver, suite).size, decodeHello(hellos.sender, suite).size);
      }
    }
    if (frame.name === 'blinded' || frame.name === 'evaluated')
      lists[frame.name].add(recordsOf(frame, elementBytes));
    if (frame.name === 'ids') lists.evaluated.add(recordsOf(frame, elementBytes));
    if (frame.name === 'tags') lists.tags.add(recordsOf(frame, width));
    if (frame.name === 'values') {
      const each = width + ciphertextBytes(suite.group);
      const records = recordsOf(frame, each);
      for (let at = 0; at < records.length; at += each) {
        lists.tags.add(records.subarray(at, at + width));
      }
    }
  }
  const { mode, publicKey } = decodeHello(hellos.sender, suite);
  return {
    kind: 'psi',
    dst: suite.dst,
    blinded: lists.blinded.toList().bytes,
    evaluated: lists.evaluated.toList().bytes,
    publicKey,
    tags: lists.tags.toList().bytes,
    tagBytes: width,
    tagPrefix: tagPrefix(sessionId(hellos.receiver, hellos.sender), mode),
    tagBindsIdentifier: bindsIdentifier,
  };
}

function recordsOf(frame: ReturnType<typeof decodeFrame>, width: number): Uint8Array {
  const { buffer, byteOffset, length } = frame.body;
  // Without an index there are no records either, which is what it is refused for.
  const first = length < 4 ? 0 : new DataView(buffer, byteOffset, length).getUint32(0);
  return decodeRecords(frame, width, first, Number.POSITIVE_INFINITY).bytes;
}
