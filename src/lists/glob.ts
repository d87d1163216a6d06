// SPDX-License-Identifier: Apache-2.0
/** Paths with `*` in them, which stands for any characters of a name. */

import type { Dirent } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { parse, sep } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { ioError } from './io.js';

/** A pattern for more than this is a mistake. */
const MAX_FILES = 100_000;

/**
 * The files that a pattern names, in the order of their names' characters: `part-10` comes before `part-2`.
 * @param pattern a path with `*` in names of folders or of files
 * @throws {VeilmatchError} `io` where it names none, `argument` where it names too many
 */
export async function filesFitting(pattern: string): Promise<string[]> {
  const { root } = parse(pattern);
  const names = pattern
    .slice(root.length)
    .split(sep === '/' ? '/' : /[/\\]/)
    .filter((name) => name !== '');
  let found = [root];
  for (const [i, name] of names.entries()) {
    const isLast = i === names.length - 1;
    if (!name.includes('*')) {
      const paths = found.map((folder) => `${folder}${name}${isLast ? '' : sep}`);
      const isThere = await Promise.all(paths.map((path) => !isLast || access(path).then(yes, no)));
      found = paths.filter((_, path) => isThere[path]);
      continue;
    }
    const next: string[] = [];
    for (const folder of found) {
      for (const entry of await entriesOf(folder === '' ? '.' : folder)) {
        // A link may be either; opening it tells.
        const isKind = entry.isSymbolicLink() || entry.isDirectory() !== isLast;
        if (isKind && fits(name, entry.name)) next.push(`${folder}${entry.name}${isLast ? '' : sep}`);
      }
      if (next.length > MAX_FILES) {
        throw new VeilmatchError(
          'argument',
          `${pathName(pattern)} names more than ${MAX_FILES} files. Name fewer.`,
        );
      }
    }
    found = next;
  }
  if (found.length > 0) return found.sort();
  throw new VeilmatchError('io', `Cannot read ${pathName(pattern)}: no file has such a name.`);
}

const yes = (): boolean => true;
const no = (): boolean => false;

/** None of what is no folder. @throws {VeilmatchError} `io` for one that may not be looked into: files would be missed */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw ioError('read', folder, error);
  }
}

/** Whether a name is what a pattern says. Each piece is looked for behind the one before it, once. */
export function fits(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return name === first;
  // As a shell does: what is hidden, our own temporary files among it, has to be named.
  if (name.startsWith('.') && !first.startsWith('.')) return false;
  const last = others.pop()!;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}
