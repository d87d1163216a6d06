// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator of `veilmatch serve` sees: a line of JSON for each event, and `/healthz` and `/metrics` (Prometheus text
 * format 0.0.4) on a loopback port. No identifier, token, key or address of a peer goes into either.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writable } from 'node:stream';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { systemReason } from '../../system-reason.js';
import { hostOf, isLoopback } from '../../transport/door/address.js';
import { showStatus } from './progress.js';

type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one line; on a terminal in place of a progress bar. */
export function log(io: Io, event: string, fields: LogFields = {}): void {
  if (io.stderr.isTTY === true) showStatus(io, '');
  io.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

/** For what says on standard error, in lines for people, what it took of a list: the same as events. */
export function asEvents(io: Io): Io {
  let rest = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
      rest = lines.pop()!;
      for (const message of lines) log(io, 'note', { message: message.trim() });
      done();
    },
  });
  return { ...io, stderr };
}

const HELP = {
  veilmatch_list_identifiers: ['gauge', 'Identifiers in the lists that are served.'],
  veilmatch_channels_open: ['gauge', 'Peers that are connected and authenticated.'],
  veilmatch_runs_total: ['counter', 'Runs by how they ended: complete, or the code of the error.'],
  veilmatch_turned_away_total: ['counter', 'Connections that were not let in, by reason.'],
  veilmatch_reloads_total: [
    'counter',
    'How often what is offered was read anew, by outcome: taken-up or failed.',
  ],
  veilmatch_bytes_total: ['counter', 'Bytes of messages of runs that have ended, by direction.'],
  veilmatch_run_seconds_total: ['counter', 'Time that runs took which have ended.'],
  veilmatch_resident_memory_bytes: ['gauge', 'Memory of this process.'],
  veilmatch_event_loop_delay_p50_seconds: [
    'gauge',
    'How late the event loop was since the last reading: the median.',
  ],
  veilmatch_event_loop_delay_p99_seconds: ['gauge', 'The same: 99 of a hundred times no more.'],
  veilmatch_event_loop_delay_max_seconds: ['gauge', 'The same: the most.'],
} as const;

type Metric = keyof typeof HELP;

/** How often the event loop is looked at, in milliseconds. */
const RESOLUTION = 10;

export class Metrics {
  readonly #values = new Map<Metric, Map<string, number>>();
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });

  /** @param label as `outcome="complete"`; values are codes of this program, never texts from outside */
  add(metric: Metric, by: number, label = ''): void {
    const values = this.#values.get(metric) ?? new Map<string, number>();
    this.#values.set(metric, values.set(label, (values.get(label) ?? 0) + by));
  }

  text(): string {
    this.set('veilmatch_resident_memory_bytes', process.memoryUsage.rss());
    const { max } = this.#delay;
    this.set('veilmatch_event_loop_delay_p50_seconds', this.#late(this.#delay.percentile(50)));
    this.set('veilmatch_event_loop_delay_p99_seconds', this.#late(this.#delay.percentile(99)));
    this.set('veilmatch_event_loop_delay_max_seconds', this.#late(max));
    this.#delay.reset();
    const lines: string[] = [];
    for (const [metric, [type, help]] of Object.entries(HELP)) {
      lines.push(`# HELP ${metric} ${help}`, `# TYPE ${metric} ${type}`);
      for (const [label, value] of this.#values.get(metric as Metric) ?? [['', 0]]) {
        lines.push(`${metric}${label === '' ? '' : `{${label}}`} ${value}`);
      }
    }
    return `${lines.join('\n')}\n`;
  }

  /** Begins, or ends, to look at the event loop. */
  watch(on: boolean): void {
    if (on) this.#delay.enable();
    else this.#delay.disable();
  }

  set(metric: Metric, value: number): void {
    this.#values.set(metric, new Map([['', value]]));
  }

  /** Seconds, of the nanoseconds from one look to the next: what is more than there should be between them. */
  #late(nanoseconds: number): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000);
  }
}

/** Answers on 127.0.0.1. @throws {VeilmatchError} `io` when the port cannot be had */
export async function serveMetrics(
  metrics: Metrics,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    // A web page can point a name of its own at this port, but not change what the browser calls it.
    const local = isLoopback(hostOf(request.headers.host) ?? '');
    const known = local && request.method === 'GET';
    const body =
      known && request.url === '/metrics'
        ? metrics.text()
        : known && request.url === '/healthz'
          ? 'ok\n'
          : undefined;
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': request.url === '/metrics' ? 'text/plain; version=0.0.4' : 'text/plain',
      connection: 'close',
    });
    response.end(body ?? '');
  });
  server.maxConnections = 16;
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new VeilmatchError(
      'io',
      `Cannot serve metrics on 127.0.0.1, port ${port}: ${systemReason(code ?? 'unknown')}.`,
      { cause: error },
    );
  }
  metrics.watch(true);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      metrics.watch(false);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
