// SPDX-License-Identifier: Apache-2.0
/** docs/architecture.md, kept true: who may import whom, by the table there, and what a source file looks like. */

import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { importTable, layerIn, readImportTable } from './support/import-table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, devDependencies, exports, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

const LAYERS = readImportTable(root);

/** What runs on Node alone, and may import its modules. */
const ON_NODE: readonly string[] = ['directory', 'lists', 'datasets', 'cli'];

/** Packages that the build puts into a file of the layer, so that nobody has to install them. */
const BUNDLED: Readonly<Record<string, readonly string[]>> = {
  wire: ['@bufbuild/protobuf'],
  transport: ['ws'],
  lists: ['@duckdb/node-api'],
  cli: Object.keys(devDependencies),
};

interface Source {
  /** In src, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** The kernels are AssemblyScript: their imports have no endings, and their fields are put in when they are built. */
const isAssembly = (path: string): boolean => path.startsWith('kernel/assembly/');

/** Every file of TypeScript below a folder of the repository. */
function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => written(path.replaceAll('\\', '/'), readFileSync(join(root, folder, path), 'utf8')));
}

function written(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

const sources: Source[] = sourcesIn('src');

/** What a file imports or re-exports, types included; not what it merely names, as `typeof import('x')` does. */
function importsOf({ tree }: Source): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `@noble/hashes` of `@noble/hashes/sha2.js`. */
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

/** The file that an import with a relative specifier means. */
const fileOf = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');

/** The imports of a file that the table does not allow, in words. */
function breaches(source: Source): string[] {
  const layer = layerIn(LAYERS, source.path);
  if (layer === undefined) return [`the table has no place for ${source.path}`];
  const packages = [...Object.keys(dependencies), ...(BUNDLED[layer.name] ?? [])];
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) {
      if (isBuiltin(specifier))
        return ON_NODE.includes(layer.name) ? [] : [`${source.path} imports ${specifier}`];
      return packages.includes(packageOf(specifier)) ? [] : [`${source.path} imports ${specifier}`];
    }
    const target = fileOf(source.path, specifier);
    if (!sources.some(({ path }) => path === target))
      return [`${source.path} imports ${specifier}: no such file`];
    const other = layerIn(LAYERS, target);
    const fits = other !== undefined && (other === layer || layer.imports.includes(other.name));
    return fits ? [] : [`${source.path} imports ${target}`];
  });
}

/** Public subpaths are the `index.ts` of src and of its folders, and `errors.ts`: what they export is for others. */
/** What a subpath of the package leads to. */
const PUBLIC = new Set(
  Object.values<string | { readonly types: string }>(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.types.replace('./dist/', '').replace('.d.ts', '.ts')],
  ),
);
const isPublic = (path: string): boolean => PUBLIC.has(path);

/** Under which name a declaration or a list of exports makes something known; nothing for what it keeps. */
function exportsOf({ tree }: Source): string[] {
  return tree.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      return exportClause && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [];
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    // An overloaded function has several declarations, of which one is enough.
    if (ts.isFunctionDeclaration(statement) && statement.body === undefined) return [];
    const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
    return name === undefined ? [] : [name.text];
  });
}

