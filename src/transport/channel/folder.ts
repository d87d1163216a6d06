// SPDX-License-Identifier: Apache-2.0
/**
 * A channel through files, on Node: two folders that both parties reach, one for each direction, on a share or in a
 * synchronised bucket. Each message is a file of its own, which appears under its name when it is complete and goes away
 * when it has been read.
 *
 * What lies in the peer's folder is read where it is a file, under one name, and as long as a message may be: not a link, not a
 * device, not a pipe. A folder that is replaced by a link while a run is under way ends it.
 *
 * **Whoever can write to the folders can take part, and whoever can read them sees what somebody on an unencrypted line
 * sees**: the carrier's access rights and its encryption stand in for TLS and tokens.
 */

import { requireCount, requireObject, requirePath } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { MAX_MESSAGE_BYTES } from '../../wire/messages.js';
import { openRegular, readAtMost, systemCode } from '../files/files.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS, limitsOf } from './channel.js';
import { type Link, LinkInbox } from './link.js';
import { WireChannel } from './wire-channel.js';

/** Which folders, and how patiently. */
export interface FolderOptions {
  /** Where this party's messages go. Must exist. */
  readonly outgoing: string;
  /** Where the peer's messages come from. Must exist. */
  readonly incoming: string;
  /** How often to look for messages. Default 200. */
  readonly pollMilliseconds?: number | undefined;
  /** Default: those of `ChannelLimits`. */
  readonly limits?: Partial<ChannelLimits> | undefined;
}

/**
 * A channel through two folders, which must be empty when the run begins.
 * @throws {VeilmatchError} `unsupported` off Node; `io` for folders that cannot be read or are not empty
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { folderChannel, receive, send } from 'veilmatch/transport';
 *
 * const [there, back] = ['there', 'back'].map((name) => mkdtempSync(join(tmpdir(), name)));
 * const ends = [folderChannel({ outgoing: there!, incoming: back! }), folderChannel({ outgoing: back!, incoming: there! })];
 * const [a, b] = await Promise.all(ends);
 * const [, shared] = await Promise.all([send(a!, ['ada', 'grace']), receive(b!, ['grace'])]);
 * console.log(shared.matches); // → [ 0 ]
 * ```
 */
export async function folderChannel(options: FolderOptions): Promise<Channel> {
  requireObject(options, 'The options', 'incoming', 'outgoing');
  requirePath(options.incoming, 'The folder for incoming messages');
  requirePath(options.outgoing, 'The folder for outgoing messages');
  const { incoming, outgoing, pollMilliseconds = 200 } = options;
  requireCount(pollMilliseconds, 'The milliseconds between two looks');
  const limits = limitsOf(DEFAULT_LIMITS, options.limits);
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (fs === undefined) throw new VeilmatchError('unsupported', 'Folders can be used on Node only.');
  const [there, back, found] = await Promise.all([
    Folder.open(fs, outgoing),
    Folder.open(fs, incoming),
    fs.readdir(outgoing),
  ]).catch((error) => {
    throw ioError(error);
  });
  if (found.length > 0) {
    throw new VeilmatchError(
      'io',
      'The folder for outgoing messages is not empty. Use a new one for each run.',
    );
  }
  const link = new FolderLink(fs, there, back, pollMilliseconds);
  return new WireChannel(link, limits);
}

type Fs = typeof import('node:fs/promises');

/** A folder under its real path, which goes through no link; inodes would tell more, but not every share keeps them. */
class Folder {
  readonly #fs: Fs;
  readonly #path: string;

  private constructor(fs: Fs, path: string) {
    this.#fs = fs;
    this.#path = path;
  }

  /** @param path - may be a link: it is followed once, now */
  static async open(fs: Fs, path: string): Promise<Folder> {
    return new Folder(fs, await fs.realpath(path));
  }

  pathOf(index: number): string {
    return `${this.#path}/${String(index).padStart(8, '0')}.vm`;
  }

  /** @throws {VeilmatchError} `io` where the path has come to lead somewhere else */
  async check(): Promise<void> {
    if ((await this.#fs.realpath(this.#path)) === this.#path) return;
    throw new VeilmatchError(
      'io',
      'A folder of the channel was replaced by a link while the run was under way.',
    );
  }
}

class FolderLink implements Link {
  readonly #fs: Fs;
  readonly #outgoing: Folder;
  readonly #incoming: Folder;
  readonly #inbox = new LinkInbox();
  readonly #poll: ReturnType<typeof setInterval>;
  #written = 0;
  #read = 0;
  #writing: Promise<void> = Promise.resolve();
  #reading = false;
  #ended = false;

  constructor(fs: Fs, outgoing: Folder, incoming: Folder, pollMilliseconds: number) {
    this.#fs = fs;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#poll = setInterval(() => void this.#look(), pollMilliseconds);
  }

  write(message: Uint8Array): void {
    const path = this.#outgoing.pathOf(this.#written++);
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#outgoing.check();
        const file = await this.#fs.open(`${path}.partial`, 'wx', 0o600);
        await file.writeFile(message).finally(() => file.close());
        await this.#fs.rename(`${path}.partial`, path);
      } catch (error) {
        this.#end(error instanceof VeilmatchError ? error : ioError(error));
      }
    });
  }

  async end(): Promise<void> {
    this.#stop();
    await this.#writing;
  }

  destroy(): void {
    this.#stop();
  }

  listen(events: Parameters<LinkInbox['listen']>[0]): void {
    this.#inbox.listen(events);
  }

  /** Takes all messages that are there, in their order. */
  async #look(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#ended) {
        const message = await this.#take(this.#incoming.pathOf(this.#read));
        if (message === undefined) break;
        this.#read++;
        this.#inbox.message(message);
      }
    } catch (error) {
      this.#end(error instanceof VeilmatchError ? error : ioError(error));
    } finally {
      this.#reading = false;
    }
  }

  async #take(path: string): Promise<Uint8Array | undefined> {
    await this.#incoming.check();
    const message = await readMessage(path);
    if (message === undefined) return undefined;
    // Once more, before something is removed: what was read lay in the folder that was agreed on.
    await this.#incoming.check();
    await this.#fs.rm(path);
    return message;
  }

  #end(error: VeilmatchError): void {
    if (this.#ended) return;
    this.#stop();
    this.#inbox.end(error);
  }

  #stop(): void {
    this.#ended = true;
    clearInterval(this.#poll);
  }
}

/** @returns undefined where there is none yet */
async function readMessage(path: string): Promise<Uint8Array | undefined> {
  const file = await openRegular(path, { hardLinks: false }).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (!(error instanceof VeilmatchError)) throw error;
    // Its own message names the path.
    throw new VeilmatchError(
      'bad-message',
      'A message in the folder is not taken: it is a link, or has another name, or is no file at all.',
    );
  });
  if (file === undefined) return undefined;
  try {
    const message = await readAtMost(file, MAX_MESSAGE_BYTES);
    if (message !== undefined) return message;
    throw new VeilmatchError(
      'bad-message',
      `A message of the folder has more than ${MAX_MESSAGE_BYTES} bytes, which is not allowed.`,
    );
  } finally {
    await file.close();
  }
}

function ioError(error: unknown): VeilmatchError {
  const { code } = error as NodeJS.ErrnoException;
  return new VeilmatchError('io', `A folder of the channel cannot be used (${code ?? 'unknown reason'}).`, {
    cause: error,
  });
}
