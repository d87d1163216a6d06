// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/transport`: runs of the protocols between two machines.
 *
 * [Running PSI with a partner](../../docs/running-psi-with-a-partner.md) goes through it; [wire.md](../../docs/wire.md) says
 * what is sent.
 *
 * @module veilmatch/transport
 */

export type { Mode, Reveal } from '../psi/suite.js';
export type { CloseReason, Held } from '../wire/messages.js';
export type { ServerTls } from './admission.js';
export { type BroadcastOptions, broadcastChannel } from './broadcast.js';
export type { AcceptedChannel, Channel, ChannelLimits, ConnectedChannel, Peer } from './channel.js';
export { type ClientTls, type ConnectOptions, connect } from './connect.js';
export type { DoorstepLimits, TurnedAway } from './doorstep.js';
export {
  type ExchangeOptions,
  type RequestOptions,
  type RequestState,
  type RespondOptions,
  type ResponseOptions,
  readResponse,
  writeRequest,
  writeResponse,
} from './exchange.js';
export { publicKeyOf } from './exchange-file.js';
export { createJournal, type JournalHead, openJournal, readJournalHead } from './file-journal.js';
export { type FileLedger, openFileLedger } from './file-ledger.js';
export { type FolderOptions, folderChannel } from './folder.js';
export { type Journal, memoryJournal, type RunIdentity, type RunTerms, runTerms } from './journal.js';
export { readKeyFile, writeKeyFile } from './key-file.js';
export {
  type ListenEvent,
  type Listener,
  type ListenLimits,
  type ListenOptions,
  listen,
} from './listen.js';
export { memoryChannels } from './memory.js';
export {
  type CertificateKey,
  type CertificateOfAuthority,
  type Partner,
  type Partners,
  partnerId,
  policyOf,
} from './partners.js';
export { type PartnersSource, parsePartners, readPartners } from './partners-file.js';
export { isFinal } from './reason.js';
export { type ReceivedResult, type RunOptions, recall, receive, type SendOptions, send } from './run.js';
export {
  type FolderRunStore,
  isRunStore,
  openRunStore,
  type RunStore,
  type RunStoreOptions,
} from './run-store.js';
export { createToken, hashToken } from './tokens.js';
