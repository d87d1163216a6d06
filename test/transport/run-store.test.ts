// SPDX-License-Identifier: Apache-2.0
/** Runs that a listening party keeps: who may go on with them, and until when. */

import { once } from 'node:events';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { type ConnectedChannel, connect } from '../../src/transport/door/connect.js';
import {
  type AcceptedChannel,
  type ListenEvent,
  type Listener,
  listen,
} from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import type { Unlock } from '../../src/transport/index.js';
import { type Journal, memoryJournal, NOTHING_HELD } from '../../src/transport/resume/journal.js';
import { type FolderRunStore, isRunStore, openRunStore } from '../../src/transport/resume/run-store.js';
import { receive, send } from '../../src/transport/run.js';
import { decodeMessage, encodeMessage } from '../../src/wire/messages.js';
import { expectCode } from '../suites/errors.js';
import { runTerms } from '../support/revealing.js';

const SENDER = IdentifierSet.ofStrings(['ada', 'grace', 'edsger']);
const RECEIVER = IdentifierSet.ofStrings(['ada', 'alan', 'edsger']);
const options = { chunkSize: 1 };
const terms = runTerms('sender', SENDER, options);
const unlock = { key: new Uint8Array(32).fill(3) };
const RUN = '0123456789abcdef';

const [token, other] = [createToken(), createToken()];
const partners = [token, other].map((each, i) => ({ name: `peer-${i}`, tokens: [hashToken(each)] }));

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

let folder: string;
let store: FolderRunStore | undefined;
let listener: Listener | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
});
afterEach(async () => {
  await listener?.close();
  await store?.close();
  [listener, store] = [undefined, undefined];
  rmSync(folder, { recursive: true, force: true });
});

async function open(more: object = {}, key: Unlock = unlock): Promise<FolderRunStore> {
  await store?.close();
  store = undefined;
  store = await openRunStore(folder, key, { terms, ...more });
  return store;
}

const runFiles = (): string[] => readdirSync(folder).filter((name) => /^[0-9a-f]{16}\.vm$/.test(name));

