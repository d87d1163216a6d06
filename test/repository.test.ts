// SPDX-License-Identifier: Apache-2.0
/** What the files around the sources promise, where nothing else would notice that it no longer holds. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('package.json', () => {
  it('depends on three packages', () => {
    expect(Object.keys(manifest.dependencies)).toEqual([
      '@noble/curves',
      '@noble/hashes',
      'libphonenumber-js',
    ]);
    for (const field of ['optionalDependencies', 'bundleDependencies']) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  it('works with one more, which nobody has to install, in any version that is not older', () => {
    expect(manifest.peerDependencies).toEqual({ '@duckdb/node-api': '*', pg: '^8.11.0' });
    expect(manifest.peerDependenciesMeta).toEqual({
      '@duckdb/node-api': { optional: true },
      pg: { optional: true },
    });
    expect(manifest.devDependencies).toHaveProperty('@duckdb/node-api');
  });

  it('says what the package is', () => {
    expect(manifest).toMatchObject({
      name: 'veilmatch',
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: ['./dist/group/worker.js', './dist/every-worker.js'],
      engines: { node: '>=20.19' },
      files: ['dist', 'docs/*.schema.json', 'CHANGELOG.md', 'SECURITY.md'],
    });
  });

  it('has a subpath for each folder with an index, one for the errors, with types, and no other', () => {
    const folders = readdirSync(join(root, 'src')).filter((name) =>
      existsSync(join(root, 'src', name, 'index.ts')),
    );
    const expected = {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      ...Object.fromEntries(
        folders.map((name) => [
          `./${name}`,
          { types: `./dist/${name}/index.d.ts`, default: `./dist/${name}/index.js` },
        ]),
      ),
      './tables': { types: './dist/lists/tables.d.ts', default: './dist/lists/tables.js' },
      './errors': { types: './dist/errors.d.ts', default: './dist/errors.js' },
      './worker': { types: './dist/group/worker.d.ts', default: './dist/group/worker.js' },
      './workers': { types: './dist/every-worker.d.ts', default: './dist/every-worker.js' },
      './package.json': './package.json',
    };
    expect(manifest.exports).toEqual(expected);
  });

  it('has the same subpaths as the documentation', () => {
    const WORKERS = ['./dist/group/worker.js', './dist/every-worker.js'];
    const sources = Object.values<string | { default: string }>(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' || WORKERS.includes(entry.default)
        ? []
        : [entry.default.replace('./dist', 'src').replace(/\.js$/, '.ts')],
    );
    expect(JSON.parse(read('typedoc.json')).entryPoints.sort()).toEqual(sources.sort());
  });

  it('has each subpath as the title of its page of the documentation, and not a file', () => {
    const { entryPoints } = JSON.parse(read('typedoc.json')) as { entryPoints: string[] };
    const titles = entryPoints.map((path) => / \* @module (\S+)\n \*\/\n/.exec(read(path))?.[1]);
    const subpaths = Object.entries<string | { default: string }>(manifest.exports).flatMap(
      ([subpath, entry]) =>
        typeof entry !== 'string' &&
        entryPoints.includes(entry.default.replace('./dist', 'src').replace(/js$/, 'ts'))
          ? [subpath.replace('.', 'veilmatch')]
          : [],
    );
    expect(titles.sort()).toEqual(subpaths.sort());
  });

  it('has the commands that the documentation speaks of', () => {
    expect(Object.keys(manifest.scripts)).toEqual(
      expect.arrayContaining(['start', 'test', 'check', 'build', 'bench', 'examples', 'docs']),
    );
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(read('package-lock.json'));

  it('names no host, so that each installation asks its own registry', () => {
    const packages = Object.entries<Record<string, unknown>>(lock.packages);
    expect(packages.filter(([, entry]) => 'resolved' in entry).map(([path]) => path)).toEqual([]);
    expect(read('.npmrc').split('\n')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('belongs to package.json', () => {
    const { name, version, license, dependencies, devDependencies, engines, bin } = lock.packages[''];
    expect({ name, version, license, dependencies, devDependencies, engines, bin }).toEqual({
      name: manifest.name,
      version: manifest.version,
      license: manifest.license,
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
      engines: manifest.engines,
      bin: manifest.bin,
    });
  });
});

describe('LICENSE', () => {
  it('is the text of Apache-2.0, to the letter', () => {
    // Of https://www.apache.org/licenses/LICENSE-2.0.txt
    const published = 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30';
    expect(createHash('sha256').update(read('LICENSE')).digest('hex')).toBe(published);
  });
});

describe('the documents', () => {
  const documents = ['.', 'docs', 'bench', 'examples', 'test/vectors'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .filter((name) => name.endsWith('.md'))
          .map((name) => join(folder, name))
      : [],
  );

  it('are all there', () => {
    expect(documents).toEqual(
      expect.arrayContaining([
        'README.md',
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'SECURITY.md',
        'docs/architecture.md',
      ]),
    );
  });

  it('link to files that exist', () => {
    const broken = documents.flatMap((document) => {
      const text = read(document).replace(/^```.*?^```$/gms, '');
      return [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(document), target)))
        .map((target) => `${document}: ${target}`);
    });
    expect(broken).toEqual([]);
  });

  it('give the version of the package in the changelog', () => {
    expect(read('CHANGELOG.md')).toMatch(
      new RegExp(`^## .*\\b${manifest.version.replaceAll('.', '\\.')}\\b`, 'm'),
    );
  });
});
