// SPDX-License-Identifier: Apache-2.0
/** Puts the figures of the stored results into the documents, where a block is marked for them. */

import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { figures } from './figures.js';

const ROOT = new URL('../', import.meta.url);
const BLOCK = /^(?<indent> *)<!-- figures: (?<name>[\w-]+) -->\n[\s\S]*?^ *<!-- \/figures -->$/gm;

/**
 * @param {string} text - of a document
 * @returns {string} the same with every block filled
 * @throws {Error} for a block of a name that is not there
 */
export function filled(text) {
  return text.replace(BLOCK, (_, indent, name) => {
    const make = figures[name];
    if (make === undefined) throw new Error(`There are no figures named ${name}.`);
    const lines = ['', ...make().split('\n'), ''].map((line) => (line === '' ? '' : indent + line));
    return `${indent}<!-- figures: ${name} -->\n${lines.join('\n')}\n${indent}<!-- /figures -->`;
  });
}

/** @returns {Promise<URL[]>} README.md and what is in docs */
export async function documents() {
  const docs = (await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md')).sort();
  return ['README.md', ...docs.map((name) => `docs/${name}`)].map((path) => new URL(path, ROOT));
}

/** @returns {Promise<string[]>} the names of those that changed */
export async function fillDocuments() {
  const changed = [];
  for (const document of await documents()) {
    const text = await readFile(document, 'utf8');
    const next = filled(text);
    if (next === text) continue;
    const temporary = new URL(`${document.href}.partial`);
    await writeFile(temporary, next);
    await rename(temporary, document);
    changed.push(document.pathname.split('/').at(-1) ?? '');
  }
  return changed;
}
