// SPDX-License-Identifier: Apache-2.0
/** `veilmatch serve`: lets partners find out what their list shares with this one. */

import { VeilmatchError } from '../../errors.js';
import { createBackend, type GroupBackend } from '../../group/index.js';
import type { IdentifierSet } from '../../identifiers/index.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { withOutputs } from '../../lists/output.js';
import { withSharedRows } from '../../lists/shared-rows.js';
import { admission, defaultPolicy, type Ledger, type Policy, type SenderResult } from '../../psi/index.js';
import {
  type AcceptedChannel,
  type FolderRunStore,
  isFinal,
  isRunStore,
  type ListenEvent,
  type ListenOptions,
  listen,
  openRunStore,
  type Partner,
  type Partners,
  policyOf,
  send,
} from '../../transport/index.js';
import { isThere } from '../../transport/resume/file-journal.js';
import { runTerms } from '../../transport/run.js';
import type { Command, ExitStatus } from '../command.js';
import { checkAgreement } from '../flags/agreement.js';
import { LIST_ARGUMENT } from '../flags/list-options.js';
import { readPolicy } from '../flags/policy.js';
import { readSet } from '../flags/read-set.js';
import { checkOutput, listenOptions, type ServeFlags, serveOptions } from '../flags/serve-options.js';
import { log, Metrics, serveMetrics } from '../report/monitor.js';
import { startRunProgress } from '../report/run-report.js';
import { openLedger } from '../secrets/state-folder.js';
import { readUnlock } from '../secrets/unlock.js';
import { countable } from './connect.js';
import { dryRun } from './serve-dry-run.js';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'let partners with a token or a certificate find out what your lists share',
  arguments: [LIST_ARGUMENT],
  options: serveOptions(),
  help: `
The partner runs veilmatch connect and learns the result; this party learns the size of the partner's list and nothing of
the result, unless both say --to both. Whoever connects needs a token or a client certificate, on this machine too: any web page reaches its
visitor's own ports. TLS is version 1.3. Standard error gets a line of JSON for each event, with the run's id.

--partners names who may connect, and what each is known by:
  {"partners": [{"name": "acme", "tokens": ["sha256:..."],
     "certificates": [{"key": "sha256:..."}, {"authority": "ca.pem", "subject": "CN=acme,O=Acme"}, {"authority": "acme-ca.pem"}],
     "policy": {"budgets": [{"hours": 24, "elements": 100000}]}}],
   "all": {"budgets": [{"hours": 24, "elements": 1000000}]}}
Budgets hold for the name, whatever it shows; those of "all" for everybody together. A key is the SHA-256 of the certificate's
public key; a subject is written as in RFC 4514; an authority without one is the partner's own. Authorities are files beside
this one.

A partner that asks for invented identifiers is answered like any other. Sizes and budgets are all there is against it:
--dry-run says how long a whole numbering plan would take.

With --state the runs of partners that keep theirs (veilmatch connect --state) can be cut on either side and go on: by the
same partner, with an unchanged list, once in the budget. Their files are erased when they are complete or have expired.

Examples:
  veilmatch token acme --add partners.json -o acme.token
  veilmatch serve customers.csv --country US --reveal cardinality --partners partners.json --dry-run
  veilmatch serve customers.csv --country US --reveal intersection --listen 0.0.0.0:8443 \\
    --tls-cert server.pem --tls-key server.key --partners partners.json --policy policy.json
`,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as ServeFlags;
    checkAgreement(flags, flags.reveal);
    await checkOutput(flags, args[0]!);
    checkStdin([args[0], flags.partners, flags.policy]);
    const { listening, all } = await listenOptions(flags, io);
    const policy = flags.policy === undefined ? defaultPolicy : await readPolicy(flags.policy, io);
    const { output } = flags;
    await withSharedRows(flags.dryRun ? undefined : output, flags.spill, io, async (rows) => {
      const read = await readSet(args[0]!, flags, io, rows);
      const set = countable(read.set, flags.reveal, io);
      if (flags.dryRun) {
        // One that is not there yet would be made.
        if (flags.ledger !== undefined && (await isThere(flags.ledger)))
          await (await openLedger(flags.ledger)).close();
        const text = dryRun(flags, listening, { policy, all }, set);
        await withOutputs([undefined], [], io, (stdout) => stdout.write(text));
        return;
      }
      let stored = false;
      const store = async ({ matches }: SenderResult): Promise<void> => {
        if (rows === undefined || matches === undefined || stored) return;
        stored = true;
        await withOutputs([output], [], io, (file) => rows.write(file!, matches, read, flags));
      };
      await serve(flags, set, { listening, policy, all, store }, io);
    });
    return 0;
  },
};

interface Serving {
  readonly listening: ListenOptions;
  readonly policy: Policy;
  readonly all: Partners['all'];
  /** Puts what this party learns where it belongs, before a run counts as complete. */
  readonly store: (result: SenderResult) => Promise<void>;
}

