// SPDX-License-Identifier: Apache-2.0
/**
 * The import table of docs/architecture.md, read as it is written: a row is a layer, with what belongs to it and which layers
 * above it in the table it may import.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Layer {
  readonly name: string;
  /** Paths in src: `identifiers/` is a folder, `kernel/sha512` a file of that name, whatever its ending. */
  readonly holds: readonly string[];
  /** Names of layers. */
  readonly imports: readonly string[];
}

/** @param text of the document */
export function importTable(text: string): readonly Layer[] {
  const lines = text.split('\n');
  const head = lines.indexOf('| layer | holds | may import |');
  if (head < 0) throw new Error('docs/architecture.md has no import table.');
  const rows = lines.slice(head + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  const layers: Layer[] = [];
  for (const row of rows.slice(0, end < 0 ? rows.length : end)) {
    const [, first = '', , last = ''] = row.split('|').map((cell) => cell.trim());
    const holds = [...first.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    const name = /^(\w+):/.exec(first)?.[1] ?? holds[0]?.replace(/\/$/, '');
    if (name === undefined) throw new Error(`A row of the import table names no folder: ${row}`);
    const above = layers.map((layer) => layer.name);
    layers.push({ name, holds, imports: importsIn(last, above) });
  }
  return layers;
}

function importsIn(cell: string, above: readonly string[]): readonly string[] {
  if (cell === 'nothing of ours') return [];
  const all = /^all above(?: but (.+))?$/.exec(cell);
  const names = (all ? (all[1] ?? '') : cell).split(/, | and /).filter((name) => name !== '');
  const unknown = names.filter((name) => !above.includes(name));
  if (unknown.length > 0) throw new Error(`No layer above in the import table: ${unknown.join(', ')}`);
  return all ? above.filter((name) => !names.includes(name)) : names;
}

/** The layer of a file, by its path in src: where several hold it, the one that says so most narrowly. */
export function layerIn(layers: readonly Layer[], path: string): Layer | undefined {
  const holding = layers.flatMap((layer) =>
    layer.holds
      .filter((held) => path.startsWith(held.endsWith('/') ? held : `${held}.`))
      .map((held) => ({ layer, length: held.length })),
  );
  return holding.sort((a, b) => b.length - a.length)[0]?.layer;
}

/** @param root of the repository */
export function readImportTable(root: string): readonly Layer[] {
  return importTable(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'));
}
