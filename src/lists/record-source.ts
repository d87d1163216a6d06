// SPDX-License-Identifier: Apache-2.0
/** A list that is open, whatever kind of file it is. */

import type { ListRecord } from './csv.js';

export interface RecordSource {
  /** What the `line` of a record is a number of. */
  readonly counts: 'line' | 'row';
  /** Undefined where the records themselves have to tell whether the first one holds names. */
  readonly hasHeader: boolean | undefined;
  /** The first records, a header among them; fewer only where there are no more. To be asked for once, beforehand. */
  sample(count: number): Promise<readonly ListRecord[]>;
  /** All records, a header among them. @param columns those that are needed; cells of others may be empty */
  records(columns: readonly number[]): AsyncGenerator<readonly ListRecord[], void, undefined>;
  /** How much of the file was read, from 0 to 1, where its size is known. */
  share(): number | undefined;
  close(): Promise<void>;
}
