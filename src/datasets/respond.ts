// SPDX-License-Identifier: Apache-2.0
/**
 * The sender's step: it evaluates the parts of a request, and makes tags of its own list.
 *
 * The request lies where the partner can write. So what is evaluated is what was hashed, part by part and in memory, and it was
 * hashed to what the signed manifest says; b is made of the digest of that manifest, which is noted before anything is evaluated, so
 * that another request never meets it; and what was published before a kill is looked at again before it counts.
 */

import { join } from 'node:path';
import { throwIfAborted } from '../abort.js';
import { requireCallbacks } from '../arguments.js';
import { bytesToHex, concatBytes, equalBytes, u32 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import { checkPolicy } from '../policy/policy.js';
import { withOffset } from '../psi/run/checks.js';
import { encodeHello } from '../psi/run/hello.js';
import { VERSION } from '../psi/run/suite.js';
import { signingPublicKey } from '../signing.js';
import { type Allowed, answeringOnce } from '../transport/exchange/admitted.js';
import { checkHeader } from '../transport/exchange/chain.js';
import { isThere } from '../transport/resume/file-journal.js';
import { note, noted } from '../transport/resume/notes.js';
import { encodeMessage, type FileHeaderMessage } from '../wire/messages.js';
import { cutSorted } from './cut.js';
import { checkFolders, checkWork } from './folders.js';
import { type Manifest, readManifest, writeManifest } from './manifest.js';
import type { DatasetList, Task } from './own-list.js';
import {
  checkEntries,
  isStillThere,
  type PartEntry,
  PartReader,
  type PartsExpected,
  partsFor,
  type TakenPart,
  type WrittenPart,
  writePart,
} from './parts.js';
import {
  bind,
  bindList,
  bindMode,
  checkOptions,
  checkRows,
  type DatasetProtocol,
  type DatasetSession,
  headerBefore,
  helloOf,
  manifestPath,
  modeOf,
  partRowsOf,
  type RunMode,
  requestFolder,
  responseFolder,
  sessionOf,
  suite,
  tagsOf,
  taskRowsOf,
  WIDTH,
  WRITING_NAMES,
  type WritingOptions,
} from './party.js';
import { nameOf, scalarFrom, secretFor } from './secrets.js';
import { type Step, withStep } from './step.js';
import { addRecords, ahead, eraseWork } from './work.js';

/** Options of a response. */
export interface RespondOptions extends WritingOptions {
  /** What the partner may ask, and the ledger that it is charged to, which says what was answered, too. */
  readonly allow: Allowed;
  /**
   * Called when the request is charged, and before anything is evaluated. Whatever ends the step afterwards, the journal is worth keeping: with
   * it the same request is answered for the same charge, once a part that came damaged has come again.
   */
  readonly onCharged?: (() => void) | undefined;
}

/** What a response came to. */
export interface Responded {
  /** Distinct identifiers in this party's list, as the partner is told. */
  readonly size: number;
  readonly peerSize: number;
}

/**
 * Answers the request in `FOLDER/request` by a dataset in `FOLDER/response`. Done again with the same journal it goes on where it was
 * killed.
 * @param protocol `intersection` or `cardinality`, as the request has it
 * @throws {VeilmatchError} `argument`; `io`; `bad-file` for a manifest that is not the partner's, not for this party, expired or
 * answered already, for a part that is not what it says, with its name, and for a link in the place of a folder; `refused` by the policy; `bad-element` with its position
 * in the whole request; `incompatible-peer`, `incompatible-lists`, `wrong-size`; `unsupported` without DuckDB; `aborted`. There is no
 * manifest then
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { requestDataset, respondDataset } from 'veilmatch/datasets';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection, memoryLedger } from 'veilmatch/psi';
 * import { memoryJournal, signingPublicKey } from 'veilmatch/transport';
 *
 * const place = mkdtempSync('/tmp/veilmatch-');
 * const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
 * const journal = () => memoryJournal({ runId: '0123456789abcdef', peer: 'acme', terms: {} });
 * const asking = { journal: journal(), work: `${place}/asking` };
 * const mine = IdentifierSet.ofStrings(['ada', 'hedy']);
 * await requestDataset(`${place}/run`, intersection, mine, { ...asking, signingKey: a, peer: signingPublicKey(b) });
 * const answering = { journal: journal(), work: `${place}/answering`, signingKey: b, peer: signingPublicKey(a) };
 * const allow = { peer: 'acme', ledger: memoryLedger() };
 * const theirs = IdentifierSet.ofStrings(['hedy', 'joan', 'mary']);
 * const told = await respondDataset(`${place}/run`, intersection, theirs, { ...answering, allow });
 * console.log(told); // → { size: 3, peerSize: 2 }
 * ```
 */
export async function respondDataset(
  folder: string,
  protocol: DatasetProtocol,
  list: DatasetList,
  options: RespondOptions,
): Promise<Responded> {
  checkOptions(folder, options, { ...WRITING_NAMES, allow: true, onCharged: true });
  requireCallbacks(options, 'onCharged');
  if (options.allow === undefined)
    throw new VeilmatchError('argument', 'A sender needs the option allow: whom it answers.');
  if (options.allow.policy !== undefined) checkPolicy(options.allow.policy);
  const mode = modeOf(protocol);
  const { journal, signal } = options;
  const target = responseFolder(folder);
  let done = false;
  try {
    throwIfAborted(signal);
    await checkWork(options.work, folder);
    const request = await requestIn(folder, mode, options);
    await checkFolders(target, join(target, 'evaluated'), join(target, 'tags'));
    await checkUntaken(target, options);
    await bindMode(journal, mode);
    const responded = await withStep({ folder, mode, options }, list, !mode.ordered, async (step) => {
      await checkRows(step.own, mode);
      return withBackend(options.backend, (backend) => new Responding(step, request, backend).take());
    });
    await eraseWork(options);
    done = true;
    return responded;
  } finally {
    await (done ? journal.erase() : journal.close());
  }
}

/** The request, whose manifest is good, and the one that this run has begun to answer. */
async function requestIn(folder: string, mode: RunMode, options: RespondOptions): Promise<Manifest> {
  const { journal, signingKey, peer } = options;
  const manifest = await readManifest(manifestPath(requestFolder(folder)), peer);
  const own = signingPublicKey(signingKey);
  checkHeader(manifest.header, 0, { protocol: mode.kind, known: undefined, suite, own });
  const begun = await noted(journal, 'dataset request');
  if (begun === undefined && manifest.header.expiresAt <= Math.floor(Date.now() / 1000))
    throw new VeilmatchError('bad-file', 'The request has expired. Ask the partner for a new one.');
  if (begun !== undefined && !equalBytes(begun, manifest.digest)) throw anotherRequest();
  return manifest;
}

function anotherRequest(): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    'Another request lies in the place of the one that this run answers: two are not answered in one run. Begin a new one.',
  );
}