/** What a file takes of others, by import or re-export, as `path#name`; `path#*` for all of a file. */
function takenBy({ path, tree }: Source): string[] {
  const found: string[] = [];
  const take = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.'))
      return;
    const target = posix.join(posix.dirname(path), specifier.text).replace(/\.js$/, '.ts');
    for (const name of names) found.push(`${target}#${name}`);
  };
  const namesOf = (elements: ts.NodeArray<ts.ImportSpecifier | ts.ExportSpecifier>): string[] =>
    elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      if (bindings !== undefined)
        take(node.moduleSpecifier, ts.isNamedImports(bindings) ? namesOf(bindings.elements) : ['*']);
    } else if (ts.isExportDeclaration(node)) {
      if (node.exportClause && ts.isNamedExports(node.exportClause))
        take(node.moduleSpecifier, namesOf(node.exportClause.elements));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      take(node.arguments[0], ['*']);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      take(node.argument.literal, [node.qualifier?.getText() ?? '*']);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** What files export that no other file takes, as `path#name`. */
function lonely(files: readonly Source[]): string[] {
  const taken = new Set(files.flatMap(takenBy));
  return files
    .filter(({ path }) => !isPublic(path) && !path.endsWith('.d.ts') && !taken.has(`${path}#*`))
    .flatMap((source) => exportsOf(source).map((name) => `${source.path}#${name}`))
    .filter((name) => !taken.has(name));
}

/** Exported for tests alone, which call by itself what the package has inside. */
const FOR_TESTS: readonly string[] = [
  'cli/flags/offers.ts#settingNames',
  'cli/flags/settings-schema.ts#configSchema',
  'cli/flags/settings-schema.ts#jobSchema',
  'attack/scanner.ts#KernelScanner',
  'attack/scanner.ts#MessageScanner',
  'sealed/container.ts#KINDS',
  'workers/serve.ts#toFailure',
  'group/noble.ts#nobleBackend',
  'group/wasm.ts#WasmBackend',
  'psi/sum/elgamal.ts#addCiphertexts',
  'cli/registry.ts#jobCommands',
  'cli/report/run-report.ts#progressLine',
  'identifiers/tables/named-countries.ts#nameKey',
  'identifiers/email.ts#plainAddress',
  'identifiers/email.ts#readFully',
  'identifiers/phone.ts#readFully',
  'identifiers/phone.ts#readPhone',
  'kernel/sha512.ts#Sha512',
  'lists/glob.ts#fits',
  'oprf/dleq.ts#computeComposites',
  'oprf/dleq.ts#computeCompositesFast',
  'policy/admission.ts#ALL_PEERS',
  'transport/channel/link.ts#LinkEvents',
];

/** A package that users install only if they want what it does. */
const OPTIONAL = Object.keys(peerDependencies);

describe('the import table', () => {
  it('names what is there, layers by their names', () => {
    const missing = LAYERS.flatMap(({ holds }) => holds).filter(
      (held) => !sources.some(({ path }) => path.startsWith(held.endsWith('/') ? held : `${held}.`)),
    );
    expect(missing).toEqual([]);
    const names = LAYERS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of [...ON_NODE, ...Object.keys(BUNDLED)]) expect(names).toContain(name);
  });

  it('is read as it is written', () => {
    const head = '| layer | holds | may import |\n|---|---|---|\n';
    const rows = [
      '| base: `a`, `b/` | | nothing of ours |',
      '| `c/` | d | base |',
      '| `c/e` | | all above but c |',
    ];
    const table = importTable(`# Title\n\n${head}${rows.join('\n')}\n\nText.`);
    expect(table).toEqual([
      { name: 'base', holds: ['a', 'b/'], imports: [] },
      { name: 'c', holds: ['c/'], imports: ['base'] },
      { name: 'c/e', holds: ['c/e'], imports: ['base'] },
    ]);
    const layerOf = (path: string): string | undefined => layerIn(table, path)?.name;
    expect(['a.ts', 'ab.ts', 'b/a.ts', 'c/x/y.ts', 'c/e.ts'].map(layerOf)).toEqual([
      'base',
      undefined,
      'base',
      'c',
      'c/e',
    ]);
    expect(() => importTable(`${head}| \`a\` | | b |\n| \`b\` | | nothing of ours |`)).toThrow(
      'No layer above',
    );
    expect(() => importTable('# Title')).toThrow('no import table');
  });

  it('is kept by every import', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter(({ path }) => !isAssembly(path)).flatMap(breaches)).toEqual([]);
  });

  it('has one file that asks for what may not be installed, and asks when it is needed', () => {
    const asking = sources.filter((source) => importsOf(source).some((name) => OPTIONAL.includes(name)));
    expect(asking.map(({ path }) => path)).toEqual(['lists/duckdb.ts']);
    const statements = asking[0]!.tree.statements.filter(ts.isImportDeclaration);
    const early = statements.filter(
      ({ importClause, moduleSpecifier }) =>
        ts.isStringLiteral(moduleSpecifier) &&
        OPTIONAL.includes(moduleSpecifier.text) &&
        importClause?.isTypeOnly !== true,
    );
    expect(early).toEqual([]);
  });

  it.each([
    ['bytes.ts', "import { createBackend } from './group/index.js';"],
    ['identifiers/set.ts', "import { normalizePhone } from './phone.js';"],
    ['hashing/plain.ts', "export { normalizePhone } from '../identifiers/phone.js';"],
    ['group/noble.ts', "import type { IdentifierSet } from '../identifiers/set.js';"],
    ['psi/intersection/receiver.ts', "const { reverse } = await import('../attack/index.js');"],
    ['attack/reverse.ts', "import { intersect } from '../psi/index.js';"],
    ['workers/pool.ts', "import { Worker } from 'node:worker_threads';"],
    ['psi/intersection/sender.ts', "import 'fs';"],
    ['identifiers/phone.ts', "import { parse } from 'csv-parse';"],
    ['psi/intersection/sender.ts', "import { WebSocket } from 'ws';"],
    ['transport/door/listen.ts', "import { create } from '@bufbuild/protobuf';"],
    ['wire/messages.ts', "import { listen } from '../transport/listen.js';"],
    ['psi/intersection/sender.ts', "import { a } from './no-such-file.js';"],
    ['index.ts', "export { run } from './cli/program.js';"],
    ['elsewhere/new.ts', ''],
  ])('is not kept by %s with: %s', (path, text) => {
    expect(breaches(written(path, text))).toHaveLength(1);
  });
});

