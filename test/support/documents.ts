// SPDX-License-Identifier: Apache-2.0
/**
 * The code in the documents, run as a reader would run it: a document's blocks one after the other in a folder of their
 * own, its commands by a shell, its programs against the built package.
 *
 * A line that ends in `// → text` or `# → text` announces that `text` is printed. A block marked `background` is what the
 * reader starts in another terminal: it goes on while the others run. Nothing is installed and no script of the
 * repository is run, since the tests are one of them; that the script exists is checked.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { createAuthority } from './certificates.js';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  /** `README.md`, `docs/wire.md`. */
  readonly document: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly background: boolean;
  readonly text: string;
}

export function blocksOf(document: string): Block[] {
  const markdown = readFileSync(join(root, document), 'utf8');
  return [...markdown.matchAll(/^```(\w*)([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    document,
    line: markdown.slice(0, match.index).split('\n').length,
    language: match[1]!,
    background: match[2]!.trim() === 'background',
    text: match[3]!,
  }));
}

interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What stands for `npm` and `npx` in the documents' commands. */
const SHIMS = {
  npm: `case "$1" in ci | install) exit 0 ;; run) script=$2 ;; *) script=$1 ;; esac
exec node -e 'const [, manifest, script] = process.argv;
if (!(script in require(manifest).scripts)) { console.error("npm has no script " + script); process.exit(1); }' \\
  '${join(root, 'package.json')}' "$script"`,
  npx: 'exec "$@"',
  veilmatch: `exec node '${join(root, 'dist/cli/main.js')}' "$@"`,
};

interface Background {
  readonly child: ChildProcess;
  readonly ending: Promise<Ending>;
  /** It ends by itself when it has served somebody. */
  readonly once: boolean;
}

/** Milliseconds that a server that serves once may take to write its result and end when its client has. */
const PATIENCE = 20_000;

export class Reader {
  /** Inside the repository, so that the package finds itself by its name. */
  readonly folder: string = mkdtempSync(join(root, 'test/.tmp-documents-'));
  /** In place of 8443, 8444 and 8445. */
  readonly #ports: readonly number[];
  readonly #background: Background[] = [];

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    mkdirSync(join(this.folder, 'bin'));
    for (const [name, text] of Object.entries(SHIMS)) {
      const file = join(this.folder, 'bin', name);
      writeFileSync(file, `#!/bin/sh\n${text}\n`);
      chmodSync(file, 0o755);
    }
  }

  static async create(): Promise<Reader> {
    return new Reader([await freePort(), await freePort(), await freePort()]);
  }

  /** The certificates that two partners bring along: a server of `localhost`, and a client. */
  addCertificates(): void {
    const authority = createAuthority('authority');
    const server = authority.issue('localhost', ['localhost']);
    const client = authority.issue('acme');
    const files = {
      'authority.pem': authority.cert,
      'server.pem': server.cert,
      'server.key': server.key,
      'acme.pem': client.cert,
      'acme-tls.key': client.key,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  /** Runs a block to its end; one in the background until it listens. */
  async run(block: Block): Promise<Ending> {
    const [command, ...argv] = await this.#command(block);
    const child = spawn(command!, argv, {
      cwd: this.folder,
      detached: block.background,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${join(this.folder, 'bin')}:${process.env.PATH}` },
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const ending = new Promise<Ending>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ ...output, status: status ?? 1 }));
    });
    if (!block.background) {
      const ended = await ending;
      if (block.text.includes('veilmatch connect ')) await this.#served();
      return ended;
    }
    this.#background.push({ child, ending, once: / --once\b/.test(block.text) });
    const listening = new Promise<Ending>((resolve) => {
      child.stderr.on('data', () => {
        if (output.stderr.includes('"event":"listening"')) resolve({ ...output, status: 0 });
      });
    });
    return Promise.race([listening, ending]);
  }

  /** Where a program of a document lies, for the compiler. */
  place({ document, line, text }: Block): string {
    const file = join(this.folder, `${basename(document, '.md')}-${line}.ts`);
    writeFileSync(file, this.#here(text));
    return file;
  }

  /** Stops what still runs, and removes the folder. */
  async close(): Promise<void> {
    for (const { child, ending } of this.#background) {
      if (child.exitCode === null) process.kill(-child.pid!);
      await ending;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A client ends before the server that served it has written its own result, which the next block may read. */
  async #served(): Promise<void> {
    const endings = this.#background.filter(({ once }) => once).map(({ ending }) => ending);
    const patience = new AbortController();
    await Promise.race([Promise.all(endings), sleep(PATIENCE, undefined, { signal: patience.signal })]);
    patience.abort();
  }

  async #command(block: Block): Promise<string[]> {
    if (block.language === 'sh') return ['bash', '-euo', 'pipefail', '-c', this.#here(block.text)];
    const { code } = await transform(this.#here(block.text), { loader: 'ts', tsconfigRaw: {} });
    const file = join(this.folder, `${basename(block.document, '.md')}-${block.line}.mjs`);
    writeFileSync(file, code);
    return [process.execPath, file];
  }

  /** The partner's machine is this one. */
  #here(text: string): string {
    return text
      .replaceAll('partner.example', 'localhost')
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replace(/844[3-5]/g, (port) => `${this.#ports[Number(port) - 8443]}`);
  }
}

/** What a block says that it prints. */
export function announcedBy({ text }: Pick<Block, 'text'>): string[] {
  return [...text.matchAll(/(?:\/\/|#) → (.*)$/gm)].map(([, value]) => value!.trimEnd());
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
