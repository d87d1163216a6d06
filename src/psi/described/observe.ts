// SPDX-License-Identifier: Apache-2.0
/** Reads a run off the line, as anybody can who sees all frames: no secret is needed for anything here. */

import { ByteListBuilder } from '../../bytes.js';
import { type PsiSuite, ristretto255Suite } from '../run/ciphersuite.js';
import { bodyOf, decodeFrame, decodeRecords, type Frame, type FrameType, HELLO } from '../run/frames.js';
import { decodeHello } from '../run/hello.js';
import type { RunKind } from '../run/kind.js';
import { sessionId } from '../run/session.js';
import { type Role, tagBytes, tagPrefix } from '../run/suite.js';
import { BLINDED, EVALUATED, TAGS } from '../shuffled/frames.js';

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

/** A frame that shows records of a list. */
export interface ShownFrame {
  readonly type: FrameType;
  readonly list: 'blinded' | 'evaluated' | 'tags';
  /** Bytes behind what a record has of the list. Default none. */
  readonly behind?: (suite: PsiSuite) => number;
}

const SHOWN: readonly ShownFrame[] = [
  { type: BLINDED, list: 'blinded' },
  { type: EVALUATED, list: 'evaluated' },
  { type: TAGS, list: 'tags' },
];

/**
 * @param kind of run: whether tags take in the identifier
 * @param suite that the run is of
 * @param own frames of the protocol's own that show something
 * @throws {VeilmatchError} `bad-message` for frames that are no complete run; `incompatible-peer` for a run of another suite
 */
export function observeRun(
  frames: readonly SentFrame[],
  { bindsIdentifier = false }: Pick<RunKind, 'bindsIdentifier'>,
  suite: PsiSuite = ristretto255Suite,
  own: readonly ShownFrame[] = [],
): ObservedRun {
  const { elementBytes } = suite.group;
  const hellos = { receiver: new Uint8Array(), sender: new Uint8Array() };
  const lists = {
    blinded: new ByteListBuilder(),
    evaluated: new ByteListBuilder(),
    tags: new ByteListBuilder(),
  };
  const shown = [...SHOWN, ...own];
  let width = 0;
  for (const { from, bytes } of frames) {
    if (bytes[0] === HELLO.type) {
      hellos[from] = bodyOf(bytes, HELLO).slice();
      if (hellos.receiver.length > 0 && hellos.sender.length > 0) {
        width = tagBytes(decodeHello(hellos.receiver, suite).size, decodeHello(hellos.sender, suite).size);
      }
    }
    // All others say nothing that is attacked.
    const found = shown.find(({ type }) => type.type === bytes[0]);
    if (found === undefined) continue;
    const { type, list, behind = () => 0 } = found;
    const listed = list === 'tags' ? width : elementBytes;
    const each = listed + behind(suite);
    const records = recordsOf(decodeFrame(bytes, [type]), each);
    for (let at = 0; at < records.length; at += each) lists[list].add(records.subarray(at, at + listed));
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

function recordsOf(frame: Frame, width: number): Uint8Array {
  const { buffer, byteOffset, length } = frame.body;
  // Without an index there are no records either, which is what it is refused for.
  const first = length < 4 ? 0 : new DataView(buffer, byteOffset, length).getUint32(0);
  return decodeRecords(frame, width, first, Number.POSITIVE_INFINITY).bytes;
}