describe('what a file exports', () => {
  const own = sources.filter(({ path }) => !isAssembly(path) && !path.startsWith('wire/generated/'));

  it('exports nothing that only its own file uses', () => {
    const found = lonely(own);
    expect(found.sort()).toEqual([...FOR_TESTS].sort());
  });

  const tests = sourcesIn('test').map(({ path, text }) => written(`test/${path}`, text));

  it('is used by another file among the tests, too', () => {
    const found = lonely(tests).filter((name) => !name.startsWith('test/package/consumer/'));
    // What a consumer exports is there to be compiled, and vitest calls the set-up.
    expect(found).toEqual(['test/support/built.ts#setup']);
  });

  it('is taken by a test where it is for tests', () => {
    const taken = new Set(tests.flatMap(takenBy));
    const unused = FOR_TESTS.filter((name) => {
      const file = name.slice(0, name.indexOf('#'));
      return !taken.has(`src/${name}`) && !taken.has(`src/${file}#*`);
    });
    expect(unused).toEqual([]);
  });

  it('has one name for each thing in a public subpath', () => {
    const twice = own
      .filter(({ path }) => isPublic(path))
      .flatMap(({ path, tree }) => {
        const lists = tree.statements.filter(ts.isExportDeclaration).map((list) => list.getText());
        const exported = takenBy(written(path, lists.join('\n')));
        const names = exportsOf({ path, text: '', tree });
        return [...exported, ...names].filter((each, i, all) => all.indexOf(each) !== i);
      });
    expect(twice).toEqual([]);
  });

  it.each([
    ['a function', 'export function f() {}', ['a.ts#f']],
    ['one of two constants', 'export const f = 1, used = 2;', ['a.ts#f']],
    ['a type', 'export interface f {}', ['a.ts#f']],
    ['what it has of another file', "export { f } from './c.js';", ['a.ts#f']],
    ['what is not exported', 'function f() {}', []],
    ['what another file takes', 'export const used = 1;', []],
  ])('is found where nobody takes it: %s', (_, text, found) => {
    const files = [written('a.ts', text), written('b/b.ts', "import { used as mine } from '../a.js';")];
    expect(lonely(files)).toEqual(found);
  });
});

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which node names which, where a node is what `nodeOf` makes of a file's path: what a node holds together is no arrow. */
function graphOf(files: readonly Source[], nodeOf: (path: string) => string): Graph {
  const known = new Set(files.map(({ path }) => path));
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const from = nodeOf(file.path);
    const named = graph.get(from) ?? new Set();
    graph.set(from, named);
    for (const specifier of importsOf(file)) {
      const target = fileOf(file.path, specifier);
      if (specifier.startsWith('.') && known.has(target) && nodeOf(target) !== from)
        named.add(nodeOf(target));
    }
  }
  return graph;
}

