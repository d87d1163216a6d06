// SPDX-License-Identifier: Apache-2.0
/** The front of the documents: that it leads to all of them, that what it leads to is there, and that claims have sources. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const front = text('docs/README.md');

/** Files and headings that a document links to, from the root. */
function linksOf(path: string): { file: string; heading: string | undefined }[] {
  return [...text(path).matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file, heading] = target.split('#') as [string, string?];
      return { file: file === '' ? path : posix.join(posix.dirname(path), file), heading };
    });
}

/** As GitHub makes an anchor of a heading. */
const anchorsOf = (path: string): string[] =>
  [...text(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

describe('the front of the documents', () => {
  const linked = linksOf('docs/README.md').map(({ file }) => file);

  it.each(pages.filter((path) => path !== 'docs/README.md'))('leads to %s', (path) => {
    expect(linked).toContain(path);
  });

  it('has each page in one kind of document: tutorial, how-to, reference, explanation', () => {
    const kinds = front.slice(front.indexOf('## All of them')).split(/\n\n/).slice(1);
    expect(kinds.map((kind) => /^\*\*(\w[\w-]*)/.exec(kind)?.[1])).toEqual([
      'Tutorials',
      'How-to',
      'Reference',
      'Explanation',
    ]);
    const names = pages.map((path) => posix.basename(path)).filter((name) => name !== 'README.md');
    for (const name of names)
      expect(
        kinds.filter((kind) => kind.includes(`](${name}`)),
        name,
      ).toHaveLength(1);
  });

  it('has one path, whose pages lead from one to the next', () => {
    const list = front.slice(front.indexOf('## One path'), front.indexOf('## All of them'));
    const steps = [...list.matchAll(/^\d\. .*?\]\(([^)#]+)/gm)].map(([, target]) =>
      posix.join('docs', target!),
    );
    expect(steps.length).toBeGreaterThan(3);
    for (const [i, step] of steps.slice(0, -1).entries()) {
      if (step === 'README.md') continue;
      const next = text(step).split('**Next:**')[1] ?? '';
      expect(next, step).toContain(`](${posix.basename(steps[i + 1]!)})`);
    }
  });

  it('gives a source for each claim', () => {
    const section = front.slice(front.indexOf('## What it rests on'), front.indexOf('## One path'));
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what'));
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row.split('|')[2], row).toMatch(/\]\(https:\/\/[^)]+\)/);
  });

  it('is where the README sends its reader first', () => {
    expect(linksOf('README.md').map(({ file }) => file)).toContain('docs/README.md');
  });
});

describe('links', () => {
  it.each(['README.md', 'CONTRIBUTING.md', ...pages])('of %s lead to what is there', (path) => {
    for (const { file, heading } of linksOf(path)) {
      // Typedoc makes this one.
      if (file.startsWith('docs/api')) continue;
      expect(existsSync(join(root, file)), `${path}: ${file}`).toBe(true);
      if (heading !== undefined && file.endsWith('.md'))
        expect(anchorsOf(file), `${path}: ${file}`).toContain(heading);
    }
  });
});
