// SPDX-License-Identifier: Apache-2.0
/** What a party has stored itself, read again: sealed states, journals, ledgers, policies, cursors. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Headway, type ReversalCursor } from '../../../src/attack/cursor.js';
import { bytesToHex, utf8 } from '../../../src/bytes.js';
import { readPolicy } from '../../../src/cli/flags/policy.js';
import { readCursorFile } from '../../../src/cli/secrets/cursor-file.js';
import { openFileRun } from '../../../src/cli/secrets/file-runs.js';
import { daysToEnumerate } from '../../../src/policy/enumeration.js';
import { checkPolicy, defaultPolicy } from '../../../src/policy/policy.js';
import { KINDS, type Kind, openWhole, sealWhole } from '../../../src/sealed/container.js';
import { openKey } from '../../../src/sealed/key.js';
import { openFileLedger } from '../../../src/transport/files/file-ledger.js';
import { writeSealed } from '../../../src/transport/files/sealed-file.js';
import { createJournal, openJournal } from '../../../src/transport/resume/file-journal.js';
import { note } from '../../../src/transport/resume/notes.js';
import { openRunStore } from '../../../src/transport/resume/run-store.js';
import { createLog, openLog } from '../../../src/transport/resume/sealed-log.js';
import { scratch } from '../support/scratch.js';
import {
  attempt,
  attemptSync,
  blocks,
  CANARY,
  demand,
  type FuzzTarget,
  Reader,
  textOf,
  texts,
} from '../support/target.js';
import { ioOf } from './tokens.js';

const UNLOCK = { key: new Uint8Array(32).fill(8) };
const ALL_KINDS = Object.keys(KINDS) as Kind[];
const RUN = '0123456789abcdef';
const TERMS = { list: 'aa', reveal: '"intersection"' };

const head = (more: object): Uint8Array =>
  utf8(
    JSON.stringify({
      format: 'veilmatch-run-v1',
      runId: RUN,
      peer: 'token:0123',
      terms: TERMS,
      seed: bytesToHex(new Uint8Array(32).fill(1)),
      madeAt: 1_800_000_000_000,
      ...more,
    }),
  );
const record = (type: number, length: number): Uint8Array =>
  Uint8Array.of(type, ...new Uint8Array(length).fill(type));
const KEPT = JSON.stringify({ list: '/list.csv', flags: { reveal: 'intersection', role: 'receiver' } });

/** Sealed with the right key, so that what is inside is looked at; or the bytes of the file as they are. */
export const sealed: FuzzTarget = {
  name: 'sealed-states',
  reads: 'sealed keys, states of runs over a line and through files, journals',
  sources: [
    'src/sealed/',
    'src/transport/files/sealed-file.ts',
    'src/transport/resume/sealed-log.ts',
    'src/transport/resume/file-journal.ts',
    'src/transport/resume/journal.ts',
    'src/transport/resume/run-store.ts',
    'src/transport/resume/notes.ts',
    'src/cli/secrets/file-runs.ts',
  ],
  maxBytes: 2048,
  steps: [10_000, 200],
  words: [CANARY.token, 'null', '{}', '[]', '"seed":', '"terms":'],
  async seeds() {
    const kinds = await Promise.all(ALL_KINDS.map((kind) => sealWhole(kind, utf8('{}'), UNLOCK)));
    const scrypt = { logN: 1, r: 1, p: 1 };
    const passphrase = await sealWhole('key', new Uint8Array(32), { passphrase: 'x' }, { scrypt });
    const former = Uint8Array.of(...utf8('veilmatch-sealed'), 1, ...new Uint8Array(67));
    return [
      ...[...kinds, passphrase, former].flatMap((bytes) => [0, 1].map((how) => Uint8Array.of(how, ...bytes))),
      Uint8Array.of(2, ...blocks(head({}), record(1, 5), record(2, 40), record(1, 3))),
      Uint8Array.of(3, ...utf8(KEPT)),
      Uint8Array.of(4, ...blocks(head({}), record(1, 5))),
      Uint8Array.of(4, ...blocks(head({ madeAt: 1 }))),
      Uint8Array.of(4, ...blocks(head({ terms: { ...TERMS, list: 'bb' } }))),
    ];
  },
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 5;
    const path = scratch('state');
    rmSync(path, { force: true });
    rmSync(`${path}.lock`, { force: true });
    if (how === 0) {
      const bytes = reader.rest();
      await attempt(() => openKey(bytes, UNLOCK));
      let opened = 0;
      for (const kind of ALL_KINDS) {
        if ((await attempt(() => openWhole(kind, bytes, UNLOCK, 'It'))) !== undefined) opened++;
      }
      demand(opened <= 1, 'What is sealed as one kind was opened as two.');
    } else if (how === 1) {
      writeFileSync(path, reader.rest());
      await attempt(async () => {
        const log = await openLog(path, UNLOCK);
        await log.scan(() => {}).finally(() => log.close());
      });
    } else if (how === 3) {
      const folder = scratch('file-runs');
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      const journal = await createJournal(
        `${folder}/${RUN}.vm`,
        { runId: RUN, peer: 'acme', terms: TERMS },
        UNLOCK,
      );
      await note(journal, 'list', reader.rest());
      await journal.close();
      await attempt(async () => {
        const run = await openFileRun(folder, RUN, UNLOCK);
        await run.journal.close();
        demand(typeof run.list === 'string', 'A state names no list.');
      });
    } else {
      const folder = scratch('runs');
      if (how === 4) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        await writeSealed(`${folder}/key.vm`, 'runs', UNLOCK.key, UNLOCK);
      }
      const journalPath = how === 4 ? `${folder}/${RUN}.vm` : path;
      await attempt(async () => {
        const log = await createLog(journalPath, reader.block(), UNLOCK);
        try {
          for (let records = 0; records < 4 && !reader.ended; records++) await log.append(reader.block());
        } finally {
          await log.close();
        }
      });
      if (how === 4) {
        await attempt(async () => {
          const store = await openRunStore(folder, UNLOCK, { terms: TERMS });
          try {
            const journal = await store.resume('token:0123', RUN);
            await journal?.close();
          } finally {
            await store.close();
          }
        });
        return;
      }
      await attempt(async () => {
        const journal = await openJournal(path, UNLOCK);
        try {
          for (let i = 0; i < journal.held.frames; i++) await journal.frame(i);
          await journal.outcome(new Uint8Array(32).fill(2));
          demand(journal.seed.length === 32, 'A journal has no seed of 32 bytes.');
          demand(
            typeof journal.runId === 'string' && typeof journal.peer === 'string',
            'A journal is of nobody.',
          );
          for (const term of Object.values(journal.terms))
            demand(typeof term === 'string', 'A term is no text.');
        } finally {
          await journal.close();
        }
      });
    }
  },
};

