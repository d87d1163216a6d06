// SPDX-License-Identifier: Apache-2.0
/** A run whose Hellos were begun before it was known which protocol goes on. */

import type { Hello } from './hello.js';
import type { Line } from './machine.js';

/** What a sender is given. */
export interface GreetedSender {
  readonly line: Line;
  /** The body of the receiver's Hello, which the line has noted. */
  readonly peerHello: Uint8Array;
}

/** What a receiver is given, whose own Hello is sent. */
export interface GreetedReceiver extends GreetedSender {
  readonly hello: Hello;
  /** What the nonce of that commits to. */
  readonly opening: Uint8Array;
}
