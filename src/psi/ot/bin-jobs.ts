// SPDX-License-Identifier: Apache-2.0
/**
 * What is computed for the bins of a party, as jobs of a thread: the caller's own, or a worker, of which each has kernels of its own. What
 * a job is given is wiped when it is done. The sums that the check looks at are linear, so each thread has those of its bins.
 */

import { VeilmatchError } from '../../errors.js';
import { DIGEST_BYTES, HIDING_ROWS, MAX_ELEMENTS, OtKernel } from '../../kernel/ot.js';
import { sortTags } from '../../kernel/tag-sort.js';
import type { JobResult } from '../../workers/serve.js';
import { encodeRecords } from '../run/frames.js';
import {
  addTo,
  columnsBytes,
  frameOf,
  HIDING_FRAME,
  HIDING_SPAN,
  SUM_ROWS_BYTES,
  SUM_WORDS_BYTES,
  setDelta,
  spanOf,
} from './columns.js';
import { COLUMNS } from './frames.js';
import type { BinShape } from './parameters.js';

/** What a thread is told first. */
interface Beginning {
  readonly module: WebAssembly.Module;
  /** Bins that may be begun before the challenge of the first of them is there. */
  readonly slots: number;
}

/** What all bins of a party have in common. */
export interface Setting {
  readonly shape: BinShape;
  /** 255 x 8 x 32 bytes, of the streams. */
  readonly keys: Uint8Array;
  /** Under which identifiers are hashed. */
  readonly identifierKey: Uint8Array;
  /** The sender's: 255 numbers from 0 to 7. The receiver has none. */
  readonly delta: Uint8Array | undefined;
}

/** Bin b of a receiver. */
interface ReceiverBin {
  readonly b: number;
  readonly slot: number;
  readonly tableKey: Uint8Array;
  /** As many as the bin is filled up to, 32 bytes each. */
  readonly digests: Uint8Array;
}

/** A bin of a receiver, made. */
export interface MadeBin {
  /** The frame that is sent. */
  readonly frame: Uint8Array;
  /** In the place of the digests, 32 bytes each. */
  readonly values: Uint8Array;
}

/** The sums of the rows of a thread. */
export interface Sums {
  /** 160 x 96 bytes. */
  readonly rows: Uint8Array;
  /** 160 x 16 bytes: the receiver's. */
  readonly words: Uint8Array;
}

/** The jobs of a thread, by name. */
export interface BinJobs {
  begin(given: Beginning): JobResult<undefined>;
  set(given: Setting): JobResult<undefined>;
  /** Digests of identifiers, n x 32 bytes. */
  digest(given: { readonly bytes: Uint8Array; readonly offsets: Uint32Array }): JobResult<Uint8Array>;
  /** The receiver's rows that hide the sums of all others: the frame of their columns. */
  hide(given: { readonly tableKey: Uint8Array }): JobResult<Uint8Array>;
  /** @throws {VeilmatchError} `overflow` where there is no table */
  make(given: ReceiverBin): JobResult<MadeBin>;
  /** Adds the rows of the bin that was made last in a slot to the sums. */
  add(given: { readonly slot: number; readonly challenge: Uint8Array }): JobResult<undefined>;
  /** The sender's rows of the columns that hide the sums. */
  hidden(given: { readonly columns: Uint8Array }): JobResult<undefined>;
  /** The sender's rows of bin b, which are added to the sums. */
  rows(given: {
    readonly b: number;
    readonly columns: Uint8Array;
    readonly challenge: Uint8Array;
  }): JobResult<undefined>;
  /** Values of digests of the bin whose rows were made last: they take their places. */
  values(given: { readonly digests: Uint8Array }): JobResult<Uint8Array>;
  sums(): JobResult<Sums>;
  /** The sender's sums without Delta times the words of the receiver's. */
  takeOff(given: Sums): JobResult<Uint8Array>;
  /** Tags in ascending order, and where each of them stood. */
  sort(given: {
    readonly tags: Uint8Array;
  }): Promise<JobResult<{ readonly tags: Uint8Array; readonly order: Uint32Array }>>;
  wipe(): JobResult<undefined>;
}

const nothing: JobResult<undefined> = { value: undefined };
const moved = (value: Uint8Array): JobResult<Uint8Array> => ({
  value,
  transfer: [value.buffer as ArrayBuffer],
});

