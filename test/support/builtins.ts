// SPDX-License-Identifier: Apache-2.0
/**
 * Built-in functions whose work can grow faster than the text that they are handed: what Unicode composes, sorts or maps,
 * which takes up to the square of the number of marks, or of different characters.
 */

import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** `normalize` of a string, and `URL`, made or only tried. */
type Watched = 'normalize' | 'URL';

/** Never needed here: they do the same, and differ from one machine to the next. */
const FORBIDDEN = /^(?:localeCompare|toLocaleLowerCase|toLocaleUpperCase|Collator|Segmenter)$/;

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url)).replaceAll('\\', '/');

/** Where one of them is called with anything but a literal, as `file name`, each once. */
export function builtinsIn(path: string, code: string): string[] {
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const name = nameOf(node);
      if (name === 'normalize' && ts.isCallExpression(node.parent) && node.parent.expression === node)
        found.add(`${path} normalize`);
      if (name !== undefined && FORBIDDEN.test(name)) found.add(`${path} ${name}`);
      if (node.expression.getText() === 'URL' && /^(?:canParse|parse)$/.test(name ?? ''))
        found.add(`${path} URL`);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      const [first] = node.arguments ?? [];
      if (first === undefined || !ts.isStringLiteralLike(first)) found.add(`${path} URL`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found];
}

function nameOf(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

/** One call, as it was made. */
export interface BuiltinCall {
  /** As `builtinsIn` names it. */
  readonly name: string;
  /** Characters that it was handed. */
  readonly length: number;
}

/** The innermost file of src that is under way. */
function callerInSource(): string | undefined {
  const { prepareStackTrace } = Error;
  // As it is: to make text of it, mapped to sources, takes expressions, which would be counted.
  Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? '');
  const files = new Error().stack as unknown as readonly string[];
  Error.prepareStackTrace = prepareStackTrace;
  for (const file of files) {
    const [, path] = file.replaceAll('\\', '/').split(SOURCE);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Has every call from src told to `note` until the function that is returned is called. */
export function watchBuiltins(note: (call: BuiltinCall) => void): () => void {
  const { normalize } = String.prototype;
  const { URL } = globalThis;
  const told = (what: Watched, text: unknown): void => {
    const file = callerInSource();
    if (file !== undefined) note({ name: `${file} ${what}`, length: String(text).length });
  };
  String.prototype.normalize = function (this: string, form?: string): string {
    told('normalize', this);
    return normalize.call(this, form);
  };
  globalThis.URL = class extends URL {
    constructor(text: string | URL, base?: string | URL) {
      told('URL', text);
      super(text, base);
    }
    static override canParse(text: string | URL, base?: string | URL): boolean {
      told('URL', text);
      return URL.canParse(text, base);
    }
  } as typeof URL;
  return () => {
    String.prototype.normalize = normalize;
    globalThis.URL = URL;
  };
}
