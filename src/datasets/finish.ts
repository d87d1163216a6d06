// SPDX-License-Identifier: Apache-2.0
/** The receiver's last step: what the answers come to, joined with its own rows. */

import { join } from 'node:path';
import { throwIfAborted } from '../abort.js';
import { requireFunction } from '../arguments.js';
import { ByteListBuilder, equalBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import type { Database } from '../lists/duckdb.js';
import { checkPublicKey, withOffset } from '../psi/run/checks.js';
import { decodeHello } from '../psi/run/hello.js';
import { checkHeader } from '../transport/exchange/chain.js';
import type { Journal } from '../transport/resume/journal.js';
import { noted } from '../transport/resume/notes.js';
import { decodeMessage, type FileHeaderMessage } from '../wire/messages.js';
import { DatasetBlinding } from './blind.js';
import { checkWork } from './folders.js';
import { type Manifest, readManifest } from './manifest.js';
import type { DatasetList, Task } from './own-list.js';
import { checkEntries, type PartEntry, PartReader } from './parts.js';
import {
  bindList,
  checkOptions,
  DATASET_NAMES,
  type DatasetOptions,
  type DatasetProtocol,
  type DatasetSession,
  manifestPath,
  modeOf,
  type RunMode,
  responseFolder,
  sessionOf,
  suite,
  tagsOf,
  taskRowsOf,
  WIDTH,
} from './party.js';
import { blindInto } from './request.js';
import { nameOf, secretFor } from './secrets.js';
import { type Step, withStep } from './step.js';
import { addRecords, ahead, eraseWork } from './work.js';

/** What a run through datasets comes to, as long as its tables are there. */
export interface DatasetResult {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** Distinct identifiers in this party's list. */
  readonly ownSize: number;
  /** Distinct identifiers in the partner's. */
  readonly peerSize: number;
  /** This party's rows with a shared identifier, ascending, each once, in batches. Undefined where only their number is told. */
  readonly rows: (() => AsyncIterable<Uint32Array>) | undefined;
}

/**
 * Reads the response in `FOLDER/response`, and takes the result. Done again with the same journal it goes on where it was killed:
 * **journal and work are removed as soon as `take` is done**, so what it makes of the result has to be in its place by then.
 * @param protocol as in the request
 * @param list the same as in the request
 * @param take is given the result, whose rows can be read until it is done; what it throws leaves the journal and the work
 * @returns what `take` does
 * @throws {VeilmatchError} `argument`, also for another list than before; `io`; `bad-file` for a manifest that does not answer this
 * run's request, and for a part that is not what it says, with its name; `repeated-element`; `bad-element`; `unsupported` without
 * DuckDB; `aborted`
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { finishDataset, requestDataset, respondDataset } from 'veilmatch/datasets';
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
 * await respondDataset(`${place}/run`, intersection, IdentifierSet.ofStrings(['hedy']), { ...answering, allow });
 * const size = await finishDataset(`${place}/run`, intersection, mine, asking, async ({ size }) => size);
 * console.log(size); // → 1
 * ```
 */
export async function finishDataset<T>(
  folder: string,
  protocol: DatasetProtocol,
  list: DatasetList,
  options: DatasetOptions,
  take: (result: DatasetResult) => Promise<T>,
): Promise<T> {
  checkOptions(folder, options, DATASET_NAMES);
  requireFunction(take, 'What takes the result');
  const mode = modeOf(protocol);
  const { journal, signal } = options;
  let done = false;
  try {
    throwIfAborted(signal);
    await checkWork(options.work, folder);
    const response = await responseIn(folder, mode, options);
    const hello = await noted(journal, 'dataset hello');
    if (hello === undefined) throw noRequest();
    const session = sessionOf(decodeHello(hello, suite), response.hello, mode);
    const result = await withStep({ folder, mode, options }, list, mode.ordered, async (step) => {
      await bindList(journal, step.own);
      return take(await new Finishing(step, response, session).result());
    });
    await eraseWork(options);
    done = true;
    return result;
  } finally {
    await (done ? journal.erase() : journal.close());
  }
}

function noRequest(): VeilmatchError {
  return new VeilmatchError('argument', 'The journal is not that of a request that was made.');
}

/** The response, whose manifest is good and answers the request of this run. */
async function responseIn(folder: string, mode: RunMode, { journal }: DatasetOptions): Promise<Manifest> {
  const digest = await noted(journal, 'dataset request');
  const bytes = await noted(journal, 'dataset header');
  const header = bytes && decodeMessage(bytes);
  if (digest === undefined || header?.type !== 'fileHeader') throw noRequest();
  const { from, to }: FileHeaderMessage = header;
  const manifest = await readManifest(manifestPath(responseFolder(folder)), to);
  checkHeader(manifest.header, 1, { protocol: mode.kind, known: undefined, suite, own: from });
  if (equalBytes(manifest.header.requestDigest, digest)) return manifest;
  throw new VeilmatchError('bad-file', 'The response answers another request than that of this run.');
}

/** Whose response a run waits for: the partner's Ed25519 public key. @throws {VeilmatchError} `argument` for a journal of none */
export async function signerOf(journal: Journal): Promise<Uint8Array> {
  const bytes = await noted(journal, 'dataset header');
  const header = bytes && decodeMessage(bytes);
  if (header?.type !== 'fileHeader') throw noRequest();
  return header.to;
}

class Finishing {
  readonly #step: Step;
  readonly #response: Manifest;
  readonly #session: DatasetSession;

  constructor(step: Step, response: Manifest, session: DatasetSession) {
    this.#step = step;
    this.#response = response;
    this.#session = session;
  }

  async result(): Promise<DatasetResult> {
    const { own, mode, options, tables } = this.#step;
    const { size: ownSize } = own;
    const peerSize = this.#session.peer.size;
    const evaluated = this.#entries('evaluated', ownSize);
    const tags = this.#entries('tags', peerSize);
    await this.#readTags(tags);
    await withBackend(options.backend, async (backend) => {
      await checkPublicKey(this.#session.peer.publicKey, backend);
      await (mode.ordered ? this.#openNumbered(evaluated, backend) : this.#openShuffled(evaluated, backend));
    });
    await this.#checkDistinct('mine', 'tag');
    await tables.run('CREATE TABLE shared AS SELECT n FROM mine SEMI JOIN theirs USING (tag)');
    const [[count] = []] = await tables.rows('SELECT count(*) FROM shared');
    const rows = mode.ordered ? () => rowsIn(tables) : undefined;
    return { size: Number(count), ownSize, peerSize, rows };
  }

  #entries(folder: 'evaluated' | 'tags', rows: number): readonly PartEntry[] {
    const entries = this.#response.entries.get(folder) ?? [];
    checkEntries(entries, rows, folder === 'tags' ? 'tags' : 'answers');
    return entries;
  }

  #reader(name: 'element' | 'tag', entries: readonly PartEntry[], numbered: boolean): PartReader {
    const { folder, work, options } = this.#step;
    const expected = {
      folder: join(responseFolder(folder), name === 'tag' ? 'tags' : 'evaluated'),
      ...{ entries, name, width: name === 'tag' ? this.#session.tagger.width : WIDTH, numbered },
      sorted: !numbered,
    };
    return new PartReader(expected, work.folder, options.signal);
  }

  /** The table `theirs` (tag). */
  async #readTags(entries: readonly PartEntry[]): Promise<void> {
    const table = await this.#step.tables.table('theirs', new Map([['tag', 'bytes'] as const]));
    for await (const { rows } of this.#reader('tag', entries, false).parts())
      await addRecords(table, rows.records, rows.width, undefined);
    await table.finish();
  }

  /** The table `mine` (tag, n), n being the number of the identifier. */
  async #openNumbered(entries: readonly PartEntry[], backend: GroupBackend): Promise<void> {
    const { tables, options } = this.#step;
    await blindInto({ ...this.#step, options: { ...options, backend } });
    // Which question an identifier has become: its rank among the blinded elements.
    await tables.run(
      'CREATE TABLE ranked AS SELECT n, CAST(row_number() OVER () - 1 AS UINTEGER) AS idx ' +
        'FROM (SELECT n FROM blinded ORDER BY element)',
    );
    await tables.run('DROP TABLE blinded');
    const columns = new Map([['element', 'bytes'] as const, ['idx', 'integer'] as const]);
    const answers = await tables.table('answers', columns);
    for await (const { rows } of this.#reader('element', entries, true).parts())
      await addRecords(answers, rows.records, WIDTH, rows.first);
    await answers.finish();
    await this.#checkDistinct('answers', 'element');
    await this.#unblind(answersInOrder(tables, taskRowsOf(options)), backend);
  }

  /** The same; n is the number of the answer. */
  async #openShuffled(entries: readonly PartEntry[], backend: GroupBackend): Promise<void> {
    await this.#unblind(answersIn(this.#reader('element', entries, false)), backend);
  }

  async #unblind(answers: AsyncIterable<Answers>, backend: GroupBackend): Promise<void> {
    const { own, options, tables, work } = this.#step;
    const { journal, signal, onProgress } = options;
    const { tagger, peer } = this.#session;
    const blinding = new DatasetBlinding(this.#step, backend);
    const secret = secretFor('opened', journal.seed, this.#response.digest, own.digest);
    const name = `mine-${nameOf(secret)}-${taskRowsOf(options)}`;
    const columns = new Map([['tag', 'bytes'] as const, ['n', 'integer'] as const]);
    const table = await tables.table('mine', columns);
    const open = async ({ number, first, elements, records }: Answers): Promise<[number, Uint8Array]> => {
      const count = records.length / WIDTH;
      const found = await work.found(name, number, count * tagger.width);
      if (found !== undefined) return [first, found];
      const opening = blinding.unblind(records, elements, peer.publicKey, { signal });
      const opened = await withOffset(first, opening);
      const none = new Uint8Array();
      const tags = tagsOf(opened, (i) => elements?.at(i) ?? none, tagger);
      await work.keep(name, number, tags);
      return [first, tags];
    };
    try {
      for await (const [first, tags] of ahead(answers, open)) {
        await addRecords(table, tags, tagger.width, first);
        onProgress?.('unblind', first + tags.length / tagger.width, own.size);
      }
      await table.finish();
    } finally {
      blinding.wipe();
    }
  }

  /** Two answers that are the same would count one identifier twice. @throws {VeilmatchError} `repeated-element` */
  async #checkDistinct(table: string, column: string): Promise<void> {
    const [[repeated] = []] = await this.#step.tables.rows(
      `SELECT (SELECT count(*) FROM ${table}) - (SELECT count(*) FROM (SELECT ${column} FROM ${table} GROUP BY ${column}))`,
    );
    if (Number(repeated) === 0) return;
    throw new VeilmatchError('repeated-element', 'The sender gave an answer twice. The result is withheld.');
  }
}

/** Answers for one task. */
interface Answers extends Omit<Task, 'elements'> {
  /** The identifiers that they are about, where that is known. */
  readonly elements: Task['elements'] | undefined;
  readonly records: Uint8Array;
}

async function* answersInOrder(tables: Database, rows: number): AsyncGenerator<Answers, void, undefined> {
  let elements = new ByteListBuilder();
  let records = new Uint8Array(rows * WIDTH);
  let [number, first] = [0, 0];
  const task = (): Answers => {
    const list = elements.toList();
    const whole = {
      number: number++,
      first,
      elements: list,
      records: records.subarray(0, list.length * WIDTH),
    };
    first += list.length;
    elements = new ByteListBuilder();
    records = new Uint8Array(rows * WIDTH);
    return whole;
  };
  const query = 'SELECT x, element FROM list JOIN ranked USING (n) JOIN answers USING (idx) ORDER BY n';
  for await (const chunk of tables.columnsApart(query)) {
    const answers = chunk.getColumnValues(1) as unknown as readonly { readonly bytes: Uint8Array }[];
    for (const [i, value] of chunk.getColumnValues(0).entries()) {
      records.set(answers[i]!.bytes, elements.length * WIDTH);
      elements.add((value as { readonly bytes: Uint8Array }).bytes);
      if (elements.length === rows) yield task();
    }
  }
  if (elements.length > 0) yield task();
}

async function* answersIn(reader: PartReader): AsyncGenerator<Answers, void, undefined> {
  let first = 0;
  for await (const { number, rows } of reader.parts()) {
    yield { number, first, elements: undefined, records: rows.records };
    first += rows.records.length / WIDTH;
  }
}

async function* rowsIn(tables: Database): AsyncGenerator<Uint32Array, void, undefined> {
  const query = 'SELECT DISTINCT row FROM own JOIN list USING (x) SEMI JOIN shared USING (n) ORDER BY row';
  for await (const chunk of tables.columnsApart(query))
    yield Uint32Array.from(chunk.getColumnValues(0) as number[]);
}