/** The nodes of a graph from which arrows lead back to them, those that are together in a circle in one list. */
function circles(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((node) => [node, reachedFrom(graph, node)]));
  const inCircles = [...graph.keys()].filter((node) => reached.get(node)!.has(node)).sort();
  const together = (a: string, b: string): boolean => reached.get(a)!.has(b) && reached.get(b)!.has(a);
  return inCircles
    .filter((node, i) => !inCircles.slice(0, i).some((earlier) => together(earlier, node)))
    .map((node) => inCircles.filter((other) => together(node, other)));
}

function reachedFrom(graph: Graph, start: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(next);
    }
  }
  return reached;
}

/** Lists of what is below them, and what a process begins with: each stands for itself, above its folder. */
const isEntry = (path: string): boolean =>
  /^(?:[^/]+\/)?index\.ts$/.test(path) || ['cli/main.ts', 'cli/program.ts', 'cli/registry.ts'].includes(path);

/** The folder that a file lies in; a file at the top is a node of its own. */
const folderOf = (path: string): string =>
  isEntry(path) || !path.includes('/') ? path : posix.dirname(path);

describe.each(['src', 'test'])('imports in %s', (folder) => {
  const files = sourcesIn(folder).filter(({ path }) => !isAssembly(path));

  it('lead from no file back to it', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(circles(graphOf(files, (path) => path))).toEqual([]);
  });

  it('lead from no folder back to it', () => {
    expect(circles(graphOf(files, folderOf))).toEqual([]);
  });
});

describe('a circle', () => {
  const files = (all: Readonly<Record<string, string>>): Source[] =>
    Object.entries(all).map(([path, text]) => written(path, text));
  const ofFiles = (all: Readonly<Record<string, string>>): string[][] =>
    circles(graphOf(files(all), (path) => path));
  const ofFolders = (all: Readonly<Record<string, string>>): string[][] =>
    circles(graphOf(files(all), folderOf));

  it('is found among files, of types and of what is imported when it is needed as well', () => {
    const two = { 'a/x.ts': "import type { Y } from './y.js';", 'a/y.ts': "export { x } from './x.js';" };
    expect(ofFiles(two)).toEqual([['a/x.ts', 'a/y.ts']]);
    const three = {
      'a/x.ts': "import { y } from './y.js';",
      'a/y.ts': "import { z } from '../b/z.js';",
      'b/z.ts': "const { x } = await import('../a/x.js');",
      'b/above.ts': "import { z } from './z.js';",
    };
    expect(ofFiles(three)).toEqual([['a/x.ts', 'a/y.ts', 'b/z.ts']]);
    expect(ofFiles({ ...two, ...{ 'b/p.ts': "import './q.js';", 'b/q.ts': "import './p.js';" } })).toEqual([
      ['a/x.ts', 'a/y.ts'],
      ['b/p.ts', 'b/q.ts'],
    ]);
    expect(ofFiles({ ...two, 'a/y.ts': "import { z } from './z.js';" })).toEqual([]);
  });

  it('is found among folders, also where no file is in one', () => {
    const across = {
      'a/x.ts': "import { y } from '../b/y.js';",
      'b/z.ts': "import type { W } from '../a/w.js';",
      'a/w.ts': '',
      'b/y.ts': '',
    };
    expect(ofFiles(across)).toEqual([]);
    expect(ofFolders(across)).toEqual([['a', 'b']]);
    // A folder and one in it are two.
    const below = { 'a/x.ts': "import '../a/b/y.js';", 'a/b/y.ts': "import '../w.js';", 'a/w.ts': '' };
    expect(ofFolders(below)).toEqual([['a', 'a/b']]);
  });

  it('is none through the list of what a folder holds, or through files at the top', () => {
    const list = {
      'a/index.ts': "export { y } from './b/y.js';",
      'a/b/y.ts': "import '../w.js';",
      'a/w.ts': '',
    };
    expect(ofFolders(list)).toEqual([]);
    const top = { 'bytes.ts': "import './errors.js';", 'a/x.ts': "import '../bytes.js';", 'errors.ts': '' };
    expect(ofFolders(top)).toEqual([]);
    expect(ofFolders({ ...top, 'errors.ts': "import './bytes.js';" })).toEqual([['bytes.ts', 'errors.ts']]);
  });
});

