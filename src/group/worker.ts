// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/worker`: the file that the threads of a parallel backend run. It carries the group and nothing else of the
 * package, in one file; a kernel's code is what it is told first.
 */

import { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type JobResult, serve } from '../workers/serve.js';
import { badElement, type GroupBackend, identityElement } from './group.js';
import { nobleBackend } from './noble.js';
import type { BackendJob, ChunkArguments, ChunkJob } from './parallel.js';
import { wasmBackend } from './wasm.js';

/** What the pool has told this thread to run. Chunks come while it is still being made, and wait for it. */
let backend: Promise<GroupBackend> | undefined;

function run(group: GroupBackend, chunk: ChunkArguments): Promise<Uint8Array> {
  switch (chunk.operation) {
    case 'hashAndMultiply':
      return group.hashAndMultiply(new ByteList(chunk.bytes, chunk.offsets), chunk.dst, chunk.scalar);
    case 'hashAndMultiplyEach':
    case 'hashAndAddBase':
      return group[chunk.operation](new ByteList(chunk.bytes, chunk.offsets), chunk.dst, chunk.scalars);
    case 'subtractBase':
      return group.subtractBase(chunk.elements, chunk.scalars, chunk.base);
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

serve({
  async backend({ name, code }: BackendJob): Promise<JobResult<undefined>> {
    backend = code === undefined ? Promise.resolve(nobleBackend) : wasmBackend(name, code);
    await backend;
    return { value: undefined };
  },

  async chunk({ from, chunk }: ChunkJob): Promise<JobResult<Uint8Array>> {
    if (backend === undefined) throw new VeilmatchError('worker-failed', 'The worker was told no backend.');
    const group = await backend;
    try {
      const value = await run(group, chunk);
      return { value, transfer: [value.buffer as ArrayBuffer] };
    } catch (error) {
      throw inBatch(error, chunk.operation === 'multiplyBase' ? 0 : from);
    }
  },
});
