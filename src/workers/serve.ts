// SPDX-License-Identifier: Apache-2.0
/** The worker's side of the pool: runs one job after another and answers each. */

import { type ErrorCode, VeilmatchError } from '../errors.js';
import { parentPort } from './platform.js';

/** What a job returns: a value that can be cloned, and the buffers of it that are moved instead of copied. */
export interface JobResult<T> {
  readonly value: T;
  readonly transfer?: readonly Transferable[];
}

/** Jobs by name. A payload crosses `postMessage`: its type is the caller's word. */
export type Jobs = Readonly<
  Record<string, (payload: never) => JobResult<unknown> | Promise<JobResult<unknown>>>
>;

export interface JobMessage {
  readonly job: string;
  readonly payload: unknown;
}

/** An error as it crosses to the other side: never with a value or a stack in it. */
interface JobFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly position: number | undefined;
  readonly offset: number | undefined;
  readonly field: string | undefined;
}

export type JobAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: JobFailure };

/** Answers the pool's messages with these jobs, for as long as the worker lives. */
export function serve(jobs: Jobs): void {
  const port = parentPort();
  port.listen(async (message) => {
    const { job, payload } = message as JobMessage;
    try {
      const handler = jobs[job];
      if (handler === undefined)
        throw new VeilmatchError('worker-failed', `The worker knows no job '${job}'.`);
      const { value, transfer = [] } = await handler(payload as never);
      port.post({ ok: true, value } satisfies JobAnswer, transfer);
    } catch (error) {
      port.post({ ok: false, failure: toFailure(error, job) } satisfies JobAnswer, []);
    }
  });
}

export function toFailure(error: unknown, job: string): JobFailure {
  if (error instanceof VeilmatchError) {
    const { code, message, position, offset, field } = error;
    return { code, message, position, offset, field };
  }
  // The message of a foreign error may quote the data it stumbled over.
  const name = error instanceof Error ? error.name : typeof error;
  const message = `A worker failed in job '${job}' (${name}).`;
  return { code: 'worker-failed', message, position: undefined, offset: undefined, field: undefined };
}

export function fromFailure(failure: JobFailure): VeilmatchError {
  return new VeilmatchError(failure.code, failure.message, {
    ...(failure.position !== undefined && { position: failure.position }),
    ...(failure.offset !== undefined && { offset: failure.offset }),
    ...(failure.field !== undefined && { field: failure.field }),
  });
}
