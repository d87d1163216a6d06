// SPDX-License-Identifier: Apache-2.0
/** What is done between two turns of the event loop, in microseconds as each operation is rated: counted, never timed. */

import { DistinctBytes } from '../../src/bytes.js';
import { SortedRecords } from '../../src/psi/run/matching.js';

/**
 * What operations are rated at, in microseconds: what the slowest of their kind takes on a slow machine, which is noble in place
 * of WebAssembly for the group and for hashes.
 */
export const RATE = {
  groupOperation: 2500,
  hash: 10,
  hashedByte: 0.01,
  tableOperation: 2,
  sortedRecord: 5,
  scalarOperation: 10,
} as const;

export class LoopMeter {
  /** The most that was spent between two turns so far. */
  most = 0;
  /** How many turns there were. */
  turns = 0;
  /** Additions to tables, and look-ups in them and among sorted records. */
  tableOperations = 0;
  #spent = 0;
  #running = true;
  readonly #undo: () => void;

  /** Begins to count turns, and operations on tables; hashes and group operations are told of. */
  constructor() {
    const tick = (): void => {
      this.#spent = 0;
      this.turns++;
      if (this.#running) setImmediate(tick);
    };
    setImmediate(tick);
    const { add, indexOf } = DistinctBytes.prototype;
    const { find } = SortedRecords.prototype;
    const spend = (): void => {
      this.tableOperations++;
      this.spend(RATE.tableOperation);
    };
    DistinctBytes.prototype.add = function (...operands) {
      spend();
      return add.apply(this, operands);
    };
    DistinctBytes.prototype.indexOf = function (...operands) {
      spend();
      return indexOf.apply(this, operands);
    };
    SortedRecords.prototype.find = function (...operands) {
      spend();
      return find.apply(this, operands);
    };
    this.#undo = () => {
      Object.assign(DistinctBytes.prototype, { add, indexOf });
      Object.assign(SortedRecords.prototype, { find });
    };
  }

  spend(microseconds: number): void {
    this.#spent += microseconds;
    this.most = Math.max(this.most, this.#spent);
  }

  stop(): void {
    this.#running = false;
    this.#undo();
  }
}
