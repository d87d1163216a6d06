// SPDX-License-Identifier: Apache-2.0
/** A passphrase that is typed: what the terminal is told, and what it never shows. */

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askPassphrase, canAsk } from '../../src/cli/secrets/passphrase.js';
import { readUnlock } from '../../src/cli/secrets/unlock.js';
import type { Io } from '../../src/lists/io.js';
import { expectCode } from '../suites/errors.js';
import { memoryIo } from './harness.js';

interface Terminal {
  readonly io: Io;
  /** Whether it shows what is typed, whenever that changed. */
  readonly raw: boolean[];
  readonly stdin: PassThrough;
  readonly controller: AbortController;
  stderr(): string;
}

function terminal(): Terminal {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => raw.push(mode),
  });
  const controller = new AbortController();
  const { io, stderr } = memoryIo({ stdin, signal: controller.signal });
  return { io, raw, stdin, controller, stderr };
}

describe('a passphrase', () => {
  it.each([
    ['open sesame\r', 'open sesame'],
    ['open sesame\n', 'open sesame'],
    ['opem\x7fn\r', 'open'],
    ['\x7fwrong\x15right\r', 'right'],
    ['p\u00e4ss \u{1f511}!\x08\x08\r', 'p\u00e4ss '],
    ['a\tb\x1bc\r', 'abc'],
  ])('typed as %j is %j, and nothing of it is shown', async (typed, passphrase) => {
    const { io, raw, stdin, stderr } = terminal();
    const asked = askPassphrase('the state', false, io);
    // One byte at a time, as keys come.
    for (const byte of Buffer.from(typed)) stdin.write(Buffer.of(byte));
    expect(await asked).toBe(passphrase);
    expect(raw).toEqual([true, false]);
    expect(stderr()).toBe('passphrase for the state: \n');
  });

  it('that is new is asked twice, also of somebody who pastes both', async () => {
    const { io, stdin, stderr } = terminal();
    const asked = askPassphrase('the state', true, io);
    stdin.write('horse\rhorse\rmore');
    expect(await asked).toBe('horse');
    expect(stderr()).toBe('passphrase for the state: \nthe same again: \n');
    const other = terminal();
    const refused = expectCode('argument', () => askPassphrase('the state', true, other.io));
    other.stdin.write('horse\rhorsf\r');
    expect((await refused).message).not.toContain('hors');
  });

  it('is not empty', async () => {
    const { io, stdin } = terminal();
    const refused = expectCode('argument', () => askPassphrase('the state', false, io));
    stdin.write('\r');
    await refused;
  });

  it.each([
    ['Ctrl-C', ({ stdin }: Terminal) => stdin.write('half\x03')],
    ['Ctrl-D', ({ stdin }: Terminal) => stdin.write('half\x04')],
    ['the end of the input', ({ stdin }: Terminal) => stdin.end('half')],
    ['a signal', ({ controller }: Terminal) => controller.abort()],
  ])('is given up at %s, and the terminal is itself again', async (_, end) => {
    const all = terminal();
    const left = expectCode('aborted', () => askPassphrase('the state', false, all.io));
    end(all);
    await left;
    expect(all.raw).toEqual([true, false]);
    expect(all.stderr()).not.toContain('half');
  });

  it('is asked of a terminal alone', async () => {
    const { io } = memoryIo({ stdin: 'typed\n' });
    expect(canAsk(io)).toBe(false);
    const error = await expectCode('argument', () => readUnlock(undefined, true, io));
    expect(error.message).toContain('--state-key-file');
    const { io: asked, stdin } = terminal();
    const unlock = readUnlock(undefined, false, asked);
    stdin.write('typed\r');
    expect(await unlock).toEqual({ passphrase: 'typed' });
  });
});
