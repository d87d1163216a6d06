// SPDX-License-Identifier: Apache-2.0
/** The first message of each party, up to the moment when a channel can take over. */

import { VeilmatchError } from '../../errors.js';
import {
  type CloseReason,
  decodeMessage,
  encodeMessage,
  MAX_CONTROL_BYTES,
  type Message,
} from '../../wire/messages.js';
import { disconnected, type Link } from './link.js';
import { errorFor, isBreach } from './reason.js';

/**
 * Waits for the peer's first message.
 * @param take is called at once, so that it can put a channel on the link before the next message comes
 * @throws {VeilmatchError} `timeout`, `disconnected`, `bad-message`; what the peer's Close says; what `take` throws
 */
export function firstMessage<T>(link: Link, seconds: number, take: (message: Message) => T): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new VeilmatchError('timeout', `The peer did not answer within ${seconds} seconds.`)),
      seconds * 1000,
    );
    link.listen({
      message(bytes) {
        clearTimeout(timer);
        // One message only: whoever is behind this gets no second chance.
        link.listen({ message() {}, end() {}, flooded: () => link.destroy() });
        try {
          if (bytes.length > MAX_CONTROL_BYTES) {
            throw new VeilmatchError(
              'bad-message',
              `The first message has more than ${MAX_CONTROL_BYTES} bytes.`,
            );
          }
          const message = decodeMessage(bytes);
          if (message.type === 'close') throw errorFor(message.reason);
          resolve(take(message));
        } catch (error) {
          reject(error);
        }
      },
      end(error) {
        clearTimeout(timer);
        reject(error ?? disconnected('The peer ended the connection before it said anything.'));
      },
      flooded() {
        clearTimeout(timer);
        reject(new VeilmatchError('bad-message', 'The peer sent more than a first message.'));
      },
    });
  });
}

/** Says why, and ends the link. */
export function refuse(link: Link, reason: CloseReason): Promise<void> {
  link.write(encodeMessage({ type: 'close', reason }));
  return link.end(isBreach(reason));
}
