// SPDX-License-Identifier: Apache-2.0
/** When a server reads anew what it offers: at SIGHUP, and with `--watch` when the file of partners has changed. */

import { unwatchFile, watchFile } from 'node:fs';

/** Milliseconds between two looks at the file. By its times, and not by notices of the system, which miss a file that is replaced. */
const LOOK = 1000;

/**
 * @param reload never called while it is under way; what comes meanwhile makes it run once more
 * @returns what ends it
 */
export function onReload(
  { partners, watch }: { readonly partners?: string; readonly watch?: true },
  reload: () => Promise<void>,
): () => void {
  let wanted = false;
  let running = false;
  const ask = async (): Promise<void> => {
    wanted = true;
    if (running) return;
    running = true;
    while (wanted) {
      wanted = false;
      await reload();
    }
    running = false;
  };
  const asked = (): void => void ask();
  process.on('SIGHUP', asked);
  const watched = watch ? partners : undefined;
  if (watched !== undefined) watchFile(watched, { interval: LOOK }, asked);
  return () => {
    process.off('SIGHUP', asked);
    if (watched !== undefined) unwatchFile(watched, asked);
  };
}
