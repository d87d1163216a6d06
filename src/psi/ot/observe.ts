// SPDX-License-Identifier: Apache-2.0
/** A run of `ot-psi` off the line, as anybody can read it, and what somebody can do with it who has secrets of the parties. */

import { type ByteList, concatBytes } from '../../bytes.js';
import type { GroupBackend } from '../../group/group.js';
import { CODE_LENGTH, COORDINATE_KEYS, DIGEST_BYTES, KEY_BYTES, MAX_ELEMENTS } from '../../kernel/ot.js';
import type { SentFrame } from '../described/observe.js';
import { type PsiSuite, ristretto255Suite } from '../run/ciphersuite.js';
import { decodeFrame, type FrameType, HELLO } from '../run/frames.js';
import { decodeHello } from '../run/hello.js';
import { sessionId } from '../run/session.js';
import { TAGS } from '../shuffled/frames.js';
import { offer } from './base-transfers.js';
import { Bins, HALF_VALUE_BYTES, Values } from './bins.js';
import { frameOf } from './columns.js';
import { CHOICES, COLUMNS, OT_FRAMES, TREES } from './frames.js';
import { identifierKey } from './labels.js';
import { Lanes } from './lanes.js';
import { binShape } from './parameters.js';
import { plantTrees } from './trees.js';

/** What opens a run. */
interface Secrets {
  /** The receiver's scalar of the base OTs: with it every key of the run is known. */
  readonly scalar: Uint8Array;
  /** The sender's. Without it: what the receiver can make of its own list. */
  readonly delta?: Uint8Array | undefined;
}

/** What a run shows. */
interface ObservedOtRun {
  /** Says which observation it is. */
  readonly kind: 'ot';
  /** The sender's tags. */
  readonly tags: Uint8Array;
  /** Bytes of a tag. */
  readonly tagBytes: number;
  /** With secrets, the tags that the sender would make of identifiers, in their order. */
  open(secrets: Secrets, backend: GroupBackend): Promise<(identifiers: ByteList) => Promise<Uint8Array>>;
}

/** @throws {VeilmatchError} `bad-message` for frames that are no run */
export function observeOtRun(
  frames: readonly SentFrame[],
  suite: PsiSuite = ristretto255Suite,
): ObservedOtRun {
  const decoded = frames.map(({ from, bytes }) => ({ from, ...decodeFrame(bytes, OT_FRAMES) }));
  const bodies = ({ name }: FrameType, from?: string): Uint8Array[] =>
    decoded
      .filter((frame) => frame.name === name && (from ?? frame.from) === frame.from)
      .map(({ body }) => body);
  const hellos = [
    bodies(HELLO, 'receiver')[0] ?? new Uint8Array(),
    bodies(HELLO, 'sender')[0] ?? new Uint8Array(),
  ] as const;
  const sid = sessionId(...hellos);
  const shape = binShape(decodeHello(hellos[0], suite).size);
  return {
    kind: 'ot',
    tags: concatBytes(...bodies(TAGS).map((body) => body.subarray(4))),
    tagBytes: HALF_VALUE_BYTES,
    async open({ scalar, delta = new Uint8Array(CODE_LENGTH) }, backend) {
      const { keys: pairs } = await offer(
        { backend, suite, sid, signal: undefined },
        bodies(CHOICES)[0]!,
        scalar,
      );
      const { keys } = plantTrees(pairs);
      const relative = new Uint8Array(keys.length);
      const bits = delta.map((byte) => byte & (COORDINATE_KEYS - 1));
      for (let i = 0; i < CODE_LENGTH * COORDINATE_KEYS; i++) {
        const from = (i ^ bits[Math.floor(i / COORDINATE_KEYS)]!) * KEY_BYTES;
        relative.set(keys.subarray(from, from + KEY_BYTES), i * KEY_BYTES);
      }
      const lanes = await Lanes.open(1, shape.bins);
      const key = identifierKey(sid, bodies(TREES)[0]!.subarray(0, KEY_BYTES));
      await lanes.set({ shape, keys: relative, identifierKey: key, delta: bits });
      const columns = bodies(COLUMNS);
      return async (identifiers) => {
        const fillers = new Uint8Array(MAX_ELEMENTS * DIGEST_BYTES);
        const bins = await Bins.of(identifiers, lanes, shape, fillers, () => {});
        const values = new Values(identifiers.length, false);
        const lane = lanes.lane(0);
        for (let b = 0; b < shape.bins; b++) {
          const sent = columns[frameOf(b)]!.slice(4);
          await lane.run('rows', { b, columns: sent, challenge: new Uint8Array(KEY_BYTES) });
          const found = await lane.run('values', { digests: bins.digests(b, 0, bins.size(b)) });
          values.take(found, bins.start(b), bins.size(b));
        }
        const found = values.takeTags();
        const tags = new Uint8Array(found.length);
        for (const [i, element] of bins.order.entries()) {
          const tag = found.subarray(i * HALF_VALUE_BYTES, (i + 1) * HALF_VALUE_BYTES);
          tags.set(tag, element * HALF_VALUE_BYTES);
        }
        return tags;
      };
    },
  };
}
