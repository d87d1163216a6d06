// SPDX-License-Identifier: Apache-2.0
/** A part of a batch: how it moves to a worker, what is done with it there, and what is left of it. */

import { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type BackendName, badElement, identityElement, type TrustingBackend } from './group.js';

export type HashEach = 'hashAndMultiplyEach' | 'hashAndAddBase';
export type Pair = 'multiplyEach' | 'add' | 'subtract';

/** One operation on a part of a batch, as it moves to a worker: all that it holds is its own. */
export type ChunkArguments =
  | {
      readonly operation: 'hashAndMultiply';
      readonly bytes: Uint8Array;
      readonly offsets: Uint32Array;
      readonly dst: Uint8Array;
      readonly scalar: Uint8Array;
    }
  | {
      readonly operation: HashEach;
      readonly bytes: Uint8Array;
      readonly offsets: Uint32Array;
      readonly dst: Uint8Array;
      readonly scalars: Uint8Array;
    }
  | {
      readonly operation: 'subtractBase';
      readonly elements: Uint8Array;
      readonly scalars: Uint8Array;
      readonly base: Uint8Array;
    }
  | {
      readonly operation: 'subtractHashAndMultiply';
      readonly elements: Uint8Array;
      readonly bytes: Uint8Array;
      readonly offsets: Uint32Array;
      readonly dst: Uint8Array;
      readonly scalar: Uint8Array;
    }
  | { readonly operation: 'mapAndMultiply'; readonly uniform: Uint8Array; readonly scalar: Uint8Array }
  | { readonly operation: 'multiply'; readonly elements: Uint8Array; readonly scalar: Uint8Array }
  | {
      readonly operation: 'multiplyBase';
      readonly scalars: Uint8Array;
      readonly base: Uint8Array | undefined;
    }
  | {
      readonly operation: 'progression';
      readonly start: Uint8Array;
      readonly step: Uint8Array;
      readonly count: number;
    }
  | {
      readonly operation: Pair | 'weightedSum';
      readonly first: Uint8Array;
      readonly second: Uint8Array;
    };

/** What a worker is told first. */
export interface BackendJob {
  readonly name: BackendName;
  /** The kernel's code, base64; undefined for the backend that has none. */
  readonly code: string | undefined;
}

export interface ChunkJob {
  /** Position of the chunk's first element in the batch. */
  readonly from: number;
  readonly chunk: ChunkArguments;
}

/**
 * Computes a chunk and wipes it, whether it came to a result or not: its scalars, and what they were put to.
 * @param backend what the worker was told to run; it trusts its caller, who looked at the arguments before the batch was cut
 * @throws {VeilmatchError} as the operation does, with positions in the whole batch; `worker-failed` where it was told none
 */
export async function runChunk(
  backend: Promise<TrustingBackend> | undefined,
  { from, chunk }: ChunkJob,
): Promise<Uint8Array> {
  try {
    if (backend === undefined) throw new VeilmatchError('worker-failed', 'The worker was told no backend.');
    return await compute(await backend, chunk);
  } catch (error) {
    throw inBatch(error, chunk.operation === 'multiplyBase' ? 0 : from);
  } finally {
    for (const array of arraysOf(chunk)) array.fill(0);
  }
}

/** The buffers of a chunk, which move with it. */
export function buffersOf(chunk: ChunkArguments): ArrayBuffer[] {
  return arraysOf(chunk).map(({ buffer }) => buffer as ArrayBuffer);
}

function arraysOf(chunk: ChunkArguments): (Uint8Array | Uint32Array)[] {
  const fields: unknown[] = Object.values(chunk);
  return fields.filter((field) => field instanceof Uint8Array || field instanceof Uint32Array);
}

function compute(group: TrustingBackend, chunk: ChunkArguments): Promise<Uint8Array> {
  switch (chunk.operation) {
    case 'hashAndMultiply':
      return group.hashAndMultiply(new ByteList(chunk.bytes, chunk.offsets), chunk.dst, chunk.scalar);
    case 'hashAndMultiplyEach':
    case 'hashAndAddBase':
      return group[chunk.operation](new ByteList(chunk.bytes, chunk.offsets), chunk.dst, chunk.scalars);
    case 'subtractBase':
      return group.subtractBase(chunk.elements, chunk.scalars, chunk.base);
    case 'subtractHashAndMultiply': {
      const { elements, bytes, offsets, dst, scalar } = chunk;
      return group.subtractHashAndMultiply(elements, new ByteList(bytes, offsets), dst, scalar);
    }
    case 'mapAndMultiply':
      return group.mapAndMultiply(chunk.uniform, chunk.scalar);
    case 'multiply':
      return group.multiply(chunk.elements, chunk.scalar);
    case 'multiplyBase':
      return group.multiplyBase(chunk.scalars, chunk.base);
    case 'progression':
      return group.progression(chunk.start, chunk.step, chunk.count);
    case 'multiplyEach':
    case 'add':
    case 'subtract':
    case 'weightedSum':
      return group[chunk.operation](chunk.first, chunk.second);
  }
}

/** Positions in a chunk's errors become positions in the whole batch. */
function inBatch(error: unknown, from: number): unknown {
  if (!(error instanceof VeilmatchError) || error.position === undefined) return error;
  if (error.code === 'bad-element') return badElement(from + error.position);
  if (error.code === 'identity-element') return identityElement(from + error.position);
  return error;
}
