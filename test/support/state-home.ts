// SPDX-License-Identifier: Apache-2.0
/** Ledgers of commands under test go to a folder of each test's own, and never to that of whoever runs the tests. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';

const folders: string[] = [];

function freshFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-state-'));
  folders.push(folder);
  process.env.XDG_STATE_HOME = folder;
  process.env.LOCALAPPDATA = folder;
}

// For what is started before the first test.
freshFolder();
beforeEach(freshFolder);
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