describe('a folder of runs', () => {
  it('finds a run of the peer that began it, and of nobody else', async () => {
    const runs = await open();
    await (await runs.begin('peer', RUN)).close();
    expect(await runs.resume('somebody', RUN)).toBeUndefined();
    expect(await runs.resume('peer', 'fedcba9876543210')).toBeUndefined();
    const journal = await runs.resume('peer', RUN);
    expect(journal).toMatchObject({ runId: RUN, peer: 'peer', terms });
    await journal!.erase();
    expect(await runs.resume('peer', RUN)).toBeUndefined();
    expect(runFiles()).toEqual([]);
  });

  it('keeps what it has over a restart, under its own key, for the same list and options', async () => {
    expect(await isRunStore(folder)).toBe(false);
    const journal = await (await open()).begin('peer', RUN);
    await journal.addFrame(Uint8Array.of(1, 2, 3));
    await journal.close();
    writeFileSync(join(folder, 'left over.tmp'), '');
    expect(await isRunStore(folder)).toBe(true);
    await expectCode('bad-file', () => open({}, { key: new Uint8Array(32).fill(4) }));
    const error = await expectCode('argument', () => open({ terms: runTerms('sender', RECEIVER, options) }));
    expect(error.message).toMatch(/0123456789abcdef\.vm .*list/);
    const again = await open();
    expect(again.unfinished).toBe(1);
    expect(readdirSync(folder).sort()).toEqual([`${RUN}.vm`, 'key.vm', 'lock']);
    await expectCode('io', () => openRunStore(folder, unlock, { terms }));
    const resumed = await again.resume('peer', RUN);
    expect(resumed!.held.frames).toBe(1);
    expect(await resumed!.frame(0)).toEqual(Uint8Array.of(1, 2, 3));
    expect(resumed!.seed).toHaveLength(32);
    await resumed!.close();
  });

  it('takes no run for another one, whose name its file has', async () => {
    const runs = await open();
    await (await runs.begin('peer', RUN)).close();
    await runs.close();
    renameSync(join(folder, `${RUN}.vm`), join(folder, 'fedcba9876543210.vm'));
    const error = await expectCode('bad-file', () => open());
    expect(error.message).toContain(`is the state of run ${RUN}, under another name`);
    renameSync(join(folder, 'fedcba9876543210.vm'), join(folder, `${RUN}.vm`));
    expect((await open()).unfinished).toBe(1);
  });

  it('is not opened under limits that are none', async () => {
    for (const wrong of ['8', -1, Number.NaN, null]) {
      await expectCode('argument', () => open({ runsPerPeer: wrong }));
      await expectCode('argument', () => open({ lifetimeSeconds: wrong }));
    }
  });

  it('gives nothing up for a run that could not be found again', async () => {
    const runs = await open({ runsPerPeer: 1 });
    await (await runs.begin('peer', RUN)).close();
    await expectCode('argument', () => runs.begin('peer', `../${RUN}`));
    expect(runFiles()).toEqual([`${RUN}.vm`]);
  });

  it('gives one journal out at a time', async () => {
    const runs = await open();
    const first = await runs.begin('peer', RUN);
    const second = runs.resume('peer', RUN);
    const third = runs.resume('peer', RUN);
    const turn = Promise.race([second, third, 'nobody yet']);
    expect(await turn).toBe('nobody yet');
    await first.close();
    // Closed twice it still is given to one of them alone.
    await first.close();
    const held = await Promise.race([second, third]);
    expect(held!.runId).toBe(RUN);
    await held!.erase();
    expect((await Promise.all([second, third])).filter((journal) => journal !== undefined)).toHaveLength(1);
  });

  it('forgets runs that have expired, and the oldest of a peer that has too many', async () => {
    const runs = await open({ runsPerPeer: 2 });
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [string, string, string];
    for (const id of ids) await (await runs.begin('peer', id)).close();
    await (await runs.begin('other', RUN)).close();
    expect(runFiles()).toEqual([`${RUN}.vm`, `${ids[1]}.vm`, `${ids[2]}.vm`]);
    expect(await runs.resume('peer', ids[0])).toBeUndefined();
    const expired = await open({ lifetimeSeconds: 0 });
    expect(expired.unfinished).toBe(0);
    expect(runFiles()).toEqual([]);
    await (await expired.begin('peer', RUN)).close();
    expect(await expired.resume('peer', RUN)).toBeUndefined();
    expect(runFiles()).toEqual([]);
  });
});

