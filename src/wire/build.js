// SPDX-License-Identifier: Apache-2.0
/**
 * Generates TypeScript from the schema in proto/ into generated/ beside this file, which is not committed. Does nothing
 * when it is up to date.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WIRE = fileURLToPath(new URL('./', import.meta.url));
const SCHEMA = join(WIRE, 'proto/veilmatch/psi/v1/psi.proto');
const TARGET = join(WIRE, 'generated');
const STAMP = join(TARGET, 'stamp');

const require = createRequire(import.meta.url);

/** The file that a package of ours names as its command. */
function command(name, bin) {
  const manifest = require.resolve(`${name}/package.json`);
  return join(dirname(manifest), require(manifest).bin[bin]);
}

/** Identifies everything that the output depends on. */
function fingerprint() {
  const versions = ['@bufbuild/buf', '@bufbuild/protoc-gen-es'].map(
    (name) => require(`${name}/package.json`).version,
  );
  return createHash('sha256').update(versions.join()).update(readFileSync(SCHEMA)).digest('hex');
}

/** @param {readonly string[]} argv arguments of the buf command */
export function buf(argv) {
  return execFileSync(process.execPath, [command('@bufbuild/buf', 'buf'), ...argv], {
    cwd: WIRE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function buildSchema() {
  const expected = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === expected) return;
  const folder = mkdtempSync(join(WIRE, 'generated.'));
  try {
    const plugin = {
      local: [process.execPath, command('@bufbuild/protoc-gen-es', 'protoc-gen-es')],
      out: folder,
      opt: ['target=ts', 'import_extension=js'],
    };
    buf(['generate', '--template', JSON.stringify({ version: 'v2', plugins: [plugin] })]);
    writeFileSync(join(folder, 'stamp'), expected);
    rmSync(TARGET, { recursive: true, force: true });
    renameSync(folder, TARGET);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildSchema();
