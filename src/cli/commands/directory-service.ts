// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch directory serve` does with clients that are let in: a run each, with its log and its figures. */

import { contactDiscovery } from '../../contact/index.js';
import { KeptRuns } from '../../directory/kept-runs.js';
import type { ServedDirectory } from '../../directory/serving.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/index.js';
import type { Io } from '../../lists/io.js';
import { admission, type Ledger, type Policy } from '../../psi/index.js';
import {
  type AcceptedChannel,
  isFinal,
  type ListenEvent,
  type Listener,
  type ListenOptions,
  listen,
  type Partner,
  type Partners,
  policyOf,
  runParty,
} from '../../transport/index.js';
import { lent } from '../../transport/resume/lent.js';
import { log, type Metrics, serveMetrics } from '../report/monitor.js';
import { onReload, reload } from './reload.js';

/** Who is let in, and to how much. */
export interface LetIn {
  readonly policy: Policy;
  readonly all: Partners['all'];
  readonly partners: readonly Partner[];
  readonly accounts: ListenOptions['accounts'];
}

/** What is served, to whom, and by what. */
interface Resources {
  readonly directory: ServedDirectory;
  /** As it is read now. */
  readonly letIn: () => Promise<LetIn>;
  /** Where the file of partners is, and whether it is watched. */
  readonly watched: Parameters<typeof onReload>[0];
  readonly ledger: Ledger;
  readonly backend: GroupBackend;
  readonly metrics: Metrics;
}

export class DirectoryService {
  readonly #resources: Resources;
  readonly #io: Io;
  /** So that a client whose line was cut is answered, and not charged again. */
  readonly #kept: KeptRuns;
  /** What holds for who comes next. */
  #letIn: LetIn;

  /** @param letIn as it was read at the beginning */
  constructor(resources: Resources, letIn: LetIn, io: Io) {
    this.#resources = resources;
    this.#letIn = letIn;
    this.#io = io;
    this.#kept = new KeptRuns(() => resources.directory.served());
  }

  /** Until the signal fires. @param metricsPort of `/metrics`; undefined for none */
  async run(options: ListenOptions, metricsPort: number | undefined): Promise<void> {
    const { metrics, directory } = this.#resources;
    const monitor = metricsPort === undefined ? undefined : await serveMetrics(metrics, metricsPort);
    let stopReloading = (): void => {};
    try {
      const { accounts } = this.#letIn;
      const listener = await listen({
        ...options,
        ...(accounts && { accounts: async (credential) => this.#letIn.accounts?.(credential) }),
        runs: this.#kept,
        signal: this.#io.signal,
        onEvent: (event) => this.#note(event),
      });
      const { setId: set, epochs } = directory.state;
      const [{ epoch, size }] = epochs;
      const { host } = options;
      log(this.#io, 'listening', { host, port: listener.port, metrics: monitor?.port, set, epoch, size });
      stopReloading = onReload(this.#resources.watched, () => this.#reload(listener));
      const runs = new Set<Promise<void>>();
      for await (const channel of listener) {
        const run: Promise<void> = this.#serve(channel).then(() => void runs.delete(run));
        runs.add(run);
      }
      await Promise.all(runs);
      log(this.#io, 'stopped');
    } finally {
      stopReloading();
      await monitor?.close();
    }
  }

  async #reload(listener: Listener): Promise<void> {
    const takeUp = async (): Promise<{ partners: number }> => {
      const letIn = await this.#resources.letIn();
      listener.renew(letIn.partners);
      this.#letIn = letIn;
      return { partners: letIn.partners.length };
    };
    await reload(takeUp, this.#resources.metrics, this.#io);
  }

  async #serve(channel: AcceptedChannel): Promise<void> {
    const { runId: run, peer, journal } = channel;
    const { directory, ledger, backend, metrics } = this.#resources;
    const { policy, all, partners } = this.#letIn;
    const started = performance.now();
    const admit = admission({
      ...{ peer: peer.id, ledger, run },
      policy: policyOf(partners, peer.name) ?? policy,
      all: all?.budgets,
      onRefusal: (limit, { peerSize }) => log(this.#io, 'refused', { run, peer: peer.name, limit, peerSize }),
    });
    let outcome = 'complete';
    let peerSize: number | undefined;
    try {
      const served = journal === undefined ? await directory.served() : this.#kept.servedTo(journal);
      // What is complete here is kept nevertheless: whether the last answer has arrived, only the client knows.
      const own = journal && lent(journal, { close: async () => {}, erase: async () => {} });
      const given = { backend, admit, signal: this.#io.signal, journal: own };
      ({ peerSize } = await runParty(channel, contactDiscovery, 'sender', { served }, given));
      await journal?.close();
    } catch (error) {
      outcome = error instanceof VeilmatchError ? error.code : 'unforeseen';
      await channel.close('aborted');
      await (isFinal(error) ? journal?.erase() : journal?.close());
    }
    const seconds = (performance.now() - started) / 1000;
    const { sent, received } = channel.traffic;
    metrics.add('veilmatch_runs_total', 1, `outcome="${outcome}"`);
    metrics.add('veilmatch_bytes_total', sent, 'direction="sent"');
    metrics.add('veilmatch_bytes_total', received, 'direction="received"');
    metrics.add('veilmatch_run_seconds_total', seconds);
    log(this.#io, peerSize === undefined ? 'failed' : outcome, {
      ...{ run, peer: peer.name },
      ...(peerSize === undefined ? { code: outcome } : { peerSize }),
      ...{ bytesSent: sent, bytesReceived: received, seconds: Number(seconds.toFixed(3)) },
    });
  }

  #note(event: ListenEvent): void {
    const { metrics } = this.#resources;
    if (event.type === 'turned-away') {
      const { reason, certificate } = event;
      metrics.add('veilmatch_turned_away_total', 1, `reason="${reason}"`);
      log(this.#io, 'turned-away', { reason, certificate: certificate && `sha256:${certificate}` });
      return;
    }
    metrics.add('veilmatch_channels_open', event.type === 'accepted' ? 1 : -1);
    if (event.type === 'accepted') {
      const { runId: run, peer, resumed } = event;
      log(this.#io, 'accepted', { run, peer: peer.name, resumed });
    }
  }
}
