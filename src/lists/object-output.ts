// SPDX-License-Identifier: Apache-2.0
/** Results as objects of stores. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { temporaryAt } from '../leftovers.js';
import { toFile } from './file-output.js';
import { type Io, orIoError } from './io.js';
import { Upload } from './objects.js';
import type { OpenOutput } from './text-output.js';

/**
 * A file in a folder of its own, which goes to the store as one object when it is complete.
 *
 * **What this leaks:** that file is personal data in the clear, in a folder that only its owner can enter, until the command ends.
 */
export async function toObject(url: string, source: string, io: Io): Promise<OpenOutput> {
  const folder = await orIoError(tmpdir(), () => mkdtemp(join(tmpdir(), '.veilmatch-')));
  const forget = temporaryAt(folder);
  const path = join(folder, basename(url));
  let upload: Upload | undefined;
  const end = async (): Promise<void> => {
    await upload?.close().catch(() => {});
    await rm(folder, { recursive: true, force: true });
    forget();
  };
  try {
    upload = await Upload.open(url, source, path, io);
    const opened = await toFile(path, io);
    return {
      write: (text) => opened.write(text),
      table: (columns, style) => opened.table(columns, style),
      async commit() {
        await opened.commit();
        await upload!.send(path);
        await end();
      },
      async discard() {
        await opened.discard();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
