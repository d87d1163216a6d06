// SPDX-License-Identifier: Apache-2.0
/** `veilmatch serve` in this process, and a line to it that can be cut. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { run } from '../../src/cli/program.js';
import { registry } from '../../src/compare/registry.js';
import type { ListProtocol } from '../../src/psi/described/command-line.js';
import { memoryIo } from './harness.js';

export interface ServeHere {
  readonly port: number;
  readonly events: () => Record<string, unknown>[];
  /** @returns the exit status, when it has ended by itself */
  readonly ended: Promise<number>;
  /** @returns the exit status */
  stop(): Promise<number>;
}

/** @param argv behind `serve` @param command that serves */
export async function serveHere(
  argv: readonly string[],
  protocols: readonly ListProtocol[] = registry,
  command: readonly string[] = ['serve'],
): Promise<ServeHere> {
  const stop = new AbortController();
  const { io, stderr } = memoryIo({ signal: stop.signal });
  const ended = run([...command, ...argv, '--listen', '127.0.0.1:0'], io, protocols);
  const events = (): Record<string, unknown>[] =>
    stderr()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  const over = ended.then(() => Promise.reject(new Error(`It ended: ${stderr()}`)));
  over.catch(() => {});
  for (;;) {
    const listening = events().find(({ event }) => event === 'listening');
    if (listening !== undefined) {
      return {
        ...{ port: listening.port as number, events, ended },
        async stop() {
          stop.abort();
          return ended;
        },
      };
    }
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), over]);
  }
}

/** A line to a port of this machine. */
export interface Line {
  readonly port: number;
  /** Connections that were made. */
  readonly connections: number;
  /** Bytes that the last connection has brought from the server. */
  readonly received: number;
  /** Cuts the next connections when so many bytes have come from the server. Default: one of them. */
  cutAfter(bytes: number, connections?: number): void;
  close(): Promise<void>;
}

export async function lineTo(port: number): Promise<Line> {
  let left = Infinity;
  let times = 0;
  let connections = 0;
  let received = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    let budget = times > 0 ? left : Infinity;
    times--;
    connections++;
    received = 0;
    const there = connect(port, '127.0.0.1');
    const cut = (): void => {
      client.destroy();
      there.destroy();
    };
    for (const socket of [client, there]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    client.on('data', (bytes) => there.write(bytes));
    there.on('data', (bytes: Buffer) => {
      received += bytes.length;
      client.write(bytes.subarray(0, budget));
      budget -= bytes.length;
      if (budget <= 0) client.end(() => cut());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get received() {
      return received;
    },
    cutAfter(bytes, several = 1) {
      left = bytes;
      times = several;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
