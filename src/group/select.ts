// SPDX-License-Identifier: Apache-2.0
/** Chooses a backend. */

import { VeilmatchError } from '../errors.js';
import type { BackendName, GroupBackend } from './group.js';
import { nobleBackend } from './noble.js';

export interface BackendOptions {
  /** `auto`, the default, takes the fastest backend that works here; a name forces one. */
  readonly backend?: 'auto' | BackendName | undefined;
}

/**
 * A backend for ristretto255 in batches.
 * @throws {VeilmatchError} `unsupported` when the backend that was asked for cannot run here
 */
export async function createBackend(options: BackendOptions = {}): Promise<GroupBackend> {
  const { backend = 'auto' } = options;
  if (backend === 'auto' || backend === 'noble') return nobleBackend;
  throw new VeilmatchError(
    'unsupported',
    "This version has the backend 'noble' only. Ask for 'auto' or 'noble'.",
  );
}
