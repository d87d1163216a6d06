// SPDX-License-Identifier: Apache-2.0
/** WebSockets on Node. The build puts the package `ws` into this file, which no browser ever loads. */

import type { ServerOptions } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../wire/messages.js';

export { WebSocket, WebSocketServer } from 'ws';

/**
 * What a peer may make this process hold of one message: its length, and in how few pieces it has to come. Each piece costs an
 * object besides its bytes; a whole message in segments of 512 bytes is still taken.
 */
export const SOCKET_LIMITS: Pick<
  ServerOptions,
  'maxPayload' | 'maxFragments' | 'maxBufferedChunks' | 'perMessageDeflate'
> = {
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: 1024,
  maxBufferedChunks: 4096,
  perMessageDeflate: false,
};