/** The jobs of one thread of one party of one run. */
export function binJobs(): BinJobs {
  let kernels: OtKernel[] = [];
  let shape: BinShape = { bins: 1, capacity: 1, places: 1, rows: 128 };
  const kernelOf = (slot: number): OtKernel => {
    const kernel = kernels[slot];
    if (kernel === undefined)
      throw new VeilmatchError('worker-failed', 'The jobs of bins begin with `begin`.');
    return kernel;
  };
  const frameOfColumns = (kernel: OtKernel, number: number, rows: number): Uint8Array =>
    encodeRecords(COLUMNS, number, kernel.view('FRAME', columnsBytes(rows)));
  const rowsOf = (kernel: OtKernel, columns: Uint8Array, span: number, rows: number): void => {
    kernel.view('FRAME', columns.length).set(columns);
    kernel.exports.senderRows(span, rows);
  };
  const sumsOf = (kernel: OtKernel, bytes: number, region: 'SUMS' | 'WORDS'): Uint8Array =>
    kernel.view(region, bytes).slice();

  return {
    begin({ module, slots }) {
      kernels = Array.from({ length: slots }, () => new OtKernel(module));
      return nothing;
    },

    set({ shape: given, keys, identifierKey, delta }) {
      shape = given;
      for (const kernel of kernels) {
        kernel.view('KEYS', keys.length).set(keys);
        if (delta !== undefined) setDelta(kernel, delta);
        kernel.exports.shape(shape.bins, shape.places);
        kernel.keyDigests(identifierKey);
        kernel.exports.beginSums();
      }
      keys.fill(0);
      identifierKey.fill(0);
      delta?.fill(0);
      return nothing;
    },

    digest({ bytes, offsets }) {
      const kernel = kernelOf(0);
      const count = offsets.length - 1;
      const digests = new Uint8Array(count * DIGEST_BYTES);
      for (let done = 0; done < count; ) {
        const part = kernel.digestible(offsets, done);
        digests.set(kernel.digests(bytes, offsets, done, part), done * DIGEST_BYTES);
        done += part;
      }
      return moved(digests);
    },

    hide({ tableKey }) {
      const kernel = kernelOf(0);
      kernel.fillTable(tableKey, HIDING_FRAME, HIDING_ROWS);
      kernel.exports.receiverRows(HIDING_SPAN, HIDING_ROWS);
      kernel.exports.beginSums();
      tableKey.fill(0);
      return moved(frameOfColumns(kernel, HIDING_FRAME, HIDING_ROWS));
    },

    make({ b, slot, tableKey, digests }) {
      const kernel = kernelOf(slot);
      const { capacity, rows } = shape;
      const own = kernel.view('DIGESTS', digests.length);
      own.set(digests);
      // A table takes 24 parts of the stream at most.
      if (!kernel.makeTable(capacity, tableKey, frameOf(b) * Math.ceil(rows / 16), rows)) throw tooFull();
      kernel.exports.receiverRows(spanOf(b, shape), rows);
      kernel.exports.beginValues();
      kernel.exports.valuesOf(capacity, false);
      digests.set(own);
      tableKey.fill(0);
      const frame = frameOfColumns(kernel, frameOf(b), rows);
      return { value: { frame, values: digests }, transfer: [frame.buffer, digests.buffer] as ArrayBuffer[] };
    },

    add({ slot, challenge }) {
      kernelOf(slot).addRows(challenge, shape.rows, true);
      return nothing;
    },

    hidden({ columns }) {
      const kernel = kernelOf(0);
      rowsOf(kernel, columns, HIDING_SPAN, HIDING_ROWS);
      kernel.exports.beginSums();
      return nothing;
    },

    rows({ b, columns, challenge }) {
      const kernel = kernelOf(0);
      rowsOf(kernel, columns, spanOf(b, shape), shape.rows);
      kernel.addRows(challenge, shape.rows, false);
      kernel.exports.beginValues();
      return nothing;
    },

    values({ digests }) {
      const kernel = kernelOf(0);
      const step = MAX_ELEMENTS * DIGEST_BYTES;
      for (let from = 0; from < digests.length; from += step) {
        const part = digests.subarray(from, from + step);
        const own = kernel.view('DIGESTS', part.length);
        own.set(part);
        kernel.exports.valuesOf(part.length / DIGEST_BYTES, true);
        part.set(own);
      }
      return moved(digests);
    },

    sums() {
      for (const kernel of kernels) kernel.exports.endSums();
      const [rows, words] = [new Uint8Array(SUM_ROWS_BYTES), new Uint8Array(SUM_WORDS_BYTES)];
      for (const kernel of kernels) {
        addTo(rows, sumsOf(kernel, SUM_ROWS_BYTES, 'SUMS'));
        addTo(words, sumsOf(kernel, SUM_WORDS_BYTES, 'WORDS'));
      }
      return { value: { rows, words }, transfer: [rows.buffer, words.buffer] };
    },

    takeOff({ rows, words }) {
      const kernel = kernelOf(0);
      const sums = kernel.view('SUMS', rows.length);
      sums.set(rows);
      kernel.view('WORDS', words.length).set(words);
      kernel.exports.takeOffWords();
      return moved(sums.slice());
    },

    async sort({ tags }) {
      const value = await sortTags(tags);
      tags.fill(0);
      return { value, transfer: [value.tags.buffer, value.order.buffer] as ArrayBuffer[] };
    },

    wipe() {
      for (const kernel of kernels) kernel.wipe();
      kernels = [];
      return nothing;
    },
  };
}

export function tooFull(): VeilmatchError {
  return new VeilmatchError(
    'overflow',
    'The list does not fit the tables of this session, which happens once in 2^40 runs: run again.',
  );
}
