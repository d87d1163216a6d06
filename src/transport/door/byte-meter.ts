// SPDX-License-Identifier: Apache-2.0
/**
 * Counts what a peer that is not known yet sends over its WebSocket, byte by byte as it arrives: a library's limit on messages
 * holds for a whole connection, and what a partner may send is more than anybody else may. Follows the headers of RFC 6455,
 * section 5.2; what they mean is the library's business.
 */

import { MAX_CONTROL_BYTES } from '../../wire/messages.js';

/** What may arrive before the peer is known. */
export interface HandshakeAllowance {
  /** Bytes of WebSocket frames, their headers included. */
  readonly bytes: number;
  /** Frames, which are fragments of messages or control frames. */
  readonly frames: number;
}

/** An Open as long as one may be, in a few pieces or with a ping or two; it usually is one frame of about 80 bytes. */
export const HANDSHAKE_ALLOWANCE: HandshakeAllowance = { bytes: MAX_CONTROL_BYTES + 128, frames: 8 };

/** What the second byte of a header says of the length that follows it. */
const LENGTH_IN_2 = 126;
const LENGTH_IN_8 = 127;

export class ByteMeter {
  readonly #allowance: HandshakeAllowance;
  #bytes = 0;
  #frames = 0;
  /** Bytes of the header that is being read, and how many it has as far as is known. */
  readonly #header: number[] = [];
  #needed = 2;
  /** Bytes that are left of the payload after it. */
  #payload = 0;

  constructor(allowance: HandshakeAllowance) {
    this.#allowance = allowance;
  }

  /** @returns whether all that has come is allowed; a frame that says it will have more than that is not. */
  take(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#allowance.bytes) return false;
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
    const header = this.#header;
    header.push(byte);
    if (header.length === 1 && ++this.#frames > this.#allowance.frames) return false;
    if (header.length === 2) {
      const length = byte & 0x7f;
      const mask = (byte & 0x80) === 0 ? 0 : 4;
      this.#needed = 2 + (length === LENGTH_IN_2 ? 2 : length === LENGTH_IN_8 ? 8 : 0) + mask;
    }
    if (header.length < this.#needed) return true;
    const [, second = 0, ...rest] = header;
    const short = second & 0x7f;
    const long = short === LENGTH_IN_2 ? 2 : short === LENGTH_IN_8 ? 8 : 0;
    this.#payload = long === 0 ? short : rest.slice(0, long).reduce((sum, next) => sum * 256 + next, 0);
    header.length = 0;
    this.#needed = 2;
    return this.#payload <= this.#allowance.bytes;
  }
}
