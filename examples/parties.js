// SPDX-License-Identifier: Apache-2.0
/**
 * Organizations of an example: each has a folder and processes of its own, and a certificate that an authority of all issued.
 * One more, the outsider, made itself a certificate that nobody knows.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../test/support/certificates.js';
import { Program } from './program.js';

/** The command, as it is published. */
export const VEILMATCH = fileURLToPath(new URL('node_modules/veilmatch/dist/cli/main.js', import.meta.url));

/**
 * @typedef {object} Parties
 * @property {(name: string) => string} path - of a file: the name of the party, and its own
 * @property {(name: string, text: string) => string} put - writes such a file, and tells its path
 * @property {(file: string, ...argv: string[]) => Program} start - starts a program in a process of its own
 * @property {(...argv: string[]) => Promise<string>} run - runs the command to its end, and tells what it printed
 * @property {(...argv: string[]) => Promise<{ service: Program, url: string }>} serve - `veilmatch serve` at the party that
 *   serves, with its certificate, on a free port; returns when it listens
 * @property {(who: string, url: string, ...argv: string[]) => Program} connect - `veilmatch connect` with the certificate of
 *   that party
 */

/**
 * @template T
 * @param {string} serving - who serves
 * @param {string} asking - who connects, and is let in by its certificate
 * @param {(parties: Parties) => Promise<T>} body - what they do; then their programs end, and their folders go
 */
export async function withParties(serving, asking, body) {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-example-'));
  /** @type {Program[]} */
  const programs = [];
  const path = (/** @type {string} */ name) => join(folder, name);
  const put = (/** @type {string} */ name, /** @type {string} */ text) => {
    writeFileSync(path(name), text, { mode: 0o600 });
    return path(name);
  };
  /** @type {Parties['start']} */
  const start = (file, ...argv) => {
    const program = new Program(file, ...argv);
    programs.push(program);
    return program;
  };
  try {
    equip(serving, asking, (name) => mkdirSync(path(name)), put);
    return await body({
      ...{ path, put, start },
      async run(...argv) {
        const { status, stdout, stderr } = await start(VEILMATCH, ...argv).ended;
        if (status !== 0) throw new Error(stderr);
        return stdout;
      },
      async serve(...argv) {
        const service = start(
          ...[VEILMATCH, 'serve', ...argv, '--listen', '127.0.0.1:0'],
          ...['--partners', path(`${serving}/partners.json`), '--ledger', path(`${serving}/ledger.json`)],
          ...['--tls-cert', path(`${serving}/server.pem`), '--tls-key', path(`${serving}/server.key`)],
        );
        const { port } = await service.said('event', 'listening');
        return { service, url: `wss://localhost:${port}` };
      },
      connect: (who, url, ...argv) =>
        start(
          ...[VEILMATCH, 'connect', url, ...argv, '--ca', path(`${who}/ca.pem`)],
          ...['--client-cert', path(`${who}/client.pem`), '--client-key', path(`${who}/client.key`)],
        ),
    });
  } finally {
    for (const program of programs) program.stop();
    rmSync(folder, { recursive: true });
  }
}

/**
 * What each has on its own machine.
 * @param {string} serving
 * @param {string} asking
 * @param {(name: string) => void} folder
 * @param {Parties['put']} put
 */
function equip(serving, asking, folder, put) {
  const authority = createAuthority('an authority of both');
  const server = authority.issue(serving, ['localhost']);
  const client = authority.issue(asking);
  const own = createAuthority('an authority of its own').issue('outsider');
  for (const name of [serving, asking, 'outsider']) {
    folder(name);
    put(`${name}/ca.pem`, authority.cert);
  }
  put(`${serving}/server.pem`, server.cert);
  put(`${serving}/server.key`, server.key);
  const known = { authority: 'ca.pem', subject: `CN=${asking}` };
  put(`${serving}/partners.json`, JSON.stringify({ partners: [{ name: asking, certificates: [known] }] }));
  put(`${asking}/client.pem`, client.cert);
  put(`${asking}/client.key`, client.key);
  put('outsider/client.pem', own.cert);
  put('outsider/client.key', own.key);
}

/** The error that a program ended with, as it said it. @param {string} stderr */
export const errorOf = (stderr) => /^error: (.*)$/m.exec(stderr)?.[1] ?? stderr;

/** The rows of a list of separated values without quotes, by the names of its columns. @param {string} text */
export function rowsOf(text) {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return /** @type {Record<string, string>} */ (
      Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))
    );
  });
}

/** @param {number} value */
export const count = (value) => value.toLocaleString('en-US');
