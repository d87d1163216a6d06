// SPDX-License-Identifier: Apache-2.0
/** WebSockets on Node. The build puts the package `ws` into this file, which no browser ever loads. */

import type { ServerOptions } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../wire/messages.js';

export { WebSocket, WebSocketServer } from 'ws';

/**
 * What a peer may make this process hold of one message: its length, and in how few pieces it has to come. Each piece costs an
 * object besides its bytes; a whole message in segments of 512 bytes is still taken. And what it may make this process do at one go: a message, a ping or a
 * pong is followed by a turn of the event loop, in which all others have theirs.
 */
export const SOCKET_LIMITS: Pick<
  ServerOptions,
  'maxPayload' | 'maxFragments' | 'maxBufferedChunks' | 'perMessageDeflate' | 'allowSynchronousEvents'
> = {
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: 1024,
  maxBufferedChunks: 4096,
  perMessageDeflate: false,
  allowSynchronousEvents: false,
};
