// SPDX-License-Identifier: Apache-2.0
/** `veilmatch worker`: a stage of a run as a process, for engines that have their own ways to sort and to join. */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { createBackend } from '../../group/select.js';
import { type Io, ioError } from '../../lists/io.js';
import { ReaderGone } from '../../lists/output.js';
import { MAX_INIT_BYTES } from '../../stage/operations.js';
import { serveStages } from '../../stage/serve.js';
import type { Command } from '../command.js';
import { wholeNumber } from '../flags/values.js';

interface WorkerFlags {
  readonly stdio?: true;
  readonly keyFd?: number;
  readonly threads: number;
}

export const workerCommand: Command = {
  name: 'worker',
  summary: 'do one stage of a run after another for an engine, such as Spark, over standard input and output',
  arguments: [],
  options: [
    new Option('--stdio', 'frames on standard input and output, as docs/wire.md describes them'),
    new Option(
      '--key-fd <N>',
      'read the key, salt, seed or scalar from this file descriptor to its end, where the first frame brings none',
    ).argParser(wholeNumber(3, 1023, 'Give the number of an open file descriptor, from 3.')),
    new Option('--threads <N>', 'threads for the group; an engine starts a worker for each of its own')
      .default(1)
      .argParser(wholeNumber(1, 256, 'Give a number of threads, from 1 to 256.')),
  ],
  help: `
It normalises and hashes rows, and blinds, evaluates and tags elements, a batch a frame; sorting, removing duplicates and
joining are the engine's. The same question gets the same answer, so a task can be done again elsewhere. An error is
answered with a code and the number of the row, and the next question is answered again. It ends with its input.

A key never stands on the command line or in the environment, where others of this machine can read it.

Example:
  veilmatch worker --stdio --key-fd 3 3< key.bin
`,
  async run(_, options, io) {
    const { stdio, keyFd, threads } = options as unknown as WorkerFlags;
    if (!stdio) {
      throw new VeilmatchError('argument', 'Say how the worker is driven: --stdio is the way there is.');
    }
    const secret = keyFd === undefined ? undefined : await readDescriptor(keyFd);
    const backend = await createBackend({ concurrency: threads });
    try {
      await serveStages(questionsOf(io), (bytes) => written(bytes, io), { backend, secret });
    } finally {
      secret?.fill(0);
      await backend.dispose();
    }
    return 0;
  },
};

async function* questionsOf({ stdin }: Io): AsyncGenerator<Uint8Array> {
  for await (const chunk of stdin as AsyncIterable<Uint8Array | string>) {
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
}

/** @throws {ReaderGone} */
async function written(bytes: Uint8Array, { stdout }: Io): Promise<void> {
  if (!stdout.destroyed && stdout.write(bytes)) return;
  const room = new AbortController();
  const { signal } = room;
  if (!stdout.destroyed)
    await Promise.race([once(stdout, 'drain', { signal }), once(stdout, 'close', { signal })]).catch(
      () => undefined,
    );
  room.abort();
  if (stdout.destroyed) throw new ReaderGone();
}

/** @throws {VeilmatchError} `io`; `bad-file` for what is longer than any key */
async function readDescriptor(fd: number): Promise<Uint8Array> {
  const name = `file descriptor ${fd}`;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream('', { fd }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_INIT_BYTES)
        throw new VeilmatchError('bad-file', `What comes from ${name} is no key: it is too long.`);
    }
  } catch (error) {
    throw ioError('read', name, error);
  }
  const secret = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    secret.set(chunk, at);
    at += chunk.length;
    chunk.fill(0);
  }
  return secret;
}
