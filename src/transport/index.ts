// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/transport`: runs of the protocols between two machines.
 *
 * [Running PSI with a partner](../../docs/running-psi-with-a-partner.md) goes through it; [wire.md](../../docs/wire.md) says
 * what is sent.
 *
 * @module veilmatch/transport
 */

export { openKey, sealKey } from '../sealed/key.js';
export type { ScryptCost, SealOptions, Unlock } from '../sealed/unlock.js';
export { signingPublicKey } from '../signing.js';
export type { CloseReason, Held } from '../wire/messages.js';
export type { Channel, ChannelLimits, Peer } from './channel/channel.js';
export { type FolderOptions, folderChannel } from './channel/folder.js';
export { memoryChannels } from './channel/memory.js';
export { isFinal } from './channel/reason.js';
export { type BroadcastOptions, broadcastChannel } from './channel/tabs.js';
export type { ServerTls } from './door/admission.js';
export { type ClientTls, type ConnectedChannel, type ConnectOptions, connect } from './door/connect.js';
export type { CredentialFault, DoorstepLimits, TurnedAway } from './door/doorstep.js';
export {
  type AcceptedChannel,
  type ListenEvent,
  type Listener,
  type ListenLimits,
  type ListenOptions,
  listen,
} from './door/listen.js';
export {
  type CertificateKey,
  type CertificateOfAuthority,
  type Offer,
  type OfferSetting,
  type Partner,
  type Partners,
  partnerId,
  policyOf,
} from './door/partners.js';
export { type PartnersSource, parsePartners, readPartners } from './door/partners-file.js';
export { createToken, hashToken } from './door/tokens.js';
export type { AnswerRequest, WebAnswer, WebRequest } from './door/web-requests.js';
export type { Allowed } from './exchange/admitted.js';
export type { StepFiles, StepOptions } from './exchange/plan.js';
export { runStep } from './exchange/step.js';
export type { StepTaken } from './exchange/turn.js';
export { openFileLedger } from './files/file-ledger.js';
export { readKeyFile, writeKeyFile } from './files/key-file.js';
export type { KeptLedger } from './files/queued-ledger.js';
export type { DatabaseLedgerOptions } from './ledgers/charge-rows.js';
export type { PostgresServer } from './ledgers/postgres-client.js';
export { openPostgresLedger, type PostgresLedgerOptions } from './ledgers/postgres-ledger.js';
export { openSqliteLedger } from './ledgers/sqlite-ledger.js';
export { createJournal, type JournalHead, openJournal, readJournalHead } from './resume/file-journal.js';
export {
  type Journal,
  memoryJournal,
  partyTerms,
  type RunIdentity,
  type RunTerms,
} from './resume/journal.js';
export {
  type FolderRunStore,
  isRunStore,
  openRunStore,
  type RunStore,
  type RunStoreOptions,
} from './resume/run-store.js';
export {
  type ChannelOptions,
  type Confirmed,
  type ReceivedResult,
  type ReceiveOptions,
  type RunPartyOptions,
  recallParty,
  receive,
  runParty,
  type SendOptions,
  send,
} from './run.js';
export { type RunAtOptions, runPartyAt } from './run-at.js';
