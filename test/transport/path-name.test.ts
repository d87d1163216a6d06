// SPDX-License-Identifier: Apache-2.0
/** No error of a file repeats a path that is a token, an address or a number: users paste them where a path is expected. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeName } from '../../src/lists/address.js';
import { pathName, UNNAMED } from '../../src/path-name.js';
import { readPartners } from '../../src/transport/door/partners-file.js';
import { createToken } from '../../src/transport/door/tokens.js';
import { openFileLedger } from '../../src/transport/files/file-ledger.js';
import { lockFile } from '../../src/transport/files/file-lock.js';
import { readIfThere, replaceFile } from '../../src/transport/files/files.js';
import { readKeyFile } from '../../src/transport/files/key-file.js';
import { openJournal } from '../../src/transport/resume/file-journal.js';
import { cli, temporary } from '../cli/harness.js';

const unlock = { key: new Uint8Array(32) };
const PASTED = [createToken(), 'ada@example.com', '+14155550123', '(415) 555-0123', '0171 2345678'];

describe('a path', () => {
  it.each(PASTED)('is not repeated where it may be %s', async (text) => {
    const inFolder = join(temporary(), 'no', text);
    for (const path of [text, inFolder, `${inFolder}.lock`, `${text}.0123456789abcdef.tmp`, `${text}/key.vm`])
      expect(pathName(path)).toBe(UNNAMED);
    expect(placeName(text)).toBe(UNNAMED);
    const all: (() => Promise<unknown>)[] = [
      () => openFileLedger(inFolder),
      () => lockFile(inFolder),
      () => readIfThere(`/dev/null/${text}`),
      () => replaceFile(inFolder, new Uint8Array()),
      () => readKeyFile(inFolder, unlock),
      () => openJournal(inFolder, unlock),
      () => readPartners(inFolder),
    ];
    for (const use of all) {
      const error = await use().then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.message).toContain(UNNAMED);
      expect(error?.message).not.toContain(text);
    }
    for (const argv of [
      ['normalize', text],
      ['key', 'acme', '-o', inFolder],
    ]) {
      const { status, stderr } = await cli(argv);
      expect(status).not.toBe(0);
      expect(stderr).not.toContain(text);
    }
  });

  it.each([
    'customers.csv',
    '/data/2024/customers.csv',
    '2024-05-01.csv',
    '2024-05-01',
    '/backups/20240501/ledger.json',
    'node_modules/.pnpm/a@1.2.3/index.js',
    'C:\\lists\\mine.csv',
    'vmt_short',
    '/tmp/veilmatch-test-a1b2c3/ledger.json.lock',
  ])('is repeated where it is one: %s', (path) => {
    expect(pathName(path)).toBe(path);
  });
});