const seedsOf = (how: number, ...all: string[]): Uint8Array[] =>
  texts(...all).map((bytes) => Uint8Array.of(how, ...bytes));

/** JSON that limits partners. */
export const policies: FuzzTarget = {
  name: 'policies',
  reads: 'policies and ledgers',
  sources: [
    'src/policy/policy.ts',
    'src/policy/enumeration.ts',
    'src/transport/files/file-ledger.ts',
    'src/cli/commands/budget.ts',
  ],
  maxBytes: 1024,
  steps: [10_000, 500],
  words: [
    CANARY.email,
    'null',
    '1e308',
    '-1',
    '0',
    '{}',
    '[]',
    '"hours":',
    '__proto__',
    '{"format":"veilmatch-ledger-v1","peers":[]}',
    '{"format":"veilmatch-ledger-v2","accounts":[]}',
  ],
  seeds: () => [
    ...seedsOf(
      0,
      JSON.stringify(defaultPolicy),
      '{"budgets":[]}',
      '{"budgets":[{"hours":1,"runs":0}],"largestRatio":0.5}',
    ),
    ...seedsOf(1, JSON.stringify(defaultPolicy), '{"budgets":[', `{"${CANARY.email}":1}`),
    ...seedsOf(
      2,
      '{"format":"veilmatch-ledger-v1","peers":[["token:01",[[1,2],[3,4,"0123456789abcdef"]]]]}',
      '{"format":"veilmatch-ledger-v2","accounts":[["partner:acme",[[1,2,3],[3,4,5,"0123456789abcdef"]]]]}',
    ),
  ],
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 3;
    const bytes = reader.rest();
    if (how === 1) await attempt(() => readPolicy('-', ioOf(bytes)));
    else if (how === 2) {
      const path = scratch('ledger');
      rmSync(`${path}.lock`, { force: true });
      writeFileSync(path, bytes);
      await attempt(async () => {
        const ledger = await openFileLedger(path);
        try {
          await ledger.update(['partner:acme'], (accounts) => {
            for (const { at, elements, work } of accounts.flat())
              demand(at >= 0 && elements >= 0 && work >= 0, 'A charge gives something back.');
            return accounts;
          });
        } finally {
          await ledger.close();
        }
      });
    } else {
      const policy = attemptSync(() => checkPolicy(parsed(bytes)));
      if (policy !== undefined) attemptSync(() => daysToEnumerate(policy, 1_000_000));
    }
  },
};

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return undefined;
  }
}

const SEARCH = 'ab'.repeat(32);
const cursor: ReversalCursor = {
  version: 1,
  search: SEARCH,
  trial: 1,
  done: [
    [0, 1000],
    [2000, 3000],
  ],
  found: '0101',
  matches: [1, 0, 2],
  tried: [3000, 2000, 0],
  seconds: 1.5,
};

/** Where a search has stopped. */
export const cursors: FuzzTarget = {
  name: 'cursors',
  reads: 'cursors of reversals and their files',
  sources: ['src/attack/cursor.ts', 'src/attack/spans.ts', 'src/cli/secrets/cursor-file.ts'],
  maxBytes: 1024,
  steps: [5_000, 200],
  words: [SEARCH, '9007199254740991', 'null', '[0,1]', '1e999', '{}', '[]'],
  seeds: () => [
    ...seedsOf(0, JSON.stringify(cursor), JSON.stringify({ ...cursor, search: 'another' })),
    ...seedsOf(
      1,
      JSON.stringify({ kind: 'veilmatch reversal', cursor, revealed: [[0, CANARY.email]] }),
      JSON.stringify({ kind: 'veilmatch reversal', cursor }),
    ),
  ],
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 2;
    let given: unknown;
    if (how === 0) given = parsed(reader.rest());
    else {
      const path = scratch('cursor');
      writeFileSync(path, reader.rest());
      given = (await attempt(() => readCursorFile(path, ['a', 'b'], ioOf(new Uint8Array()))))?.cursor;
    }
    attemptSync(() => {
      const headway = new Headway(() => SEARCH, 9, 3, given as ReversalCursor | undefined);
      headway.done.gaps(10_000);
      const { totals } = headway;
      demand(totals.recovered <= totals.targets, 'More targets were recovered than there are.');
      const again = new Headway(() => SEARCH, 9, 3, headway.toCursor());
      demand(again.totals.recovered === totals.recovered, 'A cursor changed when it was written again.');
    });
  },
};