describe('over a socket', () => {
  let events: ListenEvent[];
  let accepted: AcceptedChannel[];

  async function serve(): Promise<string> {
    events = [];
    accepted = [];
    listener = await listen({ partners, runs: store, onEvent: (event) => events.push(event) });
    void (async () => {
      for await (const channel of listener!) accepted.push(channel);
    })();
    return `ws://127.0.0.1:${listener.port}`;
  }

  const until = async (happened: () => boolean): Promise<void> => {
    while (!happened()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const refusals = (): string[] =>
    events.flatMap((event) => (event.type === 'turned-away' ? [event.reason] : []));

  /** A run whose line is cut when the receiver has sent its Hello and is about to send its questions. */
  async function interrupted(url: string): Promise<Journal> {
    const channel: ConnectedChannel = await connect(url, { token, keep: true });
    expect(channel.peerHolds).toEqual(NOTHING_HELD);
    const mine = memoryJournal({
      runId: channel.runId,
      peer: url,
      terms: runTerms('receiver', RECEIVER, options),
    });
    await until(() => accepted.length === 1);
    const sending = send(accepted[0]!, SENDER, { ...options, backend, journal: accepted[0]!.journal }).catch(
      () => {},
    );
    const stopping = {
      ...channel,
      traffic: channel.traffic,
      close: (reason?: 'aborted') => channel.close(reason),
      [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
      send: (frame: Uint8Array) => (frame[0] === 1 ? channel.send(frame) : channel.close('aborted')),
    };
    await receive(stopping, RECEIVER, { ...options, backend, journal: mine }).catch(() => {});
    await sending;
    expect(mine.held.frames).toBe(1);
    return mine;
  }

  it('a run goes on where it was, with the peer that began it', async () => {
    await open();
    const url = await serve();
    const mine = await interrupted(url);
    const unknown = await expectCode('unknown-run', () => connect(url, { token: other, resume: mine }));
    const never = { runId: 'f'.repeat(16), held: mine.held };
    const none = await expectCode('unknown-run', () => connect(url, { token, resume: never }));
    expect(unknown.message).toBe(none.message);
    await expectCode('denied', () => connect(url, { token: createToken(), resume: mine }));
    expect(refusals()).toEqual(['unknown-run', 'unknown-run', 'unknown-token']);

    const channel = await connect(url, { token, resume: mine });
    expect(channel.runId).toBe(mine.runId);
    expect(channel.peerHolds?.frames).toBe(1);
    await until(() => accepted.length === 2);
    const [result] = await Promise.all([
      receive(channel, RECEIVER, { ...options, backend, journal: mine }),
      send(accepted[1]!, SENDER, { ...options, backend, journal: accepted[1]!.journal }),
    ]);
    expect(result).toMatchObject({ matches: [0, 2], confirmed: true });
    expect(events.filter(({ type }) => type === 'accepted')).toMatchObject([
      { resumed: false },
      { resumed: true },
    ]);
    expect(runFiles()).toEqual([]);
    await expectCode('unknown-run', () => connect(url, { token, resume: mine }));
  });

  it('a peer that comes back takes its run from the line that it lost', async () => {
    await open();
    const url = await serve();
    const lost = await connect(url, { token, keep: true });
    await until(() => accepted.length === 1);
    const old = send(accepted[0]!, SENDER, { ...options, backend, journal: accepted[0]!.journal });
    const failed = expectCode('disconnected', () => old);
    const channel = await connect(url, { token, resume: { runId: lost.runId, held: NOTHING_HELD } });
    await failed;
    await until(() => accepted.length === 2);
    const [result] = await Promise.all([
      receive(channel, RECEIVER, { ...options, backend }),
      send(accepted[1]!, SENDER, { ...options, backend, journal: accepted[1]!.journal }),
    ]);
    expect(result.matches).toEqual([0, 2]);
    await lost.close();
  });

  it('nothing is kept where one of the two does not want it, and nothing can be resumed', async () => {
    await open();
    let url = await serve();
    const plain = await connect(url, { token });
    expect(plain.peerHolds).toBeUndefined();
    await until(() => accepted.length === 1);
    expect(accepted[0]!.journal).toBeUndefined();
    expect(runFiles()).toEqual([]);
    await plain.close();
    await listener!.close();
    await store!.close();
    store = undefined;
    url = await serve();
    const wanting = await connect(url, { token, keep: true });
    expect(wanting.peerHolds).toBeUndefined();
    await wanting.close();
    await expectCode('unknown-run', () =>
      connect(url, { token, resume: { runId: RUN, held: NOTHING_HELD } }),
    );
  });

  it('a peer whose version knows nothing of it begins a new run, which is not taken', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        if (decodeMessage(new Uint8Array(data)).type !== 'open') return;
        socket.send(encodeMessage({ type: 'accept', version: 1, suite: 1, runId: 'a'.repeat(16), mode: 0 }));
      });
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expectCode('incompatible-peer', () =>
      connect(url, { token, resume: { runId: RUN, held: NOTHING_HELD } }),
    );
    server.close();
  });

  it('a run whose file is damaged is refused, and the others go on', async () => {
    await open();
    const url = await serve();
    const mine = await interrupted(url);
    writeFileSync(join(folder, `${mine.runId}.vm`), 'nothing of it');
    await expectCode('disconnected', () => connect(url, { token, resume: mine }));
    expect(refusals()).toEqual(['store']);
    await (await connect(url, { token: other })).close();
  });
});
