// SPDX-License-Identifier: Apache-2.0
/** `veilmatch psi request`, `respond` and `finish` with `--dataset`: a folder in place of a file. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, fromUtf8, utf8 } from '../../bytes.js';
import { type DatasetResult, finishDataset, signerOf } from '../../datasets/finish.js';
import { checkOutside, makeFolder } from '../../datasets/folders.js';
import { manifestHeader } from '../../datasets/manifest.js';
import { type DatasetOptions, manifestPath, requestFolder, responseFolder } from '../../datasets/party.js';
import { requestDataset } from '../../datasets/request.js';
import { respondDataset } from '../../datasets/respond.js';
import { StoredDataset } from '../../datasets/store.js';
import { VeilmatchError } from '../../errors.js';
import { isLocal, parseAddress, placeName, STDIN } from '../../lists/address.js';
import { keptNames } from '../../lists/columns.js';
import type { Cells } from '../../lists/duckdb.js';
import { type Io, orIoError } from '../../lists/io.js';
import { type Output, withOpened } from '../../lists/output.js';
import { listColumns } from '../../lists/shared-rows.js';
import { withoutSlashes } from '../../lists/store-folder.js';
import { CustomerList } from '../../lists/table.js';
import { Marks } from '../../marks.js';
import { pathName } from '../../path-name.js';
import type { Refusal } from '../../psi/index.js';
import { secureRandom } from '../../random.js';
import { readIfThere, replaceFile } from '../../transport/files/files.js';
import { isFinal, partnerId } from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import type { ExitStatus } from '../command.js';
import { type Choice, type Flags, partyOf } from '../flags/choice.js';
import type { DatasetFlags } from '../flags/dataset-options.js';
import { type BatchSummary, listBatches } from '../flags/list-batches.js';
import { statusFor, toListOptions } from '../flags/list-options.js';
import { type OwnFlags, writtenWith } from '../flags/own.js';
import { readPolicy, refusedBy } from '../flags/policy.js';
import type { BeginFlags, FinishFlags } from '../flags/psi-options.js';
import { count } from '../report/comparison.js';
import { startRunProgress } from '../report/run-report.js';
import { beginFileRun, type FileRun, openFileRun, runIdOf, statePath } from '../secrets/file-runs.js';
import { openLedger } from '../secrets/state-folder.js';
import { readUnlock } from '../secrets/unlock.js';

/** The keys of the two parties. */
interface Keys {
  readonly signingKey: Uint8Array;
  readonly peer: Uint8Array;
}

/** What a command was given, and what it has read. */
interface Begun {
  readonly list: string;
  readonly choice: Choice;
  readonly keys: Keys;
  /** By which the list is read again. */
  readonly kept: Flags;
}

type BeginDataset = BeginFlags & DatasetFlags & { readonly dataset: string };

/** @throws {VeilmatchError} `argument` for what does not go with a dataset */
export function checkDataset(
  { dataset, output, pad }: Partial<BeginFlags> & Partial<DatasetFlags>,
  choice: Choice | undefined,
  list?: string,
): void {
  if (dataset === undefined) {
    if (output !== undefined) return;
    throw misuse(
      'Name the file that is written with -o FILE, or with --dataset FOLDER a folder in place of it.',
    );
  }
  if (dataset === STDIN || (!isLocal(dataset) && !isStored(dataset)))
    throw misuse(
      '--dataset names a folder of this machine, or of a store: s3://BUCKET/KEY or gs://BUCKET/KEY.',
    );
  if (output !== undefined) throw misuse('--dataset names where the run is. Leave -o away.');
  if (pad !== undefined) throw misuse('--pad does not go with --dataset. Leave it away.');
  if (list === STDIN)
    throw misuse('The list is read again in the next step: it must be a file, not standard input.');
  const given = Object.keys(choice?.options ?? {});
  if (given.length > 0)
    throw misuse(
      'With --dataset the party that asks learns the result, exact and without proofs: leave --to, --verifiable, --blinding and ' +
        '--coarse away, or use a socket (serve and connect) or files.',
    );
}

