// SPDX-License-Identifier: Apache-2.0
/** What both parties of a run through datasets are told, and what they do alike. */

import { join } from 'node:path';
import {
  requireBytes,
  requireCallbacks,
  requireCount,
  requireOptions,
  requirePath,
  requireSigningKey,
} from '../arguments.js';
import { equalBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import type { Terms } from '../policy/terms.js';
import { cardinality, intersection } from '../psi/index.js';
import { type PsiSuite, ristretto255Suite } from '../psi/run/ciphersuite.js';
import { checkPeer, decodeHello, encodeHello, type Hello } from '../psi/run/hello.js';
import { namesOfMode, type RunKind } from '../psi/run/kind.js';
import type { Phase } from '../psi/run/party.js';
import { sessionId, Tagger } from '../psi/run/session.js';
import type { Role } from '../psi/run/suite.js';
import { signingPublicKey } from '../signing.js';
import { type Journal, requireJournal } from '../transport/resume/journal.js';
import { note, noted } from '../transport/resume/notes.js';
import { decodeMessage, type FileHeaderMessage } from '../wire/messages.js';
import type { OwnList } from './own-list.js';
import { MAX_PART_ROWS, PART_ROWS } from './parts.js';
import { secretFor } from './secrets.js';
import { TASK_ROWS } from './work.js';

/** Of a protocol, what a run through datasets takes: that of `intersection` or `cardinality`. */
export type DatasetProtocol = Pick<RunKind, 'id' | 'mode'>;

/** What either party is told. */
export interface DatasetOptions {
  /**
   * Keeps the run: for this run alone. It is closed however a step ends, and erased after this party's last one.
   */
  readonly journal: Journal;
  /**
   * A folder of this party's own, for this run alone, on a disk with room for several copies of both lists: what the run has
   * computed so far, and tables that do not fit into memory, **which hold the list in the clear**. It is made where it is not there,
   * and removed after this party's last step. Outside of the folder of the dataset, which the partner reads and writes.
   */
  readonly work: string;
  /** Memory of the process, in megabytes of 10^6 bytes. Half of it is for tables. Default 1000. */
  readonly memoryMegabytes?: number | undefined;
  /** Rows of a part that is written, about, and of a task that is done again as a whole; 524,288 at most. Default 131,072. */
  readonly partRows?: number | undefined;
  /** Default: the fastest one here, created for this step and disposed of after it. */
  readonly backend?: GroupBackend | undefined;
  /** Stops the step, with code `aborted`; what it has computed is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Elements done and in all, in each phase. */
  readonly onProgress?: ((phase: Phase, done: number, total: number) => void) | undefined;
}

/** What is needed besides where a message is written. */
export interface WritingOptions extends DatasetOptions {
  /** This party's Ed25519 key, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** The partner's Ed25519 public key, 32 bytes. */
  readonly peer: Uint8Array;
}

type Names = Readonly<Record<string, true>>;
export const DATASET_NAMES: Names = {
  ...{ journal: true, work: true, memoryMegabytes: true, partRows: true, backend: true, signal: true },
  onProgress: true,
};
export const WRITING_NAMES: Names = { ...DATASET_NAMES, signingKey: true, peer: true };

export const suite: PsiSuite = ristretto255Suite;
/** Bytes of an element. */
export const WIDTH: number = suite.group.elementBytes;
const MEMORY_MEGABYTES = 1000;

/** @throws {VeilmatchError} `argument` */
export function checkOptions(
  folder: unknown,
  options: DatasetOptions & Partial<WritingOptions>,
  names: Names,
): void {
  requirePath(folder as string, 'The folder of the dataset');
  requireOptions(options, names);
  const { journal, work, memoryMegabytes, signingKey, peer, partRows } = options;
  requireJournal(journal);
  requirePath(work, 'The folder of work');
  if (memoryMegabytes !== undefined) requireCount(memoryMegabytes, 'The megabytes of memory');
  if (partRows !== undefined) {
    requireCount(partRows, 'The rows of a part');
    // By chance a part has some more than the others.
    if (partRows > MAX_PART_ROWS / 2) {
      throw new VeilmatchError(
        'argument',
        `The rows of a part are ${MAX_PART_ROWS / 2} at most: more than twice as many, and no partner takes it.`,
      );
    }
  }
  if ('signingKey' in names) {
    requireSigningKey(signingKey);
    requireBytes(peer, "The partner's public key");
  }
  requireCallbacks(options, 'onProgress');
}

export const memoryOf = ({ memoryMegabytes = MEMORY_MEGABYTES }: DatasetOptions): number => memoryMegabytes;
export const partRowsOf = ({ partRows = PART_ROWS }: Pick<DatasetOptions, 'partRows'>): number =>
  Math.max(1, partRows);
/** Rows of a task of this party's own. */
export const taskRowsOf = (options: Pick<DatasetOptions, 'partRows'>): number =>
  Math.min(TASK_ROWS, partRowsOf(options));

/** What a run through datasets is in. */
export interface RunMode {
  readonly kind: RunKind;
  /** Whether answers are numbered as the questions are: which one is shared is told then. */
  readonly ordered: boolean;
  /** What the receiver learns, for a policy. */
  readonly learns: 'intersection' | 'cardinality';
  readonly terms: Terms;
}

/**
 * @throws {VeilmatchError} `argument` for a protocol that does not go through datasets
 */
export function modeOf(protocol: DatasetProtocol): RunMode {
  if (protocol?.mode === intersection.mode)
    return { kind: intersection, ordered: true, learns: 'intersection', terms: intersection.terms };
  if (protocol?.mode === cardinality.mode)
    return { kind: cardinality, ordered: false, learns: 'cardinality', terms: cardinality.terms };
  throw new VeilmatchError(
    'argument',
    `${protocol?.id ?? 'This'} does not go through datasets: those carry ${intersection.id} and ${cardinality.id}. Use a socket ` +
      '(serve and connect) or files (psi without --dataset).',
  );
}

/** @throws {VeilmatchError} `argument` where people would be counted by their identifiers */
export async function checkRows(list: OwnList, { ordered }: RunMode): Promise<void> {
  if (ordered || (list.kinds.size <= 1 && !(await list.severalPerRow()))) return;
  throw new VeilmatchError(
    'argument',
    'A count takes one identifier a row, or people would be counted by their identifiers. Make the list from one column, the same at both parties.',
  );
}

/** The folders of a dataset. */
export const requestFolder = (folder: string): string => join(folder, 'request');
export const responseFolder = (folder: string): string => join(folder, 'response');
export const manifestPath = (folder: string): string => join(folder, 'manifest.vm');

/** The Hello of a party; its nonce is made of the seed, so that a step that is done again says the same. */
export function helloOf(
  role: Role,
  list: OwnList,
  { kind }: RunMode,
  nonce: Uint8Array,
  publicKey: Uint8Array = new Uint8Array(WIDTH),
): Hello {
  return {
    ...{ role, mode: kind.mode, to: 'receiver', verifiable: false, identifiersPerRow: 1, detail: 0 },
    ...{ kinds: list.kinds, size: list.size, maxPeerSize: 0xffffffff, nonce, publicKey },
  };
}

/** What both Hellos come to, as in every other run. */
export interface DatasetSession {
  readonly tagger: Tagger;
  readonly peer: Hello;
}

/** @throws {VeilmatchError} what `checkPeer` throws */
export function sessionOf(own: Hello, peerBody: Uint8Array, { kind }: RunMode): DatasetSession {
  const peer = decodeHello(peerBody, suite);
  checkPeer(own, peer, (mode) => namesOfMode(mode, kind, [intersection, cardinality]), kind.differing);
  const ownBody = encodeHello(own, suite);
  const asks = own.role === 'receiver';
  const sid = asks ? sessionId(ownBody, peerBody) : sessionId(peerBody, ownBody);
  return { tagger: new Tagger(sid, kind, [own.size, peer.size], suite), peer };
}

/** The tags of elements, in order. */
export function tagsOf(
  elements: Uint8Array,
  identifier: (i: number) => Uint8Array,
  tagger: Tagger,
): Uint8Array {
  const count = elements.length / WIDTH;
  const tags = new Uint8Array(count * tagger.width);
  for (let i = 0; i < count; i++) {
    tags.set(tagger.tag(elements.subarray(i * WIDTH, (i + 1) * WIDTH), identifier(i)), i * tagger.width);
  }
  return tags;
}

/** Notes a digest, or finds it to be the one that was noted. @throws {VeilmatchError} `error` where it was another one */
export async function bind(
  journal: Journal,
  name: string,
  digest: Uint8Array,
  error: () => VeilmatchError,
): Promise<void> {
  const before = await noted(journal, name);
  if (before === undefined) await note(journal, name, digest);
  else if (!equalBytes(before, digest)) throw error();
}

/** @throws {VeilmatchError} `argument` for another list than the run was begun with */
export function bindList(journal: Journal, list: OwnList): Promise<void> {
  return bind(
    journal,
    'dataset list',
    list.digest,
    () =>
      new VeilmatchError(
        'argument',
        'The list is not the one that the run was begun with. Take that one, or begin a new run.',
      ),
  );
}

/**
 * Before anything is computed: what was blinded in one mode is taken for nothing in the other.
 * @throws {VeilmatchError} `argument` for another protocol than the run was begun with
 */
export function bindMode(journal: Journal, { kind }: RunMode): Promise<void> {
  return bind(
    journal,
    'dataset protocol',
    utf8(kind.id),
    () =>
      new VeilmatchError(
        'argument',
        `The run was begun with another protocol than ${kind.id}. Take that one, or begin a new run.`,
      ),
  );
}

/**
 * The header that this run has noted, if it has.
 * @throws {VeilmatchError} `argument` where it is of another key, or for another partner
 */
export async function headerBefore({
  journal,
  signingKey,
  peer,
}: WritingOptions): Promise<FileHeaderMessage | undefined> {
  const before = await noted(journal, 'dataset header');
  const message = before && decodeMessage(before);
  if (message?.type !== 'fileHeader') return undefined;
  if (equalBytes(message.from, signingPublicKey(signingKey)) && equalBytes(message.to, peer)) return message;
  throw new VeilmatchError(
    'argument',
    'The run was begun with another key, or for another partner. Take these, or begin a new run.',
  );
}

/** What the receiver blinds with: bound to its list. */
export const blindingSecret = ({ seed }: Journal, list: OwnList): Uint8Array =>
  secretFor('blinding seed', seed, list.digest);
