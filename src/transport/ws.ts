// SPDX-License-Identifier: Apache-2.0
/** WebSockets on Node. The build puts the package `ws` into this file, which no browser ever loads. */

export { WebSocket, WebSocketServer } from 'ws';