const isStored = (dataset: string): boolean => parseAddress(dataset).kind === 'object';

/** How what is in the folder of the run is called. */
const shown = (dataset: string, message: 'request' | 'response'): string =>
  isLocal(dataset) ? pathName(join(dataset, message)) : placeName(`${withoutSlashes(dataset)}/${message}`);

/** The folder of the run in a store, with a copy in the folder of states; undefined where it is a folder of this machine. */
async function storeOf(dataset: string, state: string, io: Io): Promise<StoredDataset | undefined> {
  if (isLocal(dataset)) return undefined;
  await orIoError(state, () => mkdir(state, { recursive: true, mode: 0o700 }));
  return StoredDataset.open(dataset, state, io);
}

const misuse = (message: string): VeilmatchError => new VeilmatchError('argument', message);

/** Where it is said which run a request is of, for whoever goes on with it; it is no secret, and nothing is trusted that stands there. */
const runNote = (dataset: string): string => join(requestFolder(dataset), 'run');
const RUN_ID = /^[0-9a-f]{16}$/;

/** @throws {VeilmatchError} `argument` before anything is written there */
const checkState = (state: string, dataset: string): Promise<void> =>
  checkOutside(state, dataset, 'The folder of --state');

const workOf = (state: string, runId: string): string => join(state, `${runId}.work`);

/** `psi request --dataset`. */
export async function requestByDataset(begun: Begun, flags: BeginDataset, io: Io): Promise<ExitStatus> {
  const store = await storeOf(flags.dataset, flags.state!, io);
  try {
    if (store === undefined) return await requestInto(flags.dataset, begun, flags, io);
    if (!(await isThere(runNote(store.place))) && (await store.has('request')))
      throw misuse(`${shown(flags.dataset, 'request')} holds another request: name another folder.`);
    return await requestInto(store.place, begun, flags, io, () => store.send('request'));
  } finally {
    await store?.close();
  }
}

/** @param place the folder of the run, or the copy of it @param send brings what is there to the partner */
async function requestInto(
  place: string,
  begun: Begun,
  flags: BeginDataset,
  io: Io,
  send: () => Promise<void> = async () => {},
): Promise<ExitStatus> {
  const { list, choice, keys } = begun;
  const { dataset } = flags;
  await checkState(flags.state!, place);
  const { run, isNew } = await askingRun(begun, { ...flags, dataset: place }, io);
  const summary: BatchSummary = { rejected: 0 };
  const made = await stepping(run, isNew, flags.state!, io, { ...flags, dataset: place }, true, (options) =>
    requestDataset(place, choice.protocol, readList(list, flags, choice, io, summary), {
      ...options,
      ...keys,
      lifetimeSeconds: flags.days * 86_400,
    }),
  );
  await send();
  io.stderr.write(
    `${shown(dataset, 'request')}: ${count(made.size)} identifiers in ${count(made.parts)} parts, to be answered by ` +
      `${flags.peer} within ${flags.days} days\n`,
  );
  const unlock = flags.stateKeyFile === undefined ? '' : ` --state-key-file ${pathName(flags.stateKeyFile)}`;
  io.stderr.write(
    `hand ${shown(dataset, 'request')} to ${flags.peer}; with ${shown(dataset, 'response')} there run: ` +
      `veilmatch psi finish --dataset ${placeName(dataset)} --state ${pathName(flags.state!)}${unlock}\n`,
  );
  return statusFor(flags, summary.rejected);
}

/** `psi respond --dataset`. */
export async function respondByDataset(begun: Begun, flags: BeginDataset, io: Io): Promise<ExitStatus> {
  const { dataset, state } = flags;
  if (state === undefined)
    throw misuse(
      'A response as a dataset goes on when it was killed: give --state FOLDER for what is kept of it.',
    );
  const store = await storeOf(dataset, state, io);
  if (store === undefined) return respondInto(dataset, begun, { ...flags, state }, io);
  try {
    // It was made, and charged, and this process or the store was lost while it was sent.
    if (await store.hasCopy('response')) {
      await store.send('response');
      io.stderr.write(`${shown(dataset, 'response')}: the response that was made before, sent once more\n`);
      await store.forget();
      return 0;
    }
    if (await store.has('response')) throw misuse('The folder holds a response already: it was answered.');
    await store.fetchManifest('request');
    await store.fetchParts('request', begun.keys.peer);
    const status = await respondInto(store.place, begun, { ...flags, state }, io, () =>
      store.send('response'),
    );
    await store.forget();
    return status;
  } finally {
    // It is fetched anew by whoever goes on.
    await store.forget('request');
    await store.close();
  }
}

