// SPDX-License-Identifier: Apache-2.0
/** Every public name, as the compiler sees it: which subpath it is of, what it is, and what its docstring says. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** In the order in which a page has them. */
export type Kind = 'function' | 'class' | 'value' | 'type';
const KINDS: readonly Kind[] = ['function', 'class', 'value', 'type'];

export interface PublicName {
  /** `veilmatch/psi`. */
  readonly subpath: string;
  readonly name: string;
  readonly kind: Kind;
  /** The file that declares it, and its name there: the same for two names of one thing. */
  readonly declaration: string;
  /** The docstring, without tags. */
  readonly documentation: string;
  /** Its tags `@example`. */
  readonly examples: readonly string[];
}

/** @param files sources by subpath */
function namesOf(files: ReadonlyMap<string, string>, options: ts.CompilerOptions): PublicName[] {
  const program = ts.createProgram([...files.values()], options);
  const checker = program.getTypeChecker();
  return [...files].flatMap(([subpath, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
    return symbols.map((symbol) => described(subpath, symbol, checker)).sort(inOrder);
  });
}

let known: readonly PublicName[] | undefined;

/** The names of the package, from its sources. */
export function publicNames(): readonly PublicName[] {
  known ??= readNames();
  return known;
}

function readNames(): PublicName[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  const files = Object.entries(exports).flatMap(([subpath, entry]) =>
    typeof entry === 'string'
      ? []
      : [
          [
            subpath.replace(/^\./, 'veilmatch'),
            join(root, entry.types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
          ] as const,
        ],
  );
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  return namesOf(new Map(files), ts.parseJsonConfigFileContent(config, ts.sys, root).options);
}

function described(subpath: string, symbol: ts.Symbol, checker: ts.TypeChecker): PublicName {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const [first] = target.declarations ?? [];
  const source = first?.getSourceFile().fileName ?? '';
  return {
    subpath,
    name: symbol.name,
    kind: kindOf(target, checker),
    declaration: `${source}#${target.name}`,
    documentation: ts.displayPartsToString(target.getDocumentationComment(checker)),
    examples: target
      .getJsDocTags(checker)
      .filter(({ name }) => name === 'example')
      .map(({ text }) => ts.displayPartsToString(text)),
  };
}

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): Kind {
  if (symbol.flags & ts.SymbolFlags.Class) return 'class';
  if (!(symbol.flags & ts.SymbolFlags.Value)) return 'type';
  return checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 ? 'function' : 'value';
}

function inOrder(a: PublicName, b: PublicName): number {
  const kinds = KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
  return kinds || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);
}

/** The first sentence of a docstring, on one line. */
export function firstSentence(documentation: string): string {
  const line = documentation.replace(/\s+/g, ' ').trim();
  return /^.*?[.!?](?=\s+["`*[(A-Z]|$)/.exec(line)?.[0] ?? line;
}

/** The program of an example, without its fence. */
export function programOf(example: string): string {
  return /^```ts\n(.*)\n```$/s.exec(example.trim())?.[1] ?? '';
}
