// SPDX-License-Identifier: Apache-2.0
/**
 * Runs of a directory's clients in memory, so that one whose line was cut comes back to its own run: it asks in the same words, is
 * given the same answers, and is charged once. A run that is complete is kept for a while, too, since the last answer may not have
 * arrived. It is answered with what it began with, whatever the directory has become.
 *
 * Of each run its questions and answers are kept, 64 bytes a contact; there is so much of them and no more, the oldest go first. Runs
 * and records count for what they take when there is nothing in them, too: neither very many clients nor very small frames are free.
 * When the process ends, all of them are gone: whoever asks again then asks anew.
 */

import { contactDiscovery, type ServedSet } from '../contact/index.js';
import { secureRandom } from '../random.js';
import { type Journal, partyTerms, type RunStore } from '../transport/index.js';
import { RecordJournal, SEED_BYTES } from '../transport/resume/journal.js';

/** What is kept, and how long. */
interface KeptRunsOptions {
  /** How long a run can be gone on with after it was begun. Default 900. */
  readonly lifetimeSeconds?: number;
  /** Runs of one client. Default 2. */
  readonly runsPerPeer?: number;
  /** Bytes of all runs that nobody works on. Default 2^27. */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** Of memory, for a run and for a record of it, beside its bytes. */
const RUN_BYTES = 3072;
const RECORD_BYTES = 320;

interface Entry {
  readonly peer: string;
  readonly madeAt: number;
  readonly served: readonly ServedSet[];
  readonly journal: Journal;
  readonly records: Uint8Array[];
  bytes: number;
  /** Fulfilled when nobody works on it any more. */
  used: Promise<void> | undefined;
  release: () => void;
}

export class KeptRuns implements RunStore {
  readonly #served: () => Promise<readonly ServedSet[]>;
  readonly #lifetime: number;
  readonly #runsPerPeer: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** By their names; the oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #byPeer = new Map<string, Set<Entry>>();
  #bytes = 0;

  /** @param served what a run that begins now is answered with */
  constructor(
    served: () => Promise<readonly ServedSet[]>,
    { lifetimeSeconds = 900, runsPerPeer = 2, maxBytes = 2 ** 27, now = Date.now }: KeptRunsOptions = {},
  ) {
    this.#served = served;
    this.#lifetime = lifetimeSeconds * 1000;
    this.#runsPerPeer = runsPerPeer;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Bytes of all runs. */
  get bytes(): number {
    return this.#bytes;
  }

  async begin(peer: string, runId: string): Promise<Journal> {
    const served = await this.#served();
    this.#makeRoom();
    const own = this.#byPeer.get(peer) ?? new Set();
    for (const entry of own)
      if (own.size >= this.#runsPerPeer && entry.used === undefined) this.#forget(entry);
    const terms = partyTerms(contactDiscovery, 'sender', { served });
    const records: Uint8Array[] = [];
    const entry: Entry = {
      ...{ peer, madeAt: this.#now(), served, records, bytes: RUN_BYTES, used: undefined },
      release: () => {},
      journal: new RecordJournal({ runId, peer, terms }, secureRandom(SEED_BYTES), {
        append: async (record) => {
          const bytes = RECORD_BYTES + record.length;
          entry.bytes += bytes;
          if (this.#isKept(entry)) this.#bytes += bytes;
          return records.push(record) - 1;
        },
        read: async (index) => records[index]!,
        close: async () => {
          entry.release();
          this.#makeRoom();
        },
        erase: async () => {
          this.#forget(entry);
          entry.release();
        },
      }),
    };
    this.#entries.set(nameOf(entry.journal), entry);
    this.#bytes += entry.bytes;
    // What was forgotten above may have taken the set of this peer away.
    this.#byPeer.set(peer, (this.#byPeer.get(peer) ?? new Set()).add(entry));
    return use(entry);
  }

  async resume(peer: string, runId: string): Promise<Journal | undefined> {
    for (;;) {
      const entry = this.#entries.get(nameOf({ peer, runId }));
      if (entry === undefined) return undefined;
      if (entry.used === undefined) {
        if (!this.#expired(entry)) return use(entry);
        this.#forget(entry);
        return undefined;
      }
      await entry.used;
    }
  }

  /** What a run is answered with that has this journal. */
  servedTo(journal: Journal): readonly ServedSet[] {
    return this.#entries.get(nameOf(journal))?.served ?? [];
  }

  /** Forgets what is over, and the oldest where there is too much. */
  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      if (this.#bytes <= this.#maxBytes && !this.#expired(entry)) return;
      if (entry.used === undefined) this.#forget(entry);
    }
  }

  #forget(entry: Entry): void {
    if (!this.#isKept(entry)) return;
    this.#entries.delete(nameOf(entry.journal));
    this.#bytes -= entry.bytes;
    const own = this.#byPeer.get(entry.peer);
    own?.delete(entry);
    if (own?.size === 0) this.#byPeer.delete(entry.peer);
  }

  #isKept(entry: Entry): boolean {
    return this.#entries.get(nameOf(entry.journal)) === entry;
  }

  #expired({ madeAt }: Entry): boolean {
    return madeAt + this.#lifetime <= this.#now();
  }
}

function use(entry: Entry): Journal {
  entry.used = new Promise((resolve) => {
    entry.release = () => {
      entry.used = undefined;
      resolve();
    };
  });
  return entry.journal;
}

/** No run id has a space. */
function nameOf({ runId, peer }: Pick<Journal, 'runId' | 'peer'>): string {
  return `${runId} ${peer}`;
}
