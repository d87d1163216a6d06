// SPDX-License-Identifier: Apache-2.0
/** What the command is connected to. A test or another program passes streams of its own. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { systemReason } from '../system-reason.js';
import { placeName, STDIN } from './address.js';

/** What a stream says of the terminal that it is connected to. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  /** Characters in a line. */
  readonly columns?: number | undefined;
}

/** Streams of whoever reads and writes lists. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable & Terminal;
  /** Messages. Progress is shown only when it is a terminal (`isTTY`). */
  readonly stderr: Writable & Terminal;
  /** Stops a command that is under way; what it has begun to write is removed. */
  readonly signal?: AbortSignal | undefined;
}

/** What this process is connected to. */
export const processIo = (): Io => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

/** @throws {VeilmatchError} `argument` where more than one of these is standard input */
export function checkStdin(paths: readonly (string | undefined)[]): void {
  if (paths.filter((path) => path === STDIN).length <= 1) return;
  throw new VeilmatchError(
    'argument',
    'Only one file can come from standard input. Put the others into files.',
  );
}

/**
 * The bytes of a file or of standard input.
 * @throws {VeilmatchError} `io`
 */
export async function* readBytes(path: string, io: Io): AsyncGenerator<Uint8Array> {
  try {
    if (path !== STDIN && (await stat(path)).isDirectory()) throw new SystemError('EISDIR');
    const stream: Readable = path === STDIN ? io.stdin : createReadStream(path);
    // Ends the wait for input as well.
    if (io.signal) addAbortSignal(io.signal, stream);
    for await (const chunk of stream as AsyncIterable<Uint8Array | string>) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    throw ioError('read', placeName(path), error);
  }
}

class SystemError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** What the system refused, in words; errors that are not the system's pass unchanged. */
export function ioError(verb: 'read' | 'write', name: string, error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof VeilmatchError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new VeilmatchError('io', `Cannot ${verb} ${pathName(name)}: ${systemReason(code)}.`, {
    cause: error,
  });
}

/** Does what may be refused by the system, which is said in words then. */
export async function orIoError<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw ioError('write', name, error);
  }
}
