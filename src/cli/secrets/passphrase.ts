// SPDX-License-Identifier: Apache-2.0
/** A passphrase from the terminal, which shows nothing of it. */

import { StringDecoder } from 'node:string_decoder';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';

/** What a terminal's input has besides a stream's. */
type Terminal = Io['stdin'] & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

const KEY = { interrupt: '\x03', end: '\x04', erase: '\x08', clear: '\x15', delete: '\x7f' } as const;

/** Whether there is somebody who can be asked. */
export function canAsk(io: Io): boolean {
  const { isTTY, setRawMode } = io.stdin as Terminal;
  return isTTY === true && setRawMode !== undefined;
}

/**
 * Asks on the terminal of standard input.
 * @param what - the passphrase is for, as `the state of the run`
 * @param isNew - one that nobody has typed before, which is asked twice
 * @throws {VeilmatchError} `argument` for an empty one, or two that differ; `aborted`
 */
export async function askPassphrase(what: string, isNew: boolean, io: Io): Promise<string> {
  const passphrase = await readHidden(`passphrase for ${what}: `, io);
  if (passphrase === '') throw new VeilmatchError('argument', 'The passphrase is empty.');
  if (isNew && (await readHidden('the same again: ', io)) !== passphrase) {
    throw new VeilmatchError('argument', 'The two passphrases are not the same.');
  }
  return passphrase;
}

/**
 * A line of which the terminal shows nothing: it hands every key over as it is, those that would interrupt the process, too,
 * so that it is itself again however the line ends.
 */
async function readHidden(prompt: string, io: Io): Promise<string> {
  const stdin = io.stdin as Terminal;
  const { signal } = io;
  stdin.setRawMode!(true);
  let stop = (): void => {};
  try {
    io.stderr.write(prompt);
    return await new Promise<string>((resolve, reject) => {
      const line = new Line();
      const give = (chunk: Uint8Array | string): void => {
        const rest = line.take(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
        if (line.state === 'open') return;
        stop();
        // What was typed or pasted behind the line belongs to the next one.
        if (rest.length > 0) stdin.unshift(rest);
        if (line.state === 'complete') resolve(line.text);
        else reject(aborted());
      };
      const leave = (): void => {
        stop();
        reject(aborted());
      };
      stop = () => {
        stdin.off('data', give).off('end', leave).pause();
        signal?.removeEventListener('abort', leave);
      };
      stdin.on('data', give).on('end', leave).resume();
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave);
    });
  } finally {
    stdin.setRawMode!(false);
    io.stderr.write('\n');
  }
}

/** What has been typed of a line. */
class Line {
  text = '';
  state: 'open' | 'complete' | 'left' = 'open';
  readonly #decoder = new StringDecoder('utf8');

  /** @returns the bytes behind the end of the line */
  take(bytes: Uint8Array): Uint8Array {
    for (const [i, byte] of bytes.entries()) {
      this.#type(this.#decoder.write(Buffer.of(byte)));
      if (this.state !== 'open') return bytes.subarray(i + 1);
    }
    return new Uint8Array();
  }

  #type(character: string): void {
    if (character === '\r' || character === '\n') this.state = 'complete';
    else if (character === KEY.interrupt || character === KEY.end) this.state = 'left';
    else if (character === KEY.clear) this.text = '';
    else if (character === KEY.erase || character === KEY.delete)
      this.text = [...this.text].slice(0, -1).join('');
    // Other keys that are no character have no place in a passphrase.
    else if (character >= ' ') this.text += character;
  }
}

function aborted(): VeilmatchError {
  return new VeilmatchError('aborted', 'Stopped: no passphrase was given.');
}
