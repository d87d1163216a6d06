// SPDX-License-Identifier: Apache-2.0
/** A step at work: what it was told, and what it has while its tables are there. */

import type { Database } from '../lists/duckdb.js';
import { type DatasetList, OwnList } from './own-list.js';
import { type DatasetOptions, memoryOf, type RunMode } from './party.js';
import { Work, withTables } from './work.js';

/** What a step was told. */
interface Told<Options extends DatasetOptions> {
  /** Of the dataset. */
  readonly folder: string;
  readonly mode: RunMode;
  readonly options: Options;
}

/** What a step works with. */
export interface Step<Options extends DatasetOptions = DatasetOptions> extends Told<Options> {
  /** This party's list, in the tables. */
  readonly own: OwnList;
  readonly tables: Database;
  readonly work: Work;
}

/**
 * Runs `body` with the list in tables, which are gone afterwards; what was computed stays in the folder of work.
 * @param keep whether the rows of the list are needed
 * @throws {VeilmatchError} what `Work.open`, `withTables` and `OwnList.read` throw
 */
export async function withStep<Options extends DatasetOptions, Result>(
  told: Told<Options>,
  list: DatasetList,
  keep: boolean,
  body: (step: Step<Options>) => Promise<Result>,
): Promise<Result> {
  const { work: folder, signal } = told.options;
  const work = await Work.open(folder);
  return withTables(work, memoryOf(told.options), signal, async (tables) => {
    const own = await OwnList.read(list, tables, keep);
    return body({ ...told, own, tables, work });
  });
}