/** @param place the folder of the run, or the copy of it @param send brings what is there to the partner */
async function respondInto(
  place: string,
  begun: Begun,
  flags: BeginDataset & { readonly state: string },
  io: Io,
  send: () => Promise<void> = async () => {},
): Promise<ExitStatus> {
  const { list, choice, keys } = begun;
  const { dataset, state } = flags;
  await checkState(state, place);
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
  const runId = runIdOf(await manifestHeader(manifestPath(requestFolder(place))));
  const isNew = !(await isThere(await statePath(state, runId)));
  const unlock = await readUnlock(flags.stateKeyFile, isNew, io);
  const run = isNew
    ? await newRun(runId, begun, flags, unlock)
    : await openDatasetRun(state, runId, unlock, choice);
  const ledger = await openLedger(flags.ledger);
  const summary: BatchSummary = { rejected: 0 };
  let limit: Refusal | undefined;
  try {
    const made = await stepping(
      run,
      isNew,
      state,
      io,
      { ...flags, dataset: place },
      false,
      (options, onCharged) =>
        respondDataset(place, choice.protocol, readList(list, flags, choice, io, summary), {
          ...{ ...options, ...keys, onCharged },
          allow: {
            ...{ peer: partnerId(flags.peer), ledger, policy },
            onRefusal: (refusal) => {
              limit = refusal;
            },
          },
        }),
    );
    await send();
    io.stderr.write(
      `${shown(dataset, 'response')}: the answer to ${count(made.peerSize)} identifiers of ${flags.peer}, of a list with ` +
        `${count(made.size)}\n`,
    );
    io.stderr.write(
      `hand ${shown(dataset, 'response')} to ${flags.peer}, who finishes with it; here the run is over\n`,
    );
    return statusFor(flags, summary.rejected);
  } catch (error) {
    // The library's words are for the partner, who is not told which limit it is.
    if (limit === undefined) throw error;
    const usual = choice.protocol.terms.policy;
    throw new VeilmatchError(
      'refused',
      `${refusedBy(limit, { given: policy, usual })}. Nothing was written or counted. --policy names another one; ` +
        'veilmatch budget says in words what one allows.',
    );
  } finally {
    await ledger.close();
  }
}

/** `psi finish --dataset`. */
export async function finishByDataset(
  flags: FinishFlags & DatasetFlags & { readonly dataset: string },
  choose: (run: FileRun) => Choice,
  checkOutput: (choice: Choice) => void,
  io: Io,
): Promise<ExitStatus> {
  const { dataset, state } = flags;
  const store = await storeOf(dataset, state, io);
  if (store === undefined) return finishIn(dataset, flags, choose, checkOutput, io);
  try {
    await store.fetchManifest('response');
    const status = await finishIn(store.place, flags, choose, checkOutput, io, (signer) =>
      store.fetchParts('response', signer),
    );
    await store.forget();
    return status;
  } finally {
    await store.forget('response');
    await store.close();
  }
}

/**
 * @param place the folder of the run, or the copy of it, which has a manifest
 * @param fetch brings the parts there, of a manifest that this key must have signed
 */
