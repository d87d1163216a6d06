// SPDX-License-Identifier: Apache-2.0
/**
 * Counts what a peer sends over its WebSocket, byte by byte and frame by frame as it arrives: a library's limits are on messages,
 * and hold for a whole connection. A ping, a pong and a piece of a message cost work, too, and what a partner may send is more
 * than anybody else may. Follows the headers of RFC 6455, section 5.2; what they mean is the library's business.
 */

import { MAX_CONTROL_BYTES } from '../../wire/messages.js';

/** What may arrive: asked of all that does, in its order. */
export interface Allowance {
  /** @returns whether so many bytes more may come, the headers of frames included */
  bytes(count: number): boolean;
  /** @returns whether a frame may come whose payload has this length: a message, a piece of one, or a control frame */
  frame(length: number): boolean;
}

/** What may arrive before the peer is known. */
export interface HandshakeAllowance {
  /** Bytes of WebSocket frames, their headers included. */
  readonly bytes: number;
  /** Frames, which are fragments of messages or control frames. */
  readonly frames: number;
}

/** An Open as long as one may be, in a few pieces or with a ping or two; it usually is one frame of about 80 bytes. */
export const HANDSHAKE_ALLOWANCE: HandshakeAllowance = { bytes: MAX_CONTROL_BYTES + 128, frames: 8 };

/** So much in all; a frame that says it will have more than that may not begin. */
export class InAll implements Allowance {
  readonly #most: HandshakeAllowance;
  #bytes = 0;
  #frames = 0;

  constructor(most: HandshakeAllowance) {
    this.#most = most;
  }

  bytes(count: number): boolean {
    this.#bytes += count;
    return this.#bytes <= this.#most.bytes;
  }

  frame(length: number): boolean {
    return ++this.#frames <= this.#most.frames && length <= this.#most.bytes;
  }
}

/** What a frame costs that has as many bytes is the work on its bytes: the longest message may come in pieces of this length. */
const LONG_FRAME = 1024;

/** So many short frames a second on average, and twice as many at once; long ones, as many as the line carries. */
export class ASecond implements Allowance {
  readonly #frames: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** @param now a clock in milliseconds, which never goes back */
  constructor(frames: number, now: () => number = () => performance.now()) {
    this.#frames = frames;
    this.#now = now;
    this.#left = 2 * frames;
    this.#at = now();
  }

  bytes(): boolean {
    const now = this.#now();
    this.#left = Math.min(2 * this.#frames, this.#left + (this.#frames * (now - this.#at)) / 1000);
    this.#at = now;
    return true;
  }

  frame(length: number): boolean {
    return length >= LONG_FRAME || --this.#left >= 0;
  }
}

/** What the second byte of a header says of the length that follows it. */
const LENGTH_IN_2 = 126;
const LENGTH_IN_8 = 127;

export class ByteMeter {
  #allowance: Allowance;
  /** Bytes of the header that were read, how many it has as far as is known, and how many of them after the second say a length. */
  #read = 0;
  #needed = 2;
  #extended = 0;
  /** The payload's length, as far as it was read. */
  #length = 0;
  /** Bytes that are left of the payload after its header. */
  #payload = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Another allowance holds from the next byte on. */
  allow(allowance: Allowance): void {
    this.#allowance = allowance;
  }

  /** @returns whether all that has come is allowed; nothing after the frame that is not has been looked at */
  take(bytes: Uint8Array): boolean {
    if (!this.#allowance.bytes(bytes.length)) return false;
    for (let i = 0; i < bytes.length; ) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, bytes.length - i);
        this.#payload -= step;
        i += step;
      } else if (!this.#readHeader(bytes[i++]!)) {
        return false;
      }
    }
    return true;
  }

  #readHeader(byte: number): boolean {
    const at = this.#read++;
    if (at === 1) {
      const length = byte & 0x7f;
      this.#extended = length === LENGTH_IN_2 ? 2 : length === LENGTH_IN_8 ? 8 : 0;
      this.#length = this.#extended === 0 ? length : 0;
      this.#needed = 2 + this.#extended + ((byte & 0x80) === 0 ? 0 : 4);
    } else if (at > 1 && at < 2 + this.#extended) {
      this.#length = this.#length * 256 + byte;
    }
    if (this.#read < this.#needed) return true;
    this.#read = 0;
    this.#needed = 2;
    this.#payload = this.#length;
    return this.#allowance.frame(this.#length);
  }
}
