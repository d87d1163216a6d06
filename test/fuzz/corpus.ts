// SPDX-License-Identifier: Apache-2.0
/** Inputs in a file: a line of base64 for each. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** None where there is no such file. */
export function readInputs(path: string): Uint8Array[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => new Uint8Array(Buffer.from(line, 'base64')));
}

/** Each once, short ones first, whatever order they come in. */
export function writeInputs(path: string, inputs: readonly Uint8Array[]): void {
  const lines = inputs.map((input) => Buffer.from(input).toString('base64'));
  const sorted = [...new Set(lines)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  writeFileSync(path, sorted.map((line) => `${line}\n`).join(''));
}
