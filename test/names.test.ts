// SPDX-License-Identifier: Apache-2.0
/** What the documents name exists: subpaths of the package, what a subpath exports, and members and options of its types. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { manifest, root, specifiers } from './package/packed.js';

const documents = ['.', 'docs', 'examples', ...folders('examples')].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

function folders(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'README.md')))
    .map(({ name }) => join(parent, name));
}

const prose = (text: string): string => text.replace(/^```.*?^```$/gms, '');
const code = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside!);

/** The package's types as a reader gets them: what each specifier exports, and every name in its declarations. */
const declarations = new Map(
  Object.entries(manifest.exports).flatMap(([subpath, entry]) =>
    typeof entry === 'string'
      ? []
      : [[subpath.replace(/^\./, manifest.name), join(root, entry.types)] as const],
  ),
);
const program = ts.createProgram([...declarations.values()], { skipLibCheck: true, types: [] });
const checker = program.getTypeChecker();

const exported = new Map(
  [...declarations].map(([specifier, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    const names = module === undefined ? [] : checker.getExportsOfModule(module).map(({ name }) => name);
    return [specifier, new Set(names)] as const;
  }),
);

const named = new Set<string>([...exported.values()].flatMap((names) => [...names]));
for (const source of program.getSourceFiles()) {
  if (!source.fileName.startsWith(join(root, 'dist'))) continue;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) named.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Names in the shape of ours that are others': of RFC 9497, of frames, of messages of the wire format, of platforms' files. */
const OTHERS = new Set([
  ...['GenerateProof', 'VerifyProof', 'SumKey', 'KeepAlive', 'FileHeader'],
  ...['externalUserId', 'countryCode', 'mobilePhone', 'TextDecoder', 'mapInArrow'],
]);

/** Subpaths that there were, which the changelog names. */
const RETIRED = ['veilmatch/protocols'];

/** Names that there were, which it says what has taken their place of. */
const RETIRED_NAMES = [
  ...['intersectionResult', 'senderShare', 'ReceiverResult', 'PsiLeakage', 'RevealOption', 'RunOptions'],
  ...['hmacKey', 'slowCost', 'signerOf', 'sumResult', 'runTerms', 'pseudonymsOfRows', 'contactClient'],
  ...['psiReceiver', 'psiSender', 'peopleReceiver', 'sumSender', 'joinIdsReceiver'],
  ...['writeRequest', 'writeResponse', 'readResponse', 'RequestState'],
  ...['ExchangeOptions', 'RequestOptions', 'RespondOptions', 'ResponseOptions'],
];

/** The specifiers in a text that there are not. */
function unknownSpecifiers(text: string): string[] {
  const found = [...text.matchAll(/[`'"](veilmatch(?:\/[\w.-]+)*)[`'"]/g)].map(([, name]) => name!);
  return found.filter((name) => !specifiers.includes(name));
}

/** Code in a text that has the shape of a name of ours, `likeThis`, `LikeThis` or `likeThis(...)`, and is none. */
function unknownNames(text: string): string[] {
  return code(prose(text))
    .map((inside) => inside.replace(/\(.*\)$/, ''))
    .filter((name) => /^[A-Za-z][a-z\d]+(?:[A-Z][a-z\d]*)+$/.test(name))
    .filter((name) => !OTHERS.has(name) && !named.has(name));
}

/** Names in a table's row that its specifier does not export: | `veilmatch/psi` | `intersect`, ... | */
function namesOfOtherSubpaths(text: string): string[] {
  return [...text.matchAll(/^\| `(veilmatch[\w/]*)` \| ([^|]*)\|/gm)].flatMap(([, specifier, cell]) =>
    code(cell!)
      .filter((name) => !exported.get(specifier!)?.has(name))
      .map((name) => `${specifier}: ${name}`),
  );
}

describe('the documents', () => {
  it.each(documents)('%s names subpaths that there are', (document) => {
    const unknown = unknownSpecifiers(readFileSync(join(root, document), 'utf8'));
    const known = document === 'CHANGELOG.md' ? RETIRED : [];
    expect(unknown.filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(documents)('%s names functions, types and options that there are', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const retired = document === 'CHANGELOG.md' ? RETIRED_NAMES : [];
    expect(unknownNames(text).filter((name) => !retired.includes(name))).toEqual([]);
    expect(namesOfOtherSubpaths(text)).toEqual([]);
  });

  it('would be found out with a name that there is not', () => {
    expect(unknownSpecifiers("import { a } from 'veilmatch/nothing';")).toEqual(['veilmatch/nothing']);
    expect(unknownNames('call `intersectAll(a, b)`, `NoSuchThing` or `intersect`')).toEqual([
      'intersectAll',
      'NoSuchThing',
    ]);
    expect(namesOfOtherSubpaths('| `veilmatch/psi` | `intersect`, `normalizePhone` |')).toEqual([
      'veilmatch/psi: normalizePhone',
    ]);
  });
});
