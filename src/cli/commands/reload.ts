// SPDX-License-Identifier: Apache-2.0
/** When a server reads anew what it offers: at SIGHUP, and with `--watch` when the file of partners has changed. */

import { unwatchFile, watchFile } from 'node:fs';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { log, type Metrics } from '../report/monitor.js';

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

/**
 * Takes up what is offered now, and says so. Where that cannot be read, all stays as it was.
 * @param takeUp returns what the log says of it
 */
export async function reload(
  takeUp: () => Promise<Readonly<Record<string, number>>>,
  metrics: Metrics,
  io: Io,
): Promise<void> {
  try {
    const told = await takeUp();
    metrics.add('veilmatch_reloads_total', 1, 'outcome="taken-up"');
    log(io, 'reloaded', told);
  } catch (error) {
    const code = error instanceof VeilmatchError ? error.code : 'unforeseen';
    metrics.add('veilmatch_reloads_total', 1, 'outcome="failed"');
    // Messages of this package hold no value of a file; those of others may.
    const reason = error instanceof VeilmatchError ? error.message : undefined;
    log(io, 'reload-failed', { code, reason, inForce: 'what was read before' });
  }
}
