// SPDX-License-Identifier: Apache-2.0
/** Every test belongs to one project (vitest.config.ts), and `unit` needs no build. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFilter } from 'vite';
import { describe, expect, it } from 'vitest';
import { MOCKING, NEEDS } from '../vitest.config.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test', path).replaceAll('\\', '/'));

const matching = (globs: readonly string[]): string[] =>
  tests.filter((path) => createFilter([...globs], [], { resolve: root })(join(root, path)));
const others = Object.values(NEEDS).flatMap(matching);
const unit = tests.filter((path) => !others.includes(path));

/** The relative paths that a source names: what it imports, and what it addresses in the way of `new URL('../a.js', ...)`. */
function namedIn(file: string): string[] {
  const paths = readFileSync(file, 'utf8').matchAll(/['"`](\.{1,2}\/[^'"`\n]*)['"`]/g);
  return [...paths].map(([, path]) => resolve(dirname(file), path!));
}

/** What the text of a test, of the helpers that it names and of those that they name has of the build. */
function buildIn(file: string, seen: Set<string> = new Set()): string[] {
  const source = file.endsWith('.js') && !existsSync(file) ? file.replace(/\.js$/, '.ts') : file;
  const path = relative(root, source).replaceAll('\\', '/');
  if (seen.has(source) || !/^(test|bench|examples)\/.*\.[jt]s$/.test(path) || !existsSync(source)) return [];
  seen.add(source);
  const text = readFileSync(source, 'utf8');
  const found =
    text.match(/(?:from |import\()['"]veilmatch\b[^'"]*|['"`](?:\.\.\/)+dist\/|root, ['"]dist\b/gi) ?? [];
  return [
    ...found.map((what) => `${path}: ${what}`),
    ...namedIn(source).flatMap((named) => buildIn(named, seen)),
  ];
}

describe('the projects', () => {
  it('have every test once', () => {
    expect(others.filter((path, i) => others.indexOf(path) !== i)).toEqual([]);
    expect(tests.length).toBe(unit.length + others.length);
  });

  it.each([...Object.values(NEEDS).flat(), ...MOCKING])('have tests in %s', (glob) => {
    expect(matching([glob])).not.toEqual([]);
  });

  it('run tests that mock modules in processes of their own', () => {
    const mocking = unit.filter((path) => /^vi\.mock\(/m.test(readFileSync(join(root, path), 'utf8')));
    expect(matching(MOCKING).sort()).toEqual(mocking.sort());
  });

  it.each(unit.filter((path) => path !== 'test/projects.test.ts'))('%s needs no build', (path) => {
    expect(buildIn(join(root, path))).toEqual([]);
  });

  it('would be found out with a unit test that needs it', () => {
    const needing = [...NEEDS.packed, ...NEEDS.browser].flatMap((glob) => matching([glob]));
    const found = needing.filter((path) => buildIn(join(root, path)).length > 0);
    for (const path of ['cli/machines', 'cli/faults', 'documents', 'group/parallel', 'browser/pages'])
      expect(found).toContain(`test/${path}.test.ts`);
  });
});

/** Files whose tests a quick run leaves out, or of whose cases it takes some, by their own word or a helper's. */
const shortened = tests.filter(
  (path) =>
    path !== 'test/projects.test.ts' &&
    /\b(?:QUICK|sample|places|testableBackends)\b.*from '[^']*(?:effort|backends)\.js'/.test(
      readFileSync(join(root, path), 'utf8'),
    ),
);

describe('a quick run', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  it('is that of test:unit, and no other', () => {
    const quick = Object.entries<string>(scripts).filter(([, script]) => /--mode quick|QUICK/.test(script));
    expect(quick.map(([name]) => name)).toEqual(['test:unit']);
    const ci = readFileSync(join(root, '.ci/run'), 'utf8');
    expect(ci).toMatch(/\bnpm test\b/);
    expect(ci).not.toMatch(/test:unit|--mode|QUICK/);
  });

  it.each(shortened)('%s is named where it says what that leaves out', (path) => {
    const name = path.replace(/^test\//, '').replace(/\.test\.ts$/, '');
    expect(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').replace(/\s+/g, ' ')).toMatch(
      new RegExp(`\`${name.replace(/\/kernel$/, '(?:/kernel)?')}\``),
    );
  });
});
