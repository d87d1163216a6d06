// SPDX-License-Identifier: Apache-2.0
/** Files in folders that others write to: what is no file of its own is not read, and what is one no further than allowed. */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  type ReadStream,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import * as files from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ErrorCode, VeilmatchError } from '../../src/errors.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { intersection } from '../../src/psi/intersection/index.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { encodeFrame, HELLO } from '../../src/psi/run/frames.js';
import { encodeHello } from '../../src/psi/run/hello.js';
import { signingPublicKey } from '../../src/signing.js';
import type { Channel } from '../../src/transport/channel/channel.js';
import { folderChannel } from '../../src/transport/channel/folder.js';
import { openExchange, writeExchange } from '../../src/transport/exchange/exchange-file.js';
import { openFileLedger } from '../../src/transport/files/file-ledger.js';
import { type openRegular, readAtMost, readIfThere } from '../../src/transport/files/files.js';
import { readKeyFile, writeKeyFile } from '../../src/transport/files/key-file.js';
import { createJournal, openJournal } from '../../src/transport/resume/file-journal.js';
import { openRunStore } from '../../src/transport/resume/run-store.js';
import { delimited } from '../../src/wire/framing.js';
import { encodeMessage, type FileHeaderMessage, MAX_MESSAGE_BYTES } from '../../src/wire/messages.js';
import { collect } from '../suites/channel.js';
import { expectCode } from '../suites/errors.js';
import { runTerms } from '../support/revealing.js';

const MESSAGE = encodeMessage({ type: 'frame', frame: Uint8Array.of(7) });
const unlock = { key: new Uint8Array(32).fill(3) };

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const open: { close(): unknown }[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'veilmatch-test-')));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

const CONTENT = { begins: 'hello', elements: 0, maxPeerSize: 2 ** 24 } as const;

/** What somebody may put where a file is expected, and that a plain `readFile` would read, hang on or grow by. */
const THINGS: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  'a link to a device without an end': (path) => symlinkSync('/dev/zero', path),
  'a link to a file': (path) => {
    writeFileSync(at('elsewhere'), MESSAGE);
    symlinkSync(at('elsewhere'), path);
  },
  'a link to nothing': (path) => symlinkSync(at('nothing'), path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a socket': async (path) => {
    const server: Server = createServer().listen(path);
    open.push({ close: () => server.close() });
    await once(server, 'listening');
  },
};

describe.skipIf(process.platform === 'win32')('the folder of a channel', () => {
  const NAME = '00000000.vm';
  async function channel(): Promise<Channel> {
    for (const name of ['in', 'out']) mkdirSync(at(name));
    const options = { incoming: at('in'), outgoing: at('out'), pollMilliseconds: 2 };
    const opened = await folderChannel(options);
    open.push({ close: () => opened.close('aborted') });
    return opened;
  }

  it.each(Object.keys(THINGS))('does not give %s as a message', async (thing) => {
    const opened = await channel();
    await THINGS[thing]!(at('in', NAME));
    const error = await expectCode('bad-message', () => collect(opened, 1));
    expect(error.message).not.toContain(folder);
  });

  it('does not give what is called something else, too', async () => {
    const opened = await channel();
    writeFileSync(at('elsewhere'), MESSAGE);
    linkSync(at('elsewhere'), at('in', NAME));
    await expectCode('bad-message', () => collect(opened, 1));
    expect(existsSync(at('in', NAME))).toBe(true);
  });

  it('gives no file that is longer than a message, whatever length it says', async () => {
    const opened = await channel();
    writeFileSync(at('in', 'draft'), MESSAGE);
    truncateSync(at('in', 'draft'), 2 ** 40);
    renameSync(at('in', 'draft'), at('in', NAME));
    await expectCode('bad-message', () => collect(opened, 1));
  });

  it('is the folder that it was: a link in its place ends the run, before anything behind it is read or removed', async () => {
    const opened = await channel();
    const put = (path: string): void => {
      writeFileSync(`${path}.draft`, MESSAGE);
      renameSync(`${path}.draft`, path);
    };
    put(at('in', NAME));
    expect(await collect(opened, 1)).toEqual([Uint8Array.of(7)]);
    mkdirSync(at('other'));
    put(at('other', '00000001.vm'));
    renameSync(at('in'), at('moved'));
    symlinkSync(at('other'), at('in'));
    const error = await expectCode('io', () => collect(opened, 1));
    expect(error.message).not.toContain(folder);
    expect(existsSync(at('other', '00000001.vm'))).toBe(true);
  });

  it('is not written to through a link that took its place', async () => {
    const opened = await channel();
    mkdirSync(at('other'));
    renameSync(at('out'), at('moved'));
    symlinkSync(at('other'), at('out'));
    await opened.send(Uint8Array.of(1));
    await expectCode('io', () => collect(opened, 1));
    expect(existsSync(at('other', NAME))).toBe(false);
  });

  it('may be given by a link, which its user has made', async () => {
    for (const name of ['in', 'out']) mkdirSync(at(name));
    symlinkSync(at('in'), at('link'));
    const opened = await folderChannel({ incoming: at('link'), outgoing: at('out'), pollMilliseconds: 2 });
    open.push({ close: () => opened.close('aborted') });
    writeFileSync(at('in', 'draft'), MESSAGE);
    renameSync(at('in', 'draft'), at('in', NAME));
    expect(await collect(opened, 1)).toEqual([Uint8Array.of(7)]);
  });
});

