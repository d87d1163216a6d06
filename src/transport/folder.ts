// SPDX-License-Identifier: Apache-2.0
/**
 * A channel through files, on Node: two folders that both parties reach, one for each direction, on a share or in a
 * synchronised bucket. Each message is a file of its own, which appears under its name when it is complete and goes away
 * when it has been read.
 *
 * **Whoever can write to the folders can take part, and whoever can read them sees what somebody on an unencrypted line
 * sees**: the carrier's access rights and its encryption stand in for TLS and tokens.
 */

import { requireObject, requirePath } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { MAX_MESSAGE_BYTES } from '../wire/messages.js';
import { type Channel, type ChannelLimits, DEFAULT_LIMITS } from './channel.js';
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
 */
export async function folderChannel(options: FolderOptions): Promise<Channel> {
  requireObject(options, 'The options', 'incoming', 'outgoing');
  requirePath(options.incoming, 'The folder for incoming messages');
  requirePath(options.outgoing, 'The folder for outgoing messages');
  const { incoming, outgoing, pollMilliseconds = 200 } = options;
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (fs === undefined) throw new VeilmatchError('unsupported', 'Folders can be used on Node only.');
  const found = await fs.readdir(outgoing).catch((error) => {
    throw ioError(error);
  });
  if (found.length > 0) {
    throw new VeilmatchError(
      'io',
      'The folder for outgoing messages is not empty. Use a new one for each run.',
    );
  }
  const link = new FolderLink(fs, outgoing, incoming, pollMilliseconds);
  return new WireChannel(link, { ...DEFAULT_LIMITS, ...options.limits });
}

type Fs = typeof import('node:fs/promises');

class FolderLink implements Link {
  readonly #fs: Fs;
  readonly #outgoing: string;
  readonly #incoming: string;
  readonly #inbox = new LinkInbox();
  readonly #poll: ReturnType<typeof setInterval>;
  #written = 0;
  #read = 0;
  #writing: Promise<void> = Promise.resolve();
  #reading = false;
  #ended = false;

  constructor(fs: Fs, outgoing: string, incoming: string, pollMilliseconds: number) {
    this.#fs = fs;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#poll = setInterval(() => void this.#look(), pollMilliseconds);
  }

  write(message: Uint8Array): void {
    const path = pathOf(this.#outgoing, this.#written++);
    this.#writing = this.#writing.then(async () => {
      try {
        const file = await this.#fs.open(`${path}.partial`, 'wx', 0o600);
        await file.writeFile(message).finally(() => file.close());
        await this.#fs.rename(`${path}.partial`, path);
      } catch (error) {
        this.#end(ioError(error));
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
      for (
        let path = pathOf(this.#incoming, this.#read);
        !this.#ended;
        path = pathOf(this.#incoming, this.#read)
      ) {
        const message = await this.#take(path);
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
    try {
      const { size } = await this.#fs.stat(path);
      if (size > MAX_MESSAGE_BYTES) {
        throw new VeilmatchError(
          'bad-message',
          `A message of ${size} bytes: at most ${MAX_MESSAGE_BYTES} are allowed.`,
        );
      }
      const message = await this.#fs.readFile(path);
      await this.#fs.rm(path);
      return new Uint8Array(message);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
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

function pathOf(folder: string, index: number): string {
  return `${folder}/${String(index).padStart(8, '0')}.vm`;
}

function ioError(error: unknown): VeilmatchError {
  const { code } = error as NodeJS.ErrnoException;
  return new VeilmatchError('io', `A folder of the channel cannot be used (${code ?? 'unknown reason'}).`, {
    cause: error,
  });
}
