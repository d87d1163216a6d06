// SPDX-License-Identifier: Apache-2.0
/** What built files carry of other packages: their licences beside it, and the bill of materials that lists them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import tsup from '../../tsup.config.js';
import { manifest, root } from './packed.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}
const installed = (name: string): Installed => JSON.parse(read(`node_modules/${name}/package.json`));

/** The packages of which a built file says that it has a part: esbuild writes above each module where it came from. */
function packagesIn(code: string): string[] {
  const modules = code.matchAll(
    /^\s*\/\/ (?:\.\.\/)*node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)\//gm,
  );
  // Data says it in the comment that a minifier leaves, by the names of devDependencies.
  const kept = [...code.matchAll(/\/\*![\s\S]*?\*\//g)].map(([comment]) => comment).join();
  const data = Object.keys(manifest.devDependencies).filter((name) => kept.includes(name));
  return [...new Set([...Array.from(modules, ([, name]) => name!), ...data])].sort();
}

const built = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.replaceAll('\\', '/'));
const carried = new Map(
  built
    .map((path) => [path, packagesIn(read(`dist/${path}`))] as const)
    .filter(([, names]) => names.length > 0),
);

/** By folder, for all files in it. */
const beside = new Map<string, string[]>();
for (const [path, names] of carried) {
  const all = new Set([...(beside.get(dirname(path)) ?? []), ...names]);
  beside.set(dirname(path), [...all].sort());
}

describe('built files', () => {
  it('that are bundles carry packages, and no others but the names of a census', () => {
    const bundles = tsup()
      .filter(({ bundle }) => bundle)
      .flatMap(({ entry }) => Object.keys(entry ?? {}));
    expect(bundles.length).toBeGreaterThan(3);
    const expected = [...bundles.map((name) => `${name}.js`), 'attack/emails/names.generated.js'];
    // What the command carries is in parts of it, which are loaded with its commands.
    const found = [...carried.keys()].map((path) =>
      path.replace(/^cli\/[\w-]+-[0-9A-Z]{8}\.js$/, 'cli/main.js'),
    );
    expect([...new Set(found)].sort()).toEqual(expected.sort());
  });

  it.each([...beside])('those in %s have the licences of %j beside them, and no others', (folder, names) => {
    const notices = read(`dist/${folder}/THIRD-PARTY-NOTICES.txt`);
    const heads = [...notices.matchAll(/^(\S+) ([0-9][\w.+-]*) \((.+)\)\n\n(?=\S)/gm)];
    expect(heads.map(([, name, version, license]) => ({ name, version, license }))).toEqual(
      names.map((name) => {
        const { version, license } = installed(name);
        return { name, version, license };
      }),
    );
    for (const name of names) {
      const file = ['LICENSE', 'LICENSE.txt', 'LICENSE.md']
        .map((entry) => `node_modules/${name}/${entry}`)
        .find((entry) => existsSync(join(root, entry)));
      if (file !== undefined) expect(notices).toContain(read(file).trim());
    }
    expect(notices.match(/Copyright/g)!.length).toBeGreaterThanOrEqual(names.length);
  });
});

describe('the bill of materials', () => {
  const text = read('dist/sbom.cdx.json');
  const bill = JSON.parse(text);
  interface Component {
    readonly type: string;
    readonly name: string;
    readonly version: string;
    readonly 'bom-ref': string;
    readonly purl: string;
    readonly licenses: readonly unknown[];
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    readonly evidence?: { readonly occurrences: readonly { readonly location: string }[] };
  }
  const components: readonly Component[] = bill.components;

  it('has what CycloneDX 1.5 requires, and is about this package', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    const { name, version } = manifest;
    expect(bill.metadata.component).toMatchObject({ type: 'library', name, version });
    for (const component of components) {
      expect(component.type).toBe('library');
      expect(component.purl).toBe(`pkg:npm/${component.name.replace('@', '%40')}@${component.version}`);
      expect(component.licenses).toHaveLength(1);
      expect(component.hashes).toEqual([
        { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) },
      ]);
    }
    const refs = [bill.metadata.component, ...components].map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const dependencies: { ref: string; dependsOn: string[] }[] = bill.dependencies;
    expect(dependencies.map(({ ref }) => ref)).toEqual(refs);
    for (const { dependsOn } of dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn));
    expect(dependencies[0]!.dependsOn).toEqual(refs.slice(1));
  });

  it('lists the dependencies and all that built files carry, in the installed versions, with where', () => {
    const names = new Set([...Object.keys(manifest.dependencies), ...[...carried.values()].flat()]);
    const expected = [...names].map((name) => {
      const files = [...carried].filter(([, its]) => its.includes(name)).map(([path]) => `dist/${path}`);
      return { name, version: installed(name).version, files: files.sort() };
    });
    const listed = components.map(({ name, version, evidence }) => ({
      name,
      version,
      files: evidence?.occurrences.map(({ location }) => location) ?? [],
    }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(listed.sort(byName)).toEqual(expected.sort(byName));
    for (const name of ['commander', 'ws', '@bufbuild/protobuf', '@noble/curves']) {
      expect(listed.find((entry) => entry.name === name)?.files).toHaveLength(1);
    }
  });

  it('has nothing that another build of the same sources would not have', () => {
    expect(Object.keys(bill)).toEqual([
      'bomFormat',
      'specVersion',
      'version',
      'metadata',
      'components',
      'dependencies',
    ]);
    expect(Object.keys(bill.metadata)).toEqual(['component']);
    expect(text).not.toMatch(/urn:uuid|timestamp|\d{4}-\d\d-\d\dT/);
    expect(text).not.toContain(root);
  });
});
