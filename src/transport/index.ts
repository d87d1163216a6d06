// SPDX-License-Identifier: Apache-2.0
/** `veilmatch/transport`: runs of the protocols between two machines. */

export type { Mode, Reveal } from '../psi/suite.js';
export type { CloseReason } from '../wire/messages.js';
export type { ServerTls } from './admission.js';
export { type BroadcastOptions, broadcastChannel } from './broadcast.js';
export type { AcceptedChannel, Channel, ChannelLimits, ConnectedChannel, Peer } from './channel.js';
export { type ClientTls, type ConnectOptions, connect } from './connect.js';
export {
  type ExchangeOptions,
  type RequestOptions,
  type RequestState,
  type RespondOptions,
  readResponse,
  writeRequest,
  writeResponse,
} from './exchange.js';
export { publicKeyOf } from './exchange-file.js';
export { type FileLedger, openFileLedger } from './file-ledger.js';
export { type FolderOptions, folderChannel } from './folder.js';
export { readKeyFile, writeKeyFile } from './key-file.js';
export {
  type ListenEvent,
  type Listener,
  type ListenLimits,
  type ListenOptions,
  listen,
  type TurnedAway,
} from './listen.js';
export { memoryChannels } from './memory.js';
export { type ReceivedResult, type RunOptions, receive, send } from './run.js';
export { createToken, hashToken, type KnownToken } from './tokens.js';
