// SPDX-License-Identifier: Apache-2.0
/** The receiver's first step: its list, blinded, as a folder of parts and a manifest. */

import { join } from 'node:path';
import { throwIfAborted } from '../abort.js';
import { requireCount } from '../arguments.js';
import { concatBytes, hexToBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { withBackend } from '../group/select.js';
import { pathName } from '../path-name.js';
import { encodeHello } from '../psi/run/hello.js';
import { VERSION } from '../psi/run/suite.js';
import { secureRandom } from '../random.js';
import { signingPublicKey } from '../signing.js';
import { isThere } from '../transport/resume/file-journal.js';
import { note, noted } from '../transport/resume/notes.js';
import { encodeMessage, type FileHeaderMessage } from '../wire/messages.js';
import { DatasetBlinding } from './blind.js';
import { cutSorted } from './cut.js';
import { checkFolders, checkWork } from './folders.js';
import { writeManifest } from './manifest.js';
import type { DatasetList, OwnList, Task } from './own-list.js';
import { partsFor } from './parts.js';
import {
  bind,
  bindList,
  bindMode,
  checkOptions,
  checkRows,
  type DatasetProtocol,
  headerBefore,
  helloOf,
  manifestPath,
  modeOf,
  partRowsOf,
  type RunMode,
  requestFolder,
  suite,
  taskRowsOf,
  WIDTH,
  WRITING_NAMES,
  type WritingOptions,
} from './party.js';
import { secretFor } from './secrets.js';
import { type Step, withStep } from './step.js';
import { addRecords, ahead } from './work.js';

/** Options of a request. */
export interface RequestOptions extends WritingOptions {
  /** Seconds for which it may be answered. Default 604,800, a week. */
  readonly lifetimeSeconds?: number | undefined;
}

/** What a request came to. */
export interface Requested {
  /** Distinct identifiers, as the partner is told. */
  readonly size: number;
  /** Parts that it has. */
  readonly parts: number;
}

const WEEK = 604_800;

/**
 * Makes a request as a dataset, in `FOLDER/request`. Done again with the same journal it goes on where it was killed, and comes to the
 * same bytes.
 * @param protocol `intersection` or `cardinality`
 * @param list the same whenever it is done again
 * @throws {VeilmatchError} `argument`, also for another list than before, or a folder that holds another request; `io`;
 * `bad-file` for a link in the place of a folder of it; `unsupported` without DuckDB; `aborted`
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { requestDataset } from 'veilmatch/datasets';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { memoryJournal, signingPublicKey } from 'veilmatch/transport';
 *
 * const place = mkdtempSync('/tmp/veilmatch-');
 * const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
 * const journal = () => memoryJournal({ runId: '0123456789abcdef', peer: 'acme', terms: {} });
 * const asking = { journal: journal(), work: `${place}/asking` };
 * const mine = IdentifierSet.ofStrings(['ada', 'hedy']);
 * const made = await requestDataset(`${place}/run`, intersection, mine, {
 *   ...asking,
 *   signingKey: a,
 *   peer: signingPublicKey(b),
 * });
 * console.log(made); // → { size: 2, parts: 1 }
 * ```
 */
export async function requestDataset(
  folder: string,
  protocol: DatasetProtocol,
  list: DatasetList,
  options: RequestOptions,
): Promise<Requested> {
  checkOptions(folder, options, { ...WRITING_NAMES, lifetimeSeconds: true });
  if (options.lifetimeSeconds !== undefined)
    requireCount(options.lifetimeSeconds, 'The seconds that a request is good for');
  const mode = modeOf(protocol);
  const { journal, signal } = options;
  const target = requestFolder(folder);
  try {
    throwIfAborted(signal);
    await checkWork(options.work, folder);
    await checkFolders(target, join(target, 'blinded'));
    await checkUntaken(target, options);
    await bindMode(journal, mode);
    await headerBefore(options);
    return await withStep({ folder, mode, options }, list, !mode.ordered, async (step) => {
      const { own, tables } = step;
      await checkRows(own, mode);
      await bindList(journal, own);
      const total = partsFor(own.size, partRowsOf(options));
      await blindInto(step);
      const entries = await cutSorted(
        tables,
        {
          folder: join(target, 'blinded'),
          table: 'blinded',
          name: 'element',
          width: WIDTH,
          parts: total,
          numbered: mode.ordered,
        },
        () => new VeilmatchError('repeated-element', 'Two identifiers were blinded to one element.'),
      );
      const hello = encodeHello(helloOf('receiver', own, mode, nonceOf(options, own)), suite);
      await bind(journal, 'dataset hello', hello, () => anotherRequest(target));
      const header = await headerOf(mode, options);
      const content = { header, hello, entries: new Map([['blinded', entries] as const]) };
      await writeManifest(manifestPath(target), content, options.signingKey, (digest) =>
        bind(journal, 'dataset request', digest, () => anotherRequest(target)),
      );
      return { size: own.size, parts: total };
    });
  } finally {
    await journal.close();
  }
}

/**
 * The table `blinded` (element, n): what the identifier number n of the list was blinded to. What a task has come to before is
 * not computed again.
 */
export async function blindInto(step: Step): Promise<void> {
  const { own, options, tables, work } = step;
  await withBackend(options.backend, async (backend) => {
    const blinding = new DatasetBlinding(step, backend);
    const table = await tables.table(
      'blinded',
      new Map([
        ['element', 'bytes'],
        ['n', 'integer'],
      ]),
    );
    const rows = taskRowsOf(options);
    const name = `blinded-${blinding.name}-${rows}`;
    const blind = async ({ number, first, elements }: Task): Promise<[number, Uint8Array]> => {
      const bytes = elements.length * WIDTH;
      const found = await work.found(name, number, bytes);
      if (found !== undefined) return [first, found];
      const blinded = await blinding.blind(elements, { signal: options.signal });
      await work.keep(name, number, blinded);
      return [first, blinded];
    };
    try {
      for await (const [first, blinded] of ahead(own.tasks(rows), blind)) {
        await addRecords(table, blinded, WIDTH, first);
        options.onProgress?.('blind', first + blinded.length / WIDTH, own.size);
      }
      await table.finish();
    } finally {
      blinding.wipe();
    }
  });
}

const nonceOf = ({ journal }: RequestOptions, list: OwnList): Uint8Array =>
  secretFor('nonce', journal.seed, list.digest);

/** The header that this run has, or a fresh one, which is noted. */
async function headerOf({ kind }: RunMode, options: RequestOptions): Promise<FileHeaderMessage> {
  const { journal, signingKey, peer, lifetimeSeconds = WEEK } = options;
  const before = await headerBefore(options);
  if (before !== undefined) return before;
  const madeAt = Math.floor(Date.now() / 1000);
  const header: FileHeaderMessage = {
    ...{ type: 'fileHeader', kind: 'request', version: VERSION, suite: suite.id, mode: kind.mode },
    requestId: concatBytes(hexToBytes(journal.runId), secureRandom(8)),
    ...{ from: signingPublicKey(signingKey), to: peer },
    ...{ madeAt, expiresAt: madeAt + lifetimeSeconds, requestDigest: new Uint8Array() },
  };
  await note(journal, 'dataset header', encodeMessage(header));
  return header;
}

/** @throws {VeilmatchError} `argument` where there is a message that this run has not begun */
async function checkUntaken(target: string, { journal }: RequestOptions): Promise<void> {
  if ((await noted(journal, 'dataset list')) !== undefined || !(await isThere(manifestPath(target)))) return;
  throw anotherRequest(target);
}

function anotherRequest(target: string): VeilmatchError {
  return new VeilmatchError(
    'argument',
    `${pathName(target)} holds another request, or this run has made another one: name another folder, or begin a new run.`,
  );
}