describe.skipIf(process.platform === 'win32')('a file of a partner', () => {
  it.each(Object.keys(THINGS))('is not %s', async (thing) => {
    await THINGS[thing]!(at('request.vm'));
    const expected = { suite: ristretto255Suite, signer: new Uint8Array(32), check: () => CONTENT };
    await expectCode('bad-file', () => openExchange(at('request.vm'), expected));
  });

  const key = new Uint8Array(32).fill(1);
  const from = signingPublicKey(key);
  const expected = { suite: ristretto255Suite, signer: from, check: () => CONTENT };
  const times = { madeAt: 1, expiresAt: 2, requestDigest: new Uint8Array() };
  const common = { version: 1, suite: 1, mode: 1, requestId: new Uint8Array(16), from, to: from };
  const header: FileHeaderMessage = { type: 'fileHeader', kind: 'request', ...common, ...times };

  /** A Hello of so many elements. */
  function helloOf(size: number): Uint8Array {
    return encodeFrame(
      HELLO,
      encodeHello(
        {
          role: 'receiver',
          mode: intersection.mode,
          to: 'receiver',
          verifiable: false,
          identifiersPerRow: 1,
          detail: 0,
          kinds: new Set(['opaque']),
          size,
          maxPeerSize: 1,
          nonce: new Uint8Array(32),
          publicKey: new Uint8Array(32),
        },
        ristretto255Suite,
      ),
    );
  }

  /** Bytes that are read of a file of 20 MB and more, before it is refused with this code. */
  async function readOf(messages: readonly Uint8Array[], code: ErrorCode, more = {}): Promise<number> {
    writeFileSync(at('long'), Buffer.concat(messages.map(delimited)));
    const frame = delimited(encodeMessage({ type: 'frame', frame: new Uint8Array(1_000_000).fill(2) }));
    for (let i = 0; i < 20; i++) writeFileSync(at('long'), frame, { flag: 'a' });
    const handle = await files.open(at('long'));
    const { createReadStream } = Object.getPrototypeOf(handle);
    await handle.close();
    let stream: ReadStream | undefined;
    const spy = vi.spyOn(Object.getPrototypeOf(handle), 'createReadStream').mockImplementation(function (
      this: unknown,
      ...given: unknown[]
    ) {
      stream = createReadStream.apply(this, given);
      return stream;
    });
    try {
      await expectCode(code, () => openExchange(at('long'), { ...expected, ...more }));
    } finally {
      spy.mockRestore();
    }
    return stream!.bytesRead;
  }

  it('is read no further than a header that is not to be taken', async () => {
    const another = encodeMessage({ ...header, from: signingPublicKey(new Uint8Array(32).fill(2)) });
    expect(await readOf([another], 'bad-file')).toBeLessThan(1_000_000);
    const check = (): never => {
      throw new VeilmatchError('incompatible-peer', 'Another kind.');
    };
    expect(await readOf([encodeMessage(header)], 'incompatible-peer', { check })).toBeLessThan(1_000_000);
  });

  it('is read no further than the set allows that its Hello declares', async () => {
    const hello = (size: number): Uint8Array => encodeMessage({ type: 'frame', frame: helloOf(size) });
    expect(await readOf([encodeMessage(header), hello(1_000)], 'bad-file')).toBeLessThan(2_000_000);
    expect(await readOf([encodeMessage(header), hello(2 ** 24 + 1)], 'wrong-size')).toBeLessThan(1_000_000);
    expect(await readOf([encodeMessage(header)], 'bad-file')).toBeLessThan(2_000_000);
  });

  it('is read no further than it was when it was opened', async () => {
    const frames = async function* (): AsyncGenerator<Uint8Array> {
      yield helloOf(10_000);
      for (let i = 0; i < 2; i++) yield new Uint8Array(70_000).fill(i);
    };
    await writeExchange(at('a'), header, frames(), key);
    const { frames: again } = await openExchange(at('a'), expected);
    writeFileSync(at('a'), new Uint8Array(1_000_000), { flag: 'a' });
    let seen = 0;
    for await (const _ of again()) {
      // Somebody goes on adding to it as fast as it is read.
      if (seen++ === 0) writeFileSync(at('a'), new Uint8Array(1_000_000), { flag: 'a' });
    }
    expect(seen).toBe(3);
  });
});

