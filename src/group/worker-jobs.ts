// SPDX-License-Identifier: Apache-2.0
/** What the threads of a parallel backend do; a kernel's code is what they are told first. */

import type { JobResult, Jobs } from '../workers/serve.js';
import { type BackendJob, type ChunkJob, runChunk } from './chunk.js';
import type { TrustingBackend } from './group.js';
import { uncheckedNoble } from './unchecked-noble.js';
import { wasmBackend } from './wasm.js';

/** What the pool has told this thread to run. Chunks come while it is still being made, and wait for it. */
let backend: Promise<TrustingBackend> | undefined;

/** Of a parallel backend. */
export const groupJobs: Jobs = {
  async backend({ name, code }: BackendJob): Promise<JobResult<undefined>> {
    backend = code === undefined ? Promise.resolve(uncheckedNoble) : wasmBackend(name, code);
    await backend;
    return { value: undefined };
  },

  async chunk(job: ChunkJob): Promise<JobResult<Uint8Array>> {
    const value = await runChunk(backend, job);
    return { value, transfer: [value.buffer as ArrayBuffer] };
  },
};
