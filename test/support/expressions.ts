// SPDX-License-Identifier: Apache-2.0
/** The regular expressions of the source, found with the TypeScript parser, and what a detector says of them. */

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// Nothing is started and nothing native is needed: the detector's own JavaScript.
process.env.RECHECK_BACKEND = 'pure';
const { checkSync } = await import('recheck');

/** The detector's version. */
export const DETECTOR: string = createRequire(import.meta.url)('recheck/package.json').version;

export interface Expression {
  /** In src, with forward slashes. */
  readonly path: string;
  readonly line: number;
  /** Undefined for one that is put together at run time. */
  readonly source: string | undefined;
  readonly flags: string;
  /** As it stands there. */
  readonly text: string;
}

const root = fileURLToPath(new URL('../../src', import.meta.url));

/** Those of src; AssemblyScript and what is generated have none that runs. */
export function expressionsOfSource(): Expression[] {
  return eachSource(expressionsIn);
}

/** What `read` finds in the files of src, in their order. */
export function eachSource<T>(read: (path: string, code: string) => T[]): T[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('kernel/assembly/'))
    .sort()
    .flatMap((path) => read(path, readFileSync(join(root, path), 'utf8')));
}

/** Literals, and every `RegExp(...)` with and without `new`. */
export function expressionsIn(path: string, code: string): Expression[] {
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const found: Expression[] = [];
  const visit = (node: ts.Node): void => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({
        path,
        line,
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
        text: node.text,
      });
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp')
      found.push({ path, line, source: undefined, flags: '', text: node.getText() });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `safe` for at most linear work, `vulnerable` for more, `unknown` where the detector cannot tell. */
export function judged(source: string, flags: string): 'safe' | 'vulnerable' | 'unknown' {
  // By its automaton alone: that is a proof, where fuzzing is not.
  return checkSync(source, flags, { checker: 'automaton', timeout: 60_000 }).status;
}
