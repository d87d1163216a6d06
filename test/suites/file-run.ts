// SPDX-License-Identifier: Apache-2.0
/** A run of any protocol through files, in a folder of its own. */

import { join } from 'node:path';
import { bytesToHex } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { type Ledger, memoryLedger } from '../../src/policy/ledger.js';
import type { Protocol } from '../../src/psi/run/protocol.js';
import type { Role } from '../../src/psi/run/suite.js';
import { secureRandom } from '../../src/random.js';
import { signingPublicKey } from '../../src/signing.js';
import { runStep, type StepOptions, type StepTaken } from '../../src/transport/index.js';
import { type Journal, memoryJournal, partyTerms } from '../../src/transport/resume/journal.js';

export const KEYS: Readonly<Record<Role, Uint8Array>> = {
  receiver: new Uint8Array(32).fill(11),
  sender: new Uint8Array(32).fill(12),
};
export const PUBLIC: Readonly<Record<Role, Uint8Array>> = {
  receiver: signingPublicKey(KEYS.receiver),
  sender: signingPublicKey(KEYS.sender),
};

export const roleOf = (number: number): Role => (number % 2 === 0 ? 'receiver' : 'sender');
const other = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');

/** A run that is taken step by step. */
export class FileRun {
  readonly #protocol: Protocol;
  readonly #own: Readonly<Record<Role, unknown>>;
  readonly #options: object;
  readonly #backend: GroupBackend;
  readonly folder: string;
  readonly ledgers: Readonly<Record<Role, Ledger>> = { receiver: memoryLedger(), sender: memoryLedger() };
  readonly journals: Record<Role, Journal>;

  constructor(
    folder: string,
    protocol: Protocol,
    own: Readonly<Record<Role, unknown>>,
    backend: GroupBackend,
    options: object = {},
  ) {
    this.folder = folder;
    this.#protocol = protocol;
    this.#own = own;
    this.#options = options;
    this.#backend = backend;
    this.journals = { receiver: this.journal('receiver'), sender: this.journal('sender') };
  }

  journal(role: Role): Journal {
    const runId = bytesToHex(secureRandom(8));
    const terms = partyTerms(this.#protocol, role, this.#own[role], this.#options);
    return memoryJournal({ runId, peer: other(role), terms });
  }

  path(number: number): string {
    return join(this.folder, `${number}.vm`);
  }

  /** Takes the step that reads file `at`: -1 is the receiver's first. */
  step(
    at: number,
    more: Partial<StepOptions<unknown>> = {},
    paths: { reads?: string; writes?: string | undefined } = {},
  ): Promise<StepTaken<unknown>> {
    const role = roleOf(at + 1);
    const length = this.#protocol.files!(this.#options);
    const reads = at < 0 ? undefined : this.path(at);
    const writes = at + 1 < length ? this.path(at + 1) : undefined;
    return runStep({ reads, writes, ...paths }, this.#protocol, role, this.#own[role], {
      backend: this.#backend,
      signingKey: KEYS[role],
      peer: PUBLIC[other(role)],
      journal: this.journals[role],
      allow: { peer: other(role), ledger: this.ledgers[role], policy: { budgets: [] } },
      ...this.#options,
      ...more,
    });
  }

  /** Takes all steps, and returns what they came to. */
  async all(): Promise<StepTaken<unknown>[]> {
    const steps = [await this.step(-1)];
    for (let at = 0; at < steps[0]!.files; at++) steps.push(await this.step(at));
    return steps;
  }
}