async function finishIn(
  place: string,
  flags: FinishFlags & DatasetFlags,
  choose: (run: FileRun) => Choice,
  checkOutput: (choice: Choice) => void,
  io: Io,
  fetch: (signer: Uint8Array) => Promise<void> = async () => {},
): Promise<ExitStatus> {
  const { state } = flags;
  await checkState(state, place);
  const runId = runIdOf(await manifestHeader(manifestPath(responseFolder(place))));
  const run = await openDatasetRun(state, runId, await readUnlock(flags.stateKeyFile, false, io), undefined);
  const own = run.flags as unknown as OwnFlags;
  await stepping(
    run,
    false,
    state,
    io,
    { dataset: place, memoryLimit: flags.memoryLimit },
    false,
    async (options) => {
      await fetch(await signerOf(run.journal));
      const choice = choose(run);
      checkOutput(choice);
      const list = readList(run.list, own, choice, io, { rejected: 0 });
      return withOpened([run.list, run.path], io, async (open, commit) => {
        // That it can be written is found out before the work.
        const rows = flags.output === undefined ? undefined : await open(flags.output);
        await finishDataset(place, choice.protocol, list, options, async (result) => {
          const shared = await sharedRows(result);
          if (rows !== undefined) await writeRows(rows, shared.marks, run.list, own, flags, io);
          // Nobody is told of rows that did not get there, and the state of the run is erased behind this.
          await commit();
          const output = await open(undefined);
          await output.write(summaryOf(result, shared.count, choice, own, flags.json));
          await commit();
        });
      });
    },
  );
  return 0;
}

/** Which rows are shared, a bit each. */
async function sharedRows({
  rows,
}: DatasetResult): Promise<{ readonly marks: Marks; readonly count: number }> {
  const marks = new Marks();
  let count = 0;
  for await (const batch of rows?.() ?? []) for (const row of batch) if (marks.add(row)) count++;
  return { marks, count };
}

/** @param rows how many are shared */
function summaryOf(
  result: DatasetResult,
  rows: number,
  choice: Choice,
  flags: OwnFlags,
  json: true | undefined,
): string {
  const { protocol, role, options } = choice;
  const party = partyOf(choice);
  const { size, ownSize, peerSize } = result;
  // Which ones they are stands in the file; here it is only told how many.
  const told = { size, peerSize, matches: { length: rows } };
  const written = writtenWith(flags);
  if (json) {
    const { reveal } = protocol.commandLine;
    const whole = { reveal, role, ownSize, peerSize, ...party.json(told, options, written) };
    return `${JSON.stringify(whole, null, 2)}\n`;
  }
  const words = party.words(told, options, written).map(([title, text]) => `${title} ${text}; `);
  return `${words.join('')}${count(ownSize)} here, ${count(peerSize)} at the partner's\n`;
}

/** Reads the list once more, and writes the rows that are shared. */
async function writeRows(
  output: Output,
  shared: Marks,
  path: string,
  own: OwnFlags,
  { keep, ...style }: FinishFlags,
  io: Io,
): Promise<void> {
  const list = await CustomerList.open(path, { ...toListOptions(own, 'any'), keep }, io);
  try {
    const told = listColumns(list.kinds);
    const kept = keptNames(list.columns, [...told.keys()]);
    const columns = new Map([...told, ...kept.map((name) => [name, 'text'] as const)]);
    const table = await output.table(columns, style);
    let next = 0;
    for await (const batch of list.rows()) {
      const cells: Cells[] = [];
      for (const { row, line, kept: beside = [] } of batch) {
        if (!shared.has(next++)) continue;
        const identifiers = list.kinds.map((kind) => row[kind] || undefined);
        cells.push([line, ...identifiers, ...beside.map((cell) => cell || undefined)]);
      }
      await table.append(cells);
    }
  } finally {
    await list.close();
  }
}

function readList(
  list: string,
  flags: OwnFlags,
  { protocol }: Choice,
  io: Io,
  summary: BatchSummary,
): ReturnType<typeof listBatches> {
  const counted = protocol.commandLine.takes?.({}) === 'rows';
  // A record is one person, however many columns its identifiers stand in.
  return listBatches(list, flags, counted ? 'line' : 'row', io, summary);
}

