// SPDX-License-Identifier: Apache-2.0
/** Runs the tool inside the test's process, on streams in memory. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach } from 'vitest';
import { run } from '../../src/cli/program.js';
import type { Io } from '../../src/lists/io.js';
import type { CustomerRow, PlacedRow } from '../../src/lists/record-rows.js';
import { CustomerList, type ListOptions } from '../../src/lists/table.js';
import type { ListProtocol } from '../../src/psi/described/command-line.js';

export interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly stdin?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
  readonly terminal?: boolean;
  /** Of the terminal. */
  readonly columns?: number;
  /** What two parties can run with each other; by default the registry. */
  readonly protocols?: readonly ListProtocol[];
}

export function memoryIo(options: RunOptions = {}): { io: Io; stdout(): string; stderr(): string } {
  const { stdin = '', signal, terminal, columns } = options;
  const out = collector();
  const err = collector();
  const io: Io = {
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout: Object.assign(out.stream, { isTTY: terminal, columns }),
    stderr: Object.assign(err.stream, { isTTY: terminal, columns }),
    signal,
  };
  return { io, stdout: out.text, stderr: err.text };
}

export async function cli(argv: readonly string[], options: RunOptions = {}): Promise<Ending> {
  const { io, stdout, stderr } = memoryIo(options);
  const status = await run(argv, io, options.protocols);
  return { status, stdout: stdout(), stderr: stderr() };
}

function collector(): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A path in a folder of this test's own, which is removed after it. */
export function temporary(name = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  folders.push(folder);
  return join(folder, name);
}

export type WholeList = Pick<CustomerList, 'columns' | 'notes' | 'records' | 'counts'> & {
  readonly rows: readonly CustomerRow[];
  /** Of each row. */
  readonly lines: readonly number[];
};

/** Reads a list to its end. */
export async function readList(path: string, options: ListOptions, io: Io): Promise<WholeList> {
  const list = await CustomerList.open(path, options, io);
  try {
    const rows: PlacedRow[] = [];
    for await (const batch of list.rows()) rows.push(...batch);
    const { columns, notes, records, counts } = list;
    return {
      ...{ columns, notes, records, counts },
      rows: rows.map(({ row }) => row),
      lines: rows.map(({ line }) => line),
    };
  } finally {
    await list.close();
  }
}