/** What names a protocol, or what one of them shows: the folders of protocols, and words of theirs. */
const OF_PROTOCOLS: readonly string[] = [
  ...readdirSync(join(root, 'src/psi'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'run')
    .map(({ name }) => name),
  ...['reveal', 'coarse', 'ordered', 'additive', 'multiplicative', 'ecdh', 'ecdh-psi', 'ot-psi'],
];

/** Identifiers and texts of a file that are one of these words, or a word of one in camel case. */
function wordsIn({ tree }: Source, words: readonly string[]): string[] {
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) {
      const parts = ts.isIdentifier(node) ? node.text.split(/(?=[A-Z])|_/) : [];
      const named = [node.text, node.text.replace(/(?=[A-Z])/g, '-'), ...parts];
      if (named.some((name) => wanted.has(name.toLowerCase()))) found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe('what all protocols share', () => {
  const shared = sources.filter(({ path }) => path.startsWith('psi/run/'));

  it('imports no protocol', () => {
    expect(shared.length).toBeGreaterThan(0);
    const imported = shared.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => fileOf(file.path, specifier))
        .filter((target) => target.startsWith('psi/') && !target.startsWith('psi/run/')),
    );
    expect(imported).toEqual([]);
  });

  it('names no protocol, no mode and nothing that one of them reveals', () => {
    const naming = shared.flatMap((file) =>
      wordsIn(file, OF_PROTOCOLS).map((name) => `${file.path}: ${name}`),
    );
    expect(naming).toEqual([]);
  });

  it.each([
    ['a constant', "const MODE = { intersection: 1, 'join-ids': 4 };", ['intersection', 'join-ids']],
    ['a part of a name', 'function psiReveal(): void {}', ['psiReveal']],
    ['a member', 'settings.joinIds(settings.peopleOption);', ['joinIds', 'peopleOption']],
    ['a text', "if (mode === 'ot-psi') run('sum');", ['ot-psi', 'sum']],
    ['none', "/** A sum. */ const summary = 'the sum of all';", []],
  ])('is read for names: %s', (_, text, found) => {
    expect(wordsIn(written('psi/run/x.ts', text), OF_PROTOCOLS)).toEqual(found);
  });
});

describe('a source file', () => {
  it('begins with its licence', () => {
    const without = sources.filter(
      ({ text }) => !/^(#!.*\n)?\/\/ SPDX-License-Identifier: Apache-2\.0\n/.test(text),
    );
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('has at most 600 lines', () => {
    const own = sources.filter(({ path }) => !path.startsWith('wire/generated/'));
    const long = own.filter(({ text }) => text.trimEnd().split('\n').length > 600);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('names what it exports, one by one', () => {
    const stars = sources.filter(({ tree }) =>
      tree.statements.some(
        (statement) =>
          ts.isExportDeclaration(statement) &&
          !(statement.exportClause && ts.isNamedExports(statement.exportClause)),
      ),
    );
    expect(stars.map(({ path }) => path)).toEqual([]);
  });
});
