// SPDX-License-Identifier: Apache-2.0
/** What fuzzing has found, in words; the inputs themselves are in found/, which corpus.test.ts tries again. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/bytes.js';
import { openFileRun } from '../../src/cli/secrets/file-runs.js';
import { decodeQuery, encodeQuery } from '../../src/contact/frames.js';
import { headerDigest, openHeader, signHeader } from '../../src/contact/header.js';
import { chooseColumns } from '../../src/lists/columns.js';
import { observeRun } from '../../src/psi/described/observe.js';
import { createJournal, openJournal, readJournalHead } from '../../src/transport/resume/file-journal.js';
import { note } from '../../src/transport/resume/notes.js';
import { createLog } from '../../src/transport/resume/sealed-log.js';

const folder = mkdtempSync(join(tmpdir(), 'veilmatch-found-'));
afterAll(() => rmSync(folder, { recursive: true }));
const unlock = { key: new Uint8Array(32).fill(8) };

describe('a frame too short for an index', () => {
  it.each([2, 3, 4, 17, 20])('of type %i is refused with a code in a recorded run', (type) => {
    const frames = [{ from: 'receiver' as const, bytes: Uint8Array.of(type, 0, 0) }];
    expect(() => observeRun(frames)).toThrow(expect.objectContaining({ code: 'bad-message' }));
  });
});

describe('a byte order mark', () => {
  const name = { setId: '\ufeffmembers', epoch: 1 };

  it('is part of a text', () => {
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa');
  });

  it('is part of the name of a set, in a query and in a header: no two of them mean one', () => {
    expect(decodeQuery(encodeQuery({ ...name, size: 1 }))).toEqual({ ...name, size: 1 });
    const more = { kinds: new Set([]), publicKey: new Uint8Array(32), segments: [] };
    const header = signHeader({ ...name, ...more }, new Uint8Array(32).fill(4));
    expect(openHeader(header, { digest: headerDigest(header) }).setId).toBe(name.setId);
  });
});

describe('what was sealed with the right key and is no state', () => {
  const secret = 'kanarienvogel@voliere.example';
  const contents = [`{"seed":"${secret}"`, 'null', '[]', '{"flags":{}}', `"${secret}"`];
  const refusal = expect.objectContaining({ code: 'bad-file', message: expect.not.stringContaining(secret) });

  it.each([...contents, '{"format":"veilmatch-run-v1","seed":"zz"}'])(
    'is refused as a run: %s',
    async (text) => {
      const path = join(folder, 'run');
      await (await createLog(path, utf8(text), unlock)).close();
      await expect(openJournal(path, unlock)).rejects.toEqual(refusal);
      await expect(readJournalHead(path, unlock)).rejects.toEqual(refusal);
    },
  );

  it.each([...contents, `{"list":"${secret}","flags":null}`, `{"list":"${secret}","flags":{"reveal":1}}`])(
    'is refused as a run through files: %s',
    async (text) => {
      const runId = '0123456789abcdef';
      const path = join(folder, `${runId}.vm`);
      rmSync(path, { force: true });
      const journal = await createJournal(path, { runId, peer: 'acme', terms: {} }, unlock);
      await note(journal, 'list', utf8(text));
      await journal.close();
      const error = await openFileRun(folder, runId, unlock).catch((thrown: unknown) => thrown);
      expect(error).toEqual(refusal);
      // The error of the parser quotes what it stumbled over.
      expect(error).not.toHaveProperty('cause');
    },
  );
});

describe('the first record of a list', () => {
  it.each(['Ada ada@example.com', 'from: <ada@example.com>', 'Ada 415-555-0142', 'Ada, ٤١٥٥٥٥٠١٤٢'])(
    'is a header that is not repeated where it holds an identifier among other text: %s',
    (cell) => {
      const refused = expect.objectContaining({
        code: 'argument',
        message: expect.not.stringContaining(cell),
      });
      expect(() => chooseColumns([[cell, 'city']], { header: true }, 'the list')).toThrow(refused);
      // Names are said, with digits too.
      expect(() => chooseColumns([[cell, 'city 2024']], { header: true }, 'the list')).toThrow(/"city 2024"/);
    },
  );
});
