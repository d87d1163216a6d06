// SPDX-License-Identifier: Apache-2.0
/** What both parties derive from a run's frames: the session id, the tags, the digest that closes it. */

import { concatBytes, equalBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { createSha512, sha512 } from '../../kernel/sha512.js';
import type { PsiSuite } from './ciphersuite.js';
import type { RunKind } from './kind.js';
import {
  FINISH_LABEL,
  MAX_IDENTIFIER_BYTES,
  ROLE,
  type Role,
  SESSION_LABEL,
  tagBytes,
  tagPrefix,
} from './suite.js';

/** 32 bytes that no other run has: both nonces go into it. The bodies of the two Hellos. */
export function sessionId(helloReceiver: Uint8Array, helloSender: Uint8Array): Uint8Array {
  return sha512(
    concatBytes(
      SESSION_LABEL,
      u32(helloReceiver.length),
      helloReceiver,
      u32(helloSender.length),
      helloSender,
    ),
  ).slice(0, 32);
}

/** Makes the tags of one run. */
export class Tagger {
  /** Bytes of a tag. */
  readonly width: number;
  readonly #binding: boolean;
  /** What is hashed: the prefix, and room for the rest, so that no tag takes memory of its own. */
  readonly #message: Uint8Array;
  readonly #prefixBytes: number;

  /** @param sizes of both lists, whichever is whose */
  constructor(
    sid: Uint8Array,
    { mode, bindsIdentifier = false }: Omit<RunKind, 'id'>,
    sizes: readonly [number, number],
    { group }: PsiSuite,
  ) {
    this.width = tagBytes(...sizes);
    this.#binding = bindsIdentifier;
    const prefix = tagPrefix(sid, mode);
    this.#prefixBytes = prefix.length;
    this.#message = new Uint8Array(prefix.length + 2 + MAX_IDENTIFIER_BYTES + group.elementBytes);
    this.#message.set(prefix);
  }

  /**
   * SHA-512(label || sid || mode || [bound: u16 length || identifier] || element), cut.
   * @param element b * H(identifier)
   * @param identifier canonical bytes; left out of the hash unless the protocol binds it
   */
  tag(element: Uint8Array, identifier: Uint8Array): Uint8Array {
    const message = this.#message;
    let end = this.#prefixBytes;
    if (this.#binding) {
      message[end++] = identifier.length >>> 8;
      message[end++] = identifier.length;
      message.set(identifier, end);
      end += identifier.length;
    }
    message.set(element, end);
    return sha512(message.subarray(0, end + element.length)).subarray(0, this.width);
  }
}

/** Digests of all frames sent each way, compared before a result is released. */
export class FrameLog {
  readonly #digests = { receiver: createSha512(), sender: createSha512() };

  add(from: Role, frame: Uint8Array): void {
    this.#digests[from].update(u32(frame.length)).update(frame);
  }

  /** 64 bytes: SHA-512 of all frames that a party sent so far, as they go into Finish. */
  digest(from: Role): Uint8Array {
    return this.#digests[from].clone().digest();
  }

  /** What the party of this role sends as its Finish: 32 bytes over every frame of both before the first Finish. */
  finish(sid: Uint8Array, role: Role): Uint8Array {
    const { receiver, sender } = this.#digests;
    return sha512(
      concatBytes(
        FINISH_LABEL,
        sid,
        Uint8Array.of(ROLE[role]),
        receiver.clone().digest(),
        sender.clone().digest(),
      ),
    ).slice(0, 32);
  }
}

/** @throws {VeilmatchError} `transcript-mismatch` */
export function checkFinish(expected: Uint8Array, received: Uint8Array): void {
  if (!equalBytes(expected, received)) {
    throw new VeilmatchError(
      'transcript-mismatch',
      'The two parties did not see the same messages: something changed them on the way. The result is withheld; run again.',
    );
  }
}
