// SPDX-License-Identifier: Apache-2.0
/** What a worker is made of: a stage of a run, which answers some of the operations, with no memory of what it answered before. */

import type { Operation } from './operations.js';
import type { PartReader } from './parts.js';

/** The parts of an answer, in order. */
export type Answer = readonly Uint8Array[];

export interface Stage {
  readonly answers: Readonly<Partial<Record<Operation, (body: PartReader) => Answer | Promise<Answer>>>>;
  /** What the answer to the first frame says of it. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Overwrites its secrets. */
  wipe(): void;
}
