// SPDX-License-Identifier: Apache-2.0
/** The packed package in an empty project: what is in it, what can be imported, and that it works in every way of using it. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedProject, type Manifest, manifest, type Project, root, specifiers } from './packed.js';

const MINUTES = 60_000;

let project: Project;
beforeAll(() => {
  project = installedProject();
});
afterAll(() => project?.remove());

function modulesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
}

describe('the tarball', () => {
  it('holds the build, the documents that users need, and nothing else', () => {
    const documents = project.packed.paths.filter((path) => !path.startsWith('dist/')).sort();
    const schemas = ['job', 'partners', 'serve'].map((name) => `docs/${name}.schema.json`);
    const texts = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'];
    expect(documents).toEqual([...texts, ...schemas, 'package.json']);
  });

  it('holds one module for each source of the library, and the command', () => {
    const sources = modulesIn(join(root, 'src'))
      .filter(
        (path) =>
          path.endsWith('.ts') &&
          !path.endsWith('.d.ts') &&
          !/^(cli|kernel\/assembly|wire\/generated)\//.test(path),
      )
      .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
    const modules = project.packed.paths.filter((path) => path.endsWith('.js'));
    // The command's parts, which are loaded with what is asked of it.
    const parts = modules.filter((path) => /^dist\/cli\/[\w-]+-[0-9A-Z]{8}\.js$/.test(path));
    expect(parts.length).toBeGreaterThan(0);
    expect(modules.sort()).toEqual([...sources, 'dist/cli/main.js', ...parts].sort());
  });

  it('holds besides only type declarations and the licences of what its files carry', () => {
    const others = project.packed.paths.filter((path) => path.startsWith('dist/') && !path.endsWith('.js'));
    expect(others.filter((path) => !path.endsWith('.d.ts')).sort()).toEqual([
      'dist/attack/emails/THIRD-PARTY-NOTICES.txt',
      'dist/cli/THIRD-PARTY-NOTICES.txt',
      'dist/group/THIRD-PARTY-NOTICES.txt',
      'dist/sbom.cdx.json',
      'dist/transport/channel/THIRD-PARTY-NOTICES.txt',
      'dist/wire/THIRD-PARTY-NOTICES.txt',
    ]);
  });

  it('is less than 920 kB on the line', () => {
    expect(statSync(project.packed.file).size).toBeLessThan(920_000);
  });

  it('names no path of the machine that built it', () => {
    const installed = join(project.folder, 'node_modules', manifest.name);
    for (const path of project.packed.paths) {
      expect(readFileSync(join(installed, path), 'utf8').includes(root), path).toBe(false);
    }
  });

  it('runs nothing when it is installed, and brings its three dependencies', () => {
    const installed: Manifest = JSON.parse(
      readFileSync(join(project.folder, 'node_modules', manifest.name, 'package.json'), 'utf8'),
    );
    for (const script of ['preinstall', 'install', 'postinstall'])
      expect(installed.scripts).not.toHaveProperty(script);
    const modules = join(project.folder, 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([
      '@noble',
      'libphonenumber-js',
      'veilmatch',
    ]);
    expect(readdirSync(join(modules, '@noble'))).toEqual(['curves', 'hashes']);
  });
});

describe('the subpaths', () => {
  it('can be imported, each of them', async () => {
    const modules = specifiers.filter((specifier) => !/\.json$|\/workers?$/.test(specifier));
    const code = `${modules.map((name) => `await import('${name}');`).join(' ')} console.log('imported');`;
    expect(await project.output(process.execPath, '--input-type=module', '--eval', code)).toBe('imported\n');
  });

  it('are all that can be imported', async () => {
    const inside = project.packed.paths
      .filter((path) => path !== 'package.json')
      .flatMap((path) => [
        path,
        path.replace(/^dist\//, ''),
        path.replace(/^dist\//, '').replace(/\.js$/, ''),
      ])
      .map((path) => `${manifest.name}/${path}`)
      .filter((specifier) => !specifiers.includes(specifier));
    expect(inside).toContain('veilmatch/dist/index.js');
    project.write(
      'refused.js',
      `for (const specifier of ${JSON.stringify(inside)}) {
        const answer = await import(specifier).then(() => 'imported', ({ code }) => code);
        if (answer !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') console.log(specifier, answer);
      }`,
    );
    expect(await project.output(process.execPath, 'refused.js')).toBe('');
  });
});

describe('a program', () => {
  it('imports it as ES modules', async () => {
    project.add('use.js');
    expect(await project.output(process.execPath, 'use.js')).toBe('used\n');
  });

  it('requires it from CommonJS', async () => {
    project.add('use.cjs');
    expect(await project.output(process.execPath, 'use.cjs')).toBe('used\n');
  });
});

describe('TypeScript', () => {
  const browser = { lib: ['ES2022', 'DOM'], types: [] };
  const server = { lib: ['ES2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
  const node16 = { module: 'node16', moduleResolution: 'node16' };
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };

  it.each([
    ['node16 with the DOM', { ...node16, ...browser }, ['types.ts']],
    ['node16 with the types of Node', { ...node16, ...server }, ['types.ts']],
    ['bundler with the DOM', { ...bundler, ...browser }, ['types.ts']],
    ['bundler with the types of Node', { ...bundler, ...server }, ['types.ts']],
    [
      'CommonJS, where it may require ES modules',
      { module: 'node20', ...browser },
      ['types.ts', 'types.cts'],
    ],
  ])(
    'takes the types under %s',
    async (_, resolution, files) => {
      for (const file of files) project.add(file);
      const compilerOptions = {
        ...resolution,
        target: 'ES2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      expect(await project.run(process.execPath, tsc, '-p', '.')).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      });
    },
    MINUTES,
  );
});

describe('the command', () => {
  it('prints its version', async () => {
    expect(await project.output('npx', '--no', '--', 'veilmatch', '--version')).toBe(`${manifest.version}\n`);
  });

  it('normalizes a list', async () => {
    project.write('list.csv', 'name,phone,email\nAda,(415) 555-0123,Ada@Example.com\nBob,n/a,\n');
    const argv = ['--no', '--', 'veilmatch', 'normalize', 'list.csv', '--country', 'US'];
    const { status, stdout } = await project.run('npx', ...argv);
    expect({ status, lines: stdout.trim().split(/\r?\n/) }).toEqual({
      status: 0,
      lines: ['line,phone,email', '2,+14155550123,ada@example.com'],
    });
  });

  it('reads and writes what Node itself can without the package for Parquet, and says how to get that', async () => {
    project.write('list.csv', 'phone\n(415) 555-0123\n');
    const normalize = (...argv: string[]): ReturnType<Project['run']> =>
      project.run('npx', '--no', '--', 'veilmatch', 'normalize', ...argv, '--country', 'US');
    expect((await normalize('list.csv', '-o', 'out.csv.gz')).status).toBe(0);
    expect((await normalize('out.csv.gz')).stdout).toMatch(/^line,phone\r?\n2,\+14155550123\r?\n$/);
    const { status, stderr } = await normalize('list.csv', '-o', 'out.parquet');
    expect(status).toBe(3);
    expect(stderr).toContain('is not installed. Install it where veilmatch is: npm install @duckdb/node-api');
    expect(readdirSync(project.folder).filter((name) => name.includes('parquet'))).toEqual([]);
  });

  it('holds nothing of the package for Parquet, which nobody has to install', () => {
    expect(readdirSync(join(project.folder, 'node_modules'))).not.toContain('@duckdb');
    const installed = join(project.folder, 'node_modules', manifest.name);
    const naming = project.packed.paths.filter(
      (path) => path.endsWith('.js') && /["'`]@duckdb\//.test(readFileSync(join(installed, path), 'utf8')),
    );
    expect(naming).toEqual(['dist/lists/duckdb.js']);
    const command = readFileSync(join(installed, 'dist/lists/duckdb.js'), 'utf8');
    expect(command.match(/import\(["']@duckdb\/node-api["']\)/g)).toHaveLength(1);
    expect(command).not.toMatch(/from ["']@duckdb|require\(["']@duckdb|node-bindings/);
  });

  it('carries the licences of the packages in it', () => {
    const noticesOf = (folder: string): string =>
      readFileSync(
        join(project.folder, 'node_modules', manifest.name, 'dist', folder, 'THIRD-PARTY-NOTICES.txt'),
        'utf8',
      );
    expect(noticesOf('cli')).toMatch(/^commander \d/m);
    expect(noticesOf('wire')).toMatch(/^@bufbuild\/protobuf \d/m);
  });
});