describe.skipIf(process.platform === 'win32')("a party's own state", () => {
  const identity = {
    runId: '0123456789abcdef',
    peer: 'peer',
    terms: runTerms('sender', IdentifierSet.ofStrings(['ada'])),
  };

  it('of a run is no link and has no other name: what that leads to would be left when it is erased', async () => {
    await (await createJournal(at('run.vm'), identity, unlock)).close();
    symlinkSync(at('run.vm'), at('link.vm'));
    await expectCode('bad-file', () => openJournal(at('link.vm'), unlock));
    await (await openJournal(at('run.vm'), unlock)).close();
    linkSync(at('run.vm'), at('name.vm'));
    await expectCode('bad-file', () => openJournal(at('run.vm'), unlock));
    symlinkSync(at('nothing'), at('dangling.vm'));
    await expectCode('argument', () => createJournal(at('dangling.vm'), identity, unlock));
  });

  it('of several runs has its key and its runs as files', async () => {
    const { terms } = identity;
    const store = await openRunStore(at('runs'), unlock, { terms });
    await (await store.begin('peer', identity.runId)).close();
    await store.close();
    for (const name of ['key.vm', `${identity.runId}.vm`]) {
      renameSync(at('runs', name), at('moved'));
      symlinkSync(at('moved'), at('runs', name));
      await expectCode('bad-file', () => openRunStore(at('runs'), unlock, { terms }));
      rmSync(at('runs', name));
      renameSync(at('moved'), at('runs', name));
    }
    const again = await openRunStore(at('runs'), unlock, { terms });
    expect(again.unfinished).toBe(1);
    await again.close();
  });

  it('may lie behind a link where its user has named it: a key, a ledger', async () => {
    await writeKeyFile(at('key'), Uint8Array.of(1, 2), unlock);
    symlinkSync(at('key'), at('mounted'));
    expect(await readKeyFile(at('mounted'), unlock)).toEqual(Uint8Array.of(1, 2));
    writeFileSync(at('ledger'), '{"format":"veilmatch-ledger-v1","peers":[]}');
    symlinkSync(at('ledger'), at('budget'));
    await (await openFileLedger(at('budget'))).close();
  });

  it('is not waited for where it is a pipe, nor read without an end', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expectCode('bad-file', () => readKeyFile(at('pipe'), unlock));
    await expectCode('bad-file', () => readKeyFile('/dev/zero', unlock));
    await expectCode('bad-file', () => readIfThere('/dev/zero'));
    writeFileSync(at('long'), new Uint8Array(101));
    await expectCode('bad-file', () => readIfThere(at('long'), 100));
    expect(await readIfThere(at('long'), 101)).toEqual(new Uint8Array(101));
    expect(await readIfThere(at('nothing'))).toBeUndefined();
  });

  it('has its lock under its own name', async () => {
    writeFileSync(at('elsewhere'), '{}');
    symlinkSync(at('elsewhere'), at('ledger.lock'));
    await expectCode('bad-file', () => openFileLedger(at('ledger')));
    expect(readFileSync(at('elsewhere'), 'utf8')).toBe('{}');
  });
});

it('a read that is bounded asks for no byte beyond its limit and one more', async () => {
  let asked = 0;
  const endless = {
    async read(_: Uint8Array, __: number, length: number) {
      asked += length;
      return { bytesRead: length };
    },
  } as unknown as Awaited<ReturnType<typeof openRegular>>;
  expect(await readAtMost(endless, MAX_MESSAGE_BYTES)).toBeUndefined();
  expect(asked).toBe(MAX_MESSAGE_BYTES + 1);
});