async function checkUntaken(target: string, { journal }: RespondOptions): Promise<void> {
  if ((await noted(journal, 'dataset list')) !== undefined || !(await isThere(manifestPath(target)))) return;
  throw new VeilmatchError('argument', 'The folder holds a response already: it was answered.');
}

class Responding {
  readonly #step: Step<RespondOptions>;
  readonly #request: Manifest;
  readonly #backend: GroupBackend;
  /** Bound to the request and to the list. */
  readonly #secret: Uint8Array;

  constructor(step: Step<RespondOptions>, request: Manifest, backend: GroupBackend) {
    this.#step = step;
    this.#request = request;
    this.#backend = backend;
    this.#secret = secretFor('sender', step.options.journal.seed, request.digest, step.own.digest);
  }

  async take(): Promise<Responded> {
    const { folder, mode, options, own } = this.#step;
    const { journal, signingKey } = options;
    const scalar = scalarFrom(this.#secret);
    try {
      const publicKey = await this.#backend.multiplyBase(scalar);
      const nonce = secretFor('nonce', journal.seed, this.#request.digest);
      const hello = helloOf('sender', own, mode, nonce, publicKey);
      const session = sessionOf(hello, this.#request.hello, mode);
      const peerSize = session.peer.size;
      const blinded = this.#request.entries.get('blinded') ?? [];
      checkEntries(blinded, peerSize, 'elements');
      await this.#admit(peerSize);
      // From here on no other request, and no other list, is answered in this run.
      await bind(journal, 'dataset request', this.#request.digest, anotherRequest);
      await bindList(journal, own);
      options.onCharged?.();
      const evaluated = await this.#evaluate(blinded, scalar, peerSize);
      const tags = await this.#tags(scalar, session);
      const content = {
        header: await this.#header(),
        hello: encodeHello(hello, suite),
        entries: new Map([['evaluated', evaluated] as const, ['tags', tags] as const]),
      };
      await writeManifest(manifestPath(responseFolder(folder)), content, signingKey, (digest) =>
        bind(
          journal,
          'dataset response',
          digest,
          () => new VeilmatchError('transcript-mismatch', 'The run would answer something else than before.'),
        ),
      );
      return { size: own.size, peerSize };
    } finally {
      scalar.fill(0);
      this.#secret.fill(0);
    }
  }

  /** Once a run, before anything is evaluated. */
  async #admit(peerSize: number): Promise<void> {
    const { mode, options, own } = this.#step;
    const { learns, terms } = mode;
    const run = `dataset ${nameOf(this.#secret)}`;
    const admit = answeringOnce(options.allow, bytesToHex(this.#request.header.requestId), run);
    await admit({ peerSize, ownSize: own.size, learns, terms });
  }

  async #evaluate(
    entries: readonly PartEntry[],
    scalar: Uint8Array,
    total: number,
  ): Promise<readonly PartEntry[]> {
    const { folder, mode, options, work } = this.#step;
    const { signal } = options;
    const expected: PartsExpected = {
      ...{ folder: join(requestFolder(folder), 'blinded'), entries, name: 'element' as const },
      ...{ width: WIDTH, numbered: mode.ordered, sorted: true },
    };
    const reader = new PartReader(expected, work.folder, signal);
    const evaluated = new Evaluating(reader, entries, (part, first) =>
      withOffset(first, this.#backend.multiply(part, scalar, { signal })),
    );
    return mode.ordered ? this.#evaluateNumbered(evaluated, total) : this.#evaluateShuffled(evaluated, total);
  }

  /** Answers in the order of the questions: a part for each part of the request. */
  async #evaluateNumbered(evaluating: Evaluating, total: number): Promise<readonly PartEntry[]> {
    const { journal, onProgress } = this.#step.options;
    const folder = this.#folderOf('evaluated');
    const written = new Map<number, WrittenPart>();
    for (const number of evaluating.entries.keys()) {
      const before = await noted(journal, partNote(number));
      const part = before && decodePart(before);
      if (part && (await isStillThere(folder, number, part))) written.set(number, part);
    }
    for await (const { number, first, records } of evaluating.all((part) => written.has(part))) {
      const part = await writePart(folder, number, { first, name: 'element', width: WIDTH, records });
      written.set(number, part);
      if ((await noted(journal, partNote(number))) === undefined)
        await note(journal, partNote(number), encodePart(part));
      onProgress?.('evaluate', first + records.length / WIDTH, total);
    }
    return evaluating.entries.map((_, number) => {
      const { rows, bytes, sha256 } = written.get(number)!;
      return { rows, bytes, sha256 };
    });
  }

  /** Answers in their own order, all of them: nothing is written before everything was evaluated. */
  async #evaluateShuffled(evaluating: Evaluating, total: number): Promise<readonly PartEntry[]> {
    const { options, tables, work } = this.#step;
    const name = `evaluated-${nameOf(this.#secret)}`;
    const table = await tables.table('evaluated', new Map([['element', 'bytes'] as const]));
    const kept = new Map<number, Uint8Array>();
    let first = 0;
    for (const [number, { rows }] of evaluating.entries.entries()) {
      const found = await work.found(name, number, rows * WIDTH);
      if (found === undefined) continue;
      kept.set(number, found.subarray(0, 0));
      await addRecords(table, found, WIDTH, undefined);
    }
    for await (const { number, records, first: at } of evaluating.all((part) => kept.has(part))) {
      await work.keep(name, number, records);
      await addRecords(table, records, WIDTH, undefined);
      first = at + records.length / WIDTH;
      options.onProgress?.('evaluate', first, total);
    }
    await table.finish();
    const parts = partsFor(total, partRowsOf(options));
    const folder = this.#folderOf('evaluated');
    return cutSorted(
      tables,
      { folder, table: 'evaluated', name: 'element', width: WIDTH, parts, numbered: false },
      () => new VeilmatchError('repeated-element', 'The receiver asked an element twice.'),
    );
  }

  /** The tags of this party's list, sorted. */
  async #tags(scalar: Uint8Array, { tagger }: DatasetSession): Promise<readonly PartEntry[]> {
    const { own, options, tables, work } = this.#step;
    const { signal, onProgress } = options;
    const rows = taskRowsOf(options);
    const name = `tags-${nameOf(this.#secret)}-${rows}`;
    const table = await tables.table('tags', new Map([['tag', 'bytes'] as const]));
    const tag = async ({ number, first, elements }: Task): Promise<[number, Uint8Array]> => {
      const found = await work.found(name, number, elements.length * tagger.width);
      if (found !== undefined) return [first + elements.length, found];
      const evaluated = await this.#backend.hashAndMultiply(elements, suite.dst, scalar, { signal });
      const tags = tagsOf(evaluated, (i) => elements.at(i), tagger);
      await work.keep(name, number, tags);
      return [first + elements.length, tags];
    };
    for await (const [done, tags] of ahead(own.tasks(rows), tag)) {
      await addRecords(table, tags, tagger.width, undefined);
      onProgress?.('tag', done, own.size);
    }
    await table.finish();
    return cutSorted(
      tables,
      {
        ...{ folder: this.#folderOf('tags'), table: 'tags', name: 'tag', width: tagger.width },
        ...{ parts: partsFor(own.size, partRowsOf(options)), numbered: false },
      },
      () => new VeilmatchError('repeated-element', 'Two identifiers of the list have one tag: run again.'),
    );
  }

  #folderOf(name: 'evaluated' | 'tags'): string {
    return join(responseFolder(this.#step.folder), name);
  }

  async #header(): Promise<FileHeaderMessage> {
    const { mode, options } = this.#step;
    const { journal, signingKey, peer } = options;
    const before = await headerBefore(options);
    if (before !== undefined) return before;
    const header: FileHeaderMessage = {
      ...{ type: 'fileHeader', kind: 'response', version: VERSION, suite: suite.id },
      ...{ mode: mode.kind.mode, requestId: this.#request.header.requestId },
      ...{ from: signingPublicKey(signingKey), to: peer },
      ...{ madeAt: Math.floor(Date.now() / 1000), expiresAt: 0, requestDigest: this.#request.digest },
    };
    await note(journal, 'dataset header', encodeMessage(header));
    return header;
  }
}

/** A part that was evaluated. */
interface Evaluated {
  readonly number: number;
  /** Number of its first element in the whole request. */
  readonly first: number;
  readonly records: Uint8Array;
}

class Evaluating {
  readonly #reader: PartReader;
  readonly entries: readonly PartEntry[];
  readonly #evaluate: (elements: Uint8Array, first: number) => Promise<Uint8Array>;

  constructor(
    reader: PartReader,
    entries: readonly PartEntry[],
    evaluate: (elements: Uint8Array, first: number) => Promise<Uint8Array>,
  ) {
    this.#reader = reader;
    this.entries = entries;
    this.#evaluate = evaluate;
  }

  /** In order, all but those that `skip` says. */
  all(skip: (number: number) => boolean): AsyncGenerator<Evaluated, void, undefined> {
    const firsts: number[] = [];
    let sum = 0;
    for (const { rows } of this.entries) {
      firsts.push(sum);
      sum += rows;
    }
    return ahead(this.#reader.parts(skip), async ({ number, rows }: TakenPart) => {
      const first = firsts[number]!;
      return { number, first, records: await this.#evaluate(rows.records, first) };
    });
  }
}

const partNote = (number: number): string => `dataset evaluated ${number}`;
const PART_BYTES = 76;

const encodePart = ({ rows, bytes, sha256, file }: WrittenPart): Uint8Array =>
  concatBytes(u32(rows), u32(Math.floor(bytes / 2 ** 32)), u32(bytes % 2 ** 32), sha256, file);

function decodePart(noted: Uint8Array): WrittenPart | undefined {
  if (noted.length !== PART_BYTES) return undefined;
  const view = new DataView(noted.buffer, noted.byteOffset, noted.length);
  return {
    rows: view.getUint32(0),
    bytes: view.getUint32(4) * 2 ** 32 + view.getUint32(8),
    sha256: noted.slice(12, 44),
    file: noted.slice(44, 76),
  };
}
