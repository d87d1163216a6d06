// SPDX-License-Identifier: Apache-2.0
/** Two partners who run through a dataset, in folders of their own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finishDataset } from '../../src/datasets/finish.js';
import type { DatasetList } from '../../src/datasets/own-list.js';
import type { DatasetProtocol } from '../../src/datasets/party.js';
import { requestDataset } from '../../src/datasets/request.js';
import { respondDataset } from '../../src/datasets/respond.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { type Ledger, memoryLedger } from '../../src/psi/index.js';
import { signingPublicKey } from '../../src/signing.js';
import { type Journal, memoryJournal } from '../../src/transport/index.js';

const KEYS = { receiver: new Uint8Array(32).fill(1), sender: new Uint8Array(32).fill(2) };

/** What a party takes home. */
interface Taken {
  readonly size: number;
  readonly peerSize: number;
  readonly rows: number[] | undefined;
}

type More = Partial<Parameters<typeof respondDataset>[3]>;

let shared: Promise<GroupBackend> | undefined;
/** One for all tests of a file: no thread of its own. */
export const backend = (): Promise<GroupBackend> => (shared ??= createBackend({ concurrency: 1 }));

export class Partners {
  readonly place: string = mkdtempSync(join(tmpdir(), 'veilmatch-dataset-'));
  readonly folder: string = join(this.place, 'run');
  readonly ledger: Ledger = memoryLedger();
  readonly protocol: DatasetProtocol;
  asking: Journal = journalOf();
  answering: Journal = journalOf();

  constructor(protocol: DatasetProtocol) {
    this.protocol = protocol;
  }

  work(who: 'asking' | 'answering'): string {
    return join(this.place, who);
  }

  async request(
    list: DatasetList,
    more: More = {},
    folder: string = this.folder,
  ): ReturnType<typeof requestDataset> {
    const { allow: _, ...others } = more;
    return requestDataset(folder, this.protocol, list, {
      ...{ journal: this.asking, work: this.work('asking'), partRows: 32, backend: await backend() },
      ...{ signingKey: KEYS.receiver, peer: signingPublicKey(KEYS.sender), ...others },
    });
  }

  async respond(
    list: DatasetList,
    more: More = {},
    folder: string = this.folder,
  ): ReturnType<typeof respondDataset> {
    return respondDataset(folder, this.protocol, list, {
      ...{ journal: this.answering, work: this.work('answering'), partRows: 32, backend: await backend() },
      ...{ signingKey: KEYS.sender, peer: signingPublicKey(KEYS.receiver) },
      ...{ allow: { peer: 'partner:a', ledger: this.ledger, policy: { budgets: [] } }, ...more },
    });
  }

  async finish(list: DatasetList, more: More = {}): Promise<Taken> {
    const { allow: _, signingKey: __, peer: ___, ...others } = more;
    const options = {
      ...{ journal: this.asking, work: this.work('asking'), partRows: 32, backend: await backend() },
      ...others,
    };
    return finishDataset(this.folder, this.protocol, list, options, async ({ size, peerSize, rows }) => {
      const told: number[] = [];
      for await (const batch of rows?.() ?? []) told.push(...batch);
      return { size, peerSize, rows: rows && told };
    });
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true });
  }
}

export const journalOf = (): Journal =>
  memoryJournal({ runId: '0123456789abcdef', peer: 'partner', terms: { carrier: 'dataset' } });