async function serve(
  flags: ServeFlags,
  set: IdentifierSet,
  { listening, policy, all, store }: Serving,
  io: Io,
): Promise<void> {
  const runs = await openRuns(flags, set, io);
  const ledger = await openLedger(flags.ledger).catch(async (error) => {
    await runs?.close();
    throw error;
  });
  const backend = await createBackend();
  try {
    const { partners = [] } = listening;
    const resources = { backend, partners, policy, all, ledger, runs, store };
    await new Service(flags, set, resources, io).run(listening);
  } finally {
    await backend.dispose();
    await runs?.close();
    await ledger.close();
  }
}

/** @throws {VeilmatchError} `argument`, also for runs that nobody has said to go on with; `bad-file`, `io` */
async function openRuns(
  { state, stateKeyFile, stateDays, resume, ...flags }: ServeFlags,
  set: IdentifierSet,
  io: Io,
): Promise<FolderRunStore | undefined> {
  if (state === undefined) {
    if (!resume && stateKeyFile === undefined) return undefined;
    throw new VeilmatchError('argument', '--resume and --state-key-file go with --state.');
  }
  const unlock = await readUnlock(stateKeyFile, !(await isRunStore(state)), io);
  const terms = runTerms('sender', set, { reveal: flags.reveal, to: flags.to, verifiable: flags.verifiable });
  const runs = await openRunStore(state, unlock, { terms, lifetimeSeconds: stateDays * 86_400 });
  if (runs.unfinished === 0 || resume) return runs;
  await runs.close();
  throw new VeilmatchError(
    'argument',
    runs.unfinished === 1
      ? `${state} holds a run that was cut. --resume lets it go on; to give it up, remove the folder.`
      : `${state} holds ${runs.unfinished} runs that were cut. --resume lets them go on; to give them up, remove the folder.`,
  );
}

interface Resources {
  readonly backend: GroupBackend;
  readonly partners: readonly Partner[];
  readonly policy: Policy;
  readonly all: Partners['all'];
  readonly ledger: Ledger;
  readonly runs: FolderRunStore | undefined;
  readonly store: Serving['store'];
}

class Service {
  readonly #flags: ServeFlags;
  readonly #set: IdentifierSet;
  readonly #resources: Resources;
  readonly #io: Io;
  readonly #metrics = new Metrics();

  constructor(flags: ServeFlags, set: IdentifierSet, resources: Resources, io: Io) {
    this.#flags = flags;
    this.#set = set;
    this.#resources = resources;
    this.#io = io;
  }

  /** Until the signal fires, or the first run is complete where that is all that is wanted. */
  async run(options: ListenOptions): Promise<void> {
    const { metrics: port, reveal, once } = this.#flags;
    const { signal } = this.#io;
    this.#metrics.add('veilmatch_list_identifiers', this.#set.size);
    const monitor = port === undefined ? undefined : await serveMetrics(this.#metrics, port);
    try {
      const { runs: kept } = this.#resources;
      const listener = await listen({
        ...options,
        runs: kept,
        signal,
        onEvent: (event) => this.#note(event),
      });
      const { size } = this.#set;
      log(this.#io, 'listening', {
        host: options.host,
        port: listener.port,
        metrics: monitor?.port,
        reveal,
        size,
        unfinished: kept?.unfinished,
      });
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
      await monitor?.close();
    }
  }

  /** @returns whether the run is complete */
  async #serve(channel: AcceptedChannel): Promise<boolean> {
    const { runId: run, peer, journal } = channel;
    const { backend, partners, policy, all, ledger, store } = this.#resources;
    const { reveal, to, verifiable } = this.#flags;
    const started = performance.now();
    const admit = admission({
      peer: peer.id,
      ledger,
      policy: policyOf(partners, peer.name) ?? policy,
      all: all?.budgets,
      run,
      onRefusal: (limit, { peerSize }) => log(this.#io, 'refused', { run, peer: peer.name, limit, peerSize }),
    });
    const progress = startRunProgress(this.#io);
    let outcome = 'complete';
    let result: SenderResult | undefined;
    let kept = false;
    try {
      const agreed = { reveal, to, verifiable };
      const watched = { signal: this.#io.signal, onProgress: progress.update };
      const kept = { journal, onResult: store };
      result = await send(channel, this.#set, { backend, admit, ...kept, ...agreed, ...watched });
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
    log(this.#io, outcome === 'complete' ? 'complete' : 'failed', {
      run,
      peer: peer.name,
      ...(result === undefined
        ? { code: outcome, kept }
        : { peerSize: result.peerSize, shared: result.size }),
      bytesSent: sent,
      bytesReceived: received,
      seconds: Number(seconds.toFixed(3)),
    });
    return result !== undefined;
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
