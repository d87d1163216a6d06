// SPDX-License-Identifier: Apache-2.0
/** All that lies sealed on a disk, kind by kind: what each is opened as, and what becomes of it where it was changed or cut. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, utf8 } from '../../src/bytes.js';
import { writeHidden } from '../../src/directory/hidden-files.js';
import { KINDS, type Kind } from '../../src/sealed/container.js';
import { readKeyFile, writeKeyFile } from '../../src/transport/files/key-file.js';
import { readSealed } from '../../src/transport/files/sealed-file.js';
import { openKey } from '../../src/transport/index.js';
import { createJournal, openJournal, readJournalHead } from '../../src/transport/resume/file-journal.js';
import { openRunStore } from '../../src/transport/resume/run-store.js';
import { expectCode } from '../suites/errors.js';
import { sample } from '../support/effort.js';

const folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const unlock = { key: new Uint8Array(32).fill(5) };
const SECRET = new Uint8Array(32).fill(1);
const FRAMES = [utf8('the first frame'), utf8('another')];
const identity = { runId: '0123456789abcdef', peer: 'acme', terms: { list: 'aa' } };

interface Held {
  /** Makes the file of this kind, and says where it is. */
  make(): Promise<string>;
  /** What stands in such a file, for comparison: nothing of it may depend on when it is read. */
  read(path: string): Promise<unknown[]>;
  /** What errors call it. */
  readonly holds: RegExp;
}

async function readJournal(path: string): Promise<unknown[]> {
  const { madeAt, ...head } = await readJournalHead(path, unlock);
  const journal = await openJournal(path, unlock);
  try {
    const frames = await Promise.all(Array.from({ length: journal.held.frames }, (_, i) => journal.frame(i)));
    return [{ ...head, seed: bytesToHex(journal.seed) }, ...frames.map(bytesToHex)];
  } finally {
    await journal.close();
  }
}

/** By those who make and read them: a kind without a line here does not compile. */
const HELD: Readonly<Record<Kind, Held>> = {
  key: {
    async make() {
      await writeKeyFile(at('server.key'), SECRET, unlock);
      return at('server.key');
    },
    read: async (path) => [await readKeyFile(path, unlock)],
    holds: /a secret key/,
  },
  runs: {
    async make() {
      rmSync(at('runs'), { recursive: true, force: true });
      await (await openRunStore(at('runs'), unlock, { terms: {} })).close();
      return at('runs/key.vm');
    },
    async read(path) {
      // It is asked for by its place.
      const content = readFileSync(path);
      rmSync(at('read'), { recursive: true, force: true });
      await (await openRunStore(at('read'), unlock, { terms: {} })).close();
      writeFileSync(at('read/key.vm'), content);
      const store = await openRunStore(at('read'), unlock, { terms: {} });
      await store.close();
      return [store.unfinished];
    },
    holds: /the key of a folder of runs/,
  },
  journal: {
    async make() {
      rmSync(at('run.vm'), { force: true });
      const journal = await createJournal(at('run.vm'), identity, unlock);
      for (const frame of FRAMES) await journal.addFrame(frame);
      await journal.close();
      return at('run.vm');
    },
    read: readJournal,
    holds: /the state of a run/,
  },
  directory: {
    async make() {
      await writeHidden(at('directory.json'), unlock, SECRET);
      return at('directory.json');
    },
    // What is not sealed is read as it is by those who read one: here it has to be.
    read: async (path) => [await readSealed(path, 'directory', unlock)],
    holds: /the private part of a directory/,
  },
};
const ALL = Object.keys(KINDS) as Kind[];

describe.each(ALL)('a file of kind %s', (kind) => {
  const { make, read } = HELD[kind];

  it.each(ALL)('is opened as what it is: as %s', async (other) => {
    const path = await make();
    if (other === kind) {
      expect(await read(path)).toEqual(await read(path));
      return;
    }
    const error = await expectCode('bad-file', () => HELD[other].read(path));
    expect(error.message).toMatch(HELD[kind].holds);
    expect(error.message).toMatch(new RegExp(`and not ${HELD[other].holds.source}`));
  });

  it('is not opened as another kind either where its header says so', async () => {
    const whole = readFileSync(await make());
    for (const other of ALL.filter((each) => each !== kind)) {
      const changed = Buffer.from(whole);
      changed[17] = KINDS[other].number;
      writeFileSync(at('changed'), changed);
      await expectCode('bad-file', () => HELD[other].read(at('changed')));
    }
  });

  it('is refused where any byte was changed', async () => {
    const whole = readFileSync(await make());
    for (const offset of sample([...whole.keys()])) {
      const changed = Buffer.from(whole);
      changed[offset]! ^= 1 << (offset % 8);
      writeFileSync(at('changed'), changed);
      await expectCode('bad-file', () => read(at('changed')));
    }
  });

  it('that was cut anywhere is refused, but for a journal, which has a beginning of what it had', async () => {
    const path = await make();
    const whole = readFileSync(path);
    const all = await read(path);
    const beginnings = new Set<number>();
    for (const length of sample([...whole.keys()])) {
      writeFileSync(at('cut'), whole.subarray(0, length));
      const some = await read(at('cut')).catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'VeilmatchError', code: 'bad-file' });
      });
      if (some === undefined) continue;
      expect(some).toEqual(all.slice(0, some.length));
      beginnings.add(some.length);
    }
    expect([...beginnings]).toEqual(kind === 'journal' ? [1, 2] : []);
  });

  it('with something behind its end is refused, but for a journal, where it was being written', async () => {
    const path = await make();
    const all = await read(path);
    writeFileSync(at('more'), concatBytes(readFileSync(path), utf8('more')));
    if (kind === 'journal') expect(await read(at('more'))).toEqual(all);
    else await expectCode('bad-file', () => read(at('more')));
  });

  it.each([
    ['sealed keys', concatBytes(utf8('veilmatch-sealed'), Uint8Array.of(1))],
    ['journals', utf8('veilmatch-log-v1')],
  ])('is not taken from an earlier version, whose %s began otherwise, and that is said', async (_, start) => {
    const whole = readFileSync(await make());
    writeFileSync(at('former'), concatBytes(start, whole.subarray(start.length)));
    const error = await expectCode('bad-file', () => read(at('former')));
    expect(error.message).toMatch(/an earlier version of veilmatch has sealed it/);
  });

  it('of a version to come is refused, and the version is said', async () => {
    const whole = readFileSync(await make());
    whole[16] = 3;
    writeFileSync(at('later'), whole);
    const error = await expectCode('bad-file', () => read(at('later')));
    expect(error.message).toContain('version 3');
  });

  it('is no secret key to those who have its bytes alone', async () => {
    const whole = new Uint8Array(readFileSync(await make()));
    if (kind === 'key') expect(await openKey(whole, unlock)).toEqual(SECRET);
    else await expectCode('bad-file', () => openKey(whole, unlock));
  });
});

it('every kind has a number of its own', () => {
  const numbers = ALL.map((kind) => KINDS[kind].number);
  expect(new Set(numbers).size).toBe(ALL.length);
});