/** Takes a step, and leaves a state only to whoever needs it once more. */
async function stepping<Result>(
  run: FileRun,
  isNew: boolean,
  state: string,
  io: Io,
  flags: DatasetFlags,
  asks: boolean,
  step: (options: DatasetOptions, onCharged: () => void) => Promise<Result>,
): Promise<Result> {
  const progress = startRunProgress(io);
  const { journal } = run;
  const work = workOf(state, journal.runId);
  // Nothing went out, and another try ends so again.
  const forget = async (): Promise<void> => {
    await rm(work, { recursive: true, force: true });
    if (asks && flags.dataset !== undefined) await rm(runNote(flags.dataset), { force: true });
    await journal.erase();
  };
  let isCharged = false;
  try {
    return await step(
      {
        ...{ journal, work, memoryMegabytes: flags.memoryLimit },
        ...{ signal: io.signal, onProgress: progress.update },
      },
      () => {
        isCharged = true;
      },
    );
  } catch (error) {
    const code = error instanceof VeilmatchError ? error.code : undefined;
    // What was admitted is charged: a part that came damaged can come again, and nothing of it went out.
    const isRepairable = code === 'bad-file' && isCharged;
    const hopeless = !isRepairable && (code === 'bad-file' || code === 'argument' || isFinal(error));
    await (isNew && hopeless ? forget() : journal.close()).catch(() => {});
    throw error;
  } finally {
    progress.clear();
  }
}

/** The run of a request: the one that the folder names, where this party has its state, or a new one. */
async function askingRun(
  begun: Begun,
  flags: BeginDataset,
  io: Io,
): Promise<{ readonly run: FileRun; readonly isNew: boolean }> {
  const { dataset } = flags;
  const state = flags.state!;
  const bytes = await readIfThere(runNote(dataset), 64, {});
  if (bytes !== undefined) {
    const runId = fromUtf8(bytes).trim();
    if (RUN_ID.test(runId) && (await isThere(await statePath(state, runId)))) {
      const unlock = await readUnlock(flags.stateKeyFile, false, io);
      return { run: await openDatasetRun(state, runId, unlock, begun.choice), isNew: false };
    }
    throw misuse(
      `${pathName(requestFolder(dataset))} is of another run, whose state is not in ${pathName(state)}: name another folder.`,
    );
  }
  const runId = bytesToHex(secureRandom(8));
  const run = await newRun(runId, begun, flags, await readUnlock(flags.stateKeyFile, true, io));
  try {
    await makeFolder(requestFolder(dataset));
    await replaceFile(runNote(dataset), utf8(`${runId}\n`));
  } catch (error) {
    await run.journal.erase();
    throw error;
  }
  return { run, isNew: true };
}

/**
 * Which run it is says a file that the partner can write, and it knows the names of others: one of files, or one in which this party
 * asks, is not gone on with as an answer, nor one with another protocol.
 * @param choice undefined where the run says it
 * @throws {VeilmatchError} `argument` for another run; `io`, `bad-file`
 */
async function openDatasetRun(
  state: string,
  runId: string,
  unlock: Parameters<typeof beginFileRun>[3],
  choice: Choice | undefined,
): Promise<FileRun> {
  const run = await openFileRun(state, runId, unlock);
  const { carrier, role, protocol } = run.journal.terms;
  const isRight = choice === undefined ? role === 'receiver' : isOf(choice, role, protocol);
  if (carrier === CARRIER && isRight) return run;
  await run.journal.close();
  throw misuse(
    `${pathName(run.path)} is the state of a run that does something else: with other options, through files, or in the other role. ` +
      'Take the options that it was begun with, or another --state.',
  );
}

const isOf = (choice: Choice, role: string | undefined, protocol: string | undefined): boolean =>
  choice.role === role && choice.protocol.id === protocol;

const CARRIER = 'dataset';

function newRun(
  runId: string,
  { list, choice, kept }: Begun,
  flags: BeginDataset,
  unlock: Parameters<typeof beginFileRun>[3],
): Promise<FileRun> {
  const { protocol, role } = choice;
  const terms = { protocol: protocol.id, role, carrier: CARRIER };
  return beginFileRun(flags.state!, { runId, peer: flags.peer, terms }, { list, flags: kept }, unlock);
}
