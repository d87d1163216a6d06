// SPDX-License-Identifier: Apache-2.0
/** What a step through files goes by: which one it is, and what stands in the partner's file, before anything is done with it. */

import { requireSigningKey } from '../../arguments.js';
import { equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { type PsiSuite, suiteOf } from '../../psi/run/ciphersuite.js';
import { chosen } from '../../psi/run/options.js';
import { type CommonOptions, DEFAULT_MAX_PEER_SIZE } from '../../psi/run/party.js';
import type { Protocol } from '../../psi/run/protocol.js';
import type { Role } from '../../psi/run/suite.js';
import { signingPublicKey } from '../../signing.js';
import type { FileHeaderMessage } from '../../wire/messages.js';
import { checkTerms, type Journal, partyTerms } from '../resume/journal.js';
import type { Allowed } from './admitted.js';
import { Chain, checkHeader } from './chain.js';
import { type Content, type ExchangeFile, openExchange } from './exchange-file.js';

/** The files of a step. */
export interface StepFiles {
  /** The partner's. Left out in the receiver's first step. */
  readonly reads?: string | undefined;
  /** The one that is written, whole or not at all. Left out where none comes after the one that is read. */
  readonly writes?: string | undefined;
}

/** Options of a step, whatever the protocol. */
export interface StepOptions<Result>
  extends Omit<CommonOptions, 'backend' | 'random' | 'chunkSize' | 'admit'> {
  /** Default: the fastest one here, created for this step and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** This party's Ed25519 key, 32 bytes: needed where a file is written. */
  readonly signingKey?: Uint8Array | undefined;
  /** The partner's Ed25519 public key, 32 bytes: needed in the first step; it is kept for those after it. */
  readonly peer?: Uint8Array | undefined;
  /**
   * Keeps the run from one step to the next, and is for this run alone: needed by the receiver, and by the sender where the run
   * takes more than two files. It is closed when the step ends, however it ends, and erased when the last one has.
   */
  readonly journal?: Journal | undefined;
  /** As in `ChannelOptions`. */
  readonly pad?: number | undefined;
  /** Of a request: seconds for which it may be answered. Default 604,800, a week. */
  readonly lifetimeSeconds?: number | undefined;
  /**
   * What the partner may ask, and the ledger that it is charged to, once a run: needed by a sender, which notes in the ledger
   * which requests it has answered, too. A receiver's holds where the sender learns something; of the policy its
   * `largestSet` holds in any case.
   */
  readonly allow?: Allowed | undefined;
  /** Given the result when the run is complete, before its journal is erased. What it throws leaves the journal. */
  readonly onResult?: ((result: Result) => Promise<void>) | undefined;
}

/** Everything that a step goes by. */
export interface Plan {
  readonly files: StepFiles;
  readonly protocol: Protocol;
  readonly own: unknown;
  readonly options: StepOptions<unknown> & { readonly backend: GroupBackend };
  readonly suite: PsiSuite;
  readonly chain: Chain;
  /** Number of the file that is read, -1 for none. */
  readonly at: number;
  readonly incoming: ExchangeFile | undefined;
  /** The two parties' public keys. */
  readonly keys: { readonly own: Uint8Array; readonly peer: Uint8Array };
}

/** Finds out which step it is, and reads the partner's file through before anything is done with it. */
export async function planOf(
  files: StepFiles,
  protocol: Protocol,
  role: Role,
  own: unknown,
  options: Plan['options'],
): Promise<Plan> {
  const { journal } = options;
  const suite = suiteOf(options.suite, options.backend);
  const length = filesOf(protocol, options);
  if (role === 'sender' && length > 2 && journal === undefined) {
    throw missing(`A sender needs a journal here: this run takes ${length} files.`);
  }
  if (journal !== undefined) checkTerms(journal.terms, partyTerms(protocol, role, own, options));
  const chain = await Chain.of(journal, role, length);
  const keys = keysOf(chain, options);
  let at = -1;
  const check = (header: FileHeaderMessage): Content => {
    at = chain.numberOf(header);
    checkHeader(header, at, { protocol, known: options.known, suite, own: keys.own });
    checkTime(header, at, chain);
    checkWrites(files, at, length);
    return contentOf(at, protocol, chain, options);
  };
  if (files.reads === undefined) checkWrites(files, at, length);
  const incoming =
    files.reads === undefined
      ? undefined
      : await openExchange(files.reads, { suite, signer: keys.peer, check });
  if (files.writes !== undefined) requireSigningKey(options.signingKey);
  return { files, protocol, own, options, suite, chain, at, incoming, keys };
}

/** Whether a run begins with Hellos. */
export const greets = ({ mode }: Protocol): boolean => mode !== 0;

/** How many files the run takes. @throws {VeilmatchError} `argument` where it cannot be said */
export function filesOf(protocol: Protocol, options: object): number {
  if (protocol.files !== undefined) return protocol.files(chosen(protocol.options, options));
  throw new VeilmatchError(
    'argument',
    'This protocol does not go through files: how often the parties take turns depends on their lists. Use a channel.',
  );
}

/** @throws {VeilmatchError} `argument` */
function keysOf(chain: Chain, { signingKey, peer }: StepOptions<unknown>): Plan['keys'] {
  const { first } = chain;
  const own = signingKey && signingPublicKey(signingKey);
  const keys = { own: own ?? first?.from, peer: peer ?? first?.to };
  if (keys.own === undefined) throw missing('A signing key is needed in the first step.');
  if (keys.peer === undefined) throw missing("The partner's public key is needed in the first step.");
  if (first === undefined || (equalBytes(keys.own, first.from) && equalBytes(keys.peer, first.to))) {
    return { own: keys.own, peer: keys.peer };
  }
  throw new VeilmatchError(
    'argument',
    'The run was begun with another key, of this party or of the partner.',
  );
}

/** @throws {VeilmatchError} `argument` */
function checkWrites({ writes }: StepFiles, at: number, length: number): void {
  if ((writes !== undefined) === at + 1 < length) return;
  throw new VeilmatchError(
    'argument',
    writes === undefined
      ? 'Name the file that is to be written: the run goes on after the one that is read.'
      : 'The run ends with the file that is read: there is none to write.',
  );
}

/** @throws {VeilmatchError} `bad-file` */
function checkTime({ expiresAt }: FileHeaderMessage, at: number, chain: Chain): void {
  if (at > 0 || expiresAt > now() || chain.link(0) !== undefined) return;
  throw new VeilmatchError('bad-file', 'The request has expired. Ask the partner for a new one.');
}

/** What a file of this number holds, to be read no further. */
function contentOf(
  at: number,
  protocol: Protocol,
  chain: Chain,
  { maxPeerSize = DEFAULT_MAX_PEER_SIZE }: StepOptions<unknown>,
): Content {
  const { opens = 'questions', fixedBytes = 0 } = protocol;
  if (!greets(protocol)) return { begins: 'frames', elements: maxPeerSize, maxPeerSize, fixedBytes };
  const begins = at === 0 ? (opens === 'hello' ? 'hello alone' : opens) : at === 1 ? 'hello' : 'frames';
  return { begins, elements: at === 0 ? 0 : chain.elements, maxPeerSize, fixedBytes };
}

/** For arguments that are not there. */
export function missing(message: string): VeilmatchError {
  return new VeilmatchError('argument', message);
}

/** Seconds since 1970. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
