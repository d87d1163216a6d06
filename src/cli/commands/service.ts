// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch serve` does with those who are let in: a run each, whatever the protocol, with its log and its figures. */

import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/index.js';
import type { Io } from '../../lists/io.js';
import { admission, type Ledger } from '../../psi/index.js';
import {
  type AcceptedChannel,
  type Confirmed,
  type FolderRunStore,
  isFinal,
  type ListenEvent,
  type Listener,
  type ListenOptions,
  listen,
  runParty,
} from '../../transport/index.js';
import { partyOf } from '../flags/choice.js';
import { writtenWith } from '../flags/own.js';
import type { ServeFlags } from '../flags/serve-options.js';
import { log, Metrics, serveMetrics } from '../report/monitor.js';
import { startRunProgress } from '../report/run-report.js';
import { type Offered, type Offering, offersOf } from './offering.js';
import { onReload, reload } from './reload.js';

/** What either party takes home, whatever the protocol. */
interface Taken extends Confirmed {
  readonly peerSize: number;
}

interface Resources {
  readonly offering: Offering;
  /** Reads all that is offered anew; undefined where that cannot be. */
  readonly renewed: (() => Promise<Offering>) | undefined;
  readonly backend: GroupBackend;
  readonly ledger: Ledger;
  readonly runs: FolderRunStore | undefined;
}

/** Of all lists, each once. */
function sizeOf({ agreements }: Offering): number {
  const sets = new Set(agreements.map(({ own }) => own.set));
  return [...sets].reduce((sum, { size }) => sum + size, 0);
}

export class Service {
  readonly #flags: ServeFlags;
  readonly #resources: Resources;
  readonly #io: Io;
  readonly #metrics = new Metrics();

  constructor(flags: ServeFlags, resources: Resources, io: Io) {
    this.#flags = flags;
    this.#resources = resources;
    this.#io = io;
  }

  /** Until the signal fires, or the first run is complete where that is all that is wanted. */
  async run(options: ListenOptions): Promise<void> {
    const { metrics: port, reveal, role, once } = this.#flags;
    const { signal } = this.#io;
    const { offering } = this.#resources;
    const size = sizeOf(offering);
    this.#metrics.set('veilmatch_list_identifiers', size);
    const monitor = port === undefined ? undefined : await serveMetrics(this.#metrics, port);
    let stopReloading = (): void => {};
    try {
      const { runs: kept } = this.#resources;
      const listener = await listen({
        ...options,
        runs: kept,
        signal,
        onEvent: (event) => this.#note(event),
      });
      log(this.#io, 'listening', {
        host: options.host,
        port: listener.port,
        metrics: monitor?.port,
        reveal,
        role: reveal === undefined ? undefined : role,
        offers: offering.usual === undefined ? offersOf(offering).length : undefined,
        size,
        unfinished: kept?.unfinished,
      });
      stopReloading = onReload(this.#flags, () => this.#reload(listener));
      const runs = new Set<Promise<void>>();
      for await (const channel of listener) {
        const run: Promise<void> = this.#serve(channel).then((complete) => {
          runs.delete(run);
          if (complete && once) void listener.close();
        });
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
    const { renewed } = this.#resources;
    await reload(
      async () => {
        if (renewed === undefined) {
          throw new VeilmatchError(
            'argument',
            'A list from standard input, and one whose rows are written with --output, is read once.',
          );
        }
        const offering = await renewed();
        listener.renew(offering.door.partners);
        const size = sizeOf(offering);
        this.#metrics.set('veilmatch_list_identifiers', size);
        return { partners: offering.door.partners.length, size };
      },
      this.#metrics,
      this.#io,
    );
  }

  /** @returns whether the run is complete */
  async #serve(channel: AcceptedChannel): Promise<boolean> {
    const { runId: run, peer, journal } = channel;
    const { backend, ledger } = this.#resources;
    // What was in force when it was let in, whatever has been read since.
    const { name: offer, agreement, policy, all } = channel.offer as Offered;
    const { choice, own, store, flags } = agreement;
    const { protocol, role, options } = choice;
    const started = performance.now();
    const admit = admission({
      peer: peer.id,
      ledger,
      policy,
      all: all?.budgets,
      run,
      onRefusal: (limit, { peerSize }) => log(this.#io, 'refused', { run, peer: peer.name, limit, peerSize }),
    });
    const progress = startRunProgress(this.#io);
    let outcome = 'complete';
    let result: Taken | undefined;
    let kept = false;
    try {
      const watched = { signal: this.#io.signal, onProgress: progress.update };
      const agreed = { ...options, pad: flags.pad };
      const given = { backend, admit, journal, onResult: store, ...watched, ...agreed };
      result = (await runParty(channel, protocol, role, own.own, given)) as Taken;
      // A receiver keeps its part until the other party has said that the run is complete for it.
      kept = result.confirmed === false;
      if (kept) outcome = 'unconfirmed';
      else if (role === 'receiver') await journal?.erase();
    } catch (error) {
      outcome = error instanceof VeilmatchError ? error.code : 'unforeseen';
      kept = journal !== undefined && !isFinal(error);
    }
    const seconds = (performance.now() - started) / 1000;
    const { sent, received } = channel.traffic;
    this.#metrics.add('veilmatch_runs_total', 1, `outcome="${outcome}"`);
    this.#metrics.add('veilmatch_bytes_total', sent, 'direction="sent"');
    this.#metrics.add('veilmatch_bytes_total', received, 'direction="received"');
    this.#metrics.add('veilmatch_run_seconds_total', seconds);
    log(this.#io, result === undefined ? 'failed' : outcome, {
      run,
      peer: peer.name,
      offer: this.#resources.offering.usual?.choice === choice ? undefined : offer,
      ...(result === undefined
        ? { code: outcome, kept }
        : {
            peerSize: result.peerSize,
            ...partyOf(choice).json(result, options, writtenWith(flags)),
          }),
      bytesSent: sent,
      bytesReceived: received,
      seconds: Number(seconds.toFixed(3)),
    });
    return outcome === 'complete';
  }

  #note(event: ListenEvent): void {
    if (event.type === 'turned-away') {
      this.#metrics.add('veilmatch_turned_away_total', 1, `reason="${event.reason}"`);
      const { reason, certificate } = event;
      log(this.#io, 'turned-away', { reason, certificate: certificate && `sha256:${certificate}` });
      return;
    }
    this.#metrics.add('veilmatch_channels_open', event.type === 'accepted' ? 1 : -1);
    if (event.type === 'accepted') {
      const { runId: run, peer, resumed } = event;
      log(this.#io, 'accepted', { run, peer: peer.name, resumed });
    }
  }
}
